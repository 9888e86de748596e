/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file permute.h  Random permutations that are computed, not stored: Feistel networks (Luby and
 * Rackoff 1988) over the numbers of a few bits, as shuffles by bijection use them (Mitchell,
 * Stokes, Frank and Holmes 2022, "Bandwidth-optimal random shuffling for GPUs"). Where only some of
 * the numbers are wanted, those that lead beyond are permuted again until one is ("cycle walking",
 * Black and Rogaway 2002), which permutes the wanted ones. Freestanding C.
 */
#ifndef PHS_RANDOM_PERMUTE_H
#define PHS_RANDOM_PERMUTE_H

#include <stdint.h>

/** With keys that are independent random words; each half of at most 16 bits. */
#define PHS_PERMUTE_ROUNDS 8

/** Halves of the numbers of @p bits bits, at most 32. */
typedef struct phs_halves {
  uint32_t right;     /**< bits of the lower half */
  uint32_t left_mask; /**< of the upper half, moved down */
  uint32_t right_mask;
} phs_halves;

static inline phs_halves phs_halves_of(uint32_t bits) {
  uint32_t right = bits / 2, left = bits - right;
  return (phs_halves){right, (1u << left) - 1, (1u << right) - 1};
}

/** Bits that hold the numbers below @p n (1 to 2^31). */
static inline uint32_t phs_bits_below(uint32_t n) {
  uint32_t bits = 0;
  while ((uint32_t)1 << bits < n) {
    bits++;
  }
  return bits;
}

/* Multipliers of MurmurHash3's finaliser (Appleby); the best-mixed bits are the upper ones. */
static inline uint32_t phs_permute_mix(uint32_t x, uint32_t key) {
  x = (x ^ key) * 0x85ebca6bu;
  x = (x ^ x >> 15) * 0xc2b2ae35u;
  return x >> 16;
}

/** Two of the rounds. */
static inline uint32_t phs_permute_rounds(const phs_halves *h, uint32_t x, uint32_t key0,
                                          uint32_t key1) {
  uint32_t left = x >> h->right, right = x & h->right_mask;
  left ^= phs_permute_mix(right, key0) & h->left_mask;
  right ^= phs_permute_mix(left, key1) & h->right_mask;
  return left << h->right | right;
}

/** The number that takes the place of @p x. */
static inline uint32_t phs_permute(const phs_halves *h, const uint32_t key[PHS_PERMUTE_ROUNDS],
                                   uint32_t x) {
  for (int i = 0; i < PHS_PERMUTE_ROUNDS; i += 2) {
    x = phs_permute_rounds(h, x, key[i], key[i + 1]);
  }
  return x;
}

#endif
