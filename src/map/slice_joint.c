/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Joint tiles: runs of consecutive populations are cut alike, and each core holds the same tile of
 * all of them, so that what one layer sends to the next mostly stays on its core.
 *
 * Deliveries to a population depend on its own tiling, and on its sources' only where these lie on
 * the same core. So the best cut into runs is found from the last population backwards: the best of
 * all first runs, each with the best cut of what follows it.
 */
#include "map/partition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_RUN = 8, MOST_SOURCES = 64 };

typedef struct joint {
  const phs_work *w;
  const phs_machine *machine;
  double limit[PHS_CAPACITIES];
  const phs_tiling *single; /* [population_count]: of populations alone */
  double *rate;             /* [population_count]: mean */
  uint32_t count;
  uint32_t *population; /* [count]: on cores, in order */
  uint32_t *at;         /* [population_count]: index into population */
  double *best;         /* [count + 1]: deliveries to all from here on */
  double *cores;        /* [count + 1]: that they take */
  uint32_t *end;        /* [count]: of the best run that begins here */
  phs_tiling *tiling;   /* [count]: of that run; n[0] = 0: alone, by `single` */
  phs_tiling *chosen;   /* [population_count]: by the best cut after the run that is looked at */
} joint;

/* The tile in the middle, as long as the longest. */
static phs_box middle(const phs_population *p, const phs_tiling *t) {
  phs_box b;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    uint32_t length = (p->dim[d] + t->n[d] - 1) / t->n[d];
    b.low[d] = phs_cut(p->dim[d], t->n[d], t->n[d] / 2);
    if (b.low[d] + length > p->dim[d]) {
      b.low[d] = p->dim[d] - length;
    }
    b.high[d] = b.low[d] + length;
  }
  return b;
}

static bool has_windows_alone(const phs_work *w, uint32_t population) {
  const phs_population *p = &w->population[population];
  bool windows = !p->format && !p->threshold;
  for (uint32_t i = 0; i < p->in_count; i++) {
    windows = windows && w->projection[w->in[p->first_in + i]].wiring == PHS_WIRING_WINDOW;
  }
  for (uint32_t i = 0; i < p->out_count; i++) {
    windows = windows && w->projection[w->out[p->first_out + i]].wiring != PHS_WIRING_LIST;
  }
  return windows;
}

/* Expected destinations of a neuron of a population, within a run with the tiling `t`. */
static double fan_out(const joint *j, uint32_t population, uint32_t first, uint32_t last,
                      const phs_tiling *t) {
  const phs_population *p = &j->w->population[population];
  phs_box all = phs_box_all(p);
  double axons = 0;
  for (uint32_t i = 0; i < p->out_count; i++) {
    uint32_t q = j->w->out[p->first_out + i], target = j->w->projection[q].target;
    if (j->at[target] == UINT32_MAX || j->w->projection[q].wiring == PHS_WIRING_LIST) {
      continue;
    }
    bool inside = j->at[target] >= first && j->at[target] <= last;
    const phs_tiling *u = inside ? t : &j->chosen[target];
    if (u->n[0] > 0) {
      phs_box b = middle(&j->w->population[target], u);
      axons += phs_tiling_count(u) * phs_work_axons(j->w, q, &all, &b);
    }
  }
  return axons / fmax(p->count, 1);
}

static bool neurons_fit(const joint *j, uint32_t first, uint32_t last, const phs_tiling *t) {
  double neurons = 0;
  for (uint32_t i = first; i <= last; i++) {
    phs_box b = middle(&j->w->population[j->population[i]], t);
    neurons += (double)phs_box_count(&b);
  }
  return neurons <= j->limit[PHS_CAPACITY_NEURONS];
}

static bool run_fits(const joint *j, uint32_t first, uint32_t last, const phs_tiling *t) {
  if (!neurons_fit(j, first, last, t)) {
    return false;
  }
  double sum[PHS_CAPACITIES] = {0}, use[PHS_CAPACITIES];
  for (uint32_t i = first; i <= last; i++) {
    phs_box b = middle(&j->w->population[j->population[i]], t);
    phs_piece_use(j->w, j->machine, j->population[i], &b, use);
    for (int c = 0; c < PHS_CAPACITIES; c++) {
      sum[c] += use[c];
    }
    if (!phs_use_fits(sum, j->limit, NULL)) {
      return false;
    }
  }
  if (isfinite(j->limit[PHS_CAPACITY_AXONS_OUT])) {
    double out = 0;
    for (uint32_t i = first; i <= last; i++) {
      phs_box b = middle(&j->w->population[j->population[i]], t);
      out += (double)phs_box_count(&b) * fan_out(j, j->population[i], first, last, t);
    }
    return out <= j->limit[PHS_CAPACITY_AXONS_OUT];
  }
  return true;
}

/* What a core of a run gets from one source population. */
typedef struct arrival {
  uint32_t population;
  double axons, own; /* most of several projections: their windows lie within each other */
} arrival;

static void add_source(const joint *j, uint32_t projection, uint32_t first, uint32_t last,
                       const phs_tiling *t, arrival *list, uint32_t *count) {
  const phs_work_projection *q = &j->w->projection[projection];
  phs_box b = middle(&j->w->population[q->target], t);
  phs_box all = phs_box_all(&j->w->population[q->source]);
  double axons = phs_work_axons(j->w, projection, &all, &b), own = 0;
  if (j->at[q->source] != UINT32_MAX && j->at[q->source] >= first && j->at[q->source] <= last) {
    phs_box mine = middle(&j->w->population[q->source], t);
    own = phs_work_axons(j->w, projection, &mine, &b);
  }
  uint32_t k = 0;
  while (k < *count && list[k].population != q->source) {
    k++;
  }
  if (k == MOST_SOURCES) {
    k--; /* so many sources of one core: the last stands for the others, too */
  }
  if (k == *count) {
    list[(*count)++] = (arrival){.population = q->source, .axons = axons, .own = own};
  } else if (axons - own > list[k].axons - list[k].own) {
    list[k].axons = axons;
    list[k].own = own;
  }
}

static double run_cost(const joint *j, uint32_t first, uint32_t last, const phs_tiling *t) {
  arrival list[MOST_SOURCES];
  uint32_t count = 0;
  for (uint32_t i = first; i <= last; i++) {
    const phs_population *p = &j->w->population[j->population[i]];
    for (uint32_t k = 0; k < p->in_count; k++) {
      add_source(j, j->w->in[p->first_in + k], first, last, t, list, &count);
    }
  }
  double cost = 0;
  for (uint32_t k = 0; k < count; k++) {
    cost += j->rate[list[k].population] * fmax(list[k].axons - list[k].own, 0);
  }
  return cost * phs_tiling_count(t);
}

/* The fewest columns with which a run fits; 0: none. */
static uint32_t fewest(const joint *j, uint32_t first, uint32_t last, phs_tiling t, uint32_t most) {
  uint32_t low = 1, high = most;
  t.n[2] = most;
  if (!run_fits(j, first, last, &t)) {
    return 0;
  }
  while (low < high) {
    t.n[2] = low + (high - low) / 2;
    if (run_fits(j, first, last, &t)) {
      high = t.n[2];
    } else {
      low = t.n[2] + 1;
    }
  }
  return low;
}

/* The next number of pieces; of long dimensions those that shorten pieces. */
static uint32_t next_pieces(uint32_t length, uint32_t n) {
  if (length <= 40) {
    return n + 1;
  }
  uint32_t piece = (length + n - 1) / n;
  return piece <= 1 ? length + 1 : (length + piece - 2) / (piece - 1);
}

static double best_run(const joint *j, uint32_t first, uint32_t last, phs_tiling *best) {
  uint32_t least[PHS_MAP_RANK] = {UINT32_MAX, UINT32_MAX, UINT32_MAX};
  for (uint32_t i = first; i <= last; i++) {
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      uint32_t length = j->w->population[j->population[i]].dim[d];
      least[d] = length < least[d] ? length : least[d];
    }
  }
  double cost = INFINITY;
  for (uint32_t c = 1; c <= least[0]; c = next_pieces(least[0], c)) {
    for (uint32_t r = 1; r <= least[1]; r = next_pieces(least[1], r)) {
      phs_tiling t = {{c, r, 1}};
      t.n[2] = fewest(j, first, last, t, least[2]);
      if (t.n[2] == 0) {
        continue;
      }
      double this = run_cost(j, first, last, &t);
      bool equal = !(this > cost) && !(this < cost);
      if (this < cost || (equal && phs_tiling_count(&t) < phs_tiling_count(best))) {
        cost = this;
        *best = t;
      }
      if (t.n[2] == 1) {
        break;
      }
    }
  }
  return cost;
}

/* What the best cut from population `from` on has chosen; before it, populations alone. */
static void recall(joint *j, uint32_t from) {
  for (uint32_t q = 0; q < j->w->population_count; q++) {
    j->chosen[q] = j->single[q];
  }
  while (from < j->count) {
    for (uint32_t i = from; i < j->end[from]; i++) {
      if (j->tiling[from].n[0] > 0) {
        j->chosen[j->population[i]] = j->tiling[from];
      }
    }
    from = j->end[from];
  }
}

static void take_if_better(joint *j, uint32_t first, uint32_t end, double cost,
                           const phs_tiling *t) {
  double all = cost + j->best[end], cores = phs_tiling_count(t) + j->cores[end];
  bool equal = fabs(all - j->best[first]) <= 1e-9 * all;
  if ((equal && cores < j->cores[first]) || (!equal && all < j->best[first])) {
    j->best[first] = all;
    j->cores[first] = cores;
    j->end[first] = end;
    j->tiling[first] = *t;
  }
}

static void find_runs(joint *j) {
  j->best[j->count] = j->cores[j->count] = 0;
  for (uint32_t first = j->count; first-- > 0;) {
    uint32_t population = j->population[first];
    j->best[first] = INFINITY;
    bool windows = has_windows_alone(j->w, population) && j->single[population].n[0] > 0;
    if (!windows) {
      j->best[first] = j->best[first + 1];
      j->cores[first] = j->cores[first + 1] + 1;
      j->end[first] = first + 1;
      j->tiling[first] = (phs_tiling){{0}};
      continue;
    }
    for (uint32_t last = first; last < j->count && last < first + LONGEST_RUN; last++) {
      uint32_t next = j->population[last];
      if (!has_windows_alone(j->w, next) || j->single[next].n[0] == 0) {
        break;
      }
      phs_tiling t = {{0}};
      recall(j, last + 1);
      double cost = best_run(j, first, last, &t);
      if (t.n[0] > 0) {
        take_if_better(j, first, last + 1, cost, &t);
      }
    }
    if (!isfinite(j->best[first])) { /* its fan-out is too large for any tile: measured, then cut */
      take_if_better(j, first, first + 1, 0, &j->single[population]);
    }
  }
}

static bool make_joint(joint *j, phs_arena *arena) {
  size_t n = j->w->population_count;
  j->rate = PHS_NEW_ARRAY(arena, double, n);
  j->population = PHS_NEW_ARRAY(arena, uint32_t, n);
  j->at = PHS_NEW_ARRAY(arena, uint32_t, n);
  j->best = PHS_NEW_ARRAY(arena, double, n + 1);
  j->cores = PHS_NEW_ARRAY(arena, double, n + 1);
  j->end = PHS_NEW_ARRAY(arena, uint32_t, n);
  j->tiling = PHS_NEW_ARRAY(arena, phs_tiling, n);
  j->chosen = PHS_NEW_ARRAY(arena, phs_tiling, n);
  if (!j->rate || !j->population || !j->at || !j->best || !j->cores || !j->end || !j->tiling ||
      !j->chosen) {
    return false;
  }
  for (uint32_t q = 0; q < n; q++) {
    const phs_population *p = &j->w->population[q];
    phs_box all = phs_box_all(p);
    j->rate[q] = phs_work_rate(j->w, q, &all) / fmax(p->count, 1);
    j->at[q] = UINT32_MAX;
    if (p->kind == PHS_POPULATION_INPUT) {
      j->rate[q] *= 0.01; /* does not count, but is better taken once */
    } else if (p->count > 0) {
      j->at[q] = j->count;
      j->population[j->count++] = q;
    }
  }
  return true;
}

static void add_run(phs_plan *p, const joint *j, uint32_t first) {
  const phs_tiling *t = &j->tiling[first];
  for (uint32_t i = first; i < j->end[first]; i++) {
    uint32_t q = j->population[i];
    for (uint32_t k = 0; k < phs_tiling_count(t); k++) {
      phs_plan_add(p, (phs_piece){.population = q,
                                  .core = p->core_count + k,
                                  .box = phs_tile(&j->w->population[q], t, k)});
    }
  }
  p->core_count += phs_tiling_count(t);
}

phasor_status phs_slice_joint(phs_plan *p, const phs_tiling *single, const phs_map_options *o,
                              phs_fit *why) {
  joint j = {.w = p->work, .machine = p->machine, .single = single};
  phs_core_limits(p->machine, j.limit);
  if (!make_joint(&j, p->arena)) {
    p->no_memory = true;
    return PHASOR_OK;
  }
  find_runs(&j);
  for (uint32_t first = 0; first < j.count; first = j.end[first]) {
    if (j.tiling[first].n[0] > 0) {
      add_run(p, &j, first);
      continue;
    }
    phasor_status status = phs_slice_population(p, j.population[first], o, why);
    if (status != PHASOR_OK) {
      return status;
    }
  }
  return PHASOR_OK;
}
