/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file diag.h  Reporting diagnostics inside the library. */
#ifndef PHS_DIAG_DIAG_H
#define PHS_DIAG_DIAG_H

#include "phasor/diag.h"

#include <stdarg.h>

/** Every diagnostic code: PHS_ENUMERATOR, listed in the .def files beside this header. */
typedef enum phs_code {
#define PHS_CODE(number, id, severity, title, text) PHS_##id,
#include "diag/codes.def"
#undef PHS_CODE
  PHS_CODE_COUNT
} phs_code;

/** Where diagnostics go. Zero-initialised, it drops them but still counts. */
typedef struct phs_diag {
  phasor_diagnostic_fn fn;
  void *user;
  unsigned errors, warnings; /**< counted so far */
  bool warnings_are_errors;
} phs_diag;

/** A place: every member may be NULL or 0. */
typedef struct phs_place {
  const char *file, *where;
  uint32_t line, column;
  const char *excerpt;
} phs_place;

/**
 * Reports one diagnostic with its code's own severity.
 * @param place where, or NULL
 * @param help  the remedy in one sentence, or NULL
 * @param fmt   one line with the value and the limit
 */
void phs_report(phs_diag *d, phs_code code, const phs_place *place, const char *help,
                const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** The same with the arguments of @p fmt in @p ap. */
void phs_report_va(phs_diag *d, phs_code code, const phs_place *place, const char *help,
                   const char *fmt, va_list ap);

/** The status class that an error of this code ends in. */
phasor_status phs_code_status(phs_code code);

/** One row of the code table. */
typedef struct phs_code_info {
  phasor_severity severity;
  phasor_status status;
  const char *title; /**< a few words */
  const char *text;  /**< cause, example, remedy */
} phs_code_info;
const phs_code_info *phs_code_lookup(phs_code code);
/** The number N of "PHS<N>". */
int phs_code_number(phs_code code);
/** The code of "PHS0417" or "0417"; PHS_CODE_COUNT where there is none. */
phs_code phs_code_find(const char *name);

#endif
