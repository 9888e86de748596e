/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file net_builder.h  Small networks by hand, and running them, for tests. Everything is in the
 * network's arena. */
#ifndef PHS_TEST_NET_BUILDER_H
#define PHS_TEST_NET_BUILDER_H

#include "interp/interp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef MAX_OPS
#define MAX_OPS 32
#endif
#define UNUSED_FN __attribute__((unused)) static

/* A shape from its dimensions: SHAPE(2, 3). */
#define SHAPE(...)                                                                                 \
  (phs_shape) {                                                                                    \
    .rank = (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), .dim = { __VA_ARGS__ }      \
  }
/* Values as an array argument. */
#define F32(...) ((const float[]){__VA_ARGS__})
#define F64(...) ((const double[]){__VA_ARGS__})

UNUSED_FN phs_net *make_net(const phs_conventions *conventions, double dt) {
  phs_net *net = phs_net_create();
  assert_non_null(net);
  net->name = "test";
  net->format = "nir";
  net->conventions = *conventions;
  net->dt = dt;
  net->has_time = true;
  net->op = PHS_NEW_ARRAY(net->arena, phs_op, MAX_OPS);
  assert_non_null(net->op);
  return net;
}

/* Appends an op with up to two operands (-1: none); returns its index. */
UNUSED_FN int add_op(phs_net *net, phs_op_kind kind, const char *name, phs_shape shape,
                     phs_elem elem, int x, int y) {
  assert_true(net->op_count < MAX_OPS);
  phs_op *op = &net->op[net->op_count];
  op->kind = kind;
  op->name = name;
  op->shape = shape;
  op->elem = elem;
  op->operand = PHS_NEW_ARRAY(net->arena, int, 8);
  assert_non_null(op->operand);
  if (x >= 0) {
    op->operand[op->operand_count++] = x;
  }
  if (y >= 0) {
    op->operand[op->operand_count++] = y;
  }
  return net->op_count++;
}

UNUSED_FN phs_tensor make_tensor(phs_net *net, phs_shape shape, const float *data) {
  phs_tensor t = {.shape = shape};
  t.data = data ? phs_arena_copy(net->arena, data, phs_shape_count(&shape) * sizeof *data) : NULL;
  return t;
}

UNUSED_FN phs_param64 make_param(phs_net *net, const double *v, size_t n) {
  return (phs_param64){.v = phs_arena_copy(net->arena, v, n * sizeof *v), .n = n};
}

UNUSED_FN int add_input(phs_net *net, phs_shape shape) {
  return add_op(net, PHS_OP_INPUT, "input", shape, PHS_F32, -1, -1);
}

/* y = W x + b (+ init): weight [out, in]. */
UNUSED_FN int add_linear(phs_net *net, int x, int init, int64_t out, int64_t in, const float *w,
                         const float *b) {
  int i = add_op(net, PHS_OP_LINEAR, "linear", SHAPE(out), PHS_F32, x, init);
  net->op[i].linear.weight = make_tensor(net, SHAPE(out, in), w);
  net->op[i].linear.bias = make_tensor(net, SHAPE(out), b);
  return i;
}

/* A population with one value a parameter, in the model's order, of x's shape. */
UNUSED_FN int add_neurons(phs_net *net, int x, phs_model model, const double *params) {
  const phs_model_info *info = phs_model_get(model);
  bool counts = net->conventions.spikes_per_step == PHS_MANY && model != PHS_MODEL_THRESHOLD;
  phs_elem elem = !info->spiking ? PHS_F32 : counts ? PHS_I32 : PHS_I1;
  int i = add_op(net, PHS_OP_NEURONS, "neurons", net->op[x].shape, elem, x, -1);
  net->op[i].neurons.model = model;
  for (int p = 0; p < info->param_count; p++) {
    net->op[i].neurons.param[p] = make_param(net, &params[p], 1);
  }
  return i;
}

UNUSED_FN int add_delay(phs_net *net, int x, phs_shape shape, phs_elem elem, const int64_t *steps,
                        size_t n) {
  int i = add_op(net, PHS_OP_DELAY, "delay", shape, elem, x, -1);
  net->op[i].delay.steps.v = phs_arena_copy(net->arena, steps, n * sizeof *steps);
  net->op[i].delay.steps.n = n;
  return i;
}

/* A source without elements' own values: kind and shape alone. */
UNUSED_FN int add_source(phs_net *net, phs_source_kind kind, const char *name, phs_shape shape) {
  bool counts = kind == PHS_SOURCE_POISSON || kind == PHS_SOURCE_TRAIN;
  int i = add_op(net, PHS_OP_SOURCE, name, shape, counts ? PHS_I32 : PHS_F32, -1, -1);
  net->op[i].source.kind = kind;
  net->op[i].source.stop = INT64_MAX;
  return i;
}

/* Spikes at given steps, in order. */
typedef struct spike {
  int64_t step;
  uint32_t element;
} spike;
UNUSED_FN int add_train(phs_net *net, const char *name, int64_t count, const spike *spikes,
                        size_t n) {
  int i = add_source(net, PHS_SOURCE_TRAIN, name, SHAPE(count));
  int64_t *step = PHS_NEW_ARRAY(net->arena, int64_t, n);
  uint32_t *element = PHS_NEW_ARRAY(net->arena, uint32_t, n);
  assert_true(step && element);
  for (size_t k = 0; k < n; k++) {
    step[k] = spikes[k].step;
    element[k] = spikes[k].element;
  }
  net->op[i].source.event_count = n;
  net->op[i].source.event_step = step;
  net->op[i].source.event_element = element;
  return i;
}
#define SPIKES(...)                                                                                \
  (const spike[]){__VA_ARGS__}, sizeof((const spike[]){__VA_ARGS__}) / sizeof(spike)

/* A projection given synapse by synapse, ordered by source. */
typedef struct synapse {
  uint32_t source, target;
  float weight;
  int32_t delay;
} synapse;
UNUSED_FN phs_projection listed(phs_net *net, const char *name, uint32_t sources, uint32_t targets,
                                const synapse *s, size_t n) {
  uint32_t *source = PHS_NEW_ARRAY(net->arena, uint32_t, n);
  uint32_t *target = PHS_NEW_ARRAY(net->arena, uint32_t, n);
  float *weight = PHS_NEW_ARRAY(net->arena, float, n);
  int32_t *delay = PHS_NEW_ARRAY(net->arena, int32_t, n);
  assert_true(source && target && weight && delay);
  for (size_t k = 0; k < n; k++) {
    source[k] = s[k].source;
    target[k] = s[k].target;
    weight[k] = s[k].weight;
    delay[k] = s[k].delay;
  }
  phs_projection p = {.name = name,
                      .recipe = {.rule = PHS_RULE_LIST,
                                 .source_count = sources,
                                 .target_count = targets,
                                 .autapses = true,
                                 .multapses = true}};
  p.recipe.list = (phs_synapse_list){
      .count = n, .source = source, .target = target, .weight = weight, .delay = delay};
  return p;
}
#define SYNAPSES(...)                                                                              \
  (const synapse[]){__VA_ARGS__}, sizeof((const synapse[]){__VA_ARGS__}) / sizeof(synapse)

/* Weighted synapses from the ops `from` onto targets of `shape`; init -1: none. */
UNUSED_FN int add_synapses(phs_net *net, const char *name, phs_shape shape,
                           const phs_projection *projection, const int *from, int count, int init) {
  int i = add_op(net, PHS_OP_SYNAPSES, name, shape, PHS_F32, -1, -1);
  phs_op *op = &net->op[i];
  for (int k = 0; k < count; k++) {
    op->operand[op->operand_count++] = from[k];
  }
  if (init >= 0) {
    op->operand[op->operand_count++] = init;
  }
  op->synapses.has_init = init >= 0;
  op->synapses.projection_count = count;
  op->synapses.projection =
      phs_arena_copy(net->arena, projection, (size_t)count * sizeof *projection);
  return i;
}

UNUSED_FN phs_interp *make_interp(const phs_net *net) {
  phs_diag diag = {0};
  phs_interp *it = phs_interp_create(net, &diag);
  assert_non_null(it);
  return it;
}

UNUSED_FN void step1(phs_interp *it, const float *input) {
  phs_interp_step(it, &input);
}

/* A quantity of an op as f32 values. */
UNUSED_FN float value_of(const phs_interp *it, int op, const char *var, size_t i) {
  phs_quantity q;
  assert_true(phs_interp_quantity(it, op, var, &q));
  assert_true(i < q.count);
  return q.elem == PHS_I1    ? (float)((const uint8_t *)q.data)[i]
         : q.elem == PHS_I32 ? (float)((const int32_t *)q.data)[i]
                             : ((const float *)q.data)[i];
}

/* Equal in every bit. */
#define assert_same_float(got, want)                                                               \
  do {                                                                                             \
    float got_ = (got), want_ = (want);                                                            \
    if (memcmp(&got_, &want_, sizeof got_) != 0) {                                                 \
      print_error("%s:%d: %.9g instead of %.9g\n", __FILE__, __LINE__, (double)got_,               \
                  (double)want_);                                                                  \
      fail();                                                                                      \
    }                                                                                              \
  } while (0)
#define assert_near(got, want, tolerance)                                                          \
  do {                                                                                             \
    double got_ = (got), want_ = (want);                                                           \
    if (!(got_ - want_ <= (tolerance) && want_ - got_ <= (tolerance))) {                           \
      print_error("%s:%d: %.9g instead of %.9g\n", __FILE__, __LINE__, got_, want_);               \
      fail();                                                                                      \
    }                                                                                              \
  } while (0)

/* Deterministic noise: the 64-bit generator of Knuth's MMIX. */
typedef struct noise {
  uint64_t state;
} noise;
UNUSED_FN uint32_t noise_bits(noise *n) {
  n->state = n->state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (uint32_t)(n->state >> 32);
}
/* 0 .. below-1 */
UNUSED_FN int64_t noise_below(noise *n, int64_t below) {
  return (int64_t)(noise_bits(n) % (uint32_t)below);
}
/* -1 .. 1 */
UNUSED_FN float noise_float(noise *n) {
  return (float)((double)noise_bits(n) / 2147483648.0 - 1.0);
}
UNUSED_FN float *noise_array(phs_net *net, noise *n, size_t count) {
  float *v = PHS_NEW_ARRAY(net->arena, float, count);
  assert_non_null(v);
  for (size_t i = 0; i < count; i++) {
    v[i] = noise_float(n);
  }
  return v;
}

/* Keeps the last diagnostic. */
typedef struct caught {
  int count;
  char code[16], message[512], where[128], help[256];
} caught;
UNUSED_FN void catch_diagnostic(void *user, const phasor_diagnostic *d) {
  caught *c = user;
  c->count++;
  snprintf(c->code, sizeof c->code, "%s", d->code);
  snprintf(c->message, sizeof c->message, "%s", d->message);
  snprintf(c->where, sizeof c->where, "%s", d->where ? d->where : "");
  snprintf(c->help, sizeof c->help, "%s", d->help ? d->help : "");
}

#endif
