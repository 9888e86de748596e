/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "vm/recording.h"

#include <stdlib.h>
#include <string.h>

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
