/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file probe.h  A first look at a file: is it there, how large, what do its first bytes say. */
#ifndef PHS_IMPORT_PROBE_H
#define PHS_IMPORT_PROBE_H

#include "import/import.h"

typedef struct phs_probe {
  uint64_t size;
  phs_file_format format;
  char head[64]; /**< the first bytes, printable, for messages: "'PK' 03 04" */
} phs_probe;

/** Looks at @p path; false after a diagnostic when it cannot be read, is empty or no regular file.
 * An unknown format is no error here. @p status receives the class of the error. */
bool phs_probe_file(const char *path, phs_diag *diag, phs_probe *out, phasor_status *status);

#endif
