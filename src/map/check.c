/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "map/check.h"

#include "map/route.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this the synapses are checked on samples: some seconds of work. */
#define CHECK_ALL_SYNAPSES 20000000u

phasor_status phs_map_violation(phs_diag *diag, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  phs_report_va(diag, PHS_MAP_CHECK, NULL, "this is a defect of Phasor; please report it", fmt, ap);
  va_end(ap);
  return PHASOR_ERROR_INTERNAL;
}

static phasor_status check_index(const phs_map *m, phs_diag *diag) {
  uint32_t at = 0;
  for (uint32_t c = 0; c < m->core_count; c++) {
    const phs_core *core = &m->core[c];
    if (core->slice_count == 0 || core->first_slice != at) {
      return phs_map_violation(diag, "core %u has no slices, or not those after core %u's", c, c);
    }
    for (uint32_t i = 0; i < core->slice_count; i++, at++) {
      uint32_t s = m->slice_of[at];
      if (s >= m->slice_count || m->slice[s].core != c) {
        return phs_map_violation(diag, "core %u names slice %u, which is not on it", c, s);
      }
    }
  }
  uint32_t on_cores = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    on_cores += m->slice[s].core != PHS_OUTSIDE;
  }
  if (on_cores != at) {
    return phs_map_violation(diag, "%u slices are on cores, whose lists name %u", on_cores, at);
  }
  return PHASOR_OK;
}

/* Marks a slice's neurons; returns the first that was marked before, or UINT32_MAX. */
static uint32_t mark(const phs_map *m, uint32_t s, uint64_t *seen) {
  const phs_slice *slice = &m->slice[s];
  for (uint32_t i = 0; i < slice->count; i++) {
    uint32_t n = phs_slice_neuron(m, s, i);
    uint64_t bit = UINT64_C(1) << (n & 63);
    if (seen[n >> 6] & bit) {
      return n;
    }
    seen[n >> 6] |= bit;
  }
  return UINT32_MAX;
}

static bool in_range(const phs_map *m, uint32_t s, uint32_t p) {
  const phs_slice *slice = &m->slice[s];
  const phs_population *population = &m->work->population[p];
  bool outside = population->kind == PHS_POPULATION_INPUT;
  if (slice->population != p || slice->count == 0 || (slice->core == PHS_OUTSIDE) != outside ||
      (!outside && slice->core >= m->core_count)) {
    return false;
  }
  if (slice->listed) {
    return m->order[p] && slice->first <= population->count &&
           slice->count <= population->count - slice->first;
  }
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    if (slice->box.low[d] >= slice->box.high[d] || slice->box.high[d] > population->dim[d]) {
      return false;
    }
  }
  return phs_box_count(&slice->box) == slice->count;
}

static phasor_status check_population(const phs_map *m, uint32_t p, uint64_t *seen,
                                      phs_diag *diag) {
  const phs_population *population = &m->work->population[p];
  memset(seen, 0, ((size_t)population->count + 63) / 64 * sizeof *seen);
  uint64_t held = 0;
  for (uint32_t s = m->first_slice[p]; s < m->first_slice[p + 1]; s++) {
    if (!in_range(m, s, p)) {
      return phs_map_violation(diag, "slice %u of '%s' is out of range", s, population->name);
    }
    const phs_slice *slice = &m->slice[s];
    if (slice->role == PHS_SLICE_PARTIAL) {
      if (slice->owner >= m->slice_count || slice->owner == s ||
          m->slice[slice->owner].population != p || m->slice[slice->owner].count != slice->count) {
        return phs_map_violation(diag,
                                 "slice %u of '%s' sends sums to slice %u, which has other "
                                 "neurons",
                                 s, population->name, slice->owner);
      }
      continue;
    }
    uint32_t twice = mark(m, s, seen);
    if (twice != UINT32_MAX) {
      return phs_map_violation(diag, "neuron %u of '%s' is in two slices", twice, population->name);
    }
    held += slice->count;
  }
  if (held != population->count) {
    return phs_map_violation(diag, "%llu of %u neurons of '%s' are in slices",
                             (unsigned long long)held, population->count, population->name);
  }
  return PHASOR_OK;
}

phasor_status phs_check_slices(const phs_map *m, phs_diag *diag) {
  const phs_work *w = m->work;
  uint32_t most = 0;
  for (uint32_t p = 0; p < w->population_count; p++) {
    most = w->population[p].count > most ? w->population[p].count : most;
  }
  uint64_t *seen = malloc(((size_t)most + 63) / 64 * sizeof *seen + sizeof *seen);
  if (!seen) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory to check the map");
    return PHASOR_ERROR_INTERNAL;
  }
  phasor_status status = check_index(m, diag);
  for (uint32_t p = 0; status == PHASOR_OK && p < w->population_count; p++) {
    status = check_population(m, p, seen, diag);
  }
  if (status == PHASOR_OK && m->first_slice[w->population_count] != m->slice_count) {
    status = phs_map_violation(diag, "%u slices, of which populations have %u", m->slice_count,
                               m->first_slice[w->population_count]);
  }
  free(seen);
  return status;
}

phasor_status phs_map_check(const phs_map *m, phs_diag *diag) {
  phasor_status status = phs_check_slices(m, diag);
  if (status == PHASOR_OK) {
    status = phs_check_capacities(m, diag);
  }
  if (status == PHASOR_OK) {
    status = phs_map_check_synapses(m, CHECK_ALL_SYNAPSES, diag);
  }
  if (status == PHASOR_OK && m->routing.load) {
    status = phs_route_check(m, diag);
  }
  return status;
}
