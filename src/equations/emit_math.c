/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Elementary functions in binary32, after Cody & Waite, Software Manual for the Elementary
 * Functions, 1980: reduce the argument, take a polynomial, put the result together from bits.
 * Errors were measured over all binary32 arguments of the ranges that tests/unit/equations names.
 */
#include "equations/emit.h"

#include <math.h>

/* 1.5 * 2^23: adding it rounds to an integer, whose value is then in the low bits. */
#define ROUNDER 12582912.0F
#define ROUNDER_BITS 0x4B400000
/* ln 2 in two parts: the high one has 9 bits, so that its products with exponents are exact. */
#define LN2_HIGH 0.693359375F
#define LN2_LOW (-2.12194440e-4F)

static phs_reg add(phs_emitter *e, phs_reg a, phs_reg b) {
  return phs_emit(e, PHS_K_ADDF, PHS_S_F32, a, b, 0);
}
static phs_reg sub(phs_emitter *e, phs_reg a, phs_reg b) {
  return phs_emit(e, PHS_K_SUBF, PHS_S_F32, a, b, 0);
}
static phs_reg mul(phs_emitter *e, phs_reg a, phs_reg b) {
  return phs_emit(e, PHS_K_MULF, PHS_S_F32, a, b, 0);
}
static phs_reg divide(phs_emitter *e, phs_reg a, phs_reg b) {
  return phs_emit(e, PHS_K_DIVF, PHS_S_F32, a, b, 0);
}
static phs_reg number(phs_emitter *e, float v) {
  return phs_emit_f32(e, v);
}
static phs_reg choose(phs_emitter *e, phs_reg condition, phs_reg a, phs_reg b) {
  return phs_emit(e, PHS_K_SELECT, PHS_S_F32, condition, a, b);
}
static phs_reg int_op(phs_emitter *e, phs_scalar_op op, phs_reg a, int64_t b) {
  return phs_emit(e, op, PHS_S_I32, a, phs_emit_int(e, PHS_S_I32, b), 0);
}

/* c[0] + c[1] x + ... by Horner's rule. */
static phs_reg polynomial(phs_emitter *e, phs_reg x, const float *c, int count) {
  phs_reg p = number(e, c[count - 1]);
  for (int i = count - 2; i >= 0; i--) {
    p = add(e, mul(e, p, x), number(e, c[i]));
  }
  return p;
}

/* x = n ln 2 + r with |r| <= 0.347, and what exp and its kin need of it. */
typedef struct reduction {
  phs_reg below;    /* x, at most 89: beyond, exp is infinite */
  phs_reg n, bits;  /* n as f32; n as i32 */
  phs_reg r, curve; /* r; P with exp(r) = 1 + r + r^2 P(r) */
} reduction;

static reduction reduce(phs_emitter *e, phs_reg x) {
  /* Minimax over |r| <= ln 2 / 2 for the relative error of exp(r), 3.2e-9, by Remez' exchange. */
  static const float p[] = {0x1.fffffcp-2F, 0x1.555492p-3F, 0x1.5558eap-5F, 0x1.12393ep-7F,
                            0x1.6a26c4p-10F};
  reduction d;
  phs_reg most = number(e, 89.0F), least = number(e, -104.0F);
  /* Comparisons with NaN fail, so NaN passes both. */
  d.below = choose(e, phs_emit_compare(e, PHS_OGT, x, most), most, x);
  phs_reg c = choose(e, phs_emit_compare(e, PHS_OLT, d.below, least), least, d.below);
  phs_reg shifted = add(e, mul(e, c, number(e, 1.44269504F)), number(e, ROUNDER));
  d.n = sub(e, shifted, number(e, ROUNDER));
  d.bits =
      int_op(e, PHS_K_SUBI, phs_emit(e, PHS_K_BITCAST, PHS_S_I32, shifted, 0, 0), ROUNDER_BITS);
  d.r = sub(e, sub(e, c, mul(e, d.n, number(e, LN2_HIGH))), mul(e, d.n, number(e, LN2_LOW)));
  d.curve = polynomial(e, d.r, p, 5);
  return d;
}

/* exp(r) - 1 */
static phs_reg near_zero(phs_emitter *e, const reduction *d) {
  return add(e, d->r, mul(e, mul(e, d->r, d->r), d->curve));
}

/* 2^i for -127 < i < 128 */
static phs_reg power_of_two(phs_emitter *e, phs_reg i) {
  phs_reg biased = int_op(e, PHS_K_SHLI, int_op(e, PHS_K_ADDI, i, 127), 23);
  return phs_emit(e, PHS_K_BITCAST, PHS_S_F32, biased, 0, 0);
}

/* exp(r) 2^n, in two factors: one alone could not reach infinity and the subnormal numbers. */
static phs_reg scaled(phs_emitter *e, const reduction *d) {
  phs_reg half = int_op(e, PHS_K_SHRSI, d->bits, 1);
  phs_reg other = phs_emit(e, PHS_K_SUBI, PHS_S_I32, d->bits, half, 0);
  phs_reg p = add(e, number(e, 1.0F), near_zero(e, d));
  return mul(e, mul(e, p, power_of_two(e, half)), power_of_two(e, other));
}

phs_reg phs_emit_exp(phs_emitter *e, phs_reg x) {
  reduction d = reduce(e, x);
  return scaled(e, &d);
}

static phs_reg is_near_zero(phs_emitter *e, const reduction *d) {
  return phs_emit_compare(e, PHS_OEQ, d->n, number(e, 0.0F));
}

phs_reg phs_emit_exprel(phs_emitter *e, phs_reg x) {
  reduction d = reduce(e, x);
  phs_reg one = number(e, 1.0F);
  phs_reg near = add(e, one, mul(e, d.r, d.curve));
  phs_reg far = divide(e, sub(e, scaled(e, &d), one), d.below);
  return choose(e, is_near_zero(e, &d), near, far);
}

/* With z = exp(-2 |x|) - 1: tanh |x| = -z / (2 + z), without overflow or cancellation. */
phs_reg phs_emit_tanh(phs_emitter *e, phs_reg x) {
  phs_reg size = phs_emit(e, PHS_K_ABSF, PHS_S_F32, x, 0, 0), zero = number(e, 0.0F);
  reduction d = reduce(e, mul(e, size, number(e, -2.0F)));
  phs_reg z =
      choose(e, is_near_zero(e, &d), near_zero(e, &d), sub(e, scaled(e, &d), number(e, 1.0F)));
  phs_reg t = divide(e, sub(e, zero, z), add(e, z, number(e, 2.0F)));
  return choose(e, phs_emit_compare(e, PHS_OLT, x, zero), sub(e, zero, t), t);
}

/* log(1 + f) = 2 atanh(s), s = f / (2 + f): f - f^2/2 + s (f^2/2 + R), where R is the rest of the
 * series of atanh: s^2 (2/3 + 2/5 s^2 + ...). |s| < 0.172, so that s^12 is below half an ulp. */
static phs_reg log_near_one(phs_emitter *e, phs_reg f, phs_reg k) {
  static const float series[] = {2.0F / 3, 2.0F / 5, 2.0F / 7, 2.0F / 9};
  phs_reg s = divide(e, f, add(e, f, number(e, 2.0F)));
  phs_reg z = mul(e, s, s);
  phs_reg rest = mul(e, z, polynomial(e, z, series, 4));
  phs_reg half_square = mul(e, mul(e, f, f), number(e, 0.5F));
  phs_reg low = add(e, mul(e, s, add(e, half_square, rest)), mul(e, k, number(e, LN2_LOW)));
  return add(e, mul(e, k, number(e, LN2_HIGH)), sub(e, f, sub(e, half_square, low)));
}

phs_reg phs_emit_log(phs_emitter *e, phs_reg x) {
  phs_reg zero = number(e, 0.0F);
  /* Subnormal numbers are made normal. */
  phs_reg small = phs_emit_compare(e, PHS_OLT, x, number(e, 0x1p-126F));
  phs_reg y = choose(e, small, mul(e, x, number(e, 0x1p25F)), x);
  phs_reg bits = phs_emit(e, PHS_K_BITCAST, PHS_S_I32, y, 0, 0);
  /* y = 2^k m with sqrt(1/2) <= m < sqrt(2); 0x3F3504F3 are the bits of sqrt(1/2). */
  phs_reg k = int_op(e, PHS_K_SHRSI, int_op(e, PHS_K_SUBI, bits, 0x3F3504F3), 23);
  phs_reg m = phs_emit(e, PHS_K_SUBI, PHS_S_I32, bits, int_op(e, PHS_K_SHLI, k, 23), 0);
  phs_reg f = sub(e, phs_emit(e, PHS_K_BITCAST, PHS_S_F32, m, 0, 0), number(e, 1.0F));
  phs_reg exponent = phs_emit(e, PHS_K_SITOFP, PHS_S_F32, k, 0, 0);
  exponent = choose(e, small, sub(e, exponent, number(e, 25.0F)), exponent);
  phs_reg result = log_near_one(e, f, exponent);
  phs_reg infinite = number(e, INFINITY);
  result = choose(e, phs_emit_compare(e, PHS_OLT, x, infinite), result, x); /* inf and NaN */
  result = choose(e, phs_emit_compare(e, PHS_OLT, x, zero), number(e, NAN), result);
  return choose(e, phs_emit_compare(e, PHS_OEQ, x, zero), number(e, -INFINITY), result);
}

phs_reg phs_emit_pow(phs_emitter *e, phs_reg x, phs_reg y) {
  phs_reg p = phs_emit_exp(e, mul(e, y, phs_emit_log(e, x)));
  return choose(e, phs_emit_compare(e, PHS_OEQ, y, number(e, 0.0F)), number(e, 1.0F), p);
}
