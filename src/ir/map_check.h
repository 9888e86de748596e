/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file map_check.h  What the files that check modules of maps share. */
#ifndef PHS_IR_MAP_CHECK_H
#define PHS_IR_MAP_CHECK_H

#include "ir/map.h"
#include "ir/read.h"

/** A population of the module. */
typedef struct phs_map_population {
  const char *name;
  bool input, ordered;
  int64_t dim[PHS_MAP_RANK], count, first, slices;
  int64_t neurons; /**< of its slices so far, those that add up parts left out */
} phs_map_population;

/** A module of a map that is being checked. */
typedef struct phs_map_check_state {
  phs_reader r;
  unsigned most; /**< errors */
  int64_t grid[2], cores_per_node, core_count, slice_count;
  phs_map_population *population;
  int64_t population_count, population_room, projection_count;
  int64_t cores, slices; /**< seen so far */
  int64_t *place;        /**< [core_count], -1: none */
  int64_t *size;         /**< [slice_count] neurons */
  uint8_t *outside;      /**< [slice_count] */
  int machines, networks;
} phs_map_check_state;

/** Reports PHS0942 at an op, as long as there are not too many. */
void phs_map_wrong(phs_map_check_state *c, MlirOperation at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/** Whether to go on: there is memory, and few errors so far. */
bool phs_map_go_on(const phs_map_check_state *c);
/** A column as numbers; @p count elements of i32 (wide: of i64), written out. */
bool phs_map_column(phs_map_check_state *c, MlirOperation op, const char *name, bool wide,
                    size_t count, const void **out);
/** Elements of a column, or -1 (reported). */
int64_t phs_map_column_length(phs_map_check_state *c, MlirOperation op, const char *name,
                              phs_element kind);
/** One core more, at a place (-1: none); one slice more. */
void phs_map_take_core(phs_map_check_state *c, MlirOperation op, int64_t place);
/** @param core -1: outside; @param owner -1: the slice itself */
void phs_map_take_slice(phs_map_check_state *c, MlirOperation op, const char *population,
                        int64_t core, const int64_t *low, const int64_t *high,
                        const int64_t *listed, int64_t owner);
/** flow, flows, block, blocks, links, tables; false for other ops. */
bool phs_map_check_rest(phs_map_check_state *c, MlirOperation op);
/** cores, slices; false for other ops. */
bool phs_map_check_columns(phs_map_check_state *c, MlirOperation op);

#endif
