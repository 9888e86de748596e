/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static phasor_status told(const char *path, int error, phs_diag *diag) {
  if (error == 0) {
    return PHASOR_OK;
  }
  phs_report(diag, PHS_CPU_WRITE, &(phs_place){.file = path},
             "check the folder, its permissions and its free space", "cannot write '%s': %s", path,
             strerror(error));
  return PHASOR_ERROR_IO;
}

phasor_status phs_cpu_write_begin(phs_outfile *out, const char *path, phs_diag *diag) {
  return told(path, phs_outfile_open(out, path), diag);
}

phasor_status phs_cpu_write_end(phs_outfile *out, const char *path, phs_diag *diag) {
  return told(path, phs_outfile_commit(out), diag);
}

phasor_status phs_cpu_write(const char *path, const char *data, size_t size, phs_diag *diag) {
  phs_outfile out;
  phasor_status status = phs_cpu_write_begin(&out, path, diag);
  if (status != PHASOR_OK) {
    return status;
  }
  errno = 0;
  FILE *f = fopen(out.written, "wb");
  bool bad = !f || fwrite(data, 1, size, f) != size;
  bad = (f && fclose(f) != 0) || bad;
  if (bad) {
    int error = errno ? errno : EIO;
    phs_outfile_abandon(&out);
    return told(path, error, diag);
  }
  return phs_cpu_write_end(&out, path, diag);
}
