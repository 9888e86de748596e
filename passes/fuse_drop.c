/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Dead ops, ops that do nothing, and chains of flattens and delays. */
#include "fuse.h"

#include "base/buf.h"
#include "passes.h"

#include <stdint.h>
#include <string.h>

/* Delays of more steps in all are left in two. */
#define MAX_STEPS ((int64_t)1 << 24)

/* So many dropped ops are named in the note. */
#define MAX_NAMES 8

/* Marks what the roots rest on. */
static void mark(const phs_net *net, bool *live, int *stack) {
  int depth = 0;
  phs_op_kind root = phs_pass_root_kind(net);
  for (int i = 0; i < net->op_count; i++) {
    if (net->op[i].kind == root || net->op[i].keep) {
      live[i] = true;
      stack[depth++] = i;
    }
  }
  while (depth) {
    const phs_op *op = &net->op[stack[--depth]];
    for (int k = 0; k < op->operand_count; k++) {
      if (!live[op->operand[k]]) {
        live[op->operand[k]] = true;
        stack[depth++] = op->operand[k];
      }
    }
  }
}

/* One note that names what was dropped. Names with '#' were made by the importer: nobody knows
 * them. */
static void report(phs_fuse *f, const bool *live) {
  const phs_net *net = f->net;
  phs_buf names = {0};
  int dead = 0;
  for (int i = 0; i < net->op_count; i++) {
    const phs_op *op = &net->op[i];
    if (!live[i] && op->kind != PHS_OP_INPUT && !strchr(op->name, '#') && dead++ < MAX_NAMES) {
      phs_buf_printf(&names, "%s%s", dead > 1 ? ", " : "", op->name);
    }
  }
  if (dead > MAX_NAMES) {
    phs_buf_printf(&names, " and %d more", dead - MAX_NAMES);
  }
  if (dead) {
    phs_place place = {.file = net->file};
    phs_report(f->diag, PHS_DCE_DROPPED, &place, "make them outputs, or record them, to keep them",
               "dropped %d op%s whose results reach no output: %s", dead, dead == 1 ? "" : "s",
               phs_buf_cstr(&names));
  }
  phs_buf_free(&names);
}

bool phs_fuse_dead(phs_fuse *f, bool tell) {
  const phs_net *net = f->net;
  bool *live = PHS_NEW_ARRAY(f->net->arena, bool, (size_t)net->op_count);
  int *stack = PHS_NEW_ARRAY(f->net->arena, int, (size_t)net->op_count);
  if (!live || !stack) {
    f->no_memory = true;
    return false;
  }
  mark(net, live, stack);
  if (tell) {
    report(f, live);
  }
  bool any = false;
  for (int i = 0; i < net->op_count; i++) {
    if (!live[i] && !f->op[i].dropped && net->op[i].kind != PHS_OP_INPUT) {
      phs_fuse_drop_op(f, i);
      any = true;
    }
  }
  return any;
}

/* Its users read its operand instead. */
static bool bypass(phs_fuse *f, int i, int operand) {
  phs_fuse_replace(f, i, operand);
  phs_fuse_drop_op(f, i);
  return true;
}

/* flatten(flatten(x)) is one flatten where the dimensions that either merges touch; otherwise it
 * stays. */
static bool flatten(phs_fuse *f, int i) {
  phs_op *op = &f->net->op[i];
  int x = op->operand[0];
  if (!op->keep && phs_shape_equal(&op->shape, &f->net->op[x].shape)) {
    return bypass(f, i, x);
  }
  phs_op *inner = &f->net->op[x];
  if (inner->kind != PHS_OP_FLATTEN) {
    return false;
  }
  /* Dimensions start..end of the outer op, counted in the inner one's operand. */
  int merged = inner->flatten.end - inner->flatten.start;
  int start = op->flatten.start, end = op->flatten.end;
  if (start > inner->flatten.start || end < inner->flatten.start) {
    return false;
  }
  op->flatten.start = start;
  op->flatten.end = end + merged;
  phs_fuse_set_operand(f, i, 0, inner->operand[0]);
  phs_fuse_changed(f, i);
  return true;
}

static bool all_zero(const phs_steps *s) {
  for (size_t i = 0; i < s->n; i++) {
    if (s->v[i] != 0) {
      return false;
    }
  }
  return true;
}

/* delay(delay(x)): both start with zeros, so the steps add up. */
static bool delay(phs_fuse *f, int i) {
  phs_op *op = &f->net->op[i];
  int x = op->operand[0];
  phs_op *inner = &f->net->op[x];
  if (!op->delay.steps.v) {
    return false;
  }
  if (all_zero(&op->delay.steps) && x < i) {
    return !op->keep && bypass(f, i, x);
  }
  if (x == i || inner->kind != PHS_OP_DELAY || !inner->delay.steps.v || !phs_fuse_private(f, x) ||
      inner->operand[0] == x) {
    return false;
  }
  const phs_steps *a = &op->delay.steps, *b = &inner->delay.steps;
  size_t n = a->n > b->n ? a->n : b->n;
  int64_t *sum = PHS_NEW_ARRAY(f->net->arena, int64_t, n);
  for (size_t e = 0; sum && e < n; e++) {
    sum[e] = a->v[a->n == 1 ? 0 : e] + b->v[b->n == 1 ? 0 : e];
    if (sum[e] > MAX_STEPS || (sum[e] == 0 && inner->operand[0] >= i)) {
      return false;
    }
  }
  if (!sum) {
    f->no_memory = true;
    return false;
  }
  op->delay.steps = (phs_steps){.v = sum, .n = n};
  phs_fuse_set_operand(f, i, 0, inner->operand[0]);
  phs_fuse_changed(f, i);
  return true;
}

/* Whether all elements are surely finite, so that 0 times them is 0. */
static bool all_finite(phs_fuse *f, int i) {
  while (f->net->op[i].kind == PHS_OP_FLATTEN) {
    i = f->net->op[i].operand[0];
  }
  return f->net->op[i].kind == PHS_OP_INPUT || phs_fuse_grid(f, i).known;
}

static bool zero_rows(phs_fuse *f, const phs_op *op) {
  if (!phs_fuse_is_rows(op)) {
    return false;
  }
  phs_weight_rows rows = phs_fuse_rows(op);
  if (rows.bias) {
    return false;
  }
  for (size_t i = 0; i < rows.rows * rows.columns; i++) {
    if (rows.weight[i] != 0.0F) {
      return false;
    }
  }
  return all_finite(f, op->operand[0]);
}

/* An op with weights that are all zero gives its init; as an init it gives nothing. */
static bool weights(phs_fuse *f, int i) {
  phs_op *op = &f->net->op[i];
  /* -0 + 0 is +0: an init of -0 would come out changed. */
  if (op->operand_count == 2 && !op->keep && zero_rows(f, op)) {
    phs_value_grid init = phs_fuse_grid(f, op->operand[1]);
    if (f->reassociate || (init.known && !init.minus_zero)) {
      return bypass(f, i, op->operand[1]);
    }
  }
  if (op->operand_count < 2) {
    return false;
  }
  const phs_op *init = &f->net->op[op->operand[1]];
  if (init->operand_count != 1 || !zero_rows(f, init)) {
    return false;
  }
  phs_fuse_drop_init(f, i);
  return true;
}

bool phs_fuse_drop(phs_fuse *f) {
  bool any = false;
  for (int i = 0; i < f->net->op_count && !f->no_memory; i++) {
    const phs_op *op = &f->net->op[i];
    if (f->op[i].dropped) {
      continue;
    }
    if (op->kind == PHS_OP_FLATTEN) {
      any = flatten(f, i) || any;
    } else if (op->kind == PHS_OP_DELAY) {
      any = delay(f, i) || any;
    } else if (op->kind == PHS_OP_ADD && op->operand_count == 1 && !op->keep &&
               f->net->op[op->operand[0]].elem == PHS_F32) {
      any = bypass(f, i, op->operand[0]) || any;
    } else if (phs_fuse_is_rows(op)) {
      any = weights(f, i) || any;
    }
  }
  return any;
}
