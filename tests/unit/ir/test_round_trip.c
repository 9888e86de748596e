/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* net -> module -> text -> module -> net gives the same network, at both levels; printing is
 * deterministic; weights are referred to, not copied. */
#include "ir_test.h"

#include <unistd.h>

enum { MAX_OPS = 24 };

typedef struct maker {
  phs_net *net;
  uint64_t seed;
} maker;

static uint32_t bits(maker *m) {
  m->seed = m->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(m->seed >> 32);
}

/* Any finite pattern, subnormals and -0 among them: text must not round. */
static float any_float(maker *m) {
  for (;;) {
    uint32_t b = bits(m);
    float f;
    memcpy(&f, &b, sizeof f);
    if ((b >> 23 & 0xFF) != 0xFF) {
      return f;
    }
  }
}

static double any_double(maker *m, double low, double high) {
  return low +
         (high - low) * ((double)bits(m) / 4294967296.0 + (double)bits(m) / 18446744073709551616.0);
}

static phs_shape shape(int rank, int64_t a, int64_t b, int64_t c, int64_t d) {
  return (phs_shape){.rank = rank, .dim = {a, b, c, d}};
}

static phs_op *add(maker *m, phs_op_kind kind, const char *name, phs_shape s, phs_elem elem, int x,
                   int y) {
  phs_op *op = &m->net->op[m->net->op_count++];
  assert_true(m->net->op_count <= MAX_OPS);
  *op = (phs_op){.kind = kind, .name = name, .shape = s, .elem = elem};
  op->operand = PHS_NEW_ARRAY(m->net->arena, int, 2);
  op->operand_count = (x >= 0) + (y >= 0);
  op->operand[0] = x;
  op->operand[1] = y;
  return op;
}

static phs_tensor tensor(maker *m, phs_shape s, bool bias) {
  size_t n = phs_shape_count(&s);
  float *data = PHS_NEW_ARRAY(m->net->arena, float, n);
  bool uniform = bits(m) % 4 == 0;
  for (size_t i = 0; i < n; i++) {
    data[i] = uniform && i > 0 ? data[0] : any_float(m);
    data[i] += bias ? 0.0f : -0.0f; /* a bias holds no -0 */
  }
  return (phs_tensor){.shape = s, .data = data};
}

static phs_param64 param(maker *m, size_t n, double low, double high) {
  double *v = PHS_NEW_ARRAY(m->net->arena, double, n);
  for (size_t i = 0; i < n; i++) {
    v[i] = any_double(m, low, high);
  }
  return (phs_param64){.v = v, .n = n};
}

static void population(maker *m, const char *name, phs_model model, int x) {
  const phs_model_info *info = phs_model_get(model);
  phs_shape s = m->net->op[x].shape;
  phs_op *op = add(m, PHS_OP_NEURONS, name, s, info->spiking ? PHS_I1 : PHS_F32, x, -1);
  op->neurons.model = model;
  for (int p = 0; p < info->param_count; p++) {
    op->neurons.param[p] = param(m, bits(m) % 2 ? 1 : phs_shape_count(&s), 1e-3, 2);
  }
}

/* Every kind of op once, small and large tensors, a feedback over a delay, two inputs and outputs.
 */
static phs_net *sample(uint64_t seed) {
  maker m = {.net = phs_net_create(), .seed = seed};
  phs_net *net = m.net;
  net->name = "sample";
  net->format = "nir";
  net->dt = any_double(&m, 1e-5, 1e-2);
  net->has_time = true;
  net->conventions = phs_presets[seed % phs_preset_count].conventions;
  net->conventions.spikes_per_step = PHS_ONE;
  net->conventions.lower_clip = PHS_CLIP_VALUE;
  net->conventions.lower_clip_value = any_double(&m, -2, 0);
  net->op = PHS_NEW_ARRAY(net->arena, phs_op, MAX_OPS);
  add(&m, PHS_OP_INPUT, "image", shape(3, 2, 6, 5, 0), PHS_F32, -1, -1);
  add(&m, PHS_OP_INPUT, "line", shape(2, 2, 9, 0, 0), PHS_F32, -1, -1);
  phs_conv *c = &add(&m, PHS_OP_CONV, "conv", shape(3, 4, 3, 5, 0), PHS_F32, 0, -1)->conv;
  *c = (phs_conv){.weight = tensor(&m, shape(4, 4, 1, 3, 3), false),
                  .bias = tensor(&m, shape(1, 4, 0, 0, 0), true),
                  .dims = 2,
                  .stride = {2, 1},
                  .pad_low = {1, 2},
                  .pad_high = {0, 2},
                  .dilation = {1, 2},
                  .groups = 2};
  population(&m, "first/lif", PHS_MODEL_LIF, 2);
  phs_pool *p = &add(&m, PHS_OP_POOL, "pool", shape(3, 4, 2, 2, 0), PHS_F32, 3, -1)->pool;
  *p = (phs_pool){.average = seed % 2,
                  .kernel = {2, 2},
                  .stride = {1, 2},
                  .pad_low = {0, 0},
                  .pad_high = {0, 0}};
  phs_op *f = add(&m, PHS_OP_FLATTEN, "flat", shape(1, 16, 0, 0, 0), PHS_F32, 4, -1);
  f->flatten.start = 0;
  f->flatten.end = 2;
  /* Feedback: the delay comes first and names a later op. */
  phs_op *d = add(&m, PHS_OP_DELAY, "cuba#delay", shape(1, 7, 0, 0, 0), PHS_I1, 9, -1);
  d->delay.steps =
      (phs_steps){.v = phs_arena_copy(net->arena, &(int64_t){1 + (int64_t)(seed % 3)}, 8), .n = 1};
  phs_op *l = add(&m, PHS_OP_LINEAR, "fc", shape(1, 7, 0, 0, 0), PHS_F32, 5, -1);
  l->linear.weight = tensor(&m, shape(2, 7, 16, 0, 0), false);
  l->linear.bias = tensor(&m, shape(1, 7, 0, 0, 0), true);
  phs_op *r = add(&m, PHS_OP_LINEAR, "rec", shape(1, 7, 0, 0, 0), PHS_F32, 6, 7);
  r->linear.weight = tensor(&m, shape(2, 7, 7, 0, 0), false);
  population(&m, "cuba", PHS_MODEL_CUBALIF, 8);
  phs_conv *c1 = &add(&m, PHS_OP_CONV, "conv1", shape(2, 3, 7, 0, 0), PHS_F32, 1, -1)->conv;
  *c1 = (phs_conv){.weight = tensor(&m, shape(3, 3, 2, 3, 0), false),
                   .dims = 1,
                   .stride = {1},
                   .dilation = {1},
                   .groups = 1};
  phs_op *b = add(&m, PHS_OP_LINEAR, "batched", shape(2, 3, 4, 0, 0), PHS_F32, 10, -1);
  b->linear.weight = tensor(&m, shape(3, 3, 4, 7, 0), false);
  phs_op *s = add(&m, PHS_OP_SCALE, "scale", shape(2, 3, 4, 0, 0), PHS_F32, 11, -1);
  s->scale.factor = (phs_param32){.v = tensor(&m, shape(2, 3, 4, 0, 0), false).data, .n = 12};
  add(&m, PHS_OP_ADD, "sum#add", shape(2, 3, 4, 0, 0), PHS_F32, 11, 12);
  phs_op *w = add(&m, PHS_OP_DELAY, "wait", shape(2, 3, 4, 0, 0), PHS_F32, 13, -1);
  w->delay.seconds = param(&m, seed % 2 ? 1 : 12, 0, 0.1);
  population(&m, "li", PHS_MODEL_LI, 14);
  population(&m, "t", PHS_MODEL_THRESHOLD, 9);
  /* A sum of spikes and currents, and one of spikes alone. */
  add(&m, PHS_OP_ADD, "mixed#add", shape(1, 7, 0, 0, 0), PHS_F32, 16, 8);
  add(&m, PHS_OP_ADD, "spikes#add", shape(1, 7, 0, 0, 0), PHS_F32, 16, 9);
  add(&m, PHS_OP_OUTPUT, "mixed", shape(1, 7, 0, 0, 0), PHS_F32, 17, -1);
  add(&m, PHS_OP_OUTPUT, "both", shape(1, 7, 0, 0, 0), PHS_F32, 18, -1);
  add(&m, PHS_OP_OUTPUT, "spikes", shape(1, 7, 0, 0, 0), PHS_I1, 16, -1);
  add(&m, PHS_OP_OUTPUT, "trace", shape(2, 3, 4, 0, 0), PHS_F32, 15, -1);
  return net;
}

/* ---- comparison; uniform lists stand for themselves and for one value ---- */

static bool same_values(const void *a, size_t n, const void *b, size_t k, size_t size) {
  size_t most = n > k ? n : k;
  if ((n != most && n != 1) || (k != most && k != 1) || (a == NULL) != (b == NULL)) {
    return false;
  }
  for (size_t i = 0; a && i < most; i++) {
    if (memcmp((const char *)a + (n == 1 ? 0 : i * size), (const char *)b + (k == 1 ? 0 : i * size),
               size) != 0) {
      return false;
    }
  }
  return true;
}

static bool same_tensor(const phs_tensor *a, const phs_tensor *b) {
  if (!a->data || !b->data) {
    return a->data == b->data;
  }
  return phs_shape_equal(&a->shape, &b->shape) &&
         memcmp(a->data, b->data, phs_shape_count(&a->shape) * sizeof(float)) == 0;
}

static bool same_kernel(const phs_kernel *a, const phs_kernel *b) {
  if (!a || !b) {
    return a == b;
  }
  bool same = strcmp(a->name, b->name) == 0 && a->arg_count == b->arg_count &&
              a->register_count == b->register_count && a->inst_count == b->inst_count &&
              a->result_count == b->result_count && a->output_type == b->output_type &&
              memcmp(a->result, b->result, (size_t)a->result_count * sizeof *a->result) == 0;
  for (int i = 0; same && i < a->inst_count; i++) {
    const phs_scalar_inst *x = &a->inst[i], *y = &b->inst[i];
    same = x->op == y->op && x->type == y->type && x->dst == y->dst && x->a == y->a &&
           x->b == y->b && x->c == y->c && x->imm.i == y->imm.i;
  }
  return same;
}

static bool same_neurons(const phs_neurons *a, const phs_neurons *b) {
  if (a->model != b->model || a->state_count != b->state_count ||
      a->coeff_count != b->coeff_count || !same_kernel(a->kernel, b->kernel)) {
    return false;
  }
  for (int i = 0; i < PHS_MAX_MODEL_PARAMS; i++) {
    if (!same_values(a->param[i].v, a->param[i].n, b->param[i].v, b->param[i].n, 8)) {
      return false;
    }
  }
  for (int i = 0; i < a->coeff_count; i++) {
    if (!same_values(a->coeff[i].v, a->coeff[i].n, b->coeff[i].v, b->coeff[i].n, 4)) {
      return false;
    }
  }
  for (int i = 0; i < a->state_count; i++) {
    if (strcmp(a->state[i], b->state[i]) != 0) {
      return false;
    }
  }
  return true;
}

static bool same_conv(const phs_conv *a, const phs_conv *b) {
  bool same = a->dims == b->dims && a->groups == b->groups && same_tensor(&a->weight, &b->weight) &&
              same_tensor(&a->bias, &b->bias);
  for (int i = 0; i < a->dims; i++) {
    same = same && a->stride[i] == b->stride[i] && a->pad_low[i] == b->pad_low[i] &&
           a->pad_high[i] == b->pad_high[i] && a->dilation[i] == b->dilation[i];
  }
  return same;
}

static bool same_op(const phs_op *a, const phs_op *b) {
  if (a->kind != b->kind || strcmp(a->name, b->name) != 0 ||
      !phs_shape_equal(&a->shape, &b->shape) || a->elem != b->elem ||
      a->operand_count != b->operand_count ||
      (a->operand_count > 0 &&
       memcmp(a->operand, b->operand, (size_t)a->operand_count * sizeof *a->operand) != 0)) {
    return false;
  }
  switch (a->kind) {
  case PHS_OP_LINEAR:
    return same_tensor(&a->linear.weight, &b->linear.weight) &&
           same_tensor(&a->linear.bias, &b->linear.bias);
  case PHS_OP_CONV:
    return same_conv(&a->conv, &b->conv);
  case PHS_OP_POOL:
    return memcmp(&a->pool, &b->pool, sizeof a->pool) == 0;
  case PHS_OP_SCALE:
    return same_values(a->scale.factor.v, a->scale.factor.n, b->scale.factor.v, b->scale.factor.n,
                       4);
  case PHS_OP_FLATTEN:
    return a->flatten.start == b->flatten.start && a->flatten.end == b->flatten.end;
  case PHS_OP_DELAY:
    return same_values(a->delay.steps.v, a->delay.steps.n, b->delay.steps.v, b->delay.steps.n, 8) &&
           same_values(a->delay.seconds.v, a->delay.seconds.n, b->delay.seconds.v,
                       b->delay.seconds.n, 8);
  case PHS_OP_NEURONS:
    return same_neurons(&a->neurons, &b->neurons);
  case PHS_OP_INPUT:
  case PHS_OP_OUTPUT:
  case PHS_OP_ADD:
  case PHS_OP_SYNAPSES: /* test_round_trip_synapses.c */
  case PHS_OP_SOURCE:
    break;
  }
  return true;
}

static void assert_same_net(const phs_net *a, const phs_net *b) {
  assert_string_equal(a->name, b->name);
  assert_true(phs_conventions_equal(&a->conventions, &b->conventions));
  assert_memory_equal(&a->dt, &b->dt, sizeof a->dt);
  assert_int_equal(a->has_time, b->has_time);
  assert_int_equal(a->discrete, b->discrete);
  assert_int_equal(a->op_count, b->op_count);
  for (int i = 0; i < a->op_count; i++) {
    if (!same_op(&a->op[i], &b->op[i])) {
      fail_msg("op %d, '%s', came back changed", i, a->op[i].name);
    }
  }
}

static void text_gives_the_same_network(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    phs_net *net = sample(seed), *source = NULL;
    seen s;
    phs_ir *ir = new_ir(&s);
    MlirModule module;
    assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
    if (seed >
        20) { /* level opt; coefficients may leave the range of f32 at random, but not with these */
      assert_int_equal(phs_ir_run(ir, module, "phasor-discretize,canonicalize,cse", NULL),
                       PHASOR_OK);
      phs_net *opt;
      assert_int_equal(phs_ir_to_net(ir, module, &opt), PHASOR_OK);
      assert_true(opt->discrete);
      mlirModuleDestroy(module);
      source = net; /* holds the weights */
      net = opt;
      assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
    }
    char *text = print_module(module);
    seen s2;
    phs_ir *other = new_ir(&s2);
    phs_net *back = net_of_text(other, &s2, text, NULL);
    assert_same_net(net, back);

    /* The read network prints the same text in a fresh context. */
    seen s3;
    phs_ir *third = new_ir(&s3);
    MlirModule again;
    assert_int_equal(phs_ir_from_net(third, back, &again), PHASOR_OK);
    char *twice = print_module(again);
    assert_string_equal(text, twice);
    free(text);
    free(twice);
    mlirModuleDestroy(again);
    mlirModuleDestroy(module);
    phs_net_destroy(back);
    phs_net_destroy(net);
    phs_net_destroy(source);
    phs_ir_destroy(ir);
    phs_ir_destroy(other);
    phs_ir_destroy(third);
  }
}

static void collect_bytes(MlirStringRef s, void *buf) {
  phs_buf_add(buf, s.data, s.length);
}

static void bytecode_gives_the_same_network(void **state) {
  (void)state;
  phs_net *net = sample(3);
  seen s, s2;
  phs_ir *ir = new_ir(&s), *other = new_ir(&s2);
  MlirModule module, back;
  assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
  phs_buf b = {0};
  mlirOperationWriteBytecode(mlirModuleGetOperation(module), collect_bytes, &b);
  assert_int_equal(phs_ir_parse(other, b.data, b.len, "n.mlirbc", &back), PHASOR_OK);
  phs_net *read;
  assert_int_equal(phs_ir_to_net(other, back, &read), PHASOR_OK);
  assert_same_net(net, read);
  phs_buf_free(&b);
  phs_net_destroy(read);
  phs_net_destroy(net);
  mlirModuleDestroy(module);
  mlirModuleDestroy(back);
  phs_ir_destroy(ir);
  phs_ir_destroy(other);
}

static size_t resident_kib(void) {
  FILE *f = fopen("/proc/self/statm", "r");
  unsigned long total = 0, resident = 0;
  if (f) {
    assert_int_equal(fscanf(f, "%lu %lu", &total, &resident), 2);
    fclose(f);
  }
  return resident * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

/* 64 MiB of weights go to a module and back without a second copy; equal weights are one resource.
 */
static void weights_are_not_copied(void **state) {
  (void)state;
  maker m = {.net = phs_net_create(), .seed = 5};
  phs_net *net = m.net;
  net->name = "large";
  net->dt = 1;
  net->conventions = phs_presets[0].conventions;
  net->op = PHS_NEW_ARRAY(net->arena, phs_op, MAX_OPS);
  add(&m, PHS_OP_INPUT, "in", shape(1, 4096, 0, 0, 0), PHS_F32, -1, -1);
  phs_op *a = add(&m, PHS_OP_LINEAR, "a", shape(1, 4096, 0, 0, 0), PHS_F32, 0, -1);
  phs_op *b = add(&m, PHS_OP_LINEAR, "b", shape(1, 4096, 0, 0, 0), PHS_F32, 1, -1);
  size_t n = (size_t)4096 * 4096;
  float *w = PHS_NEW_ARRAY(net->arena, float, n);
  for (size_t i = 0; i < n; i++) {
    w[i] = (float)(int)(i % 1009) * 0.25f;
  }
  a->linear.weight = b->linear.weight =
      (phs_tensor){.shape = shape(2, 4096, 4096, 0, 0), .data = w};
  add(&m, PHS_OP_OUTPUT, "out", shape(1, 4096, 0, 0, 0), PHS_F32, 2, -1);
  seen s;
  phs_ir *ir = new_ir(&s);
  size_t before = resident_kib();
  MlirModule module;
  assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
  assert_int_equal(phs_ir_run(ir, module, phs_default_pipeline, NULL), PHASOR_OK);
  phs_net *back;
  assert_int_equal(phs_ir_to_net(ir, module, &back), PHASOR_OK);
  size_t after = resident_kib();
  int i = op_named(back, "a");
  assert_ptr_equal(back->op[i].linear.weight.data, w);
  assert_true(after - before < 32 * 1024);
  phs_net_destroy(back);
  mlirModuleDestroy(module);
  phs_net_destroy(net);
  phs_ir_destroy(ir);
}

/* Places survive as locations: an HDF5 path from the network, a line from a text. */
static void places_are_kept(void **state) {
  (void)state;
  phs_net *net = sample(1);
  net->file = "model.nir";
  net->op[2].where = "/node/nodes/conv";
  seen s;
  phs_ir *ir = new_ir(&s);
  MlirModule module;
  assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
  phs_net *back;
  assert_int_equal(phs_ir_to_net(ir, module, &back), PHASOR_OK);
  assert_string_equal(back->op[2].where, "/node/nodes/conv");
  assert_string_equal(back->file, "model.nir");
  phs_net_destroy(back);
  char *text = print_module(module);
  phs_net *read = net_of_text(ir, &s, text, NULL);
  assert_int_equal(read->op[2].line, 3);
  assert_string_equal(read->file, "test.mlir");
  phs_net_destroy(read);
  free(text);
  mlirModuleDestroy(module);
  phs_net_destroy(net);
  phs_ir_destroy(ir);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_gives_the_same_network),
      cmocka_unit_test(bytecode_gives_the_same_network),
      cmocka_unit_test(weights_are_not_copied),
      cmocka_unit_test(places_are_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
