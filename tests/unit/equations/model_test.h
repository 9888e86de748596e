/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file model_test.h  What tests of models share: collected diagnostics, populations of one
 * neuron, and a plain evaluator of update functions that shares nothing with the interpreter's. */
#ifndef PHS_TEST_EQUATIONS_MODEL_TEST_H
#define PHS_TEST_EQUATIONS_MODEL_TEST_H

#include "equations/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** The diagnostics of a call, one a line: "PHS0803 3:12 message | help". */
typedef struct heard {
  char text[16384];
  unsigned count;
} heard;

static inline void hear(void *user, const phasor_diagnostic *d) {
  heard *h = (heard *)user;
  size_t n = strlen(h->text);
  snprintf(h->text + n, sizeof h->text - n, "%s %u:%u %s | %s\n", d->code, d->line, d->column,
           d->message, d->help ? d->help : "");
  h->count++;
}

/** A text at line 10, column 5 of "model.yaml", whose further lines begin at column 5. */
static inline phs_text text_at(const char *s) {
  return (phs_text){s, "model.yaml", 10, 5, 5};
}

/** An update function with the numbers of one neuron. */
typedef struct neuron {
  phs_neurons neurons;
  phs_elem elem;
  int receptors, neuron;
  float state[PHS_MAX_STATES];
} neuron;

typedef union value {
  float f;
  int64_t i;
} value;

static inline int32_t low32(int64_t v) {
  uint32_t u = (uint32_t)(uint64_t)v;
  int32_t s;
  memcpy(&s, &u, sizeof s);
  return s;
}

static inline bool compare_floats(int64_t predicate, float a, float b) {
  switch (predicate) {
  case 1:
    return a == b;
  case 2:
    return a > b;
  case 3:
    return a >= b;
  case 4:
    return a < b;
  case 5:
    return a <= b;
  case 13:
    return a != b;
  default:
    fail_msg("comparison %d", (int)predicate);
    return false;
  }
}

static inline value execute(const phs_scalar_inst *in, value a, value b, value c) {
  value r = {.i = 0};
  volatile float f = 0; /* no wider intermediate results */
  switch (in->op) {
  case PHS_K_CONST_F32:
    f = in->imm.f;
    break;
  case PHS_K_ADDF:
    f = a.f + b.f;
    break;
  case PHS_K_SUBF:
    f = a.f - b.f;
    break;
  case PHS_K_MULF:
    f = a.f * b.f;
    break;
  case PHS_K_DIVF:
    f = a.f / b.f;
    break;
  case PHS_K_NEGF:
    f = -a.f;
    break;
  case PHS_K_ABSF:
    f = fabsf(a.f);
    break;
  case PHS_K_SQRT:
    f = sqrtf(a.f);
    break;
  case PHS_K_FLOOR:
    f = floorf(a.f);
    break;
  case PHS_K_CEIL:
    f = ceilf(a.f);
    break;
  case PHS_K_ROUNDEVEN:
    f = rintf(a.f);
    break;
  case PHS_K_SIN:
    f = sinf(a.f);
    break;
  case PHS_K_COS:
    f = cosf(a.f);
    break;
  case PHS_K_SITOFP:
    f = (float)low32(a.i);
    break;
  case PHS_K_SELECT:
    return a.i ? b : c;
  case PHS_K_CONST_INT:
    r.i = in->imm.i;
    return r;
  case PHS_K_CMPF:
    r.i = compare_floats(in->imm.i, a.f, b.f);
    return r;
  case PHS_K_ANDI:
    r.i = a.i & b.i;
    return r;
  case PHS_K_ORI:
    r.i = a.i | b.i;
    return r;
  case PHS_K_XORI:
    r.i = a.i ^ b.i;
    return r;
  case PHS_K_ADDI:
    r.i = low32(a.i + b.i);
    return r;
  case PHS_K_SUBI:
    r.i = low32(a.i - b.i);
    return r;
  case PHS_K_SHLI:
    r.i = low32((int64_t)((uint64_t)a.i << b.i));
    return r;
  case PHS_K_SHRSI:
    r.i = low32(a.i) >> b.i;
    return r;
  case PHS_K_BITCAST:
    if (in->type == PHS_S_F32) {
      int32_t bits = low32(a.i);
      memcpy(&r.f, &bits, sizeof bits);
    } else {
      int32_t bits;
      memcpy(&bits, &a.f, sizeof bits);
      r.i = bits;
    }
    return r;
  default:
    fail_msg("operation %d", (int)in->op);
  }
  r.f = f;
  return r;
}

/** Runs a kernel; @p reg holds its arguments and is filled. */
static inline void run_kernel(const phs_kernel *k, value *reg) {
  for (int i = 0; i < k->inst_count; i++) {
    const phs_scalar_inst *in = &k->inst[i];
    reg[in->dst] = execute(in, reg[in->a], reg[in->b], reg[in->c]);
  }
}

/** One step with the given amounts at the receptors. Returns the output: a spike is 1. */
static inline float step(neuron *n, const float *input) {
  const phs_kernel *k = n->neurons.kernel;
  value *reg = (value *)calloc((size_t)k->register_count + 1, sizeof *reg);
  int r = 0;
  for (int i = 0; i < n->receptors; i++) {
    reg[r++].f = input ? input[i] : 0;
  }
  for (int i = 0; i < n->neurons.state_count; i++) {
    reg[r++].f = n->state[i];
  }
  for (int i = 0; i < n->neurons.coeff_count; i++) {
    phs_param32 c = n->neurons.coeff[i];
    reg[r++].f = c.v[c.n == 1 ? 0 : n->neuron];
  }
  assert_int_equal(r, k->arg_count);
  run_kernel(k, reg);
  for (int i = 0; i < n->neurons.state_count; i++) {
    n->state[i] = reg[k->result[1 + i]].f;
  }
  float out = n->elem == PHS_I1 ? (float)reg[k->result[0]].i : reg[k->result[0]].f;
  free(reg);
  return out;
}

/** The state called @p name. */
static inline float state_of(const neuron *n, const char *name) {
  for (int i = 0; i < n->neurons.state_count; i++) {
    if (strcmp(n->neurons.state[i], name) == 0) {
      return n->state[i];
    }
  }
  fail_msg("no state '%s'", name);
  return 0;
}

/** Element @p neuron_index of a population in its initial state. */
static inline neuron population(phs_arena *into, const phs_equations_model *m,
                                const phs_model_use *use, int neuron_index) {
  neuron n = {.neuron = neuron_index};
  heard h = {.count = 0};
  phs_diag diag = {.fn = hear, .user = &h};
  const phs_model_name *list;
  if (phs_model_instantiate(into, m, use, &diag, &n.neurons, &n.elem) != PHASOR_OK) {
    fail_msg("%s", h.text);
  }
  n.receptors = phs_model_receptor_list(m, &list);
  for (int i = 0; i < n.neurons.state_count; i++) {
    phs_param32 v = n.neurons.initial[i];
    n.state[i] = v.v ? v.v[v.n == 1 ? 0 : neuron_index] : 0;
  }
  return n;
}

/** One neuron with the model's defaults. */
static inline neuron one_neuron(phs_arena *into, const phs_equations_model *m, double dt,
                                phs_method method) {
  phs_model_use use = {.count = 1, .dt = dt, .method = method};
  return population(into, m, &use, 0);
}

#endif
