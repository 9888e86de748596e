/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Use of cores: sums over slices, blocks and flows; numbers of different formats. */
#include "map/measure.h"

#include <math.h>

/* Where formats of each population begin among those of all. */
static bool make_bases(const phs_measure *ms, bool threshold, uint64_t *base, uint64_t *count) {
  *count = 0;
  for (uint32_t p = 0; p < ms->w->population_count; p++) {
    const phs_population *q = &ms->w->population[p];
    base[p] = *count;
    uint64_t n = threshold ? q->threshold_count : q->format_count;
    *count += n ? n : 1;
  }
  return *count < UINT32_MAX;
}

/* Different formats of the neurons of each core. */
static bool count_formats(phs_measure *ms, bool threshold, phs_capacity capacity) {
  const phs_map *m = ms->m;
  uint64_t count, *base = PHS_NEW_ARRAY(ms->arena, uint64_t, (size_t)ms->w->population_count + 1);
  if (!base || !make_bases(ms, threshold, base, &count)) {
    return false;
  }
  uint32_t *last = PHS_NEW_ARRAY(ms->arena, uint32_t, (size_t)count + 1); /* core + 1 */
  if (!last) {
    return false;
  }
  for (uint32_t c = 0; c < m->core_count; c++) {
    double found = 0;
    for (uint32_t i = 0; i < m->core[c].slice_count; i++) {
      const uint32_t s = m->slice_of[m->core[c].first_slice + i], p = m->slice[s].population;
      const phs_population *q = &ms->w->population[p];
      const uint32_t *of = threshold ? q->threshold : q->format;
      const uint32_t looked_at = of ? m->slice[s].count : m->slice[s].count > 0;
      for (uint32_t k = 0; k < looked_at; k++) {
        uint64_t format = base[p] + (of ? of[phs_slice_neuron(m, s, k)] : 0);
        found += last[format] != c + 1;
        last[format] = c + 1;
      }
    }
    phs_core_use(m, c)[capacity] = found;
  }
  return true;
}

/* Different pairs of a projection and a format among the blocks of each core. */
static bool count_synapse_formats(phs_measure *ms) {
  const phs_map *m = ms->m;
  const size_t count = (size_t)ms->w->projection_count * PHS_SYNAPSE_FORMATS;
  uint32_t *last = PHS_NEW_ARRAY(ms->arena, uint32_t, count + 1);
  for (uint32_t c = 0; c < m->core_count && last; c++) {
    double found = 0;
    for (uint32_t i = 0; i < m->core[c].slice_count; i++) {
      const uint32_t s = m->slice_of[m->core[c].first_slice + i];
      for (uint64_t b = m->block_row[s]; b < m->block_row[s + 1]; b++) {
        size_t pair = (size_t)m->block[b].projection * PHS_SYNAPSE_FORMATS + m->block[b].format;
        found += last[pair] != c + 1;
        last[pair] = c + 1;
      }
    }
    phs_core_use(m, c)[PHS_CAPACITY_SYNAPSE_FORMATS] = found;
  }
  return last != NULL;
}

static void add_slice(const phs_measure *ms, uint32_t s) {
  const phs_map *m = ms->m;
  const phs_slice *slice = &m->slice[s];
  if (slice->core != PHS_OUTSIDE) {
    double *use = phs_core_use(m, slice->core);
    use[PHS_CAPACITY_NEURONS] += slice->count;
    use[PHS_CAPACITY_DATA_BYTES] +=
        phs_neuron_data_bytes(ms->w, ms->machine, slice->population, slice->count);
    for (uint64_t b = m->block_row[s]; b < m->block_row[s + 1]; b++) {
      use[PHS_CAPACITY_SYNAPSES] += (double)m->block[b].synapses;
      use[PHS_CAPACITY_SYNAPSE_BITS] += (double)m->block[b].bits;
    }
    for (uint64_t f = m->flows.row[s]; f < m->flows.row[s + 1]; f++) {
      use[PHS_CAPACITY_AXONS_OUT] += m->flows.axons[f];
    }
  }
  for (uint64_t f = m->flows.row[s]; f < m->flows.row[s + 1]; f++) {
    phs_core_use(m, m->flows.core[f])[PHS_CAPACITY_AXONS_IN] += m->flows.axons[f];
  }
}

bool phs_measure_use(phs_measure *ms) {
  phs_map *m = ms->m;
  const phs_target_family family = ms->machine->target->family;
  m->use = PHS_NEW_ARRAY(m->measured, double, ((size_t)m->core_count + 1) * PHS_CAPACITIES);
  if (!m->use) {
    return false;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    add_slice(ms, s);
  }
  for (uint32_t c = 0; c < m->core_count; c++) {
    double *use = phs_core_use(m, c);
    if (family == PHS_FAMILY_SPINNAKER || family == PHS_FAMILY_CPU) {
      use[PHS_CAPACITY_SHARED_BYTES] = ceil(use[PHS_CAPACITY_SYNAPSE_BITS] / 8);
    }
  }
  return count_formats(ms, false, PHS_CAPACITY_COMPARTMENT_FORMATS) &&
         count_formats(ms, true, PHS_CAPACITY_THRESHOLD_FORMATS) && count_synapse_formats(ms);
}
