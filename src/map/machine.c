/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Distances on a machine. */
#include "map/machine.h"

#include <stdlib.h>

static uint32_t magnitude(int64_t v) {
  return (uint32_t)(v < 0 ? -v : v);
}

static uint32_t least(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

/* Along one side: straight, or over the edge where it is closed. */
static uint32_t along(uint32_t a, uint32_t b, uint32_t size, bool wrap) {
  uint32_t straight = a < b ? b - a : a - b;
  return wrap ? least(straight, size - straight) : straight;
}

/* East and north, or west and south, at once is one diagonal link. */
static uint32_t hexagonal(int64_t dx, int64_t dy) {
  uint32_t x = magnitude(dx), y = magnitude(dy);
  return (dx < 0) == (dy < 0) ? (x > y ? x : y) : x + y;
}

/* On a hexagonal torus either way around may be shorter, in both sides. */
static uint32_t hexagonal_links(const phs_machine *m, int64_t dx, int64_t dy) {
  int64_t other_x = m->wrap_x ? (dx > 0 ? dx - m->width : dx + m->width) : dx;
  int64_t other_y = m->wrap_y ? (dy > 0 ? dy - m->height : dy + m->height) : dy;
  return least(least(hexagonal(dx, dy), hexagonal(other_x, dy)),
               least(hexagonal(dx, other_y), hexagonal(other_x, other_y)));
}

uint32_t phs_machine_links(const phs_machine *m, uint32_t a, uint32_t b) {
  uint32_t ax = a % m->width, ay = a / m->width, bx = b % m->width, by = b / m->width;
  if (m->hexagonal) {
    return hexagonal_links(m, (int64_t)bx - ax, (int64_t)by - ay);
  }
  return along(ax, bx, m->width, m->wrap_x) + along(ay, by, m->height, m->wrap_y);
}

uint32_t phs_machine_hops(const phs_machine *m, uint32_t a, uint32_t b) {
  return a == b ? 0 : 1 + phs_machine_links(m, a / m->cores_per_node, b / m->cores_per_node);
}

uint32_t phs_machine_block(const phs_machine *m, int d, uint32_t node) {
  const phs_domain *k = &m->domain[d];
  return node / m->width / k->height * k->blocks_x + node % m->width / k->width;
}

/* Borders between blocks of @p block nodes on the shortest way along one side. */
static uint32_t borders(uint32_t a, uint32_t b, uint32_t block, uint32_t size, bool wrap) {
  uint32_t blocks = size / block;
  uint32_t low = least(a, b), high = a < b ? b : a;
  uint32_t inside = high / block - low / block;
  if (!wrap || blocks < 2) {
    return inside;
  }
  uint32_t straight = high - low, around = size - straight;
  uint32_t over = blocks - inside;
  return straight < around ? inside : straight > around ? over : least(inside, over);
}

double phs_machine_cost(const phs_machine *m, uint32_t a, uint32_t b) {
  double cost = phs_machine_hops(m, a, b);
  uint32_t u = a / m->cores_per_node, v = b / m->cores_per_node;
  for (int d = 0; d < m->domain_count; d++) {
    const phs_domain *k = &m->domain[d];
    cost +=
        m->off_domain[d] * (borders(u % m->width, v % m->width, k->width, m->width, m->wrap_x) +
                            borders(u / m->width, v / m->width, k->height, m->height, m->wrap_y));
  }
  return cost;
}

/* One step along a side; UINT32_MAX over an open edge. */
static uint32_t step(uint32_t at, int by, uint32_t size, bool wrap) {
  int64_t to = (int64_t)at + by;
  if (to >= 0 && to < size) {
    return (uint32_t)to;
  }
  return !wrap ? UINT32_MAX : to < 0 ? size - 1 : 0;
}

uint32_t phs_machine_neighbour(const phs_machine *m, uint32_t node, phs_direction direction) {
  static const int east[PHS_DIRECTIONS] = {1, 1, 0, -1, -1, 0};
  static const int north[PHS_DIRECTIONS] = {0, 1, 1, 0, -1, -1};
  if (!m->hexagonal && (direction == PHS_NORTH_EAST || direction == PHS_SOUTH_WEST)) {
    return UINT32_MAX;
  }
  uint32_t x = step(node % m->width, east[direction], m->width, m->wrap_x);
  uint32_t y = step(node / m->width, north[direction], m->height, m->wrap_y);
  if (x == UINT32_MAX || y == UINT32_MAX) {
    return UINT32_MAX;
  }
  uint32_t to = y * m->width + x;
  return to != node && phs_node_present(m, to) ? to : UINT32_MAX;
}

void phs_machine_free(phs_machine *m) {
  if (m) {
    phs_arena_destroy(m->arena);
  }
}
