/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Mapping onto SpiNNaker beside PACMAN 7.4.2: the same shapes on machines of as many chips, seconds
 * of all stages (partition, place, route with keys and merged tables), and entries of tables.
 * PACMAN's figures were measured once on the same kind of machine (docs/mapping.md). Links phs_map:
 *
 *   tables [--jobs N] [--repeats N] [--route-only] [--targets DIR] [ROW]
 *
 * With --route-only, cuts and places are made here, in order, and only routing is measured. */
#include "../unit/map/graph.h"
#include "map/map.h"
#include "map/route.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

typedef struct shape {
  const char *name, *target;
  uint32_t populations, fan_out, atoms;
  uint64_t neurons;
  double pacman_s;
  uint32_t pacman_entries, pacman_most;
} shape;

static const shape shapes[] = {
    {"10k", "spinnaker1", 10, 5, 256, 10000, 0.011, 30, 10},
    {"microcircuit", "spinnaker1-3boards", 8, 8, 64, 77168, 0.338, 2154, 45},
    {"100k/40", "spinnaker1", 40, 10, 256, 100000, 0.062, 786, 42},
    {"100k/400", "spinnaker1-3boards", 400, 20, 64, 100000, 0.62, 18271, 285},
    {"1M/100", "spinnaker1-12boards", 100, 10, 256, 1000000, 0.66, 8095, 68},
    {"1M/1000", "spinnaker1-27boards", 1000, 20, 64, 1000000, 6.5, 169341, 373},
};
static const uint32_t microcircuit[8] = {20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948};

typedef struct times {
  double partition, place, route, check;
} times;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(bool good, const char *what) {
  if (!good) {
    fprintf(stderr, "%s failed\n", what);
    exit(1);
  }
}

static uint32_t draw(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return (uint32_t)((z ^ z >> 31) >> 32);
}

/* Each population projects to `fan_out` different ones at random, densely enough that each slice
 * reaches each slice: PACMAN's machine edges. */
static phs_work *make_work(const shape *s) {
  phs_work *w = graph_begin();
  for (uint32_t p = 0; p < s->populations; p++) {
    uint32_t n = s->populations == 8 ? microcircuit[p] : (uint32_t)(s->neurons / s->populations);
    graph_population(w, PHS_POPULATION_NEURONS, 1, 1, n, 0.05f);
  }
  uint64_t state = 1;
  uint32_t *to = graph_need(malloc(s->populations * sizeof *to));
  for (uint32_t p = 0; p < s->populations; p++) {
    for (uint32_t i = 0; i < s->populations; i++) {
      to[i] = i;
    }
    for (uint32_t i = 0; i < s->fan_out; i++) {
      uint32_t j = i + draw(&state) % (s->populations - i), t = to[i];
      to[i] = to[j];
      to[j] = t;
      graph_recipe(
          w, p, to[i],
          (phs_recipe){.rule = PHS_RULE_FIXED_PROBABILITY, .probability = 0.1, .autapses = true});
    }
  }
  free(to);
  graph_end(w);
  return w;
}

/* Slices in order, one a core; cores in order over the chips, in rows that turn at each end. */
static void cut_by_hand(phs_map *m, uint32_t atoms) {
  const phs_work *w = m->work;
  uint32_t cores = 0;
  for (uint32_t p = 0; p < w->population_count; p++) {
    cores += (w->population[p].count + atoms - 1) / atoms;
  }
  m->slice = graph_need(PHS_NEW_ARRAY(m->arena, phs_slice, cores));
  m->core = graph_need(PHS_NEW_ARRAY(m->arena, phs_core, cores));
  m->slice_of = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, cores));
  m->first_slice = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, w->population_count + 1));
  m->slice_count = m->core_count = cores;
  uint32_t s = 0, node = 0, k = 0;
  for (uint32_t p = 0; p < w->population_count; p++) {
    m->first_slice[p] = s;
    for (uint32_t i = 0; i < w->population[p].count; i += atoms, s++) {
      uint32_t left = w->population[p].count - i;
      m->slice[s] = (phs_slice){.population = p, .core = s, .owner = s, .listed = false};
      m->slice[s].count = left < atoms ? left : atoms;
      m->slice[s].box = (phs_box){{0, 0, i}, {1, 1, i + m->slice[s].count}};
      m->slice_of[s] = s;
      while (k == m->machine->cores_per_node || !phs_node_present(m->machine, node)) {
        node++;
        k = 0;
      }
      uint32_t y = node / m->machine->width, x = node % m->machine->width;
      uint32_t at = y * m->machine->width +
                    (m->machine->present || y % 2 == 0 ? x : m->machine->width - 1 - x);
      m->core[s] = (phs_core){.first_slice = s, .slice_count = 1};
      m->core[s].place = at * m->machine->cores_per_node + k++;
    }
  }
  m->first_slice[w->population_count] = s;
}

static int by_number(const void *a, const void *b) {
  const uint32_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

static void flows_by_hand(phs_map *m) {
  const phs_work *w = m->work;
  m->flows.row = graph_need(PHS_NEW_ARRAY(m->arena, uint64_t, m->slice_count + 1));
  uint64_t all = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    const phs_population *p = &w->population[m->slice[s].population];
    for (uint32_t i = 0; i < p->out_count; i++) {
      uint32_t t = w->projection[w->out[p->first_out + i]].target;
      all += m->first_slice[t + 1] - m->first_slice[t];
    }
    m->flows.row[s + 1] = all;
  }
  m->flows.core = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, all));
  m->flows.axons = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, all));
  m->flows.rate = graph_need(PHS_NEW_ARRAY(m->arena, float, all));
  for (uint32_t s = 0; s < m->slice_count; s++) {
    const phs_population *p = &w->population[m->slice[s].population];
    uint64_t at = m->flows.row[s];
    for (uint32_t i = 0; i < p->out_count; i++) {
      uint32_t t = w->projection[w->out[p->first_out + i]].target;
      for (uint32_t k = m->first_slice[t]; k < m->first_slice[t + 1]; k++, at++) {
        m->flows.core[at] = k;
        m->flows.axons[at] = m->slice[s].count;
        m->flows.rate[at] = 0.05f * (float)m->slice[s].count;
      }
    }
    qsort(m->flows.core + m->flows.row[s], (size_t)(at - m->flows.row[s]), sizeof *m->flows.core,
          by_number);
  }
}

static void print_diag(void *user, const phasor_diagnostic *d) {
  (void)user;
  fprintf(stderr, "%s\n", d->message);
}

static phs_map *run(const shape *s, const phs_work *w, const phs_machine *machine, int jobs,
                    bool by_hand, times *t) {
  phs_diag diag = {.fn = print_diag};
  phs_map_options o = {.mode = PHS_MAP_FAST, .jobs = jobs};
  phs_map *m = graph_need(phs_map_create(w, machine, &o));
  if (by_hand) {
    cut_by_hand(m, s->atoms);
    flows_by_hand(m);
  }
  double start = now();
  need(by_hand || phs_map_partition(m, &diag) == PHASOR_OK, "partition");
  double cut = now();
  need(by_hand || phs_map_place(m, &diag) == PHASOR_OK, "place");
  double placed = now();
  need(phs_map_route(m, &diag) == PHASOR_OK, "route");
  double routed = now();
  need(phs_route_check(m, &diag) == PHASOR_OK, "check");
  *t = (times){cut - start, placed - cut, routed - placed, now() - routed};
  return m;
}

static void measure(const shape *s, const char *folder, int jobs, int repeats, bool by_hand) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s.yaml", folder, s->target);
  const phs_target_description *target = NULL;
  phs_machine *machine = NULL;
  phs_diag diag = {.fn = print_diag};
  bool shipped = strcmp(s->target, "spinnaker1") == 0;
  need(phs_target_load(shipped ? s->target : path, &diag, &target) == PHASOR_OK, "target");
  need(phs_machine_create(target, PHS_OFF_CHIP_WEIGHT, &diag, &machine) == PHASOR_OK, "machine");
  machine->core_capacity[PHS_CAPACITY_NEURONS] = s->atoms;
  machine->core_capacity[PHS_CAPACITY_DATA_BYTES] = INFINITY;
  machine->node_capacity[PHS_CAPACITY_SHARED_BYTES] = INFINITY;
  phs_work *w = make_work(s);
  double best = INFINITY;
  for (int i = 0; i < repeats; i++) {
    times t;
    phs_map *m = run(s, w, machine, jobs, by_hand, &t);
    double total = t.partition + t.place + t.route;
    const phs_tables *x = m->routing.tables;
    if (total < best) {
      best = total;
      printf("%-13s %6u cores %5u chips | %8.5f s (partition %.5f, place %.5f, route %.5f; check "
             "%.3f) PACMAN %.3f s: %.0f times | entries %" PRIu64 " (%u), before %" PRIu64
             " (%u), PACMAN %u (%u) | links %.6g worst %.4g\n",
             s->name, m->core_count, machine->node_count, total, t.partition, t.place, t.route,
             t.check, s->pacman_s, s->pacman_s / total, x->total, x->most, x->total_before,
             x->most_before, s->pacman_entries, s->pacman_most, m->routing.links,
             m->routing.worst_load);
      fflush(stdout);
    }
    phs_map_free(m);
  }
  graph_free(w);
  phs_machine_free(machine);
  phs_target_free(target);
}

int main(int argc, char **argv) {
  const char *folder = "tests/perf/targets", *only = NULL;
  int jobs = 2, repeats = 3;
  bool by_hand = false;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--jobs") && i + 1 < argc) {
      jobs = atoi(argv[++i]);
    } else if (!strcmp(argv[i], "--repeats") && i + 1 < argc) {
      repeats = atoi(argv[++i]);
    } else if (!strcmp(argv[i], "--targets") && i + 1 < argc) {
      folder = argv[++i];
    } else if (!strcmp(argv[i], "--route-only")) {
      by_hand = true;
    } else {
      only = argv[i];
    }
  }
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    if (!only || !strcmp(only, shapes[i].name)) {
      measure(&shapes[i], folder, jobs, repeats, by_hand);
    }
  }
  return 0;
}
