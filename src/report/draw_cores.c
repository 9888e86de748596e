/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/draw.h"
#include "report/floor.h"
#include "report/tables.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_HINTS = 3000 };
static const char *const percents[] = {"0", "25 %", "50 %", "75 %", "100 %"};

/* Cells of absent nodes are NAN, others -1: not in use. */
static float *blank(const phs_floor *floor) {
  const phs_machine *m = floor->machine;
  float *share = calloc(floor->cell_count + 1, sizeof *share);
  for (uint64_t i = 0; share && i < floor->cell_count; i++) {
    share[i] = m && m->present ? NAN : -1;
  }
  for (uint32_t g = 0; share && m && m->present && g < m->grid_count; g++) {
    for (uint32_t k = 0; m->present[g] && k < floor->cells_per_node; k++) {
      uint64_t cell = phs_floor_cell_of(floor, (uint64_t)g * floor->cells_per_node + k);
      if (cell != PHS_NO_CELL) {
        share[cell] = -1;
      }
    }
  }
  return share;
}

static void raise_to(float *share, uint64_t cell, float value) {
  if (cell != PHS_NO_CELL && !(share[cell] > value)) { /* NAN compares false: set */
    share[cell] = value;
  }
}

static const char *core_words(phs_figures *f, uint32_t c) {
  const phs_part_kind *k = &f->kind[0];
  const char *text = phs_arena_printf(
      f->arena, "core %u at %s: %s full (%s), %s neurons", c,
      phs_report_place_text(f, f->map->core[c].place),
      phs_report_percent_text(f->arena, (double)k->occupancy[c]),
      k->fullest[c] < PHS_CAPACITIES ? phs_capacity_words((phs_capacity)k->fullest[c]) : "nothing",
      phs_report_number(f->arena, k->use[(size_t)c * PHS_CAPACITIES + PHS_CAPACITY_NEURONS]));
  return text ? text : "?";
}

bool phs_draw_cores(phs_figures *f, phs_buf *out) {
  const phs_map *m = f->map;
  phs_floor floor;
  phs_picture p;
  if (!f->cut) {
    return false;
  }
  if (f->placed) {
    phs_floor_machine(&floor, m->machine, &f->window, true, 26);
  } else {
    phs_floor_line(&floor, m->core_count, 26);
  }
  float *share = blank(&floor);
  if (!share) {
    return false;
  }
  double bottom = ceil(floor.top + floor.height * floor.scale) + 28;
  phs_picture_begin(&p, "core-map", "Cores of the machine, coloured by their fullest capacity",
                    PHS_PICTURE_WIDTH, bottom + 34);
  bool whole = floor.cells_per_node == m->machine->cores_per_node || !f->placed;
  for (uint32_t c = 0; c < m->core_count; c++) {
    uint32_t place = f->placed ? m->core[c].place : c;
    uint64_t cell = phs_floor_cell_of(&floor, whole ? place : place / m->machine->cores_per_node);
    raise_to(share, cell, f->kind[0].occupancy[c]);
    if (floor.cell_count <= MOST_HINTS) {
      double x, y;
      phs_floor_corner(&floor, cell, &x, &y);
      phs_picture_hint(&p, floor.left + x, floor.top + y, floor.cell, floor.cell, core_words(f, c));
    }
  }
  phs_draw_heat(&p, &floor, share);
  phs_draw_axes(&p, &floor);
  bool beyond = f->tightest && f->tightest->kind == 0 &&
                phs_report_share(f->tightest->most, f->tightest->limit) > 1;
  phs_draw_legend(&p, floor.left, bottom,
                  whole ? "fullest capacity of a core" : "fullest core of a node", percents, 5,
                  "not used", beyond ? "beyond a limit" : NULL);
  free(share);
  return phs_picture_end(&p, out);
}

bool phs_draw_routers(phs_figures *f, phs_buf *out) {
  const phs_map *m = f->map;
  const phs_tables *t = f->routed ? m->routing.tables : NULL;
  double limit = m->machine->node_capacity[PHS_CAPACITY_ROUTER_ENTRIES];
  phs_floor floor;
  phs_picture p;
  if (!t || !t->row || t->total == 0) {
    return false;
  }
  phs_floor_machine(&floor, m->machine, &f->window, false, 40);
  float *share = blank(&floor);
  if (!share) {
    return false;
  }
  bool limited = isfinite(limit) && limit > 0;
  /* where tables are far from the limit, colours go to the longest one */
  limited = limited && t->most >= limit / 4;
  double full = limited ? limit : fmax(t->most, 1);
  for (uint32_t g = 0; g < m->machine->grid_count; g++) {
    double entries = (double)(t->row[g + 1] - t->row[g]);
    if (entries > 0) {
      raise_to(share, phs_floor_cell_of(&floor, g), (float)(entries / full));
    }
  }
  const char *tick[5];
  for (int i = 0; i < 5; i++) {
    tick[i] = phs_report_number(f->arena, round(full * i / 4));
  }
  double bottom = ceil(floor.top + floor.height * floor.scale) + 28;
  phs_picture_begin(&p, "router-map", "Routing tables, coloured by their entries",
                    PHS_PICTURE_WIDTH, bottom + 34);
  phs_draw_heat(&p, &floor, share);
  phs_draw_axes(&p, &floor);
  phs_draw_legend(&p, floor.left, bottom,
                  limited ? "entries, to the limit" : "entries, to the most", tick, 5, "no entries",
                  t->most > full ? "beyond the limit" : NULL);
  free(share);
  return phs_picture_end(&p, out);
}
