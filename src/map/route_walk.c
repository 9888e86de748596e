/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loads where each message carries its destination, link by link: on grids with diagonals, where a
 * run of links is no row or column, and with holes, which ways have to go round. */
#include "base/parallel.h"
#include "map/route.h"

enum { CHUNK = 64, MOST_JOBS = 16 };

typedef struct walker {
  int64_t *load;
  uint32_t *back, *queue; /* of a search from one node: the link by which each was found */
  uint32_t root;          /* PHS_NO_NODE: no search yet */
} walker;

typedef struct walk {
  const phs_router *r;
  walker walker[MOST_JOBS];
  uint32_t *lost; /* [chunks] slice without a way, or UINT32_MAX */
} walk;

/* Shortest ways from @p root to all nodes, round the holes. */
static void search(const phs_fabric_grid *g, walker *w, uint32_t root) {
  for (uint32_t i = 0; i < g->count; i++) {
    w->back[i] = PHS_NO_NODE;
  }
  uint32_t head = 0, tail = 0;
  w->queue[tail++] = root;
  w->back[root] = root * PHS_DIRECTIONS;
  while (head < tail) {
    uint32_t at = w->queue[head++];
    for (uint32_t d = 0; d < PHS_DIRECTIONS; d++) {
      uint32_t to = g->next[(size_t)at * PHS_DIRECTIONS + d];
      if (to != PHS_NO_NODE && w->back[to] == PHS_NO_NODE) {
        w->back[to] = at * PHS_DIRECTIONS + d;
        w->queue[tail++] = to;
      }
    }
  }
  w->root = root;
}

static bool add_flow(const phs_fabric_grid *g, walker *w, uint32_t from, uint32_t to,
                     int64_t rate) {
  phs_way way = phs_fabric_way(g, from, to);
  if (phs_way_open(g, from, way)) {
    for (int leg = 0; leg < 2; leg++) {
      for (uint32_t i = 0; i < way.steps[leg]; i++) {
        size_t link = (size_t)from * PHS_DIRECTIONS + way.direction[leg];
        w->load[link] += rate;
        from = g->next[link];
      }
    }
    return true;
  }
  if (w->root != from) {
    search(g, w, from);
  }
  if (w->back[to] == PHS_NO_NODE) {
    return false;
  }
  while (to != from) {
    w->load[w->back[to]] += rate;
    to = w->back[to] / PHS_DIRECTIONS;
  }
  return true;
}

static void add_flows(void *user, size_t first, size_t end, int thread) {
  walk *x = user;
  const phs_router *r = x->r;
  const phs_flows *f = &r->m->flows;
  uint32_t *lost = &x->lost[first / CHUNK];
  for (size_t s = first; s < end && *lost == UINT32_MAX; s++) {
    uint32_t core = r->m->slice[s].core;
    if (core == PHS_OUTSIDE) {
      continue;
    }
    for (uint64_t i = f->row[s]; i < f->row[s + 1]; i++) {
      int64_t rate = phs_fixed_of(r->fixed, (double)f->rate[i]);
      if (!add_flow(&r->grid, &x->walker[thread], r->node_of[core], r->node_of[f->core[i]], rate)) {
        *lost = (uint32_t)s;
        break;
      }
    }
  }
}

static bool walker_create(const phs_fabric_grid *g, walker *w) {
  w->load = phs_room((size_t)g->count * PHS_DIRECTIONS, sizeof *w->load);
  w->back = phs_room(g->count, sizeof *w->back);
  w->queue = phs_room(g->count, sizeof *w->queue);
  w->root = PHS_NO_NODE;
  return w->load && w->back && w->queue;
}

phasor_status phs_route_walk(phs_router *r) {
  walk x = {.r = r};
  int jobs = r->m->options.jobs;
  jobs = jobs < 1 ? 1 : jobs > MOST_JOBS ? MOST_JOBS : jobs;
  size_t links = (size_t)r->grid.count * PHS_DIRECTIONS;
  size_t chunks = r->m->slice_count / CHUNK + 1;
  phasor_status status = PHASOR_ERROR_INTERNAL;
  x.lost = phs_room(chunks, sizeof *x.lost);
  if (!x.lost) {
    goto cleanup;
  }
  for (size_t i = 0; i < chunks; i++) {
    x.lost[i] = UINT32_MAX;
  }
  for (int i = 0; i < jobs; i++) {
    if (!walker_create(&r->grid, &x.walker[i])) {
      goto cleanup;
    }
  }
  phs_parallel(jobs, r->m->slice_count, CHUNK, add_flows, &x);
  status = PHASOR_OK;
  for (size_t i = 0; i < chunks && status == PHASOR_OK; i++) {
    if (x.lost[i] != UINT32_MAX) {
      status = phs_route_unreachable(r, x.lost[i]);
    }
  }
  for (int j = 0; j < jobs; j++) {
    for (size_t i = 0; i < links; i++) {
      r->load[i] += x.walker[j].load[i];
    }
  }
cleanup:
  for (int i = 0; i < MOST_JOBS; i++) {
    free(x.walker[i].load);
    free(x.walker[i].back);
    free(x.walker[i].queue);
  }
  free(x.lost);
  return status;
}
