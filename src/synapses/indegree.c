/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A fixed number K of synapses on each target.
 *
 * With multapses: each target has K slots, and each slot a source of its own, any with the same
 * probability. Within a tile the slots are put into a random order (permute.h); how many of them
 * each source takes is drawn once, and a source takes those that come after the ones of all sources
 * before it. So the row of a source costs what it holds. Without autapses a slot is given not to
 * source s but to the s-th of the others: s itself for targets above, s + 1 for those up to s.
 *
 * Without multapses: each target has a random permutation of all sources of its own, and takes
 * those K that come first. The row of a source asks every target of the tile where it comes: 1024
 * permutations a row, however few of them are hits.
 */
#include "random/permute.h"
#include "random/split.h"
#include "synapses/rows_internal.h"

#define BATCH 256u

/* Sources to be given out: without autapses the others of each target. */
static uint32_t given_sources(const phs_recipe *r) {
  return r->source_count - (r->same_population && !r->autapses);
}

uint64_t phs_indegree_words(const phs_recipe *r, uint64_t tiles) {
  return r->multapses ? tiles * ((uint64_t)r->source_count + 1 + PHS_PERMUTE_ROUNDS)
                      : tiles * (PHS_PERMUTE_ROUNDS / 2 * PHS_TILE);
}

/* Words of a tile: offsets of the sources and the end, then keys; or keys of each target. */
static uint32_t *tile_words(const phs_recipe *r, const phs_shared *s, uint32_t tile) {
  return s->count + (size_t)phs_indegree_words(r, 1) * tile;
}

/* ------------------------------------------------------------------------------ with multapses */

static void prepare_slots(const phs_recipe *r, uint32_t tile, phs_shared *s) {
  const uint32_t at[3] = {tile, 0, PHS_DRAW_PERMUTE};
  uint32_t *offset = tile_words(r, s, tile), *key = offset + r->source_count + 1;
  uint32_t word[PHS_WORDS], sum = 0;
  phs_places places = {.count = given_sources(r), .each = 1};
  phs_stream stream;
  phs_words(r->key, at, 0, PHS_PERMUTE_ROUNDS, word);
  for (uint32_t i = 0; i < PHS_PERMUTE_ROUNDS; i++) {
    key[i] = word[i];
  }
  phs_stream_open(&stream, r->key, tile, 0, PHS_DRAW_SPLIT);
  phs_throw(&stream, r->number * phs_tile_size(r->target_count, tile), &places, false, offset, 1);
  for (uint32_t i = 0; i <= r->source_count; i++) {
    uint32_t n = i < places.count ? offset[i] : 0;
    offset[i] = sum;
    sum += n;
  }
}

/* The slots of a tile: numbers below `count`, of which x is one of target x mod size. */
typedef struct slots {
  phs_pairs pairs;
  uint16_t key[PHS_PERMUTE_ROUNDS];
  uint32_t size, count;
} slots;

static slots slots_of(const phs_rows *rows, uint32_t tile) {
  const phs_recipe *r = rows->recipe;
  const uint32_t *key = tile_words(r, phs_shared_of(rows), tile) + r->source_count + 1;
  slots s = {.size = phs_tile_size(r->target_count, tile)};
  s.count = s.size * (uint32_t)r->number;
  s.pairs = phs_pairs_of(s.count);
  for (uint32_t i = 0; i < PHS_PERMUTE_ROUNDS; i++) {
    s.key[i] = (uint16_t)key[i];
  }
  return s;
}

/* Slots that take the places first, first + 1, ... of the random order. */
static void permute_slots(const slots *s, uint32_t first, uint32_t count, uint32_t *out) {
  const slots own = *s;
  uint16_t left[BATCH], right[BATCH];
  uint16_t l = (uint16_t)(first / own.pairs.right), r = (uint16_t)(first % own.pairs.right);
  for (uint32_t i = 0; i < count; i++) {
    left[i] = l;
    right[i] = r++;
    bool full = r == own.pairs.right;
    r = full ? 0 : r;
    l = (uint16_t)(l + full);
  }
  for (uint32_t turn = 0; turn < own.pairs.turns; turn++) {
    for (uint32_t i = 0; i < count; i++) {
      phs_permute_turn(own.pairs, own.key, 1, turn, &left[i], &right[i]);
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    out[i] = phs_pair_number(own.pairs, left[i], right[i]);
  }
  for (uint32_t i = 0; i < count; i++) {
    while (out[i] >= own.count) { /* seldom */
      phs_permute(own.pairs, own.key, 1, &left[i], &right[i]);
      out[i] = phs_pair_number(own.pairs, left[i], right[i]);
    }
  }
}

/* Targets of the slots first to end of the random order, those in [low, high); their number. */
static uint32_t slot_targets(const slots *s, uint32_t first, uint32_t end, uint32_t low,
                             uint32_t high, uint16_t *out) {
  uint32_t x[BATCH], count = 0;
  const uint32_t size = s->size;
  for (uint32_t n; first < end; first += n) {
    n = end - first < BATCH ? end - first : BATCH;
    permute_slots(s, first, n, x);
    for (uint32_t i = 0; i < n; i++) {
      uint32_t t = size == PHS_TILE ? x[i] % PHS_TILE : x[i] % size;
      bool taken = t >= low && t < high;
      if (out && taken) {
        out[count] = (uint16_t)t;
      }
      count += taken;
    }
  }
  return count;
}

static uint32_t multiple_targets(const phs_rows *rows, uint32_t source, uint32_t tile,
                                 uint16_t *out) {
  const phs_recipe *r = rows->recipe;
  const uint32_t *offset = tile_words(r, phs_shared_of(rows), tile);
  const slots s = slots_of(rows, tile);
  const uint32_t own = source >> PHS_TILE_BITS;
  if (given_sources(r) == r->source_count) {
    return slot_targets(&s, offset[source], offset[source + 1], 0, s.size, out);
  }
  uint32_t count = 0, here = source & (PHS_TILE - 1);
  if (tile >= own) { /* targets above the source */
    uint32_t low = tile == own ? here + 1 : 0;
    count = slot_targets(&s, offset[source], offset[source + 1], low, s.size, out);
  }
  if (tile <= own && source > 0) { /* targets below it */
    uint32_t high = tile == own ? here : s.size;
    count +=
        slot_targets(&s, offset[source - 1], offset[source], 0, high, out ? out + count : NULL);
  }
  return count;
}

uint32_t phs_indegree_longest(const phs_rows *rows) {
  const phs_recipe *r = rows->recipe;
  uint32_t longest = 0;
  if (!r->multapses) {
    return r->target_count < PHS_TILE ? r->target_count : PHS_TILE;
  }
  for (uint32_t tile = 0; tile < rows->tiles; tile++) {
    const uint32_t *offset = tile_words(r, phs_shared_of(rows), tile);
    for (uint32_t i = 0; i < r->source_count; i++) {
      bool pair = given_sources(r) < r->source_count && i > 0;
      uint32_t n = offset[i + 1] - offset[i - pair];
      longest = n > longest ? n : longest;
    }
  }
  return longest;
}

/* --------------------------------------------------------------------------- without multapses */

/* Keys of the targets' own permutations, [round][target]. */
static uint16_t *tile_keys(const phs_recipe *r, const phs_shared *s, uint32_t tile) {
  return (uint16_t *)(void *)tile_words(r, s, tile);
}

static void prepare_keys(const phs_recipe *r, uint32_t tile, phs_shared *s) {
  uint16_t *key = tile_keys(r, s, tile);
  uint32_t word[PHS_TILE];
  for (uint32_t i = 0; i < PHS_PERMUTE_ROUNDS; i += 2) {
    const uint32_t at[3] = {tile, i, PHS_DRAW_PERMUTE};
    phs_words(r->key, at, 0, PHS_TILE, word);
    for (uint32_t t = 0; t < PHS_TILE; t++) {
      key[i * PHS_TILE + t] = (uint16_t)word[t];
      key[(i + 1) * PHS_TILE + t] = (uint16_t)(word[t] >> 16);
    }
  }
}

/* Where @p source comes in the order of each of the @p size targets from @p base. */
static void ranks_of(const phs_recipe *r, const uint16_t *key, uint32_t source, uint32_t base,
                     uint32_t size, uint32_t *x) {
  const uint32_t given = given_sources(r), itself = given < r->source_count;
  const phs_pairs p = phs_pairs_of(given);
  uint16_t left[PHS_TILE], right[PHS_TILE];
  /* among the others of each target; what a target itself gets is dropped */
  const uint32_t here = source < given ? source : 0, before = itself && source ? source - 1 : here;
  const uint16_t l[2] = {(uint16_t)(here / p.right), (uint16_t)(before / p.right)};
  const uint16_t m[2] = {(uint16_t)(here % p.right), (uint16_t)(before % p.right)};
  for (uint32_t i = 0; i < size; i++) {
    bool above = source > base + i;
    left[i] = above ? l[1] : l[0];
    right[i] = above ? m[1] : m[0];
  }
  for (uint32_t turn = 0; turn < p.turns; turn++) {
    for (uint32_t i = 0; i < size; i++) {
      phs_permute_turn(p, key + i, PHS_TILE, turn, &left[i], &right[i]);
    }
  }
  for (uint32_t i = 0; i < size; i++) {
    x[i] = phs_pair_number(p, left[i], right[i]);
  }
  for (uint32_t i = 0; i < size; i++) {
    while (x[i] >= given) { /* seldom */
      phs_permute(p, key + i, PHS_TILE, &left[i], &right[i]);
      x[i] = phs_pair_number(p, left[i], right[i]);
    }
  }
}

static uint32_t single_targets(const phs_rows *rows, uint32_t source, uint32_t tile,
                               uint16_t *out) {
  const phs_recipe *r = rows->recipe;
  const uint32_t size = phs_tile_size(r->target_count, tile);
  const uint32_t skipped = phs_skipped(r, source, tile), number = (uint32_t)r->number;
  uint32_t x[PHS_TILE];
  uint64_t hit[PHS_TILE / 64] = {0};
  ranks_of(r, tile_keys(r, phs_shared_of(rows), tile), source, tile << PHS_TILE_BITS, size, x);
  for (uint32_t first = 0; first < size; first += 64) {
    uint32_t n = size - first < 64 ? size - first : 64;
    for (uint32_t i = 0; i < n; i++) {
      hit[first / 64] |= (uint64_t)(x[first + i] < number) << i;
    }
  }
  if (skipped != UINT32_MAX) {
    hit[skipped / 64] &= ~((uint64_t)1 << (skipped % 64));
  }
  return phs_list_bits(hit, true, size, UINT32_MAX, out);
}

/* --------------------------------------------------------------------------------------- both */

void phs_indegree_prepare(const phs_recipe *r, uint32_t tiles, phs_shared *s) {
  for (uint32_t tile = 0; tile < tiles && given_sources(r); tile++) {
    if (r->multapses) {
      prepare_slots(r, tile, s);
    } else {
      prepare_keys(r, tile, s);
    }
  }
}

uint32_t phs_indegree_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out) {
  if (rows->recipe->number == 0 || given_sources(rows->recipe) == 0) {
    return 0;
  }
  return rows->recipe->multapses ? multiple_targets(rows, source, tile, out)
                                 : single_targets(rows, source, tile, out);
}
