/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/session.h"

#include <stdlib.h>
#include <time.h>

const char *phasor_version(void) {
  return PHASOR_VERSION_STRING;
}

phasor_session *phasor_session_create(phasor_diagnostic_fn fn, void *user) {
  phasor_session *s = calloc(1, sizeof *s);
  if (s) {
    s->diag.fn = fn;
    s->diag.user = user;
  }
  return s;
}

void phasor_session_destroy(phasor_session *s) {
  if (s) {
    free(s->stage);
    free(s);
  }
}

phasor_status phasor_session_report(phasor_session *s, const char *code, const char *file,
                                    const char *where, const char *help, const char *message) {
  phs_code c = phs_code_find(code);
  c = c == PHS_CODE_COUNT ? PHS_INTERNAL : c;
  phs_report(&s->diag, c, &(phs_place){.file = file, .where = where}, help, "%s", message);
  return phs_code_status(c);
}

unsigned phasor_session_errors(const phasor_session *s) {
  return s->diag.errors;
}

void phasor_session_set_progress(phasor_session *s, phasor_progress_fn fn, void *user) {
  s->progress = fn;
  s->progress_user = user;
}

size_t phasor_session_stage_count(const phasor_session *s) {
  return s->stage_count;
}

const char *phasor_session_stage(const phasor_session *s, size_t i, double *seconds) {
  if (i >= s->stage_count) {
    return NULL;
  }
  *seconds = s->stage[i].seconds;
  return s->stage[i].name;
}

double phs_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void phs_stage_progress(phasor_session *s, const char *name, double fraction) {
  if (s->progress) {
    s->progress(s->progress_user, name, fraction);
  }
}

double phs_stage_begin(phasor_session *s, const char *name) {
  phs_stage_progress(s, name, -1);
  return phs_now();
}

void phs_stage_end(phasor_session *s, const char *name, double began) {
  if (s->stage_count == s->stage_cap) {
    size_t cap = s->stage_cap ? 2 * s->stage_cap : 16;
    phs_stage *grown = realloc(s->stage, cap * sizeof *grown);
    if (!grown) {
      return; /* a missing row of the timing table is the least of the worries now */
    }
    s->stage = grown;
    s->stage_cap = cap;
  }
  s->stage[s->stage_count++] = (phs_stage){name, phs_now() - began};
}

phasor_status phs_no_memory(phs_diag *diag, const char *what) {
  phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for %s", what);
  return PHASOR_ERROR_INTERNAL;
}
