/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Capacities, summed up again from slices, blocks and flows. */
#include "map/check.h"
#include "map/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sorts, and counts the different ones. */
static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}
static double distinct(uint64_t *v, size_t n) {
  if (n > 1) {
    qsort(v, n, sizeof *v, by_value);
  }
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    count += i == 0 || v[i] != v[i - 1];
  }
  return (double)count;
}

typedef struct tally {
  double *use;     /* [core_count * PHS_CAPACITIES] */
  uint64_t *value; /* room for what is told apart on one core */
} tally;

static double formats_on(const phs_map *m, uint32_t core, bool threshold, uint64_t *value) {
  size_t n = 0;
  for (uint32_t i = 0; i < m->core[core].slice_count; i++) {
    uint32_t s = m->slice_of[m->core[core].first_slice + i];
    const phs_slice *slice = &m->slice[s];
    const phs_population *p = &m->work->population[slice->population];
    const uint32_t *of = threshold ? p->threshold : p->format;
    uint32_t most = of ? slice->count : 1;
    for (uint32_t k = 0; k < most; k++) {
      uint64_t id = of ? of[phs_slice_neuron(m, s, k)] : 0;
      value[n++] = (uint64_t)slice->population << 32 | id;
    }
  }
  return distinct(value, n);
}

static double synapse_formats_on(const phs_map *m, uint32_t core, uint64_t *value) {
  size_t n = 0;
  for (uint32_t i = 0; i < m->core[core].slice_count; i++) {
    uint32_t s = m->slice_of[m->core[core].first_slice + i];
    for (uint64_t b = m->block_row[s]; b < m->block_row[s + 1]; b++) {
      if (m->block[b].synapses > 0) {
        value[n++] = (uint64_t)m->block[b].projection << 8 | (uint64_t)m->block[b].format;
      }
    }
  }
  return distinct(value, n);
}

/* Room that the largest core needs in `value`. */
static size_t most_values(const phs_map *m) {
  size_t most = 1;
  for (uint32_t c = 0; c < m->core_count; c++) {
    size_t neurons = 0, blocks = 0;
    for (uint32_t i = 0; i < m->core[c].slice_count; i++) {
      uint32_t s = m->slice_of[m->core[c].first_slice + i];
      neurons += m->slice[s].count;
      blocks += m->block_row[s + 1] - m->block_row[s];
    }
    most = neurons > most ? neurons : most;
    most = blocks > most ? blocks : most;
  }
  return most;
}

static void tally_slices(const phs_map *m, tally *t) {
  for (uint32_t s = 0; s < m->slice_count; s++) {
    const phs_slice *slice = &m->slice[s];
    if (slice->core == PHS_OUTSIDE) {
      continue;
    }
    double *use = t->use + (size_t)slice->core * PHS_CAPACITIES;
    use[PHS_CAPACITY_NEURONS] += slice->count;
    for (uint64_t b = m->block_row[s]; b < m->block_row[s + 1]; b++) {
      use[PHS_CAPACITY_SYNAPSES] += (double)m->block[b].synapses;
      use[PHS_CAPACITY_SYNAPSE_BITS] += (double)m->block[b].bits;
    }
    for (uint64_t f = m->flows.row[s]; f < m->flows.row[s + 1]; f++) {
      use[PHS_CAPACITY_AXONS_OUT] += m->flows.axons[f];
    }
  }
  for (uint64_t f = 0; f < m->flows.row[m->slice_count]; f++) {
    t->use[(size_t)m->flows.core[f] * PHS_CAPACITIES + PHS_CAPACITY_AXONS_IN] += m->flows.axons[f];
  }
  for (uint32_t c = 0; c < m->core_count; c++) {
    double *use = t->use + (size_t)c * PHS_CAPACITIES;
    use[PHS_CAPACITY_COMPARTMENT_FORMATS] = formats_on(m, c, false, t->value);
    use[PHS_CAPACITY_THRESHOLD_FORMATS] = formats_on(m, c, true, t->value);
    use[PHS_CAPACITY_SYNAPSE_FORMATS] = synapse_formats_on(m, c, t->value);
  }
}

/* Those that are summed up here a second time; the others are taken from the map as they are. */
static const phs_capacity counted[] = {
    PHS_CAPACITY_NEURONS,           PHS_CAPACITY_SYNAPSES,
    PHS_CAPACITY_SYNAPSE_BITS,      PHS_CAPACITY_COMPARTMENT_FORMATS,
    PHS_CAPACITY_THRESHOLD_FORMATS, PHS_CAPACITY_SYNAPSE_FORMATS,
    PHS_CAPACITY_AXONS_IN,          PHS_CAPACITY_AXONS_OUT,
};

static phasor_status check_cores(const phs_map *m, const tally *t, phs_diag *diag) {
  for (uint32_t c = 0; c < m->core_count; c++) {
    const double *use = phs_core_use(m, c), *again = t->use + (size_t)c * PHS_CAPACITIES;
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
      if (fabs(use[counted[i]] - again[counted[i]]) > 1e-9 * again[counted[i]]) {
        return phs_map_violation(diag, "core %u is said to use %.0f %s and uses %.0f", c,
                                 use[counted[i]], phs_capacity_words(counted[i]),
                                 again[counted[i]]);
      }
    }
    for (int i = 0; i < PHS_CAPACITIES; i++) {
      if (use[i] > m->machine->core_capacity[i]) {
        return phs_map_violation(diag, "core %u uses %.0f %s of %.0f", c, use[i],
                                 phs_capacity_words((phs_capacity)i), m->machine->core_capacity[i]);
      }
    }
  }
  return PHASOR_OK;
}

/* Sums over blocks of places; @p domain -1: nodes. */
static phasor_status check_blocks(const phs_map *m, int domain, phs_diag *diag) {
  const phs_machine *machine = m->machine;
  const phs_domain *d = domain < 0 ? NULL : &machine->domain[domain];
  size_t blocks = d ? (size_t)d->blocks_x * d->blocks_y : machine->grid_count;
  const double *capacity = d ? d->capacity : machine->node_capacity;
  double *sum = calloc(blocks, PHS_CAPACITIES * sizeof *sum);
  if (!sum) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory to check the map");
    return PHASOR_ERROR_INTERNAL;
  }
  phasor_status status = PHASOR_OK;
  for (uint32_t c = 0; c < m->core_count; c++) {
    uint32_t node = m->core[c].place / machine->cores_per_node;
    size_t at = d ? phs_machine_block(machine, domain, node) : node;
    for (int i = 0; i < PHS_CAPACITIES; i++) {
      sum[at * PHS_CAPACITIES + (size_t)i] += phs_core_use(m, c)[i];
    }
  }
  for (size_t b = 0; status == PHASOR_OK && b < blocks; b++) {
    for (int i = 0; status == PHASOR_OK && i < PHS_CAPACITIES; i++) {
      /* entries belong to routers, not to cores: the checker of tables counts them */
      if (i != PHS_CAPACITY_ROUTER_ENTRIES && sum[b * PHS_CAPACITIES + (size_t)i] > capacity[i]) {
        status = phs_map_violation(
            diag, "%s %zu holds %.0f %s of %.0f", d ? d->name : machine->node_name, b,
            sum[b * PHS_CAPACITIES + (size_t)i], phs_capacity_words((phs_capacity)i), capacity[i]);
      }
    }
  }
  free(sum);
  return status;
}

static phasor_status check_places(const phs_map *m, phs_diag *diag) {
  const phs_machine *machine = m->machine;
  size_t places = (size_t)machine->grid_count * machine->cores_per_node;
  uint8_t *taken = calloc(places, 1);
  if (!taken) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory to check the map");
    return PHASOR_ERROR_INTERNAL;
  }
  phasor_status status = PHASOR_OK;
  for (uint32_t c = 0; status == PHASOR_OK && c < m->core_count; c++) {
    uint32_t p = m->core[c].place;
    if (p >= places || !phs_node_present(machine, p / machine->cores_per_node)) {
      status = phs_map_violation(diag, "core %u is at place %u, which there is not", c, p);
    } else if (taken[p]++) {
      status = phs_map_violation(diag, "place %u is given to core %u and another", p, c);
    }
  }
  free(taken);
  return status;
}

phasor_status phs_check_capacities(const phs_map *m, phs_diag *diag) {
  tally t = {.use = calloc((size_t)m->core_count + 1, PHS_CAPACITIES * sizeof(double)),
             .value = calloc(most_values(m), sizeof(uint64_t))};
  phasor_status status = PHASOR_OK;
  if (!t.use || !t.value) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory to check the map");
    status = PHASOR_ERROR_INTERNAL;
  } else {
    tally_slices(m, &t);
    status = check_cores(m, &t, diag);
  }
  free(t.use);
  free(t.value);
  if (status == PHASOR_OK) {
    status = check_places(m, diag);
  }
  for (int d = -1; status == PHASOR_OK && d < m->machine->domain_count; d++) {
    status = check_blocks(m, d, diag);
  }
  return status;
}
