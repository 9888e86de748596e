/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The order of evaluation: operands before users, otherwise as in the module. Delays of at least
 * one step do not wait, nor do synapses for their sources. */
#include "base/buf.h"
#include "ir/read.h"
#include "net/schedule.h"

#include <stdlib.h>

int64_t phs_delay_min_steps(const phs_net *net, const phs_op *op) {
  int64_t least = INT64_MAX;
  if (op->delay.steps.v) {
    for (size_t i = 0; i < op->delay.steps.n; i++) {
      least = op->delay.steps.v[i] < least ? op->delay.steps.v[i] : least;
    }
    return least;
  }
  for (size_t i = 0; i < op->delay.seconds.n; i++) {
    int64_t n = phs_delay_steps(op->delay.seconds.v[i], net->dt);
    least = n < least ? n : least;
  }
  return least;
}

typedef struct orderer {
  phs_reader *r;
  unsigned char *state; /* 0 new, 1 on the stack, 2 placed */
  int *stack, *next;    /* ops on the way down, and the operand each is at */
  int depth;
  int *order, placed;
} orderer;

/* Names the ops of the cycle that closes at @p op. */
static void report_cycle(orderer *o, int op) {
  phs_buf text = {0};
  int from = o->depth - 1;
  while (from > 0 && o->stack[from] != op) {
    from--;
  }
  /* The stack runs against the direction of the data. */
  int shown = 0;
  for (int i = o->depth - 1; i >= from && shown < 8; i--, shown++) {
    phs_buf_printf(&text, "%s -> ", o->r->net->op[o->stack[i]].name);
  }
  if (o->depth - from > shown) {
    phs_buf_puts(&text, "... -> ");
  }
  phs_buf_puts(&text, o->r->net->op[o->stack[o->depth - 1]].name);
  phs_reader_error(o->r, o->r->op[op], PHS_IR_CYCLE,
                   "put a phasor.delay of at least one step into it",
                   "the ops feed themselves within one step: %s", phs_buf_cstr(&text));
  phs_buf_free(&text);
}

/* The first operand that must be there before the op: of a delay of at least one step none, of
 * synapses only the value that they start from. */
static int first_needed(const orderer *o, int i) {
  const phs_op *op = &o->r->net->op[i];
  if (op->kind == PHS_OP_SYNAPSES) {
    return op->operand_count - op->synapses.has_init;
  }
  bool waits = op->kind != PHS_OP_DELAY || phs_delay_min_steps(o->r->net, op) < 1;
  return waits ? 0 : op->operand_count;
}

static void push(orderer *o, int op) {
  o->state[op] = 1;
  o->stack[o->depth] = op;
  o->next[o->depth++] = first_needed(o, op);
}

static bool visit(orderer *o, int start) {
  push(o, start);
  while (o->depth > 0) {
    int top = o->stack[o->depth - 1];
    const phs_op *op = &o->r->net->op[top];
    if (o->next[o->depth - 1] == op->operand_count) {
      o->state[top] = 2;
      o->order[o->placed++] = top;
      o->depth--;
      continue;
    }
    int operand = op->operand[o->next[o->depth - 1]++];
    if (o->state[operand] == 1) {
      report_cycle(o, operand);
      return false;
    }
    if (o->state[operand] == 0) {
      push(o, operand);
    }
  }
  return true;
}

static bool apply(orderer *o) {
  phs_net *net = o->r->net;
  size_t n = (size_t)net->op_count;
  int *position = PHS_NEW_ARRAY(net->arena, int, n);
  phs_op *sorted = PHS_NEW_ARRAY(net->arena, phs_op, n);
  MlirOperation *ops = PHS_NEW_ARRAY(net->arena, MlirOperation, n);
  if (!position || !sorted || !ops) {
    phs_reader_no_memory(o->r);
    return false;
  }
  for (size_t i = 0; i < n; i++) {
    position[o->order[i]] = (int)i;
    sorted[i] = net->op[o->order[i]];
    ops[i] = o->r->op[o->order[i]];
  }
  for (size_t i = 0; i < n; i++) {
    for (int k = 0; k < sorted[i].operand_count; k++) {
      sorted[i].operand[k] = position[sorted[i].operand[k]];
    }
  }
  net->op = sorted;
  o->r->op = ops;
  return true;
}

bool phs_read_order(phs_reader *r) {
  size_t n = (size_t)r->net->op_count + 1;
  orderer o = {.r = r,
               .state = calloc(n, 1),
               .stack = calloc(n, sizeof(int)),
               .next = calloc(n, sizeof(int)),
               .order = calloc(n, sizeof(int))};
  bool ok = o.state && o.stack && o.next && o.order;
  if (!ok) {
    phs_reader_no_memory(r);
  }
  for (int i = 0; ok && i < r->net->op_count; i++) {
    ok = o.state[i] != 0 || visit(&o, i);
  }
  ok = ok && apply(&o);
  free(o.state);
  free(o.stack);
  free(o.next);
  free(o.order);
  return ok;
}
