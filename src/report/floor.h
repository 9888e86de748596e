/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file floor.h  Where nodes and cores of a machine lie in a picture: the grid with north up,
 * cores of a node side by side, gaps between the blocks of domains. Large machines become pixels,
 * and of the largest several nodes one. */
#ifndef PHS_REPORT_FLOOR_H
#define PHS_REPORT_FLOOR_H

#include "map/machine.h"
#include "report/picture.h"

/** Cells from which on a picture is made of pixels. */
#define PHS_FLOOR_VECTOR 20000

/** Nodes x0 <= x < x1, y0 <= y < y1. */
typedef struct phs_window {
  uint32_t x0, y0, x1, y1;
} phs_window;

typedef struct phs_floor {
  const phs_machine *machine; /**< NULL: `columns` x `rows` cells in reading order */
  phs_window window;          /**< the part of the machine that is shown */
  uint32_t columns, rows;     /**< nodes, merged ones */
  uint32_t sub_x, sub_y;      /**< cells of a node */
  uint32_t cells_per_node;    /**< 1, or the cores of a node */
  uint32_t merge;             /**< nodes that are one cell, in each direction */
  uint64_t cell_count;
  bool raster;
  double cell, pad;                  /**< side of a cell; between nodes */
  double gap[PHS_TARGET_MAX_LEVELS]; /**< between blocks of domains */
  double width, height;              /**< of all, in units or pixels */
  double scale, left, top;           /**< units a pixel; where it lies in the picture */
} phs_floor;

/**
 * The part of a machine to show: all of it, or where little is in use, the blocks of the innermost
 * domain around that.
 * @param used [grid_count], or NULL: show all
 */
phs_window phs_floor_window(const phs_machine *m, const uint8_t *used);
/** @param window of nodes
 * @param per_core a cell for each core; else one for each node
 * @param largest side of a cell at most */
void phs_floor_machine(phs_floor *f, const phs_machine *m, const phs_window *window, bool per_core,
                       double largest);
/** @p count cells in reading order. */
void phs_floor_line(phs_floor *f, uint64_t count, double largest);
/** Cell of a place (where cells are cores) or a node; PHS_NO_CELL outside of the window. */
#define PHS_NO_CELL UINT64_MAX
uint64_t phs_floor_cell_of(const phs_floor *f, uint64_t place);
/** Upper left corner of a cell, before scaling. */
void phs_floor_corner(const phs_floor *f, uint64_t cell, double *x, double *y);

/**
 * Cells by their shares: level of the ramp, red above 1.
 * @param share of each cell; below 0: not in use; NAN: there is no such cell
 */
void phs_draw_heat(phs_picture *p, const phs_floor *f, const float *share);
/** Numbers of columns and rows along the edges; `left` and `top` leave room for them. */
void phs_draw_axes(phs_picture *p, const phs_floor *f);
/** Plates behind the blocks of domains, on @p cr, in the floor's own units. */
void phs_draw_plates(cairo_t *cr, const phs_floor *f);

#endif
