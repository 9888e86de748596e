/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "baselines.h"

#include <math.h>
#include <stdlib.h>

static bool on_cores(const phs_population *p) {
  return p->kind != PHS_POPULATION_INPUT;
}

uint32_t bench_linear(const phs_work *w, const phs_machine *m, uint32_t cores, uint64_t seed,
                      uint32_t **core) {
  (void)m, (void)seed;
  uint64_t at = 0;
  for (uint32_t p = 0; p < w->population_count; p++) {
    for (uint32_t i = 0; on_cores(&w->population[p]) && i < w->population[p].count; i++) {
      core[p][i] = (uint32_t)(at++ * cores / w->neurons);
    }
  }
  return cores;
}

uint32_t bench_greedy(const phs_work *w, const phs_machine *m, uint32_t cores, uint64_t seed,
                      uint32_t **core) {
  (void)m, (void)seed;
  double each = ceil((double)w->neurons / cores);
  uint32_t next = 0;
  for (uint32_t p = 0; p < w->population_count; p++) {
    const phs_population *population = &w->population[p];
    if (on_cores(population)) {
      uint32_t blocks = (uint32_t)ceil(population->count / each);
      for (uint32_t i = 0; i < population->count; i++) {
        core[p][i] = next + (uint32_t)((uint64_t)i * blocks / population->count);
      }
      next += blocks;
    }
  }
  return next;
}

static uint64_t mix(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

uint32_t bench_random(const phs_work *w, const phs_machine *m, uint32_t cores, uint64_t seed,
                      uint32_t **core) {
  bench_linear(w, m, cores, seed, core);
  uint32_t **slot = malloc(w->neurons * sizeof *slot);
  if (!slot) {
    return 0;
  }
  uint64_t n = 0;
  for (uint32_t p = 0; p < w->population_count; p++) {
    for (uint32_t i = 0; on_cores(&w->population[p]) && i < w->population[p].count; i++) {
      slot[n++] = &core[p][i];
    }
  }
  for (uint64_t i = n - 1; i > 0; i--) {
    uint64_t j = mix(&seed) % (i + 1);
    uint32_t t = *slot[i];
    *slot[i] = *slot[j];
    *slot[j] = t;
  }
  free(slot);
  return cores;
}

#ifdef PHASOR_HAVE_METIS
#include <metis.h>

/* The graph of neurons in the form of METIS: both directions of each synapse. */
typedef struct graph {
  idx_t n, *row, *to, *weight, *load;
} graph;

typedef struct numbering {
  idx_t *first; /* vertex of neuron 0 of each population; -1: input */
} numbering;

enum { MOST_SYNAPSES = 400000000 };

static idx_t edge_weight(const phs_population *p, uint32_t i) {
  double rate = (double)p->rate[p->rate_count == 1 ? 0 : i];
  return (idx_t)fmax(1, rint(rate * 10000));
}

/* Calls for every synapse between neurons on cores: counts, then fills. */
static bool add_edges(const phs_work *w, const numbering *v, graph *g, bool fill) {
  for (uint32_t j = 0; j < w->projection_count; j++) {
    const phs_work_projection *p = &w->projection[j];
    if (v->first[p->source] < 0) {
      continue;
    }
    phs_arena *arena = phs_arena_create();
    phs_csr list;
    if (!arena || !phs_work_expand(w, j, MOST_SYNAPSES, arena, &list)) {
      phs_arena_destroy(arena);
      return false;
    }
    for (uint32_t i = 0; i < w->population[p->source].count; i++) {
      idx_t a = v->first[p->source] + (idx_t)i;
      idx_t weight = edge_weight(&w->population[p->source], i);
      for (uint64_t k = list.row[i]; k < list.row[i + 1]; k++) {
        idx_t b = v->first[p->target] + (idx_t)list.target[k];
        if (a == b) {
          continue;
        }
        if (fill) {
          g->to[g->row[a]] = b;
          g->weight[g->row[a]++] = weight;
          g->to[g->row[b]] = a;
          g->weight[g->row[b]++] = weight;
        } else {
          g->row[a + 1]++;
          g->row[b + 1]++;
          g->load[2 * b + 1]++;
        }
      }
    }
    phs_arena_destroy(arena);
  }
  return true;
}

static bool make_graph(const phs_work *w, numbering *v, graph *g) {
  v->first = malloc(w->population_count * sizeof *v->first);
  if (!v->first) {
    return false;
  }
  for (uint32_t p = 0; p < w->population_count; p++) {
    v->first[p] = on_cores(&w->population[p]) ? g->n : -1;
    g->n += on_cores(&w->population[p]) ? (idx_t)w->population[p].count : 0;
  }
  size_t n = (size_t)g->n;
  g->row = calloc(n + 2, sizeof *g->row);
  g->load = calloc(2 * n, sizeof *g->load);
  if (!g->row || !g->load || !add_edges(w, v, g, false)) {
    return false;
  }
  for (size_t i = 0; i < n; i++) {
    g->row[i + 1] += g->row[i];
    g->load[2 * i] = 1;
  }
  size_t edges = (size_t)g->row[n];
  g->to = malloc((edges + 1) * sizeof *g->to);
  g->weight = malloc((edges + 1) * sizeof *g->weight);
  if (!g->to || !g->weight || !add_edges(w, v, g, true)) {
    return false;
  }
  for (size_t i = n; i > 0; i--) {
    g->row[i] = g->row[i - 1];
  }
  g->row[0] = 0;
  return true;
}

/* METIS may leave parts empty. */
static uint32_t renumber(const phs_work *w, const numbering *v, const idx_t *part, uint32_t parts,
                         uint32_t **core) {
  uint32_t *name = malloc(parts * sizeof *name), next = 0;
  if (!name) {
    return 0;
  }
  for (uint32_t k = 0; k < parts; k++) {
    name[k] = UINT32_MAX;
  }
  for (uint32_t p = 0; p < w->population_count; p++) {
    for (uint32_t i = 0; v->first[p] >= 0 && i < w->population[p].count; i++) {
      uint32_t k = (uint32_t)part[v->first[p] + (idx_t)i];
      if (name[k] == UINT32_MAX) {
        name[k] = next++;
      }
      core[p][i] = name[k];
    }
  }
  free(name);
  return next;
}

uint32_t bench_metis(const phs_work *w, const phs_machine *m, uint32_t cores, uint64_t seed,
                     uint32_t **core) {
  (void)m;
  numbering v = {NULL};
  graph g = {0};
  uint32_t used = 0;
  idx_t *part = NULL;
  if (make_graph(w, &v, &g) && (part = malloc((size_t)g.n * sizeof *part))) {
    idx_t options[METIS_NOPTIONS], parts = (idx_t)cores, constraints = 2, cut;
    real_t balance[2] = {1.01f, 1.05f};
    METIS_SetDefaultOptions(options);
    options[METIS_OPTION_SEED] = (idx_t)seed;
    if (METIS_PartGraphKway(&g.n, &constraints, g.row, g.to, g.load, NULL, g.weight, &parts, NULL,
                            balance, options, &cut, part) == METIS_OK) {
      used = renumber(w, &v, part, cores, core);
    }
  }
  free(part);
  free(g.row);
  free(g.to);
  free(g.weight);
  free(g.load);
  free(v.first);
  return used;
}
#endif
