/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a box of neurons takes of a core. */
#include "map/format_recipe.h"

#include <math.h>
#include <stdlib.h>

/* Slots of a ring buffer that delays up to @p most steps need: a power of two. */
static uint64_t slots_for(uint64_t most) {
  uint64_t slots = 1;
  while (slots <= most && slots < (uint64_t)1 << 40) {
    slots *= 2;
  }
  return slots;
}

static uint64_t ring_slots(const phs_work *w, const phs_machine *machine, const phs_population *p) {
  const phs_figure *bits = &machine->target->format[PHS_FORMAT_DELAY_BITS];
  uint64_t most = 1;
  for (uint32_t i = 0; i < p->in_count; i++) {
    int32_t delay = w->projection[w->in[p->first_in + i]].delay_most;
    most = delay > 0 && (uint64_t)delay > most ? (uint64_t)delay : most;
  }
  uint64_t slots = slots_for(most);
  if (machine->target->family == PHS_FAMILY_SPINNAKER && bits->state == PHS_FIGURE_KNOWN) {
    uint64_t field = (uint64_t)1 << (int)bits->least;
    slots = slots > field ? slots : field;
  }
  return slots;
}

double phs_neuron_data_bytes(const phs_work *w, const phs_machine *machine, uint32_t population,
                             uint64_t neurons) {
  const phs_population *p = &w->population[population];
  const phs_target_family family = machine->target->family;
  if (family != PHS_FAMILY_SPINNAKER && family != PHS_FAMILY_CPU) {
    return 0;
  }
  const phs_figure *f = machine->target->format;
  const phs_figure *state = &f[PHS_FORMAT_STATE_BITS], *sum = &f[PHS_FORMAT_ACCUMULATOR_BITS];
  const double word = state->state == PHS_FIGURE_KNOWN ? ceil(state->most / 8) : 4;
  const double slot = sum->state == PHS_FIGURE_KNOWN ? ceil(sum->most / 8) : word;
  double words = p->state_count;
  words += p->format_count > 1 ? p->state_count : 0;
  words += p->threshold_count > 1 ? 1 : 0;
  double ring = p->in_count ? (double)p->receptor_count * (double)ring_slots(w, machine, p) : 0;
  return (double)neurons * (words * word + ring * slot);
}

/* Distinct values of format[] over a box. */
static double distinct(const phs_population *p, const phs_box *box, const uint32_t *format,
                       uint32_t count) {
  if (!format || count <= 1) {
    return 1;
  }
  bool *seen = calloc(count, sizeof *seen);
  uint32_t found = 0;
  for (uint32_t c = box->low[0]; c < box->high[0] && seen && found < count; c++) {
    for (uint32_t y = box->low[1]; y < box->high[1] && found < count; y++) {
      for (uint32_t x = box->low[2]; x < box->high[2]; x++) {
        uint32_t k = format[phs_box_index(p, c, y, x)];
        found += !seen[k];
        seen[k] = true;
      }
    }
  }
  double number = seen ? found : count;
  free(seen);
  return number;
}

static bool projection_cost(const phs_work *w, const phs_machine *machine, uint32_t projection,
                            const phs_box *box, phs_axis_scratch *scratch, phs_block_cost *out) {
  const phs_work_projection *p = &w->projection[projection];
  const phs_box all = phs_box_all(&w->population[p->source]);
  *out = (phs_block_cost){0};
  switch (p->wiring) {
  case PHS_WIRING_WINDOW:
    return phs_window_cost(w, projection, machine, &all, 1, box, scratch, out);
  case PHS_WIRING_RECIPE:
    phs_recipe_box_cost(w, projection, machine, &all, 1, box, phs_pair_plain, NULL, out);
    break;
  case PHS_WIRING_LIST:
    break;
  }
  return true;
}

/* Axons of all projections from the population that projection @p i of @p p's inputs comes from,
 * counted at the first of them. */
static double axons_from(const phs_work *w, const phs_population *p, uint32_t i,
                         const double *axons) {
  const uint32_t *in = w->in + p->first_in;
  const uint32_t source = w->projection[in[i]].source;
  double sum = 0;
  for (uint32_t j = 0; j < p->in_count; j++) {
    if (w->projection[in[j]].source == source) {
      if (j < i) {
        return 0;
      }
      sum += axons[j];
    }
  }
  double most = w->population[source].count;
  return sum < most ? sum : most;
}

void phs_box_use(const phs_work *w, const phs_machine *machine, uint32_t population,
                 const phs_box *box, double *use) {
  const phs_population *p = &w->population[population];
  const phs_target_family family = machine->target->family;
  const uint64_t neurons = phs_box_count(box);
  phs_axis_scratch scratch = {0};
  double *axons = calloc((size_t)p->in_count + 1, sizeof *axons);
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    use[c] = 0;
  }
  for (uint32_t i = 0; i < p->in_count; i++) {
    phs_block_cost cost = {0};
    if (!axons || !projection_cost(w, machine, w->in[p->first_in + i], box, &scratch, &cost)) {
      use[PHS_CAPACITY_SYNAPSE_BITS] = INFINITY; /* without memory nothing fits */
      break;
    }
    axons[i] = (double)cost.axons;
    use[PHS_CAPACITY_SYNAPSES] += (double)cost.synapses;
    use[PHS_CAPACITY_SYNAPSE_BITS] += (double)cost.bits;
    use[PHS_CAPACITY_SYNAPSE_FORMATS] += cost.axons ? 1 : 0;
  }
  for (uint32_t i = 0; i < p->in_count && axons; i++) {
    use[PHS_CAPACITY_AXONS_IN] += axons_from(w, p, i, axons);
  }
  use[PHS_CAPACITY_NEURONS] = (double)neurons;
  use[PHS_CAPACITY_COMPARTMENT_FORMATS] = distinct(p, box, p->format, p->format_count);
  use[PHS_CAPACITY_THRESHOLD_FORMATS] = distinct(p, box, p->threshold, p->threshold_count);
  use[PHS_CAPACITY_AXONS_OUT] = p->out_count ? (double)neurons : 0;
  use[PHS_CAPACITY_DATA_BYTES] = phs_neuron_data_bytes(w, machine, population, neurons);
  if (family == PHS_FAMILY_SPINNAKER || family == PHS_FAMILY_CPU) {
    use[PHS_CAPACITY_SHARED_BYTES] = ceil(use[PHS_CAPACITY_SYNAPSE_BITS] / 8);
  }
  free(axons);
  phs_axis_scratch_free(&scratch);
}
