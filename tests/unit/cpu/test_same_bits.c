/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Programs against the reference interpreter: every result and state of random networks, bit for
 * bit, every step. */
#include "backends/cpu/cpu.h"
#include "interp/interp.h"
#include "nets.h"

#include <setjmp.h>

#include <cmocka.h>

enum { STEPS = 12 };

static size_t elem_size(phs_elem e) {
  return e == PHS_I1 ? 1 : 4;
}

static void compare(const phs_net *n, int op, const char *var, const phs_interp *it,
                    const phs_cpu_run *run, int t, int level) {
  phs_quantity want;
  struct phs_quantity got;
  assert_true(phs_interp_quantity(it, op, var, &want));
  assert_true(phs_cpu_run_quantity(run, op, var, &got));
  assert_int_equal(got.elem, want.elem);
  assert_true(got.count == want.count);
  size_t size = elem_size(got.elem);
  for (size_t i = 0; i < got.count; i++) {
    if (memcmp((const char *)got.data + i * size, (const char *)want.data + i * size, size) != 0) {
      char shape[96];
      fail_msg("-O%d, step %d: element %zu of %s.%s (kind %d, %s) differs", level, t, i,
               n->op[op].name, var, (int)n->op[op].kind,
               phs_shape_print(&n->op[op].shape, shape, sizeof shape));
    }
  }
}

/* Events: mostly zero, whole numbers and fractions of both signs. */
static void fill(float *x, size_t count, rng *r) {
  for (size_t i = 0; i < count; i++) {
    int kind = rng_in(r, 0, 5);
    x[i] = kind < 3 ? 0 : kind == 3 ? 1 : kind == 4 ? (float)rng_in(r, 1, 3) : rng_float(r, -1, 2);
  }
}

static void compare_all(const phs_net *n, const phs_interp *it, const phs_cpu_run *run, int t,
                        int level) {
  for (int op = 0; op < n->op_count; op++) {
    if (n->op[op].kind != PHS_OP_OUTPUT) {
      compare(n, op, "out", it, run, t, level);
    }
    for (int s = 0; n->op[op].kind == PHS_OP_NEURONS && s < n->op[op].neurons.state_count; s++) {
      compare(n, op, n->op[op].neurons.state[s], it, run, t, level);
    }
  }
}

static void run_both(phs_ir *ir, const phs_net *n, rng *r, phs_diag *diag) {
  rng start = *r;
  for (int level = 0; level <= 2; level += 2) {
    phs_cpu_options o = {.opt_level = level};
    phs_cpu_program *p = phs_cpu_load(ir, (MlirModule){0}, n, &o, diag);
    assert_non_null(p);
    phs_cpu_run *run = phs_cpu_run_create(p);
    phs_interp *it = phs_interp_create(n, diag);
    assert_non_null(it);
    *r = start;
    for (int t = 0; t < STEPS; t++) {
      float *inputs[4];
      int k = 0;
      for (int op = 0; op < n->op_count; op++) {
        if (n->op[op].kind == PHS_OP_INPUT) {
          size_t count = phs_shape_count(&n->op[op].shape);
          inputs[k] = malloc(
              count * sizeof(float)); /* no room beyond: reading there shows under the sanitizers */
          fill(inputs[k++], count, r);
        }
      }
      phs_interp_step(it, (const float *const *)inputs);
      phs_cpu_run_step(run, (const float *const *)inputs);
      compare_all(n, it, run, t, level);
      while (k > 0) {
        free(inputs[--k]);
      }
    }
    phs_interp_destroy(it);
    phs_cpu_run_destroy(run);
    phs_cpu_unload(p);
  }
}

static neuron_kind any_kind(rng *r) {
  return (neuron_kind)rng_in(r, 0, 3);
}

/* Fully connected layers of any width, over leading dimensions too; recurrence through a delay and
 * an `init`. */
static phs_net *dense(rng *r) {
  phs_net *n = net_new();
  bool lead = rng_in(r, 0, 2) == 0;
  int in = rng_in(r, 1, 70), hidden = rng_in(r, 1, rng_in(r, 0, 3) == 0 ? 300 : 40);
  int x = net_input(n, lead ? shape_of(2, rng_in(r, 2, 4), in) : shape_of(1, in));
  int a = net_linear(n, x, -1, hidden, rng_in(r, 0, 1), r);
  neuron_kind kind = any_kind(r);
  phs_elem elem = kind == LEAKY_MANY ? PHS_I32 : kind == LEAKY_GRADED ? PHS_F32 : PHS_I1;
  int d = net_delay(n, n->op[a].shape, elem, -1, 1, rng_in(r, 1, 4), r);
  int b = net_linear(n, d, a, hidden, rng_in(r, 0, 1), r);
  int z = net_neurons(n, b, kind, rng_in(r, 0, 1), r);
  n->op[d].operand[0] = z;
  n->op[d].operand_count = 1;
  int late = net_delay(n, n->op[z].shape, elem, z, 0, rng_in(r, 0, 3), r);
  int c = net_linear(n, late, -1, rng_in(r, 1, 20), true, r);
  int s = net_scale(n, c, rng_in(r, 0, 1), r);
  int sum = net_add(n, s, net_add(n, c, s));
  net_output(n, net_neurons(n, sum, any_kind(r), true, r));
  net_output(n, sum);
  return n;
}

/* Convolutions and pools of any geometry over all element types. */
static phs_net *windows_of(rng *r, bool flat) {
  phs_net *n = net_new();
  int groups = rng_in(r, 1, 3), channels = groups * rng_in(r, 1, 3), side = rng_in(r, 9, 14);
  int x = net_input(n, flat ? shape_of(2, channels, side)
                            : shape_of(3, channels, side, rng_in(r, 9, 14)));
  int out = groups * rng_in(r, 1, rng_in(r, 0, 2) == 0 ? 50 : 9);
  int a = net_conv(n, x, -1, out, groups, rng_in(r, 0, 1), r);
  int z = net_neurons(n, a, any_kind(r), rng_in(r, 0, 1), r);
  if (!flat) {
    int p = net_pool(n, z, rng_in(r, 0, 1), r), q = net_pool(n, a, rng_in(r, 0, 1), r);
    net_output(n, net_scale(n, p, true, r));
    net_output(n, q);
  }
  /* the same geometry again, on top of the first result */
  int again = net_op(n, PHS_OP_CONV, n->op[a].shape, PHS_F32, x, a);
  n->op[again].conv = n->op[a].conv;
  n->op[again].conv.bias = net_tensor(n, shape_of(1, out), r, -1, 1);
  int f = net_flatten(n, net_neurons(n, again, any_kind(r), false, r));
  net_output(n, net_neurons(n, net_linear(n, f, -1, 10, true, r), LEAKY_ONE, false, r));
  return n;
}

static void many(phs_net *(*make)(rng *, bool), bool flag, int count) {
  phs_diag diag = {0};
  phs_ir *ir = phs_ir_create(&diag);
  for (int i = 0; i < count; i++) {
    rng r = {UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(i + 1)};
    phs_net *n = make(&r, flag);
    run_both(ir, n, &r, &diag);
    phs_net_destroy(n);
  }
  assert_int_equal(diag.errors, 0);
  phs_ir_destroy(ir);
}

static phs_net *make_dense(rng *r, bool flag) {
  (void)flag;
  return dense(r);
}

static void test_dense(void **state) {
  (void)state;
  many(make_dense, false, 24);
}

static void test_conv1d(void **state) {
  (void)state;
  many(windows_of, true, 16);
}

static void test_conv2d(void **state) {
  (void)state;
  many(windows_of, false, 24);
}

/* Neurons, delays and outputs fed by an input itself. */
static phs_net *direct(rng *r, bool flag) {
  (void)flag;
  phs_net *n = net_new();
  int x = net_input(n, shape_of(1, rng_in(r, 1, 40))), y = net_input(n, n->op[x].shape);
  int d = net_delay(n, n->op[x].shape, PHS_F32, x, 0, 3, r),
      e = net_delay(n, n->op[x].shape, PHS_F32, y, 2, 2, r);
  int z = net_neurons(n, x, LEAKY_ONE, true, r), w = net_neurons(n, z, LEAKY_MANY, true, r);
  net_output(n, net_neurons(n, w, LEAKY_GRADED, false, r));
  net_output(n, net_add(n, net_add(n, d, e), net_scale(n, z, true, r)));
  net_output(n, x);
  return n;
}

static void test_direct(void **state) {
  (void)state;
  many(direct, false, 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_dense),
      cmocka_unit_test(test_conv1d),
      cmocka_unit_test(test_conv2d),
      cmocka_unit_test(test_direct),
  };
  return cmocka_run_group_tests_name("cpu/same_bits", tests, NULL, NULL);
}
