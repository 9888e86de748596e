/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "synapses/rows_internal.h"

/* ------------------------------------------------------------------------------------- memory */

/* Room taken so far; with `memory` NULL it is only counted. */
typedef struct cursor {
  char *memory;
  uint64_t at;
  bool overflow;
} cursor;

static void *take(cursor *c, uint64_t count, uint64_t size) {
  uint64_t at = (c->at + 63) & ~(uint64_t)63;
  if (c->overflow || (count && size > (SIZE_MAX / 2 - at) / count)) {
    c->overflow = true;
    return NULL;
  }
  c->at = at + count * size;
  return c->memory ? c->memory + at : NULL;
}

static void take_inverse(cursor *c, uint32_t steps, phs_inverse *t) {
  t->last = take(c, steps, sizeof *t->last);
  t->guide = take(c, phs_inverse_guides(steps), sizeof *t->guide);
}

static void take_rule(cursor *c, const phs_recipe *r, uint64_t tiles, phs_shared *s) {
  switch (r->rule) {
  case PHS_RULE_FIXED_PROBABILITY:
    for (int i = 0; i < 4; i++) {
      take_inverse(c, PHS_TILE + 1, &s->binomial[i]);
    }
    break;
  case PHS_RULE_LIST:
    s->start = take(c, (uint64_t)r->source_count + 1, sizeof *s->start);
    s->order = tiles > 1 ? take(c, r->list.count, sizeof *s->order) : NULL;
    break;
  case PHS_RULE_FIXED_OUTDEGREE:
  case PHS_RULE_FIXED_TOTAL_NUMBER:
    s->count = take(c, tiles * r->source_count, sizeof *s->count);
    break;
  case PHS_RULE_FIXED_INDEGREE:
    s->count = take(c, phs_indegree_words(r, tiles), sizeof *s->count);
    break;
  case PHS_RULE_ONE_TO_ONE:
  case PHS_RULE_ALL_TO_ALL:
  case PHS_RULE_DISTANCE:
    break;
  }
}

static void take_all(cursor *c, const phs_recipe *r, phs_shared *s) {
  uint32_t low, tiles = phs_tile_count(r->target_count), steps = phs_delay_span(r, &low);
  take(c, 1, sizeof(phs_shared));
  s->tile_base = take(c, (uint64_t)tiles + 1, sizeof *s->tile_base);
  if (steps > 1 && !(r->rule == PHS_RULE_LIST && r->list.delay)) {
    take_inverse(c, steps, &s->delay);
  }
  take_rule(c, r, tiles, s);
}

/* Synapses that a tile may be expected to have, or more. */
static double most_of_tile(const phs_recipe *r) {
  const double sources = r->source_count, number = (double)r->number;
  const double share = r->target_count > PHS_TILE ? (double)PHS_TILE / r->target_count : 1.0;
  switch (r->rule) {
  case PHS_RULE_ONE_TO_ONE:
    return PHS_TILE;
  case PHS_RULE_ALL_TO_ALL:
    return sources * PHS_TILE;
  case PHS_RULE_FIXED_PROBABILITY:
  case PHS_RULE_DISTANCE:
    return sources * PHS_TILE * r->probability;
  case PHS_RULE_FIXED_INDEGREE:
    return number * PHS_TILE;
  case PHS_RULE_FIXED_OUTDEGREE:
    return sources * number * share;
  case PHS_RULE_FIXED_TOTAL_NUMBER:
    return number * share;
  case PHS_RULE_LIST:
    return (double)r->list.count;
  }
  return 0.0;
}

size_t phs_rows_bytes(const phs_recipe *r) {
  cursor c = {.overflow = most_of_tile(r) > PHS_TILE_MOST};
  phs_shared s = {0};
  take_all(&c, r, &s);
  return c.overflow ? SIZE_MAX : (size_t)c.at;
}

/* --------------------------------------------------------------------------------------- rows */

static uint32_t one_to_one(uint32_t source, uint32_t tile, uint16_t *out) {
  if (source >> PHS_TILE_BITS != tile) {
    return 0;
  }
  if (out) {
    out[0] = (uint16_t)(source & (PHS_TILE - 1));
  }
  return 1;
}

static uint32_t row_targets(const phs_rows *rows, uint32_t source, uint32_t tile, uint16_t *out) {
  uint32_t first;
  switch (rows->recipe->rule) {
  case PHS_RULE_ONE_TO_ONE:
    return one_to_one(source, tile, out);
  case PHS_RULE_ALL_TO_ALL:
    return phs_all_targets(rows, source, tile, out);
  case PHS_RULE_FIXED_PROBABILITY:
    return out ? phs_probable_targets(rows, source, tile, out)
               : phs_probable_count(rows, source, tile);
  case PHS_RULE_LIST:
    return phs_list_row(rows, source, tile, &first);
  case PHS_RULE_FIXED_OUTDEGREE:
  case PHS_RULE_FIXED_TOTAL_NUMBER:
    return phs_counts_targets(rows, source, tile, out);
  case PHS_RULE_FIXED_INDEGREE:
    return phs_indegree_targets(rows, source, tile, out);
  case PHS_RULE_DISTANCE:
    return phs_distance_targets(rows, source, tile, out);
  }
  return 0;
}

void phs_row_make(const phs_rows *rows, uint32_t source, uint32_t tile, phs_row *out) {
  const phs_recipe *r = rows->recipe;
  const bool list = r->rule == PHS_RULE_LIST;
  out->count =
      list ? phs_list_make(rows, source, tile, out) : row_targets(rows, source, tile, out->target);
  if (out->delay && !(list && r->list.delay)) {
    phs_fill_delays(rows, source, tile, out->count, out->delay);
  }
  if (out->weight && !(list && r->list.weight)) {
    phs_fill_weights(rows, source, tile, out->count, out->weight);
  }
}

/* ------------------------------------------------------------------------------------ prepare */

static void prepare_rule(const phs_recipe *r, uint32_t tiles, phs_shared *s) {
  uint32_t last = tiles ? phs_tile_size(r->target_count, tiles - 1) : 0;
  switch (r->rule) {
  case PHS_RULE_FIXED_PROBABILITY:
    phs_inverse_binomial(PHS_TILE, r->probability, &s->binomial[0]);
    phs_inverse_binomial(last, r->probability, &s->binomial[1]);
    phs_inverse_binomial(PHS_TILE - 1, r->probability, &s->binomial[2]);
    phs_inverse_binomial(last ? last - 1 : 0, r->probability, &s->binomial[3]);
    break;
  case PHS_RULE_LIST:
    phs_list_prepare(r, s);
    break;
  case PHS_RULE_FIXED_OUTDEGREE:
  case PHS_RULE_FIXED_TOTAL_NUMBER:
    phs_counts_prepare(r, tiles, s);
    break;
  case PHS_RULE_FIXED_INDEGREE:
    phs_indegree_prepare(r, tiles, s);
    break;
  case PHS_RULE_ONE_TO_ONE:
  case PHS_RULE_ALL_TO_ALL:
  case PHS_RULE_DISTANCE:
    break;
  }
}

/* Synapses of a tile; raises @p longest to that of its rows. */
static uint64_t count_tile(const phs_rows *rows, uint32_t tile, uint32_t *longest) {
  const phs_recipe *r = rows->recipe;
  uint64_t sum = 0;
  if (r->rule == PHS_RULE_FIXED_INDEGREE) { /* rows would have to be made */
    return r->number * phs_tile_size(r->target_count, tile);
  }
  for (uint32_t source = 0; source < r->source_count; source++) {
    uint32_t count = row_targets(rows, source, tile, NULL);
    *longest = count > *longest ? count : *longest;
    sum += count;
  }
  return sum;
}

static void count_all(phs_rows *rows, phs_shared *s) {
  const phs_recipe *r = rows->recipe;
  uint32_t longest = r->rule == PHS_RULE_FIXED_INDEGREE ? phs_indegree_longest(rows) : 1;
  for (uint32_t tile = 0; tile < rows->tiles; tile++) {
    s->tile_base[tile] = rows->synapses;
    rows->synapses += count_tile(rows, tile, &longest);
  }
  s->tile_base[rows->tiles] = rows->synapses;
  rows->longest = (longest + PHS_WORDS - 1) / PHS_WORDS * PHS_WORDS;
}

void phs_rows_prepare(const phs_recipe *r, void *memory, phs_rows *out) {
  phs_shared *s = memory;
  cursor c = {.memory = memory};
  *s = (phs_shared){0};
  take_all(&c, r, s);
  *out = (phs_rows){.recipe = r, .shared = memory, .tiles = phs_tile_count(r->target_count)};
  s->weight_window = phs_value_window(&r->weight);
  phs_delay_table(r, s);
  prepare_rule(r, out->tiles, s);
  count_all(out, s);
}
