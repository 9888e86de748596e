/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file partition_case.h  Partitions in tests: machines with capacities of choice, random
 * networks, and what cores take, counted synapse by synapse. */
#ifndef TESTS_PARTITION_CASE_H
#define TESTS_PARTITION_CASE_H

#include "map/map.h"
#include "tests/unit/map/graph.h"
#include "tests/unit/map/machine_case.h"

#include <math.h>

/** A mesh of @p width x @p height cores of the loihi family; @p capacities as YAML, with braces. */
static inline machine_case mesh_of(uint32_t width, uint32_t height, const char *capacities,
                                   const char *formats) {
  char text[2048];
  snprintf(text, sizeof text,
           "family: loihi\nsources: {a: {title: paper}}\nlevels:\n"
           "  - {name: core, source: a, capacities: %s}\n"
           "  - {name: chip, source: a, count: %u, fabric: mesh, width: %u, height: %u,\n"
           "     links: {all: {energy: unknown, time: unknown}}}\n"
           "formats:\n  source: a\n  weight_bits: [1, 2, 3, 4, 5, 6, 8]\n  index_bits: [0, 6, 7, "
           "8, 9, 10, 11, 12]\n  delay_bits: [0, 6]\n  synapse_block: 64\n  synapse_header_bits: "
           "10\n  synapse_word_bits: 64\n%s",
           capacities, width * height, width, height, formats);
  return machine_text(text);
}

/** What cores take by the synapses themselves. */
typedef struct counted {
  double *neurons, *synapses, *axons_in, *axons_out; /* [core_count] */
  double deliveries;
} counted;

static inline uint32_t *core_of_neurons(const phs_map *m, uint32_t population, phs_arena *arena) {
  uint32_t count = m->work->population[population].count;
  uint32_t *core = graph_need(PHS_NEW_ARRAY(arena, uint32_t, count));
  memset(core, 0xff, count * sizeof *core);
  for (uint32_t s = m->first_slice[population]; s < m->first_slice[population + 1]; s++) {
    if (m->slice[s].role == PHS_SLICE_PARTIAL) {
      continue;
    }
    for (uint32_t i = 0; i < m->slice[s].count; i++) {
      uint32_t n = phs_slice_neuron(m, s, i);
      assert_true(n < count);
      assert_int_equal(core[n], UINT32_MAX); /* each neuron once */
      core[n] = m->slice[s].core;
    }
  }
  bool input = m->work->population[population].kind == PHS_POPULATION_INPUT;
  for (uint32_t n = 0; n < count; n++) {
    assert_true(input ? core[n] == PHS_OUTSIDE : core[n] < m->core_count);
  }
  return core;
}

/** Counts neurons, synapses, axons and deliveries one by one. No partial sums. */
static inline counted count_all(const phs_map *m, phs_arena *arena) {
  const phs_work *w = m->work;
  uint32_t **core = graph_need(PHS_NEW_ARRAY(arena, uint32_t *, w->population_count));
  phs_csr *csr = graph_need(PHS_NEW_ARRAY(arena, phs_csr, w->projection_count));
  counted c;
  double **sums[] = {&c.neurons, &c.synapses, &c.axons_in, &c.axons_out};
  for (int i = 0; i < 4; i++) {
    *sums[i] = graph_need(PHS_NEW_ARRAY(arena, double, (size_t)m->core_count + 1));
  }
  c.deliveries = 0;
  uint64_t *seen = graph_need(PHS_NEW_ARRAY(arena, uint64_t, (size_t)m->core_count + 1));
  uint64_t stamp = 0;
  for (uint32_t q = 0; q < w->population_count; q++) {
    core[q] = core_of_neurons(m, q, arena);
  }
  for (uint32_t q = 0; q < w->projection_count; q++) {
    assert_true(phs_work_expand(w, q, 100000000, arena, &csr[q]));
  }
  for (uint32_t q = 0; q < w->population_count; q++) {
    const phs_population *p = &w->population[q];
    for (uint32_t n = 0; n < p->count; n++, stamp++) {
      uint32_t own = core[q][n];
      if (own != PHS_OUTSIDE) {
        c.neurons[own]++;
      }
      for (uint32_t i = 0; i < p->out_count; i++) {
        uint32_t r = w->out[p->first_out + i], target = w->projection[r].target;
        for (uint64_t s = csr[r].row[n]; s < csr[r].row[n + 1]; s++) {
          uint32_t to = core[target][csr[r].target[s]];
          c.synapses[to]++;
          if (seen[to] == stamp + 1) {
            continue;
          }
          seen[to] = stamp + 1;
          c.axons_in[to]++;
          if (own != PHS_OUTSIDE) {
            c.axons_out[own]++;
            double rate = (double)p->rate[p->rate_count > 1 ? n : 0];
            c.deliveries += to != own ? rate : 0;
          }
        }
      }
    }
  }
  return c;
}

static inline double flow_deliveries(const phs_map *m) {
  double sum = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    for (uint64_t f = m->flows.row[s]; m->slice[s].core != PHS_OUTSIDE && f < m->flows.row[s + 1];
         f++) {
      sum += m->flows.core[f] != m->slice[s].core ? (double)m->flows.rate[f] : 0;
    }
  }
  return sum;
}

/** splitmix64: tests need some numbers, not good ones. */
static inline uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}
static inline uint32_t below(uint64_t *state, uint32_t n) {
  return (uint32_t)(next_random(state) % n);
}

/** A random list: each source has up to @p most targets, near its own index where @p local. */
static inline phs_csr random_list(phs_arena *arena, uint64_t *r, uint32_t sources, uint32_t targets,
                                  uint32_t most, bool local) {
  uint64_t *row = graph_need(PHS_NEW_ARRAY(arena, uint64_t, (size_t)sources + 1));
  uint32_t *target = graph_need(PHS_NEW_ARRAY(arena, uint32_t, (size_t)sources * most + 1));
  uint64_t n = 0;
  for (uint32_t i = 0; i < sources; i++) {
    row[i] = n;
    uint32_t t = local ? (uint32_t)((uint64_t)i * targets / sources) / 64 * 64 : 0;
    uint32_t room = local ? 64 : targets, step = room / most > 0 ? room / most : 1;
    for (uint32_t k = 0; k < most; k++) {
      uint32_t at = t + k * step + below(r, step);
      if (at < targets && below(r, 4) > 0) {
        target[n++] = at;
      }
    }
  }
  row[sources] = n;
  return (phs_csr){.row = row, .target = target};
}

/** A few populations with windows, lists and recipes between them. */
static inline phs_work *random_work(uint64_t seed) {
  uint64_t r = seed;
  phs_work *w = graph_begin();
  uint32_t side = 4 + below(&r, 9), channels = 1 + below(&r, 6);
  uint32_t input = graph_population(w, PHS_POPULATION_INPUT, channels, side, side, 0.1f);
  uint32_t last = input;
  for (uint32_t k = 0, n = 1 + below(&r, 3); k < n; k++) {
    uint32_t next = graph_population(w, PHS_POPULATION_NEURONS, 1 + below(&r, 12), side, side,
                                     0.02f + 0.01f * (float)below(&r, 9));
    graph_conv(w, last, next, 3, 1, 1);
    last = next;
  }
  uint32_t flat = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 10 + below(&r, 200), 0.05f);
  graph_dense(w, last, flat);
  uint32_t kinds = below(&r, 4);
  if (kinds & 1) {
    uint32_t a = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 200 + below(&r, 600), 0.07f);
    uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 200 + below(&r, 600), 0.03f);
    uint32_t na = w->population[a].count, nb = w->population[b].count;
    graph_list(w, a, b, random_list(w->arena, &r, na, nb, 1 + below(&r, 12), true));
    graph_list(w, b, a, random_list(w->arena, &r, nb, na, 1 + below(&r, 12), false));
    graph_list(w, flat, a,
               random_list(w->arena, &r, w->population[flat].count, na, 1 + below(&r, 5), true));
  }
  if (kinds & 2) {
    uint32_t e = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 100 + below(&r, 400), 0.04f);
    graph_recipe(w, e, e,
                 (phs_recipe){.rule = PHS_RULE_FIXED_PROBABILITY,
                              .probability = 0.05,
                              .weight = {.a = 1},
                              .delay = {.a = 1},
                              .key = next_random(&r)});
    graph_recipe(w, flat, e,
                 (phs_recipe){.rule = PHS_RULE_FIXED_INDEGREE,
                              .number = 5,
                              .multapses = true,
                              .weight = {.a = 1},
                              .delay = {.a = 1},
                              .key = next_random(&r)});
  }
  graph_end(w);
  return w;
}

/** A machine whose capacities are drawn; large enough for random_work(). */
static inline machine_case random_machine(uint64_t seed) {
  uint64_t r = seed * 77 + 5;
  char capacities[512];
  snprintf(capacities, sizeof capacities,
           "{neurons: %u, synapse_bits: %u, axons_in: %u, axons_out: %u}", 60 + below(&r, 400),
           60000 + below(&r, 400000), 1500 + below(&r, 3000), 3000 + below(&r, 3000));
  return mesh_of(24, 16, capacities, "");
}

#endif
