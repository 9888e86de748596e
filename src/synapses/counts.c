/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rules that fix the number of synapses of a source, or of all: how many fall into each row is
 * drawn once; what a row holds is then independent of all others. */
#include "random/split.h"
#include "synapses/rows_internal.h"

#define BATCH 256u

static bool excludes_itself(const phs_recipe *r) {
  return r->same_population && !r->autapses;
}

static void prepare_outdegree(const phs_recipe *r, uint32_t tiles, phs_shared *s) {
  phs_places places = {.count = tiles,
                       .each = PHS_TILE,
                       .less = excludes_itself(r),
                       .less_last = PHS_TILE - phs_tile_size(r->target_count, tiles - 1)};
  phs_stream stream;
  for (uint32_t source = 0; source < r->source_count; source++) {
    places.less_first = source >> PHS_TILE_BITS;
    places.less_end = places.less_first + 1;
    phs_stream_open(&stream, r->key, source, 0, PHS_DRAW_SPLIT);
    phs_throw(&stream, r->number, &places, !r->multapses, s->count + source, r->source_count);
  }
}

/* First among tiles, then within each tile among sources. */
static void throw_total(const phs_recipe *r, uint32_t tiles, phs_shared *s) {
  const bool less = excludes_itself(r);
  const uint64_t sources = r->source_count - (less && r->source_count);
  phs_stream stream;
  phs_stream_open(&stream, r->key, 0, 0, PHS_DRAW_TILES);
  uint64_t left = r->number;
  for (uint32_t tile = 0; tile < tiles; tile++) {
    uint32_t size = phs_tile_size(r->target_count, tile), first = tile << PHS_TILE_BITS;
    double here = (double)(size * sources);
    double later = (double)((r->target_count - first - size) * sources);
    uint64_t n = r->multapses ? phs_binomial(&stream, left, here, later)
                              : phs_hypergeometric(&stream, left, here, later);
    phs_places places = {.count = r->source_count,
                         .each = size,
                         .less = less,
                         .less_first = first,
                         .less_end = first + size};
    phs_stream in_tile;
    phs_stream_open(&in_tile, r->key, tile, 0, PHS_DRAW_SPLIT);
    phs_throw(&in_tile, n, &places, !r->multapses, s->count + (size_t)tile * r->source_count, 1);
    left -= n;
  }
}

void phs_counts_prepare(const phs_recipe *r, uint32_t tiles, phs_shared *s) {
  if (r->source_count == 0 || tiles == 0) {
    return;
  }
  if (r->rule == PHS_RULE_FIXED_OUTDEGREE) {
    prepare_outdegree(r, tiles, s);
  } else {
    throw_total(r, tiles, s);
  }
}

/* Any of @p size targets each time. */
static void draw_targets(uint64_t key, uint32_t source, uint32_t tile, uint32_t count,
                         uint32_t size, uint32_t skipped, uint16_t *out) {
  const uint32_t at[3] = {source, tile, PHS_DRAW_TARGET};
  uint32_t word[BATCH];
  for (uint32_t first = 0; first < count; first += BATCH) {
    uint32_t n = count - first < BATCH ? count - first : BATCH;
    phs_words(key, at, first, n, word);
    for (uint32_t i = 0; i < n; i++) {
      uint32_t t = phs_below(size, word[i]);
      out[first + i] = (uint16_t)(t + (t >= skipped));
    }
  }
}

uint32_t phs_counts_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out) {
  const phs_recipe *r = rows->recipe;
  uint32_t count = phs_shared_of(rows)->count[(size_t)tile * r->source_count + source];
  if (out && count) {
    uint32_t skipped = phs_skipped(r, source, tile);
    uint32_t size = phs_tile_size(r->target_count, tile) - (skipped != UINT32_MAX);
    if (r->multapses) {
      draw_targets(r->key, source, tile, count, size, skipped, out);
    } else {
      phs_distinct(r->key, source, tile, count, size, skipped, out);
    }
  }
  return count;
}
