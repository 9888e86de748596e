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
#define TWEAKS 4u /* words of a target's own permutation */

/* Sources to be given out: without autapses the others of each target. */
static uint32_t given_sources(const phs_recipe *r) {
  return r->source_count - (r->same_population && !r->autapses);
}

uint64_t phs_indegree_words(const phs_recipe *r, uint64_t tiles) {
  return r->multapses ? tiles * ((uint64_t)r->source_count + 1 + PHS_PERMUTE_ROUNDS)
                      : tiles * (TWEAKS * PHS_TILE);
}

/* Words of a tile: offsets of the sources and the end, then keys; or the targets' tweaks. */
static uint32_t *tile_words(const phs_recipe *r, const phs_shared *s, uint32_t tile) {
  return s->count + (size_t)phs_indegree_words(r, 1) * tile;
}

static uint32_t *tile_keys(const phs_recipe *r, const phs_shared *s, uint32_t tile) {
  return tile_words(r, s, tile) + r->source_count + 1;
}

/* ------------------------------------------------------------------------------ with multapses */

static void prepare_slots(const phs_recipe *r, uint32_t tile, phs_shared *s) {
  const uint32_t at[3] = {tile, 0, PHS_DRAW_PERMUTE};
  uint32_t *offset = tile_words(r, s, tile), *key = tile_keys(r, s, tile), word[PHS_WORDS];
  phs_places places = {.count = given_sources(r), .each = 1};
  phs_stream stream;
  phs_words(r->key, at, 0, PHS_PERMUTE_ROUNDS, word);
  for (uint32_t i = 0; i < PHS_PERMUTE_ROUNDS; i++) {
    key[i] = word[i];
  }
  phs_stream_open(&stream, r->key, tile, 0, PHS_DRAW_SPLIT);
  phs_throw(&stream, r->number * phs_tile_size(r->target_count, tile), &places, false, offset, 1);
  uint32_t sum = 0;
  for (uint32_t i = 0; i <= r->source_count; i++) {
    uint32_t n = i < places.count ? offset[i] : 0;
    offset[i] = sum;
    sum += n;
  }
}

/* The slots of a tile as numbers: target in the lower bits, which of its slots above. */
typedef struct slots {
  phs_halves halves;
  const uint32_t *key;
  uint32_t size, number, target_bits, target_mask;
} slots;

static slots slots_of(const phs_rows *rows, uint32_t tile) {
  const phs_recipe *r = rows->recipe;
  uint32_t size = phs_tile_size(r->target_count, tile), bits = phs_bits_below(size);
  return (slots){.halves = phs_halves_of(bits + phs_bits_below((uint32_t)r->number)),
                 .key = tile_keys(r, phs_shared_of(rows), tile),
                 .size = size,
                 .number = (uint32_t)r->number,
                 .target_bits = bits,
                 .target_mask = (1u << bits) - 1};
}

static inline bool is_slot(const slots *s, uint32_t x) {
  return (x & s->target_mask) < s->size && x >> s->target_bits < s->number;
}

static void permute_all(const slots *s, uint32_t count, uint32_t *x) {
  const slots own = *s;
  uint32_t key[PHS_PERMUTE_ROUNDS];
  for (uint32_t i = 0; i < PHS_PERMUTE_ROUNDS; i++) {
    key[i] = s->key[i];
  }
  for (uint32_t i = 0; i < count; i++) {
    x[i] = phs_permute(&own.halves, key, x[i]);
  }
}

/* Permutes @p count numbers, those that are no slots until they are. */
static void permute_slots(const slots *s, uint32_t count, uint32_t *x) {
  uint32_t at[BATCH], again[BATCH], left = 0;
  permute_all(s, count, x);
  for (uint32_t i = 0; i < count; i++) {
    at[left] = i;
    left += !is_slot(s, x[i]);
  }
  while (left) {
    for (uint32_t i = 0; i < left; i++) {
      again[i] = x[at[i]];
    }
    permute_all(s, left, again);
    uint32_t still = 0;
    for (uint32_t i = 0; i < left; i++) {
      x[at[i]] = again[i];
      at[still] = at[i];
      still += !is_slot(s, again[i]);
    }
    left = still;
  }
}

/* Targets of the slots first to end of the random order, those in [low, high); their number. */
static uint32_t slot_targets(const slots *s, uint32_t first, uint32_t end, uint32_t low,
                             uint32_t high, uint16_t *out) {
  uint32_t x[BATCH], count = 0;
  uint32_t row = first / s->size, target = first % s->size;
  while (first < end) {
    uint32_t n = end - first < BATCH ? end - first : BATCH;
    for (uint32_t i = 0; i < n; i++) {
      x[i] = row << s->target_bits | target;
      bool full = ++target == s->size;
      target = full ? 0 : target;
      row += full;
    }
    permute_slots(s, n, x);
    for (uint32_t i = 0; i < n; i++) {
      uint32_t t = x[i] & s->target_mask;
      bool taken = t >= low && t < high;
      if (out && taken) {
        out[count] = (uint16_t)t;
      }
      count += taken;
    }
    first += n;
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

static void prepare_tweaks(const phs_recipe *r, uint32_t tile, phs_shared *s) {
  const uint32_t at[3] = {tile, 0, PHS_DRAW_PERMUTE};
  phs_words(r->key, at, 0, TWEAKS * PHS_TILE, tile_words(r, s, tile));
}

/* The permutation of the target whose tweaks are @p w. */
static inline uint32_t permute_source(const phs_halves *h, uint32_t x, const uint32_t w[TWEAKS]) {
  x = phs_permute_rounds(h, x, w[0], w[1]);
  x = phs_permute_rounds(h, x, w[2], w[3]);
  x = phs_permute_rounds(h, x, w[0] ^ 0x9e3779b9u, w[1] ^ 0x7f4a7c15u);
  return phs_permute_rounds(h, x, w[2] ^ 0xbb67ae85u, w[3] ^ 0x84caa73bu);
}

/* One step of the walkers at[0 .. count) of x; those that come to no source stay in `at`. */
static uint32_t walk_on(const phs_halves *h, const uint32_t *tweak, uint32_t given, uint32_t count,
                        uint16_t *at, uint32_t *x) {
  uint32_t left = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint16_t t = at[i];
    const uint32_t own[TWEAKS] = {tweak[t], tweak[PHS_TILE + t], tweak[2 * PHS_TILE + t],
                                  tweak[3 * PHS_TILE + t]};
    x[t] = permute_source(h, x[t], own);
    at[left] = t;
    left += x[t] >= given;
  }
  return left;
}

/* Where @p source comes in the order of each of the @p size targets from @p base. */
static void ranks_of(const phs_recipe *r, const uint32_t *tweak, uint32_t source, uint32_t base,
                     uint32_t size, uint32_t *x) {
  const uint32_t given = given_sources(r), itself = given < r->source_count;
  const phs_halves h = phs_halves_of(phs_bits_below(given));
  uint16_t at[PHS_TILE];
  uint32_t left = 0;
  for (uint32_t i = 0; i < size; i++) { /* all of them: a loop for the vectoriser */
    const uint32_t own[TWEAKS] = {tweak[i], tweak[PHS_TILE + i], tweak[2 * PHS_TILE + i],
                                  tweak[3 * PHS_TILE + i]};
    x[i] = permute_source(&h, source - (itself & (source > base + i)), own);
  }
  for (uint32_t i = 0; i < size; i++) {
    at[left] = (uint16_t)i;
    left += x[i] >= given && !(itself && source == base + i);
  }
  while (left) {
    left = walk_on(&h, tweak, given, left, at, x);
  }
}

static uint32_t single_targets(const phs_rows *rows, uint32_t source, uint32_t tile,
                               uint16_t *out) {
  const phs_recipe *r = rows->recipe;
  const uint32_t size = phs_tile_size(r->target_count, tile);
  const uint32_t skipped = phs_skipped(r, source, tile), number = (uint32_t)r->number;
  uint32_t x[PHS_TILE];
  uint64_t hit[PHS_TILE / 64] = {0};
  ranks_of(r, tile_words(r, phs_shared_of(rows), tile), source, tile << PHS_TILE_BITS, size, x);
  for (uint32_t i = 0; i < size; i++) {
    hit[i / 64] |= (uint64_t)(x[i] < number) << (i % 64);
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
      prepare_tweaks(r, tile, s);
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
