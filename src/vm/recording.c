/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "vm/recording.h"

#include <stdlib.h>
#include <string.h>

bool phs_recording_append(phs_recording *r, const void *row) {
  size_t bytes;
  if (__builtin_mul_overflow(r->width, phs_record_size(r->type), &bytes)) {
    return false;
  }
  if (r->rows == r->cap) {
    size_t cap = r->cap ? r->cap : 32, size;
    if ((r->cap && __builtin_mul_overflow(cap, (size_t)2, &cap)) ||
        __builtin_mul_overflow(cap, bytes, &size)) {
      return false;
    }
    void *more = realloc(r->data, size ? size : 1);
    if (!more) {
      return false;
    }
    r->data = more;
    r->cap = cap;
  }
  if (bytes > 0) {
    memcpy((unsigned char *)r->data + r->rows * bytes, row, bytes);
  }
  r->rows++;
  return true;
}

void phs_recording_free(phs_recording *r) {
  free(r->data);
  memset(r, 0, sizeof *r);
}

bool phs_recording_stage(const phs_recording *r, const char *path, phs_staged *out,
                         phs_stimulus_error *error) {
  *out = (phs_staged){0};
  phs_recorder file = {.type = r->type,
                       .width = r->width,
                       .batch = r->batch,
                       .steps = r->batch ? r->rows / r->batch : r->rows};
  if (!phs_recorder_open(&file, path, error)) {
    return false;
  }
  size_t bytes = r->width * phs_record_size(r->type);
  for (size_t row = 0; row < r->rows; row++) {
    if (!phs_recorder_row(&file, (const unsigned char *)r->data + row * bytes)) {
      break;
    }
  }
  return phs_recorder_close(&file, out, error);
}

bool phs_recording_write(const phs_recording *r, const char *path, phs_stimulus_error *error) {
  phs_staged staged;
  return phs_recording_stage(r, path, &staged, error) && phs_staged_commit(&staged, error);
}
