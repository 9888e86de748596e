/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static phasor_status fail(const char *path, int error, phs_diag *diag) {
  phs_place place = {.file = path};
  phs_report(diag, PHS_CPU_WRITE, &place, "check the folder, its permissions and its free space",
             "cannot write '%s': %s", path, strerror(error));
  return PHASOR_ERROR_IO;
}

phasor_status phs_outfile_open(const char *path, phs_diag *diag, phs_outfile *out) {
  struct stat st;
  size_t size = strlen(path) + 32;
  *out = (phs_outfile){.path = path, .written = malloc(size)};
  if (!out->written) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for a file name");
    return PHASOR_ERROR_INTERNAL;
  }
  int error = 0;
  if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
    snprintf(out->written, size, "%s", path);
    error = S_ISDIR(st.st_mode) ? EISDIR : 0;
  } else {
    int fd = -1;
    for (int i = 0; i < 1000 && fd < 0; i++) { /* another process may be writing the same file */
      snprintf(out->written, size, "%s.part%d", path, i);
      fd = open(out->written, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd < 0 && errno != EEXIST) {
        break;
      }
    }
    error = fd < 0 ? errno : 0;
    if (fd >= 0) {
      close(fd);
    }
  }
  if (error) {
    free(out->written);
    out->written = NULL;
    return fail(path, error, diag);
  }
  return PHASOR_OK;
}

phasor_status phs_outfile_commit(phs_outfile *o, phs_diag *diag) {
  if (strcmp(o->written, o->path) != 0 && rename(o->written, o->path) != 0) {
    int error = errno;
    phs_outfile_abandon(o);
    return fail(o->path, error, diag);
  }
  free(o->written);
  o->written = NULL;
  return PHASOR_OK;
}

void phs_outfile_abandon(phs_outfile *o) {
  if (o->written && strcmp(o->written, o->path) != 0) {
    unlink(o->written);
  }
  free(o->written);
  o->written = NULL;
}

phasor_status phs_outfile_write(const char *path, const char *data, size_t size, phs_diag *diag) {
  phs_outfile o;
  phasor_status status = phs_outfile_open(path, diag, &o);
  if (status != PHASOR_OK) {
    return status;
  }
  errno = 0;
  FILE *f = fopen(o.written, "wb");
  bool bad = !f || fwrite(data, 1, size, f) != size;
  bad = (f && fclose(f) != 0) || bad;
  if (bad) {
    int error = errno;
    phs_outfile_abandon(&o);
    return fail(path, error, diag);
  }
  return phs_outfile_commit(&o, diag);
}
