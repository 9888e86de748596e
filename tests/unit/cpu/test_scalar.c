/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Every instruction of update functions on awkward operands, against the reference interpreter. */
#include "backends/cpu/cpu.h"
#include "interp/interp.h"
#include "nets.h"

#include <float.h>
#include <setjmp.h>

#include <cmocka.h>

/* Operand pairs: each value after each other one (the second operand is the value of the step
 * before). */
static const float values[] = {0.0F,
                               -0.0F,
                               1,
                               -1,
                               0.5F,
                               -2.5F,
                               3,
                               7.25F,
                               -31,
                               32,
                               33,
                               63,
                               64,
                               1e-40F,
                               FLT_MIN,
                               16777217.0F,
                               2147483520.0F,
                               2147483648.0F,
                               -2147483648.0F,
                               -2147483904.0F,
                               1e30F,
                               FLT_MAX,
                               -FLT_MAX};
enum { VALUES = sizeof values / sizeof *values, WIDTH = 19 };

/* 0 x, 1 v, then what `inst` makes; the output is `out`, the new state is x. */
static phs_net *net_of(const phs_scalar_inst *inst, int count, uint16_t out, phs_scalar_type type) {
  phs_net *n = net_new();
  int x = net_input(n, shape_of(1, WIDTH));
  phs_elem elem = type == PHS_S_I1 ? PHS_I1 : type == PHS_S_I32 ? PHS_I32 : PHS_F32;
  int z = net_op(n, PHS_OP_NEURONS, shape_of(1, WIDTH), elem, x, -1);
  uint16_t results[] = {out, 0};
  phs_kernel k = {"k",
                  2,
                  2 + count,
                  count,
                  phs_arena_copy(n->arena, inst, (size_t)count * sizeof *inst),
                  2,
                  phs_arena_copy(n->arena, results, sizeof results),
                  type};
  phs_neurons *u = &n->op[z].neurons;
  u->model = PHS_MODEL_CUSTOM;
  u->kernel = phs_arena_copy(n->arena, &k, sizeof k);
  u->state_count = 1;
  u->state[0] = "v";
  u->coeff = PHS_NEW_ARRAY(n->arena, phs_param32, 1);
  net_output(n, z);
  return n;
}

static bool same(const phs_quantity *a, const struct phs_quantity *b, size_t i) {
  if (a->elem == PHS_F32) {
    float x = ((const float *)a->data)[i], y = ((const float *)b->data)[i];
    return (x != x && y != y) ||
           memcmp(&x, &y, sizeof x) == 0; /* NaNs differ in bits that mean nothing */
  }
  size_t size = a->elem == PHS_I1 ? 1 : 4;
  return memcmp((const char *)a->data + i * size, (const char *)b->data + i * size, size) == 0;
}

static void check(phs_ir *ir, phs_diag *diag, phs_net *n, int op, int level) {
  phs_cpu_options o = {.opt_level = level};
  phs_cpu_program *p = phs_cpu_load(ir, (MlirModule){0}, n, &o, diag);
  assert_non_null(p);
  phs_cpu_run *run = phs_cpu_run_create(p);
  phs_interp *it = phs_interp_create(n, diag);
  assert_non_null(it);
  for (int t = 0; t < 2 * VALUES; t++) {
    float in[WIDTH];
    for (int i = 0; i < WIDTH;
         i++) { /* steps 2k and 2k + 1 pair value k with every other over the neurons */
      in[i] = values[(t % 2 ? t / 2 : t / 2 + i) % VALUES];
    }
    const float *inputs[] = {in};
    phs_quantity want;
    struct phs_quantity got;
    phs_interp_step(it, inputs);
    phs_cpu_run_step(run, inputs);
    assert_true(phs_interp_quantity(it, 1, "out", &want) &&
                phs_cpu_run_quantity(run, 1, "out", &got));
    for (size_t i = 0; i < WIDTH; i++) {
      if (!same(&want, &got, i)) {
        fail_msg("-O%d: instruction %d of %a differs in step %d", level, op, (double)in[i], t);
      }
    }
  }
  phs_interp_destroy(it);
  phs_cpu_run_destroy(run);
  phs_cpu_unload(p);
}

typedef struct fixture {
  phs_diag diag;
  phs_ir *ir;
} fixture;

static void check_both(fixture *f, const phs_scalar_inst *inst, int count, phs_scalar_type type) {
  phs_net *n = net_of(inst, count, (uint16_t)(1 + count), type);
  check(f->ir, &f->diag, n, inst[count - 1].op, 0);
  check(f->ir, &f->diag, n, inst[count - 1].op, 2);
  phs_net_destroy(n);
}

static void test_float(void **state) {
  static const phs_scalar_op ops[] = {
      PHS_K_ADDF,      PHS_K_SUBF,     PHS_K_MULF,    PHS_K_DIVF,    PHS_K_REMF,  PHS_K_NEGF,
      PHS_K_MAXIMUMF,  PHS_K_MINIMUMF, PHS_K_MAXNUMF, PHS_K_MINNUMF, PHS_K_FLOOR, PHS_K_CEIL,
      PHS_K_ROUNDEVEN, PHS_K_TRUNC,    PHS_K_ABSF,    PHS_K_SQRT,    PHS_K_EXP,   PHS_K_LOG,
      PHS_K_TANH,      PHS_K_SIN,      PHS_K_COS};
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
    const phs_scalar_inst inst[] = {{ops[i], PHS_S_F32, 2, 0, 1, 0, {0}}};
    check_both(*state, inst, 1, PHS_S_F32);
  }
}

static void test_compare(void **state) {
  for (int predicate = 0; predicate < 16; predicate++) {
    const phs_scalar_inst inst[] = {{PHS_K_CMPF, PHS_S_I1, 2, 0, 1, 0, {.i = predicate}}};
    check_both(*state, inst, 1, PHS_S_I1);
  }
  for (int predicate = 0; predicate < 10; predicate++) {
    const phs_scalar_inst inst[] = {{PHS_K_FPTOSI, PHS_S_I32, 2, 0, 0, 0, {0}},
                                    {PHS_K_FPTOSI, PHS_S_I32, 3, 1, 0, 0, {0}},
                                    {PHS_K_CMPI, PHS_S_I1, 4, 2, 3, 0, {.i = predicate}}};
    check_both(*state, inst, 3, PHS_S_I1);
  }
}

static const phs_scalar_op integer_ops[] = {
    PHS_K_ADDI,  PHS_K_SUBI,  PHS_K_MULI,  PHS_K_ANDI,  PHS_K_ORI,   PHS_K_XORI, PHS_K_SHLI,
    PHS_K_SHRSI, PHS_K_SHRUI, PHS_K_DIVSI, PHS_K_REMSI, PHS_K_MAXSI, PHS_K_MINSI};

static void test_i32(void **state) {
  for (size_t i = 0; i < sizeof integer_ops / sizeof *integer_ops; i++) {
    const phs_scalar_inst inst[] = {{PHS_K_FPTOSI, PHS_S_I32, 2, 0, 0, 0, {0}},
                                    {PHS_K_FPTOSI, PHS_S_I32, 3, 1, 0, 0, {0}},
                                    {integer_ops[i], PHS_S_I32, 4, 2, 3, 0, {0}}};
    check_both(*state, inst, 3, PHS_S_I32);
  }
}

/* The upper half of 64-bit results, through a shift; conversions between the widths. */
static void test_i64(void **state) {
  for (size_t i = 0; i < sizeof integer_ops / sizeof *integer_ops; i++) {
    const phs_scalar_inst inst[] = {{PHS_K_FPTOSI, PHS_S_I64, 2, 0, 0, 0, {0}},
                                    {PHS_K_FPTOSI, PHS_S_I64, 3, 1, 0, 0, {0}},
                                    {integer_ops[i], PHS_S_I64, 4, 2, 3, 0, {0}},
                                    {PHS_K_CONST_INT, PHS_S_I64, 5, 0, 0, 0, {.i = 29}},
                                    {PHS_K_SHRUI, PHS_S_I64, 6, 4, 5, 0, {0}},
                                    {PHS_K_TRUNCI, PHS_S_I32, 7, 6, 0, 0, {0}}};
    check_both(*state, inst, 6, PHS_S_I32);
  }
}

static void test_conversions(void **state) {
  static const phs_scalar_op to_float[] = {PHS_K_SITOFP, PHS_K_UITOFP},
                             extend[] = {PHS_K_EXTUI, PHS_K_EXTSI};
  for (int i = 0; i < 2; i++) {
    for (int wide = 0; wide < 2; wide++) {
      const phs_scalar_inst inst[] = {{PHS_K_FPTOSI, wide ? PHS_S_I64 : PHS_S_I32, 2, 0, 0, 0, {0}},
                                      {to_float[i], PHS_S_F32, 3, 2, 0, 0, {0}}};
      check_both(*state, inst, 2, PHS_S_F32);
    }
    const phs_scalar_inst from_i1[] = {{PHS_K_CMPF, PHS_S_I1, 2, 0, 1, 0, {.i = 4}},
                                       {extend[i], PHS_S_I32, 3, 2, 0, 0, {0}}};
    check_both(*state, from_i1, 2, PHS_S_I32);
    const phs_scalar_inst spikes[] = {{PHS_K_CMPF, PHS_S_I1, 2, 0, 1, 0, {.i = 4}},
                                      {to_float[i], PHS_S_F32, 3, 2, 0, 0, {0}}};
    check_both(*state, spikes, 2, PHS_S_F32);
    const phs_scalar_inst widen[] = {{PHS_K_FPTOSI, PHS_S_I32, 2, 0, 0, 0, {0}},
                                     {extend[i], PHS_S_I64, 3, 2, 0, 0, {0}},
                                     {PHS_K_SITOFP, PHS_S_F32, 4, 3, 0, 0, {0}}};
    check_both(*state, widen, 3, PHS_S_F32);
  }
  const phs_scalar_inst one_bit[] = {{PHS_K_FPTOSI, PHS_S_I1, 2, 0, 0, 0, {0}}};
  check_both(*state, one_bit, 1, PHS_S_I1);
}

/* Logic on single bits, and constants of every type. */
static void test_bits(void **state) {
  static const phs_scalar_op ops[] = {PHS_K_ANDI, PHS_K_ORI,   PHS_K_XORI,
                                      PHS_K_SHLI, PHS_K_SHRUI, PHS_K_SHRSI};
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
    const phs_scalar_inst inst[] = {{PHS_K_CMPF, PHS_S_I1, 2, 0, 1, 0, {.i = 2}},
                                    {PHS_K_CONST_INT, PHS_S_I1, 3, 0, 0, 0, {.i = i % 2}},
                                    {ops[i], PHS_S_I1, 4, 2, 3, 0, {0}},
                                    {PHS_K_CONST_F32, PHS_S_F32, 5, 0, 0, 0, {.f = -0x1.8p-130F}},
                                    {PHS_K_SELECT, PHS_S_F32, 6, 4, 0, 5, {0}}};
    check_both(*state, inst, 5, PHS_S_F32);
  }
}

/* The bits of a value, changed as an integer, and a value again: scaled by powers of two. */
static void test_bitcast(void **state) {
  const phs_scalar_inst inst[] = {{PHS_K_BITCAST, PHS_S_I32, 2, 0, 0, 0, {0}},
                                  {PHS_K_CONST_INT, PHS_S_I32, 3, 0, 0, 0, {.i = 3 << 23}},
                                  {PHS_K_ADDI, PHS_S_I32, 4, 2, 3, 0, {0}},
                                  {PHS_K_BITCAST, PHS_S_F32, 5, 4, 0, 0, {0}}};
  check_both(*state, inst, 1, PHS_S_I32);
  check_both(*state, inst, 4, PHS_S_F32);
}

static int setup(void **state) {
  fixture *f = calloc(1, sizeof *f);
  f->ir = phs_ir_create(&f->diag);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  phs_ir_destroy(f->ir);
  free(f);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_float),       cmocka_unit_test(test_compare),
      cmocka_unit_test(test_i32),         cmocka_unit_test(test_i64),
      cmocka_unit_test(test_conversions), cmocka_unit_test(test_bits),
      cmocka_unit_test(test_bitcast),
  };
  return cmocka_run_group_tests_name("cpu/scalar", tests, setup, teardown);
}
