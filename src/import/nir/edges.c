/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Edge lists, and which node or port a name in them means. */
#include "base/nearest.h"
#include "import/nir/nir.h"

#include <stdlib.h>
#include <string.h>

bool nir_add_edge(nir_reader *r, nir_model *m, nir_edge e) {
  if (m->edge_count == NIR_MAX_EDGES) {
    return NIR_FAIL(r, PHS_NIR_TOO_LARGE, nir_edge_where(r, m, &e),
                    "use layers of many neurons rather than an edge for each",
                    "the model has more than %d edges", NIR_MAX_EDGES);
  }
  if (m->edge_count == m->edge_cap) {
    int cap = m->edge_cap ? 2 * m->edge_cap : 64;
    nir_edge *more = PHS_NEW_ARRAY(r->scratch, nir_edge, (size_t)cap);
    if (!more) {
      return nir_no_memory(r);
    }
    if (m->edge_count) {
      memcpy(more, m->edge, (size_t)m->edge_count * sizeof *more);
    }
    m->edge = more;
    m->edge_cap = cap;
  }
  m->edge[m->edge_count++] = e;
  return true;
}

const char *nir_edge_text(nir_reader *r, const nir_model *m, const nir_edge *e) {
  const char *s = phs_arena_printf(r->scratch, "%s -> %s", nir_printable(r, m->node[e->from].name),
                                   nir_printable(r, m->node[e->to].name));
  return s ? s : "?";
}

const char *nir_edge_where(nir_reader *r, const nir_model *m, const nir_edge *e) {
  const char *s = phs_arena_printf(r->scratch, "%s/edges", m->node[e->graph].where);
  return s ? s : "?";
}

/* The node of graph @p g whose name is the first @p n bytes of @p name, or -1. */
static int find_child(const nir_model *m, int g, const char *name, size_t n) {
  const nir_node *graph = &m->node[g];
  int low = 0, high = graph->child_count;
  while (low < high) {
    int middle = low + (high - low) / 2;
    const char *have = m->node[graph->child[middle]].local;
    int order = strncmp(have, name, n);
    order = order == 0 && have[n] != 0 ? 1 : order;
    if (order == 0) {
      return graph->child[middle];
    }
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return -1;
}

typedef struct lookup {
  nir_reader *r;
  nir_model *m;
  int g;            /* the graph whose edge list it is */
  const char *name; /* as the list has it */
  bool source;
  const char *where; /* of the list */
  const char *edge;  /* "row 3: 'a' -> 'b'" */
} lookup;

static nir_type port_type(const lookup *l) {
  return l->source ? NIR_OUTPUT : NIR_INPUT;
}

/* Nodes of graph @p g that no edge of it enters (or leaves). */
static int count_ends(const lookup *l, int g, int *only) {
  const nir_node *graph = &l->m->node[g];
  int count = 0;
  for (int i = 0; i < graph->child_count; i++) {
    int v = graph->child[i];
    bool used = false;
    for (int e = 0; e < graph->graph_edge_count && !used; e++) {
      const nir_edge *x = &l->m->edge[graph->graph_edge_first + e];
      used = l->source ? x->from == v : x->to == v;
    }
    if (!used && l->m->node[v].type != (l->source ? NIR_INPUT : NIR_OUTPUT)) {
      *only = v;
      count++;
    }
  }
  return count;
}

/* A graph without ports of the kind: its only first (or last) node serves. */
static int port_by_structure(const lookup *l, int g) {
  int only = -1, count = count_ends(l, g, &only);
  const char *what = l->source ? "Output" : "Input";
  if (count == 1 && l->m->node[only].type != NIR_NIRGRAPH) {
    NIR_TELL(l->r, PHS_NIR_INSERTED, l->m->node[g].where, "add the node when exporting",
             "the nested graph has no %s node: '%s' is taken as its %s", what,
             l->m->node[only].local, l->source ? "last" : "first");
    return only;
  }
  NIR_FAIL(l->r, PHS_NIR_EDGE_AMBIGUOUS, l->where, "add Input and Output nodes to the nested graph",
           "%s: the graph '%s' has no %s node and %d nodes that could serve as one", l->edge,
           nir_printable(l->r, l->m->node[g].local), what, count);
  return -1;
}

/* The port of graph @p g that an edge means when it names the graph alone. */
static int only_port(const lookup *l, int g) {
  const nir_node *graph = &l->m->node[g];
  int found = -1, count = 0;
  const char *list = "";
  for (int i = 0; i < graph->child_count; i++) {
    const nir_node *n = &l->m->node[graph->child[i]];
    if (n->type == port_type(l)) {
      found = graph->child[i];
      if (count++ < 8) {
        list = phs_arena_printf(l->r->scratch, "%s%s'%s.%s'", list, *list ? ", " : "", graph->local,
                                n->local);
        list = list ? list : "";
      }
    }
  }
  if (count == 1) {
    return found;
  }
  if (count == 0) {
    return port_by_structure(l, g);
  }
  const char *help = phs_arena_printf(l->r->scratch, "name one of %s", list);
  NIR_FAIL(l->r, PHS_NIR_EDGE_AMBIGUOUS, l->where, help, "%s: the graph '%s' has %d %s nodes",
           l->edge, nir_printable(l->r, graph->local), count, l->source ? "Output" : "Input");
  return -1;
}

/* "G.B": the port B of the nested graph G, for any split at a dot, the last dot first. -1 when
 * there is none. */
static int dotted_port(const lookup *l, int g, const char *name) {
  for (size_t n = strlen(name); n-- > 0;) {
    if (name[n] != '.') {
      continue;
    }
    int graph = find_child(l->m, g, name, n);
    if (graph < 0 || l->m->node[graph].type != NIR_NIRGRAPH) {
      continue;
    }
    int port = find_child(l->m, graph, name + n + 1, strlen(name + n + 1));
    if (port >= 0 && l->m->node[port].type == port_type(l)) {
      return port;
    }
    port = port < 0 ? dotted_port(l, graph, name + n + 1) : -1;
    if (port >= 0) {
      return port;
    }
  }
  return -1;
}

/* A hierarchy flattened halfway: the edge says "lif1", the nodes are "lif1.input" and
 * "lif1.output". */
static int block_port(const lookup *l) {
  const char *suffix = l->source ? "output" : "input";
  const char *full = phs_arena_printf(l->r->scratch, "%s.%s", l->name, suffix);
  int v = full ? find_child(l->m, l->g, full, strlen(full)) : -1;
  if (v < 0 || l->m->node[v].type != port_type(l)) {
    return -1;
  }
  NIR_TELL(l->r, PHS_NIR_BLOCK_EDGE, l->where, "export the model again with the blocks resolved",
           "%s: there is no node '%s'; '%s' is taken for it", l->edge, nir_printable(l->r, l->name),
           full);
  return v;
}

static int unknown_name(const lookup *l) {
  const nir_node *graph = &l->m->node[l->g];
  const char **names = PHS_NEW_ARRAY(l->r->scratch, const char *, (size_t)graph->child_count);
  const char *list = "";
  if (!names) {
    nir_no_memory(l->r);
    return -1;
  }
  for (int i = 0; i < graph->child_count; i++) {
    names[i] = l->m->node[graph->child[i]].local;
    if (i < 12) {
      const char *more = phs_arena_printf(l->r->scratch, "%s%s%s", list, *list ? ", " : "",
                                          nir_printable(l->r, names[i]));
      list = more ? more : list;
    }
  }
  const char *near = phs_nearest(l->name, names, (size_t)graph->child_count);
  const char *help = near ? phs_arena_printf(l->r->scratch, "did you mean '%s'?", near)
                          : "correct the edge or add the node";
  NIR_FAIL(l->r, PHS_NIR_EDGE_UNKNOWN, l->where, help,
           "%s, names the node '%s', which does not exist; nodes of this graph: %s%s", l->edge,
           nir_printable(l->r, l->name), list, graph->child_count > 12 ? ", ..." : "");
  return -1;
}

/* The node that an end of an edge means; for nested graphs, the port. -1 after an error. */
static int resolve(const lookup *l) {
  int v = find_child(l->m, l->g, l->name, strlen(l->name));
  if (v >= 0 && l->m->node[v].type == NIR_NIRGRAPH) {
    int *port = &l->m->node[v].port[l->source];
    if (*port == 0) {
      *port = 1 + only_port(l, v);
    }
    return *port - 1;
  }
  if (v >= 0) {
    return v;
  }
  v = dotted_port(l, l->g, l->name);
  if (v < 0) {
    v = block_port(l);
  }
  return v >= 0 ? v : unknown_name(l);
}

static bool add_rows(nir_reader *r, nir_model *m, int g, const char *where, const char **text,
                     int rows) {
  m->node[g].graph_edge_first = m->edge_count;
  for (int i = 0; i < rows; i++) {
    const char *from = text[2 * i], *to = text[2 * i + 1];
    const char *edge = phs_arena_printf(r->scratch, "edge %d, '%s' -> '%s'", i,
                                        nir_printable(r, from), nir_printable(r, to));
    if (!edge) {
      return nir_no_memory(r);
    }
    lookup l = {r, m, g, from, true, where, edge};
    int a = resolve(&l);
    l.name = to;
    l.source = false;
    int b = a < 0 ? -1 : resolve(&l);
    if (b < 0 || !nir_add_edge(r, m, (nir_edge){a, b, g, i})) {
      return false;
    }
  }
  m->node[g].graph_edge_count = m->edge_count - m->node[g].graph_edge_first;
  return true;
}

static int by_ends(const void *a, const void *b) {
  const nir_edge *x = a, *y = b;
  if (x->from != y->from) {
    return x->from < y->from ? -1 : 1;
  }
  if (x->to != y->to) {
    return x->to < y->to ? -1 : 1;
  }
  return (x->row > y->row) - (x->row < y->row);
}

/* The same edge twice in one list counts once, as in the frameworks. */
static void drop_duplicates(nir_reader *r, nir_model *m, int g) {
  nir_edge *edge = m->edge + m->node[g].graph_edge_first;
  int count = m->node[g].graph_edge_count, kept = 0, dropped = 0;
  const nir_edge *example = NULL;
  if (count == 0) {
    return;
  }
  qsort(edge, (size_t)count, sizeof *edge, by_ends);
  for (int i = 0; i < count; i++) {
    if (kept > 0 && edge[kept - 1].from == edge[i].from && edge[kept - 1].to == edge[i].to) {
      dropped++;
      example = &edge[kept - 1];
    } else {
      edge[kept++] = edge[i];
    }
  }
  if (dropped) {
    NIR_TELL(r, PHS_NIR_DUPLICATE_EDGE, nir_edge_where(r, m, example),
             "to count it twice, scale the weights",
             "the edge %s is listed more than once and counts once (%d such row%s)",
             nir_edge_text(r, m, example), dropped, dropped == 1 ? "" : "s");
  }
  m->node[g].graph_edge_count = kept;
  m->edge_count = m->node[g].graph_edge_first + kept;
}

bool nir_read_edges(nir_reader *r, nir_model *m, hid_t group, int g) {
  nir_data d;
  const char **text = NULL;
  const char *where = m->node[g].where;
  nir_found found = nir_data_open(r, group, where, "edges", &d);
  m->node[g].graph_edge_first = m->edge_count;
  if (found == NIR_MISSING) {
    NIR_TELL(r, PHS_NIR_NO_EDGES, where, "export the model again if its nodes should be connected",
             "no dataset 'edges': the nodes are taken as unconnected");
  }
  if (found != NIR_FOUND) {
    return found == NIR_MISSING;
  }
  bool ok = true;
  if (d.count > 0) {
    ok = (d.shape.rank == 2 && d.shape.dim[1] == 2) ||
         NIR_FAIL(r, PHS_NIR_RANK, d.where, "store a row of two names for each edge",
                  "the edges have shape %s; it must be [edges, 2]", nir_shape(r, &d.shape));
    ok = ok && (d.shape.dim[0] <= NIR_MAX_EDGES ||
                NIR_FAIL(r, PHS_NIR_TOO_LARGE, d.where,
                         "use layers of many neurons rather than an edge for each",
                         "the graph has more than %d edges", NIR_MAX_EDGES));
    ok = ok && nir_read_strings(r, &d, &text) &&
         add_rows(r, m, g, d.where, text, (int)d.shape.dim[0]);
  }
  nir_data_close(&d);
  if (ok) {
    drop_duplicates(r, m, g);
  }
  return ok;
}
