/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One tree for each group of slices, and what it puts on the links.
 *
 * A tree joins all nodes that the slices lie on and all their destinations. A message spreads from
 * its own node over the tree, away from where it came in and only towards destinations. So the
 * route at a node depends on the link by which a message comes in, not on which slice sent it, and
 * the keys that come in by one link are a range of the group's block. */
#include "base/parallel.h"
#include "map/route.h"

#include <string.h>

enum { CHUNK = 32, MOST_JOBS = 64, ROOT_PAIRS = 1 << 16 };

typedef struct worker {
  phs_tree_room room;
  int64_t *load;
  uint32_t *source; /* [grid] nodes of a group's slices */
  uint32_t *slices; /* [grid] of them, then where the next goes */
  phs_spot *spot;   /* [grid] */
} worker;

typedef struct growing {
  phs_router *r;
  phs_forest *f;
  double *rate; /* [slice_count] */
  double *chunk_sum;
  worker worker[MOST_JOBS];
} growing;

static void sum_rates(void *user, size_t first, size_t end, int thread) {
  (void)thread;
  growing *x = user;
  double sum = 0;
  for (size_t s = first; s < end; s++) {
    const phs_flows *f = &x->r->m->flows;
    x->rate[s] = f->row[s + 1] > f->row[s] ? phs_slice_rate(x->r->m, (uint32_t)s) : 0;
    sum += x->rate[s];
  }
  x->chunk_sum[first / CHUNK] = sum;
}

/* Nodes that the group's slices lie on, in order of first use. */
static uint32_t find_sources(const growing *x, worker *w, const phs_group *g) {
  phs_tree_room *t = &w->room;
  uint32_t count = 0;
  t->search++;
  for (uint32_t i = 0; i < g->count; i++) {
    uint32_t node = phs_slice_node(x->r, x->f->member[g->first + i]);
    if (t->seen[node] != t->search) {
      t->seen[node] = t->search;
      w->slices[node] = 0;
      w->source[count++] = node;
    }
    w->slices[node]++;
  }
  return count;
}

static void find_destinations(const growing *x, phs_tree_room *t, uint32_t slice) {
  const phs_map *m = x->r->m;
  uint32_t cores = x->r->cores_per_node;
  for (uint64_t i = m->flows.row[slice]; i < m->flows.row[slice + 1]; i++) {
    uint32_t core = m->flows.core[i], node = x->r->node_of[core];
    uint32_t k = m->core[core].place - node * cores;
    phs_tree_want(t, node, UINT32_C(1) << (PHS_DIRECTIONS + k));
  }
}

/* The source that is nearest to all destinations; of many, the one with most slices. */
static uint32_t choose_root(const phs_router *r, const worker *w, uint32_t count) {
  const phs_tree_room *t = &w->room;
  uint32_t best = w->source[0];
  uint64_t least = UINT64_MAX;
  bool near = (uint64_t)count * t->destination_count <= ROOT_PAIRS;
  for (uint32_t i = 0; count > 1 && i < count; i++) {
    uint64_t cost = near ? 0 : UINT32_MAX - w->slices[w->source[i]];
    for (uint32_t d = 0; near && d < t->destination_count; d++) {
      cost += phs_way_steps(phs_fabric_way(&r->grid, w->source[i], (uint32_t)t->order[d]));
    }
    if (cost < least) {
      least = cost;
      best = w->source[i];
    }
  }
  return best;
}

static bool reserve(phs_grove *v, size_t nodes, size_t spots) {
  if (v->node_count + nodes > v->node_room) {
    size_t room = 2 * v->node_room + nodes;
    phs_tree_node *node = realloc(v->node, room * sizeof *node);
    if (!node) {
      return false;
    }
    v->node = node;
    v->node_room = room;
  }
  if (v->spot_count + spots > v->spot_room) {
    size_t room = 2 * v->spot_room + spots;
    phs_spot *spot = realloc(v->spot, room * sizeof *spot);
    if (!spot) {
      return false;
    }
    v->spot = spot;
    v->spot_room = room;
  }
  return true;
}

/* Numbers the nodes so that each subtree is a range. Parents were appended before their children.
 */
static void number_nodes(phs_tree_room *t) {
  for (uint32_t i = 0; i < t->count; i++) {
    t->size[i] = 1;
  }
  for (uint32_t i = t->count; i-- > 1;) {
    t->size[t->parent[i]] += t->size[i];
  }
  t->place[0] = 0;
  /* t->queue: where the next child of each goes */
  t->queue[0] = 1;
  for (uint32_t i = 1; i < t->count; i++) {
    uint32_t p = t->parent[i];
    t->place[i] = t->queue[p];
    t->queue[p] += t->size[i];
    t->queue[i] = t->place[i] + 1;
  }
}

static void write_nodes(const worker *w, phs_tree_node *out) {
  const phs_tree_room *t = &w->room;
  for (uint32_t i = 0; i < t->count; i++) {
    uint32_t node = t->node[i];
    bool wanted = t->wanted_stamp[node] == t->serial;
    out[t->place[i]] = (phs_tree_node){.node = node,
                                       .parent = t->place[t->parent[i]],
                                       .end = t->place[i] + t->size[i],
                                       .cores = wanted ? t->cores[node] : 0,
                                       .in = t->in[i],
                                       .spot = t->seen[node] == t->search};
  }
  uint32_t before = 0, spots = 0; /* destinations with smaller numbers, spots */
  for (uint32_t i = 0; i < t->count; i++) {
    out[i].first_spot = before; /* for now: destinations before it */
    before += out[i].cores != 0;
    t->queue[i] = before;
  }
  for (uint32_t i = 0; i < t->count; i++) {
    uint32_t inside = t->queue[out[i].end - 1] - out[i].first_spot;
    out[i].down = inside > 0;
    out[i].up = inside < before;
  }
  for (uint32_t i = 0; i < t->count; i++) {
    out[i].first_spot = spots;
    spots += out[i].spot;
    t->queue[i] = spots;
  }
  for (uint32_t i = 0; i < t->count; i++) {
    out[i].end_spot = t->queue[out[i].end - 1];
  }
}

/* Slices of one spot: wide blocks of keys first, so that all are aligned without gaps. */
static void sort_members(const phs_map *m, uint32_t *member, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    uint32_t s = member[i], j = i;
    unsigned bits = phs_key_bits(m->slice[s].count);
    for (; j > 0 && phs_key_bits(m->slice[member[j - 1]].count) < bits; j--) {
      member[j] = member[j - 1];
    }
    member[j] = s;
  }
}

/* Spots in the order of the tree, and the group's slices in the order of spots. */
static bool write_spots(const growing *x, worker *w, phs_group *g, const phs_tree_node *node,
                        phs_spot *out) {
  const phs_map *m = x->r->m;
  uint32_t *member = x->f->member + g->first, at = 0, n = 0;
  for (uint32_t i = 0; i < g->tree_count; i++) {
    if (node[i].spot) {
      uint32_t count = w->slices[node[i].node];
      out[n++] = (phs_spot){.node = node[i].node, .first = g->first + at, .count = count};
      w->slices[node[i].node] = at;
      at += count;
    }
  }
  if (n > 1) {
    uint32_t *copy = malloc(g->count * sizeof *copy);
    if (!copy) {
      return false;
    }
    memcpy(copy, member, g->count * sizeof *copy);
    for (uint32_t i = 0; i < g->count; i++) {
      member[w->slices[phs_slice_node(x->r, copy[i])]++] = copy[i];
    }
    free(copy);
  }
  for (uint32_t i = 0; i < n; i++) {
    sort_members(m, x->f->member + out[i].first, out[i].count);
    for (uint32_t k = 0; k < out[i].count; k++) {
      out[i].rate += phs_fixed_of(x->r->fixed, x->rate[x->f->member[out[i].first + k]]);
    }
  }
  return true;
}

/* Every link of the tree carries what comes from its one end for destinations at the other. */
static void add_loads(const phs_tree_node *node, uint32_t count, const phs_spot *spot,
                      uint32_t spots, int64_t *load, phs_spot *sum) {
  int64_t all = 0;
  for (uint32_t i = 0; i < spots; i++) { /* sum[i].rate: of spots before i */
    sum[i].rate = all;
    all += spot[i].rate;
  }
  for (uint32_t i = 1; i < count; i++) {
    uint32_t a = node[i].first_spot, b = node[i].end_spot;
    int64_t inside = a == b ? 0 : (b < spots ? sum[b].rate : all) - sum[a].rate;
    if (node[i].down) {
      load[(size_t)node[node[i].parent].node * PHS_DIRECTIONS + node[i].in] += all - inside;
    }
    if (node[i].up) {
      phs_direction back = phs_opposite((phs_direction)node[i].in);
      load[(size_t)node[i].node * PHS_DIRECTIONS + back] += inside;
    }
  }
}

static bool grow_group(growing *x, worker *w, phs_group *g, phs_grove *v) {
  phs_tree_room *t = &w->room;
  phs_tree_begin(t);
  find_destinations(x, t, x->f->member[g->first]);
  uint32_t sources = find_sources(x, w, g);
  uint32_t root = choose_root(x->r, w, sources);
  if (!phs_tree_grow(&x->r->grid, t, root, w->source, sources)) {
    v->unreachable = x->f->member[g->first];
    return false;
  }
  if (x->r->grid.holes) { /* searches have used the marks of sources */
    find_sources(x, w, g);
  }
  if (!reserve(v, t->count, sources)) {
    v->failed = true;
    return false;
  }
  g->tree = v->node_count;
  g->spot = v->spot_count;
  g->tree_count = t->count;
  g->spot_count = sources;
  phs_tree_node *node = v->node + g->tree;
  phs_spot *spot = v->spot + g->spot;
  v->node_count += t->count;
  v->spot_count += sources;
  number_nodes(t);
  write_nodes(w, node);
  if (!write_spots(x, w, g, node, spot)) {
    v->failed = true;
    return false;
  }
  add_loads(node, t->count, spot, sources, w->load, w->spot);
  return true;
}

static void grow_groups(void *user, size_t first, size_t end, int thread) {
  growing *x = user;
  phs_grove *v = &x->f->grove[first / CHUNK];
  for (size_t g = first; g < end; g++) {
    x->f->group[g].chunk = (uint32_t)(first / CHUNK);
    if (!grow_group(x, &x->worker[thread], &x->f->group[g], v)) {
      return;
    }
  }
}

static bool worker_create(const phs_fabric_grid *g, worker *w) {
  w->load = phs_room((size_t)g->count * PHS_DIRECTIONS, sizeof *w->load);
  w->source = phs_room(g->count, sizeof *w->source);
  w->slices = phs_room(g->count, sizeof *w->slices);
  w->spot = phs_room(g->count, sizeof *w->spot);
  return phs_tree_room_create(g->count, &w->room) && w->load && w->source && w->slices && w->spot;
}

static bool prepare(growing *x, int jobs) {
  const phs_map *m = x->r->m;
  size_t chunks = m->slice_count / CHUNK + 1;
  x->f->chunk_count = x->f->group_count / CHUNK + 1;
  x->f->grove = phs_room(x->f->chunk_count, sizeof *x->f->grove);
  x->rate = phs_room(m->slice_count, sizeof *x->rate);
  x->chunk_sum = phs_room(chunks, sizeof *x->chunk_sum);
  if (!x->f->grove || !x->rate || !x->chunk_sum) {
    return false;
  }
  for (uint32_t i = 0; i < x->f->chunk_count; i++) {
    x->f->grove[i].unreachable = UINT32_MAX;
  }
  for (int i = 0; i < jobs; i++) {
    if (!worker_create(&x->r->grid, &x->worker[i])) {
      return false;
    }
  }
  phs_parallel(jobs, m->slice_count, CHUNK, sum_rates, x);
  double sum = 0;
  for (size_t i = 0; i < chunks; i++) {
    sum += x->chunk_sum[i];
  }
  x->r->fixed = phs_fixed_for(sum);
  return true;
}

static phasor_status outcome(const growing *x) {
  for (uint32_t i = 0; i < x->f->chunk_count; i++) {
    if (x->f->grove[i].failed) {
      return PHASOR_ERROR_INTERNAL;
    }
    if (x->f->grove[i].unreachable != UINT32_MAX) {
      return phs_route_unreachable(x->r, x->f->grove[i].unreachable);
    }
  }
  return PHASOR_OK;
}

phasor_status phs_forest_grow(phs_router *r, phs_forest *f) {
  growing x = {.r = r, .f = f};
  int jobs = phs_route_jobs(r->m);
  jobs = jobs < 1 ? 1 : jobs > MOST_JOBS ? MOST_JOBS : jobs;
  phasor_status status = PHASOR_ERROR_INTERNAL;
  if (prepare(&x, jobs)) {
    phs_parallel(jobs, f->group_count, CHUNK, grow_groups, &x);
    status = outcome(&x);
    size_t links = (size_t)r->grid.count * PHS_DIRECTIONS;
    for (int j = 0; j < jobs; j++) {
      for (size_t i = 0; i < links; i++) {
        r->load[i] += x.worker[j].load[i];
      }
    }
  }
  for (int i = 0; i < jobs; i++) {
    phs_tree_room_free(&x.worker[i].room);
    free(x.worker[i].load);
    free(x.worker[i].source);
    free(x.worker[i].slices);
    free(x.worker[i].spot);
  }
  free(x.rate);
  free(x.chunk_sum);
  return status;
}

void phs_forest_free(phs_forest *f) {
  for (uint32_t i = 0; f->grove && i < f->chunk_count; i++) {
    free(f->grove[i].node);
    free(f->grove[i].spot);
  }
  free(f->grove);
  free(f->group);
  free(f->member);
  *f = (phs_forest){0};
}

phasor_status phs_route_multicast(phs_router *r) {
  phs_forest f = {0};
  phs_tables *t = PHS_NEW(r->m->arena, phs_tables);
  phasor_status status = PHASOR_ERROR_INTERNAL;
  if (!t || !phs_forest_group(r, &f)) {
    goto cleanup;
  }
  status = phs_forest_grow(r, &f);
  if (status == PHASOR_OK) {
    status = phs_keys_allocate(r, &f, t);
  }
  if (status == PHASOR_OK) {
    status = phs_tables_build(r, &f, t);
  }
  if (status == PHASOR_OK) {
    r->m->routing.tables = t;
  }
cleanup:
  phs_forest_free(&f);
  return status;
}
