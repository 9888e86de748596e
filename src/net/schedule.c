/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "net/schedule.h"

#include "net/schedule_internal.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t phs_delay_steps(double seconds, double dt) {
  double steps = round(seconds / dt);
  return steps < 9e15 ? (int64_t)steps : (int64_t)9e15;
}

bool phs_node_has_state(const phs_op *op) {
  return op->kind == PHS_OP_DELAY ||
         (op->kind == PHS_OP_NEURONS && op->neurons.model != PHS_MODEL_THRESHOLD);
}

bool phs_delays_a_step(const phs_op *op, double dt) {
  if (op->kind != PHS_OP_DELAY) {
    return false;
  }
  for (size_t i = 0; i < op->delay.seconds.n; i++) {
    if (phs_delay_steps(op->delay.seconds.v[i], dt) < 1) {
      return false;
    }
  }
  for (size_t i = 0; i < op->delay.steps.n; i++) {
    if (op->delay.steps.v[i] < 1) {
      return false;
    }
  }
  return true;
}

static int by_name(const void *a, const void *b) {
  const phs_op *const *x = a, *const *y = b;
  return phs_natural_compare((*x)->name, (*y)->name);
}

static int by_ends(const void *a, const void *b) {
  const phs_edge *x = a, *y = b;
  if (x->from != y->from) {
    return x->from < y->from ? -1 : 1;
  }
  return (x->to > y->to) - (x->to < y->to);
}

/* Offsets of the edges out of and into each node. */
static bool index_edges(phs_plan *p, const phs_edge *edge, int n, int m) {
  int *out = PHS_NEW_ARRAY(p->scratch, int, (size_t)n + 1);
  int *in = PHS_NEW_ARRAY(p->scratch, int, (size_t)n + 2);
  int *in_edge = PHS_NEW_ARRAY(p->scratch, int, (size_t)m);
  if (!out || !in || !in_edge) {
    return false;
  }
  for (int e = 0; e < m; e++) {
    out[edge[e].from + 1]++;
    in[edge[e].to + 2]++;
  }
  for (int v = 0; v < n; v++) {
    out[v + 1] += out[v];
    in[v + 2] += in[v + 1];
  }
  for (int e = 0; e < m; e++) {
    in_edge[in[edge[e].to + 1]++] = e;
  }
  p->g = (phs_digraph){.n = n, .m = m, .edge = edge, .out = out, .in = in, .in_edge = in_edge};
  return true;
}

/* Nodes sorted by name, edges renumbered and sorted: from here on nothing knows the order of the
 * file. */
static bool canonical(phs_plan *p, const phs_graph *graph) {
  int n = graph->node_count, m = graph->edge_count;
  p->node = PHS_NEW_ARRAY(p->scratch, const phs_op *, (size_t)n);
  int *number = PHS_NEW_ARRAY(p->scratch, int, (size_t)n);
  phs_edge *edge = PHS_NEW_ARRAY(p->scratch, phs_edge, (size_t)m);
  if (!p->node || !number || !edge) {
    return false;
  }
  for (int i = 0; i < n; i++) {
    p->node[i] = &graph->node[i];
  }
  qsort(p->node, (size_t)n, sizeof *p->node, by_name);
  for (int i = 0; i < n; i++) {
    number[p->node[i] - graph->node] = i;
  }
  for (int e = 0; e < m; e++) {
    edge[e] = (phs_edge){number[graph->edge[e].from], number[graph->edge[e].to]};
  }
  qsort(edge, (size_t)m, sizeof *edge, by_ends);
  return index_edges(p, edge, n, m);
}

/* Edges from the nearest input to each node. */
static int *distances(phs_plan *p) {
  const phs_digraph *g = &p->g;
  int *distance = PHS_NEW_ARRAY(p->scratch, int, (size_t)g->n);
  int *queue = PHS_NEW_ARRAY(p->scratch, int, (size_t)g->n);
  if (!distance || !queue) {
    return NULL;
  }
  int head = 0, tail = 0;
  for (int v = 0; v < g->n; v++) {
    distance[v] = INT_MAX;
    if (p->node[v]->kind == PHS_OP_INPUT) {
      distance[v] = 0;
      queue[tail++] = v;
    }
  }
  while (head < tail) {
    int v = queue[head++];
    for (int e = g->out[v]; e < g->out[v + 1]; e++) {
      int w = g->edge[e].to;
      if (distance[w] == INT_MAX) {
        distance[w] = distance[v] + 1;
        queue[tail++] = w;
      }
    }
  }
  return distance;
}

typedef struct place_in_order {
  int level, node;
} place_in_order;

static int by_level(const void *a, const void *b) {
  const place_in_order *x = a, *y = b;
  if (x->level != y->level) {
    return x->level < y->level ? -1 : 1;
  }
  return (x->node > y->node) - (x->node < y->node);
}

/* rank: by the longest path from a node without arrivals, then by name; closing edges are left out.
 */
static bool rank_nodes(phs_plan *p, const int *cut) {
  const phs_digraph *g = &p->g;
  place_in_order *order = PHS_NEW_ARRAY(p->scratch, place_in_order, (size_t)g->n);
  int *missing = PHS_NEW_ARRAY(p->scratch, int, (size_t)g->n);
  int *queue = PHS_NEW_ARRAY(p->scratch, int, (size_t)g->n);
  p->rank = PHS_NEW_ARRAY(p->scratch, int, (size_t)g->n);
  if (!order || !missing || !queue || !p->rank) {
    return false;
  }
  for (int e = 0; e < g->m; e++) {
    missing[g->edge[e].to] += cut[e] == -1;
  }
  int head = 0, tail = 0;
  for (int v = 0; v < g->n; v++) {
    order[v].node = v;
    if (missing[v] == 0) {
      queue[tail++] = v;
    }
  }
  while (head < tail) {
    int v = queue[head++];
    for (int e = g->out[v]; e < g->out[v + 1]; e++) {
      int w = g->edge[e].to;
      if (cut[e] != -1) {
        continue;
      }
      if (order[w].level <= order[v].level) {
        order[w].level = order[v].level + 1;
      }
      if (--missing[w] == 0) {
        queue[tail++] = w;
      }
    }
  }
  qsort(order, (size_t)g->n, sizeof *order, by_level);
  for (int i = 0; i < g->n; i++) {
    p->rank[order[i].node] = i;
  }
  return true;
}

/* The canonical order, and which edges close cycles; delays and latencies play no part in either,
 * so that sums have one order under all conventions. */
static bool analyse(phs_plan *p, const int *distance) {
  const phs_digraph *g = &p->g;
  size_t n = (size_t)g->n, m = (size_t)g->m;
  int *cut = PHS_NEW_ARRAY(p->scratch, int, m);
  bool *may_head = PHS_NEW_ARRAY(p->scratch, bool, n);
  p->closing = PHS_NEW_ARRAY(p->scratch, bool, m);
  if (!cut || !may_head || !p->closing) {
    return false;
  }
  for (size_t e = 0; e < m; e++) {
    cut[e] = -1;
  }
  for (int v = 0; v < g->n; v++) {
    may_head[v] = phs_node_has_state(p->node[v]);
  }
  const int *stuck;
  int stuck_count;
  while (
      !phs_cut_cycles(p->scratch, g, distance, may_head, cut, NULL, NULL, &stuck, &stuck_count)) {
    if (stuck_count == 0) {
      return false;
    }
    /* Only an order is wanted here: whether such a cycle is allowed is decided where delays are
     * placed. */
    for (size_t v = 0; v < n; v++) {
      may_head[v] = true;
    }
  }
  for (size_t e = 0; e < m; e++) {
    p->closing[e] = cut[e] >= 0;
  }
  return rank_nodes(p, cut);
}

/* ---- which value reads which ---- */

typedef struct placing {
  phs_plan *p;
  int *cut;           /* per edge, as in phs_cut_cycles */
  phs_arrival *over;  /* per edge: what arrives over it */
  int *copy_of;       /* per node: its copy in the component at hand, or -1 */
  int *list, *copies; /* nodes copied for the component at hand; copies made of each node so far */
  bool silent, failed;
} placing;

static int add_copy(placing *c, int node) {
  phs_plan *p = c->p;
  if (p->value_count == p->value_cap) {
    int cap = p->value_cap * 2;
    phs_value *more = PHS_NEW_ARRAY(p->scratch, phs_value, (size_t)cap);
    if (!more) {
      c->failed = true;
      return 0;
    }
    memcpy(more, p->value, (size_t)p->value_count * sizeof *more);
    p->value = more;
    p->value_cap = cap;
  }
  p->value[p->value_count] = (phs_value){.node = node, .copy = ++c->copies[node], .delay = -1};
  return p->value_count++;
}

/* Where a recurrent path starts: at the population, not at a delay of less than a step after it. */
static bool fires(const phs_op *op) {
  return op->kind != PHS_OP_DELAY && phs_node_has_state(op);
}

/* Copies of the stateless nodes from which edge @p e starts, back to the spikes that they read, one
 * step late. */
static void copy_chain(placing *c, const int *comp, int component, int start) {
  phs_plan *p = c->p;
  const phs_digraph *g = &p->g;
  int count = 0;
  c->list[count++] = start;
  c->copy_of[start] = add_copy(c, start);
  for (int i = 0; i < count && !c->failed; i++) {
    int v = c->list[i], n = g->in[v + 1] - g->in[v];
    phs_arrival *arrival = PHS_NEW_ARRAY(p->scratch, phs_arrival, (size_t)n);
    if (!arrival) {
      c->failed = true;
      return;
    }
    for (int k = 0; k < n; k++) {
      int e = g->in_edge[g->in[v] + k], u = g->edge[e].from;
      bool inside = comp[u] == component && c->cut[e] == -1;
      arrival[k] = (phs_arrival){.value = u, .recurrent = p->closing[e]};
      if (inside && fires(p->node[u])) {
        arrival[k].delayed = true;
      } else if (inside) {
        if (c->copy_of[u] < 0) {
          c->copy_of[u] = add_copy(c, u);
          c->list[count++] = u;
        }
        arrival[k].value = c->copy_of[u];
      }
    }
    p->value[c->copy_of[v]].arrival_count = n;
    p->value[c->copy_of[v]].arrival = arrival;
  }
}

static bool place_delays(void *user, int component, const int *comp, int head) {
  placing *c = user;
  const phs_digraph *g = &c->p->g;
  int first = c->p->value_count;
  for (int i = g->in[head]; i < g->in[head + 1] && !c->failed; i++) {
    int e = g->in_edge[i], u = g->edge[e].from;
    if (c->cut[e] != component) {
      continue;
    }
    if (c->silent || fires(c->p->node[u])) {
      c->over[e].delayed = true;
    } else {
      if (c->copy_of[u] < 0) {
        copy_chain(c, comp, component, u);
      }
      c->over[e].value = c->copy_of[u];
    }
  }
  for (int i = first; i < c->p->value_count; i++) {
    c->copy_of[c->p->value[i].node] = -1;
  }
  return !c->failed;
}

static bool placing_init(placing *c, phs_plan *p, bool *may_head) {
  const phs_digraph *g = &p->g;
  const phs_conventions *k = &p->net->conventions;
  size_t n = (size_t)g->n, m = (size_t)g->m;
  *c = (placing){.p = p, .silent = k->recurrent_start == PHS_SILENT};
  c->cut = PHS_NEW_ARRAY(p->scratch, int, m);
  c->over = PHS_NEW_ARRAY(p->scratch, phs_arrival, m);
  c->copy_of = PHS_NEW_ARRAY(p->scratch, int, n);
  c->list = PHS_NEW_ARRAY(p->scratch, int, n);
  c->copies = PHS_NEW_ARRAY(p->scratch, int, n);
  p->value_cap = 2 * g->n + 16;
  p->value = PHS_NEW_ARRAY(p->scratch, phs_value, (size_t)p->value_cap);
  if (!c->cut || !c->over || !c->copy_of || !c->list || !c->copies || !p->value) {
    return false;
  }
  for (int v = 0; v < g->n; v++) {
    const phs_op *op = p->node[v];
    c->copy_of[v] = -1;
    may_head[v] = phs_node_has_state(op);
    p->value[p->value_count++] = (phs_value){.node = v, .delay = -1};
  }
  for (int e = 0; e < g->m; e++) {
    const phs_op *to = p->node[g->edge[e].to];
    bool late =
        phs_delays_a_step(to, p->net->dt) || (to->kind == PHS_OP_NEURONS && k->layer_latency > 0);
    c->cut[e] = late ? -2 : -1;
    c->over[e] = (phs_arrival){.value = g->edge[e].from, .recurrent = p->closing[e]};
  }
  return true;
}

/* A delay of less than a step passes its input on at once: a cycle needs another state. */
static void only_neurons_head(const phs_plan *p, bool *may_head) {
  for (int v = 0; v < p->g.n; v++) {
    may_head[v] = may_head[v] && p->node[v]->kind != PHS_OP_DELAY;
  }
}

/* Everything that outputs and populations need, directly or not. */
static bool mark_needed(phs_plan *p) {
  int *stack = PHS_NEW_ARRAY(p->scratch, int, (size_t)p->value_count);
  if (!stack) {
    return false;
  }
  int count = 0;
  for (int v = 0; v < p->g.n; v++) {
    phs_op_kind kind = p->node[v]->kind;
    bool leaf = p->g.out[v] == p->g.out[v + 1];
    if (leaf || kind == PHS_OP_INPUT || kind == PHS_OP_OUTPUT || kind == PHS_OP_NEURONS) {
      p->value[v].needed = true;
      stack[count++] = v;
    }
  }
  while (count > 0) {
    const phs_value *x = &p->value[stack[--count]];
    for (int k = 0; k < x->arrival_count; k++) {
      phs_value *y = &p->value[x->arrival[k].value];
      if (!y->needed) {
        y->needed = true;
        stack[count++] = x->arrival[k].value;
      }
    }
  }
  return true;
}

static bool plan_arrivals(phs_plan *p, const placing *c) {
  const phs_digraph *g = &p->g;
  for (int v = 0; v < g->n; v++) {
    int n = g->in[v + 1] - g->in[v];
    phs_arrival *arrival = PHS_NEW_ARRAY(p->scratch, phs_arrival, (size_t)n);
    if (!arrival) {
      return false;
    }
    for (int k = 0; k < n; k++) {
      arrival[k] = c->over[g->in_edge[g->in[v] + k]];
    }
    p->value[v].arrival_count = n;
    p->value[v].arrival = arrival;
  }
  return mark_needed(p);
}

/* Reports the members of a component as nodes of the caller's graph. */
static phs_schedule_result stuck_cycle(const phs_plan *p, const phs_graph *graph, const int *stuck,
                                       int count, const int **cycle, int *cycle_count) {
  int *out = PHS_NEW_ARRAY(p->net->arena, int, (size_t)count);
  if (!out) {
    return PHS_SCHEDULE_NO_MEMORY;
  }
  for (int i = 0; i < count; i++) {
    out[i] = (int)(p->node[stuck[i]] - graph->node);
  }
  *cycle = out;
  *cycle_count = count;
  return PHS_SCHEDULE_CYCLE;
}

phs_schedule_result phs_schedule(phs_net *net, const phs_graph *graph, const int **cycle,
                                 int *cycle_count) {
  phs_schedule_result result = PHS_SCHEDULE_NO_MEMORY;
  phs_plan p = {.net = net, .scratch = phs_arena_create()};
  placing c;
  bool *may_head;
  const int *distance, *stuck;
  int stuck_count;
  if (!p.scratch || !canonical(&p, graph) || !(distance = distances(&p)) ||
      !analyse(&p, distance)) {
    goto cleanup;
  }
  may_head = PHS_NEW_ARRAY(p.scratch, bool, (size_t)p.g.n);
  if (!may_head || !placing_init(&c, &p, may_head)) {
    goto cleanup;
  }
  only_neurons_head(&p, may_head);
  if (!phs_cut_cycles(p.scratch, &p.g, distance, may_head, c.cut, place_delays, &c, &stuck,
                      &stuck_count)) {
    if (stuck_count > 0) {
      result = stuck_cycle(&p, graph, stuck, stuck_count, cycle, cycle_count);
    }
    goto cleanup;
  }
  if (plan_arrivals(&p, &c) && phs_plan_ops(&p)) {
    result = PHS_SCHEDULE_OK;
  }
cleanup:
  phs_arena_destroy(p.scratch);
  return result;
}
