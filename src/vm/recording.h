/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file recording.h  Writing recorded values, steps x neurons, as .csv or .npy. Part of
 * libphasor-rt: libc only. */
#ifndef PHS_VM_RECORDING_H
#define PHS_VM_RECORDING_H

#include "vm/stimulus.h"

typedef enum phs_record_type { PHS_RECORD_U8, PHS_RECORD_I32, PHS_RECORD_F32 } phs_record_type;

/** A growing record of one quantity. Zero-initialise, set type and width. */
typedef struct phs_recording {
  phs_record_type type;
  size_t width;
  size_t batch;     /**< 0: [steps, width]; else [batch, steps, width] when written */
  size_t rows, cap; /**< rows of `width` values: steps, or batch x steps */
  void *data;
} phs_recording;

/** Appends one row; false without memory. */
bool phs_recording_append(phs_recording *r, const void *row);
/**
 * Writes to @p path (.npy by that suffix, else .csv: integers as integers, floats with 9
 * significant digits so that they read back to the same bits). Goes through a temporary file in the
 * same folder and a rename: no half-written output.
 */
bool phs_recording_write(const phs_recording *r, const char *path, phs_stimulus_error *error);

/** A written file that has not taken its place yet; zero when there is none. */
typedef struct phs_staged {
  char *temp, *target; /**< owned */
} phs_staged;
/**
 * The first half of phs_recording_write(): writes beside @p path. With several outputs, stage all
 * before the first is committed: a failure then leaves every file as it was. Devices and pipes are
 * written at once.
 */
bool phs_recording_stage(const phs_recording *r, const char *path, phs_staged *out,
                         phs_stimulus_error *error);
/** Puts a staged file into its place, and frees @p s in any case. */
bool phs_recording_commit(phs_staged *s, phs_stimulus_error *error);
/** Removes what was staged. */
void phs_recording_discard(phs_staged *s);
void phs_recording_free(phs_recording *r);

#endif
