/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/floor.h"

#include <math.h>
#include <string.h>

/* Most pixels of a side of a raster picture, and units of the height of any. */
#define MOST_PIXELS 2200.0
#define MOST_HEIGHT 760.0
#define LEFT 44.0
#define TOP 8.0

static void sizes(phs_floor *f) {
  const phs_machine *m = f->machine;
  f->width = f->columns * (f->sub_x * f->cell + f->pad) - f->pad;
  f->height = f->rows * (f->sub_y * f->cell + f->pad) - f->pad;
  for (int d = 0; m && d < m->domain_count; d++) {
    bool visible = f->merge == 1 && m->domain[d].width * f->sub_x * f->cell >= 6 &&
                   m->domain[d].height * f->sub_y * f->cell >= 6;
    f->gap[d] = !visible ? 0 : f->raster ? 1 + d : 2 + 0.3 * fmin(f->cell, 12) + 2 * d;
    f->width += (m->domain[d].blocks_x - 1) * f->gap[d];
    f->height += (m->domain[d].blocks_y - 1) * f->gap[d];
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
  const double room = PHS_PICTURE_WIDTH - LEFT - 8;
  f->left = LEFT;
  f->top = TOP;
  f->scale = 1;
  f->raster = f->cell_count > PHS_FLOOR_VECTOR;
  if (!f->raster && fit(f, largest, 0.5, room, MOST_HEIGHT)) {
    return;
  }
  f->raster = true;
  if (!fit(f, 4, 1, MOST_PIXELS, MOST_PIXELS)) {
    f->cell = 1;
    f->pad = 0;
    sizes(f);
  }
  f->scale = fmin(room / fmax(f->width, 1), MOST_HEIGHT / fmax(f->height, 1));
}

static uint32_t squarest(uint32_t count) {
  uint32_t side = (uint32_t)ceil(sqrt((double)count));
  return side ? side : 1;
}

static uint32_t divide_up(uint32_t a, uint32_t b) {
  return a / b + (a % b != 0);
}

void phs_floor_machine(phs_floor *f, const phs_machine *m, bool per_core, double largest) {
  *f = (phs_floor){.machine = m, .merge = 1, .cells_per_node = per_core ? m->cores_per_node : 1};
  f->sub_x = squarest(f->cells_per_node);
  f->sub_y = divide_up(f->cells_per_node ? f->cells_per_node : 1, f->sub_x);
  double side = fmax((double)m->width * f->sub_x, (double)m->height * f->sub_y);
  if (side > MOST_PIXELS) { /* nodes are cells, and of the largest machines several nodes one */
    f->cells_per_node = f->sub_x = f->sub_y = 1;
    f->merge = (uint32_t)ceil(fmax(m->width, m->height) / MOST_PIXELS);
  }
  f->columns = divide_up(m->width, f->merge);
  f->rows = divide_up(m->height, f->merge);
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
  uint64_t x = node % width / f->merge, y = node / width / f->merge;
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
    uint64_t below = row / domain->height;
    *x += (double)(column / domain->width) * f->gap[d];
    *y += (double)(domain->blocks_y - 1 - below) * f->gap[d];
  }
}
