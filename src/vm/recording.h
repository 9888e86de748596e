/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file recording.h  Recorded values held in memory, steps x neurons. Part of libphasor-rt: libc
 * only. */
#ifndef PHS_VM_RECORDING_H
#define PHS_VM_RECORDING_H

#include "vm/recorder.h"

/** The record of one quantity. */
typedef struct phs_recording {
  phs_record_type type;
  size_t width;
  size_t batch; /**< 0: [steps, width]; else [batch, steps, width] when written */
  size_t rows;  /**< of `width` values: steps, or batch x steps */
  void *data;   /**< of malloc() where phs_recording_free() is to free it */
} phs_recording;

/** Writes all of it to @p path, whole or not at all, in the form that its suffix says. */
bool phs_recording_write(const phs_recording *r, const char *path, phs_stimulus_error *error);
/** The first half of it: phs_staged_commit() is the second. */
bool phs_recording_stage(const phs_recording *r, const char *path, phs_staged *out,
                         phs_stimulus_error *error);
void phs_recording_free(phs_recording *r);

#endif
