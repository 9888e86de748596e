/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file view.h  A module as plain arrays beside the MLIR ops they were read from: what passes plan
 * on and edit. */
#ifndef PHS_IR_VIEW_H
#define PHS_IR_VIEW_H

#include "ir/context.h"

/** Limits of what a module may hold; a text of a few bytes must not ask for all memory. */
#define PHS_IR_MAX_ELEMENTS ((int64_t)1 << 31) /**< of one value or one attribute */
#define PHS_IR_MAX_STEPS ((int64_t)1 << 24)    /**< of a delay */
#define PHS_IR_MAX_SIZE ((int64_t)INT32_MAX)   /**< neurons that synapses reach, or come from */

typedef struct phs_ir_view {
  phs_net *net; /**< checked; inputs first, then ops in the order of evaluation, outputs last */
  MlirOperation subgraph;
  MlirOperation output; /**< the terminator */
  MlirOperation *op;    /**< by op of the net; null for inputs and outputs */
  MlirValue *value;     /**< by op of the net; of an output: its operand */
} phs_ir_view;

/** Reads and checks @p module. On success the caller ends the view with phs_ir_view_free(). */
phasor_status phs_ir_view_open(phs_ir *ir, MlirModule module, phs_ir_view *out);
/** Frees the view with its net; the module stays. */
void phs_ir_view_free(phs_ir_view *view);

#endif
