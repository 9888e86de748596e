/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One tree for each group of slices, and what it puts on the links.
 *
 * A tree joins all nodes that the slices lie on and all their destinations. A message spreads from
 * its own node over the tree, away from where it came in and only towards destinations. So the
 * route at a node depends on the link by which a message comes in, not on which slice sent it, and
 * the keys that come in by one link are a range of the group's block. */
#include "map/route_plant.h"

#include <string.h>

enum { ROOT_PAIRS = 1 << 16 };

/* Nodes that the group's slices lie on, in order of first use. */
static uint32_t find_sources(const phs_planting *x, phs_planter *w, const phs_group *g) {
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

static void find_destinations(const phs_planting *x, phs_tree_room *t, uint32_t slice) {
  const phs_map *m = x->r->m;
  uint32_t cores = x->r->cores_per_node;
  for (uint64_t i = m->flows.row[slice]; i < m->flows.row[slice + 1]; i++) {
    uint32_t core = m->flows.core[i], node = x->r->node_of[core];
    uint32_t k = m->core[core].place - node * cores;
    phs_tree_want(t, node, UINT32_C(1) << (PHS_DIRECTIONS + k));
  }
}

/* The source that is nearest to all destinations; of many, the one with most slices. */
static uint32_t choose_root(const phs_router *r, const phs_planter *w, uint32_t count) {
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
  if (v->group_count == v->group_room) {
    size_t room = 2 * v->group_room + 8;
    phs_group *group = realloc(v->group, room * sizeof *group);
    if (!group) {
      return false;
    }
    v->group = group;
    v->group_room = room;
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

static void write_nodes(const phs_planter *w, phs_tree_node *out) {
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
static bool write_spots(const phs_planting *x, phs_planter *w, phs_group *g,
                        const phs_tree_node *node, phs_spot *out) {
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

/* Links that the messages of a tree node's own slices take: all that lead to destinations, but for
 * those on the way to the root the other direction. */
static uint32_t tree_links(const phs_tree_node *node, uint32_t down, uint32_t i) {
  for (; i > 0; i = node[i].parent) {
    down = down + node[i].up - node[i].down;
  }
  return down;
}

/* Leaves out of the list of sources those that a way to each destination would cost fewer links
 * than the tree: they get one of their own. @return how many stay; they are first */
static uint32_t keep_cheap(const phs_planting *x, phs_planter *w, const phs_tree_node *node,
                           uint32_t sources) {
  const phs_tree_room *t = &w->room;
  uint32_t down = 0, kept = 0;
  for (uint32_t i = 1; i < t->count; i++) {
    down += node[i].down;
  }
  for (uint32_t i = 0; i < sources; i++) {
    uint32_t at = w->source[i], links = tree_links(node, down, t->place[t->index[at]]);
    uint64_t ways = 0;
    for (uint32_t d = 0; d < t->destination_count && ways < links; d++) {
      ways += phs_way_steps(phs_fabric_way(&x->r->grid, at, (uint32_t)t->order[d]));
    }
    if (links <= ways) {
      w->source[i] = w->source[kept];
      w->source[kept++] = at;
    }
  }
  return kept;
}

/* Puts the group's slices on the first `kept` sources before its others. @return how many */
static uint32_t part_members(const phs_planting *x, phs_planter *w, phs_group *g, uint32_t kept) {
  uint32_t *member = x->f->member + g->first, first = 0, rest = 0;
  w->room.search++;
  for (uint32_t i = 0; i < kept; i++) {
    w->room.seen[w->source[i]] = w->room.search;
  }
  uint32_t *later = malloc(g->count * sizeof *later);
  for (uint32_t i = 0; later && i < g->count; i++) {
    bool stays = w->room.seen[phs_slice_node(x->r, member[i])] == w->room.search;
    *(stays ? &member[first++] : &later[rest++]) = member[i];
  }
  for (uint32_t i = 0; i < rest; i++) {
    member[first + i] = later[i];
  }
  free(later);
  return first;
}

/* The tree of a group at the end of the grove, without spots. @return its nodes, or NULL */
static phs_tree_node *grow_tree(const phs_planting *x, phs_planter *w, const phs_group *g,
                                phs_grove *v, uint32_t root, uint32_t sources) {
  phs_tree_room *t = &w->room;
  if (!phs_tree_grow(&x->r->grid, t, root, w->source, sources)) {
    v->unreachable = x->f->member[g->first];
    return NULL;
  }
  if (!reserve(v, t->count, sources)) {
    v->failed = true;
    return NULL;
  }
  find_sources(x, w, g); /* searches round holes use the marks of sources */
  number_nodes(t);
  phs_tree_node *node = v->node + v->node_count;
  write_nodes(w, node);
  return node;
}

bool phs_plant_group(phs_planting *x, phs_planter *w, phs_group *g, phs_grove *v, bool alone) {
  phs_tree_room *t = &w->room;
  phs_tree_begin(t);
  t->side = g->population;
  find_destinations(x, t, x->f->member[g->first]);
  uint32_t sources = find_sources(x, w, g), root = choose_root(x->r, w, sources);
  uint32_t kept = sources;
  phs_tree_node *node = NULL;
  if (alone) { /* the root alone */
    w->source[0] = root;
    kept = 1;
  } else if (sources > 1) {
    node = grow_tree(x, w, g, v, root, sources);
    if (!node) {
      return false;
    }
    kept = keep_cheap(x, w, node, sources);
  }
  if (kept < sources) {
    g->count = part_members(x, w, g, kept);
    phs_tree_again(t);
    node = NULL;
  }
  if (!node && g->count) {
    node = grow_tree(x, w, g, v, root, kept);
  }
  if (!node) {
    v->failed = v->failed || g->count == 0;
    return false;
  }
  *g = (phs_group){.population = g->population,
                   .first = g->first,
                   .count = g->count,
                   .chunk = g->chunk,
                   .tree = v->node_count,
                   .spot = v->spot_count,
                   .tree_count = t->count,
                   .spot_count = kept};
  phs_spot *spot = v->spot + g->spot;
  if (!write_spots(x, w, g, node, spot)) {
    v->failed = true;
    return false;
  }
  v->node_count += t->count;
  v->spot_count += kept;
  v->group[v->group_count++] = *g;
  add_loads(node, t->count, spot, kept, w->load, w->spot);
  return true;
}
