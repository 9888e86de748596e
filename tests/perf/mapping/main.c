/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Maps one benchmark network by one method and prints one JSON object: what mapping.py tabulates.
 *
 * usage: perf_mapping NET METHOD [--jobs N] [--targets FOLDER] [--target NAME]
 *        perf_mapping --list
 * METHOD: good, fast; linear, greedy, random, metis (assignments of neurons to cores, placed
 * greedily or, random, at random). */
#include "baselines.h"
#include "nets.h"

#include "map/place.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct bench {
  const bench_net *net;
  const char *method, *target;
  int jobs;
  phs_work *work;
  phs_machine *machine;
  const phs_target_description *description;
  phs_map *map;
  double seconds, graph_seconds; /* of mapping; of making the network */
  bool fits;
  char message[256];
} bench;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void keep_message(void *user, const phasor_diagnostic *d) {
  bench *b = user;
  if (d->severity == PHASOR_ERROR) {
    snprintf(b->message, sizeof b->message, "%s: %s", d->code, d->message);
  }
}

/* The largest share of a capacity that a core uses. */
static double fullest(const phs_map *m) {
  double most = 0;
  for (uint32_t c = 0; c < m->core_count; c++) {
    for (int i = 0; i < PHS_CAPACITIES; i++) {
      double limit = m->machine->core_capacity[i];
      if (isfinite(limit) && limit > 0 && i != PHS_CAPACITY_COMPARTMENT_FORMATS &&
          i != PHS_CAPACITY_SYNAPSE_FORMATS) {
        most = fmax(most, phs_core_use(m, c)[i] / limit);
      }
    }
  }
  return most;
}

static uint32_t **core_arrays(const phs_work *w) {
  uint32_t **core = calloc(w->population_count, sizeof *core);
  for (uint32_t p = 0; core && p < w->population_count; p++) {
    if (w->population[p].kind != PHS_POPULATION_INPUT) {
      core[p] = malloc(w->population[p].count * sizeof **core);
    }
  }
  return core;
}

/* More cores until every capacity holds, or a dozen times. */
static phasor_status map_by(bench *b, bench_assign assign, phs_place_method place, phs_diag *diag) {
  phs_map_options options = {.jobs = b->jobs, .seed = 1};
  double limit = b->machine->core_capacity[PHS_CAPACITY_NEURONS];
  double wanted = ceil((double)b->work->neurons / limit);
  uint32_t **core = core_arrays(b->work);
  phasor_status status = PHASOR_ERROR_INTERNAL;
  for (int i = 0; core && i < 12 && !b->fits; i++) {
    phs_map_free(b->map);
    b->map = phs_map_create(b->work, b->machine, &options);
    uint32_t used = b->map ? assign(b->work, b->machine, (uint32_t)wanted, 1, core) : 0;
    status = used ? phs_map_assign(b->map, (const uint32_t *const *)core, used, diag)
                  : PHASOR_ERROR_INTERNAL;
    if (status == PHASOR_OK) {
      status = phs_map_measure(b->map, diag);
    }
    if (status != PHASOR_OK) {
      break;
    }
    double most = fullest(b->map);
    b->fits = most <= 1 && used <= b->machine->core_count;
    if (!b->fits && wanted * fmin(fmax(1.05, most), 1.3) > (double)b->machine->core_count) {
      break;
    }
    wanted = b->fits ? wanted : ceil(wanted * fmin(fmax(1.05, most), 1.3));
  }
  for (uint32_t p = 0; core && p < b->work->population_count; p++) {
    free(core[p]);
  }
  free(core);
  return status == PHASOR_OK ? phs_map_place_by(b->map, place, diag) : status;
}

static phasor_status map_good(bench *b, phs_map_mode mode, phs_diag *diag) {
  phs_map_options options = {.mode = mode, .jobs = b->jobs, .seed = 1};
  phasor_status status = phs_map_network(b->work, b->machine, &options, diag, &b->map);
  b->fits = status == PHASOR_OK;
  return status;
}

static phasor_status map(bench *b, phs_diag *diag) {
  if (strcmp(b->method, "good") == 0) {
    return map_good(b, PHS_MAP_GOOD, diag);
  }
  if (strcmp(b->method, "fast") == 0) {
    return map_good(b, PHS_MAP_FAST, diag);
  }
  if (strcmp(b->method, "linear") == 0) {
    return map_by(b, bench_linear, PHS_PLACE_GREEDY, diag);
  }
  if (strcmp(b->method, "greedy") == 0) {
    return map_by(b, bench_greedy, PHS_PLACE_GREEDY, diag);
  }
  if (strcmp(b->method, "random") == 0) {
    return map_by(b, bench_random, PHS_PLACE_RANDOM, diag);
  }
#ifdef PHASOR_HAVE_METIS
  if (strcmp(b->method, "metis") == 0) {
    return map_by(b, bench_metis, PHS_PLACE_GREEDY, diag);
  }
#endif
  fprintf(stderr, "perf_mapping: no method '%s'\n", b->method);
  return PHASOR_ERROR_USAGE;
}

static void print(const bench *b, phasor_status status) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf(
      "{\"net\": \"%s\", \"what\": \"%s\", \"target\": \"%s\", \"method\": \"%s\", \"jobs\": %d, "
      "\"neurons\": %llu, \"synapses\": %.0f, \"seconds\": %.4f, \"graph_seconds\": %.4f, "
      "\"memory\": %ld",
      b->net->name, b->net->what, b->target, b->method, b->jobs,
      (unsigned long long)b->work->neurons, b->work->synapses, b->seconds, b->graph_seconds,
      usage.ru_maxrss * 1024);
  if (status != PHASOR_OK) {
    printf(", \"error\": \"%s\"}\n", b->message);
    return;
  }
  const phs_traffic *t = &b->map->traffic;
  printf(", \"cores\": %u, \"fits\": %s, \"messages\": %.9g, \"deliveries\": %.9g, "
         "\"spike_hops\": %.9g, \"weighted_hops\": %.9g, \"flows\": %llu",
         b->map->core_count, b->fits ? "true" : "false", t->messages, t->deliveries, t->spike_hops,
         t->weighted_hops, (unsigned long long)b->map->flows.row[b->map->slice_count]);
  if (b->map->routing.tables) {
    printf(", \"entries\": %llu, \"most_entries\": %u",
           (unsigned long long)b->map->routing.tables->total, b->map->routing.tables->most);
  }
  printf("}\n");
}

static int list_nets(void) {
  for (size_t i = 0; bench_net_get(i); i++) {
    printf("%s\n", bench_net_get(i)->name);
  }
  return 0;
}

static bool load_machine(bench *b, const char *folder, phs_diag *diag) {
  char path[1024];
  bool shipped = false;
  for (size_t i = 0; phs_shipped_target(i); i++) {
    shipped = shipped || strcmp(phs_shipped_target(i), b->target) == 0;
  }
  snprintf(path, sizeof path, "%s/%s.yaml", folder, b->target);
  return phs_target_load(shipped || phs_target_is_path(b->target) ? b->target : path, diag,
                         &b->description) == PHASOR_OK &&
         phs_machine_create(b->description, PHS_OFF_CHIP_WEIGHT, diag, &b->machine) == PHASOR_OK;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--list") == 0) {
    return list_nets();
  }
  bench b = {.net = argc > 2 ? bench_net_find(argv[1]) : NULL, .jobs = 2};
  const char *folder = "tests/perf/targets";
  if (!b.net) {
    fprintf(stderr,
            "usage: perf_mapping NET METHOD [--jobs N] [--targets FOLDER] [--target NAME]\n");
    return 2;
  }
  b.method = argv[2];
  b.target = b.net->target;
  for (int i = 3; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--jobs") == 0) {
      b.jobs = atoi(argv[i + 1]);
    } else if (strcmp(argv[i], "--targets") == 0) {
      folder = argv[i + 1];
    } else if (strcmp(argv[i], "--target") == 0) {
      b.target = argv[i + 1];
    }
  }
  phs_diag diag = {.fn = keep_message, .user = &b};
  if (!load_machine(&b, folder, &diag)) {
    fprintf(stderr, "perf_mapping: %s\n", b.message);
    return 1;
  }
  double began = now();
  b.work = b.net->make(b.net->size);
  b.graph_seconds = now() - began;
  began = now();
  phasor_status status = map(&b, &diag);
  b.seconds = now() - began;
  print(&b, status);
  phs_map_free(b.map);
  phs_machine_free(b.machine);
  phs_target_free(b.description);
  phs_arena_destroy(b.work->arena);
  return status == PHASOR_OK ? 0 : 1;
}
