/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/floor.h"

#include <math.h>
#include <string.h>

/* Units of the picture's sides. A raster picture has two pixels a unit in each direction, never
 * another number: lines of one pixel would be drawn unevenly. */
#define LEFT 44.0
#define TOP 8.0
#define MOST_WIDTH (PHS_PICTURE_WIDTH - LEFT - 8)
#define MOST_HEIGHT 760.0
#define PIXELS 2.0
/* Machines of so many cores are always shown whole. */
#define SMALL 1024

/* Borders of blocks between two columns or rows. */
static double borders(uint32_t from, uint32_t to, uint32_t block) {
  return to / block - from / block;
}

static void sizes(phs_floor *f) {
  const phs_machine *m = f->machine;
  f->width = f->columns * (f->sub_x * f->cell + f->pad) - f->pad;
  f->height = f->rows * (f->sub_y * f->cell + f->pad) - f->pad;
  for (int d = 0; m && d < m->domain_count; d++) {
    bool visible = f->merge == 1 && m->domain[d].width * f->sub_x * f->cell >= 6 &&
                   m->domain[d].height * f->sub_y * f->cell >= 6;
    f->gap[d] = !visible ? 0 : f->raster ? 2 * (1 + d) : 2 + 0.3 * fmin(f->cell, 12) + 2 * d;
    f->width += borders(f->window.x0, f->window.x1 - 1, m->domain[d].width) * f->gap[d];
    f->height += borders(f->window.y0, f->window.y1 - 1, m->domain[d].height) * f->gap[d];
  }
}

/* The largest cells with which all fits. */
static bool fit(phs_floor *f, double largest, double step, double width, double height) {
  for (f->cell = largest; f->cell >= step; f->cell -= step) {
    bool node = f->cells_per_node > 1;
    f->pad = f->raster ? (node && f->cell >= 3 ? 1 : 0) : node ? fmax(1, 0.2 * f->cell) : 1;
    if (!f->raster && f->cell < 4) {
      f->pad = node ? 1 : 0.5;
    }
    sizes(f);
    if (f->width <= width && f->height <= height) {
      return true;
    }
  }
  return false;
}

static void settle(phs_floor *f, double largest) {
  f->left = LEFT;
  f->top = TOP;
  f->scale = 1;
  f->raster = f->cell_count > PHS_FLOOR_VECTOR;
  if (!f->raster && fit(f, largest, 0.5, MOST_WIDTH, MOST_HEIGHT)) {
    return;
  }
  f->raster = true;
  f->scale = 1 / PIXELS;
  if (!fit(f, 8, 1, PIXELS * MOST_WIDTH, PIXELS * MOST_HEIGHT)) {
    f->cell = 1;
    f->pad = 0;
    sizes(f);
    f->scale = fmin(MOST_WIDTH / fmax(f->width, 1), MOST_HEIGHT / fmax(f->height, 1));
  }
}

static uint32_t divide_up(uint32_t a, uint32_t b) {
  return a / b + (a % b != 0);
}

/* Columns for the cores of a node: nearly a square, with the fewest empty cells. */
static uint32_t columns_of(uint32_t count) {
  uint32_t best = 1, empty = UINT32_MAX;
  for (uint32_t x = (uint32_t)ceil(sqrt((double)count)); x > 0 && x * x <= 4 * (uint64_t)count;
       x++) {
    uint32_t rest = x * divide_up(count, x) - count;
    if (rest < empty) {
      empty = rest;
      best = x;
    }
  }
  return best;
}

phs_window phs_floor_window(const phs_machine *m, const uint8_t *used) {
  phs_window all = {0, 0, m->width, m->height}, w = {m->width, m->height, 0, 0};
  for (uint32_t g = 0; used && g < m->grid_count; g++) {
    uint32_t x = g % m->width, y = g / m->width;
    if (used[g]) {
      w = (phs_window){x < w.x0 ? x : w.x0, y < w.y0 ? y : w.y0, x >= w.x1 ? x + 1 : w.x1,
                       y >= w.y1 ? y + 1 : w.y1};
    }
  }
  if (w.x1 == 0 || m->core_count <= SMALL) {
    return all;
  }
  bool blocks = m->domain_count > 0 && m->domain[0].blocks_x * m->domain[0].blocks_y > 1;
  uint32_t bx = blocks ? m->domain[0].width : 8, by = blocks ? m->domain[0].height : 8;
  w.x0 -= w.x0 % bx;
  w.y0 -= w.y0 % by;
  w.x1 = divide_up(w.x1, bx) * bx < m->width ? divide_up(w.x1, bx) * bx : m->width;
  w.y1 = divide_up(w.y1, by) * by < m->height ? divide_up(w.y1, by) * by : m->height;
  double part = (double)(w.x1 - w.x0) * (w.y1 - w.y0) / ((double)m->width * m->height);
  return part < 1.0 / 3 ? w : all;
}

void phs_floor_machine(phs_floor *f, const phs_machine *m, const phs_window *window, bool per_core,
                       double largest) {
  uint32_t w = window->x1 - window->x0, h = window->y1 - window->y0;
  *f = (phs_floor){.machine = m,
                   .window = *window,
                   .merge = 1,
                   .cells_per_node = per_core ? m->cores_per_node : 1};
  f->sub_x = columns_of(f->cells_per_node);
  f->sub_y = divide_up(f->cells_per_node ? f->cells_per_node : 1, f->sub_x);
  if (w * (double)f->sub_x > PIXELS * MOST_WIDTH || h * (double)f->sub_y > PIXELS * MOST_HEIGHT) {
    /* nodes are cells, and of the largest machines several nodes one */
    f->cells_per_node = f->sub_x = f->sub_y = 1;
    f->merge = (uint32_t)fmax(1, ceil(fmax(w / (PIXELS * MOST_WIDTH), h / (PIXELS * MOST_HEIGHT))));
  }
  f->columns = divide_up(w, f->merge);
  f->rows = divide_up(h, f->merge);
  f->cell_count = (uint64_t)f->columns * f->rows * f->cells_per_node;
  settle(f, largest);
}

void phs_floor_line(phs_floor *f, uint64_t count, double largest) {
  *f = (phs_floor){.merge = 1, .cells_per_node = 1, .sub_x = 1, .sub_y = 1, .cell_count = count};
  f->columns = (uint32_t)fmin(fmax(ceil(sqrt((double)count * 1.6)), 1), 4e9);
  f->rows = (uint32_t)((count + f->columns - 1) / f->columns);
  settle(f, largest);
}

uint64_t phs_floor_cell_of(const phs_floor *f, uint64_t place) {
  if (!f->machine) {
    return place;
  }
  uint32_t per = f->cells_per_node, width = f->machine->width;
  uint64_t node = per > 1 ? place / per : place, core = per > 1 ? place % per : 0;
  uint64_t x = node % width, y = node / width;
  if (x < f->window.x0 || x >= f->window.x1 || y < f->window.y0 || y >= f->window.y1) {
    return PHS_NO_CELL;
  }
  x = (x - f->window.x0) / f->merge;
  y = (y - f->window.y0) / f->merge;
  return (y * f->columns + x) * per + core;
}

void phs_floor_corner(const phs_floor *f, uint64_t cell, double *x, double *y) {
  const phs_machine *m = f->machine;
  uint64_t node = cell / f->cells_per_node, core = cell % f->cells_per_node;
  uint64_t column = node % f->columns, row = node / f->columns;
  uint64_t shown = m ? f->rows - 1 - row : row; /* north is up */
  *x = (double)column * (f->sub_x * f->cell + f->pad) + (double)(core % f->sub_x) * f->cell;
  *y = (double)shown * (f->sub_y * f->cell + f->pad) + (double)(core / f->sub_x) * f->cell;
  for (int d = 0; m && d < m->domain_count; d++) {
    const phs_domain *domain = &m->domain[d];
    if (f->gap[d] > 0) { /* then no nodes are merged */
      uint32_t x0 = f->window.x0, y0 = f->window.y0;
      *x += borders(x0, x0 + (uint32_t)column, domain->width) * f->gap[d];
      *y += borders(y0 + (uint32_t)row, f->window.y1 - 1, domain->height) * f->gap[d];
    }
  }
}
