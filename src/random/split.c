/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "random/split.h"

/* ------------------------------------------------------------------------------------- stream */

void phs_stream_open(phs_stream *s, uint64_t key, uint32_t a, uint32_t b, uint32_t purpose) {
  s->key = key;
  s->at[0] = a;
  s->at[1] = b;
  s->at[2] = purpose;
  s->next = 0;
  s->used = PHS_WORDS;
}

uint32_t phs_stream_word(phs_stream *s) {
  if (s->used == PHS_WORDS) {
    phs_words(s->key, s->at, s->next, PHS_WORDS, s->word);
    s->next += PHS_WORDS;
    s->at[1] += s->next == 0; /* after 2^32 words */
    s->used = 0;
  }
  return s->word[s->used++];
}

static double stream_uniform(phs_stream *s) {
  uint64_t high = phs_stream_word(s), low = phs_stream_word(s);
  return ((double)(high << 20 | low >> 12) + 0.5) * 0x1p-52;
}

/* --------------------------------------------------------------------- probability of one value */

/*
 * Loader (2000): "Fast and accurate computation of binomial probabilities": Stirling's formula with
 * its error term, and the deviance computed without cancellation. What is computed is a product of
 * factors near 1, however large n is.
 */

/* ln n! - ln(sqrt(2 pi n) (n/e)^n), n an integer: exact numbers, then Stirling's series. */
static double stirling_error(double n) {
  static const double exact[16] = {0.0,
                                   0.081061466795327258,
                                   0.041340695955409294,
                                   0.027677925684998339,
                                   0.020790672103765093,
                                   0.016644691189821192,
                                   0.013876128823070748,
                                   0.01189670994589177,
                                   0.010411265261972096,
                                   0.0092554621827127329,
                                   0.0083305634333628713,
                                   0.0075736754879518408,
                                   0.0069428401072095299,
                                   0.0064089941880042071,
                                   0.0059513701127588477,
                                   0.0055547335519628014};
  if (n < 16.0) {
    return exact[(int)n];
  }
  double i = 1.0 / n, z = i * i;
  return i *
         (1.0 / 12.0 - z * (1.0 / 360.0 - z * (1.0 / 1260.0 - z * (1.0 / 1680.0 - z / 1188.0))));
}

/* x ln(x / m) + m - x */
static double deviance(double x, double m) {
  double d = x - m, v = d / (x + m);
  if (v > 0.1 || v < -0.1) {
    return x * phs_log(x / m) - d;
  }
  double sum = d * v, term = 2.0 * x * v, z = v * v;
  for (int i = 1; i < 20; i++) { /* z <= 0.01: enough for the last bit */
    term *= z;
    double next = sum + term / (double)(2 * i + 1);
    if (next == sum) {
      break;
    }
    sum = next;
  }
  return sum;
}

/* ln(1 - p), q = 1 - p rounded: Kahan's correction of the rounding. */
static double log_failure(double p, double q) {
  return q == 1.0 ? -p : p < 0.5 ? phs_log(q) * (-p / (q - 1.0)) : phs_log(q);
}

/* P(K = k) of n trials of p = 1 - q. */
static double binomial_term(double k, double n, double p, double q) {
  if (k == 0.0) {
    return phs_exp(n * log_failure(p, q));
  }
  if (k == n) {
    return phs_exp(n * log_failure(q, p));
  }
  double e = stirling_error(n) - stirling_error(k) - stirling_error(n - k) - deviance(k, n * p) -
             deviance(n - k, n * q);
  return phs_exp(e + 0.5 * phs_log(n / (6.283185307179586 * k * (n - k))));
}

/* --------------------------------------------------------------------------- modal inversion */

typedef struct law {
  double n, a, b; /* trials; odds a : b, or numbers of white and black balls */
  bool once;      /* hypergeometric */
} law;

/* P(K = k + 1) / P(K = k) */
static double step_ratio(const law *l, double k) {
  double up = (l->n - k) * (l->once ? l->a - k : l->a);
  return up / ((k + 1.0) * (l->once ? l->b - l->n + k + 1.0 : l->b));
}

/* Kemp (1986): "A modal method for generating binomial variables": the values' probabilities are
 * taken off the uniform number from the mode outwards, so that about as many steps are needed as
 * the standard deviation has units. What rounding leaves at the end goes to the mode. */
static double from_mode(phs_stream *s, const law *l, double mode, double term, double least,
                        double most) {
  double u = stream_uniform(s) - term, up = term, down = term, high = mode, low = mode;
  while (u >= 0.0) {
    up = high < most ? up * step_ratio(l, high) : 0.0;
    down = low > least ? down / step_ratio(l, low - 1.0) : 0.0;
    if (up + down < 0x1p-64 * term) {
      return mode;
    }
    high += 1.0;
    low -= 1.0;
    u -= up;
    if (u < 0.0) {
      return high;
    }
    u -= down;
    if (u < 0.0) {
      return low;
    }
  }
  return mode;
}

static uint32_t bits_set(uint32_t x) {
  x -= x >> 1 & 0x55555555u;
  x = (x & 0x33333333u) + (x >> 2 & 0x33333333u);
  return ((x + (x >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24;
}

#define COINS 256 /* as many words as a draw from the mode is worth */

/* Even odds: set bits of random words. */
static uint64_t coins(phs_stream *s, uint64_t n) {
  uint32_t heads = 0;
  for (; n >= 32; n -= 32) {
    heads += bits_set(phs_stream_word(s));
  }
  return n ? heads + bits_set(phs_stream_word(s) >> (32 - n)) : heads;
}

uint64_t phs_binomial(phs_stream *s, uint64_t n, double above, double below) {
  if (n == 0 || above <= 0.0) {
    return 0;
  }
  if (below <= 0.0) {
    return n;
  }
  if (above == below && n <= COINS) {
    return coins(s, n);
  }
  const law l = {(double)n, above, below, false};
  double p = above / (above + below), q = below / (above + below);
  double mode = (double)(uint64_t)((l.n + 1.0) * p);
  mode = mode > l.n ? l.n : mode;
  return (uint64_t)from_mode(s, &l, mode, binomial_term(mode, l.n, p, q), 0.0, l.n);
}

uint64_t phs_hypergeometric(phs_stream *s, uint64_t n, double white, double black) {
  const law l = {(double)n, white, black, true};
  const double all = white + black;
  double least = l.n > black ? l.n - black : 0.0, most = l.n < white ? l.n : white;
  if (least >= most) {
    return (uint64_t)most;
  }
  double mode = (double)(uint64_t)((l.n + 1.0) * ((white + 1.0) / (all + 2.0)));
  mode = mode < least ? least : mode > most ? most : mode;
  double p = l.n / all, q = (all - l.n) / all;
  double term = binomial_term(mode, white, p, q) * binomial_term(l.n - mode, black, p, q) /
                binomial_term(l.n, all, p, q);
  return (uint64_t)from_mode(s, &l, mode, term, least, most);
}

/* -------------------------------------------------------------------------------- many places */

static double room_of(const phs_places *p, uint32_t first, uint32_t end) {
  uint32_t a = first > p->less_first ? first : p->less_first;
  uint32_t b = end < p->less_end ? end : p->less_end;
  uint64_t room = p->each * (end - first);
  room -= b > a ? p->less * (b - a) : 0;
  room -= end == p->count ? p->less_last : 0;
  return (double)room;
}

void phs_throw(phs_stream *s, uint64_t n, const phs_places *places, bool once, uint32_t *out,
               size_t stride) {
  struct {
    uint32_t first, end;
    uint64_t n;
  } stack[33], top = {0, places->count, n};
  int depth = 0;
  for (;;) {
    uint32_t length = top.end - top.first;
    if (length > 1 && top.n) {
      uint32_t half = (uint32_t)1 << (31 - __builtin_clz(length - 1)); /* left: a power of two */
      uint32_t middle = top.first + half;
      double left = room_of(places, top.first, middle), right = room_of(places, middle, top.end);
      uint64_t k =
          once ? phs_hypergeometric(s, top.n, left, right) : phs_binomial(s, top.n, left, right);
      stack[depth].first = middle;
      stack[depth].end = top.end;
      stack[depth++].n = top.n - k;
      top.end = middle;
      top.n = k;
      continue;
    }
    for (uint32_t i = top.first; i < top.end; i++) {
      out[i * stride] = (uint32_t)top.n; /* of one place, or zeros */
    }
    if (depth == 0) {
      return;
    }
    depth--;
    top.first = stack[depth].first;
    top.end = stack[depth].end;
    top.n = stack[depth].n;
  }
}
