/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Ways over a grid of nodes. */
#include "map/route.h"

#include <math.h>

bool phs_fabric_create(const phs_machine *machine, phs_fabric_grid *out) {
  *out = (phs_fabric_grid){
      .machine = machine,
      .width = machine->width,
      .height = machine->height,
      .count = machine->grid_count,
      .hexagonal = machine->hexagonal,
      .wrap_x = machine->wrap_x,
      .wrap_y = machine->wrap_y,
      .holes = machine->present && machine->node_count < machine->grid_count,
      .next = phs_room((size_t)machine->grid_count * PHS_DIRECTIONS, sizeof(uint32_t)),
  };
  if (!out->next) {
    return false;
  }
  for (uint32_t n = 0; n < out->count; n++) {
    for (phs_direction d = 0; d < PHS_DIRECTIONS; d++) {
      uint32_t to =
          phs_node_present(machine, n) ? phs_machine_neighbour(machine, n, d) : PHS_NO_NODE;
      bool there = to != PHS_NO_NODE && phs_node_present(machine, to);
      out->next[(size_t)n * PHS_DIRECTIONS + d] = there ? to : PHS_NO_NODE;
    }
  }
  return true;
}

void phs_fabric_free(phs_fabric_grid *g) {
  free(g->next);
  g->next = NULL;
}

/* The shorter way along one dimension; half way round is positive. */
static int64_t along(uint32_t from, uint32_t to, uint32_t size, bool wrap) {
  int64_t d = (int64_t)to - from;
  if (wrap) {
    d += d < 0 ? size : 0;
    d -= 2 * d > size ? size : 0;
  }
  return d;
}

/* Links between nodes that differ by so much: one diagonal counts for both dimensions. */
static uint64_t hexagonal_links(int64_t dx, int64_t dy) {
  uint64_t x = (uint64_t)llabs(dx), y = (uint64_t)llabs(dy);
  return (dx < 0) == (dy < 0) ? (x > y ? x : y) : x + y;
}

/* On a hexagonal torus the shorter way in each dimension need not be the shortest in all: each way
 * round is tried. */
static void hexagonal_vector(const phs_fabric_grid *g, int64_t *dx, int64_t *dy) {
  int64_t best_x = *dx, best_y = *dy;
  uint64_t best = hexagonal_links(*dx, *dy);
  for (int i = 0; i < 4; i++) {
    int64_t x = *dx, y = *dy;
    if (i & 1) {
      if (!g->wrap_x) {
        continue;
      }
      x += x > 0 ? -(int64_t)g->width : g->width;
    }
    if (i & 2) {
      if (!g->wrap_y) {
        continue;
      }
      y += y > 0 ? -(int64_t)g->height : g->height;
    }
    uint64_t n = hexagonal_links(x, y);
    if (n < best) {
      best = n;
      best_x = x;
      best_y = y;
    }
  }
  *dx = best_x;
  *dy = best_y;
}

phs_way phs_fabric_way(const phs_fabric_grid *g, uint32_t from, uint32_t to) {
  uint32_t fx = from % g->width, fy = from / g->width, tx = to % g->width, ty = to / g->width;
  int64_t dx = along(fx, tx, g->width, g->wrap_x), dy = along(fy, ty, g->height, g->wrap_y);
  uint32_t diagonal = 0;
  phs_direction slant = PHS_NORTH_EAST;
  if (g->hexagonal) {
    hexagonal_vector(g, &dx, &dy);
    if ((dx > 0 && dy > 0) || (dx < 0 && dy < 0)) {
      int64_t sign = dx > 0 ? 1 : -1;
      int64_t n = sign * dx < sign * dy ? sign * dx : sign * dy;
      slant = dx > 0 ? PHS_NORTH_EAST : PHS_SOUTH_WEST;
      diagonal = (uint32_t)n;
      dx -= sign * n;
      dy -= sign * n;
    }
  }
  phs_way w = {{dx < 0 ? PHS_WEST : PHS_EAST, dy < 0 ? PHS_SOUTH : PHS_NORTH},
               {(uint32_t)llabs(dx), (uint32_t)llabs(dy)}};
  if (diagonal) { /* takes the place of the dimension that it has used up */
    int i = w.steps[0] == 0 ? 0 : 1;
    w.direction[i] = slant;
    w.steps[i] = diagonal;
  }
  if (g->hexagonal && w.steps[1] > w.steps[0]) {
    w = (phs_way){{w.direction[1], w.direction[0]}, {w.steps[1], w.steps[0]}};
  }
  return w;
}

bool phs_way_open(const phs_fabric_grid *g, uint32_t from, phs_way w) {
  if (!g->holes) {
    return true;
  }
  for (int leg = 0; leg < 2; leg++) {
    for (uint32_t i = 0; i < w.steps[leg] && from != PHS_NO_NODE; i++) {
      from = g->next[(size_t)from * PHS_DIRECTIONS + w.direction[leg]];
    }
  }
  return from != PHS_NO_NODE;
}

phs_fixed phs_fixed_for(double sum) {
  return (phs_fixed){ldexp(1, 60 - (sum > 0 ? ilogb(sum) : 0))};
}
