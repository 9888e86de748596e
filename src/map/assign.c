/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Slices of any assignment of neurons to cores: a core's neurons of a population are a slice, a box
 * where they fill the smallest box that holds them, else listed.
 */
#include "map/map.h"

#include <stdlib.h>
#include <string.h>

/* Neurons of one population on one core. */
typedef struct group {
  uint32_t core, count;
  phs_box box;
} group;

typedef struct assignment {
  phs_map *m;
  const uint32_t *const *core;
  uint32_t core_count;
  uint32_t *group_of; /* [core_count]: of the population at hand, or UINT32_MAX */
  group *group;       /* [core_count]: by lowest neuron */
  uint32_t groups;
  uint32_t slice_room;
} assignment;

static phasor_status no_memory(phs_diag *diag) {
  phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the slices of an assignment");
  return PHASOR_ERROR_INTERNAL;
}

static void grow_box(phs_box *b, const uint32_t *at) {
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    b->low[d] = at[d] < b->low[d] ? at[d] : b->low[d];
    b->high[d] = at[d] + 1 > b->high[d] ? at[d] + 1 : b->high[d];
  }
}

/* One run of neurons x to end of a line of the grid that are on one core. */
static void add_run(assignment *a, uint32_t core, const uint32_t *line, uint32_t x, uint32_t end) {
  uint32_t g = a->group_of[core];
  if (g == UINT32_MAX) {
    g = a->group_of[core] = a->groups++;
    a->group[g] = (group){.core = core, .box.low = {UINT32_MAX, UINT32_MAX, UINT32_MAX}};
  }
  const uint32_t first[PHS_MAP_RANK] = {line[0], line[1], x};
  const uint32_t last[PHS_MAP_RANK] = {line[0], line[1], end - 1};
  a->group[g].count += end - x;
  grow_box(&a->group[g].box, first);
  grow_box(&a->group[g].box, last);
}

/* Groups of a population; false where a core's number is out of range. */
static bool find_groups(assignment *a, uint32_t population) {
  const phs_population *p = &a->m->work->population[population];
  const uint32_t *core = a->core[population];
  a->groups = 0;
  memset(a->group_of, 0xff, a->core_count * sizeof *a->group_of);
  for (uint32_t c = 0; c < p->dim[0]; c++) {
    for (uint32_t y = 0; y < p->dim[1]; y++, core += p->dim[2]) {
      const uint32_t line[2] = {c, y};
      for (uint32_t x = 0, end; x < p->dim[2]; x = end) {
        for (end = x + 1; end < p->dim[2] && core[end] == core[x]; end++) {
        }
        if (core[x] >= a->core_count) {
          return false;
        }
        add_run(a, core[x], line, x, end);
      }
    }
  }
  return true;
}

/* Neurons group by group, ascending in each; sets `first` of the slices from @p slice. */
static bool make_order(assignment *a, uint32_t population, phs_slice *slice) {
  const uint32_t count = a->m->work->population[population].count;
  uint32_t *order = PHS_NEW_ARRAY(a->m->arena, uint32_t, count);
  uint32_t *next = malloc(((size_t)a->groups + 1) * sizeof *next);
  if (!order || !next) {
    free(next);
    return false;
  }
  uint32_t at = 0;
  for (uint32_t g = 0; g < a->groups; g++) {
    slice[g].first = next[g] = at;
    at += a->group[g].count;
  }
  for (uint32_t i = 0; i < count; i++) {
    order[next[a->group_of[a->core[population][i]]]++] = i;
  }
  a->m->order[population] = order;
  free(next);
  return true;
}

static bool room_for(assignment *a, uint32_t more) {
  phs_map *m = a->m;
  uint64_t need = (uint64_t)m->slice_count + more;
  if (need <= a->slice_room) {
    return true;
  }
  if (need > UINT32_MAX / 2) {
    return false;
  }
  phs_slice *slice = PHS_NEW_ARRAY(m->arena, phs_slice, (size_t)need * 2);
  if (!slice) {
    return false;
  }
  if (m->slice_count) {
    memcpy(slice, m->slice, m->slice_count * sizeof *slice);
  }
  m->slice = slice;
  a->slice_room = (uint32_t)need * 2;
  return true;
}

static bool add_slices(assignment *a, uint32_t population) {
  phs_map *m = a->m;
  if (!room_for(a, a->groups)) {
    return false;
  }
  phs_slice *slice = m->slice + m->slice_count;
  bool any_listed = false;
  for (uint32_t g = 0; g < a->groups; g++) {
    const group *k = &a->group[g];
    slice[g] = (phs_slice){.population = population,
                           .core = k->core,
                           .listed = phs_box_count(&k->box) != k->count,
                           .box = k->box,
                           .count = k->count,
                           .owner = m->slice_count + g};
    any_listed |= slice[g].listed;
  }
  m->slice_count += a->groups;
  return !any_listed || make_order(a, population, slice);
}

static bool add_input(assignment *a, uint32_t population) {
  phs_map *m = a->m;
  const phs_population *p = &m->work->population[population];
  if (!room_for(a, 1)) {
    return false;
  }
  m->slice[m->slice_count] = (phs_slice){.population = population,
                                         .core = PHS_OUTSIDE,
                                         .box = phs_box_all(p),
                                         .count = p->count,
                                         .owner = m->slice_count};
  m->slice_count++;
  return true;
}

/* Cores and the slices on each. */
static bool add_cores(assignment *a) {
  phs_map *m = a->m;
  m->core_count = a->core_count;
  m->core = PHS_NEW_ARRAY(m->arena, phs_core, (size_t)a->core_count + 1);
  m->slice_of = PHS_NEW_ARRAY(m->arena, uint32_t, (size_t)m->slice_count + 1);
  if (!m->core || !m->slice_of) {
    return false;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    if (m->slice[s].core != PHS_OUTSIDE) {
      m->core[m->slice[s].core].slice_count++;
    }
  }
  uint32_t at = 0;
  for (uint32_t c = 0; c < m->core_count; c++) {
    uint32_t count = m->core[c].slice_count;
    m->core[c] = (phs_core){.first_slice = at, .place = PHS_UNPLACED};
    at += count;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    if (m->slice[s].core != PHS_OUTSIDE) {
      phs_core *c = &m->core[m->slice[s].core];
      m->slice_of[c->first_slice + c->slice_count++] = s;
    }
  }
  return true;
}

static phasor_status assign(assignment *a, phs_diag *diag) {
  phs_map *m = a->m;
  const phs_work *w = m->work;
  for (uint32_t p = 0; p < w->population_count; p++) {
    m->first_slice[p] = m->slice_count;
    if (w->population[p].kind == PHS_POPULATION_INPUT) {
      if (!add_input(a, p)) {
        return no_memory(diag);
      }
      continue;
    }
    if (!find_groups(a, p)) {
      phs_report(diag, PHS_MAP_CHECK, NULL, NULL,
                 "a neuron of '%s' is given to a core beyond the last, %u", w->population[p].name,
                 a->core_count);
      return PHASOR_ERROR_INTERNAL;
    }
    if (!add_slices(a, p)) {
      return no_memory(diag);
    }
  }
  m->first_slice[w->population_count] = m->slice_count;
  return add_cores(a) ? PHASOR_OK : no_memory(diag);
}

phasor_status phs_map_assign(phs_map *m, const uint32_t *const *core, uint32_t core_count,
                             phs_diag *diag) {
  const size_t populations = (size_t)m->work->population_count + 1;
  assignment a = {.m = m,
                  .core = core,
                  .core_count = core_count,
                  .group_of = malloc(((size_t)core_count + 1) * sizeof *a.group_of),
                  .group = malloc(((size_t)core_count + 1) * sizeof *a.group)};
  m->slice = NULL;
  m->slice_count = m->part_count = 0;
  m->part = NULL;
  m->first_slice = PHS_NEW_ARRAY(m->arena, uint32_t, populations);
  m->order = PHS_NEW_ARRAY(m->arena, uint32_t *, populations);
  bool ok = a.group_of && a.group && m->first_slice && m->order;
  phasor_status status = ok ? assign(&a, diag) : no_memory(diag);
  free(a.group_of);
  free(a.group);
  return status;
}
