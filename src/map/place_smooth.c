/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Smoothing: every core moves to the mean of its neighbours in the graph, as springs would pull it
 * (Quinn, Breuer 1979), some times over; then regions are bisected again, by these coordinates
 * instead of by the graph, so that the grid is filled evenly. That unfolds what bisection left
 * crumpled where the graph is a sheet, and is dropped where it does not help.
 */
#include "base/parallel.h"
#include "map/place_parts.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 512, TRIALS = 12 };

typedef struct springs {
  const plc_state *s;
  const float *x, *y;
  float *new_x, *new_y;
} springs;

/* The displacement from @p a to @p b, the short way around. */
static float displacement(float a, float b, uint32_t size, bool wrap) {
  float d = b - a, w = (float)size;
  return !wrap ? d : d > w / 2 ? d - w : d < -w / 2 ? d + w : d;
}

static void pull(void *user, size_t first, size_t end, int thread) {
  springs *p = user;
  const phs_core_graph *g = p->s->graph;
  const plc_state *s = p->s;
  (void)thread;
  for (size_t i = first; i < end; i++) {
    double dx = 0, dy = 0, weight = 0;
    for (uint64_t k = g->row[i]; k < g->row[i + 1]; k++) {
      uint32_t to = g->core[k];
      double w = (double)g->weight[k];
      dx += w * (double)displacement(p->x[i], p->x[to], s->metric.width, s->wrap_x);
      dy += w * (double)displacement(p->y[i], p->y[to], s->metric.height, s->wrap_y);
      weight += w;
    }
    /* half of the way, so that two that are joined do not change places for ever */
    p->new_x[i] = p->x[i] + (weight > 0 ? (float)(dx / weight / 2) : 0);
    p->new_y[i] = p->y[i] + (weight > 0 ? (float)(dy / weight / 2) : 0);
  }
}

/* Where springs pull the items of @p at in @p steps. @p space [4 * items]; @return x, y behind it
 */
static const float *relax(const plc_state *s, int jobs, const uint32_t *at, int steps,
                          float *space) {
  size_t n = s->graph->core_count;
  float *now = space, *next = space + 2 * n;
  for (size_t i = 0; i < n; i++) {
    now[i] = (float)plc_x(at[i]);
    now[n + i] = (float)plc_y(at[i]);
  }
  for (int k = 0; k < steps; k++) {
    springs p = {s, now, now + n, next, next + n};
    phs_parallel(jobs, n, CHUNK, pull, &p);
    float *was = now;
    now = next;
    next = was;
  }
  return now;
}

bool plc_smooth(plc_state *s, int jobs, uint32_t *wish) {
  static const int steps[] = {2, 8, 32};
  enum { WAYS = sizeof steps / sizeof *steps };
  size_t n = s->graph->core_count;
  float *space = malloc((4 * n + 1) * sizeof *space);
  uint32_t *trial = malloc((n + 1) * sizeof *trial);
  bool ok = space && trial;
  double best = ok ? plc_cost_at(s, jobs, wish) : 0;
  int failed = 0;
  for (int t = 0; ok && t < TRIALS && failed < WAYS; t++) {
    const float *x = relax(s, jobs, wish, steps[t % WAYS], space);
    ok = plc_bisect_by(s, x, x + n, trial);
    double cost = ok ? plc_cost_at(s, jobs, trial) : 0;
    failed++;
    if (ok && cost < best * (1 - 1e-4)) {
      best = cost;
      failed = 0;
      memcpy(wish, trial, n * sizeof *wish);
    }
  }
  free(space);
  free(trial);
  return ok;
}
