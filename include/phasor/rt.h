/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file rt.h  Stimuli and recordings, for programs that run generated code: the only header of
 * libphasor-rt, which needs libc and libm and no compiler. libphasor has these functions too.
 */
#ifndef PHASOR_RT_H
#define PHASOR_RT_H

#include "phasor/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What went wrong. `line` and `column` are 1-based in text files, else 0. */
typedef struct phasor_rt_error {
  phasor_status status;
  uint32_t line, column;
  uint64_t byte; /**< in binary files */
  char message[256];
  char help[192]; /**< or "" */
} phasor_rt_error;

/** How to read event files; zero-initialised it will do for .csv and .npy. */
typedef struct phasor_stimulus_options {
  double bin; /**< seconds a step */
  size_t
      steps; /**< this many steps, later events counting in the last one; 0: as many as there are */
  bool binary; /**< 1 for a step with any event on an input, instead of their count */
  int rank;    /**< shape of the network's input, to place events in */
  const int64_t *dim;
} phasor_stimulus_options;

/** Values of every sample, step and input. */
typedef struct phasor_stimulus {
  size_t batch, steps, width;
  float *data; /**< [batch][steps][width], finite; freed with phasor_stimulus_free() */
} phasor_stimulus;

/**
 * Reads .csv, .npy, .spikes, N-MNIST .bin or Prophesee .dat.
 * @return false with @p error filled and @p out untouched
 */
PHASOR_API bool phasor_stimulus_read(const char *path, const phasor_stimulus_options *options,
                                     phasor_stimulus *out, phasor_rt_error *error);
PHASOR_API void phasor_stimulus_free(phasor_stimulus *s);

typedef enum phasor_record_type {
  PHASOR_RECORD_U8,
  PHASOR_RECORD_I32,
  PHASOR_RECORD_F32
} phasor_record_type;
/**
 * Writes [steps, width] values (or, with @p batch above 0, [batch, steps, width]) as .npy or, where
 * they are spikes or counts, as .spikes by that suffix, else as .csv; whole, or not at all.
 * @param steps rows, of each sample where there is a batch
 */
PHASOR_API bool phasor_recording_write(const char *path, phasor_record_type type, size_t batch,
                                       size_t steps, size_t width, const void *data,
                                       phasor_rt_error *error);

#ifdef __cplusplus
}
#endif
#endif
