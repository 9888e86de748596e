/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "synapses/rows_internal.h"

#define TILE_WORDS (PHS_TILE / 64)

uint32_t phs_list_bits(const uint64_t *bits, bool set, uint32_t size, uint32_t skipped,
                       uint16_t *out) {
  uint32_t n = 0;
  for (uint32_t i = 0; i * 64 < size; i++) {
    uint64_t left = set ? bits[i] : ~bits[i];
    if (size - i * 64 < 64) {
      left &= ((uint64_t)1 << (size - i * 64)) - 1;
    }
    for (; left; left &= left - 1) {
      if (out) {
        uint32_t t = i * 64 + (uint32_t)__builtin_ctzll(left);
        out[n] = (uint16_t)(t + (t >= skipped));
      }
      n++;
    }
  }
  return n;
}

void phs_distinct(uint64_t key, uint32_t source, uint32_t tile, uint32_t count, uint32_t size,
                  uint32_t skipped, uint16_t *out) {
  const uint32_t at[3] = {source, tile, PHS_DRAW_TARGET};
  const bool few = count <= size / 2; /* else those left out are drawn */
  const uint32_t wanted = few ? count : size - count;
  uint64_t bits[TILE_WORDS] = {0};
  uint32_t word[PHS_WORDS], drawn = 0;
  for (uint32_t first = 0; drawn < wanted; first += PHS_WORDS) {
    phs_words(key, at, first, PHS_WORDS, word);
    for (uint32_t i = 0; i < PHS_WORDS && drawn < wanted; i++) {
      uint32_t t = phs_below(size, word[i]);
      uint64_t bit = (uint64_t)1 << (t % 64), old = bits[t / 64];
      bits[t / 64] = old | bit;
      drawn += !(old & bit);
    }
  }
  phs_list_bits(bits, few, size, skipped, out);
}

uint32_t phs_all_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out) {
  uint32_t skipped = phs_skipped(rows->recipe, source, tile);
  uint32_t count = phs_tile_size(rows->recipe->target_count, tile) - (skipped != UINT32_MAX);
  for (uint32_t i = 0; out && i < count; i++) {
    out[i] = (uint16_t)(i + (i >= skipped));
  }
  return count;
}

/* ------------------------------------------------------------------------- fixed probability */

static const phs_inverse *row_binomial(const phs_rows *rows, uint32_t tile, bool skipped) {
  return &phs_shared_of(rows)->binomial[2 * skipped + (tile + 1 == rows->tiles)];
}

uint32_t phs_probable_count(const phs_rows *rows, uint32_t source, uint32_t tile) {
  const uint32_t at[3] = {tile, 0, PHS_DRAW_COUNT};
  bool skipped = phs_skipped(rows->recipe, source, tile) != UINT32_MAX;
  const phs_inverse *t = row_binomial(rows, tile, skipped);
  return t->low + phs_inverse_step(t, phs_word(rows->recipe->key, at, source));
}

uint32_t phs_probable_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out) {
  const phs_recipe *r = rows->recipe;
  uint32_t count = phs_probable_count(rows, source, tile);
  uint32_t skipped = phs_skipped(r, source, tile);
  uint32_t size = phs_tile_size(r->target_count, tile) - (skipped != UINT32_MAX);
  phs_distinct(r->key, source, tile, count, size, skipped, out);
  return count;
}

/* ------------------------------------------------------------------------------------- lists */

static uint32_t list_tile(const phs_rows *rows, uint64_t start, uint32_t i) {
  const uint32_t *order = phs_shared_of(rows)->order;
  return rows->recipe->list.target[start + (order ? order[start + i] : i)] >> PHS_TILE_BITS;
}

/* The first of a source's @p count synapses, by tile, whose tile is not below @p tile. */
static uint32_t list_bound(const phs_rows *rows, uint64_t start, uint32_t count, uint32_t tile) {
  uint32_t low = 0;
  while (low < count) {
    uint32_t middle = low + (count - low) / 2;
    if (list_tile(rows, start, middle) < tile) {
      low = middle + 1;
    } else {
      count = middle;
    }
  }
  return low;
}

uint32_t phs_list_row(const phs_rows *rows, uint32_t source, uint32_t tile, uint32_t *first) {
  const uint64_t *start = phs_shared_of(rows)->start;
  uint32_t count = (uint32_t)(start[source + 1] - start[source]);
  *first = list_bound(rows, start[source], count, tile);
  return list_bound(rows, start[source], count, tile + 1) - *first;
}

/* Index into the list of synapse @p rank of a row that begins at @p first. */
static uint64_t list_index(const phs_shared *s, uint32_t source, uint32_t first, uint32_t rank) {
  uint64_t start = s->start[source];
  return start + (s->order ? s->order[start + first + rank] : first + rank);
}

uint32_t phs_list_make(const phs_rows *rows, uint32_t source, uint32_t tile, phs_row *out) {
  const phs_shared *s = phs_shared_of(rows);
  const phs_synapse_list *list = &rows->recipe->list;
  uint32_t first, count = phs_list_row(rows, source, tile, &first);
  for (uint32_t i = 0; out->target && i < count; i++) {
    out->target[i] = (uint16_t)(list->target[list_index(s, source, first, i)] & (PHS_TILE - 1));
  }
  for (uint32_t i = 0; out->delay && list->delay && i < count; i++) {
    int32_t d = list->delay[list_index(s, source, first, i)];
    out->delay[i] = (uint16_t)((d < 1 ? 1 : (uint32_t)d) - s->delay.low);
  }
  for (uint32_t i = 0; out->weight && list->weight && i < count; i++) {
    out->weight[i] = list->weight[list_index(s, source, first, i)];
  }
  return count;
}

/* Moves element @p i of a heap of positions, ordered by (tile, position), down to its place. */
static void sift(const uint32_t *target, uint32_t *order, uint32_t i, uint32_t count) {
  uint32_t moved = order[i];
  uint64_t key = (uint64_t)(target[moved] >> PHS_TILE_BITS) << 32 | moved;
  for (uint32_t child; (child = 2 * i + 1) < count; i = child) {
    uint64_t a = (uint64_t)(target[order[child]] >> PHS_TILE_BITS) << 32 | order[child];
    if (child + 1 < count) {
      uint32_t o = order[child + 1];
      uint64_t b = (uint64_t)(target[o] >> PHS_TILE_BITS) << 32 | o;
      child += b > a;
      a = b > a ? b : a;
    }
    if (a <= key) {
      break;
    }
    order[i] = order[child];
  }
  order[i] = moved;
}

/* Heap sort: no memory besides, and no worst case. */
static void sort_by_tile(const uint32_t *target, uint32_t *order, uint32_t count) {
  bool sorted = true;
  for (uint32_t i = 0; i < count; i++) {
    order[i] = i;
    sorted &= i == 0 || target[i - 1] >> PHS_TILE_BITS <= target[i] >> PHS_TILE_BITS;
  }
  if (sorted) {
    return;
  }
  for (uint32_t i = count / 2; i-- > 0;) {
    sift(target, order, i, count);
  }
  for (uint32_t n = count - 1; n > 0; n--) {
    uint32_t top = order[0];
    order[0] = order[n];
    order[n] = top;
    sift(target, order, 0, n);
  }
}

void phs_list_prepare(const phs_recipe *r, phs_shared *s) {
  uint64_t at = 0;
  for (uint32_t i = 0; i < r->source_count; i++) {
    s->start[i] = at;
    while (at < r->list.count && r->list.source[at] <= i) {
      at++;
    }
  }
  s->start[r->source_count] = at;
  for (uint32_t i = 0; s->order && i < r->source_count; i++) {
    sort_by_tile(r->list.target + s->start[i], s->order + s->start[i],
                 (uint32_t)(s->start[i + 1] - s->start[i]));
  }
}
