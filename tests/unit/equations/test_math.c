/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Elementary functions of update functions against libm in binary64, in units of the last place. */
#include "equations/emit.h"
#include "group_arena.h"
#include "model_test.h"

#include <float.h>

typedef phs_reg (*emit_fn)(phs_emitter *e, phs_reg x);

static float evaluate(const phs_emitter *e, phs_reg result, float x) {
  value reg[128] = {{.i = 0}};
  assert_true(e->register_count <= 128);
  reg[0].f = x;
  for (int i = 0; i < e->inst_count; i++) {
    const phs_scalar_inst *in = &e->inst[i];
    reg[in->dst] = execute(in, reg[in->a], reg[in->b], reg[in->c]);
  }
  return reg[result].f;
}

/* The distance of two binary32 numbers' neighbours at |exact|. */
static double ulp(double exact) {
  if (fabs(exact) < (double)FLT_MIN) {
    return ldexp(1, -149);
  }
  return ldexp(1, ilogb(exact) - 23);
}

/* The largest error over numbers of both signs between 2^low and 2^high, in ulp. */
static double worst(emit_fn fn, double (*exact)(double), int low, int high, bool negative) {
  phs_emitter e;
  assert_true(phs_emit_start(&e, arena, 1));
  phs_reg result = fn(&e, 0);
  double most = 0;
  uint32_t first, last;
  float from = ldexpf(1, low), to = ldexpf(1, high);
  memcpy(&first, &from, sizeof first);
  memcpy(&last, &to, sizeof last);
  for (uint32_t bits = first; bits < last; bits += 4999) { /* a prime: all mantissas occur */
    float x;
    memcpy(&x, &bits, sizeof x);
    for (int sign = 0; sign <= (int)negative; sign++) {
      double want = exact((double)(sign ? -x : x));
      float got = evaluate(&e, result, sign ? -x : x);
      if (fabs(want) > (double)FLT_MAX) {
        assert_true(isinf(got) || want < (double)FLT_MAX * (1 + 1e-7));
        continue;
      }
      double error = fabs((double)got - want) / ulp(want);
      if (!(error < 100)) {
        fail_msg("f(%.9g) = %.9g, not %.9g", (double)x, (double)got, want);
      }
      most = error > most ? error : most;
    }
  }
  return most;
}

static double exprel(double x) {
  return expm1(x) / x;
}

static void accuracy(void **state) {
  (void)state;
  assert_true(worst(phs_emit_exp, exp, -30, 7, true) <= 1);
  assert_true(worst(phs_emit_log, log, -149, 128, false) <= 1);
  assert_true(worst(phs_emit_exprel, exprel, -30, 6, true) <= 3);
  assert_true(worst(phs_emit_tanh, tanh, -30, 7, true) <= 3);
}

static float at(emit_fn fn, float x) {
  phs_emitter e;
  assert_true(phs_emit_start(&e, arena, 1));
  phs_reg result = fn(&e, 0);
  return evaluate(&e, result, x);
}

static void edges(void **state) {
  (void)state;
  assert_true(at(phs_emit_exp, 0) == 1);
  assert_true(isinf(at(phs_emit_exp, 88.73F)) && isinf(at(phs_emit_exp, INFINITY)));
  assert_true(at(phs_emit_exp, 88.72F) < INFINITY);
  assert_true(at(phs_emit_exp, -104) == 0 && at(phs_emit_exp, -INFINITY) == 0);
  assert_true(at(phs_emit_exp, -103) == 0x1p-149F); /* e^-103 = 2^-148.6 */
  assert_true(isnan(at(phs_emit_exp, NAN)));
  assert_true(at(phs_emit_log, 1) == 0);
  assert_true(at(phs_emit_log, 0) == -INFINITY && at(phs_emit_log, -0.0F) == -INFINITY);
  assert_true(isnan(at(phs_emit_log, -1)) && isnan(at(phs_emit_log, NAN)));
  assert_true(at(phs_emit_log, INFINITY) == INFINITY);
  assert_true(at(phs_emit_exprel, 0) == 1 && isinf(at(phs_emit_exprel, INFINITY)));
  assert_true(at(phs_emit_exprel, -1e30F) == 1e-30F && at(phs_emit_exprel, -INFINITY) == 0);
  assert_true(isnan(at(phs_emit_exprel, NAN)));
  assert_true(at(phs_emit_tanh, 0) == 0 && at(phs_emit_tanh, INFINITY) == 1);
  assert_true(at(phs_emit_tanh, -INFINITY) == -1 && isnan(at(phs_emit_tanh, NAN)));
}

/* The error of pow grows with |y log x|, half an ulp for each e-fold at most, as its header says.
 */
static void power(void **state) {
  (void)state;
  static const float cases[][2] = {{2, 0.5F},   {10, 3.3F}, {0.1F, 7},
                                   {1.5F, -20}, {100, 12},  {7, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    phs_emitter e;
    assert_true(phs_emit_start(&e, arena, 1));
    phs_reg result = phs_emit_pow(&e, 0, phs_emit_f32(&e, cases[i][1]));
    double x = (double)cases[i][0], y = (double)cases[i][1];
    double want = pow(x, y), got = (double)evaluate(&e, result, cases[i][0]);
    assert_true(fabs(got - want) <= (2 + fabs(y * log(x))) * ulp(want));
  }
}

/* exp shares its reduction with itself and its kin. */
static void sharing(void **state) {
  (void)state;
  phs_emitter e;
  assert_true(phs_emit_start(&e, arena, 1));
  phs_reg a = phs_emit_exp(&e, 0);
  int count = e.inst_count;
  assert_int_equal(phs_emit_exp(&e, 0), a);
  assert_int_equal(e.inst_count, count);
  phs_emit_exprel(&e, 0);
  assert_true(e.inst_count <= count + 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accuracy),
      cmocka_unit_test(edges),
      cmocka_unit_test(power),
      cmocka_unit_test(sharing),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
