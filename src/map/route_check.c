/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loads without tables: walks flows link by link and compares. Small maps are walked whole; of
 * large ones the ways along some rows and along some columns, and on any map what comes to a node
 * and what it sends is what leaves it and what it gets. */
#include "map/route.h"

#include <math.h>

enum { LINES = 4 };
static const double EVERY_LINK = 5e7; /* links of all flows that are walked one by one */

typedef struct loads {
  const phs_map *m;
  const phs_machine *machine;
  double *load;       /* [grid * PHS_DIRECTIONS] walked */
  double *balance;    /* [grid] messages that start at the node less those that end there */
  bool *row, *column; /* those that are walked */
} loads;

static uint32_t node_of(const phs_map *m, uint32_t core) {
  return m->core[core].place / m->machine->cores_per_node;
}

/* +1, -1 or 0: which way along one dimension is shorter; half way round goes up. */
static int towards(uint32_t at, uint32_t to, uint32_t size, bool wrap) {
  if (at == to) {
    return 0;
  }
  if (!wrap) {
    return to > at ? 1 : -1;
  }
  uint32_t up = 0;
  for (uint32_t i = at; i != to; i = i + 1 == size ? 0 : i + 1) {
    up++;
  }
  return up <= size - up ? 1 : -1;
}

static void walk(loads *l, uint32_t from, uint32_t to, double rate) {
  const phs_machine *g = l->machine;
  uint32_t x = from % g->width, y = from / g->width, tx = to % g->width, ty = to / g->width;
  int right = towards(x, tx, g->width, g->wrap_x), up = towards(y, ty, g->height, g->wrap_y);
  if (l->row[y]) {
    while (from % g->width != tx) {
      phs_direction d = right > 0 ? PHS_EAST : PHS_WEST;
      l->load[(size_t)from * PHS_DIRECTIONS + d] += rate;
      from = phs_machine_neighbour(g, from, d);
    }
  }
  from = y * g->width + tx;
  if (l->column[tx]) {
    while (from != to) {
      phs_direction d = up > 0 ? PHS_NORTH : PHS_SOUTH;
      l->load[(size_t)from * PHS_DIRECTIONS + d] += rate;
      from = phs_machine_neighbour(g, from, d);
    }
  }
}

/* @return links of all flows together */
static double measure(const loads *l) {
  const phs_map *m = l->m;
  double links = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    if (m->slice[s].core == PHS_OUTSIDE) {
      continue;
    }
    uint32_t from = node_of(m, m->slice[s].core);
    for (uint64_t i = m->flows.row[s]; i < m->flows.row[s + 1]; i++) {
      uint32_t to = node_of(m, m->flows.core[i]);
      links += phs_machine_links(l->machine, from, to);
      l->balance[from] += (double)m->flows.rate[i];
      l->balance[to] -= (double)m->flows.rate[i];
    }
  }
  return links;
}

static void walk_all(loads *l) {
  const phs_map *m = l->m;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    if (m->slice[s].core == PHS_OUTSIDE) {
      continue;
    }
    uint32_t from = node_of(m, m->slice[s].core);
    for (uint64_t i = m->flows.row[s]; i < m->flows.row[s + 1]; i++) {
      walk(l, from, node_of(m, m->flows.core[i]), (double)m->flows.rate[i]);
    }
  }
}

static bool differ(double a, double b) {
  return fabs(a - b) > 1e-5 * (fabs(a) + fabs(b)) + 1e-12;
}

static phasor_status compare(const loads *l, phs_diag *diag) {
  const phs_machine *g = l->machine;
  for (uint32_t n = 0; n < g->grid_count; n++) {
    for (phs_direction d = 0; d < PHS_DIRECTIONS; d++) {
      size_t i = (size_t)n * PHS_DIRECTIONS + d;
      bool along_row = d == PHS_EAST || d == PHS_WEST;
      bool walked = along_row ? l->row[n / g->width] : l->column[n % g->width];
      if (walked && differ(l->load[i], (double)l->m->routing.load[i])) {
        phs_report(diag, PHS_ROUTE_CHECK, NULL, NULL,
                   "the link of node %u in direction %d carries %g messages a step, not %g", n,
                   (int)d, l->load[i], (double)l->m->routing.load[i]);
        return phs_code_status(PHS_ROUTE_CHECK);
      }
    }
  }
  return PHASOR_OK;
}

/* What comes in and starts, against what leaves and ends. */
static phasor_status compare_nodes(const loads *l, phs_diag *diag) {
  const phs_machine *g = l->machine;
  const float *load = l->m->routing.load;
  double *in = phs_room(g->grid_count, sizeof *in), *out = phs_room(g->grid_count, sizeof *out);
  phasor_status status = in && out ? PHASOR_OK : PHASOR_ERROR_INTERNAL;
  for (uint32_t n = 0; status == PHASOR_OK && n < g->grid_count; n++) {
    for (phs_direction d = 0; d < PHS_DIRECTIONS; d++) {
      double rate = (double)load[(size_t)n * PHS_DIRECTIONS + d];
      if (rate == 0) {
        continue;
      }
      uint32_t to = phs_machine_neighbour(g, n, d);
      if (to == UINT32_MAX || !phs_node_present(g, to) || !phs_node_present(g, n)) {
        phs_report(diag, PHS_ROUTE_CHECK, NULL, NULL, "node %u sends %g messages to no node", n,
                   rate);
        status = phs_code_status(PHS_ROUTE_CHECK);
        break;
      }
      out[n] += rate;
      in[to] += rate;
    }
  }
  for (uint32_t n = 0; status == PHASOR_OK && n < g->grid_count; n++) {
    double error = fabs(in[n] + l->balance[n] - out[n]);
    if (error > 1e-5 * (in[n] + out[n]) + 1e-9) {
      phs_report(diag, PHS_ROUTE_CHECK, NULL, NULL,
                 "node %u: %g messages a step come in, %g start or end there, %g leave", n, in[n],
                 l->balance[n], out[n]);
      status = phs_code_status(PHS_ROUTE_CHECK);
    }
  }
  free(in);
  free(out);
  return status;
}

phasor_status phs_loads_check(const phs_map *m, phs_diag *diag) {
  const phs_machine *g = m->machine;
  loads l = {.m = m, .machine = g};
  phasor_status status = PHASOR_ERROR_INTERNAL;
  l.load = phs_room((size_t)g->grid_count * PHS_DIRECTIONS, sizeof *l.load);
  l.balance = phs_room(g->grid_count, sizeof *l.balance);
  l.row = phs_room(g->height, sizeof *l.row);
  l.column = phs_room(g->width, sizeof *l.column);
  if (!l.load || !l.balance || !l.row || !l.column) {
    goto cleanup;
  }
  bool small = measure(&l) <= EVERY_LINK;
  for (uint32_t y = 0; y < g->height; y++) {
    l.row[y] = small || y % (g->height / LINES + 1) == g->height / (2 * LINES);
  }
  for (uint32_t x = 0; x < g->width; x++) {
    l.column[x] = small || x % (g->width / LINES + 1) == g->width / (2 * LINES);
  }
  status = compare_nodes(&l, diag);
  /* straight ways are those of dimension order only where nothing is in their way */
  if (status == PHASOR_OK && !g->hexagonal && g->node_count == g->grid_count) {
    walk_all(&l);
    status = compare(&l, diag);
  }
cleanup:
  free(l.load);
  free(l.balance);
  free(l.row);
  free(l.column);
  return status;
}
