/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* From a reader's diagnostics to those of its caller. */
#include "yaml/reader.h"

#include <stdio.h>
#include <string.h>

/* Line @p line of a source, without its end. */
static const char *line_of(yml_reader *r, const yml_source *s, uint32_t line) {
  if (line == 0 || line > s->line_count) {
    return NULL;
  }
  const char *text = s->text + s->line[line - 1];
  size_t n = strcspn(text, "\r\n");
  char *copy = phs_arena_alloc(r->scratch, n + 1);
  if (copy) {
    memcpy(copy, text, n);
  }
  return copy;
}

/** An error that was told. */
struct yml_told {
  char code[8];
  uint32_t line, column;
  const char *message;
  struct yml_told *next;
};

/* Whether the same was said before: a sub-network is read for each of its instances. Notes it. */
static bool is_repeated(yml_reader *r, const phasor_diagnostic *d) {
  for (const struct yml_told *t = r->told; t; t = t->next) {
    if (t->line == d->line && t->column == d->column && strcmp(t->code, d->code) == 0 &&
        strcmp(t->message, d->message) == 0) {
      return true;
    }
  }
  struct yml_told *t = r->scratch ? PHS_NEW(r->scratch, struct yml_told) : NULL;
  const char *message = t ? phs_arena_strdup(r->scratch, d->message) : NULL;
  if (message) {
    *t = (struct yml_told){
        .line = d->line, .column = d->column, .message = message, .next = r->told};
    snprintf(t->code, sizeof t->code, "%s", d->code);
    r->told = t;
  }
  return false;
}

/* Every diagnostic passes here: it gets its line as an excerpt, and the caller's counts. After the
 * last error that is worth telling, none follows. */
static void forward(void *user, const phasor_diagnostic *d) {
  yml_reader *r = user;
  phasor_diagnostic out = *d;
  for (const yml_source *s = r->sources; s && d->line && d->file; s = s->next) {
    if (s->line && strcmp(s->file, d->file) == 0) {
      const char *line = line_of(r, s, d->line);
      out.excerpt = line ? line : out.excerpt;
      break;
    }
  }
  bool error = d->severity == PHASOR_ERROR;
  if (error && r->diag.errors > YML_MAX_ERRORS) {
    return;
  }
  if (error && d->line && is_repeated(r, d)) {
    r->diag.errors--;
    return;
  }
  r->outer->errors += error;
  r->outer->warnings += d->severity == PHASOR_WARNING;
  if (r->outer->fn) {
    r->outer->fn(r->outer->user, &out);
  }
}

bool yml_reader_start(yml_reader *r, phs_diag *diag, const char *file) {
  r->outer = diag;
  r->diag = (phs_diag){.fn = forward, .user = r, .warnings_are_errors = diag->warnings_are_errors};
  r->file = file;
  r->last_source = &r->sources;
  r->scratch = phs_arena_create();
  return r->scratch || yml_no_memory(r);
}

phasor_status yml_reader_end(yml_reader *r, bool ok) {
  phs_arena_destroy(r->scratch);
  r->scratch = NULL;
  ok = ok && r->diag.errors == 0; /* warnings may count as errors */
  return ok ? PHASOR_OK : r->status == PHASOR_OK ? PHASOR_ERROR_MODEL : r->status;
}
