/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file curve.h  Orders of a machine's nodes in which neighbours are near. */
#ifndef PHS_MAP_CURVE_H
#define PHS_MAP_CURVE_H

#include "map/machine.h"

/** Told the points of a curve one by one. */
typedef void (*phs_curve_fn)(void *user, uint32_t x, uint32_t y);

/**
 * A generalised Hilbert curve through all points of a rectangle of any sides: from (0, 0), along
 * the longer side. Subsequent points are neighbours, but for one diagonal step where both sides
 * are odd or so (after Cerveny, "Generalized Hilbert space-filling curve for rectangular domains
 * of arbitrary sizes", 2019).
 */
void phs_curve(uint32_t width, uint32_t height, phs_curve_fn fn, void *user);

/**
 * The nodes that are there, block by block of the outermost domain, in it block by block of the
 * next, each along a curve that begins near the end of the one before.
 * @param out [node_count]
 * @return false without memory
 */
bool phs_curve_nodes(const phs_machine *m, uint32_t *out);
/** The nodes that are there, row by row, to and fro. */
void phs_curve_snake(const phs_machine *m, uint32_t *out);

#endif
