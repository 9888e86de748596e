/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a projection takes of a slice: axons, synapses, bits in the cheapest format. */
#include "map/format_axis.h"

#include "synapses/rows.h"

#include <math.h>
#include <stdlib.h>

double phs_recipe_bound(double mean, double most) {
  double bound = mean > 0 ? mean + 6 * sqrt(mean) + 7 : 0;
  if (mean > 0 && mean < 1) { /* the chance of more than k is below mean^(k + 1) / (k + 1)! */
    double chance = mean, k = 0;
    while (chance >= 1e-9 && k < bound) {
      k++;
      chance *= mean / (k + 1);
    }
    bound = k;
  }
  return bound < most ? bound : most;
}

/* ------------------------------------------------------------------------------- axon by axon */

static uint64_t class_bits(const phs_synapse_widths *s, phs_synapse_format format, uint32_t targets,
                           const phs_axon_class *classes, size_t count) {
  uint64_t bits = 0, axons = 0, most = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t one = phs_axon_bits(s, format, classes[i].synapses, targets);
    most = one > most ? one : most;
    axons += one ? classes[i].axons : 0;
    bits = phs_bits_plus(bits, phs_bits_times(classes[i].axons, one));
  }
  return s->padded ? phs_bits_times(axons, most) : bits;
}

uint64_t phs_synapse_cheapest(const phs_synapse_widths *s, uint32_t targets,
                              const phs_axon_class *classes, size_t count,
                              phs_synapse_format *format) {
  const bool has[] = {s->dense, s->bitmap, s->listed};
  uint64_t best = UINT64_MAX;
  bool found = false;
  *format = PHS_SYNAPSES_INDEX;
  for (int f = PHS_SYNAPSES_DENSE; f <= PHS_SYNAPSES_INDEX; f++) {
    if (has[f]) {
      uint64_t bits = class_bits(s, (phs_synapse_format)f, targets, classes, count);
      if (!found || bits < best) {
        best = bits;
        *format = (phs_synapse_format)f;
        found = true;
      }
    }
  }
  return best;
}

uint64_t phs_synapse_choose_format(const phs_work *w, uint32_t projection,
                                   const phs_machine *machine, uint32_t targets,
                                   const phs_axon_class *classes, size_t count,
                                   phs_synapse_format *format) {
  phs_synapse_widths widths;
  phs_synapse_widths_of(w, projection, machine, targets, &widths);
  return phs_synapse_cheapest(&widths, targets, classes, count, format);
}

/* ------------------------------------------------------------------------------------ windows */

/* Products of the axes' classes, behind those that are there. */
static bool add_axons(phs_axis_scratch *s) {
  const size_t *n = s->class_count;
  const size_t need = s->axon_count + n[0] * n[1] * n[2];
  if (need > s->axon_room) {
    phs_axon_class *p = realloc(s->axon, 2 * need * sizeof *p);
    if (!p) {
      return false;
    }
    s->axon = p;
    s->axon_room = 2 * need;
  }
  for (size_t i = 0; i < n[0]; i++) {
    for (size_t j = 0; j < n[1]; j++) {
      for (size_t k = 0; k < n[2]; k++) {
        const phs_axis_class *a = &s->class[0][i], *b = &s->class[1][j], *c = &s->class[2][k];
        s->axon[s->axon_count++] =
            (phs_axon_class){.axons = a->sources * b->sources * c->sources,
                             .synapses = a->targets * b->targets * c->targets};
      }
    }
  }
  return true;
}

/* A row for each source channel and each variant of the kernel on both inner axes, and a word for
 * each axon that points at one. */
static uint64_t shared_bits(const phs_synapse_widths *s, const phs_axis_scratch *scratch,
                            uint64_t axons) {
  uint64_t bits = phs_bits_times(axons, PHS_SHARED_AXON_BITS);
  for (size_t i = 0; i < scratch->class_count[0]; i++) {
    for (size_t j = 0; j < scratch->variant_count[1]; j++) {
      for (size_t k = 0; k < scratch->variant_count[2]; k++) {
        const phs_axis_class *a = &scratch->class[0][i], *b = &scratch->variant[1][j],
                             *c = &scratch->variant[2][k];
        uint64_t row =
            phs_axon_bits(s, PHS_SYNAPSES_INDEX, a->targets * b->targets * c->targets, 0);
        bits = phs_bits_plus(bits, phs_bits_times(a->sources * b->sources * c->sources, row));
      }
    }
  }
  return bits;
}

static void take_if_less(phs_block_cost *out, phs_synapse_format format, uint64_t bits) {
  if (bits < out->bits) {
    out->bits = bits;
    out->format = format;
  }
}

static bool window_axons(const phs_work_projection *p, const phs_box *source, const phs_box *target,
                         phs_axis_scratch *scratch) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    if (!phs_axis_classes(&p->window[d], d, target->low[d], target->high[d], source->low[d],
                          source->high[d], scratch)) {
      return false;
    }
  }
  return add_axons(scratch);
}

bool phs_window_cost(const phs_work *w, uint32_t projection, const phs_machine *machine,
                     const phs_box *source, size_t boxes, const phs_box *target,
                     phs_axis_scratch *scratch, phs_block_cost *out) {
  const phs_work_projection *p = &w->projection[projection];
  const uint32_t targets = (uint32_t)phs_box_count(target);
  phs_synapse_widths widths;
  *out = (phs_block_cost){.format = PHS_SYNAPSES_INDEX};
  scratch->axon_count = 0;
  for (size_t i = 0; i < boxes; i++) {
    if (!window_axons(p, &source[i], target, scratch)) {
      return false;
    }
  }
  for (size_t i = 0; i < scratch->axon_count; i++) {
    out->axons += scratch->axon[i].axons;
    out->synapses += scratch->axon[i].axons * scratch->axon[i].synapses;
  }
  phs_synapse_widths_of(w, projection, machine, targets, &widths);
  out->bits =
      phs_synapse_cheapest(&widths, targets, scratch->axon, scratch->axon_count, &out->format);
  bool shared = widths.shared && out->axons && boxes == 1 &&
                phs_box_count(source) == w->population[p->source].count;
  for (int d = 1; d < PHS_MAP_RANK && shared; d++) {
    shared = phs_axis_variants(&p->window[d], d, target->low[d], target->high[d], source->low[d],
                               source->high[d], scratch);
  }
  if (shared) {
    take_if_less(out, PHS_SYNAPSES_SHARED, shared_bits(&widths, scratch, out->axons));
  }
  return true;
}

/* ------------------------------------------------------------------------------------ recipes */

/* Synapses that a recipe can have between so many neurons, at most. */
static double most_synapses(const phs_recipe *r, double sources, double targets) {
  switch (r->rule) {
  case PHS_RULE_ONE_TO_ONE:
    return sources < targets ? sources : targets;
  case PHS_RULE_FIXED_INDEGREE:
    return targets * (double)r->number;
  case PHS_RULE_FIXED_OUTDEGREE:
    return sources * (double)r->number;
  case PHS_RULE_FIXED_TOTAL_NUMBER:
    return (double)r->number;
  case PHS_RULE_ALL_TO_ALL:
  case PHS_RULE_FIXED_PROBABILITY:
  case PHS_RULE_DISTANCE:
  case PHS_RULE_LIST:
    break;
  }
  return sources * targets;
}

/* The most that INDEX can take of @p axons axons with @p synapses synapses, however they are
 * spread: the least concave function that is nowhere below the bits of one axon, at the mean. Bits
 * of n + period synapses are those of n and of a period, so that its last piece has their slope. */
static double spread_bits(const phs_synapse_widths *s, double axons, double synapses) {
  const uint32_t period = (uint32_t)(s->block > 0 ? s->block : s->word);
  const double mean = synapses > axons ? synapses / axons : 1;
  const uint64_t each = (uint64_t)(s->weight + s->delay + s->tag + s->index);
  const double last = s->block > 0
                          ? (double)phs_axon_bits(s, PHS_SYNAPSES_INDEX, period, 0) / period
                          : (double)each;
  uint32_t at = 1;
  double value = (double)phs_axon_bits(s, PHS_SYNAPSES_INDEX, 1, 0);
  for (;;) {
    double slope = last;
    uint32_t next = 0;
    for (uint32_t n = at + 1; n <= period; n++) {
      double rise = ((double)phs_axon_bits(s, PHS_SYNAPSES_INDEX, n, 0) - value) / (n - at);
      if (rise > slope) {
        slope = rise;
        next = n;
      }
    }
    if (next == 0 || mean <= next) {
      return axons * (value + slope * (mean - at));
    }
    value += slope * (next - at);
    at = next;
  }
}

uint64_t phs_recipe_bits(const phs_work *w, uint32_t projection, const phs_synapse_widths *widths,
                         uint32_t targets) {
  if (!widths->recipe) {
    return 0;
  }
  phs_recipe part = *w->projection[projection].recipe;
  uint32_t all = part.target_count;
  part.target_count = all - targets < PHS_TILE ? all : targets + PHS_TILE;
  size_t bytes = phs_rows_bytes(&part);
  return bytes == SIZE_MAX ? 0 : 8 * ((uint64_t)sizeof part + bytes);
}

static uint64_t as_bits(double bits) {
  return bits < 1e19 ? (uint64_t)ceil(bits) : UINT64_MAX;
}

void phs_recipe_cost(const phs_work *w, uint32_t projection, const phs_machine *machine,
                     uint32_t sources, uint32_t targets, double axons, double synapses,
                     double longest, phs_block_cost *out) {
  const phs_recipe *r = w->projection[projection].recipe;
  const double most = most_synapses(r, sources, targets);
  phs_synapse_widths s;
  phs_synapse_widths_of(w, projection, machine, targets, &s);
  *out = (phs_block_cost){.bits = UINT64_MAX, .format = PHS_SYNAPSES_INDEX};
  const double all = ceil(phs_recipe_bound(synapses, most));
  double some = ceil(phs_recipe_bound(axons, sources));
  some = some < all ? some : all;
  out->axons = (uint64_t)some;
  out->synapses = as_bits(all);
  if (some < 1) {
    out->bits = 0;
    return;
  }
  if (s.dense) {
    take_if_less(out, PHS_SYNAPSES_DENSE,
                 as_bits(some * (double)phs_axon_bits(&s, PHS_SYNAPSES_DENSE, 1, targets)));
  }
  if (s.listed && s.padded) {
    double row = ceil(phs_recipe_bound(longest, most_synapses(r, 1, targets)));
    take_if_less(out, PHS_SYNAPSES_INDEX,
                 as_bits(some * (double)phs_axon_bits(&s, PHS_SYNAPSES_INDEX, (uint32_t)row, 0)));
  } else if (s.listed) {
    take_if_less(out, PHS_SYNAPSES_INDEX, as_bits(spread_bits(&s, some, all)));
  }
  if (s.bitmap) {
    double one = (double)(s.header + s.word - 1) + targets;
    take_if_less(out, PHS_SYNAPSES_BITMAP,
                 as_bits(some * one + all * (s.weight + s.delay + s.tag)));
  }
  uint64_t recipe = phs_recipe_bits(w, projection, &s, targets);
  if (recipe) {
    take_if_less(out, PHS_SYNAPSES_RECIPE, recipe);
  }
}

/* The middle one of those that reach the box. */
double phs_recipe_longest(const phs_work *w, uint32_t projection, const phs_machine *machine,
                          const phs_box *target) {
  if (machine->target->family != PHS_FAMILY_SPINNAKER) {
    return 0;
  }
  phs_box one = phs_work_sources(w, projection, target);
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    if (one.low[d] >= one.high[d]) {
      return 0;
    }
    one.low[d] += (one.high[d] - one.low[d]) / 2;
    one.high[d] = one.low[d] + 1;
  }
  return phs_work_synapses(w, projection, &one, target);
}
