/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file tables.h  What may stand where in the description of a target. */
#ifndef PHS_TARGET_TABLES_H
#define PHS_TARGET_TABLES_H

#include "target/target.h"
#include "yaml/tables.h"

/** Forms of values. */
typedef enum tgt_form {
  TGT_F_NONE,
  TGT_F_FIGURE,  /**< one number */
  TGT_F_RANGE,   /**< two, the second not below the first */
  TGT_F_CHOICES, /**< 1 to 16, ascending */
  TGT_F_SERIES,  /**< 1 to 16, not descending */
  TGT_F_VALUE,   /**< any of these, without its source */
  TGT_F_LEVELS,  /**< a list of levels */
  TGT_F_COUNT
} tgt_form;

extern const yml_table tgt_file, tgt_source, tgt_level, tgt_links, tgt_cost, tgt_capacities,
    tgt_power, tgt_memory, tgt_formats, tgt_events, tgt_timing, tgt_barrier, tgt_figure;

enum {
  TGT_VERSION,
  TGT_NAME,
  TGT_TITLE,
  TGT_SUMMARY,
  TGT_EXTENDS,
  TGT_FAMILY,
  TGT_SOURCES,
  TGT_LEVELS,
  TGT_FORMATS,
  TGT_EVENTS,
  TGT_TIMING,
  TGT_KEYS
};
enum { SOURCE_TITLE, SOURCE_WHERE, SOURCE_KEYS };
enum {
  LEVEL_NAME,
  LEVEL_SOURCE,
  LEVEL_COUNT,
  LEVEL_RESERVED,
  LEVEL_FABRIC,
  LEVEL_WIDTH,
  LEVEL_HEIGHT,
  LEVEL_LINKS,
  LEVEL_CAPACITIES,
  LEVEL_POWER,
  LEVEL_MEMORIES,
  LEVEL_KEYS
};
enum { LINKS_SOURCE = PHS_AXES, LINKS_ALL, LINKS_KEYS };
enum { COST_ENERGY, COST_TIME, COST_SOURCE, COST_KEYS };
enum { CAPACITIES_SOURCE = PHS_CAPACITIES, CAPACITIES_KEYS };
enum { POWER_IDLE, POWER_ACTIVE, POWER_SOURCE, POWER_KEYS };
enum { MEMORY_BYTES, MEMORY_LATENCY, MEMORY_READ, MEMORY_SOURCE, MEMORY_KEYS };
enum { FORMATS_SOURCE = PHS_FORMATS, FORMATS_KEYS };
enum { EVENTS_SOURCE = PHS_EVENTS, EVENTS_KEYS };
enum { TIMING_STEP, TIMING_CLOCK, TIMING_BARRIER, TIMING_SOURCE, TIMING_KEYS };
enum { BARRIER_LEVEL, BARRIER_PARTS, BARRIER_TIME, BARRIER_SOURCE, BARRIER_KEYS };
enum { FIGURE_VALUE, FIGURE_SOURCE, FIGURE_NOTE, FIGURE_KEYS };

extern const char *const tgt_families[], *const tgt_fabrics[];

#endif
