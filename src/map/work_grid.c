/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Grids of populations. A rule of distance says where neurons lie; else a shape with channels does;
 * else neurons without structure take the grid of what reaches them element by element
 * (convolution, flatten, neurons).
 */
#include "map/work_build.h"

phs_dims phs_shape_dims(const phs_shape *s) {
  phs_dims out = {{1, 1, 1}};
  const int64_t *dim = s->dim;
  if (s->rank == 1) {
    out.dim[2] = (uint32_t)dim[0];
  } else if (s->rank == 2) { /* channels of length L */
    out.dim[0] = (uint32_t)dim[0];
    out.dim[2] = (uint32_t)dim[1];
  } else if (s->rank > 2) {
    for (int i = 0; i < s->rank - 2; i++) {
      out.dim[0] *= (uint32_t)dim[i];
    }
    out.dim[1] = (uint32_t)dim[s->rank - 2];
    out.dim[2] = (uint32_t)dim[s->rank - 1];
  }
  return out;
}

static phs_dims dims_of_grid(const phs_grid *g) {
  phs_dims out = {{1, 1, 1}};
  for (int i = 0; i < g->rank; i++) {
    out.dim[PHS_MAP_RANK - g->rank + i] = (uint32_t)g->dim[i];
  }
  return out;
}

typedef struct search {
  phs_work_build *b;
  int *stack;
  uint32_t *seen; /* by op: the search that came by last */
  uint32_t turn;
  uint8_t *placed; /* by op: has places */
} search;

/* The population whose elements are those of @p op, one by one, or -1. */
static int population_behind(const phs_work_build *b, int op) {
  for (int steps = 0; steps <= b->net->op_count; steps++) {
    const phs_op *at = &b->net->op[op];
    if (phs_op_is_population(at)) {
      return op;
    }
    if (!phs_op_is_elementwise(at) || at->operand_count != 1) {
      return -1;
    }
    op = at->operand[0];
  }
  return -1;
}

static void take_grid(search *s, int op, const phs_grid *g) {
  phs_dims d = dims_of_grid(g);
  uint64_t count = (uint64_t)d.dim[0] * d.dim[1] * d.dim[2];
  if (op >= 0 && !s->placed[op] && g->rank > 0 && g->rank <= PHS_MAP_RANK &&
      count == phs_shape_count(&s->b->net->op[op].shape)) {
    s->b->grid[op] = d;
    s->placed[op] = 1;
  }
}

static void take_rules(search *s, int neurons, const phs_op *op) {
  for (int i = 0; i < op->synapses.projection_count; i++) {
    const phs_recipe *r = &op->synapses.projection[i].recipe;
    if (r->rule == PHS_RULE_DISTANCE) {
      take_grid(s, population_behind(s->b, op->operand[i]), &r->source_grid);
      take_grid(s, neurons, &r->target_grid);
    }
  }
}

static bool has_structure(const phs_dims *d) {
  return d->dim[0] > 1 || d->dim[1] > 1;
}

/* What op @p at says of the grid of neurons that its elements reach one by one. */
static bool suggests(const phs_work_build *b, int at, phs_dims *out) {
  const phs_op *op = &b->net->op[at];
  bool window = op->kind == PHS_OP_CONV || op->kind == PHS_OP_POOL || op->kind == PHS_OP_LINEAR;
  *out = phs_op_is_population(op) ? b->grid[at] : phs_shape_dims(&op->shape);
  return (window || phs_op_is_population(op)) && has_structure(out);
}

/* Goes back from the neurons through what keeps elements apart. */
static void search_neurons(search *s, int neurons, bool rules) {
  const phs_net *n = s->b->net;
  const bool open = !rules && !s->placed[neurons] && !has_structure(&s->b->grid[neurons]);
  int depth = 0;
  phs_dims found;
  s->turn++;
  s->stack[depth++] = neurons;
  s->seen[neurons] = s->turn;
  while (depth > 0) {
    const int at = s->stack[--depth];
    const phs_op *op = &n->op[at];
    const bool all = at == neurons || phs_op_is_elementwise(op); /* else the start of sums */
    if (rules && op->kind == PHS_OP_SYNAPSES) {
      take_rules(s, neurons, op);
    }
    if (open && at != neurons && suggests(s->b, at, &found)) {
      s->b->grid[neurons] = found;
      return;
    }
    for (int i = op->operand_count - 1; i >= 0 && (all || phs_op_init(op) >= 0); i--) {
      const int next = op->operand[i];
      if ((all || i == phs_op_init(op)) && s->seen[next] != s->turn) {
        s->seen[next] = s->turn;
        s->stack[depth++] = next;
      }
    }
  }
}

bool phs_work_grids(phs_work_build *b) {
  const phs_net *n = b->net;
  search s = {.b = b,
              .stack = PHS_NEW_ARRAY(b->scratch, int, (size_t)n->op_count),
              .seen = PHS_NEW_ARRAY(b->scratch, uint32_t, (size_t)n->op_count),
              .placed = PHS_NEW_ARRAY(b->scratch, uint8_t, (size_t)n->op_count)};
  if (!s.stack || !s.seen || !s.placed) {
    return false;
  }
  for (int i = 0; i < n->op_count; i++) {
    b->grid[i] = phs_shape_dims(&n->op[i].shape);
  }
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < n->op_count; i++) {
      if (n->op[i].kind == PHS_OP_NEURONS) {
        search_neurons(&s, i, pass == 0);
      }
    }
  }
  return true;
}
