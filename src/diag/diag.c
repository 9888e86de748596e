/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "diag/diag.h"

#include "base/locale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEV_NOTE PHASOR_NOTE
#define SEV_WARNING PHASOR_WARNING
#define SEV_MODEL PHASOR_ERROR
#define SEV_USAGE PHASOR_ERROR
#define SEV_TARGET PHASOR_ERROR
#define SEV_IO PHASOR_ERROR
#define SEV_DIFFERS PHASOR_ERROR
#define SEV_VERSION PHASOR_ERROR
#define SEV_INTERNAL PHASOR_ERROR
#define ST_NOTE PHASOR_OK
#define ST_WARNING PHASOR_OK
#define ST_MODEL PHASOR_ERROR_MODEL
#define ST_USAGE PHASOR_ERROR_USAGE
#define ST_TARGET PHASOR_ERROR_TARGET
#define ST_IO PHASOR_ERROR_IO
#define ST_DIFFERS PHASOR_ERROR_DIFFERS
#define ST_VERSION PHASOR_ERROR_VERSION
#define ST_INTERNAL PHASOR_ERROR_INTERNAL

static const struct {
  int number;
  phs_code_info info;
} codes[] = {
#define PHS_CODE(number, id, severity, title, text)                                                \
  {number, {SEV_##severity, ST_##severity, title, text}},
#include "diag/codes.def"
#undef PHS_CODE
};

phasor_status phs_code_status(phs_code code) {
  return codes[code].info.status;
}

const phs_code_info *phs_code_lookup(phs_code code) {
  return &codes[code].info;
}

int phs_code_number(phs_code code) {
  return codes[code].number;
}

phs_code phs_code_find(const char *name) {
  const char *digits = strncmp(name, "PHS", 3) == 0 ? name + 3 : name;
  char *end;
  long n = strtol(digits, &end, 10);
  if (*digits == 0 || *end != 0) {
    return PHS_CODE_COUNT;
  }
  size_t i = 0;
  while (i < PHS_CODE_COUNT && codes[i].number != n) {
    i++;
  }
  return (phs_code)i;
}

const char *phasor_explain(const char *code) {
  phs_code found = phs_code_find(code);
  return found == PHS_CODE_COUNT ? NULL : codes[found].info.text;
}

void phs_report(phs_diag *d, phs_code code, const phs_place *place, const char *help,
                const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  phs_report_va(d, code, place, help, fmt, ap);
  va_end(ap);
}

void phs_report_va(phs_diag *d, phs_code code, const phs_place *place, const char *help,
                   const char *fmt, va_list ap) {
  phasor_severity severity = codes[code].info.severity;
  if (severity == PHASOR_WARNING && d->warnings_are_errors) {
    severity = PHASOR_ERROR;
  }
  d->errors += severity == PHASOR_ERROR;
  d->warnings += severity == PHASOR_WARNING;
  if (!d->fn) {
    return;
  }
  /* Long enough for any message that a person wants to read; longer values are cut. */
  char message[2048];
  locale_t before = phs_locale_c();
  vsnprintf(message, sizeof message, fmt, ap);
  phs_locale_restore(before);
  char name[16];
  snprintf(name, sizeof name, "PHS%04d", codes[code].number);
  phasor_diagnostic out = {.code = name, .severity = severity, .message = message, .help = help};
  if (place) {
    out.file = place->file;
    out.where = place->where;
    out.line = place->line;
    out.column = place->column;
    out.excerpt = place->excerpt;
  }
  d->fn(d->user, &out);
}
