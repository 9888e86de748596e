/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file scalar.h  The instructions of update functions as MLIR text. */
#ifndef PHS_CPU_SCALAR_H
#define PHS_CPU_SCALAR_H

#include "backends/cpu/emit.h"

/** The registers of an update function: each a vector of `lanes` values. */
typedef struct phs_registers {
  phs_val *value;
  phs_scalar_type *type;
  int lanes;
} phs_registers;

phs_type phs_lower_scalar_type(const phs_registers *r, phs_scalar_type t);
/** @return the value of the instruction's destination */
phs_val phs_lower_scalar(phs_gen *g, const phs_registers *r, const phs_scalar_inst *in);

#endif
