/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Spikes and currents that a program makes itself. */
#include "backends/cpu/program/program.h"
#include "random/draw.h"

enum {
  LANES = 16,        /* blocks of four random words at a time */
  WORDS = 4 * LANES, /* so many elements */
  FEW = 64,          /* thresholds that are all looked at; of more, halves */
  KIND_POISSON = 0,  /* of phs_source_kind: the last word of the counter */
  KIND_NOISE = 3
};

static bool outside(const phs_program_source *s, uint64_t t) {
  return (int64_t)t < s->start || (int64_t)t >= s->stop;
}

typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));
typedef uint64_t wide __attribute__((vector_size(8 * LANES)));

static inline __attribute__((always_inline)) lanes high_product(lanes x, uint32_t by) {
  return __builtin_convertvector((__builtin_convertvector(x, wide) * by) >> 32, lanes);
}

/* Philox4x32-10 (Salmon et al. 2011) of LANES counters (t low, t high, block + lane, kind): out[w]
 * holds word w of all. */
static inline __attribute__((always_inline)) void philox(uint64_t key, uint64_t t, uint32_t block,
                                                         uint32_t kind, lanes out[4]) {
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  lanes x0 = (uint32_t)t - (lanes){0}, x1 = (uint32_t)(t >> 32) - (lanes){0};
  lanes x2 = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, x3 = kind - (lanes){0};
  x2 += block;
  for (int round = 0; round < 10; round++) {
    lanes h0 = high_product(x0, 0xD2511F53U), l0 = x0 * 0xD2511F53U;
    lanes h1 = high_product(x2, 0xCD9E8D57U), l1 = x2 * 0xCD9E8D57U;
    x0 = h1 ^ x1 ^ k0;
    x1 = l1;
    x2 = h0 ^ x3 ^ k1;
    x3 = l0;
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/* The words of elements first .. first + WORDS - 1, in order; first is a multiple of WORDS. */
static inline __attribute__((always_inline)) void draw(uint64_t key, uint64_t t, uint64_t first,
                                                       uint32_t kind, uint32_t word[WORDS]) {
  lanes w[4];
  philox(key, t, (uint32_t)(first / 4), kind, w);
  for (int i = 0; i < LANES; i++) {
    for (int k = 0; k < 4; k++) {
      word[4 * i + k] = w[k][i];
    }
  }
}

/* As phs_poisson_draw(), a vector of words at a time: how many thresholds are at most the word. */
static void count_few(const uint32_t *threshold, uint64_t n, const uint32_t word[WORDS],
                      int32_t out[WORDS]) {
  lanes w[4], c[4] = {0};
  __builtin_memcpy(w, word, sizeof w);
  for (uint64_t k = 0; k < n; k++) {
    for (int v = 0; v < 4; v++) {
      c[v] -= (lanes)(w[v] >= threshold[k]);
    }
  }
  __builtin_memcpy(out, c, sizeof c);
}

void phs_program_poisson_step(int32_t *y, const char *blob, const phs_program_source *s, uint64_t t,
                              uint64_t lo, uint64_t hi) {
  if (outside(s, t)) {
    __builtin_memset(y + lo, 0, (hi - lo) * sizeof *y);
    return;
  }
  const phs_program_poisson *mean = (const phs_program_poisson *)(blob + s->a);
  const uint32_t *which = s->b ? (const uint32_t *)(blob + s->b) : NULL;
  const uint32_t *first = (const uint32_t *)(blob + mean->threshold);
  for (uint64_t i = lo; i < hi; i += WORDS) {
    uint32_t word[WORDS];
    int32_t count[WORDS];
    uint64_t n = hi - i < WORDS ? hi - i : WORDS;
    draw(s->key, t, i, KIND_POISSON, word);
    if (!which && mean->count <= FEW) {
      count_few(first, mean->count, word, count);
    } else {
      for (uint64_t k = 0; k < n; k++) {
        const phs_program_poisson *m = &mean[which ? which[i + k] : 0];
        phs_poisson p = {(uint32_t)m->count, (const uint32_t *)(blob + m->threshold)};
        count[k] = (int32_t)phs_poisson_draw(&p, word[k]);
      }
    }
    __builtin_memcpy(y + i, count, n * sizeof *y);
  }
}

void phs_program_noise_step(float *y, const char *blob, const phs_program_source *s, uint64_t t,
                            uint64_t lo, uint64_t hi) {
  if (outside(s, t)) {
    __builtin_memset(y + lo, 0, (hi - lo) * sizeof *y);
    return;
  }
  const double *mean = (const double *)(blob + s->a), *sd = (const double *)(blob + s->b);
  uint64_t each_mean = s->a_count > 1, each_sd = s->b_count > 1;
  for (uint64_t i = lo; i < hi; i += WORDS) {
    uint32_t word[WORDS];
    uint64_t n = hi - i < WORDS ? hi - i : WORDS;
    draw(s->key, t, i, KIND_NOISE, word);
    for (uint64_t k = 0; k < n; k++) {
      y[i + k] = (float)(mean[(i + k) * each_mean] + sd[(i + k) * each_sd] * phs_normal(word[k]));
    }
  }
}

/* First of the ascending steps that is at least t. */
static uint64_t lower_bound(const int64_t *step, uint64_t count, int64_t t) {
  uint64_t lo = 0, hi = count;
  while (lo < hi) {
    uint64_t middle = lo + (hi - lo) / 2;
    if (step[middle] < t) {
      lo = middle + 1;
    } else {
      hi = middle;
    }
  }
  return lo;
}

void phs_program_train_step(int32_t *y, const char *blob, const phs_program_source *s, uint64_t t,
                            uint64_t lo, uint64_t hi) {
  const int64_t *step = (const int64_t *)(blob + s->a);
  const uint32_t *element = (const uint32_t *)(blob + s->b);
  __builtin_memset(y + lo, 0, (hi - lo) * sizeof *y);
  if (outside(s, t)) {
    return;
  }
  for (uint64_t k = lower_bound(step, s->count, (int64_t)t); k < s->count; k++) {
    if (step[k] != (int64_t)t) {
      break;
    }
    if (element[k] >= lo && element[k] < hi) {
      y[element[k]]++;
    }
  }
}

void phs_program_current_step(float *y, const char *blob, const phs_program_source *s, uint64_t t,
                              uint64_t lo, uint64_t hi) {
  const int64_t *step = (const int64_t *)(blob + s->a);
  /* pieces begun before this step; of several at one step the last holds */
  uint64_t begun = lower_bound(step, s->count, (int64_t)t + 1);
  if (begun == 0 || (t > 0 && step[begun - 1] != (int64_t)t)) {
    return;
  }
  const uint64_t *piece = (const uint64_t *)(blob + s->b) + 2 * (begun - 1);
  const float *v = (const float *)(blob + piece[0]);
  for (uint64_t i = lo; i < hi; i++) {
    y[i] = piece[1] == 1 ? v[0] : v[i];
  }
}
