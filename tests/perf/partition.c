/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Partitions of sparse networks beside METIS, a linear cut and chance: messages delivered to other
 * parts a step, nanoseconds a pin, and how full the fullest part is. Without METIS:
 *
 *   cc -std=gnu11 -O3 -Isrc -Iinclude tests/perf/partition.c src/map/hyper*.c src/base/arena.c \
 *      src/base/locale.c src/base/parallel.c -lm -lpthread -o partition && ./partition
 *
 * with it: -DPHASOR_METIS -lmetis. Arguments: the largest number of pins (default 5e6), a part of
 * the name of the cases (default all), threads (default 2).
 */
#include "base/arena.h"
#include "map/hypergraph.h"

#ifdef PHASOR_METIS
#include <metis.h>
#endif
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *need(void *p) {
  if (!p) {
    fprintf(stderr, "no memory\n");
    exit(1);
  }
  return p;
}

static uint64_t state = 88172645463325252u;
static uint32_t draw(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)((state >> 33) % below);
}

typedef struct testcase {
  const char *name;
  uint32_t vertices, pins, community; /* community 0: no structure */
  double inside;                      /* fraction of pins within the community */
  uint32_t near;                      /* communities that the other pins go to; 0: any */
  uint32_t part;
} testcase;

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static phs_hypergraph planted(phs_arena *arena, const testcase *c) {
  uint32_t n = c->vertices;
  uint32_t *at = need(PHS_NEW_ARRAY(arena, uint32_t, n)); /* number of a neuron, shuffled */
  for (uint32_t v = 0; v < n; v++) {
    at[v] = v;
  }
  for (uint32_t v = n - 1; v > 0; v--) {
    uint32_t u = draw(v + 1), keep = at[v];
    at[v] = at[u];
    at[u] = keep;
  }
  uint32_t *where = need(PHS_NEW_ARRAY(arena, uint32_t, n));
  for (uint32_t v = 0; v < n; v++) {
    where[at[v]] = v;
  }
  uint64_t *row = need(PHS_NEW_ARRAY(arena, uint64_t, (size_t)n + 1));
  uint32_t *pin = need(PHS_NEW_ARRAY(arena, uint32_t, (size_t)n * c->pins));
  float *load = need(PHS_NEW_ARRAY(arena, float, n));
  uint32_t size = c->community ? c->community : n;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t v = where[i], home = v / size, count = (n + size - 1) / size, found = 0;
    uint32_t *p = pin + row[i];
    for (uint32_t k = 0; k < c->pins; k++) {
      uint32_t block = home;
      if (draw(1000000) >= c->inside * 1e6) {
        block = c->near ? (home + 1 + draw(c->near)) % count : draw(count);
      }
      uint32_t to = block * size + draw(size);
      p[k] = at[to < n ? to : n - 1];
    }
    qsort(p, c->pins, sizeof *p, ascending);
    for (uint32_t k = 0; k < c->pins; k++) {
      if (p[k] != i && (found == 0 || p[found - 1] != p[k])) {
        p[found++] = p[k];
      }
    }
    row[i + 1] = row[i] + found;
    load[i] = 1;
  }
  return (phs_hypergraph){
      .vertex_count = n, .net_count = n, .row = row, .pin = pin, .dims = 1, .load = load};
}

/* Tiles of convolutions: layers of side x side x groups, each tile to a window of the next layer.
 */
static phs_hypergraph tiles(phs_arena *arena, uint32_t side, uint32_t groups, uint32_t layers) {
  uint32_t layer = side * side * groups, n = layer * layers;
  uint64_t *row = need(PHS_NEW_ARRAY(arena, uint64_t, (size_t)n + 1));
  uint32_t *pin = need(PHS_NEW_ARRAY(arena, uint32_t, (size_t)n * 9 * groups));
  float *load = need(PHS_NEW_ARRAY(arena, float, n)),
        *weight = need(PHS_NEW_ARRAY(arena, float, n));
  for (uint32_t i = 0; i < n; i++) {
    uint32_t y = i % layer / side % side, x = i % side, l = i / layer;
    row[i + 1] = row[i];
    load[i] = (float)(64 + draw(64));
    weight[i] = load[i] * 0.05f * (float)(1 + l % 3);
    for (uint32_t k = 0; k < 9 * groups && l + 1 < layers; k++) {
      uint32_t yy = y + k / 3 % 3 - 1, xx = x + k % 3 - 1;
      if (yy < side && xx < side) {
        pin[row[i + 1]++] = (l + 1) * layer + k / 9 * side * side + yy * side + xx;
      }
    }
  }
  return (phs_hypergraph){.vertex_count = n,
                          .net_count = n,
                          .row = row,
                          .pin = pin,
                          .weight = weight,
                          .dims = 1,
                          .load = load};
}

static double fullest(const phs_hypergraph *g, const uint32_t *part, double capacity) {
  uint32_t parts = 0;
  for (uint32_t v = 0; v < g->vertex_count; v++) {
    parts = part[v] >= parts ? part[v] + 1 : parts;
  }
  double *load = need(calloc(parts, sizeof *load)), most = 0;
  for (uint32_t v = 0; v < g->vertex_count; v++) {
    load[part[v]] += (double)g->load[v];
    most = fmax(most, load[part[v]]);
  }
  free(load);
  return most / capacity;
}

static void row_of(const char *name, const char *way, const phs_hypergraph *g, uint32_t parts,
                   double seconds, const uint32_t *part, double capacity) {
  double pins = (double)g->row[g->net_count];
  printf("%-26s %-8s %6u parts %9.3f s %8.1f ns/pin  cost %12.0f  fullest %.4f\n", name, way, parts,
         seconds, seconds * 1e9 / pins, phs_hyper_cost(g, part), fullest(g, part, capacity));
  fflush(stdout);
}

#ifdef PHASOR_METIS
/* Both directions of each pin as a weighted edge; neighbours twice are merged. */
static double metis(const phs_hypergraph *g, double capacity, uint32_t parts, uint32_t *part) {
  idx_t n = (idx_t)g->vertex_count, k = (idx_t)parts, one = 1, cut;
  size_t pins = g->row[g->net_count];
  idx_t *start = need(calloc((size_t)n + 2, sizeof *start));
  idx_t *to = need(malloc(2 * pins * sizeof *to)), *w = need(malloc(2 * pins * sizeof *w));
  idx_t *load = need(malloc((size_t)n * sizeof *load)),
        *out = need(malloc((size_t)n * sizeof *out));
  idx_t *seen = need(malloc((size_t)n * sizeof *seen));
  for (idx_t v = 0; v < n; v++) {
    for (uint64_t i = g->row[v]; i < g->row[v + 1]; i++) {
      start[v + 2]++;
      start[g->pin[i] + 2]++;
    }
    load[v] = (idx_t)g->load[v];
    seen[v] = -1;
  }
  for (idx_t v = 0; v < n; v++) {
    start[v + 2] += start[v + 1];
  }
  double sum = 0;
  for (idx_t v = 0; v < n; v++) {
    idx_t weight = g->weight ? (idx_t)(100 * g->weight[v] + 0.5f) : 1;
    for (uint64_t i = g->row[v]; i < g->row[v + 1]; i++) {
      idx_t u = (idx_t)g->pin[i], a = start[v + 1]++, b = start[u + 1]++;
      to[a] = u;
      to[b] = v;
      w[a] = w[b] = weight;
    }
    sum += (double)load[v];
  }
  idx_t at = 0;
  for (idx_t v = 0, first = 0; v < n; v++) {
    idx_t begin = at, last = start[v + 1];
    for (idx_t i = first; i < last; i++) {
      if (seen[to[i]] >= begin) {
        w[seen[to[i]]] += w[i];
      } else {
        seen[to[i]] = at;
        to[at] = to[i];
        w[at++] = w[i];
      }
    }
    first = last;
    start[v + 1] = at;
  }
  idx_t options[METIS_NOPTIONS];
  METIS_SetDefaultOptions(options);
  options[METIS_OPTION_UFACTOR] = (idx_t)fmax(1, (capacity * parts / sum - 1) * 1000);
  options[METIS_OPTION_SEED] = 1;
  double begin = now();
  METIS_PartGraphKway(&n, &one, start, to, load, NULL, w, &k, NULL, NULL, options, &cut, out);
  double seconds = now() - begin;
  for (idx_t v = 0; v < n; v++) {
    part[v] = (uint32_t)out[v];
  }
  free(seen);
  free(out);
  free(load);
  free(w);
  free(to);
  free(start);
  return seconds;
}
#endif

static void compare(const char *name, const phs_hypergraph *g, double capacity, int jobs) {
  phs_hyper_limits limits = {.capacity = {capacity},
                             .axons_in = INFINITY,
                             .axons_out = INFINITY,
                             .most_parts = UINT32_MAX};
  phs_hyper_options o = {.seed = 1, .jobs = jobs, .effort = 1};
  phs_hyper_result r;
  uint32_t *part = need(malloc(g->vertex_count * sizeof *part));
  double begin = now(), busy = cpu();
  if (phs_hyper_partition(g, &limits, &o, part, &r) != PHASOR_OK) {
    printf("%s: not partitioned\n", name);
  }
  row_of(name, "phasor", g, r.parts, now() - begin, part, capacity);
  printf("%-26s processor time %.1f ns/pin\n", "", (cpu() - busy) * 1e9 / (double)g->row[g->net_count]);
  uint32_t parts = r.parts;
#ifdef PHASOR_METIS
  double seconds = metis(g, capacity, parts, part);
  row_of(name, "METIS", g, parts, seconds, part, capacity);
#endif
  o.effort = 0;
  begin = now();
  phs_hyper_partition(g, &limits, &o, part, &r);
  row_of(name, "linear", g, r.parts, now() - begin, part, capacity);
  for (uint32_t v = 0; v < g->vertex_count; v++) {
    part[v] = draw(parts);
  }
  row_of(name, "chance", g, parts, 0, part, capacity);
  free(part);
}

int main(int argc, char **argv) {
  static const testcase cases[] = {
      {"planted 1e4", 10000, 50, 250, 0.8, 0, 256},
      {"planted 1e5", 100000, 50, 1000, 0.8, 0, 1024},
      {"planted 1e5 of 250", 100000, 50, 250, 0.7, 0, 1024},
      {"planted 1e5 tight", 100000, 50, 640, 0.8, 0, 1024},
      {"planted 1e5 near", 100000, 50, 500, 0.6, 6, 4096},
      {"planted 1e5 large", 100000, 50, 5000, 0.8, 0, 512},
      {"random 1e5", 100000, 50, 0, 0, 0, 1024},
      {"planted 1e6", 1000000, 50, 1000, 0.8, 0, 1024},
      {"planted 1e6 near", 1000000, 30, 200, 0.6, 8, 2048},
      {"random 1e6", 1000000, 30, 0, 0, 0, 1024},
      {"random 150k, 17e6 pins", 150000, 113, 0, 0, 0, 122},
  };
  double most = argc > 1 ? atof(argv[1]) : 5.1e6;
  const char *only = argc > 2 ? argv[2] : "";
  int jobs = argc > 3 ? atoi(argv[3]) : 2;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if ((double)cases[i].vertices * cases[i].pins <= most && strstr(cases[i].name, only)) {
      phs_arena *arena = need(phs_arena_create());
      phs_hypergraph g = planted(arena, &cases[i]);
      compare(cases[i].name, &g, cases[i].part, jobs);
      phs_arena_destroy(arena);
    }
  }
  static const uint32_t shapes[][4] = {
      {8, 2, 4, 1024}, {16, 4, 6, 1024}, {32, 4, 8, 2048}, {56, 4, 12, 2048}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes && strstr("tiles", only); i++) {
    phs_arena *arena = need(phs_arena_create());
    phs_hypergraph g = tiles(arena, shapes[i][0], shapes[i][1], shapes[i][2]);
    char name[64];
    snprintf(name, sizeof name, "tiles %u", g.vertex_count);
    compare(name, &g, shapes[i][3], jobs);
    phs_arena_destroy(arena);
  }
  return 0;
}
