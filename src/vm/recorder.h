/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file recorder.h  Writing recorded values row by row as .csv, .npy or .spikes, so that a run of
 * any length needs no memory for them. Part of libphasor-rt: libc only. The forms of the files are
 * in docs/inputs.md.
 */
#ifndef PHS_VM_RECORDER_H
#define PHS_VM_RECORDER_H

#include "vm/stimulus.h"

#include <stdio.h>

typedef enum phs_record_type { PHS_RECORD_U8, PHS_RECORD_I32, PHS_RECORD_F32 } phs_record_type;
/** Bytes of one value. */
size_t phs_record_size(phs_record_type type);

typedef enum phs_record_form {
  PHS_RECORD_CSV,   /**< integers as integers, floats with 9 significant digits so that they read
                       back to the same bits */
  PHS_RECORD_NPY,   /**< by the suffix .npy */
  PHS_RECORD_SPIKES /**< by the suffix .spikes: a line for each spike; not for PHS_RECORD_F32 */
} phs_record_form;
phs_record_form phs_record_form_of(const char *path);

/** A written file that has not taken its place yet; zero when there is none. */
typedef struct phs_staged {
  char *temp, *target; /**< owned */
} phs_staged;
/** Puts a staged file into its place, and frees @p s in any case. */
bool phs_staged_commit(phs_staged *s, phs_stimulus_error *error);
/** Removes what was staged. */
void phs_staged_discard(phs_staged *s);

/** A file that grows. Zero-initialise, set type, width, batch and steps. */
typedef struct phs_recorder {
  phs_record_type type;
  size_t width;
  size_t batch; /**< 0: [steps, width]; else [batch, steps, width] */
  size_t steps; /**< rows, of each sample where there is a batch */
  phs_record_form form;
  FILE *file;
  size_t row; /**< rows written */
  int why;    /**< errno of what failed first, or 0 */
  phs_staged staged;
} phs_recorder;

/**
 * Begins a temporary file in the folder of @p path; an existing file stays until it is replaced,
 * and the file behind a link, not the link, is replaced. Devices and pipes are written to as they
 * are.
 */
bool phs_recorder_open(phs_recorder *r, const char *path, phs_stimulus_error *error);
/** Writes the next row of `width` values, samples one after another. False when that failed: there
 * is no use in more, and phs_recorder_close() will say why. */
bool phs_recorder_row(phs_recorder *r, const void *row);
/**
 * Ends the file when all its rows are there. With several outputs, close all before the first is
 * committed: a failure then leaves every file as it was.
 * @return false with @p error filled, and nothing left of the file
 */
bool phs_recorder_close(phs_recorder *r, phs_staged *out, phs_stimulus_error *error);
/** Drops what was written; also when nothing is open. */
void phs_recorder_abandon(phs_recorder *r);

#endif
