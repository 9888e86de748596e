/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file map_write.h  What the files that write maps as modules share. */
#ifndef PHS_IR_MAP_WRITE_H
#define PHS_IR_MAP_WRITE_H

#include "ir/build.h"
#include "ir/map.h"

typedef struct phs_map_writer {
  phs_ir *ir;
  phs_arena *arena; /**< for columns: lives as long as the context */
  const phs_map *map;
  MlirModule module;
  phs_attr_list attributes; /**< of the op being made */
  bool failed, no_memory;
} phs_map_writer;

/** An attribute of the op being made. */
void phs_map_put(phs_map_writer *w, const char *name, MlirAttribute value);
/** A tensor of @p n numbers (at least 1), which are referred to. */
void phs_map_put_column(phs_map_writer *w, const char *name, phs_element kind, const void *data,
                        size_t n);
/** Makes the op of the attributes so far and begins the next. */
void phs_map_end_op(phs_map_writer *w, const char *name, MlirLocation at);
/** Zeroed memory for @p n things; NULL, and noted, where there is none. */
void *phs_map_scratch(phs_map_writer *w, size_t n, size_t size);

/** Cores, slices, flows and blocks of a large map: an op each. */
void phs_map_write_columns(phs_map_writer *w);
/** Loads of links, keys and tables, where the map has them. */
void phs_map_write_routing(phs_map_writer *w);

#endif
