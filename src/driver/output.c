/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* For realpath(). */
#define _XOPEN_SOURCE 700
#include "driver/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static phasor_status cannot_write(phs_diag *diag, const char *path, int error) {
  phs_report(diag, PHS_OUTPUT_IO,
             &(phs_place){.file = strcmp(path, "-") == 0 ? "standard output" : path}, NULL,
             "cannot write the file: %s", strerror(error));
  return PHASOR_ERROR_IO;
}

/* Opens a new file beside `path`, readable as any other new file is (unlike what mkstemp makes). */
static FILE *open_beside(const char *path, char **temp) {
  const char *slash = strrchr(path, '/');
  int folder = slash ? (int)(slash - path + 1) : 0;
  size_t size = strlen(path) + 48;
  *temp = malloc(size);
  for (unsigned attempt = 0; *temp && attempt < 100; attempt++) {
    snprintf(*temp, size, "%.*s.%s.%ld.%u", folder, path, path + folder, (long)getpid(), attempt);
    int fd = open(*temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) {
      FILE *f = fdopen(fd, "wb");
      if (!f) {
        close(fd);
        unlink(*temp);
      }
      return f;
    }
    if (errno != EEXIST) {
      break;
    }
  }
  return NULL;
}

phasor_status phs_output_open(phs_output *out, const char *path, phs_diag *diag) {
  *out = (phs_output){0};
  struct stat st;
  if (strcmp(path, "-") == 0) {
    out->file = stdout;
    out->path = strdup(path);
  } else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
    out->path = strdup(path);
    out->file = S_ISDIR(st.st_mode) ? (errno = EISDIR, NULL) : fopen(path, "wb");
  } else {
    /* Through a link, so that the link stays one. */
    out->path = realpath(path, NULL);
    out->path = out->path ? out->path : strdup(path);
    out->file = out->path ? open_beside(out->path, &out->temp) : NULL;
  }
  if (!out->file || !out->path) {
    phasor_status status = cannot_write(diag, path, errno);
    free(out->path);
    free(out->temp);
    *out = (phs_output){0};
    return status;
  }
  return PHASOR_OK;
}

static void forget(phs_output *out) {
  free(out->path);
  free(out->temp);
  *out = (phs_output){0};
}

phasor_status phs_output_close(phs_output *out, phs_diag *diag) {
  errno = 0;
  bool good = !ferror(out->file) && fflush(out->file) == 0;
  int error = errno;
  if (out->file != stdout && fclose(out->file) != 0 && good) {
    good = false;
    error = errno;
  }
  if (good && out->temp && rename(out->temp, out->path) != 0) {
    good = false;
    error = errno;
  }
  phasor_status status = good ? PHASOR_OK : cannot_write(diag, out->path, error ? error : EIO);
  if (!good && out->temp) {
    unlink(out->temp);
  }
  forget(out);
  return status;
}

void phs_output_abort(phs_output *out) {
  if (out->file && out->file != stdout) {
    fclose(out->file);
  }
  if (out->temp) {
    unlink(out->temp);
  }
  forget(out);
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
