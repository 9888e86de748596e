/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Nanoseconds of one core for a delivered synapse, from a table and made anew, beside what the cost
 * model says: the figures of phs_remat_cpu (passes/remat_table.c). Needs no build of Phasor:
 *
 *   cc -std=gnu11 -O3 -march=native -ffp-contract=off -Isrc -Iinclude tests/perf/synapse_costs.c \
 *      src/synapses/[!p]*.c src/random/[a-z]*.c -lm -o synapse_costs && ./synapse_costs
 */
#include "synapses/cost.h"
#include "synapses/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENTS = 3000 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void *room(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);
  if (!p) {
    fprintf(stderr, "no memory for %zu bytes\n", bytes);
    exit(1);
  }
  memset(p, 0, (bytes + 127) / 64 * 64);
  return p;
}

typedef struct bench {
  const char *name;
  phs_recipe recipe;
  bool counted;
} bench;

/* The time of EVENTS sources, spread over the table, into all tiles. */
static double deliver(const phs_rows *rows, const phs_store_layout *layout, const void *table,
                      bool counted, const phs_ring_buffer *ring, phs_row *scratch, double *count) {
  double start = now();
  *count = 0;
  for (uint32_t e = 0; e < EVENTS; e++) {
    uint32_t source = (uint32_t)((uint64_t)e * 2654435761U % rows->recipe->source_count);
    for (uint32_t tile = 0; tile < rows->tiles; tile++) {
      if (table) {
        phs_store_deliver(layout, rows, table, &source, NULL, 1, tile, counted, ring);
      } else {
        phs_rows_deliver(rows, source, tile, 1, counted, ring, scratch);
      }
    }
  }
  double took = now() - start;
  for (uint32_t e = 0; e < EVENTS; e++) {
    uint32_t source = (uint32_t)((uint64_t)e * 2654435761U % rows->recipe->source_count);
    for (uint32_t tile = 0; tile < rows->tiles; tile++) {
      phs_row row = {0};
      phs_row_make(rows, source, tile, &row);
      *count += row.count;
    }
  }
  return took;
}

static void run(const bench *b) {
  const phs_recipe *r = &b->recipe;
  phs_rows rows;
  phs_store_layout layout;
  void *shared = room(phs_rows_bytes(r));
  phs_rows_prepare(r, shared, &rows);
  size_t n = rows.longest + 64;
  phs_row scratch = {.target = room(2 * n), .delay = room(2 * n), .weight = room(4 * n)};
  phs_store_plan(&rows, !b->counted, &layout);
  void *table = room(layout.bytes);
  phs_store_fill(&layout, &rows, 0, 1, table, &scratch);
  phs_ring_buffer ring = {.depth = (uint32_t)phs_delay_high(r) + 1, .pitch = r->target_count + 64};
  ring.slots = room((size_t)ring.depth * ring.pitch * 4);
  double count, store = INFINITY, again = INFINITY, t;
  for (int k = 0; k < 3; k++) {
    t = deliver(&rows, &layout, table, b->counted, &ring, &scratch, &count) / count;
    store = t < store ? t : store;
    t = deliver(&rows, &layout, NULL, b->counted, &ring, &scratch, &count) / count;
    again = t < again ? t : again;
  }
  const phs_synapse_target unit = {.name = "unit", .store_event = 0, .draw = 1};
  phs_synapse_cost cost;
  phs_synapse_cost_of(r, b->counted, &unit, &cost);
  printf("%-28s %8.1f MB  store %6.2f ns  recompute %7.2f ns  draws %6.2f  ns a draw %5.2f\n",
         b->name, (double)layout.bytes / 1e6, store, again, cost.recompute_ns,
         (again - store) / cost.recompute_ns);
  free(shared);
  free(scratch.target);
  free(scratch.delay);
  free(scratch.weight);
  free(table);
  free(ring.slots);
}

int main(void) {
  static const phs_distribution one = {.kind = PHS_DIST_CONSTANT, .a = 1},
                                late = {.kind = PHS_DIST_CONSTANT, .a = 15},
                                weight = {.kind = PHS_DIST_NORMAL, .a = 87.8, .b = 8.78},
                                delay = {.kind = PHS_DIST_NORMAL,
                                         .bound = PHS_BOUND_REDRAW,
                                         .a = 15,
                                         .b = 7.5,
                                         .low = 1,
                                         .high = 60};
  const bench list[] = {
      {"total number, drawn",
       {.rule = PHS_RULE_FIXED_TOTAL_NUMBER,
        .source_count = 20000,
        .target_count = 20000,
        .multapses = true,
        .number = 40000000,
        .weight = weight,
        .delay = delay,
        .key = 1},
       false},
      {"total number, one weight",
       {.rule = PHS_RULE_FIXED_TOTAL_NUMBER,
        .source_count = 20000,
        .target_count = 20000,
        .multapses = true,
        .number = 40000000,
        .weight = one,
        .delay = delay,
        .key = 1},
       true},
      {"in-degree, constants",
       {.rule = PHS_RULE_FIXED_INDEGREE,
        .source_count = 8000,
        .target_count = 10000,
        .autapses = true,
        .multapses = true,
        .number = 800,
        .weight = one,
        .delay = late,
        .key = 2},
       true},
      {"probability, constants",
       {.rule = PHS_RULE_FIXED_PROBABILITY,
        .source_count = 8000,
        .target_count = 10000,
        .autapses = true,
        .probability = 0.1,
        .weight = one,
        .delay = late,
        .key = 3},
       true},
      {"probability 0.02, drawn",
       {.rule = PHS_RULE_FIXED_PROBABILITY,
        .source_count = 20000,
        .target_count = 20000,
        .autapses = true,
        .probability = 0.02,
        .weight = weight,
        .delay = delay,
        .key = 4},
       false},
      {"out-degree, drawn",
       {.rule = PHS_RULE_FIXED_OUTDEGREE,
        .source_count = 20000,
        .target_count = 20000,
        .multapses = true,
        .number = 2000,
        .weight = weight,
        .delay = delay,
        .key = 5},
       false},
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    run(&list[i]);
  }
  return 0;
}
