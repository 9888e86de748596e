/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Growing multicast trees: destinations by distance from the root, each joined to the nearest node
 * of the tree so far by a straight way (neighbour exploring routing, Navaridas, Lujan, Plana,
 * Temple, Furber: "SpiNNaker: enhanced multicast routing", Parallel Computing 45, 2015), longer leg
 * first; where nodes are absent on it, by the shortest way round them. */
#include "map/route.h"

#include <string.h>

bool phs_tree_room_create(uint32_t nodes, phs_tree_room *out) {
  *out = (phs_tree_room){
      .stamp = phs_room(nodes, sizeof(uint32_t)),
      .index = phs_room(nodes, sizeof(uint32_t)),
      .wanted_stamp = phs_room(nodes, sizeof(uint32_t)),
      .cores = phs_room(nodes, sizeof(uint32_t)),
      .seen = phs_room(nodes, sizeof(uint32_t)),
      .back = phs_room(nodes, sizeof(uint32_t)),
      .queue = phs_room(nodes, sizeof(uint32_t)),
      .back_direction = phs_room(nodes, sizeof(uint8_t)),
      .node = phs_room(nodes, sizeof(uint32_t)),
      .parent = phs_room(nodes, sizeof(uint32_t)),
      .size = phs_room(nodes, sizeof(uint32_t)),
      .place = phs_room(nodes, sizeof(uint32_t)),
      .in = phs_room(nodes, sizeof(uint8_t)),
      .order = phs_room(nodes, sizeof(uint64_t)),
      .joined = phs_room(nodes, sizeof(uint64_t)),
  };
  return out->stamp && out->index && out->wanted_stamp && out->cores && out->seen && out->back &&
         out->queue && out->back_direction && out->node && out->parent && out->size && out->place &&
         out->in && out->order;
}

void phs_tree_room_free(phs_tree_room *t) {
  void *all[] = {t->stamp, t->index,          t->wanted_stamp, t->cores,  t->seen,
                 t->back,  t->queue,          t->node,         t->parent, t->size,
                 t->place, t->back_direction, t->in,           t->order,  t->joined};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    free(all[i]);
  }
  *t = (phs_tree_room){0};
}

void phs_tree_begin(phs_tree_room *t) {
  t->serial++;
  t->count = t->destination_count = 0;
}

void phs_tree_again(phs_tree_room *t) {
  uint32_t before = t->serial++;
  t->count = 0;
  for (uint32_t i = 0; i < t->destination_count; i++) {
    t->order[i] &= UINT32_MAX;
    t->wanted_stamp[t->order[i]] += t->serial - before;
  }
}

void phs_tree_want(phs_tree_room *t, uint32_t node, uint32_t core_bits) {
  if (t->wanted_stamp[node] != t->serial) {
    t->wanted_stamp[node] = t->serial;
    t->cores[node] = 0;
    t->order[t->destination_count++] = node;
  }
  t->cores[node] |= core_bits;
}

static uint32_t append(phs_tree_room *t, uint32_t node, uint32_t parent, unsigned in) {
  uint32_t i = t->count++;
  t->stamp[node] = t->serial;
  t->index[node] = i;
  t->node[i] = node;
  t->parent[i] = parent;
  t->in[i] = (uint8_t)in;
  return i;
}

static uint32_t step(const phs_fabric_grid *g, uint32_t node, phs_direction d) {
  return g->next[(size_t)node * PHS_DIRECTIONS + d];
}

static void follow(const phs_fabric_grid *g, phs_tree_room *t, uint32_t from, phs_way w) {
  uint32_t at = t->index[from];
  for (int leg = 0; leg < 2; leg++) {
    for (uint32_t i = 0; i < w.steps[leg]; i++) {
      from = step(g, from, w.direction[leg]);
      at = t->stamp[from] == t->serial ? t->index[from] : append(t, from, at, w.direction[leg]);
    }
  }
}

/* A node of the tree on the ring of @p radius around @p node. All on it are as near; which is met
 * first depends on the tree, so that different trees come by different links. */
static uint32_t ring(const phs_fabric_grid *g, const phs_tree_room *t, uint32_t node,
                     uint32_t radius) {
  uint32_t at = node;
  unsigned corner = t->side % PHS_DIRECTIONS;
  for (uint32_t i = 0; i < radius && at != PHS_NO_NODE; i++) {
    at = step(g, at, (phs_direction)corner);
  }
  /* directions are in order around a node: from a corner, the side to the next is two further */
  for (unsigned side = 0; side < PHS_DIRECTIONS && at != PHS_NO_NODE; side++) {
    phs_direction along = (phs_direction)((corner + side + 2) % PHS_DIRECTIONS);
    for (uint32_t i = 0; i < radius && at != PHS_NO_NODE; i++) {
      if (t->stamp[at] == t->serial) {
        return at;
      }
      at = step(g, at, along);
    }
  }
  return PHS_NO_NODE;
}

/* The node of the tree nearest to @p node. Rings are searched where none of them leaves the grid,
 * while they are smaller than the tree; else the tree is. */
static uint32_t nearest(const phs_fabric_grid *g, const phs_tree_room *t, uint32_t node) {
  if (g->hexagonal && g->wrap_x && g->wrap_y && !g->holes) {
    uint32_t short_side = g->width < g->height ? g->width : g->height;
    for (uint32_t r = 1, cost = 0; 2 * r < short_side && cost < t->count; cost += 6 * r++) {
      uint32_t found = ring(g, t, node, r);
      if (found != PHS_NO_NODE) {
        return found;
      }
    }
  }
  uint32_t best = PHS_NO_NODE, least = UINT32_MAX;
  for (uint32_t i = 0; i < t->count; i++) {
    uint32_t n = phs_way_steps(phs_fabric_way(g, t->node[i], node));
    if (n < least) {
      least = n;
      best = t->node[i];
    }
  }
  return best;
}

/* Joins @p node to the nearest node of the tree that can be reached, by a search from it. */
static bool detour(const phs_fabric_grid *g, phs_tree_room *t, uint32_t node) {
  t->search++;
  uint32_t head = 0, tail = 0;
  t->seen[node] = t->search;
  t->queue[tail++] = node;
  while (head < tail && t->stamp[t->queue[head]] != t->serial) {
    uint32_t at = t->queue[head++];
    for (phs_direction d = 0; d < PHS_DIRECTIONS; d++) {
      uint32_t to = step(g, at, d);
      if (to != PHS_NO_NODE && t->seen[to] != t->search) {
        t->seen[to] = t->search;
        t->back[to] = at;
        t->back_direction[to] = (uint8_t)phs_opposite(d);
        t->queue[tail++] = to;
      }
    }
  }
  if (head == tail) {
    return false;
  }
  uint32_t at = t->queue[head], i = t->index[at];
  while (at != node) {
    unsigned direction = t->back_direction[at];
    at = t->back[at];
    i = append(t, at, i, direction);
  }
  return true;
}

static bool join(const phs_fabric_grid *g, phs_tree_room *t, uint32_t node) {
  if (t->stamp[node] == t->serial) {
    return true;
  }
  uint32_t from = nearest(g, t, node);
  phs_way w = phs_fabric_way(g, from, node);
  if (!phs_way_open(g, from, w)) {
    return detour(g, t, node);
  }
  follow(g, t, from, w);
  return true;
}

static int ascending(const void *a, const void *b) {
  const uint64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* Joins nodes in order of their distance from the root, then of their numbers. */
static bool join_all(const phs_fabric_grid *g, phs_tree_room *t, uint32_t root, uint64_t *node,
                     uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t n = (uint32_t)node[i];
    node[i] = (uint64_t)phs_way_steps(phs_fabric_way(g, root, n)) << 32 | n;
  }
  if (count > 1) {
    qsort(node, count, sizeof *node, ascending);
  }
  for (uint32_t i = 0; i < count; i++) {
    if (!join(g, t, (uint32_t)node[i])) {
      return false;
    }
  }
  return true;
}

bool phs_tree_grow(const phs_fabric_grid *g, phs_tree_room *t, uint32_t root,
                   const uint32_t *sources, uint32_t source_count) {
  append(t, root, 0, PHS_DIRECTIONS);
  if (!join_all(g, t, root, t->order, t->destination_count)) {
    return false;
  }
  for (uint32_t i = 0; i < source_count; i++) {
    t->joined[i] = sources[i];
  }
  return join_all(g, t, root, t->joined, source_count);
}
