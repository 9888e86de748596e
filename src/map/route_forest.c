/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* All trees, over all threads: groups in chunks, each of which has a grove of its own. */
#include "base/parallel.h"
#include "map/route_plant.h"

#include <string.h>

enum { CHUNK = 32, MOST_ROUNDS = 6 };

static void sum_rates(void *user, size_t first, size_t end, int thread) {
  (void)thread;
  phs_planting *x = user;
  double sum = 0;
  for (size_t s = first; s < end; s++) {
    const phs_flows *f = &x->r->m->flows;
    x->rate[s] = f->row[s + 1] > f->row[s] ? phs_slice_rate(x->r->m, (uint32_t)s) : 0;
    sum += x->rate[s];
  }
  x->chunk_sum[first / CHUNK] = sum;
}

static void grow_groups(void *user, size_t first, size_t end, int thread) {
  phs_planting *x = user;
  phs_grove *v = &x->f->grove[first / CHUNK];
  for (size_t i = first; i < end; i++) {
    phs_group rest = x->f->group[i];
    rest.chunk = (uint32_t)(first / CHUNK);
    for (int round = 0; rest.count > 0; round++) {
      phs_group g = rest;
      if (!phs_plant_group(x, &x->worker[thread], &g, v, round >= MOST_ROUNDS)) {
        return;
      }
      rest.first += g.count;
      rest.count -= g.count;
    }
  }
}

/* The groups as they are after dividing, in their order. */
static bool gather_groups(phs_forest *f) {
  size_t count = 0;
  for (uint32_t i = 0; i < f->chunk_count; i++) {
    count += f->grove[i].group_count;
  }
  phs_group *group = phs_room(count, sizeof *group);
  if (!group) {
    return false;
  }
  free(f->group);
  f->group = group;
  f->group_count = (uint32_t)count;
  for (uint32_t i = 0; i < f->chunk_count; i++) {
    const phs_grove *v = &f->grove[i];
    if (v->group_count) {
      memcpy(group, v->group, v->group_count * sizeof *group);
      group += v->group_count;
    }
  }
  return true;
}

static bool worker_create(const phs_fabric_grid *g, phs_planter *w) {
  w->load = phs_room((size_t)g->count * PHS_DIRECTIONS, sizeof *w->load);
  w->source = phs_room(g->count, sizeof *w->source);
  w->slices = phs_room(g->count, sizeof *w->slices);
  w->spot = phs_room(g->count, sizeof *w->spot);
  return phs_tree_room_create(g->count, &w->room) && w->load && w->source && w->slices && w->spot;
}

static bool prepare(phs_planting *x, int jobs) {
  const phs_map *m = x->r->m;
  size_t chunks = m->slice_count / CHUNK + 1;
  x->f->chunk_count = x->f->group_count / CHUNK + 1;
  x->f->grove = phs_room(x->f->chunk_count, sizeof *x->f->grove);
  x->rate = phs_room(m->slice_count, sizeof *x->rate);
  x->chunk_sum = phs_room(chunks, sizeof *x->chunk_sum);
  if (!x->f->grove || !x->rate || !x->chunk_sum) {
    return false;
  }
  for (uint32_t i = 0; i < x->f->chunk_count; i++) {
    x->f->grove[i].unreachable = UINT32_MAX;
  }
  for (int i = 0; i < jobs; i++) {
    if (!worker_create(&x->r->grid, &x->worker[i])) {
      return false;
    }
  }
  phs_parallel(jobs, m->slice_count, CHUNK, sum_rates, x);
  double sum = 0;
  for (size_t i = 0; i < chunks; i++) {
    sum += x->chunk_sum[i];
  }
  x->r->fixed = phs_fixed_for(sum);
  return true;
}

static phasor_status outcome(const phs_planting *x) {
  for (uint32_t i = 0; i < x->f->chunk_count; i++) {
    if (x->f->grove[i].failed) {
      return PHASOR_ERROR_INTERNAL;
    }
    if (x->f->grove[i].unreachable != UINT32_MAX) {
      return phs_route_unreachable(x->r, x->f->grove[i].unreachable);
    }
  }
  return PHASOR_OK;
}

phasor_status phs_forest_grow(phs_router *r, phs_forest *f) {
  phs_planting x = {.r = r, .f = f};
  int jobs = phs_route_jobs(r->m);
  jobs = jobs < 1 ? 1 : jobs > PHS_PLANT_JOBS ? PHS_PLANT_JOBS : jobs;
  phasor_status status = PHASOR_ERROR_INTERNAL;
  if (prepare(&x, jobs)) {
    phs_parallel(jobs, f->group_count, CHUNK, grow_groups, &x);
    status = outcome(&x);
    if (status == PHASOR_OK && !gather_groups(f)) {
      status = PHASOR_ERROR_INTERNAL;
    }
    size_t links = (size_t)r->grid.count * PHS_DIRECTIONS;
    for (int j = 0; j < jobs; j++) {
      for (size_t i = 0; i < links; i++) {
        r->load[i] += x.worker[j].load[i];
      }
    }
  }
  for (int i = 0; i < jobs; i++) {
    phs_tree_room_free(&x.worker[i].room);
    free(x.worker[i].load);
    free(x.worker[i].source);
    free(x.worker[i].slices);
    free(x.worker[i].spot);
  }
  free(x.rate);
  free(x.chunk_sum);
  return status;
}

void phs_forest_free(phs_forest *f) {
  for (uint32_t i = 0; f->grove && i < f->chunk_count; i++) {
    free(f->grove[i].node);
    free(f->grove[i].spot);
    free(f->grove[i].group);
  }
  free(f->grove);
  free(f->group);
  free(f->member);
  *f = (phs_forest){0};
}

phasor_status phs_route_multicast(phs_router *r) {
  phs_forest f = {0};
  phs_tables *t = PHS_NEW(r->m->arena, phs_tables);
  phasor_status status = PHASOR_ERROR_INTERNAL;
  if (!t || !phs_forest_group(r, &f)) {
    goto cleanup;
  }
  status = phs_forest_grow(r, &f);
  if (status == PHASOR_OK) {
    status = phs_keys_allocate(r, &f, t);
  }
  if (status == PHASOR_OK) {
    status = phs_tables_build(r, &f, t);
  }
  if (status == PHASOR_OK) {
    r->m->routing.tables = t;
  }
cleanup:
  phs_forest_free(&f);
  return status;
}
