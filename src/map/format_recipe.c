/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Recipes onto boxes: expectations tile by tile. */
#include "map/format_recipe.h"

/* Tiles along one axis, at most. */
#define MOST_TILES 16

void phs_pair_plain(void *user, const phs_work *w, uint32_t projection, const phs_box *source,
                    const phs_box *target, double *axons, double *synapses) {
  (void)user;
  *axons = phs_work_axons(w, projection, source, target);
  *synapses = phs_work_synapses(w, projection, source, target);
}

/* Length of tiles of the sources along an axis: what the target's box spans of its grid. */
static uint32_t tile_length(const phs_population *s, const phs_population *t, const phs_box *reach,
                            const phs_box *target, int d) {
  const uint64_t span = target->high[d] - target->low[d];
  uint64_t length = (span * s->dim[d] + t->dim[d] - 1) / t->dim[d];
  uint64_t least = (reach->high[d] - reach->low[d] + MOST_TILES - 1) / MOST_TILES;
  length = length > least ? length : least;
  return length ? (uint32_t)length : 1;
}

static uint32_t tile_end(uint32_t from, uint32_t length, uint32_t high) {
  return high - from > length ? from + length : high;
}

typedef struct totals {
  double axons, synapses;
} totals;

static void add_box(const phs_work *w, uint32_t projection, const phs_box *source,
                    const phs_box *target, phs_pair_fn pair, void *user, totals *sum) {
  double axons, synapses;
  pair(user, w, projection, source, target, &axons, &synapses);
  sum->axons += axons;
  sum->synapses += synapses;
}

/* The tiles are those of the whole reach, cut to @p source: the same from slice to slice. */
static void add_tiles(const phs_work *w, uint32_t projection, const phs_box *source,
                      const phs_box *target, phs_pair_fn pair, void *user, totals *sum) {
  const phs_work_projection *p = &w->projection[projection];
  const phs_population *s = &w->population[p->source], *t = &w->population[p->target];
  const phs_box reach = phs_work_sources(w, projection, target);
  uint32_t length[PHS_MAP_RANK];
  phs_box tile, cut;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    length[d] = tile_length(s, t, &reach, target, d);
  }
  for (tile.low[0] = reach.low[0]; tile.low[0] < reach.high[0]; tile.low[0] = tile.high[0]) {
    tile.high[0] = tile_end(tile.low[0], length[0], reach.high[0]);
    for (tile.low[1] = reach.low[1]; tile.low[1] < reach.high[1]; tile.low[1] = tile.high[1]) {
      tile.high[1] = tile_end(tile.low[1], length[1], reach.high[1]);
      for (tile.low[2] = reach.low[2]; tile.low[2] < reach.high[2]; tile.low[2] = tile.high[2]) {
        tile.high[2] = tile_end(tile.low[2], length[2], reach.high[2]);
        if (phs_box_meet(&tile, source, &cut)) {
          add_box(w, projection, &cut, target, pair, user, sum);
        }
      }
    }
  }
}

void phs_recipe_box_cost(const phs_work *w, uint32_t projection, const phs_machine *machine,
                         const phs_box *source, size_t boxes, const phs_box *target,
                         phs_pair_fn pair, void *user, phs_block_cost *out) {
  const bool tiled = w->projection[projection].recipe->rule == PHS_RULE_DISTANCE;
  totals sum = {0};
  uint64_t sources = 0;
  for (size_t i = 0; i < boxes; i++) {
    sources += phs_box_count(&source[i]);
    (tiled ? add_tiles : add_box)(w, projection, &source[i], target, pair, user, &sum);
  }
  phs_recipe_cost(w, projection, machine, (uint32_t)sources, (uint32_t)phs_box_count(target),
                  sum.axons, sum.synapses, phs_recipe_longest(w, projection, machine, target), out);
}
