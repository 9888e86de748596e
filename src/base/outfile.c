/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* For realpath(). */
#define _XOPEN_SOURCE 700
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Creates a file beside out->path; 0 or an errno value. */
static int create_beside(phs_outfile *out) {
  size_t size = strlen(out->path) + 32;
  out->written = malloc(size);
  int fd = -1;
  for (int i = 0; out->written && i < 1000; i++) { /* others may be writing the same file */
    snprintf(out->written, size, "%s.part%d", out->path, i);
    fd = open(out->written, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST) {
      break;
    }
  }
  return fd < 0 || close(fd) != 0 ? errno : 0;
}

static void forget(phs_outfile *out) {
  free(out->path);
  free(out->written);
  *out = (phs_outfile){0};
}

int phs_outfile_open(phs_outfile *out, const char *path) {
  struct stat st;
  int error = 0;
  /* Through a link, so that the link stays one. */
  char *real = realpath(path, NULL);
  *out = (phs_outfile){.path = real ? real : strdup(path)};
  if (!out->path) {
    error = ENOMEM;
  } else if (stat(path, &st) != 0 || S_ISREG(st.st_mode)) {
    error = create_beside(out);
  } else if (S_ISDIR(st.st_mode)) {
    error = EISDIR;
  } else {
    out->written = strdup(path);
    error = out->written ? 0 : ENOMEM;
  }
  if (error) {
    forget(out);
  }
  return error;
}

static bool in_place(const phs_outfile *out) {
  struct stat st;
  return stat(out->written, &st) == 0 && !S_ISREG(st.st_mode);
}

int phs_outfile_commit(phs_outfile *out) {
  int error = 0;
  if (!in_place(out) && rename(out->written, out->path) != 0) {
    error = errno;
    unlink(out->written);
  }
  forget(out);
  return error;
}

void phs_outfile_abandon(phs_outfile *out) {
  if (out->written && !in_place(out)) {
    unlink(out->written);
  }
  forget(out);
}
