/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sums of the flows over the places. */
#include "base/parallel.h"
#include "map/place.h"

enum { CHUNKS = 256, THREADS = 64 };

/* Distances from one node, as they are asked for. */
typedef struct distances {
  uint32_t *mark; /* [grid_count]: node + 1 whose distance is known; NULL: without memory */
  uint32_t *hops;
  double *cost;
} distances;

typedef struct summing {
  const phs_map *m;
  size_t chunk;
  distances *of; /* [threads] */
  phs_traffic sum[CHUNKS];
} summing;

/* Neurons without any synapse send nothing that counts; sums of partial slices are messages that
 * their flows have and no population. */
static double sent(const phs_map *m, uint32_t slice) {
  const phs_flows *f = &m->flows;
  double most = 0;
  for (uint64_t k = f->row[slice]; k < f->row[slice + 1]; k++) {
    most = (double)f->rate[k] > most ? (double)f->rate[k] : most;
  }
  bool partial = m->slice[slice].role == PHS_SLICE_PARTIAL;
  return partial || f->row[slice] == f->row[slice + 1] ? most : phs_slice_rate(m, slice);
}

/* From one core to another. Slices of a node follow each other, so that most is known. */
static void know(const phs_machine *k, distances *d, uint32_t from, uint32_t to) {
  uint32_t a = from / k->cores_per_node, b = to / k->cores_per_node;
  if (d->mark[b] != a + 1) {
    d->mark[b] = a + 1;
    d->hops[b] = phs_machine_hops(k, from, to);
    d->cost[b] = phs_machine_cost(k, from, to);
  }
}

static void add_slice(const phs_map *m, uint32_t slice, distances *d, phs_traffic *t) {
  const phs_flows *f = &m->flows;
  uint32_t core = m->slice[slice].core;
  if (core == PHS_OUTSIDE) {
    for (uint64_t k = f->row[slice]; k < f->row[slice + 1]; k++) {
      t->from_outside += (double)f->rate[k];
    }
    return;
  }
  uint32_t from = m->core[core].place;
  t->messages += sent(m, slice);
  for (uint64_t k = f->row[slice]; k < f->row[slice + 1]; k++) {
    uint32_t to = m->core[f->core[k]].place;
    double rate = (double)f->rate[k];
    if (to != from) {
      uint32_t node = to / m->machine->cores_per_node;
      if (d->mark) {
        know(m->machine, d, from, to);
      }
      t->deliveries += rate;
      t->spike_hops += rate * (d->mark ? d->hops[node] : phs_machine_hops(m->machine, from, to));
      t->weighted_hops += rate * (d->mark ? d->cost[node] : phs_machine_cost(m->machine, from, to));
    }
  }
}

static void add_slices(void *user, size_t first, size_t end, int thread) {
  summing *u = user;
  for (size_t i = first; i < end; i++) {
    add_slice(u->m, (uint32_t)i, &u->of[thread], &u->sum[first / u->chunk]);
  }
}

static void know_nothing(const phs_machine *k, phs_arena *arena, distances *d) {
  uint32_t *mark = PHS_NEW_ARRAY(arena, uint32_t, (size_t)k->grid_count + 1);
  d->hops = PHS_NEW_ARRAY(arena, uint32_t, (size_t)k->grid_count + 1);
  d->cost = PHS_NEW_ARRAY(arena, double, (size_t)k->grid_count + 1);
  d->mark = d->hops && d->cost ? mark : NULL;
}

void phs_map_traffic(phs_map *m) {
  distances of[THREADS] = {{NULL, NULL, NULL}};
  summing u = {.m = m, .chunk = m->slice_count / CHUNKS + 1, .of = of};
  phs_traffic all = {0};
  phs_arena *arena = phs_arena_create();
  int jobs = m->options.jobs < 1 ? 1 : m->options.jobs > THREADS ? THREADS : m->options.jobs;
  for (int i = 0; arena && i < jobs; i++) {
    know_nothing(m->machine, arena, &of[i]);
  }
  phs_parallel(jobs, m->slice_count, u.chunk, add_slices, &u);
  phs_arena_destroy(arena);
  for (int i = 0; i < CHUNKS; i++) {
    all.messages += u.sum[i].messages;
    all.deliveries += u.sum[i].deliveries;
    all.spike_hops += u.sum[i].spike_hops;
    all.weighted_hops += u.sum[i].weighted_hops;
    all.from_outside += u.sum[i].from_outside;
  }
  m->traffic = all;
}

static void add_costs(void *user, size_t first, size_t end, int thread) {
  summing *u = user;
  const phs_map *m = u->m;
  double sum = 0;
  (void)thread;
  for (size_t i = first; i < end; i++) {
    uint32_t core = m->slice[i].core;
    for (uint64_t k = m->flows.row[i]; core != PHS_OUTSIDE && k < m->flows.row[i + 1]; k++) {
      sum += (double)m->flows.rate[k] *
             phs_machine_cost(m->machine, m->core[core].place, m->core[m->flows.core[k]].place);
    }
  }
  u->sum[first / u->chunk].weighted_hops = sum;
}

double phs_place_cost(const phs_map *m) {
  summing u = {.m = m, .chunk = m->slice_count / CHUNKS + 1};
  double sum = 0;
  phs_parallel(m->options.jobs, m->slice_count, u.chunk, add_costs, &u);
  for (int i = 0; i < CHUNKS; i++) {
    sum += u.sum[i].weighted_hops;
  }
  return sum;
}
