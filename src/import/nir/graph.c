/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Groups: /node and everything nested in it. */
#include "base/nearest.h"
#include "import/nir/nir.h"

#include <string.h>

/* The graphs around the one being read: a group that contains itself must not be entered again. */
typedef struct inside {
  const struct inside *outer;
  haddr_t address;
  int depth;
} inside;

int nir_add_node(nir_reader *r, nir_model *m, int parent, const char *local, const char *where) {
  if (m->node_count == NIR_MAX_NODES) {
    NIR_FAIL(r, PHS_NIR_TOO_LARGE, where, "use layers of many neurons rather than a node for each",
             "the model has more than %d nodes", NIR_MAX_NODES);
    return -1;
  }
  if (m->node_count == m->node_cap) {
    int cap = m->node_cap ? 2 * m->node_cap : 64;
    nir_node *more = PHS_NEW_ARRAY(r->scratch, nir_node, (size_t)cap);
    if (!more) {
      nir_no_memory(r);
      return -1;
    }
    if (m->node_count) {
      memcpy(more, m->node, (size_t)m->node_count * sizeof *more);
    }
    m->node = more;
    m->node_cap = cap;
  }
  const char *outer = parent >= 0 ? m->node[parent].name : "";
  const char *name = *outer ? phs_arena_printf(r->net->arena, "%s/%s", outer, local)
                            : phs_arena_strdup(r->net->arena, local);
  const char *place = phs_arena_strdup(r->net->arena, where);
  const char *own = phs_arena_strdup(r->net->arena, local);
  if (!name || !place || !own) {
    nir_no_memory(r);
    return -1;
  }
  m->node[m->node_count] = (nir_node){.name = name, .local = own, .where = place, .parent = parent};
  return m->node_count++;
}

static bool check_name(nir_reader *r, const char *name, const char *graph_where) {
  if (strlen(name) > NIR_MAX_NAME) {
    return NIR_FAIL(r, PHS_NIR_NAME, graph_where, "use a shorter name",
                    "a node name has %zu bytes; at most %d are allowed: '%s'", strlen(name),
                    NIR_MAX_NAME, nir_printable(r, name));
  }
  if (!phs_utf8_printable(name)) {
    return NIR_FAIL(r, PHS_NIR_NAME, graph_where, "rename the node",
                    "the node name '%s' is not printable UTF-8", nir_printable(r, name));
  }
  return true;
}

static bool unknown_type(nir_reader *r, const char *where, const char *type) {
  const char *names[NIR_TYPE_COUNT];
  for (int t = 0; t < NIR_TYPE_COUNT; t++) {
    names[t] = nir_type_name((nir_type)t);
  }
  const char *near = phs_nearest(type, names, NIR_TYPE_COUNT);
  const char *help = near ? phs_arena_printf(r->scratch, "did you mean '%s'?", near)
                          : "replace the node by supported ones before exporting";
  return NIR_FAIL(
      r, PHS_NIR_TYPE, where, help,
      "unknown node type '%s'; supported are Input, Output, NIRGraph, Linear, Affine, Scale, "
      "Conv1d, Conv2d, "
      "SumPool2d, AvgPool2d, Flatten, Delay, Threshold, I, IF, LI, LIF, CubaLI, CubaLIF",
      nir_printable(r, type));
}

static bool read_node_type(nir_reader *r, hid_t group, const char *where, nir_type *out) {
  nir_data d;
  const char **text = NULL;
  switch (nir_data_open(r, group, where, "type", &d)) {
  case NIR_FOUND:
    break;
  case NIR_MISSING:
    return NIR_FAIL(r, PHS_NIR_MISSING, where,
                    "export the model again: the writer may have stopped halfway",
                    "the node has no dataset 'type'");
  default:
    return false;
  }
  bool ok =
      d.count == 1 || NIR_FAIL(r, PHS_NIR_RANK, d.where, "export the model again",
                               "has shape %s where one string belongs", nir_shape(r, &d.shape));
  ok = ok && nir_read_strings(r, &d, &text);
  nir_data_close(&d);
  if (!ok) {
    return false;
  }
  *out = nir_type_find(text[0]);
  return *out != NIR_TYPE_COUNT || unknown_type(r, where, text[0]);
}

static bool read_graph(nir_reader *r, nir_model *m, hid_t group, int g, const inside *around);

static bool read_child(nir_reader *r, nir_model *m, hid_t nodes, int g, const char *name,
                       const inside *around) {
  hid_t group;
  const char *where = phs_arena_printf(r->scratch, "%s/nodes/%s", m->node[g].where, name);
  if (!where) {
    return nir_no_memory(r);
  }
  if (!nir_open_group(r, nodes, name, where, &group)) {
    return false;
  }
  int i = nir_add_node(r, m, g, name, where);
  bool ok = i >= 0 && read_node_type(r, group, where, &m->node[i].type) &&
            nir_read_node(r, group, &m->node[i]);
  if (ok && m->node[i].type == NIR_NIRGRAPH) {
    ok = read_graph(r, m, group, i, around);
  }
  H5Oclose(group);
  return ok;
}

static bool read_children(nir_reader *r, nir_model *m, hid_t nodes, int g, const inside *around) {
  const char **name;
  int count;
  const char *where = phs_arena_printf(r->scratch, "%s/nodes", m->node[g].where);
  if (!where) {
    return nir_no_memory(r);
  }
  if (!nir_members(r, nodes, where, &name, &count)) {
    return false;
  }
  int *child = PHS_NEW_ARRAY(r->scratch, int, (size_t)count);
  if (!child) {
    return nir_no_memory(r);
  }
  for (int i = 0; i < count; i++) {
    child[i] = m->node_count;
    if (!check_name(r, name[i], where) || !read_child(r, m, nodes, g, name[i], around)) {
      return false;
    }
  }
  m->node[g].child = child;
  m->node[g].child_count = count;
  return true;
}

/* Enters a graph: not one that is being read already, and not too deep. */
static bool enter(nir_reader *r, const nir_model *m, hid_t group, int g, const inside *around,
                  inside *here) {
  H5O_info_t info;
  if (H5Oget_info2(group, &info, H5O_INFO_BASIC) < 0) {
    return NIR_FAIL(r, PHS_NIR_DAMAGED, m->node[g].where,
                    "copy the file again or export the model again",
                    "the group cannot be read (%s)", nir_hdf5_reason(r));
  }
  *here = (inside){around, info.addr, around ? around->depth + 1 : 1};
  for (const inside *i = around; i; i = i->outer) {
    if (i->address == info.addr) {
      return NIR_FAIL(r, PHS_NIR_LINK, m->node[g].where, "export the model again without links",
                      "the graph contains itself: a link leads back to a group around it");
    }
  }
  if (here->depth > NIR_MAX_DEPTH) {
    return NIR_FAIL(r, PHS_NIR_DEPTH, m->node[g].where, "flatten the model before exporting",
                    "graphs are nested more than %d deep", NIR_MAX_DEPTH);
  }
  return true;
}

static bool read_graph(nir_reader *r, nir_model *m, hid_t group, int g, const inside *around) {
  inside here;
  hid_t nodes;
  const char *where = phs_arena_printf(r->scratch, "%s/nodes", m->node[g].where);
  if (!where) {
    return nir_no_memory(r);
  }
  if (!enter(r, m, group, g, around, &here) || !nir_open_group(r, group, "nodes", where, &nodes)) {
    return false;
  }
  bool ok = read_children(r, m, nodes, g, &here);
  H5Oclose(nodes);
  if (ok && m->node[g].child_count == 0) {
    ok = NIR_FAIL(r, PHS_NIR_EMPTY, where, "export the model again", "the graph has no nodes");
  }
  return ok && nir_read_edges(r, m, group, g);
}

/* A root that is a single node: a graph of that node alone. */
static bool read_single(nir_reader *r, nir_model *m, hid_t group, nir_type type) {
  int i = nir_add_node(r, m, 0, "node", "/node");
  int *child = i < 0 ? NULL : phs_arena_copy(r->scratch, &i, sizeof i);
  if (!child) {
    return i >= 0 ? nir_no_memory(r) : false;
  }
  m->node[i].type = type;
  m->node[0].child = child;
  m->node[0].child_count = 1;
  return nir_read_node(r, group, &m->node[i]);
}

/* /node is missing: say what the file is instead, where that can be seen. */
static bool no_graph(nir_reader *r) {
  if (H5Aexists(r->id, "__type__") > 0) {
    return NIR_FAIL(r, PHS_NIR_NO_GRAPH, "/", "give the graph file that belongs to it",
                    "no group '/node': the file holds recorded data (NIRData), not a graph");
  }
  if (H5Lexists(r->id, "nodes", H5P_DEFAULT) > 0) {
    return NIR_FAIL(
        r, PHS_NIR_OLD_LAYOUT, "/nodes",
        "read the file with nir 0.0.x and write it with nir 0.1 or later",
        "no group '/node': the file was written by NIR 0.0.x, whose layout is not supported");
  }
  if (H5Lexists(r->id, "layer", H5P_DEFAULT) > 0) {
    return NIR_FAIL(r, PHS_NIR_NO_GRAPH, "/layer", "export the network as NIR",
                    "no group '/node': the file looks like a lava-dl netx network, not like NIR");
  }
  return NIR_FAIL(r, PHS_NIR_NO_GRAPH, "/", "give a file that nir.write() made",
                  "no group '/node': the HDF5 file holds no NIR graph");
}

bool nir_read_model(nir_reader *r, nir_model *m) {
  hid_t group;
  nir_kind kind = nir_open_member(r, r->id, "node", "/node", &group);
  if (kind == NIR_ABSENT) {
    return no_graph(r);
  }
  if (kind != NIR_GROUP) {
    if (kind == NIR_DATASET) {
      H5Oclose(group);
      NIR_FAIL(r, PHS_NIR_KIND, "/node", "export the model again",
               "is a dataset where a group belongs");
    }
    return false;
  }
  nir_type type;
  bool ok = nir_add_node(r, m, -1, "", "/node") == 0 && read_node_type(r, group, "/node", &type);
  if (ok) {
    m->node[0].type = NIR_NIRGRAPH;
    ok = type == NIR_NIRGRAPH
             ? nir_read_node(r, group, &m->node[0]) && read_graph(r, m, group, 0, NULL)
             : read_single(r, m, group, type);
  }
  H5Oclose(group);
  return ok;
}
