/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The second half of phs_schedule(): values become ops; fan-in becomes sums and chained
 * accumulators. */
#include "net/schedule_internal.h"

#include <stdlib.h>
#include <string.h>

/* Ops in the order in which they are made; `operand` numbers refer to this order until the end. */
typedef struct making {
  phs_plan *p;
  int count, cap;
  phs_op *op;
  int *rank; /* of the node that the op belongs to: the wish where it stands in the list */
} making;

static bool passes_type_on(const phs_op *op) {
  return op->kind == PHS_OP_FLATTEN || op->kind == PHS_OP_DELAY || op->kind == PHS_OP_OUTPUT;
}

static phs_elem own_type(const phs_plan *p, const phs_op *op) {
  if (op->kind != PHS_OP_NEURONS || !phs_model_get(op->neurons.model)->spiking) {
    return PHS_F32;
  }
  bool counts =
      p->net->conventions.spikes_per_step == PHS_MANY && op->neurons.model != PHS_MODEL_THRESHOLD;
  return counts ? PHS_I32 : PHS_I1;
}

/* Element types. Ops that pass their operand's type on are followed back; a ring of nothing but
 * such ops carries zeros. */
static bool find_types(phs_plan *p) {
  bool *known = PHS_NEW_ARRAY(p->scratch, bool, (size_t)p->value_count);
  int *path = PHS_NEW_ARRAY(p->scratch, int, (size_t)p->value_count);
  if (!known || !path) {
    return false;
  }
  for (int i = 0; i < p->value_count; i++) {
    int x = i, count = 0;
    while (!known[x]) {
      const phs_op *op = p->node[p->value[x].node];
      known[x] = true; /* now or at the end of the path */
      path[count++] = x;
      p->value[x].elem = own_type(p, op);
      if (!passes_type_on(op) || p->value[x].arrival_count != 1) {
        break;
      }
      x = p->value[x].arrival[0].value;
    }
    while (count > 0) {
      p->value[path[--count]].elem = p->value[x].elem;
    }
  }
  return true;
}

static int make_op(making *m, phs_op op, int node, int operands) {
  if (m->count == m->cap) {
    return -1;
  }
  op.operand_count = 0; /* counts up as they are filled in */
  op.operand = PHS_NEW_ARRAY(m->p->net->arena, int, (size_t)operands);
  m->rank[m->count] = m->p->rank[node];
  m->op[m->count] = op;
  return op.operand ? m->count++ : -1;
}

static void add_operand(making *m, int op, int operand) {
  m->op[op].operand[m->op[op].operand_count++] = operand;
}

/* A helper op of ours at the node's place. */
static int make_helper(making *m, phs_op_kind kind, const phs_value *x, const char *suffix,
                       phs_elem elem, int operands) {
  const phs_op *node = m->p->node[x->node];
  const char *base = x->copy ? m->op[x->op].name : node->name;
  phs_op op = {
      .kind = kind, .where = node->where, .line = node->line, .column = node->column, .elem = elem};
  op.name = phs_arena_printf(m->p->net->arena, "%s#%s", base, suffix);
  return op.name ? make_op(m, op, x->node, operands) : -1;
}

static int make_delay(making *m, const phs_value *x, const char *suffix, phs_elem elem,
                      int64_t steps) {
  int i = make_helper(m, PHS_OP_DELAY, x, suffix, elem, 1);
  int64_t *v = phs_arena_copy(m->p->net->arena, &steps, sizeof steps);
  if (i < 0 || !v) {
    return -1;
  }
  m->op[i].delay.steps = (phs_steps){v, 1};
  return i;
}

/* The op that an arrival reads: the value's own, or the delay after it. */
static int arrival_op(making *m, const phs_arrival *a) {
  phs_value *x = &m->p->value[a->value];
  if (!a->delayed) {
    return x->op;
  }
  if (x->delay < 0) {
    x->delay = make_delay(m, x, "delay", x->elem, 1);
    if (x->delay >= 0) {
      m->op[x->delay].shape = m->op[x->op].shape;
      add_operand(m, x->delay, x->op);
    }
  }
  return x->delay;
}

static bool accumulates(const making *m, const phs_arrival *a) {
  const phs_value *x = &m->p->value[a->value];
  phs_op_kind kind = m->p->node[x->node]->kind;
  return !a->delayed && x->uses == 1 && (kind == PHS_OP_LINEAR || kind == PHS_OP_CONV);
}

/* Sums what arrives at @p x: first what cannot accumulate, as one add, then the linear ops, each
 * starting from the sum so far. Returns the op with the sum, or -1. */
static int make_sum(making *m, const phs_value *x) {
  int others = 0, sum = -1;
  const phs_arrival *other = NULL;
  for (int k = 0; k < x->arrival_count; k++) {
    if (!accumulates(m, &x->arrival[k])) {
      other = &x->arrival[k];
      others++;
    }
  }
  if (others == 1 && m->p->value[other->value].elem == PHS_F32) {
    sum = arrival_op(m, other); /* a sum of one */
    if (sum < 0) {
      return -1;
    }
    others = 0;
  }
  if (others > 0) {
    const phs_shape *shape = NULL;
    sum = make_helper(m, PHS_OP_ADD, x, "sum", PHS_F32, others);
    for (int k = 0; sum >= 0 && k < x->arrival_count; k++) {
      if (accumulates(m, &x->arrival[k])) {
        continue;
      }
      int i = arrival_op(m, &x->arrival[k]);
      if (i < 0) {
        return -1;
      }
      add_operand(m, sum, i);
      shape = &m->op[i].shape;
    }
    if (sum < 0) {
      return -1;
    }
    m->op[sum].shape = *shape;
  }
  for (int k = 0; k < x->arrival_count; k++) {
    if (accumulates(m, &x->arrival[k])) {
      int i = m->p->value[x->arrival[k].value].op;
      if (sum >= 0) {
        m->op[i].operand[1] = sum; /* operand 0 and the count are set when the op's own input is */
      }
      sum = i;
    }
  }
  return sum;
}

/* What @p x takes as its input, ready to be its operand 0. */
static bool connect(making *m, const phs_value *x) {
  const phs_op *node = m->p->node[x->node];
  if (x->arrival_count == 0) {
    return true;
  }
  int input = x->arrival_count == 1 ? arrival_op(m, &x->arrival[0]) : make_sum(m, x);
  int latency = m->p->net->conventions.layer_latency;
  if (input >= 0 && node->kind == PHS_OP_NEURONS && latency > 0) {
    phs_elem elem = x->arrival_count == 1 ? m->p->value[x->arrival[0].value].elem : PHS_F32;
    int late = make_delay(m, x, "latency", elem, latency);
    if (late >= 0) {
      m->op[late].shape = m->op[input].shape;
      add_operand(m, late, input);
    }
    input = late;
  }
  if (input >= 0) {
    m->op[x->op].operand[0] = input;
  }
  return input >= 0;
}

/* "name#recurrent", with something after it where the model has such a name already. */
static const char *copy_name(const phs_plan *p, const phs_value *x) {
  const char *base = p->node[x->node]->name;
  const char *name = x->copy > 1 ? phs_arena_printf(p->net->arena, "%s#recurrent%d", base, x->copy)
                                 : phs_arena_printf(p->net->arena, "%s#recurrent", base);
  for (int i = 0; name && i < p->g.n; i++) {
    if (strcmp(p->node[i]->name, name) == 0) {
      name = phs_arena_printf(p->net->arena, "%s_", name);
      i = -1;
    }
  }
  return name;
}

/* The ops of the values themselves, without operands. A node of which only a copy is needed gives
 * the copy its name. */
static bool make_values(making *m) {
  phs_plan *p = m->p;
  for (int i = 0; i < p->value_count; i++) {
    phs_value *x = &p->value[i];
    if (!x->needed) {
      continue;
    }
    phs_op op = *p->node[x->node];
    op.elem = x->elem;
    if (x->copy && (x->copy > 1 || p->value[x->node].needed)) {
      op.name = copy_name(p, x);
    }
    x->op = op.name ? make_op(m, op, x->node, 2) : -1;
    if (x->op < 0) {
      return false;
    }
    m->op[x->op].operand[0] = m->op[x->op].operand[1] = -1;
  }
  return true;
}

/* Arrivals in the order in which they are summed. */
typedef struct arrival_key {
  phs_arrival a;
  int rank, copy;
} arrival_key;

static int by_canonical_order(const void *a, const void *b) {
  const arrival_key *x = a, *y = b;
  if (x->a.recurrent != y->a.recurrent) {
    return x->a.recurrent ? 1 : -1;
  }
  if (x->rank != y->rank) {
    return x->rank < y->rank ? -1 : 1;
  }
  if (x->copy != y->copy) {
    return x->copy < y->copy ? -1 : 1;
  }
  return (int)x->a.delayed - (int)y->a.delayed;
}

static bool sort_arrivals(phs_plan *p) {
  int most = 0;
  for (int i = 0; i < p->value_count; i++) {
    most = p->value[i].arrival_count > most ? p->value[i].arrival_count : most;
  }
  arrival_key *key = PHS_NEW_ARRAY(p->scratch, arrival_key, (size_t)most);
  if (!key) {
    return false;
  }
  for (int i = 0; i < p->value_count; i++) {
    phs_value *x = &p->value[i];
    for (int k = 0; k < x->arrival_count; k++) {
      const phs_value *y = &p->value[x->arrival[k].value];
      key[k] = (arrival_key){x->arrival[k], p->rank[y->node], y->copy};
    }
    qsort(key, (size_t)x->arrival_count, sizeof *key, by_canonical_order);
    for (int k = 0; k < x->arrival_count; k++) {
      x->arrival[k] = key[k].a;
      if (x->needed) {
        p->value[key[k].a.value].uses++;
      }
    }
  }
  return true;
}

/* A binary heap of op numbers; the smallest (rank, number) comes out first. */
typedef struct heap {
  const int *rank;
  int *item;
  int count;
} heap;

static bool before(const heap *h, int a, int b) {
  return h->rank[a] != h->rank[b] ? h->rank[a] < h->rank[b] : a < b;
}

static void heap_push(heap *h, int x) {
  int i = h->count++;
  for (; i > 0 && before(h, x, h->item[(i - 1) / 2]); i = (i - 1) / 2) {
    h->item[i] = h->item[(i - 1) / 2];
  }
  h->item[i] = x;
}

static int heap_pop(heap *h) {
  int top = h->item[0], x = h->item[--h->count], i = 0;
  for (;;) {
    int child = 2 * i + 1;
    if (child >= h->count) {
      break;
    }
    if (child + 1 < h->count && before(h, h->item[child + 1], h->item[child])) {
      child++;
    }
    if (!before(h, h->item[child], x)) {
      break;
    }
    h->item[i] = h->item[child];
    i = child;
  }
  h->item[i] = x;
  return top;
}

/* The order of evaluation: operands first, otherwise by rank. */
static int *evaluation_order(const making *m, const bool *free_delay) {
  phs_arena *a = m->p->scratch;
  size_t n = (size_t)m->count;
  int *order = PHS_NEW_ARRAY(a, int, n + 1), *missing = PHS_NEW_ARRAY(a, int, n + 1);
  int *first = PHS_NEW_ARRAY(a, int, n + 2), *user;
  heap h = {.rank = m->rank, .item = PHS_NEW_ARRAY(a, int, n + 1)};
  size_t links = 0;
  if (!order || !missing || !first || !h.item) {
    return NULL;
  }
  for (int i = 0; i < m->count; i++) {
    for (int k = 0; k < m->op[i].operand_count && !free_delay[i]; k++, links++) {
      first[m->op[i].operand[k] + 2]++;
      missing[i]++;
    }
  }
  user = PHS_NEW_ARRAY(a, int, links + 1);
  if (!user) {
    return NULL;
  }
  for (int i = 0; i < m->count; i++) {
    first[i + 2] += first[i + 1];
  }
  for (int i = 0; i < m->count; i++) {
    for (int k = 0; k < m->op[i].operand_count && !free_delay[i]; k++) {
      user[first[m->op[i].operand[k] + 1]++] = i;
    }
  }
  for (int i = 0; i < m->count; i++) {
    if (missing[i] == 0) {
      heap_push(&h, i);
    }
  }
  int done = 0;
  while (h.count > 0) {
    int i = heap_pop(&h);
    order[done++] = i;
    for (int k = first[i]; k < first[i + 1]; k++) {
      if (--missing[user[k]] == 0) {
        heap_push(&h, user[k]);
      }
    }
  }
  return done == m->count ? order : NULL;
}

static bool finish(making *m, const bool *free_delay) {
  phs_net *net = m->p->net;
  int *order = evaluation_order(m, free_delay);
  int *place = PHS_NEW_ARRAY(m->p->scratch, int, (size_t)m->count);
  net->op = PHS_NEW_ARRAY(net->arena, phs_op, (size_t)m->count);
  if (!order || !place || !net->op) {
    return false;
  }
  for (int i = 0; i < m->count; i++) {
    place[order[i]] = i;
  }
  for (int i = 0; i < m->count; i++) {
    net->op[i] = m->op[order[i]];
    for (int k = 0; k < net->op[i].operand_count; k++) {
      net->op[i].operand[k] = place[net->op[i].operand[k]];
    }
  }
  net->op_count = m->count;
  return true;
}

bool phs_plan_ops(phs_plan *p) {
  making m = {.p = p, .cap = 4 * p->value_count + 4};
  m.op = PHS_NEW_ARRAY(p->scratch, phs_op, (size_t)m.cap);
  m.rank = PHS_NEW_ARRAY(p->scratch, int, (size_t)m.cap);
  bool *free_delay = PHS_NEW_ARRAY(p->scratch, bool, (size_t)m.cap);
  if (!m.op || !m.rank || !free_delay || !find_types(p) || !sort_arrivals(p) || !make_values(&m)) {
    return false;
  }
  for (int i = 0; i < p->value_count; i++) {
    if (p->value[i].needed && !connect(&m, &p->value[i])) {
      return false;
    }
  }
  for (int i = 0; i < m.count; i++) {
    phs_op *op = &m.op[i];
    if (op->operand_count ==
        0) { /* an op of the model: connect() and make_sum() left what it reads in place */
      op->operand_count = op->operand[0] < 0 ? 0 : op->operand[1] < 0 ? 1 : 2;
    }
    free_delay[i] = phs_delays_a_step(op, p->net->dt);
  }
  return finish(&m, free_delay);
}
