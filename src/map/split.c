/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Fan-in beyond a core: slices that add up a part of the sources and send the sums to the slice
 * that owns the neurons. Sums of integers do not depend on the order, so that nothing but the
 * latency changes (a step more).
 */
#include "map/format.h"
#include "map/partition.h"

#include <math.h>

/* Sums are 16 bits at least where a neuron's input has a useful range. */
enum { LEAST_SUM_BITS = 16 };

bool phs_machine_sends_sums(const phs_machine *machine) {
  const phs_target_description *t = machine->target;
  if (!t) {
    return false;
  }
  const phs_figure *f = &t->format[PHS_FORMAT_MESSAGE_BITS];
  return t->family == PHS_FAMILY_SPINNAKER ||
         (f->state == PHS_FIGURE_KNOWN && f->most >= LEAST_SUM_BITS);
}

typedef struct splitting {
  phs_plan *plan;
  uint32_t population;
  double limit[PHS_CAPACITIES];
  uint32_t group;      /* neurons of an owner at most; never across rows */
  uint32_t owner_core; /* that still has room, or UINT32_MAX */
  double owner_neurons, owner_in;
} splitting;

/* Expected axons and synapses of sources first to end onto a box. */
static void part_synapses(const splitting *s, uint32_t projection, uint32_t first, uint32_t end,
                          const phs_box *target, double *axons, double *synapses) {
  const phs_work *w = s->plan->work;
  const phs_work_projection *q = &w->projection[projection];
  const phs_population *from = &w->population[q->source];
  *axons = *synapses = 0;
  if (q->wiring == PHS_WIRING_LIST) {
    double share = (double)phs_box_count(target) / w->population[q->target].count;
    double sources = end - first;
    /* rows are not looked at: with a margin, for they differ */
    *synapses = 1.25 * q->synapses * share * sources / from->count;
    *axons = fmin(sources, *synapses);
    return;
  }
  phs_box box[5];
  int boxes = phs_range_boxes(from, first, end, box);
  for (int b = 0; b < boxes; b++) {
    *axons += phs_work_axons(w, projection, &box[b], target);
    *synapses += phs_work_synapses(w, projection, &box[b], target);
  }
  if (q->wiring == PHS_WIRING_RECIPE) {
    *axons = phs_recipe_bound(*axons, end - first);
    *synapses = phs_recipe_bound(*synapses, INFINITY);
  }
}

static bool part_fits(const splitting *s, uint32_t projection, uint32_t first, uint32_t end,
                      const phs_box *target) {
  double axons, synapses, neurons = (double)phs_box_count(target);
  part_synapses(s, projection, first, end, target, &axons, &synapses);
  if (axons > s->limit[PHS_CAPACITY_AXONS_IN] || synapses > s->limit[PHS_CAPACITY_SYNAPSES]) {
    return false;
  }
  if (axons < 1) {
    return true;
  }
  phs_axon_class one = {.axons = (uint64_t)ceil(axons),
                        .synapses = (uint32_t)ceil(synapses / axons)};
  phs_synapse_format format;
  double bits = (double)phs_synapse_choose_format(s->plan->work, projection, s->plan->machine,
                                                  (uint32_t)neurons, &one, 1, &format);
  return bits <= s->limit[PHS_CAPACITY_SYNAPSE_BITS] &&
         bits / 8 <= s->limit[PHS_CAPACITY_SHARED_BYTES];
}

/* The greatest end of a part that begins at `first`; `first` itself: none fits. */
static uint32_t part_end(const splitting *s, uint32_t projection, uint32_t first,
                         const phs_box *target) {
  const phs_work *w = s->plan->work;
  uint32_t low = first, high = w->population[w->projection[projection].source].count;
  while (low < high) {
    uint32_t middle = high - (high - low) / 2;
    if (part_fits(s, projection, first, middle, target)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/* How many parts a group's sums come from; 0: one synapse does not fit. Adds them with `owner`. */
static uint32_t make_parts(splitting *s, const phs_box *box, uint32_t owner, bool add) {
  phs_plan *p = s->plan;
  const phs_population *q = &p->work->population[s->population];
  uint32_t parts = 0;
  for (uint32_t i = 0; i < q->in_count; i++) {
    uint32_t projection = p->work->in[q->first_in + i];
    uint32_t sources = p->work->population[p->work->projection[projection].source].count;
    for (uint32_t first = 0, end; first < sources; first = end, parts++) {
      end = part_end(s, projection, first, box);
      if (end == first) {
        return 0;
      }
      if (add) {
        phs_plan_add(p, (phs_piece){.population = s->population,
                                    .core = p->core_count++,
                                    .role = PHS_SLICE_PARTIAL,
                                    .box = *box,
                                    .owner = owner,
                                    .first_part = p->part_count,
                                    .part_count = 1});
        phs_plan_add_part(p, (phs_part){.projection = projection, .first = first, .end = end});
      }
    }
  }
  return parts;
}

static phs_box group_box(const phs_population *q, uint32_t group, uint32_t row, uint32_t first) {
  phs_box b = {.low = {row / q->dim[1], row % q->dim[1], first}};
  b.high[0] = b.low[0] + 1;
  b.high[1] = b.low[1] + 1;
  b.high[2] = first + group < q->dim[2] ? first + group : q->dim[2];
  return b;
}

/* Owners share cores: they hold neurons and get sums, but no synapses. */
static bool owner_core(splitting *s, double neurons, double sums) {
  if (neurons > s->limit[PHS_CAPACITY_NEURONS] || sums > s->limit[PHS_CAPACITY_AXONS_IN]) {
    return false;
  }
  if (s->owner_core == UINT32_MAX || s->owner_neurons + neurons > s->limit[PHS_CAPACITY_NEURONS] ||
      s->owner_in + sums > s->limit[PHS_CAPACITY_AXONS_IN]) {
    s->owner_core = s->plan->core_count++;
    s->owner_neurons = s->owner_in = 0;
  }
  s->owner_neurons += neurons;
  s->owner_in += sums;
  return true;
}

static bool add_group(splitting *s, const phs_box *box) {
  phs_plan *p = s->plan;
  const phs_population *q = &p->work->population[s->population];
  double neurons = (double)phs_box_count(box);
  uint32_t parts = make_parts(s, box, 0, false);
  if (parts == 0 || !owner_core(s, neurons, neurons * parts)) {
    return false;
  }
  uint32_t owner = p->count;
  phs_plan_add(p, (phs_piece){.population = s->population,
                              .core = s->owner_core,
                              .box = *box,
                              .owner = owner,
                              .first_part = p->part_count,
                              .part_count = 1});
  /* a part without sources: it holds no synapses itself */
  phs_plan_add_part(p, (phs_part){.projection = p->work->in[q->first_in]});
  return make_parts(s, box, owner, true) == parts && !p->no_memory;
}

/* Cores that groups of a size take, by the group in the middle; INFINITY: it does not fit. */
static double group_cost(splitting *s, uint32_t group) {
  const phs_population *q = &s->plan->work->population[s->population];
  phs_box box = group_box(q, group, q->dim[0] / 2 * q->dim[1] + q->dim[1] / 2,
                          group < q->dim[2] ? (q->dim[2] - group) / 2 : 0);
  uint32_t parts = make_parts(s, &box, 0, false);
  double neurons = (double)phs_box_count(&box);
  if (parts == 0 || neurons > s->limit[PHS_CAPACITY_NEURONS] ||
      neurons * parts > s->limit[PHS_CAPACITY_AXONS_IN]) {
    return INFINITY;
  }
  return ceil(q->count / neurons) * parts;
}

phasor_status phs_slice_split(phs_plan *p, uint32_t population, const phs_map_options *o) {
  const phs_population *q = &p->work->population[population];
  if (o->no_split || !phs_machine_sends_sums(p->machine) || q->in_count == 0) {
    return PHASOR_ERROR_TARGET;
  }
  splitting s = {.plan = p, .population = population, .owner_core = UINT32_MAX};
  phs_core_limits(p->machine, s.limit);
  double least = INFINITY;
  for (uint32_t group = 1; group < 2 * q->dim[2]; group *= 2) {
    double cost = group_cost(&s, group < q->dim[2] ? group : q->dim[2]);
    if (cost < least) {
      least = cost;
      s.group = group < q->dim[2] ? group : q->dim[2];
    }
  }
  if (s.group == 0) {
    return PHASOR_ERROR_TARGET;
  }
  for (uint32_t row = 0; row < q->dim[0] * q->dim[1]; row++) {
    for (uint32_t first = 0; first < q->dim[2]; first += s.group) {
      phs_box box = group_box(q, s.group, row, first);
      if (!add_group(&s, &box)) {
        return PHASOR_ERROR_TARGET;
      }
    }
  }
  return PHASOR_OK;
}
