/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Distance rules between boxes of one grid, by prefix sums over offsets. */
#include "map/measure_offsets.h"

#include "map/work_recipe.h"
#include "random/draw.h"

#include <string.h>

/* Offsets of one octant whose probabilities are asked for. */
#define MOST_OFFSETS 65536
/* exp(-40) is nothing beside 1; a larger cap would blur the differences of prefix sums. */
#define LOUDEST 40.0
#define BATCH 64

static bool same_grids(const phs_work *w, const phs_work_projection *p) {
  const phs_recipe *r = p->recipe;
  const phs_grid *a = &r->source_grid, *b = &r->target_grid;
  bool same = r->rule == PHS_RULE_DISTANCE && a->rank == b->rank &&
              phs_grid_fits(a, &w->population[p->source]) &&
              phs_grid_fits(b, &w->population[p->target]);
  for (int d = 0; d < a->rank && same; d++) {
    same = a->dim[d] == b->dim[d] && a->extent[d] == b->extent[d];
  }
  return same;
}

/* How far the neuron in the middle reaches; to the edge: all offsets may occur. */
static void find_reach(const phs_work *w, uint32_t projection, phs_offsets *o) {
  const phs_work_projection *p = &w->projection[projection];
  const uint32_t *dim = w->population[p->source].dim;
  phs_box one;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    one.low[d] = dim[d] / 2;
    one.high[d] = one.low[d] + 1;
  }
  const phs_box to = phs_work_targets(w, projection, &one);
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    const uint32_t middle = dim[d] / 2;
    bool inside = to.low[d] > 0 && to.high[d] < dim[d] && to.low[d] < to.high[d];
    uint32_t before = middle - to.low[d], after = to.high[d] - 1 - middle;
    o->reach[d] = !inside ? dim[d] - 1 : before > after ? before : after;
    o->turn[d] = inside && p->recipe->periodic ? dim[d] : 0;
    o->length[d] = 2 * (size_t)o->reach[d] + 2;
  }
}

static double chance_at(const phs_work *w, uint32_t projection, const uint32_t *offset) {
  const phs_box from = {.high = {1, 1, 1}};
  const phs_box to = {.low = {offset[0], offset[1], offset[2]},
                      .high = {offset[0] + 1, offset[1] + 1, offset[2] + 1}};
  return phs_work_synapses(w, projection, &from, &to);
}

/* Sums along one axis, behind an empty first place. */
static void sum_axis(const phs_offsets *o, int axis, double *table) {
  size_t step = 1, count = 1;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    step *= d > axis ? o->length[d] : 1;
    count *= o->length[d];
  }
  for (size_t i = 0; i < count; i++) {
    if (i / step % o->length[axis] > 0) {
      table[i] += table[i - step];
    }
  }
}

/* Values at offset + reach + 1 on each axis; place 0 is empty. */
static void fill(const phs_work *w, uint32_t projection, const phs_offsets *o, double *chance,
                 double *loud) {
  uint32_t at[PHS_MAP_RANK];
  for (at[0] = 0; at[0] <= o->reach[0]; at[0]++) {
    for (at[1] = 0; at[1] <= o->reach[1]; at[1]++) {
      for (at[2] = 0; at[2] <= o->reach[2]; at[2]++) {
        const double p = chance_at(w, projection, at);
        double l = p < 1.0 ? -phs_log(1.0 - p) : LOUDEST;
        l = p < 1e-8 ? p : l < LOUDEST ? l : LOUDEST;
        for (int corner = 0; corner < 1 << PHS_MAP_RANK; corner++) {
          size_t i = 0;
          for (int d = 0; d < PHS_MAP_RANK; d++) {
            size_t place = corner >> d & 1 ? o->reach[d] - at[d] : o->reach[d] + at[d];
            i = i * o->length[d] + place + 1;
          }
          chance[i] = p;
          loud[i] = l;
        }
      }
    }
  }
}

bool phs_offsets_make(const phs_work *w, uint32_t projection, phs_arena *arena,
                      const phs_offsets **out) {
  *out = NULL;
  if (!same_grids(w, &w->projection[projection])) {
    return true;
  }
  phs_offsets o = {.least = 0};
  find_reach(w, projection, &o);
  double octant = 1;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    octant *= o.reach[d] + 1.0;
  }
  if (octant > MOST_OFFSETS) {
    return true;
  }
  const size_t count = o.length[0] * o.length[1] * o.length[2];
  double *chance = PHS_NEW_ARRAY(arena, double, count), *loud = PHS_NEW_ARRAY(arena, double, count);
  phs_offsets *made = PHS_NEW(arena, phs_offsets);
  if (!chance || !loud || !made) {
    return false;
  }
  fill(w, projection, &o, chance, loud);
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    sum_axis(&o, d, chance);
    sum_axis(&o, d, loud);
  }
  o.chance = chance;
  o.loud = loud;
  o.least = 1e-13 * loud[count - 1];
  *made = o;
  *out = made;
  return true;
}

/* ---------------------------------------------------------------------------------------- sums */

/* Places in the table of the targets from low to high seen from a source, @p image turns away. */
static bool places(const phs_offsets *o, int d, uint32_t source, const phs_box *target, int image,
                   size_t *first, size_t *end) {
  const int64_t shift = (int64_t)image * o->turn[d] - source, reach = o->reach[d];
  int64_t low = target->low[d] + shift, high = target->high[d] + shift;
  low = low > -reach ? low : -reach;
  high = high < reach + 1 ? high : reach + 1;
  if (low >= high) {
    return false;
  }
  *first = (size_t)(low + reach);
  *end = (size_t)(high + reach);
  return true;
}

static int images_of(const phs_offsets *o, int d) {
  return o->turn[d] ? 1 : 0;
}

/* Adds sums over the first two axes, prefix sums along the third. */
static void add_line(const phs_offsets *o, const double *table, const size_t *first,
                     const size_t *end, double *line) {
  const size_t row = o->length[2], plane = row * o->length[1];
  const double *a = table + first[0] * plane, *b = table + end[0] * plane;
  for (size_t i = 0; i < row; i++) {
    line[i] += (b[end[1] * row + i] - b[first[1] * row + i]) -
               (a[end[1] * row + i] - a[first[1] * row + i]);
  }
}

/* Lines of a row of sources; false where they reach nothing. */
static bool make_lines(const phs_offsets *o, uint32_t c, uint32_t y, const phs_box *target,
                       double *chance, double *loud) {
  bool any = false;
  memset(chance, 0, o->length[2] * sizeof *chance);
  memset(loud, 0, o->length[2] * sizeof *loud);
  for (int i = -images_of(o, 0); i <= images_of(o, 0); i++) {
    for (int j = -images_of(o, 1); j <= images_of(o, 1); j++) {
      size_t first[2], end[2];
      if (places(o, 0, c, target, i, &first[0], &end[0]) &&
          places(o, 1, y, target, j, &first[1], &end[1])) {
        add_line(o, o->chance, first, end, chance);
        add_line(o, o->loud, first, end, loud);
        any = true;
      }
    }
  }
  return any;
}

static double heard(const double *minus_loud, size_t count) {
  double silence[BATCH], sum = 0;
  phs_exps(minus_loud, count, silence);
  for (size_t i = 0; i < count; i++) { /* 1 - exp(-x) loses what is small */
    const double x = -minus_loud[i];
    sum += x < 1e-5 ? x - 0.5 * x * x : 1.0 - silence[i];
  }
  return sum;
}

static void sum_row(const phs_offsets *o, const phs_box *source, const phs_box *target,
                    const double *chance, const double *loud, double *axons, double *synapses) {
  double batch[BATCH];
  size_t n = 0;
  for (uint32_t x = source->low[2]; x < source->high[2]; x++) {
    double sum = 0;
    for (int k = -images_of(o, 2); k <= images_of(o, 2); k++) {
      size_t first, end;
      if (places(o, 2, x, target, k, &first, &end)) {
        *synapses += chance[end] - chance[first];
        sum += loud[end] - loud[first];
      }
    }
    if (sum > o->least) {
      batch[n++] = -sum;
    }
    if (n == BATCH) {
      *axons += heard(batch, n);
      n = 0;
    }
  }
  *axons += n ? heard(batch, n) : 0;
}

void phs_offsets_sum(const phs_offsets *o, const phs_box *source, const phs_box *target,
                     double *line, double *axons, double *synapses) {
  double *chance = line, *loud = line + o->length[2];
  *axons = *synapses = 0;
  for (uint32_t c = source->low[0]; c < source->high[0]; c++) {
    for (uint32_t y = source->low[1]; y < source->high[1]; y++) {
      if (make_lines(o, c, y, target, chance, loud)) {
        sum_row(o, source, target, chance, loud, axons, synapses);
      }
    }
  }
  *synapses = *synapses > o->least ? *synapses : 0;
}
