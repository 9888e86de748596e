/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loads where each message carries its destination and goes along x, then along y.
 *
 * A flow adds its rate to a run of links of one row and a run of one column. Runs are added as
 * their two ends, and summed up at the end: a few additions a flow, however long its way. */
#include "base/parallel.h"
#include "map/route.h"

enum { CHUNK = 256, MOST_JOBS = 16 };

/* Ends of runs: along rows for east and west, along columns for north and south. */
typedef struct ends {
  int64_t *east, *west;   /* [height * (width + 1)] */
  int64_t *north, *south; /* [width * (height + 1)] */
} ends;

typedef struct mesh {
  const phs_router *r;
  ends ends[MOST_JOBS];
  double *chunk_sum;
} mesh;

static void add_rates(void *user, size_t first, size_t end, int thread) {
  (void)thread;
  mesh *x = user;
  const phs_flows *f = &x->r->m->flows;
  double sum = 0;
  for (uint64_t i = f->row[first]; i < f->row[end]; i++) {
    sum += (double)f->rate[i];
  }
  x->chunk_sum[first / CHUNK] = sum;
}

/* Adds @p rate to the links that leave a way of @p steps from @p at, upwards or downwards. */
static void run(int64_t *up, int64_t *down, uint32_t size, uint32_t at, uint32_t to, bool wrap,
                int64_t rate) {
  bool rising = to > at;
  if (wrap) {
    uint32_t ahead = to >= at ? to - at : to + size - at;
    rising = ahead != 0 && 2 * (uint64_t)ahead <= size;
  }
  if (rising) { /* links at, at + 1, .., to - 1 */
    up[at] += rate;
    up[to] -= rate;
    if (to < at) {
      up[0] += rate;
      up[size] -= rate;
    }
  } else if (to != at) { /* links at, at - 1, .., to + 1 */
    down[to + 1] += rate;
    down[at + 1] -= rate;
    if (to > at) {
      down[0] += rate;
      down[size] -= rate;
    }
  }
}

static void add_flows(void *user, size_t first, size_t end, int thread) {
  mesh *x = user;
  const phs_router *r = x->r;
  const phs_fabric_grid *g = &r->grid;
  const phs_flows *f = &r->m->flows;
  const ends *e = &x->ends[thread];
  for (size_t s = first; s < end; s++) {
    uint32_t core = r->m->slice[s].core;
    if (core == PHS_OUTSIDE) {
      continue;
    }
    uint32_t from = r->node_of[core], fx = from % g->width, fy = from / g->width;
    size_t row = (size_t)fy * (g->width + 1);
    for (uint64_t i = f->row[s]; i < f->row[s + 1]; i++) {
      uint32_t to = r->node_of[f->core[i]];
      if (to == from) {
        continue;
      }
      int64_t rate = phs_fixed_of(r->fixed, (double)f->rate[i]);
      uint32_t ty = to / g->width, tx = to - ty * g->width;
      size_t column = (size_t)tx * (g->height + 1);
      run(e->east + row, e->west + row, g->width, fx, tx, g->wrap_x, rate);
      run(e->north + column, e->south + column, g->height, fy, ty, g->wrap_y, rate);
    }
  }
}

/* Ends to loads. */
static void collect(const phs_router *r, const ends *e) {
  const phs_fabric_grid *g = &r->grid;
  for (uint32_t y = 0; y < g->height; y++) {
    int64_t east = 0, west = 0;
    for (uint32_t x = 0; x < g->width; x++) {
      size_t i = (size_t)y * (g->width + 1) + x;
      int64_t *load = r->load + ((size_t)y * g->width + x) * PHS_DIRECTIONS;
      load[PHS_EAST] += east += e->east[i];
      load[PHS_WEST] += west += e->west[i];
    }
  }
  for (uint32_t x = 0; x < g->width; x++) {
    int64_t north = 0, south = 0;
    for (uint32_t y = 0; y < g->height; y++) {
      size_t i = (size_t)x * (g->height + 1) + y;
      int64_t *load = r->load + ((size_t)y * g->width + x) * PHS_DIRECTIONS;
      load[PHS_NORTH] += north += e->north[i];
      load[PHS_SOUTH] += south += e->south[i];
    }
  }
}

static bool ends_create(const phs_fabric_grid *g, ends *e) {
  size_t rows = (size_t)g->height * (g->width + 1), columns = (size_t)g->width * (g->height + 1);
  int64_t *all = phs_room(2 * (rows + columns), sizeof *all);
  if (all) {
    *e = (ends){all, all + rows, all + 2 * rows, all + 2 * rows + columns};
  }
  return all != NULL;
}

/* The sum of all rates gives the scale of loads. */
static bool choose_scale(phs_router *r, mesh *x, int jobs) {
  size_t slices = r->m->slice_count, chunks = slices / CHUNK + 1;
  x->chunk_sum = phs_room(chunks, sizeof *x->chunk_sum);
  if (!x->chunk_sum) {
    return false;
  }
  phs_parallel(jobs, slices, CHUNK, add_rates, x);
  double sum = 0;
  for (size_t i = 0; i < chunks; i++) {
    sum += x->chunk_sum[i];
  }
  r->fixed = phs_fixed_for(sum);
  return true;
}

phasor_status phs_route_unicast(phs_router *r) {
  mesh x = {.r = r};
  int jobs = r->m->options.jobs;
  jobs = jobs < 1 ? 1 : jobs > MOST_JOBS ? MOST_JOBS : jobs;
  phasor_status status = PHASOR_ERROR_INTERNAL;
  if (!choose_scale(r, &x, jobs)) {
    goto cleanup;
  }
  if (r->grid.hexagonal || r->grid.holes) {
    status = phs_route_walk(r);
    goto cleanup;
  }
  for (int i = 0; i < jobs; i++) {
    if (!ends_create(&r->grid, &x.ends[i])) {
      goto cleanup;
    }
  }
  phs_parallel(jobs, r->m->slice_count, CHUNK, add_flows, &x);
  for (int i = 0; i < jobs; i++) {
    collect(r, &x.ends[i]);
  }
  status = PHASOR_OK;
cleanup:
  for (int i = 0; i < MOST_JOBS; i++) {
    free(x.ends[i].east);
  }
  free(x.chunk_sum);
  return status;
}
