/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* From nested graphs to one graph of leaves: identities dissolve, missing inputs and outputs are
 * inserted. */
#include "import/nir/nir.h"

#include <string.h>

bool nir_is_leaf(const nir_node *n) {
  return n->type != NIR_NIRGRAPH && (!n->passes_on || n->is_end);
}

/* Offsets of the edges into and out of each node. */
static bool index_edges(nir_reader *r, nir_model *m) {
  size_t n = (size_t)m->node_count, e = (size_t)m->edge_count;
  m->in = PHS_NEW_ARRAY(r->scratch, int, n + 2);
  m->out = PHS_NEW_ARRAY(r->scratch, int, n + 2);
  m->in_edge = PHS_NEW_ARRAY(r->scratch, int, e);
  m->out_edge = PHS_NEW_ARRAY(r->scratch, int, e);
  if (!m->in || !m->out || !m->in_edge || !m->out_edge) {
    return nir_no_memory(r);
  }
  for (int i = 0; i < m->edge_count; i++) {
    m->in[m->edge[i].to + 2]++;
    m->out[m->edge[i].from + 2]++;
  }
  for (size_t i = 2; i < n + 2; i++) {
    m->in[i] += m->in[i - 1];
    m->out[i] += m->out[i - 1];
  }
  for (int i = 0; i < m->edge_count; i++) {
    m->in_edge[m->in[m->edge[i].to + 1]++] = i;
    m->out_edge[m->out[m->edge[i].from + 1]++] = i;
  }
  return true;
}

static int arrivals(const nir_model *m, int v) {
  return m->in[v + 1] - m->in[v];
}

static int departures(const nir_model *m, int v) {
  return m->out[v + 1] - m->out[v];
}

/* Which Input and Output nodes are the network's: those of the root graph, and nested ones that
 * nothing is connected to. One that stands in the middle of the graph is an identity. */
static bool classify_ports(nir_reader *r, nir_model *m) {
  bool has_input = false, has_output = false;
  for (int v = 0; v < m->node_count; v++) {
    nir_node *n = &m->node[v];
    n->source = -1;
    if (n->type == NIR_INPUT || n->type == NIR_OUTPUT) {
      n->is_end = (n->type == NIR_INPUT ? arrivals(m, v) : departures(m, v)) == 0;
      n->passes_on = !n->is_end;
      has_input = has_input || (n->is_end && n->type == NIR_INPUT);
      has_output = has_output || (n->is_end && n->type == NIR_OUTPUT);
    }
  }
  for (int v = 0; v < m->node_count; v++) {
    nir_node *n = &m->node[v];
    bool at_root = n->parent == 0;
    if (n->type == NIR_INPUT && n->passes_on && at_root) {
      if (!has_input) {
        return NIR_FAIL(r, PHS_NIR_FED_INPUT, n->where,
                        "connect the loop to the node after the Input",
                        "an edge leads into '%s', the network's only Input", n->name);
      }
      NIR_TELL(r, PHS_NIR_INNER_PORT, n->where, "remove the node when exporting",
               "the Input '%s' stands inside the graph and is taken as an identity", n->name);
    } else if (n->type == NIR_OUTPUT && n->passes_on && at_root) {
      n->is_end = !has_output; /* read further and still an output */
      NIR_TELL(r, PHS_NIR_INNER_PORT, n->where,
               "connect what follows to the node before the Output",
               n->is_end ? "the Output '%s' is also read inside the graph"
                         : "the Output '%s' stands inside the graph and is taken as an identity",
               n->name);
    } else if (n->is_end && !at_root && (n->type == NIR_INPUT || n->type == NIR_OUTPUT)) {
      n->inserted = true; /* reported with its shape, once that is known */
    }
  }
  return true;
}

static bool cycle_of_identities(nir_reader *r, const nir_model *m, const int *missing) {
  for (int v = 0; v < m->node_count; v++) {
    if (m->node[v].passes_on && missing[v] > 0) {
      return NIR_FAIL(r, PHS_NIR_CYCLE, m->node[v].where, "put a neuron or a Delay into the loop",
                      "the Input or Output '%s' is in a cycle without any node that has a state",
                      m->node[v].name);
    }
  }
  return true;
}

/* Identities in an order in which each comes after those that it reads. */
static bool identity_order(nir_reader *r, const nir_model *m, int *order, int *count) {
  int *missing = PHS_NEW_ARRAY(r->scratch, int, (size_t)m->node_count);
  if (!missing) {
    return nir_no_memory(r);
  }
  *count = 0;
  for (int v = 0; v < m->node_count; v++) {
    for (int k = m->in[v]; m->node[v].passes_on && k < m->in[v + 1]; k++) {
      missing[v] += m->node[m->edge[m->in_edge[k]].from].passes_on;
    }
    if (m->node[v].passes_on && missing[v] == 0) {
      order[(*count)++] = v;
    }
  }
  for (int i = 0; i < *count; i++) {
    for (int k = m->out[order[i]]; k < m->out[order[i] + 1]; k++) {
      int w = m->edge[m->out_edge[k]].to;
      if (m->node[w].passes_on && --missing[w] == 0) {
        order[(*count)++] = w;
      }
    }
  }
  return cycle_of_identities(r, m, missing);
}

/* Adds to @p to an edge from everything that arrives over @p e, which may come from an identity. */
static bool expand(nir_reader *r, const nir_model *m, nir_model *to, const nir_edge *e,
                   const int *first, const int *last, const nir_model *through) {
  if (!m->node[e->from].passes_on) {
    return nir_add_edge(r, to, *e);
  }
  for (int k = first[e->from]; k < last[e->from]; k++) {
    nir_edge x = through->edge[k];
    x.to = e->to;
    x.graph = e->graph;
    x.row = e->row;
    if (!nir_add_edge(r, to, x)) {
      return false;
    }
  }
  return true;
}

/* Replaces each path through identities by an edge. */
static bool dissolve(nir_reader *r, nir_model *m) {
  size_t n = (size_t)m->node_count;
  int *order = PHS_NEW_ARRAY(r->scratch, int, n), *first = PHS_NEW_ARRAY(r->scratch, int, n);
  int *last = PHS_NEW_ARRAY(r->scratch, int, n), count = 0;
  nir_model through = *m,
            final = *m; /* edges into identities, edges into leaves; nodes only read */
  through.edge = final.edge = NULL;
  through.edge_count = through.edge_cap = final.edge_count = final.edge_cap = 0;
  if (!order || !first || !last) {
    return nir_no_memory(r);
  }
  if (!identity_order(r, m, order, &count)) {
    return false;
  }
  for (int i = 0; i < count; i++) {
    int v = order[i];
    first[v] = through.edge_count;
    for (int k = m->in[v]; k < m->in[v + 1]; k++) {
      nir_edge e = m->edge[m->in_edge[k]];
      if (!expand(r, m, &through, &e, first, last, &through)) {
        return false;
      }
    }
    last[v] = through.edge_count;
    m->node[v].source = last[v] > first[v] ? through.edge[first[v]].from : -1;
  }
  for (int i = 0; i < m->edge_count; i++) {
    if (nir_is_leaf(&m->node[m->edge[i].to]) &&
        !expand(r, m, &final, &m->edge[i], first, last, &through)) {
      return false;
    }
  }
  m->edge = final.edge;
  m->edge_count = final.edge_count;
  m->edge_cap = final.edge_cap;
  return index_edges(r, m);
}

static bool name_taken(const nir_model *m, const char *name) {
  for (int i = 0; i < m->node_count; i++) {
    if (strcmp(m->node[i].name, name) == 0) {
      return true;
    }
  }
  return false;
}

/* A new Input before, or Output after, node @p v. */
static bool insert_end(nir_reader *r, nir_model *m, int v, nir_type type) {
  const char *local = phs_arena_printf(r->scratch, "%s_%s", type == NIR_INPUT ? "input" : "output",
                                       m->node[v].local);
  int i = local ? nir_add_node(r, m, m->node[v].parent, local, m->node[v].where) : -1;
  if (i < 0) {
    return local ? false : nir_no_memory(r);
  }
  nir_node *n = &m->node[i];
  m->node_count--; /* its own name does not count */
  while (name_taken(m, n->name)) {
    n->name = phs_arena_printf(r->net->arena, "%s_", n->name);
    if (!n->name) {
      return nir_no_memory(r);
    }
  }
  m->node_count++;
  n->type = type;
  n->is_end = n->inserted = true;
  n->source = -1;
  int graph = n->parent;
  return nir_add_edge(
      r, m, type == NIR_INPUT ? (nir_edge){i, v, graph, -1} : (nir_edge){v, i, graph, -1});
}

/* Every node gets an input and is read by something, as the reference does it. */
static bool insert_ends(nir_reader *r, nir_model *m) {
  int count = m->node_count;
  for (int v = 0; v < count; v++) {
    const nir_node *n = &m->node[v];
    if (!nir_is_leaf(n)) {
      continue;
    }
    int in = arrivals(m, v), out = departures(m, v);
    if (n->type == NIR_OUTPUT && in == 0) {
      return NIR_FAIL(r, PHS_NIR_UNFED_OUTPUT, n->where,
                      "add the edge that leads to it, or remove the node",
                      "no edge leads into the Output '%s'", n->name);
    }
    if (n->type == NIR_INPUT && out == 0) {
      NIR_TELL(r, PHS_NIR_UNUSED_INPUT, n->where, "add the edge that reads it, or remove the node",
               "nothing reads the Input '%s'", n->name);
    }
    if ((n->type != NIR_INPUT && in == 0 && !insert_end(r, m, v, NIR_INPUT)) ||
        (m->node[v].type != NIR_OUTPUT && m->node[v].type != NIR_INPUT && out == 0 &&
         !insert_end(r, m, v, NIR_OUTPUT))) {
      return false;
    }
  }
  return true;
}

static bool check_outputs(nir_reader *r, const nir_model *m) {
  for (int v = 0; v < m->node_count; v++) {
    if (m->node[v].type == NIR_OUTPUT && nir_is_leaf(&m->node[v])) {
      return true;
    }
  }
  return NIR_FAIL(r, PHS_NIR_NO_OUTPUT, "/node", "add an Output node and an edge to it",
                  "the network has no output");
}

bool nir_flatten(nir_reader *r, nir_model *m) {
  return index_edges(r, m) && classify_ports(r, m) && dissolve(r, m) && insert_ends(r, m) &&
         index_edges(r, m) && check_outputs(r, m);
}
