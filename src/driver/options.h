/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file options.h  Options as the driver reads them. Strings live as long as the options. */
#ifndef PHS_DRIVER_OPTIONS_H
#define PHS_DRIVER_OPTIONS_H

#include "base/arena.h"
#include "driver/session.h"
#include "import/import.h"

/** NODE.VAR=FILE, NODE=FILE or KEY=VALUE. */
typedef struct phs_pair {
  const char *node; /**< or key; NULL for `-i FILE` */
  const char *var;  /**< or NULL */
  const char *file; /**< or value */
  int64_t every;    /**< of recorded graded quantities: steps from row to row; 0: every step */
} phs_pair;

typedef struct phs_pairs {
  phs_pair *item;
  size_t count, cap;
} phs_pairs;

/** What was set, by row of the option table. */
typedef struct phs_option_value {
  bool given;
  const char *text;
} phs_option_value;

#define PHS_MAX_OPTIONS 64

struct phasor_options {
  phs_arena *arena;
  phs_option_value value[PHS_MAX_OPTIONS];
  const char *target, *preset, *emit, *passes, *output, *report, *symbol, *cpu, *synapses, *map,
      *profile;
  phs_pairs conventions, settings, inputs, records, goldens;
  double dt, bin, tolerance, transient, rate, prune_below, off_chip_weight;
  bool transient_given;
  phs_time_unit time_unit;
  bool binary_events, timing, print_ir, disassemble, no_split;
  int64_t steps;        /**< 0: not given */
  int64_t record_every; /**< steps; 0: not given */
  uint64_t seed;
  bool seed_given;
  uint64_t synapse_memory; /**< bytes; 0: not given */
  int jobs, opt_level;
};

/** Defaults, for calls with options NULL. The arena is absent. */
extern const struct phasor_options phs_default_options;
/** @p o, or the defaults. */
const phasor_options *phs_options_or_default(const phasor_options *o);
/** The first of preset, convention, dt, time-unit and set that was set, or NULL. */
const char *phs_options_import_given(const phasor_options *o);
/** Whether option @p name was set. */
bool phs_options_given(const phasor_options *o, const char *name);
/** Preset, then conventions over it. */
void phs_options_import(const phasor_options *o, phs_import_options *out);

#endif
