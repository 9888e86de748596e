/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file real.h  Doubles without libm. */
#ifndef PHS_RANDOM_REAL_H
#define PHS_RANDOM_REAL_H

/** Correctly rounded by IEEE 754, so the same everywhere; clang's builtin knows of no errno. */
static inline double phs_sqrt(double x) {
#if defined(__clang__)
  return __builtin_elementwise_sqrt(x);
#else
  return __builtin_sqrt(x); /* compiled with -fno-math-errno: an instruction, no call */
#endif
}

#endif
