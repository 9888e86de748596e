/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file inputs.h  Input files as values for every sample, step and input of a network. */
#ifndef PHS_DRIVER_INPUTS_H
#define PHS_DRIVER_INPUTS_H

#include "driver/network.h"
#include "vm/stimulus.h"

typedef struct phs_inputs {
  size_t samples, steps;
  bool batched;
  double bin;             /**< seconds a step of event files; 0 without one */
  int count;              /**< inputs of the network */
  int *op;                /**< their op indices */
  phs_stimulus *stimulus; /**< one each */
} phs_inputs;

/** Reads all files of `input`, brings them to `steps`, and checks them against the network as it
 * was loaded. Without `steps` the files say how long to run, or else the model. Free with
 * phs_inputs_free(). */
phasor_status phs_inputs_read(const phasor_network *n, const phasor_options *o, phs_inputs *out);
/** Sets @p row (one pointer for each input) to step @p step of sample @p sample. */
void phs_inputs_row(const phs_inputs *in, size_t sample, size_t step, const float **row);
void phs_inputs_free(phs_inputs *in);

/** Turns an error record into a diagnostic and its status. */
phasor_status phs_report_stimulus(phs_diag *diag, const char *path, const phs_stimulus_error *e);

#endif
