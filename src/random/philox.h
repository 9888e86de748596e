/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file philox.h  Random123's Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers:
 * as easy as 1, 2, 3", SC 2011) without what its header takes from libc and from the machine, so
 * that freestanding programs of every target carry it.
 */
#ifndef PHS_RANDOM_PHILOX_H
#define PHS_RANDOM_PHILOX_H

#define R123_USE_SSE 0
#define R123_USE_SSE4_2 0
#define R123_USE_SSE4_1 0
#define R123_USE_AES_NI 0
#define R123_USE_AES_OPENSSL 0
#define R123_USE_WMMINTRIN_H 0
#define R123_USE_INTRIN_H 0
#define R123_USE_MULHILO32_ASM 0
#define R123_USE_MULHILO64_ASM 0
#define R123_USE_PHILOX_64BIT 0
#define R123_ASSERT(x) ((void)0)

#include <Random123/philox.h>

#endif
