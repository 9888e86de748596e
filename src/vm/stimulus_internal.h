/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file stimulus_internal.h  What the readers of the kinds of input files share. */
#ifndef PHS_VM_STIMULUS_INTERNAL_H
#define PHS_VM_STIMULUS_INTERNAL_H

#include "vm/stimulus.h"

#include <stdio.h>

#define PHS_STIM_HEAD 6
#define PHS_STIM_MAX_AXES 32

/** An open file of which the first bytes were read to see what it is. */
typedef struct phs_stim_input {
  FILE *file;
  unsigned char head[PHS_STIM_HEAD];
  size_t head_len; /**< less than PHS_STIM_HEAD only for a shorter file */
} phs_stim_input;

/** A whole file in memory; `data` is owned (free()). */
typedef struct phs_stim_bytes {
  unsigned char *data;
  size_t len;
} phs_stim_bytes;

/** Where on the network's input an event may fall. */
typedef struct phs_stim_sensor {
  uint64_t polarities; /**< 2: a plane each; 1: both on one plane */
  uint64_t height, width;
} phs_stim_sensor;

/** One event: where and when. */
typedef struct phs_stim_event {
  uint64_t index; /**< element of the network's input */
  uint64_t step;
} phs_stim_event;

/** Fills @p e (help may be NULL) and returns false, so that callers can return it. Place members
 * are cleared. */
bool phs_stim_fail(phs_stimulus_error *e, phs_stimulus_error_kind kind, const char *help,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/** The same with a byte offset. */
bool phs_stim_fail_at(phs_stimulus_error *e, phs_stimulus_error_kind kind, uint64_t byte,
                      const char *help, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** Reads the rest of @p in. The caller frees out->data, also after a failure. */
bool phs_stim_load(phs_stim_input *in, phs_stim_bytes *out, phs_stimulus_error *e);
/** "[2, 34, 34]" into @p out, cut to @p size. Returns @p out. */
char *phs_stim_shape(int rank, const int64_t *dim, char *out, size_t size);
/** Number of values of the network's input, or 0 when it is unknown. */
uint64_t phs_stim_width(const phs_stimulus_options *o);
/** Zeroed values for a stimulus whose sizes are set; refuses more than PHS_STIMULUS_MAX_VALUES. */
bool phs_stim_allocate(phs_stimulus *s, uint64_t batch, uint64_t steps, uint64_t width,
                       const char *help, phs_stimulus_error *e);

/** That a bin was given, and makes sense. */
bool phs_stim_need_bin(const phs_stimulus_options *o, phs_stimulus_error *e);
/** The sensor that the network's input stands for. */
bool phs_stim_sensor_of(const phs_stimulus_options *o, phs_stim_sensor *out, phs_stimulus_error *e);
/** The element on which an event falls; refuses one outside the sensor, naming event @p k at byte
 * @p byte. */
bool phs_stim_pixel(const phs_stim_sensor *s, uint64_t x, uint64_t y, unsigned polarity, uint64_t k,
                    uint64_t byte, uint64_t *index, phs_stimulus_error *e);
/** Step of a time in microseconds: floor(t / bin), safe against t / bin falling just below a whole
 * number. */
uint64_t phs_stim_step_us(uint64_t us, double bin);
/** The step nearest to a time, the even one of two: how lava turns its lists of events into steps.
 */
uint64_t phs_stim_step_near(double seconds, double bin);

/** Gives event @p k; false with an error. */
typedef bool phs_stim_event_fn(void *user, uint64_t k, phs_stim_event *out, phs_stimulus_error *e);
/** Turns @p count events into counts (or 0/1) for each step: two rounds over the events, first for
 * the number of steps. */
bool phs_stim_accumulate(phs_stim_event_fn *fn, void *user, uint64_t count,
                         const phs_stimulus_options *o, phs_stimulus *out, phs_stimulus_error *e);

bool phs_stim_read_csv(phs_stim_input *in, const phs_stimulus_options *o, phs_stimulus *out,
                       phs_stimulus_error *e);
bool phs_stim_read_npy(phs_stim_input *in, const phs_stimulus_options *o, phs_stimulus *out,
                       phs_stimulus_error *e);
bool phs_stim_read_spikes(phs_stim_input *in, const phs_stimulus_options *o, phs_stimulus *out,
                          phs_stimulus_error *e);
bool phs_stim_read_nmnist(phs_stim_input *in, const phs_stimulus_options *o, phs_stimulus *out,
                          phs_stimulus_error *e);
bool phs_stim_read_dat(phs_stim_input *in, const phs_stimulus_options *o, phs_stimulus *out,
                       phs_stimulus_error *e);

#endif
