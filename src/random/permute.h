/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file permute.h  Random permutations that are computed, not stored: Feistel networks (Luby and
 * Rackoff 1988) over pairs of numbers below any two bounds ("generalized Feistel", Black and
 * Rogaway 2002, "Ciphers with arbitrary finite domains"), as shuffles by bijection use them
 * (Mitchell, Stokes, Frank and Holmes 2022, "Bandwidth-optimal random shuffling for GPUs"). The
 * numbers below n are taken as pairs whose bounds are near the root of n; the few pairs beyond are
 * permuted again until they lead to a number below n ("cycle walking"). 16-bit arithmetic, many to
 * a vector. Freestanding C.
 */
#ifndef PHS_RANDOM_PERMUTE_H
#define PHS_RANDOM_PERMUTE_H

#include <stdint.h>

/** Of one turn, with a key each: random words of 16 bits. */
#define PHS_PERMUTE_ROUNDS 8
/** Below this n there are three turns, with keys changed by a constant: on a handful of numbers, 8
 * rounds do not make all orders alike (tests/unit/random/test_split.c counts them). */
#define PHS_PERMUTE_FEW 1024u
/** Greatest n. */
#define PHS_PERMUTE_MOST (65535u * 65535u)

/** Pairs (left, right) below the bounds; x = left * right_bound + right. */
typedef struct phs_pairs {
  uint16_t left, right; /**< bounds */
  uint16_t turns;
} phs_pairs;

/** Pairs for the numbers below @p n, 1 to PHS_PERMUTE_MOST. */
static inline phs_pairs phs_pairs_of(uint32_t n) {
  uint32_t low = 1, high = 65535; /* the least whose square is n or more */
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (middle * middle < n) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return (phs_pairs){(uint16_t)low, (uint16_t)(n / low + (n % low != 0)),
                     n < PHS_PERMUTE_FEW ? 3 : 1};
}

static inline uint32_t phs_pair_number(phs_pairs p, uint16_t left, uint16_t right) {
  return (uint32_t)left * p.right + right;
}

/** A number below @p bound from @p x and @p key: the mixing function of 16 bits, of three products,
 * that Wellons ("hash-prospector", hash16_xm3) found to be the least biased. */
static inline uint16_t phs_permute_mix(uint16_t x, uint16_t key, uint16_t bound) {
  uint16_t m = (uint16_t)(x ^ key);
  m = (uint16_t)((m ^ m >> 7) * 0x2993u);
  m = (uint16_t)((m ^ m >> 5) * 0xe877u);
  m = (uint16_t)((m ^ m >> 9) * 0x0235u);
  m = (uint16_t)(m ^ m >> 10);
  return (uint16_t)(((uint32_t)m * bound) >> 16);
}

/** x + y modulo bound, without passing 2^16. */
static inline uint16_t phs_permute_add(uint16_t x, uint16_t y, uint16_t bound) {
  uint16_t rest = (uint16_t)(bound - y);
  return (uint16_t)(x >= rest ? x - rest : x + y);
}

/* Loops over many are only turned into vectors where all of it is in line. */
#define PHS_IN_LINE static inline __attribute__((always_inline))

/** Two of the rounds. */
PHS_IN_LINE void phs_permute_rounds(phs_pairs p, uint16_t *left, uint16_t *right, uint16_t key0,
                                    uint16_t key1) {
  *left = phs_permute_add(*left, phs_permute_mix(*right, key0, p.left), p.left);
  *right = phs_permute_add(*right, phs_permute_mix(*left, key1, p.right), p.right);
}

/** One turn, 0 to p.turns - 1, of the permutation of (left, right). Keys lie @p stride apart. */
PHS_IN_LINE void phs_permute_turn(phs_pairs p, const uint16_t *key, uint32_t stride, uint32_t turn,
                                  uint16_t *left, uint16_t *right) {
  const uint16_t salt = (uint16_t)(turn * 0x9e37u);
  phs_permute_rounds(p, left, right, (uint16_t)(key[0] ^ salt), (uint16_t)(key[stride] ^ salt));
  phs_permute_rounds(p, left, right, (uint16_t)(key[2 * stride] ^ salt),
                     (uint16_t)(key[3 * stride] ^ salt));
  phs_permute_rounds(p, left, right, (uint16_t)(key[4 * stride] ^ salt),
                     (uint16_t)(key[5 * stride] ^ salt));
  phs_permute_rounds(p, left, right, (uint16_t)(key[6 * stride] ^ salt),
                     (uint16_t)(key[7 * stride] ^ salt));
}

/** The pair that takes the place of (left, right). */
static inline void phs_permute(phs_pairs p, const uint16_t *key, uint32_t stride, uint16_t *left,
                               uint16_t *right) {
  for (uint32_t turn = 0; turn < p.turns; turn++) {
    phs_permute_turn(p, key, stride, turn, left, right);
  }
}

#endif
