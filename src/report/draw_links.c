/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loads of links. Most links carry little, so that colours are even in the square root. */
#include "report/draw.h"
#include "report/floor.h"
#include "report/tables.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_SPACING 13.0 /* units between nodes below which links cannot be told apart */
#define MOST_SPACING 56.0

typedef struct links {
  phs_figures *f;
  const phs_floor *floor;
  double node; /* side of a node's square */
} links;

static double load_of(const phs_figures *f, uint32_t node, int d) {
  return phs_report_sane((double)f->map->routing.load[(size_t)node * PHS_DIRECTIONS + (size_t)d]);
}

static double worst_of(const phs_figures *f) {
  double worst = 0;
  for (uint32_t g = 0; g < f->map->machine->grid_count; g++) {
    for (int d = 0; d < PHS_DIRECTIONS; d++) {
      worst = fmax(worst, load_of(f, g, d));
    }
  }
  return worst;
}

static bool shown(const phs_floor *floor, uint32_t node) {
  return phs_floor_cell_of(floor, node) != PHS_NO_CELL;
}

static void centre(const phs_floor *floor, uint32_t node, double *x, double *y) {
  phs_floor_corner(floor, phs_floor_cell_of(floor, node), x, y);
  *x += floor->cell / 2;
  *y += floor->cell / 2;
}

/* A line beside the middle, to the right of its direction; over an edge of the grid, where the
 * machine is closed, half a one. */
static void line(cairo_t *cr, const links *l, uint32_t from, uint32_t to, int d) {
  static const int step[PHS_DIRECTIONS][2] = {{1, 0}, {1, -1}, {0, -1}, {-1, 0}, {-1, 1}, {0, 1}};
  double x0, y0, x1 = 0, y1 = 0, pitch = l->floor->cell + l->floor->pad;
  centre(l->floor, from, &x0, &y0);
  bool inside = shown(l->floor, to);
  if (inside) {
    centre(l->floor, to, &x1, &y1);
  }
  double dx = step[d][0], dy = step[d][1], length = sqrt(dx * dx + dy * dy);
  bool wraps = !inside || fabs(x1 - x0) > 1.9 * pitch || fabs(y1 - y0) > 1.9 * pitch;
  if (wraps) {
    x1 = x0 + dx * 0.5 * pitch;
    y1 = y0 + dy * 0.5 * pitch;
  }
  double ux = dx / length, uy = dy / length, beside = 0.12 * l->node + 1, free = 0.5 * l->node;
  double back = wraps ? 0 : free * (d % 3 == 1 ? 1.3 : 1);
  free *= d % 3 == 1 ? 1.3 : 1;
  cairo_move_to(cr, x0 + ux * free - uy * beside, y0 + uy * free + ux * beside);
  cairo_line_to(cr, x1 - ux * back - uy * beside, y1 - uy * back + ux * beside);
}

/* Links of one level; -1: those without a load. */
static void level(cairo_t *cr, const links *l, int wanted, double worst) {
  const phs_machine *m = l->f->map->machine;
  for (uint32_t g = 0; g < m->grid_count; g++) {
    for (int d = 0; phs_node_present(m, g) && d < PHS_DIRECTIONS; d++) {
      uint32_t to = phs_machine_neighbour(m, g, (phs_direction)d);
      double load = load_of(l->f, g, d);
      int at = load > 0 ? phs_colour_level(sqrt(load / worst)) : -1;
      if (to < m->grid_count && at == wanted && shown(l->floor, g)) {
        line(cr, l, g, to, d);
      }
    }
  }
  cairo_stroke(cr);
}

static void vectors(phs_picture *p, phs_figures *f, const phs_floor *floor, double worst) {
  const phs_machine *m = f->map->machine;
  links l = {f, floor, 0.34 * floor->cell};
  cairo_save(p->cr);
  cairo_translate(p->cr, floor->left, floor->top);
  phs_draw_plates(p->cr, floor);
  cairo_set_line_width(p->cr, fmax(0.8, 0.03 * floor->cell));
  phs_colour_unused(p->cr);
  level(p->cr, &l, -1, worst);
  cairo_set_line_width(p->cr, fmax(1.4, 0.09 * floor->cell));
  for (int k = 0; k < PHS_COLOUR_LEVELS; k++) {
    phs_colour_ramp(p->cr, k);
    level(p->cr, &l, k, worst);
  }
  phs_colour_unused(p->cr);
  for (uint32_t g = 0; g < m->grid_count; g++) {
    double x, y;
    if (phs_node_present(m, g) && shown(floor, g)) {
      centre(floor, g, &x, &y);
      cairo_rectangle(p->cr, x - l.node / 2, y - l.node / 2, l.node, l.node);
    }
  }
  cairo_fill(p->cr);
  cairo_restore(p->cr);
}

static void hints(phs_picture *p, phs_figures *f, const phs_floor *floor) {
  const phs_machine *m = f->map->machine;
  for (uint32_t g = 0; g < m->grid_count; g++) {
    const char *text = NULL;
    double x, y;
    for (int d = 0; shown(floor, g) && d < PHS_DIRECTIONS; d++) {
      double load = load_of(f, g, d);
      if (load > 0) {
        text = phs_arena_printf(f->arena, "%s%s%s to the %s", text ? text : "", text ? ", " : "",
                                phs_report_number(f->arena, load),
                                phs_report_direction((phs_direction)d));
      }
    }
    text = text ? phs_arena_printf(f->arena, "%s %s: %s", m->node_name, phs_report_node_text(f, g),
                                   text)
                : NULL;
    if (text) {
      phs_floor_corner(floor, phs_floor_cell_of(floor, g), &x, &y);
      phs_picture_hint(p, floor->left + x, floor->top + y, floor->cell, floor->cell, text);
    }
  }
}

static bool pixels(phs_picture *p, phs_figures *f, const phs_floor *floor, double worst) {
  const phs_machine *m = f->map->machine;
  float *share = calloc(floor->cell_count + 1, sizeof *share);
  for (uint64_t i = 0; share && i < floor->cell_count; i++) {
    share[i] = m->present ? NAN : -1;
  }
  for (uint32_t g = 0; share && g < m->grid_count; g++) {
    double most = -1;
    for (int d = 0; d < PHS_DIRECTIONS; d++) {
      double load = load_of(f, g, d);
      most = load > 0 ? fmax(most, sqrt(load / worst)) : most;
    }
    uint64_t cell = phs_floor_cell_of(floor, g);
    if (cell != PHS_NO_CELL && phs_node_present(m, g) && !((double)share[cell] > most)) {
      share[cell] = (float)most;
    }
  }
  if (share) {
    phs_draw_heat(p, floor, share);
  }
  free(share);
  return share;
}

bool phs_draw_links(phs_figures *f, phs_buf *out) {
  phs_floor floor;
  phs_picture p;
  double worst = f->routed ? worst_of(f) : 0;
  const char *tick[5];
  if (worst <= 0) {
    return false;
  }
  phs_floor_machine(&floor, f->map->machine, &f->window, false, MOST_SPACING);
  for (int i = 0; i < 5; i++) {
    tick[i] = phs_report_number(f->arena, worst * i * i / 16);
  }
  double bottom = ceil(floor.top + floor.height * floor.scale) + 28;
  phs_picture_begin(&p, "link-map", "Links between the nodes, coloured by messages a step",
                    PHS_PICTURE_WIDTH, bottom + 34);
  bool lines = !floor.raster && floor.cell >= LEAST_SPACING;
  if (lines) {
    vectors(&p, f, &floor, worst);
    hints(&p, f, &floor);
  } else {
    p.failed |= !pixels(&p, f, &floor, worst);
  }
  phs_draw_axes(&p, &floor);
  phs_draw_legend(&p, floor.left, bottom,
                  lines ? "messages a step on a link" : "messages a step, worst link", tick, 5,
                  "none", NULL);
  return phs_picture_end(&p, out);
}
