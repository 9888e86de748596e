/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file map.h  Maps (map/map.h) as modules of the `phasor_map` dialect: for people, tests and
 * other tools. docs/dialect.md describes the ops. */
#ifndef PHS_IR_MAP_H
#define PHS_IR_MAP_H

#include "ir/ir.h"
#include "map/map.h"

/** Up to so many slices, blocks and flows of each, a map has an op for each of them; beyond, one op
 * with columns of numbers for all. */
#define PHS_IR_MAP_OPS 10000

/** What an output of the network is late by, for the module. */
typedef struct phs_map_output {
  const char *name;
  int64_t latency;
} phs_map_output;

/**
 * Builds the module of a map. Stages that did not run leave their ops out. Large arrays of the map
 * are referred to, not copied: it must outlive the module.
 * @param output outputs of the network with their latencies, NULL for none
 * @param out owned by the caller (mlirModuleDestroy)
 */
phasor_status phs_ir_from_map(phs_ir *ir, const phs_map *map, const phs_map_output *output,
                              size_t output_count, MlirModule *out);
/** What IRDL cannot say: references, ranges, lengths, that every neuron is there once and no place
 * is taken twice. Reports each violation (PHS0942 and those of attributes), up to 20. */
phasor_status phs_ir_check_map(phs_ir *ir, MlirModule module);

#endif
