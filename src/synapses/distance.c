/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Pairs with a probability of their distance. Where both grids span the same extent, an axis with S
 * source and T target cells has distances of whole multiples of extent / (2 S T): they are kept as
 * integers until they are squared.
 */
#include "random/real.h"
#include "synapses/rows_internal.h"

/* Distances that are equal but for rounding count as within a bound. */
#define NEARLY (1.0 + 1e-12)

/* What a source sees of the targets' grid. */
typedef struct view {
  int axes;
  double unit[PHS_GRID_RANK];  /* length of one */
  double turn[PHS_GRID_RANK];  /* periodic: length of the axis in units; else 0 */
  double place[PHS_GRID_RANK]; /* of the source, in units */
  double pace[PHS_GRID_RANK];  /* of the target's index, in units */
  uint32_t dim[PHS_GRID_RANK]; /* of the target's grid */
} view;

static view view_of(const phs_recipe *r, uint32_t source) {
  view v = {.axes = r->target_grid.rank};
  for (int a = v.axes - 1; a >= 0; a--) {
    uint32_t dim = (uint32_t)r->source_grid.dim[a], at = source % dim;
    double sources = dim, targets = r->target_grid.dim[a];
    source /= dim;
    v.dim[a] = (uint32_t)r->target_grid.dim[a];
    v.unit[a] = r->target_grid.extent[a] / (2.0 * sources * targets);
    v.turn[a] = r->periodic ? 2.0 * sources * targets : 0.0;
    v.place[a] = (2.0 * at + 1.0) * targets * (r->source_grid.extent[a] / r->target_grid.extent[a]);
    v.pace[a] = 2.0 * sources;
  }
  return v;
}

/* Distance along axis @p a, in units, to the target of @p index there. */
static inline double along(const view *v, int a, double index) {
  double d = v->pace[a] * (index + 0.5) - v->place[a];
  d = d < 0.0 ? -d : d;
  double round = v->turn[a] - d;
  return v->turn[a] > 0.0 && round < d ? round : d;
}

/* Squared distances of targets first to first + count. */
static void squares(const view *v, uint32_t first, uint32_t count, double *out) {
  const int last = v->axes - 1;
  const view own = *v;
  while (count) {
    uint32_t rest = first, index = rest % own.dim[last];
    double outer = 0.0;
    rest /= own.dim[last];
    for (int a = last - 1; a >= 0; a--) {
      double d = along(v, a, rest % own.dim[a]) * own.unit[a];
      outer += d * d;
      rest /= own.dim[a];
    }
    uint32_t n = own.dim[last] - index < count ? own.dim[last] - index : count;
    for (uint32_t i = 0; i < n; i++) {
      double d = along(&own, last, (double)(index + i)) * own.unit[last];
      out[i] = outer + d * d;
    }
    first += n;
    count -= n;
    out += n;
  }
}

/* Beyond this squared distance no word is below the probability, as words are at least 2^-33. */
static double reach_of(const phs_recipe *r) {
  double most = r->probability * 0x1p33, bound = r->cutoff * r->cutoff * NEARLY, reach = 0.0;
  if (most > 1.0) {
    double w = r->width, l = phs_log(most);
    reach = r->profile == PHS_PROFILE_GAUSSIAN      ? 2.0 * w * w * l
            : r->profile == PHS_PROFILE_EXPONENTIAL ? w * l * (w * l)
                                                    : w * w;
  }
  return reach * NEARLY < bound ? reach * NEARLY : bound;
}

/* Probabilities of squared distances, in their place; at most PHS_WORDS. */
static void probabilities(const phs_recipe *r, double reach, uint32_t count, double *x) {
  const double p = r->probability, w = r->width, per_square = -0.5 / (w * w), per_length = -1.0 / w;
  double exponent[PHS_WORDS], power[PHS_WORDS];
  if (r->profile == PHS_PROFILE_DISC) {
    for (uint32_t i = 0; i < count; i++) {
      x[i] = x[i] <= reach ? p : 0.0;
    }
    return;
  }
  if (r->profile == PHS_PROFILE_GAUSSIAN) {
    for (uint32_t i = 0; i < count; i++) {
      exponent[i] = x[i] * per_square;
    }
  } else {
    for (uint32_t i = 0; i < count; i++) {
      exponent[i] = phs_sqrt(x[i]) * per_length;
    }
  }
  phs_exps(exponent, count, power);
  for (uint32_t i = 0; i < count; i++) {
    x[i] = x[i] <= reach ? p * power[i] : 0.0;
  }
}

/* Probabilities of @p count (at most PHS_WORDS) targets from @p first; false: all are zero. */
static bool probabilities_at(const phs_recipe *r, const view *v, double reach, uint32_t first,
                             uint32_t count, double *out) {
  bool any = false;
  squares(v, first, count, out);
  for (uint32_t i = 0; i < count; i++) {
    any |= out[i] <= reach;
  }
  if (any) {
    probabilities(r, reach, count, out);
  }
  return any;
}

uint32_t phs_distance_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out) {
  const phs_recipe *r = rows->recipe;
  const uint32_t at[3] = {source, tile, PHS_DRAW_TARGET};
  const uint32_t size = phs_tile_size(r->target_count, tile), base = tile << PHS_TILE_BITS;
  const uint32_t skipped = phs_skipped(r, source, tile);
  const double reach = reach_of(r);
  const view v = view_of(r, source);
  uint64_t hit[PHS_TILE / 64] = {0};
  double p[PHS_WORDS];
  uint32_t word[PHS_WORDS];
  for (uint32_t first = 0; first < size; first += PHS_WORDS) {
    uint32_t n = size - first < PHS_WORDS ? size - first : PHS_WORDS;
    if (!probabilities_at(r, &v, reach, base + first, n, p)) {
      continue;
    }
    phs_words(r->key, at, first, PHS_WORDS, word);
    uint64_t bits = 0;
    for (uint32_t i = 0; i < n; i++) {
      bits |= (uint64_t)(phs_uniform(word[i]) < p[i]) << i;
    }
    hit[first / 64] = bits;
  }
  if (skipped != UINT32_MAX) {
    hit[skipped / 64] &= ~((uint64_t)1 << (skipped % 64));
  }
  return phs_list_bits(hit, true, size, UINT32_MAX, out);
}

/* As many pairs are looked at for an estimate. */
#define PAIRS 4194304u

double phs_distance_expected(const phs_recipe *r) {
  const double reach = reach_of(r);
  double p[PHS_WORDS], sum = 0.0;
  uint32_t sources = PAIRS / (r->target_count ? r->target_count : 1) + 1;
  sources = sources < r->source_count ? sources : r->source_count;
  for (uint32_t k = 0; k < sources; k++) { /* evenly spread */
    uint32_t source = (uint32_t)((2 * (uint64_t)k + 1) * r->source_count / (2 * (uint64_t)sources));
    const view v = view_of(r, source);
    for (uint32_t first = 0; first < r->target_count; first += PHS_WORDS) {
      uint32_t n = r->target_count - first < PHS_WORDS ? r->target_count - first : PHS_WORDS;
      bool any = probabilities_at(r, &v, reach, first, n, p);
      for (uint32_t i = 0; any && i < n; i++) {
        sum += r->same_population && !r->autapses && first + i == source ? 0.0 : p[i];
      }
    }
  }
  return sources ? sum * ((double)r->source_count / sources) : 0.0;
}
