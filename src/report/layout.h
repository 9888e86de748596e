/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file layout.h  Positions for the nodes and edges of a graph, found by Graphviz. */
#ifndef PHS_REPORT_LAYOUT_H
#define PHS_REPORT_LAYOUT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct phs_layout_point {
  double x, y;
} phs_layout_point;

/** A curve of cubic pieces: 3k + 1 points, from the edge of one node to that of the other. */
typedef struct phs_layout_edge {
  uint32_t from, to;
  uint32_t count; /**< of points; 0: nothing was found, draw a straight line */
  phs_layout_point *point;
} phs_layout_edge;

typedef struct phs_layout {
  uint32_t node_count, edge_count;
  const double *diameter; /**< [node_count], points */
  phs_layout_point *node; /**< set: centres, y down, from 0 */
  phs_layout_edge *edge;  /**< from, to given; the curves are set */
  bool layered;           /**< given: in columns along the edges (`dot`); else by forces (`sfdp`) */
  double width, height;   /**< set */
} phs_layout;

/**
 * Sets positions and curves, in @p arena. Graphviz keeps state for the whole process, so that calls
 * wait for each other.
 * @return false where Graphviz has no such layout or memory ended; then the nodes stand in rows
 */
bool phs_layout_find(phs_layout *l, phs_arena *arena);

#endif
