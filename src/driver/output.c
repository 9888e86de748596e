/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static phasor_status cannot_write(phs_diag *diag, const char *path, int error) {
  phs_report(diag, PHS_OUTPUT_IO,
             &(phs_place){.file = strcmp(path, "-") == 0 ? "standard output" : path}, NULL,
             "cannot write the file: %s", strerror(error));
  return PHASOR_ERROR_IO;
}

phasor_status phs_output_open(phs_output *out, const char *path, phs_diag *diag) {
  *out = (phs_output){.path = strdup(path)};
  int error = out->path ? 0 : ENOMEM;
  if (!error && strcmp(path, "-") == 0) {
    out->file = stdout;
  } else if (!error && !(error = phs_outfile_open(&out->target, path))) {
    out->file = fopen(out->target.written, "wb");
    error = out->file ? 0 : errno;
  }
  if (error) {
    phs_output_abort(out);
    return cannot_write(diag, path, error);
  }
  return PHASOR_OK;
}

phasor_status phs_output_close(phs_output *out, phs_diag *diag) {
  errno = 0;
  bool good = !ferror(out->file) && fflush(out->file) == 0;
  int error = good ? 0 : errno ? errno : EIO;
  if (out->file != stdout) {
    if (fclose(out->file) != 0 && good) {
      error = errno;
    }
    error = error ? error : phs_outfile_commit(&out->target);
  }
  out->file = NULL;
  phasor_status status = error ? cannot_write(diag, out->path, error) : PHASOR_OK;
  phs_output_abort(out);
  return status;
}

void phs_output_abort(phs_output *out) {
  if (out->file && out->file != stdout) {
    fclose(out->file);
  }
  phs_outfile_abandon(&out->target);
  free(out->path);
  *out = (phs_output){0};
}

phasor_status phs_output_write(const char *path, const void *data, size_t size, phs_diag *diag) {
  phs_output out;
  phasor_status status = phs_output_open(&out, path, diag);
  if (status != PHASOR_OK) {
    return status;
  }
  fwrite(data, 1, size, out.file);
  return phs_output_close(&out, diag);
}
