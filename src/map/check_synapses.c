/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Every synapse is served: small networks synapse by synapse, large ones on samples. */
#include "map/check.h"

#include "synapses/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows or targets looked at of each projection of a large network. */
#define SAMPLES 48

static phasor_status no_memory(phs_diag *diag) {
  phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory to check the map");
  return PHASOR_ERROR_INTERNAL;
}

/* Slices that hold the synapses of one slice's neurons: itself and its PARTIAL ones. */
typedef struct groups {
  uint32_t *row;    /* [slice_count + 1] */
  uint32_t *member; /* PARTIAL slices by owner */
} groups;

static bool make_groups(const phs_map *m, phs_arena *arena, groups *g) {
  g->row = PHS_NEW_ARRAY(arena, uint32_t, (size_t)m->slice_count + 1);
  g->member = PHS_NEW_ARRAY(arena, uint32_t, (size_t)m->slice_count + 1);
  if (!g->row || !g->member) {
    return false;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    g->row[m->slice[s].owner + 1] += m->slice[s].role == PHS_SLICE_PARTIAL;
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    g->row[s + 1] += g->row[s];
  }
  uint32_t *next = PHS_NEW_ARRAY(arena, uint32_t, (size_t)m->slice_count + 1);
  if (!next) {
    return false;
  }
  memcpy(next, g->row, m->slice_count * sizeof *next);
  for (uint32_t s = 0; s < m->slice_count; s++) {
    if (m->slice[s].role == PHS_SLICE_PARTIAL) {
      g->member[next[m->slice[s].owner]++] = s;
    }
  }
  return true;
}

static int parts_with(const phs_map *m, uint32_t s, uint32_t projection, uint32_t source) {
  const phs_slice *slice = &m->slice[s];
  int n = 0;
  for (uint32_t i = 0; i < slice->part_count; i++) {
    const phs_part *p = &m->part[slice->first_part + i];
    n += p->projection == projection && source >= p->first && source < p->end;
  }
  return n;
}

/* The slice that holds the synapses from @p source onto neurons of slice @p s; UINT32_MAX where
 * none does, or several do. */
static uint32_t holder(const phs_map *m, const groups *g, uint32_t s, uint32_t projection,
                       uint32_t source) {
  if (m->slice[s].part_count == 0) {
    return g->row[s] == g->row[s + 1] ? s : UINT32_MAX;
  }
  uint32_t found = UINT32_MAX;
  int times = parts_with(m, s, projection, source);
  found = times ? s : found;
  for (uint32_t i = g->row[s]; i < g->row[s + 1]; i++) {
    int here = parts_with(m, g->member[i], projection, source);
    found = here ? g->member[i] : found;
    times += here;
  }
  return times == 1 ? found : UINT32_MAX;
}

/* The slice of each neuron of a population. */
static uint32_t *slices_of(const phs_map *m, uint32_t p, phs_arena *arena) {
  uint32_t *of = PHS_NEW_ARRAY(arena, uint32_t, m->work->population[p].count);
  for (uint32_t s = m->first_slice[p]; of && s < m->first_slice[p + 1]; s++) {
    for (uint32_t i = 0; m->slice[s].role == PHS_SLICE_NEURONS && i < m->slice[s].count; i++) {
      of[phs_slice_neuron(m, s, i)] = s;
    }
  }
  return of;
}

static uint64_t find_flow(const phs_map *m, uint32_t s, uint32_t core) {
  for (uint64_t f = m->flows.row[s]; f < m->flows.row[s + 1]; f++) {
    if (m->flows.core[f] == core) {
      return f;
    }
  }
  return UINT64_MAX;
}

static const phs_block *find_block(const phs_map *m, uint32_t s, uint32_t projection) {
  for (uint64_t b = m->block_row[s]; b < m->block_row[s + 1]; b++) {
    if (m->block[b].projection == projection) {
      return &m->block[b];
    }
  }
  return NULL;
}

/* Whether the numbers of a projection are exact, or bounds. */
static bool is_exact(const phs_work_projection *p) {
  return p->wiring == PHS_WIRING_LIST || (p->wiring == PHS_WIRING_WINDOW && p->exact);
}

/* ---- all synapses ---- */

typedef struct expansion {
  const phs_map *m;
  groups g;
  uint32_t **slice_of; /* [population_count] */
  phs_csr *list;       /* of each projection */
  uint64_t *synapses;  /* [slice_count], of one projection */
  uint32_t *stamp;     /* [core_count]: neuron + 1 that was last counted */
  uint32_t *axons;     /* [core_count], of one slice */
  double *rate;        /* the same */
  bool *bound;         /* whether something that is not exact projects there */
} expansion;

static bool expand(expansion *e, phs_arena *arena, uint64_t most) {
  const phs_map *m = e->m;
  const phs_work *w = m->work;
  size_t cores = (size_t)m->core_count + 1;
  e->slice_of = PHS_NEW_ARRAY(arena, uint32_t *, w->population_count);
  e->list = PHS_NEW_ARRAY(arena, phs_csr, (size_t)w->projection_count + 1);
  e->synapses = PHS_NEW_ARRAY(arena, uint64_t, (size_t)m->slice_count + 1);
  e->stamp = PHS_NEW_ARRAY(arena, uint32_t, cores);
  e->axons = PHS_NEW_ARRAY(arena, uint32_t, cores);
  e->rate = PHS_NEW_ARRAY(arena, double, cores);
  e->bound = PHS_NEW_ARRAY(arena, bool, cores);
  bool ok = e->slice_of && e->list && e->synapses && e->stamp && e->axons && e->rate && e->bound &&
            make_groups(m, arena, &e->g);
  for (uint32_t p = 0; ok && p < w->population_count; p++) {
    ok = (e->slice_of[p] = slices_of(m, p, arena)) != NULL;
  }
  for (uint32_t p = 0; ok && p < w->projection_count; p++) {
    ok = phs_work_expand(w, p, most, arena, &e->list[p]);
  }
  return ok;
}

static phasor_status check_blocks_of(expansion *e, uint32_t projection, phs_diag *diag) {
  const phs_map *m = e->m;
  const phs_work_projection *p = &m->work->projection[projection];
  const phs_csr *list = &e->list[projection];
  memset(e->synapses, 0, m->slice_count * sizeof *e->synapses);
  for (uint32_t i = 0; i < m->work->population[p->source].count; i++) {
    for (uint64_t k = list->row[i]; k < list->row[i + 1]; k++) {
      uint32_t s = holder(m, &e->g, e->slice_of[p->target][list->target[k]], projection, i);
      if (s == UINT32_MAX) {
        return phs_map_violation(diag,
                                 "the synapse of '%s' from %u onto %u is in no slice, or in "
                                 "several",
                                 p->name, i, list->target[k]);
      }
      e->synapses[s]++;
    }
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    const phs_block *b = find_block(m, s, projection);
    uint64_t said = b ? b->synapses : 0;
    if (is_exact(p) ? said != e->synapses[s] : said < e->synapses[s]) {
      return phs_map_violation(diag, "slice %u is said to hold %llu synapses of '%s' and has %llu",
                               s, (unsigned long long)said, p->name,
                               (unsigned long long)e->synapses[s]);
    }
  }
  return PHASOR_OK;
}

/* Counts the destination cores of the neurons of slice @p s. */
static void count_axons(expansion *e, uint32_t s) {
  const phs_map *m = e->m;
  const phs_population *p = &m->work->population[m->slice[s].population];
  size_t cores = m->core_count;
  memset(e->stamp, 0, cores * sizeof *e->stamp);
  memset(e->axons, 0, cores * sizeof *e->axons);
  memset(e->rate, 0, cores * sizeof *e->rate);
  memset(e->bound, 0, cores * sizeof *e->bound);
  for (uint32_t i = 0; i < m->slice[s].count; i++) {
    uint32_t n = phs_slice_neuron(m, s, i);
    double rate = (double)p->rate[p->rate_count == 1 ? 0 : n];
    for (uint32_t o = 0; o < p->out_count; o++) {
      uint32_t projection = m->work->out[p->first_out + o];
      const phs_work_projection *w = &m->work->projection[projection];
      const phs_csr *list = &e->list[projection];
      for (uint64_t k = list->row[n]; k < list->row[n + 1]; k++) {
        uint32_t to = holder(m, &e->g, e->slice_of[w->target][list->target[k]], projection, n);
        uint32_t core = m->slice[to].core;
        e->bound[core] |= !is_exact(w);
        if (e->stamp[core] != n + 1) {
          e->stamp[core] = n + 1;
          e->axons[core]++;
          e->rate[core] += rate;
        }
      }
    }
  }
}

/* Whether every projection of a population is exact: then flows are, too. */
static bool sends_exactly(const phs_map *m, uint32_t population) {
  const phs_population *p = &m->work->population[population];
  for (uint32_t o = 0; o < p->out_count; o++) {
    if (!is_exact(&m->work->projection[m->work->out[p->first_out + o]])) {
      return false;
    }
  }
  return true;
}

static phasor_status check_flows_of(expansion *e, uint32_t s, phs_diag *diag) {
  const phs_map *m = e->m;
  bool exact = sends_exactly(m, m->slice[s].population);
  count_axons(e, s);
  for (uint64_t f = m->flows.row[s]; f < m->flows.row[s + 1]; f++) {
    uint32_t core = m->flows.core[f];
    uint32_t axons = e->axons[core];
    double rate = e->rate[core], said = (double)m->flows.rate[f];
    if (exact && (m->flows.axons[f] != axons || fabs(said - rate) > 1e-4 * rate + 1e-30)) {
      return phs_map_violation(diag,
                               "slice %u is said to have %u axons (%g messages a step) to "
                               "core %u and has %u (%g)",
                               s, m->flows.axons[f], said, core, axons, rate);
    }
    if (m->flows.axons[f] < axons) {
      return phs_map_violation(diag, "slice %u has %u axons to core %u and room for %u", s, axons,
                               core, m->flows.axons[f]);
    }
    e->axons[core] = 0;
  }
  for (uint32_t c = 0; c < m->core_count; c++) {
    if (e->axons[c]) {
      return phs_map_violation(diag, "slice %u has synapses on core %u and sends nothing there", s,
                               c);
    }
  }
  return PHASOR_OK;
}

static phasor_status check_sums(const phs_map *m, uint32_t s, phs_diag *diag) {
  uint64_t f = m->flows.row[s];
  uint32_t core = m->slice[m->slice[s].owner].core;
  if (m->flows.row[s + 1] != f + 1 || m->flows.core[f] != core ||
      m->flows.axons[f] != m->slice[s].count) {
    return phs_map_violation(diag, "partial slice %u does not send its sums to core %u alone", s,
                             core);
  }
  return PHASOR_OK;
}

static phasor_status check_all(const phs_map *m, uint64_t most, phs_diag *diag) {
  phs_arena *arena = phs_arena_create();
  expansion e = {.m = m};
  phasor_status status = PHASOR_OK;
  if (!arena || !expand(&e, arena, 2 * most + 1000)) {
    status = no_memory(diag);
  }
  for (uint32_t p = 0; status == PHASOR_OK && p < m->work->projection_count; p++) {
    status = check_blocks_of(&e, p, diag);
  }
  for (uint32_t s = 0; status == PHASOR_OK && s < m->slice_count; s++) {
    status = m->slice[s].role == PHS_SLICE_PARTIAL ? check_sums(m, s, diag)
                                                   : check_flows_of(&e, s, diag);
  }
  phs_arena_destroy(arena);
  return status;
}

/* ---- samples ---- */

typedef struct sampler {
  const phs_map *m;
  groups g;
  uint64_t state;
} sampler;

/* SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): which samples are looked at. */
static uint32_t draw(sampler *s, uint32_t below) {
  uint64_t z = s->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return (uint32_t)((z ^ z >> 31) % below);
}

static uint32_t slice_of_neuron(const phs_map *m, uint32_t p, uint32_t neuron) {
  for (uint32_t s = m->first_slice[p]; s < m->first_slice[p + 1]; s++) {
    if (m->slice[s].role == PHS_SLICE_NEURONS && phs_slice_find(m, s, neuron) != UINT32_MAX) {
      return s;
    }
  }
  return UINT32_MAX;
}

static phasor_status check_pair(const sampler *t, uint32_t projection, uint32_t source,
                                uint32_t target, phs_diag *diag) {
  const phs_map *m = t->m;
  const phs_work_projection *p = &m->work->projection[projection];
  uint32_t from = slice_of_neuron(m, p->source, source);
  uint32_t onto = slice_of_neuron(m, p->target, target);
  uint32_t to = from == UINT32_MAX || onto == UINT32_MAX
                    ? UINT32_MAX
                    : holder(m, &t->g, onto, projection, source);
  if (to == UINT32_MAX || !find_block(m, to, projection)) {
    return phs_map_violation(diag, "the synapse of '%s' from %u onto %u is in no slice", p->name,
                             source, target);
  }
  if (find_flow(m, from, m->slice[to].core) == UINT64_MAX) {
    return phs_map_violation(diag,
                             "neuron %u of '%s' has a synapse on core %u and sends nothing "
                             "there",
                             source, m->work->population[p->source].name, m->slice[to].core);
  }
  return PHASOR_OK;
}

static phasor_status sample_window(sampler *t, uint32_t projection, phs_diag *diag) {
  const phs_work *w = t->m->work;
  const phs_work_projection *p = &w->projection[projection];
  const phs_population *from = &w->population[p->source], *to = &w->population[p->target];
  phasor_status status = PHASOR_OK;
  for (int i = 0; status == PHASOR_OK && i < SAMPLES; i++) {
    uint32_t target = 0, source = 0;
    bool inside = true;
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      const phs_window_axis *a = &p->window[d];
      uint32_t at = draw(t, to->dim[d]);
      int64_t x = a->stride * (int64_t)(at / a->divide) + a->offset +
                  (int64_t)draw(t, a->taps) * (int64_t)a->step;
      inside = inside && x >= 0 && x < from->dim[d];
      target = target * to->dim[d] + at;
      source = source * from->dim[d] + (inside ? (uint32_t)x : 0);
    }
    if (inside && p->exact) {
      status = check_pair(t, projection, source, target, diag);
    }
  }
  return status;
}

static phasor_status sample_list(sampler *t, uint32_t projection, phs_diag *diag) {
  const phs_work_projection *p = &t->m->work->projection[projection];
  phasor_status status = PHASOR_OK;
  for (int i = 0; status == PHASOR_OK && i < SAMPLES; i++) {
    uint32_t source = draw(t, t->m->work->population[p->source].count);
    uint64_t n = p->list.row[source + 1] - p->list.row[source];
    if (n > 0) {
      uint64_t k = p->list.row[source] + draw(t, (uint32_t)n);
      status = check_pair(t, projection, source, p->list.target[k], diag);
    }
  }
  return status;
}

/* Preparing rows counts them all. */
#define MOST_ROWS 1000000u

/* Rows of recipes that take little to prepare. */
static phasor_status sample_recipe(sampler *t, uint32_t projection, phs_diag *diag) {
  const phs_recipe *r = t->m->work->projection[projection].recipe;
  size_t bytes = phs_rows_bytes(r);
  uint64_t rows_in_all = (uint64_t)r->source_count * phs_tile_count(r->target_count);
  if (bytes > (size_t)1 << 20 || rows_in_all > MOST_ROWS || r->rule == PHS_RULE_LIST) {
    return PHASOR_OK;
  }
  phs_arena *arena = phs_arena_create();
  void *memory = arena ? phs_arena_alloc(arena, bytes) : NULL;
  phs_rows rows;
  phasor_status status = memory ? PHASOR_OK : no_memory(diag);
  if (memory) {
    phs_rows_prepare(r, memory, &rows);
    phs_row row = {.target = PHS_NEW_ARRAY(arena, uint16_t, (size_t)rows.longest + 64)};
    status = row.target ? PHASOR_OK : no_memory(diag);
    for (int i = 0; status == PHASOR_OK && i < SAMPLES; i++) {
      uint32_t source = draw(t, r->source_count), tile = draw(t, rows.tiles);
      phs_row_make(&rows, source, tile, &row);
      if (row.count > 0) {
        uint32_t target = tile * PHS_TILE + row.target[draw(t, row.count)];
        status = check_pair(t, projection, source, target, diag);
      }
    }
  }
  phs_arena_destroy(arena);
  return status;
}

/* All synapses of a projection are in blocks, in number. */
static phasor_status check_totals(const phs_map *m, phs_diag *diag) {
  double *sum = calloc((size_t)m->work->projection_count + 1, sizeof *sum);
  if (!sum) {
    return no_memory(diag);
  }
  for (uint64_t b = 0; b < m->block_row[m->slice_count]; b++) {
    sum[m->block[b].projection] += (double)m->block[b].synapses;
  }
  phasor_status status = PHASOR_OK;
  for (uint32_t p = 0; status == PHASOR_OK && p < m->work->projection_count; p++) {
    const phs_work_projection *w = &m->work->projection[p];
    if (is_exact(w) ? sum[p] != w->synapses : sum[p] < w->synapses * (1 - 1e-6)) {
      status = phs_map_violation(diag, "slices hold %.0f synapses of '%s', which has %.0f", sum[p],
                                 w->name, w->synapses);
    }
  }
  free(sum);
  return status;
}

static phasor_status check_samples(const phs_map *m, phs_diag *diag) {
  phs_arena *arena = phs_arena_create();
  sampler t = {.m = m, .state = m->options.seed};
  phasor_status status = arena && make_groups(m, arena, &t.g) ? PHASOR_OK : no_memory(diag);
  for (uint32_t p = 0; status == PHASOR_OK && p < m->work->projection_count; p++) {
    switch (m->work->projection[p].wiring) {
    case PHS_WIRING_WINDOW:
      status = sample_window(&t, p, diag);
      break;
    case PHS_WIRING_LIST:
      status = sample_list(&t, p, diag);
      break;
    case PHS_WIRING_RECIPE:
      status = sample_recipe(&t, p, diag);
      break;
    }
  }
  phs_arena_destroy(arena);
  return status;
}

phasor_status phs_map_check_synapses(const phs_map *m, uint64_t most, phs_diag *diag) {
  phasor_status status = check_totals(m, diag);
  if (status == PHASOR_OK) {
    status = m->work->synapses <= (double)most ? check_all(m, most, diag) : check_samples(m, diag);
  }
  return status;
}
