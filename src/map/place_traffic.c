/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sums of the flows over the places. */
#include "base/parallel.h"
#include "map/place.h"

enum { CHUNKS = 256 };

typedef struct summing {
  const phs_map *m;
  size_t chunk;
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

static void add_slice(const phs_map *m, uint32_t slice, phs_traffic *t) {
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
      t->deliveries += rate;
      t->spike_hops += rate * phs_machine_hops(m->machine, from, to);
      t->weighted_hops += rate * phs_machine_cost(m->machine, from, to);
    }
  }
}

static void add_slices(void *user, size_t first, size_t end, int thread) {
  summing *u = user;
  (void)thread;
  for (size_t i = first; i < end; i++) {
    add_slice(u->m, (uint32_t)i, &u->sum[first / u->chunk]);
  }
}

void phs_map_traffic(phs_map *m) {
  summing u = {.m = m, .chunk = m->slice_count / CHUNKS + 1};
  phs_traffic all = {0};
  phs_parallel(m->options.jobs, m->slice_count, u.chunk, add_slices, &u);
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
