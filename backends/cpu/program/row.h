/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file row.h  Rows in blocks of memory. */
#ifndef PHS_CPU_PROGRAM_ROW_H
#define PHS_CPU_PROGRAM_ROW_H

#include "backends/cpu/program/program.h"

/** Row @p k of those of at most @p longest synapses that lie at @p base. */
static inline phs_row phs_program_row(char *base, uint32_t longest, uint32_t k) {
  uint64_t bytes = phs_program_row_bytes(longest);
  char *at = base + k * bytes;
  return (phs_row){.target = (uint16_t *)at,
                   .delay = (uint16_t *)(at + bytes / 4),
                   .weight = (float *)(at + bytes / 2)};
}

#endif
