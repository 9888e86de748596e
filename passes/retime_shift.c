/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The shifts of retime.h: a system of differences, solved by relaxation (Leiserson and Saxe,
 * Retiming synchronous circuitry, Algorithmica 1991, section 4). */
#include "retime.h"

#define OPEN INT64_MAX

bool phs_retime_is_population(const phs_op *op) {
  return op->kind == PHS_OP_INPUT || op->kind == PHS_OP_SOURCE || op->kind == PHS_OP_NEURONS;
}

bool phs_retime_is_source(const phs_op *op, int k) {
  return op->kind == PHS_OP_SYNAPSES && k < op->synapses.projection_count;
}

int64_t phs_retime_delay(const phs_op *op) {
  if (op->kind != PHS_OP_DELAY) {
    return 0;
  }
  int64_t least = op->delay.steps.v[0];
  for (size_t i = 1; i < op->delay.steps.n; i++) {
    least = op->delay.steps.v[i] < least ? op->delay.steps.v[i] : least;
  }
  return least;
}

typedef struct solver {
  const phs_net *net;
  bool *leads; /* to a population, through ops without a state and not through synapses */
  int *before; /* the operand that set an op's shift last, or -1 */
  int64_t *least, *delay;
} solver;

/* Whether operand k of the op is read where the population is that it goes to: its own spikes, that
 * plastic synapses follow. */
static bool is_local(const phs_op *op, int k) {
  return op->kind == PHS_OP_SYNAPSES && op->synapses.plasticity.kind != PHS_PLASTICITY_NONE &&
         k == op->synapses.projection_count;
}

/* Steps that a value needs from operand k to op i: one from population to population. */
static int64_t needed(const solver *s, int i, int k) {
  const phs_op *op = &s->net->op[i];
  return s->leads[i] && !phs_retime_is_source(op, k) && !is_local(op, k) &&
         phs_retime_is_population(&s->net->op[op->operand[k]]);
}

static void find_leads(solver *s) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (int i = s->net->op_count; i-- > 0;) {
      const phs_op *op = &s->net->op[i];
      if (op->kind == PHS_OP_NEURONS) {
        s->leads[i] = true;
      }
      for (int k = 0; s->leads[i] && k < op->operand_count; k++) {
        bool *lead = &s->leads[op->operand[k]];
        if (!phs_retime_is_source(op, k) && !*lead &&
            !phs_retime_is_population(&s->net->op[op->operand[k]])) {
          *lead = changed = true;
        }
      }
    }
  }
}

/* One round over all ops; the last op that came later, or -1. */
static int relax(solver *s) {
  int last = -1;
  for (int i = 0; i < s->net->op_count; i++) {
    const phs_op *op = &s->net->op[i];
    for (int k = 0; k < op->operand_count; k++) {
      int64_t at = s->least[op->operand[k]] + needed(s, i, k) - s->delay[i];
      if (at > s->least[i]) {
        s->least[i] = at;
        s->before[i] = op->operand[k];
        last = i;
      }
    }
  }
  return last;
}

/* A loop that can be relaxed for ever, found from an op behind it. */
static bool trace_loop(solver *s, int at, phs_retiming *out) {
  for (int i = 0; i < s->net->op_count; i++) {
    at = s->before[at];
  }
  int count = 0, i = at;
  do {
    i = s->before[i];
    count++;
  } while (i != at);
  out->loop = PHS_NEW_ARRAY(s->net->arena, int, (size_t)count);
  if (!out->loop) {
    return false;
  }
  out->loop_count = count;
  for (int n = count; n-- > 0; i = s->before[i]) {
    const phs_op *op = &s->net->op[i];
    out->loop[n] = i;
    out->loop_delay += s->delay[i];
    for (int k = 0, found = 0; k < op->operand_count && !found; k++) {
      found = op->operand[k] == s->before[i];
      out->loop_length += found ? needed(s, i, k) : 0;
    }
  }
  return true;
}

/* The latest shift of operand k of op i, whose shift is known. Delays stay as they are unless their
 * operand has to come later. */
static int64_t latest(const solver *s, const int64_t *shift, int i, int k) {
  const phs_op *op = &s->net->op[i];
  int64_t least = s->least[op->operand[k]];
  return op->kind == PHS_OP_DELAY && least > shift[i] ? least : shift[i];
}

/* Ops without a state run as late as what they lead to. What leads to outputs alone is open. */
static void pull(const solver *s, int64_t *shift) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (int i = s->net->op_count; i-- > 0;) {
      const phs_op *op = &s->net->op[i];
      bool bounds = op->kind != PHS_OP_OUTPUT && shift[i] != OPEN;
      for (int k = 0; bounds && k < op->operand_count; k++) {
        int x = op->operand[k];
        int64_t at = latest(s, shift, i, k);
        if (!phs_retime_is_population(&s->net->op[x]) && at < shift[x]) {
          shift[x] = at;
          changed = true;
        }
      }
    }
  }
}

/* What leads to outputs alone comes as early as it can, and so does what only such ops read. */
static void settle(const solver *s, int64_t *shift) {
  const phs_net *net = s->net;
  for (int i = 0; i < net->op_count; i++) {
    shift[i] = phs_retime_is_population(&net->op[i]) ? s->least[i] : OPEN;
  }
  pull(s, shift);
  for (int i = 0; i < net->op_count; i++) {
    shift[i] = shift[i] == OPEN ? s->least[i] : shift[i];
  }
  pull(s, shift);
  for (int i = 0; i < net->op_count; i++) {
    if (net->op[i].kind == PHS_OP_OUTPUT) {
      shift[i] = shift[net->op[i].operand[0]];
    }
  }
}

bool phs_retime(const phs_net *net, phs_retiming *out) {
  size_t count = (size_t)net->op_count;
  solver s = {.net = net,
              .leads = PHS_NEW_ARRAY(net->arena, bool, count),
              .before = PHS_NEW_ARRAY(net->arena, int, count),
              .least = PHS_NEW_ARRAY(net->arena, int64_t, count),
              .delay = PHS_NEW_ARRAY(net->arena, int64_t, count)};
  *out = (phs_retiming){.shift = PHS_NEW_ARRAY(net->arena, int64_t, count)};
  if (!s.leads || !s.before || !s.least || !s.delay || !out->shift) {
    return false;
  }
  for (int i = 0; i < net->op_count; i++) {
    s.before[i] = -1;
    s.delay[i] = phs_retime_delay(&net->op[i]);
  }
  find_leads(&s);
  int last = 0;
  for (int round = 0; last >= 0 && round <= net->op_count; round++) {
    last = relax(&s);
  }
  if (last >= 0) {
    return trace_loop(&s, last, out);
  }
  settle(&s, out->shift);
  for (int i = 0; i < net->op_count; i++) {
    if (phs_retime_is_population(&net->op[i]) && out->shift[i] > out->latest) {
      out->latest = out->shift[i];
    }
  }
  return true;
}
