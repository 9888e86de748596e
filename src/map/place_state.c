/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What is placed where, within which capacities. */
#include "base/parallel.h"
#include "map/place_parts.h"

#include <math.h>
#include <string.h>

enum { CHUNKS = 256 };

/* Whether the greatest demands could exceed a capacity at all: most limits only repeat those of
 * cores. */
static bool can_exceed(const phs_map *m, phs_capacity c, double capacity, double cores) {
  double most = 0;
  if (!isfinite(capacity)) {
    return false;
  }
  for (uint32_t i = 0; i < m->core_count; i++) {
    double use = phs_core_use(m, i)[c];
    most = use > most ? use : most;
  }
  return most * cores > capacity;
}

static bool add_limit(const phs_map *m, phs_arena *arena, plc_state *s, int domain,
                      phs_capacity what) {
  const phs_machine *k = m->machine;
  const phs_domain *d = domain < 0 ? NULL : &k->domain[domain];
  plc_limit *l = &s->limit[s->limit_count];
  double capacity = d ? d->capacity[what] : k->node_capacity[what];
  if (!can_exceed(m, what, capacity, d ? d->cores : k->cores_per_node)) {
    return true;
  }
  double *demand = PHS_NEW_ARRAY(arena, double, m->core_count);
  double *load =
      PHS_NEW_ARRAY(arena, double, d ? (size_t)d->blocks_x * d->blocks_y : (size_t)k->grid_count);
  if (!demand || !load) {
    return false;
  }
  for (uint32_t i = 0; i < m->core_count; i++) {
    demand[i] = phs_core_use(m, i)[what];
  }
  *l = (plc_limit){domain, what, capacity, demand, load};
  s->limit_count++;
  return true;
}

/* Sums of cores are what these count; router entries come of routes, not of cores. */
static bool adds_up(phs_capacity c) {
  return c == PHS_CAPACITY_NEURONS || c == PHS_CAPACITY_SYNAPSES ||
         c == PHS_CAPACITY_SYNAPSE_BITS || c == PHS_CAPACITY_SHARED_BYTES ||
         c == PHS_CAPACITY_AXONS_IN || c == PHS_CAPACITY_AXONS_OUT;
}

static bool add_limits(const phs_map *m, phs_arena *arena, plc_state *s) {
  s->limit = PHS_NEW_ARRAY(arena, plc_limit, PLC_LIMITS);
  bool ok = s->limit != NULL;
  for (int d = -1; ok && m->use && d < m->machine->domain_count; d++) {
    for (int c = 0; ok && c < PHS_CAPACITIES; c++) {
      ok = !adds_up((phs_capacity)c) || add_limit(m, arena, s, d, (phs_capacity)c);
    }
  }
  return ok;
}

bool plc_state_create(const phs_map *m, const phs_core_graph *g, bool distances, phs_arena *arena,
                      plc_state *out) {
  const phs_machine *k = m->machine;
  *out = (plc_state){.machine = k,
                     .graph = g,
                     .present = k->present,
                     .slots = k->cores_per_node,
                     .wrap_x = k->wrap_x,
                     .wrap_y = k->wrap_y};
  out->at = PHS_NEW_ARRAY(arena, uint32_t, m->core_count);
  out->slot = PHS_NEW_ARRAY(arena, uint32_t, m->core_count);
  out->item = PHS_NEW_ARRAY(arena, uint32_t, (size_t)k->grid_count * k->cores_per_node);
  out->metric = (plc_metric){.width = k->width, .height = k->height};
  if (!out->at || !out->slot || !out->item ||
      (distances && !plc_metric_create(k, arena, &out->metric)) || !add_limits(m, arena, out)) {
    return false;
  }
  plc_clear(out);
  return true;
}

void plc_clear(plc_state *s) {
  size_t sites = (size_t)s->metric.width * s->metric.height;
  memset(s->item, 0xff, sites * s->slots * sizeof *s->item);
  memset(s->at, 0xff, s->graph->core_count * sizeof *s->at);
  memset(s->slot, 0xff, s->graph->core_count * sizeof *s->slot);
  for (int i = 0; i < s->limit_count; i++) {
    plc_limit *l = &s->limit[i];
    const phs_domain *d = l->domain < 0 ? NULL : &s->machine->domain[l->domain];
    memset(l->load, 0, (d ? (size_t)d->blocks_x * d->blocks_y : sites) * sizeof *l->load);
  }
}

static uint32_t free_slot(const plc_state *s, uint32_t site) {
  const uint32_t *item = s->item + (size_t)site * s->slots;
  for (uint32_t k = 0; k < s->slots; k++) {
    if (item[k] == PLC_NONE) {
      return k;
    }
  }
  return PLC_NONE;
}

bool plc_fits(const plc_state *s, uint32_t item, uint32_t site) {
  if (!plc_present(s, site) || free_slot(s, site) == PLC_NONE) {
    return false;
  }
  for (int i = 0; i < s->limit_count; i++) {
    const plc_limit *l = &s->limit[i];
    if (l->load[plc_block(s, l, site)] + l->demand[item] > l->capacity) {
      return false;
    }
  }
  return true;
}

void plc_put(plc_state *s, uint32_t item, uint32_t site) {
  uint32_t k = free_slot(s, site), w = s->metric.width;
  s->item[(size_t)site * s->slots + k] = item;
  s->slot[item] = k;
  s->at[item] = plc_at(site % w, site / w);
  for (int i = 0; i < s->limit_count; i++) {
    const plc_limit *l = &s->limit[i];
    l->load[plc_block(s, l, site)] += l->demand[item];
  }
}

void plc_restore(plc_state *s, const uint32_t *at) {
  plc_clear(s);
  for (uint32_t i = 0; i < s->graph->core_count; i++) {
    plc_put(s, i, plc_site(s, at[i]));
  }
}

uint32_t plc_first_unplaced(const plc_state *s) {
  for (uint32_t i = 0; i < s->graph->core_count; i++) {
    if (s->slot[i] == PLC_NONE) {
      return i;
    }
  }
  return PLC_NONE;
}

typedef struct summing {
  const plc_state *s;
  const uint32_t *at;
  size_t chunk;
  double sum[CHUNKS];
} summing;

static void sum_items(void *user, size_t first, size_t end, int thread) {
  summing *u = user;
  const plc_state *s = u->s;
  const phs_core_graph *g = s->graph;
  double sum = 0;
  (void)thread;
  for (size_t i = first; i < end; i++) {
    for (uint64_t k = g->row[i]; k < g->row[i + 1]; k++) {
      if (g->core[k] > i) {
        sum += (double)g->weight[k] * plc_distance(&s->metric, u->at[i], u->at[g->core[k]]);
      }
    }
  }
  u->sum[first / u->chunk] = sum;
}

double plc_cost_at(const plc_state *s, int jobs, const uint32_t *at) {
  summing u = {.s = s, .at = at, .chunk = s->graph->core_count / CHUNKS + 1};
  double sum = 0;
  phs_parallel(jobs, s->graph->core_count, u.chunk, sum_items, &u);
  for (int i = 0; i < CHUNKS; i++) {
    sum += u.sum[i];
  }
  return sum;
}

double plc_cost(const plc_state *s, int jobs) {
  return plc_cost_at(s, jobs, s->at);
}
