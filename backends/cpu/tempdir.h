/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file tempdir.h  A temporary folder that is removed with all that is in it. */
#ifndef PHS_CPU_TEMPDIR_H
#define PHS_CPU_TEMPDIR_H

#include "base/arena.h"
#include "diag/diag.h"

#include <signal.h>
#include <stdbool.h>

typedef struct phs_tempdir {
  phs_arena *arena;  /**< for paths */
  char *path;        /**< NULL: not created */
  const char **file; /**< all files in it, the folder of headers among them */
  size_t count, cap;
  bool held;       /**< SIGINT, SIGTERM and SIGHUP wait in this thread for the removal */
  sigset_t before; /**< which signals waited already */
} phs_tempdir;

/** Ends with phs_tempdir_remove(), also on failure. An interrupt between the two ends the process
 * after the removal, so that nothing is left behind. */
phasor_status phs_tempdir_create(phs_tempdir *t, phs_diag *diag);
/** Path of @p name ("model.o", "vm/stimulus.h") in it, to be removed in the end; makes its folder.
 * NULL with a diagnostic. */
const char *phs_tempdir_file(phs_tempdir *t, const char *name, phs_diag *diag);
/** Writes a file of that name; its path, or NULL with a diagnostic. */
const char *phs_tempdir_write(phs_tempdir *t, const char *name, const char *data, size_t size,
                              phs_diag *diag);
void phs_tempdir_remove(phs_tempdir *t);

#endif
