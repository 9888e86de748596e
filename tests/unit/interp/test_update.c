/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Update functions: every scalar operation, then a whole neuron against the equations. */
#include "net_builder.h"

#include <math.h>

static const phs_conventions plain = {.integrator = PHS_EULER};
#define COUNT(array) (int)(sizeof(array) / sizeof *(array))

/* A network of one population with x's shape that runs `kernel`. */
static phs_net *kernel_net(const phs_kernel *kernel, phs_shape shape, int states, int *op) {
  phs_net *net = make_net(&plain, 1);
  net->discrete = true;
  int in = add_input(net, shape);
  phs_elem elem = kernel->output_type == PHS_S_F32  ? PHS_F32
                  : kernel->output_type == PHS_S_I1 ? PHS_I1
                                                    : PHS_I32;
  *op = add_op(net, PHS_OP_NEURONS, "neurons", shape, elem, in, -1);
  phs_neurons *n = &net->op[*op].neurons;
  n->model = PHS_MODEL_CUSTOM;
  n->kernel = kernel;
  n->state_count = states;
  n->state[0] = "v";
  n->state[1] = "i";
  return net;
}

/* What `inst` gives in register `result` of type `type` for the input x, as a number. */
static double evaluate(const phs_scalar_inst *inst, int count, uint16_t result,
                       phs_scalar_type type, float x) {
  const phs_kernel kernel = {.name = "k",
                             .arg_count = 1,
                             .register_count = 16,
                             .inst_count = count,
                             .inst = inst,
                             .result_count = 1,
                             .result = &result,
                             .output_type = type};
  int op;
  phs_net *net = kernel_net(&kernel, SHAPE(1), 0, &op);
  phs_interp *it = make_interp(net);
  step1(it, &x);
  phs_quantity q;
  assert_true(phs_interp_quantity(it, op, "out", &q));
  double value = q.elem == PHS_F32   ? (double)*(const float *)q.data
                 : q.elem == PHS_I32 ? (double)*(const int32_t *)q.data
                                     : (double)*(const uint8_t *)q.data;
  phs_interp_destroy(it);
  phs_net_destroy(net);
  return value;
}

static double float_op(phs_scalar_op op, float a, float b) {
  const phs_scalar_inst inst[] = {{.op = PHS_K_CONST_F32, .type = PHS_S_F32, .dst = 1, .imm.f = b},
                                  {.op = op, .type = PHS_S_F32, .dst = 2, .a = 0, .b = 1}};
  return evaluate(inst, COUNT(inst), 2, PHS_S_F32, a);
}

static double int_op(phs_scalar_op op, phs_scalar_type t, int64_t a, int64_t b) {
  const phs_scalar_inst inst[] = {{.op = PHS_K_CONST_INT, .type = t, .dst = 1, .imm.i = a},
                                  {.op = PHS_K_CONST_INT, .type = t, .dst = 2, .imm.i = b},
                                  {.op = op, .type = t, .dst = 3, .a = 1, .b = 2},
                                  {.op = PHS_K_SITOFP, .type = PHS_S_F32, .dst = 4, .a = 3}};
  return evaluate(inst, COUNT(inst), 4, PHS_S_F32, 0);
}

static void float_arithmetic(void **state) {
  (void)state;
  assert_true(float_op(PHS_K_ADDF, 1.5F, 2) == 3.5);
  assert_true(float_op(PHS_K_ADDF, 16777216.0F, 1) == 16777216.0); /* binary32 */
  assert_true(float_op(PHS_K_SUBF, 1.5F, 2) == -0.5);
  assert_true(float_op(PHS_K_MULF, 1.5F, 2) == 3);
  assert_true(float_op(PHS_K_DIVF, 1, 4) == 0.25);
  assert_true(isinf(float_op(PHS_K_DIVF, 1, 0)));
  assert_true(float_op(PHS_K_REMF, -7, 4) == -3); /* sign of the dividend */
  assert_true(float_op(PHS_K_NEGF, 2, 0) == -2);
  assert_true(float_op(PHS_K_FLOOR, -1.5F, 0) == -2);
  assert_true(float_op(PHS_K_CEIL, -1.5F, 0) == -1);
  assert_true(float_op(PHS_K_TRUNC, -1.5F, 0) == -1);
  assert_true(float_op(PHS_K_ROUNDEVEN, 2.5F, 0) == 2);
  assert_true(float_op(PHS_K_ROUNDEVEN, 3.5F, 0) == 4);
  assert_true(float_op(PHS_K_ABSF, -2, 0) == 2);
  assert_true(float_op(PHS_K_SQRT, 6.25F, 0) == 2.5);
  assert_near(float_op(PHS_K_EXP, 1, 0), 2.718281828, 1e-6);
  assert_near(float_op(PHS_K_LOG, 10, 0), 2.302585093, 1e-6);
  assert_near(float_op(PHS_K_TANH, 0.5F, 0), 0.462117157, 1e-6);
  assert_near(float_op(PHS_K_SIN, 1, 0), 0.841470985, 1e-6);
  assert_near(float_op(PHS_K_COS, 1, 0), 0.540302306, 1e-6);
}

static void maxima(void **state) {
  (void)state;
  const phs_scalar_op max[] = {PHS_K_MAXIMUMF, PHS_K_MAXNUMF},
                      min[] = {PHS_K_MINIMUMF, PHS_K_MINNUMF};
  for (int k = 0; k < 2; k++) {
    assert_true(float_op(max[k], 1, 2) == 2 && float_op(max[k], 2, 1) == 2);
    assert_true(float_op(min[k], 1, 2) == 1 && float_op(min[k], 2, 1) == 1);
    /* one NaN: maximumf gives NaN, maxnumf the number */
    assert_true(isnan(float_op(max[k], NAN, 1)) == (k == 0));
    assert_true(isnan(float_op(min[k], 1, NAN)) == (k == 0));
  }
  assert_false(signbit(float_op(PHS_K_MAXIMUMF, -0.0F, 0.0F)));
  assert_false(signbit(float_op(PHS_K_MAXIMUMF, 0.0F, -0.0F)));
  assert_true(signbit(float_op(PHS_K_MINIMUMF, -0.0F, 0.0F)));
  assert_true(signbit(float_op(PHS_K_MINIMUMF, 0.0F, -0.0F)));
}

static void float_comparisons(void **state) {
  (void)state;
  /* arith.cmpf's predicates in order, each on (less, equal, greater, NaN) */
  const int want[16][4] = {
      {0, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 1, 1, 0}, /* false oeq ogt oge */
      {1, 0, 0, 0}, {1, 1, 0, 0}, {1, 0, 1, 0}, {1, 1, 1, 0}, /* olt ole one ord */
      {0, 1, 0, 1}, {0, 0, 1, 1}, {0, 1, 1, 1}, {1, 0, 0, 1}, /* ueq ugt uge ult */
      {1, 1, 0, 1}, {1, 0, 1, 1}, {0, 0, 0, 1}, {1, 1, 1, 1}, /* ule une uno true */
  };
  const float x[] = {1, 2, 3, NAN};
  for (int64_t p = 0; p < 16; p++) {
    for (int k = 0; k < 4; k++) {
      const phs_scalar_inst inst[] = {
          {.op = PHS_K_CONST_F32, .type = PHS_S_F32, .dst = 1, .imm.f = 2},
          {.op = PHS_K_CMPF, .type = PHS_S_I1, .dst = 2, .a = 0, .b = 1, .imm.i = p}};
      assert_int_equal((int)evaluate(inst, COUNT(inst), 2, PHS_S_I1, x[k]), want[p][k]);
    }
  }
}

static int int_compare(int64_t predicate, phs_scalar_type t, int64_t a, int64_t b) {
  const phs_scalar_inst inst[] = {
      {.op = PHS_K_CONST_INT, .type = t, .dst = 1, .imm.i = a},
      {.op = PHS_K_CONST_INT, .type = t, .dst = 2, .imm.i = b},
      {.op = PHS_K_CMPI, .type = PHS_S_I1, .dst = 3, .a = 1, .b = 2, .imm.i = predicate}};
  return (int)evaluate(inst, COUNT(inst), 3, PHS_S_I1, 0);
}

static void integer_comparisons(void **state) {
  (void)state;
  /* eq ne slt sle sgt sge ult ule ugt uge, on (-1, 1): -1 is the largest unsigned number */
  const int want[] = {0, 1, 1, 1, 0, 0, 0, 0, 1, 1};
  const int equal[] = {1, 0, 0, 1, 0, 1, 0, 1, 0, 1};
  for (int64_t p = 0; p < 10; p++) {
    assert_int_equal(int_compare(p, PHS_S_I32, -1, 1), want[p]);
    assert_int_equal(int_compare(p, PHS_S_I64, -1, 1), want[p]);
    assert_int_equal(int_compare(p, PHS_S_I32, 5, 5), equal[p]);
    assert_int_equal(int_compare(p, PHS_S_I1, 1, 0), want[p]); /* a true i1 is -1 */
  }
}

static void integer_arithmetic(void **state) {
  (void)state;
  for (phs_scalar_type t = PHS_S_I32; t <= PHS_S_I64; t++) {
    assert_true(int_op(PHS_K_ADDI, t, 5, -7) == -2);
    assert_true(int_op(PHS_K_SUBI, t, 5, 7) == -2);
    assert_true(int_op(PHS_K_MULI, t, 5, -7) == -35);
    assert_true(int_op(PHS_K_ANDI, t, 12, 10) == 8);
    assert_true(int_op(PHS_K_ORI, t, 12, 10) == 14);
    assert_true(int_op(PHS_K_XORI, t, 12, 10) == 6);
    assert_true(int_op(PHS_K_SHLI, t, 3, 2) == 12);
    assert_true(int_op(PHS_K_SHRSI, t, -8, 1) == -4);
    assert_true(int_op(PHS_K_DIVSI, t, -7, 2) == -3); /* towards zero */
    assert_true(int_op(PHS_K_DIVSI, t, -7, -1) == 7);
    assert_true(int_op(PHS_K_REMSI, t, -7, 2) == -1);
    assert_true(int_op(PHS_K_MAXSI, t, -7, 2) == 2);
    assert_true(int_op(PHS_K_MINSI, t, -7, 2) == -7);
  }
  assert_true(int_op(PHS_K_ADDI, PHS_S_I32, INT32_MAX, 1) == (double)INT32_MIN);
  assert_true(int_op(PHS_K_ADDI, PHS_S_I64, INT32_MAX, 1) == 2147483648.0);
  assert_true(int_op(PHS_K_MULI, PHS_S_I32, 65536, 65536) == 0);
  assert_true(int_op(PHS_K_SHRUI, PHS_S_I32, -8, 28) == 15);
  assert_true(int_op(PHS_K_ANDI, PHS_S_I1, 1, 1) == -1); /* i1 as a signed number */
}

/* `arith` leaves these open; nothing may crash, and the value is the nearest one. */
static void integer_operations_without_a_result(void **state) {
  (void)state;
  assert_true(int_op(PHS_K_DIVSI, PHS_S_I32, 7, 0) == 0);
  assert_true(int_op(PHS_K_REMSI, PHS_S_I64, 7, 0) == 0);
  assert_true(int_op(PHS_K_DIVSI, PHS_S_I64, INT64_MIN, -1) == (double)INT64_MIN);
  assert_true(int_op(PHS_K_REMSI, PHS_S_I64, INT64_MIN, -1) == 0);
  assert_true(int_op(PHS_K_SHLI, PHS_S_I32, 1, 32) == 0);
  assert_true(int_op(PHS_K_SHRUI, PHS_S_I64, 1, -1) == 0);
  assert_true(int_op(PHS_K_SHRSI, PHS_S_I32, -1, 40) == -1);
}

static double convert(phs_scalar_op op, phs_scalar_type from, phs_scalar_type to, int64_t v) {
  const phs_scalar_inst inst[] = {{.op = PHS_K_CONST_INT, .type = from, .dst = 1, .imm.i = v},
                                  {.op = op, .type = to, .dst = 2, .a = 1},
                                  {.op = PHS_K_SITOFP, .type = PHS_S_F32, .dst = 3, .a = 2}};
  bool direct = to == PHS_S_F32;
  return evaluate(inst, direct ? 2 : 3, direct ? 2 : 3, PHS_S_F32, 0);
}

static double truncated(phs_scalar_type to, float x) {
  const phs_scalar_inst inst[] = {{.op = PHS_K_FPTOSI, .type = to, .dst = 1, .a = 0},
                                  {.op = PHS_K_SITOFP, .type = PHS_S_F32, .dst = 2, .a = 1}};
  return evaluate(inst, COUNT(inst), 2, PHS_S_F32, x);
}

static void conversions(void **state) {
  (void)state;
  assert_true(convert(PHS_K_SITOFP, PHS_S_I32, PHS_S_F32, -3) == -3);
  assert_true(convert(PHS_K_SITOFP, PHS_S_I1, PHS_S_F32, 1) == -1);
  assert_true(convert(PHS_K_UITOFP, PHS_S_I1, PHS_S_F32, 1) == 1);
  assert_true(convert(PHS_K_UITOFP, PHS_S_I32, PHS_S_F32, -1) ==
              4294967296.0); /* 2^32 - 1, rounded */
  assert_true(convert(PHS_K_EXTUI, PHS_S_I1, PHS_S_I32, 1) == 1);
  assert_true(convert(PHS_K_EXTSI, PHS_S_I1, PHS_S_I32, 1) == -1);
  assert_true(convert(PHS_K_EXTUI, PHS_S_I32, PHS_S_I64, -1) == 4294967296.0);
  assert_true(convert(PHS_K_EXTSI, PHS_S_I32, PHS_S_I64, -1) == -1);
  assert_true(convert(PHS_K_TRUNCI, PHS_S_I64, PHS_S_I32, 4294967299) == 3);
  assert_true(truncated(PHS_S_I32, -2.75F) == -2);
  assert_true(truncated(PHS_S_I64, 1e12F) == (double)1e12F);
  /* out of range: the nearest; NaN: 0 */
  assert_true(truncated(PHS_S_I32, 1e20F) == 2147483648.0);
  assert_true(truncated(PHS_S_I32, -1e20F) == (double)INT32_MIN);
  assert_true(truncated(PHS_S_I64, -1e30F) == (double)INT64_MIN);
  assert_true(truncated(PHS_S_I32, NAN) == 0);
}

/* f32 and i32 as the same 32 bits: 1.0 is 0x3f800000, -2.5 is 0xc0200000. */
static void bitcasts(void **state) {
  (void)state;
  const phs_scalar_inst bits[] = {{.op = PHS_K_BITCAST, .type = PHS_S_I32, .dst = 1, .a = 0}};
  assert_true(evaluate(bits, 1, 1, PHS_S_I32, 1) == 0x3f800000);
  assert_true(evaluate(bits, 1, 1, PHS_S_I32, -2.5F) == (double)(int32_t)0xc0200000);
  assert_true(evaluate(bits, 1, 1, PHS_S_I32, -0.0F) == (double)INT32_MIN);
  /* 2^k by its exponent alone: (k + 127) << 23 */
  for (int k = -126; k < 128; k++) {
    const phs_scalar_inst power[] = {
        {.op = PHS_K_CONST_INT, .type = PHS_S_I32, .dst = 1, .imm.i = (k + 127) * 0x800000},
        {.op = PHS_K_BITCAST, .type = PHS_S_F32, .dst = 2, .a = 1}};
    assert_true(evaluate(power, 2, 2, PHS_S_F32, 0) == ldexp(1, k));
  }
  const phs_scalar_inst back[] = {{.op = PHS_K_BITCAST, .type = PHS_S_I32, .dst = 1, .a = 0},
                                  {.op = PHS_K_BITCAST, .type = PHS_S_F32, .dst = 2, .a = 1}};
  assert_true(evaluate(back, 2, 2, PHS_S_F32, -1e-40F) == (double)-1e-40F);
}

static void select_and_output_types(void **state) {
  (void)state;
  const phs_scalar_inst inst[] = {
      {.op = PHS_K_CONST_F32, .type = PHS_S_F32, .dst = 1, .imm.f = 2},
      {.op = PHS_K_CMPF, .type = PHS_S_I1, .dst = 2, .a = 0, .b = 1, .imm.i = 2},
      {.op = PHS_K_SELECT, .type = PHS_S_F32, .dst = 3, .a = 2, .b = 1, .c = 0},
      {.op = PHS_K_FPTOSI, .type = PHS_S_I32, .dst = 4, .a = 3}};
  assert_true(evaluate(inst, 3, 3, PHS_S_F32, 5) == 2); /* at most 2 */
  assert_true(evaluate(inst, 3, 3, PHS_S_F32, 1.5F) == 1.5);
  assert_true(evaluate(inst, 4, 4, PHS_S_I32, 1.5F) == 1);
  assert_true(evaluate(inst, 3, 2, PHS_S_I1, 5) == 1);
  assert_true(evaluate(inst, 0, 0, PHS_S_F32, 5) == 5); /* the input itself */
}

/* CubaLIF, euler, current first, gt, to_value, without leak: arguments x, v, i, S, K, A, R, thr,
 * Vr. */
static const phs_scalar_inst cuba_inst[] = {
    {.op = PHS_K_MULF, .type = PHS_S_F32, .dst = 9, .a = 3, .b = 2},
    {.op = PHS_K_MULF, .type = PHS_S_F32, .dst = 10, .a = 4, .b = 0},
    {.op = PHS_K_ADDF, .type = PHS_S_F32, .dst = 11, .a = 9, .b = 10}, /* i1 */
    {.op = PHS_K_MULF, .type = PHS_S_F32, .dst = 12, .a = 5, .b = 1},
    {.op = PHS_K_MULF, .type = PHS_S_F32, .dst = 13, .a = 6, .b = 11},
    {.op = PHS_K_ADDF, .type = PHS_S_F32, .dst = 14, .a = 12, .b = 13}, /* v1 */
    {.op = PHS_K_CMPF, .type = PHS_S_I1, .dst = 15, .a = 14, .b = 7, .imm.i = 2},
    {.op = PHS_K_SELECT, .type = PHS_S_F32, .dst = 16, .a = 15, .b = 8, .c = 14},
};
static const uint16_t cuba_result[] = {15, 16, 11};
static const phs_kernel cuba = {.name = "cuba_lif",
                                .arg_count = 9,
                                .register_count = 17,
                                .inst_count = COUNT(cuba_inst),
                                .inst = cuba_inst,
                                .result_count = 3,
                                .result = cuba_result,
                                .output_type = PHS_S_I1};

static void a_whole_neuron(void **state) {
  (void)state;
  enum { N = 5, STEPS = 200 };
  /* tau_syn 2, tau_mem 4, r 3, w_in 2 at dt 1 give S = 0.5, K = 1, A = 0.75, R = 0.75; thresholds
   * differ */
  const double thr64[N] = {0.5, 1, 1.5, 2, 2.5};
  float thr[N];
  for (int e = 0; e < N; e++) {
    thr[e] = (float)thr64[e];
  }
  phs_param32 coeff[] = {{F32(0.5F), 1},  {F32(1), 1}, {F32(0.75F), 1},
                         {F32(0.75F), 1}, {thr, N},    {F32(-0.25F), 1}};
  int a, b;
  phs_net *opt = kernel_net(&cuba, SHAPE(N), 2, &a);
  opt->op[a].neurons.coeff_count = COUNT(coeff);
  opt->op[a].neurons.coeff = coeff;
  phs_net *net = make_net(&plain, 1);
  b = add_neurons(net, add_input(net, SHAPE(N)), PHS_MODEL_CUBALIF,
                  (const double[]){2, 4, 3, 0, 2, 1, -0.25});
  net->op[b].neurons.param[5] = make_param(net, thr64, N);
  phs_interp *x = make_interp(opt), *y = make_interp(net);
  noise n = {3};
  float spikes = 0;
  for (int t = 0; t < STEPS; t++) {
    float in[N];
    for (int e = 0; e < N; e++) {
      in[e] = 2 * noise_float(&n) + 0.5F;
    }
    step1(x, in);
    step1(y, in);
    for (size_t e = 0; e < N; e++) {
      spikes += value_of(x, a, "spikes", e);
      assert_same_float(value_of(x, a, "spikes", e), value_of(y, b, "spikes", e));
      assert_same_float(value_of(x, a, "v", e), value_of(y, b, "v", e));
      assert_same_float(value_of(x, a, "i", e), value_of(y, b, "i", e));
    }
  }
  assert_true(spikes > 20);
  phs_interp_destroy(x);
  phs_interp_destroy(y);
  phs_net_destroy(opt);
  phs_net_destroy(net);
}

/* ---- functions that are refused: PHS0607 ---- */

static void expect_refused(const phs_kernel *k, int states) {
  int op;
  phs_net *net = kernel_net(k, SHAPE(1), states, &op);
  caught c = {0};
  phs_diag diag = {.fn = catch_diagnostic, .user = &c};
  assert_null(phs_interp_create(net, &diag));
  assert_int_equal(c.count, 1);
  assert_string_equal(c.code, "PHS0607");
  assert_non_null(strstr(c.message, "neurons"));
  phs_net_destroy(net);
}

static void bad_functions(void **state) {
  (void)state;
  const uint16_t r0[] = {0}, r9[] = {9}, r1[] = {1};
  const phs_kernel good = {.name = "k",
                           .arg_count = 1,
                           .register_count = 4,
                           .result_count = 1,
                           .result = r0,
                           .output_type = PHS_S_F32};
  phs_kernel k = good;
  k.arg_count = 2; /* there are no coefficients */
  expect_refused(&k, 0);
  k = good;
  expect_refused(&k, 1); /* a state, but no argument for it */
  k = good;
  k.result = r9; /* no such register */
  expect_refused(&k, 0);
  k.result = r1; /* never written */
  expect_refused(&k, 0);
  k = good;
  k.output_type = PHS_S_I1; /* the input is f32 */
  expect_refused(&k, 0);
  const phs_scalar_inst bad[] = {
      {.op = PHS_K_ADDF,
       .type = PHS_S_F32,
       .dst = 1,
       .a = 0,
       .b = 2}, /* register 2 is not written */
      {.op = PHS_K_ADDF, .type = PHS_S_F32, .dst = 9, .a = 0, .b = 0},   /* no register 9 */
      {.op = PHS_K_ADDF, .type = PHS_S_F32, .dst = 0, .a = 0, .b = 0},   /* written twice */
      {.op = PHS_K_ADDI, .type = PHS_S_I32, .dst = 1, .a = 0, .b = 0},   /* integers of f32 */
      {.op = PHS_K_ADDF, .type = PHS_S_I32, .dst = 1, .a = 0, .b = 0},   /* gives f32 */
      {.op = PHS_K_SELECT, .type = PHS_S_F32, .dst = 1, .a = 0, .b = 0}, /* chooses by f32 */
      {.op = PHS_K_BITCAST, .type = PHS_S_I64, .dst = 1, .a = 0},        /* of another width */
      {.op = (phs_scalar_op)99, .type = PHS_S_F32, .dst = 1},
  };
  for (int i = 0; i < COUNT(bad); i++) {
    k = good;
    k.inst = &bad[i];
    k.inst_count = 1;
    expect_refused(&k, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(float_arithmetic),
      cmocka_unit_test(maxima),
      cmocka_unit_test(float_comparisons),
      cmocka_unit_test(integer_comparisons),
      cmocka_unit_test(integer_arithmetic),
      cmocka_unit_test(integer_operations_without_a_result),
      cmocka_unit_test(conversions),
      cmocka_unit_test(bitcasts),
      cmocka_unit_test(select_and_output_types),
      cmocka_unit_test(a_whole_neuron),
      cmocka_unit_test(bad_functions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
