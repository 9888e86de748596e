/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file stimulus.h  Input files as values for each step: .csv, .npy, .spikes, N-MNIST .bin,
 * Prophesee .dat. Part of libphasor-rt: libc only, so that executables for other machines carry the
 * same code. No diagnostics here but plain error records, which the caller turns into them. What
 * each kind may look like is in docs/inputs.md.
 */
#ifndef PHS_VM_STIMULUS_H
#define PHS_VM_STIMULUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum phs_stimulus_error_kind {
  PHS_STIM_OK,
  PHS_STIM_IO,     /**< cannot be opened or read */
  PHS_STIM_FORMAT, /**< not a file of its kind, or damaged */
  PHS_STIM_SHAPE,  /**< does not fit the network's input */
  PHS_STIM_VALUE,  /**< NaN, infinity, or not a number */
  PHS_STIM_OPTION, /**< an option is missing or makes no sense (event files need a bin) */
  PHS_STIM_NO_MEMORY
} phs_stimulus_error_kind;

typedef struct phs_stimulus_error {
  phs_stimulus_error_kind kind;
  uint32_t line, column; /**< for text, 1-based; else 0 */
  uint64_t byte;         /**< for binary files */
  char message[256];
  char help[192];
} phs_stimulus_error;

typedef struct phs_stimulus_options {
  double bin; /**< seconds a step for event files; 0: not given */
  size_t
      steps; /**< event files: this many steps, and events after the last one count in it; .spikes:
                this many, and spikes after the last are left out; 0: as many as there are */
  bool binary; /**< event value: 1 however many events fall on an input in a step, instead of their
                  count */
  int rank; /**< shape of the network's input: needed to place events; [2, H, W] or [H, W] or flat
             */
  const int64_t *dim; /**< `rank` sizes, positive; NULL: unknown, then only .csv and .npy of values
                         can be read */
} phs_stimulus_options;

/** Most values (batch x steps x width) that one stimulus may have: 4 GiB of them. */
#define PHS_STIMULUS_MAX_VALUES ((uint64_t)1 << 30)

/** Steps x width values of one sample, or batch x steps x width. */
typedef struct phs_stimulus {
  size_t batch, steps, width; /**< all at least 1 */
  bool batched;               /**< the file had a batch axis */
  float *data;                /**< row-major [batch][steps][width], owned; finite */
  size_t events;              /**< for event files: events read */
  size_t late;                /**< of these, events after the last of `steps`, counted in it */
} phs_stimulus;

/**
 * Reads @p path, whose kind is taken from its content (a .npy magic) and then its suffix.
 * @return true, with @p out to be freed by phs_stimulus_free(); false with @p error filled.
 */
bool phs_stimulus_read(const char *path, const phs_stimulus_options *options, phs_stimulus *out,
                       phs_stimulus_error *error);
/**
 * Gives every sample exactly @p steps steps (at least 1): cuts, or pads with zeros at the end.
 * @return false with @p error filled, and @p s as it was.
 */
bool phs_stimulus_set_steps(phs_stimulus *s, size_t steps, phs_stimulus_error *error);
void phs_stimulus_free(phs_stimulus *s);

#endif
