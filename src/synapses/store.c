/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "synapses/store.h"
#include "synapses/rows_internal.h"

/* --------------------------------------------------------------------------------------- plan */

static uint64_t whole_lines(uint64_t bytes) {
  return (bytes + 63) & ~(uint64_t)63;
}

static bool weights_differ(const phs_recipe *r) {
  return r->weight.kind != PHS_DIST_CONSTANT || (r->rule == PHS_RULE_LIST && r->list.weight);
}

static phs_store_form best_form(const phs_rows *rows, bool weighted, uint64_t row_count) {
  uint32_t delays = phs_shared_of(rows)->delay.steps;
  if (delays == 1 && !weighted && PHS_STORE_ESCAPES * row_count < rows->synapses) {
    return PHS_STORE_DELTA;
  }
  return delays <= PHS_STORE_SHORT_DELAYS ? PHS_STORE_SHORT : PHS_STORE_LONG;
}

void phs_store_plan(const phs_rows *rows, bool weighted, phs_store_layout *out) {
  uint64_t sources = rows->recipe->source_count, n = rows->synapses, entries;
  *out = (phs_store_layout){.weighted = weighted && weights_differ(rows->recipe)};
  out->form = (uint8_t)best_form(rows, out->weighted, sources * rows->tiles);
  entries = out->form == PHS_STORE_DELTA   ? n + PHS_STORE_ESCAPES * sources * rows->tiles
            : out->form == PHS_STORE_SHORT ? 2 * n
                                           : 4 * n;
  out->entries = whole_lines((sources + 1) * rows->tiles * sizeof(uint32_t));
  out->weights = out->entries + whole_lines(entries);
  out->bytes = out->weights + (out->weighted ? whole_lines(n * sizeof(float)) : 0);
}

/* First entry of a tile. */
static uint64_t tile_entry(const phs_store_layout *layout, const phs_rows *rows, uint32_t tile) {
  uint64_t escapes = layout->form == PHS_STORE_DELTA ? PHS_STORE_ESCAPES : 0;
  return phs_shared_of(rows)->tile_base[tile] + escapes * rows->recipe->source_count * tile;
}

/* --------------------------------------------------------------------------------------- fill */

/* Ascending; the scratch's delays are not needed and serve as the other buffer. */
static void sort_targets(phs_row *row) {
  uint16_t *from = row->target, *to = row->delay;
  bool sorted = true;
  for (uint32_t i = 1; i < row->count; i++) {
    sorted &= from[i - 1] <= from[i];
  }
  for (uint32_t shift = 0; !sorted && shift < PHS_TILE_BITS; shift += 5) { /* twice 5 bits */
    uint32_t place[32] = {0}, sum = 0;
    for (uint32_t i = 0; i < row->count; i++) {
      place[from[i] >> shift & 31]++;
    }
    for (uint32_t k = 0; k < 32; k++) {
      uint32_t n = place[k];
      place[k] = sum;
      sum += n;
    }
    for (uint32_t i = 0; i < row->count; i++) {
      to[place[from[i] >> shift & 31]++] = from[i];
    }
    uint16_t *other = from;
    from = to;
    to = other;
  }
}

static uint32_t pack_deltas(phs_row *row, uint8_t *out) {
  uint32_t n = 0, last = 0;
  sort_targets(row);
  for (uint32_t i = 0; i < row->count; i++) {
    uint32_t distance = row->target[i] - last;
    for (; distance >= PHS_STORE_ESCAPE; distance -= PHS_STORE_ESCAPE) {
      out[n++] = PHS_STORE_ESCAPE;
    }
    out[n++] = (uint8_t)distance;
    last = row->target[i];
  }
  return n;
}

/* By delay, stably: each finds its place among those of its delay. */
static void pack_shorts(const phs_row *row, uint32_t delays, uint16_t *out, float *weight) {
  uint32_t place[PHS_STORE_SHORT_DELAYS] = {0}, sum = 0;
  for (uint32_t i = 0; i < row->count; i++) {
    place[row->delay[i]]++;
  }
  for (uint32_t k = 0; k < delays; k++) {
    uint32_t n = place[k];
    place[k] = sum;
    sum += n;
  }
  for (uint32_t i = 0; i < row->count; i++) {
    uint32_t at = place[row->delay[i]]++;
    out[at] = (uint16_t)(row->delay[i] << PHS_TILE_BITS | row->target[i]);
    if (weight) {
      weight[at] = row->weight[i];
    }
  }
}

static void pack_longs(const phs_row *row, uint32_t *out, float *weight) {
  for (uint32_t i = 0; i < row->count; i++) {
    out[i] = (uint32_t)row->delay[i] << PHS_TILE_BITS | row->target[i];
    if (weight) {
      weight[i] = row->weight[i];
    }
  }
}

/* Packs a row at entry @p at; entries that it takes. */
static uint32_t pack(const phs_store_layout *layout, const phs_rows *rows, char *memory,
                     uint64_t at, phs_row *row) {
  char *entries = memory + layout->entries;
  float *weight = layout->weighted ? (float *)(void *)(memory + layout->weights) + at : NULL;
  switch ((phs_store_form)layout->form) {
  case PHS_STORE_DELTA:
    return pack_deltas(row, (uint8_t *)entries + at);
  case PHS_STORE_SHORT:
    pack_shorts(row, phs_shared_of(rows)->delay.steps, (uint16_t *)(void *)entries + at, weight);
    break;
  case PHS_STORE_LONG:
    pack_longs(row, (uint32_t *)(void *)entries + at, weight);
    break;
  }
  return row->count;
}

void phs_store_fill(const phs_store_layout *layout, const phs_rows *rows, uint32_t first,
                    uint32_t stride, void *memory, phs_row *scratch) {
  const uint32_t sources = rows->recipe->source_count;
  for (uint64_t tile = first; tile < rows->tiles; tile += stride) {
    uint32_t *offset = (uint32_t *)memory + tile * ((uint64_t)sources + 1), at = 0;
    uint64_t base = tile_entry(layout, rows, (uint32_t)tile);
    for (uint32_t source = 0; source < sources; source++) {
      phs_row row = *scratch;
      row.weight = layout->weighted ? row.weight : NULL;
      row.delay = layout->form == PHS_STORE_DELTA ? NULL : row.delay;
      phs_row_make(rows, source, (uint32_t)tile, &row);
      row.delay = scratch->delay;
      offset[source] = at;
      at += pack(layout, rows, memory, base + at, &row);
    }
    offset[sources] = at;
  }
}

/* ----------------------------------------------------------------------------------- delivery */

/* What to add where. */
typedef struct sink {
  int32_t *counts; /* of the tile's first target, slot 0; or NULL */
  float *sums;     /* the same */
  size_t pitch;
  uint32_t depth, now; /* slot of the least delay; may be depth or more */
  int32_t count;
  float value; /* to be added: weight x where all weights are one */
  float x;
} sink;

static sink sink_of(const phs_rows *rows, uint32_t tile, float x, bool counted,
                    const phs_ring_buffer *ring) {
  size_t first = (size_t)tile << PHS_TILE_BITS;
  const phs_distribution *w = &rows->recipe->weight;
  sink s = {.pitch = ring->pitch, .depth = ring->depth, .x = x};
  s.now = ring->now + phs_shared_of(rows)->delay.low;
  if (counted) {
    s.counts = (int32_t *)ring->slots + first;
    s.count = (int32_t)x;
  } else {
    s.sums = (float *)ring->slots + first;
    s.value = (float)phs_value_of(w, &phs_shared_of(rows)->weight_window, 0) * x;
  }
  return s;
}

static inline size_t sink_index(const sink *s, uint32_t delay, uint32_t target) {
  uint32_t slot = s->now + delay;
  slot -= slot >= s->depth ? s->depth : 0;
  return slot * s->pitch + target;
}

/* Entries of one form: adds to the place of each. Inlined with constants, so that each form and
 * each kind of sum gets a loop of its own. */
static inline __attribute__((always_inline)) void add(const sink *s, bool counted, size_t index,
                                                      const float *weight) {
  if (counted) {
    s->counts[index] += s->count;
  } else {
    s->sums[index] += weight ? *weight * s->x : s->value;
  }
}

static inline __attribute__((always_inline)) void deliver_shorts(const sink *sink_, bool counted,
                                                                 const uint16_t *entry,
                                                                 const float *weight,
                                                                 uint32_t count) {
  const sink s = *sink_;
  for (uint32_t i = 0; i < count; i++) {
    size_t index = sink_index(&s, entry[i] >> PHS_TILE_BITS, entry[i] & (PHS_TILE - 1));
    add(&s, counted, index, weight ? weight + i : NULL);
  }
}

static inline __attribute__((always_inline)) void deliver_longs(const sink *sink_, bool counted,
                                                                const uint32_t *entry,
                                                                const float *weight,
                                                                uint32_t count) {
  const sink s = *sink_;
  for (uint32_t i = 0; i < count; i++) {
    size_t index = sink_index(&s, entry[i] >> PHS_TILE_BITS, entry[i] & (PHS_TILE - 1));
    add(&s, counted, index, weight ? weight + i : NULL);
  }
}

static inline __attribute__((always_inline)) void
deliver_deltas(const sink *sink_, bool counted, const uint8_t *entry, uint32_t count) {
  const sink s = *sink_;
  size_t index = sink_index(&s, 0, 0);
  for (uint32_t i = 0; i < count; i++) {
    index += entry[i];
    if (entry[i] != PHS_STORE_ESCAPE) {
      add(&s, counted, index, NULL);
    }
  }
}

static inline __attribute__((always_inline)) void
deliver_row(const sink *sink_, bool counted, const phs_row *row, const float *weight) {
  const sink s = *sink_;
  for (uint32_t i = 0; i < row->count; i++) {
    add(&s, counted, sink_index(&s, row->delay[i], row->target[i]), weight ? weight + i : NULL);
  }
}

static void deliver_entries(const phs_store_layout *layout, const sink *s, const char *memory,
                            uint64_t at, uint32_t count) {
  const char *entries = memory + layout->entries;
  const uint16_t *shorts = (const uint16_t *)(const void *)entries + at;
  const uint32_t *longs = (const uint32_t *)(const void *)entries + at;
  const float *weight =
      layout->weighted ? (const float *)(const void *)(memory + layout->weights) + at : NULL;
  if (layout->form == PHS_STORE_DELTA) {
    if (s->counts) {
      deliver_deltas(s, true, (const uint8_t *)entries + at, count);
    } else {
      deliver_deltas(s, false, (const uint8_t *)entries + at, count);
    }
  } else if (layout->form == PHS_STORE_SHORT) {
    if (s->counts) {
      deliver_shorts(s, true, shorts, NULL, count);
    } else if (weight) {
      deliver_shorts(s, false, shorts, weight, count);
    } else {
      deliver_shorts(s, false, shorts, NULL, count);
    }
  } else if (s->counts) {
    deliver_longs(s, true, longs, NULL, count);
  } else if (weight) {
    deliver_longs(s, false, longs, weight, count);
  } else {
    deliver_longs(s, false, longs, NULL, count);
  }
}

static const uint32_t *row_offset(const phs_rows *rows, const void *memory, uint32_t source,
                                  uint32_t tile) {
  return (const uint32_t *)memory + tile * ((size_t)rows->recipe->source_count + 1) + source;
}

/* Memory is asked for ahead of its turn: a row's place by so many rows, then the row itself. */
#define AHEAD_ROWS 4u
#define AHEAD_OFFSETS 16u

static void fetch_lines(const char *first, size_t bytes) {
  for (size_t i = 0; i < bytes + 63; i += 64) {
    __builtin_prefetch(first + i);
  }
}

static void fetch_row(const phs_store_layout *layout, const char *memory, const uint32_t *offset,
                      uint64_t base) {
  const size_t count = offset[1] - offset[0];
  const size_t size = layout->form == PHS_STORE_DELTA ? 1 : layout->form == PHS_STORE_SHORT ? 2 : 4;
  fetch_lines(memory + layout->entries + (base + offset[0]) * size, count * size);
  if (layout->weighted) {
    fetch_lines(memory + layout->weights + (base + offset[0]) * sizeof(float),
                count * sizeof(float));
  }
}

void phs_store_deliver(const phs_store_layout *layout, const phs_rows *rows, const void *memory,
                       const uint32_t *source, const float *x, uint32_t count, uint32_t tile,
                       bool counted, const phs_ring_buffer *ring) {
  const uint64_t base = tile_entry(layout, rows, tile);
  sink s = sink_of(rows, tile, 1.0f, counted, ring);
  const float weight = s.value;
  for (uint32_t i = 0; i < count && i < AHEAD_OFFSETS; i++) {
    __builtin_prefetch(row_offset(rows, memory, source[i], tile));
  }
  for (uint32_t i = 0; i < count && i < AHEAD_ROWS; i++) {
    fetch_row(layout, memory, row_offset(rows, memory, source[i], tile), base);
  }
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t *offset = row_offset(rows, memory, source[i], tile);
    if (count - i > AHEAD_OFFSETS) {
      __builtin_prefetch(row_offset(rows, memory, source[i + AHEAD_OFFSETS], tile));
    }
    if (count - i > AHEAD_ROWS) {
      fetch_row(layout, memory, row_offset(rows, memory, source[i + AHEAD_ROWS], tile), base);
    }
    s.x = x ? x[i] : 1.0f;
    s.count = counted ? (int32_t)s.x : 0;
    s.value = weight * s.x;
    deliver_entries(layout, &s, memory, base + offset[0], offset[1] - offset[0]);
  }
}

void phs_rows_deliver(const phs_rows *rows, uint32_t source, uint32_t tile, float x, bool counted,
                      const phs_ring_buffer *ring, phs_row *scratch) {
  const sink s = sink_of(rows, tile, x, counted, ring);
  phs_row row = *scratch;
  row.weight = counted || !weights_differ(rows->recipe) ? NULL : row.weight;
  phs_row_make(rows, source, tile, &row);
  if (counted) {
    deliver_row(&s, true, &row, NULL);
  } else if (row.weight) {
    deliver_row(&s, false, &row, row.weight);
  } else {
    deliver_row(&s, false, &row, NULL);
  }
}

/* --------------------------------------------------------------------------------- reading back */

static uint32_t unpack_deltas(const uint8_t *entry, uint32_t count, phs_row *out) {
  uint32_t n = 0, target = 0;
  for (uint32_t i = 0; i < count; i++) {
    target += entry[i];
    if (entry[i] == PHS_STORE_ESCAPE) {
      continue;
    }
    if (out->target) {
      out->target[n] = (uint16_t)target;
    }
    if (out->delay) {
      out->delay[n] = 0;
    }
    n++;
  }
  return n;
}

void phs_store_row(const phs_store_layout *layout, const phs_rows *rows, const void *memory,
                   uint32_t source, uint32_t tile, phs_row *out) {
  const uint32_t *offset = row_offset(rows, memory, source, tile);
  const uint64_t at = tile_entry(layout, rows, tile) + offset[0];
  const char *entries = (const char *)memory + layout->entries;
  const float *weight = (const float *)(const void *)((const char *)memory + layout->weights) + at;
  const float all =
      (float)phs_value_of(&rows->recipe->weight, &phs_shared_of(rows)->weight_window, 0);
  out->count = offset[1] - offset[0];
  if (layout->form == PHS_STORE_DELTA) {
    out->count = unpack_deltas((const uint8_t *)entries + at, out->count, out);
  }
  for (uint32_t i = 0; layout->form != PHS_STORE_DELTA && i < out->count; i++) {
    uint32_t e = layout->form == PHS_STORE_SHORT
                     ? ((const uint16_t *)(const void *)entries)[at + i]
                     : ((const uint32_t *)(const void *)entries)[at + i];
    if (out->target) {
      out->target[i] = (uint16_t)(e & (PHS_TILE - 1));
    }
    if (out->delay) {
      out->delay[i] = (uint16_t)(e >> PHS_TILE_BITS);
    }
  }
  for (uint32_t i = 0; out->weight && i < out->count; i++) {
    out->weight[i] = layout->weighted ? weight[i] : all;
  }
}
