/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file diag.h  Diagnostics: what went wrong, where, and how to mend it. */
#ifndef PHASOR_DIAG_H
#define PHASOR_DIAG_H

#include "phasor/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum phasor_severity {
  PHASOR_NOTE,
  PHASOR_WARNING,
  PHASOR_ERROR,
} phasor_severity;

/** One diagnostic. All strings are borrowed: they live until the consumer returns. */
typedef struct phasor_diagnostic {
  const char *code; /**< "PHS0417": stable, explained by phasor_explain() */
  phasor_severity severity;
  const char *message; /**< one line with the offending value and the limit, without a full stop */
  const char *file;    /**< path as given by the user, or NULL */
  const char
      *where; /**< HDF5 path, byte offset ("byte 12") or option; NULL when line > 0 or unknown */
  uint32_t line, column; /**< 1-based, columns in bytes; 0 when not a text file */
  const char *excerpt;   /**< the source line for text files, or NULL */
  const char *help;      /**< the remedy, one sentence, or NULL */
} phasor_diagnostic;

/** Called once for each diagnostic, from the thread that runs the operation. */
typedef void (*phasor_diagnostic_fn)(void *user, const phasor_diagnostic *d);

/**
 * The long explanation of a diagnostic code: cause, example, remedy.
 * @return static text, or NULL when there is no such code. @p code is "PHS0417" or "0417".
 */
PHASOR_API const char *phasor_explain(const char *code);

#ifdef __cplusplus
}
#endif
#endif
