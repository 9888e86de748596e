/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The public face of stimuli and recordings. */
#include "phasor/rt.h"

#include "vm/recording.h"
#include "vm/stimulus.h"

#include <string.h>

static void hand_out(const phs_stimulus_error *e, phasor_rt_error *out) {
  static const phasor_status status[] = {
      [PHS_STIM_OK] = PHASOR_OK,
      [PHS_STIM_IO] = PHASOR_ERROR_IO,
      [PHS_STIM_FORMAT] = PHASOR_ERROR_MODEL,
      [PHS_STIM_SHAPE] = PHASOR_ERROR_MODEL,
      [PHS_STIM_VALUE] = PHASOR_ERROR_MODEL,
      [PHS_STIM_OPTION] = PHASOR_ERROR_USAGE,
      [PHS_STIM_NO_MEMORY] = PHASOR_ERROR_INTERNAL,
  };
  *out = (phasor_rt_error){status[e->kind], e->line, e->column, e->byte, "", ""};
  _Static_assert(sizeof out->message == sizeof e->message && sizeof out->help == sizeof e->help,
                 "same texts");
  memcpy(out->message, e->message, sizeof out->message);
  memcpy(out->help, e->help, sizeof out->help);
}

bool phasor_stimulus_read(const char *path, const phasor_stimulus_options *options,
                          phasor_stimulus *out, phasor_rt_error *error) {
  phs_stimulus_options o = {.bin = options->bin,
                            .steps = options->steps,
                            .binary = options->binary,
                            .rank = options->rank,
                            .dim = options->dim};
  phs_stimulus s;
  phs_stimulus_error e = {0};
  if (!phs_stimulus_read(path, &o, &s, &e)) {
    hand_out(&e, error);
    return false;
  }
  *out = (phasor_stimulus){s.batch, s.steps, s.width, s.data};
  return true;
}

void phasor_stimulus_free(phasor_stimulus *s) {
  phs_stimulus inner = {.data = s->data};
  phs_stimulus_free(&inner);
  *s = (phasor_stimulus){0};
}

bool phasor_recording_write(const char *path, phasor_record_type type, size_t batch, size_t steps,
                            size_t width, const void *data, phasor_rt_error *error) {
  phs_stimulus_error e = {0};
  size_t rows = steps;
  if (batch && __builtin_mul_overflow(batch, steps, &rows)) {
    *error =
        (phasor_rt_error){.status = PHASOR_ERROR_USAGE, .message = "more rows than there can be"};
    return false;
  }
  /* The writer only reads the values. */
  phs_recording r = {.type = (phs_record_type)type,
                     .width = width,
                     .batch = batch,
                     .rows = rows,
                     .data = (void *)(uintptr_t)data};
  if (!phs_recording_write(&r, path, &e)) {
    hand_out(&e, error);
    return false;
  }
  return true;
}
