/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/tempdir.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void report(phs_diag *diag, const char *path, int error) {
  phs_report(diag, PHS_CPU_TEMPORARY, NULL, "free space where temporary files go (/tmp)",
             "cannot write %s: %s", path, strerror(error));
}

static void no_memory(phs_diag *diag) {
  phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for temporary files");
}

phasor_status phs_tempdir_create(phs_tempdir *t, phs_diag *diag) {
  *t = (phs_tempdir){.arena = phs_arena_create()};
  /* The process tells whose it is, should one ever be left behind. */
  char *path =
      t->arena ? phs_arena_printf(t->arena, "/tmp/phasor-%ld-XXXXXX", (long)getpid()) : NULL;
  if (!path) {
    no_memory(diag);
    return PHASOR_ERROR_INTERNAL;
  }
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGHUP);
  t->held = pthread_sigmask(SIG_BLOCK, &ends, &t->before) == 0;
  if (!mkdtemp(path)) {
    report(diag, "a temporary folder", errno);
    return PHASOR_ERROR_IO;
  }
  t->path = path;
  return PHASOR_OK;
}

/* Notes a file or folder for removal, later ones first. */
static const char *note(phs_tempdir *t, const char *name, size_t length, phs_diag *diag) {
  if (t->count == t->cap) {
    size_t cap = t->cap ? 2 * t->cap : 32;
    const char **grown = PHS_NEW_ARRAY(t->arena, const char *, cap);
    if (!grown) {
      no_memory(diag);
      return NULL;
    }
    if (t->count) {
      memcpy(grown, t->file, t->count * sizeof *grown);
    }
    t->file = grown;
    t->cap = cap;
  }
  char *path = phs_arena_printf(t->arena, "%s/%.*s", t->path, (int)length, name);
  if (!path) {
    no_memory(diag);
    return NULL;
  }
  return t->file[t->count++] = path;
}

const char *phs_tempdir_file(phs_tempdir *t, const char *name, phs_diag *diag) {
  const char *slash = strchr(name, '/');
  if (slash) {
    const char *folder = phs_arena_printf(t->arena, "%s/%.*s", t->path, (int)(slash - name), name);
    struct stat st;
    if (folder && stat(folder, &st) != 0) {
      if (!note(t, name, (size_t)(slash - name), diag)) {
        return NULL;
      }
      if (mkdir(folder, 0700) != 0) {
        report(diag, folder, errno);
        return NULL;
      }
    }
  }
  return note(t, name, strlen(name), diag);
}

const char *phs_tempdir_write(phs_tempdir *t, const char *name, const char *data, size_t size,
                              phs_diag *diag) {
  const char *path = phs_tempdir_file(t, name, diag);
  if (!path) {
    return NULL;
  }
  errno = 0;
  FILE *f = fopen(path, "wb");
  bool bad = !f || fwrite(data, 1, size, f) != size;
  bad = (f && fclose(f) != 0) || bad;
  if (bad) {
    report(diag, path, errno);
    return NULL;
  }
  return path;
}

void phs_tempdir_remove(phs_tempdir *t) {
  while (t->count > 0) {
    remove(t->file[--t->count]);
  }
  if (t->path) {
    rmdir(t->path);
  }
  phs_arena_destroy(t->arena);
  if (t->held) {
    pthread_sigmask(SIG_SETMASK, &t->before, NULL);
  }
  *t = (phs_tempdir){0};
}
