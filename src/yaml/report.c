/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Diagnostics: places, suggestions, text from files made harmless. */
#include "base/locale.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "yaml/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

phs_place yml_place(const yml_node *n) {
  return (phs_place){.file = n->source->file, .line = n->line, .column = n->column};
}

/* Line and column of a block scalar's text: below its '|', indented like its first line with text.
 */
static phs_place in_block(const yml_node *n, size_t at) {
  const yml_source *s = n->source;
  uint32_t line = n->line + 1, indent = 0;
  for (size_t l = n->line; l < s->line_count; l++) { /* the line after n->line, counted from 0 */
    const char *text = s->text + s->line[l];
    size_t blanks = strspn(text, " ");
    if (text[blanks] && text[blanks] != '\n' && text[blanks] != '\r') {
      indent = (uint32_t)blanks;
      break;
    }
  }
  size_t start = 0;
  for (size_t i = 0; i < at && i < n->length; i++) {
    if (n->text[i] == '\n') {
      line++;
      start = i + 1;
    }
  }
  return (phs_place){.file = s->file, .line = line, .column = indent + (uint32_t)(at - start) + 1};
}

phs_place yml_place_in(const yml_node *n, size_t at) {
  if (n->kind != YML_SCALAR || n->style == YML_FOLDED) {
    return yml_place(n);
  }
  if (n->style == YML_LITERAL) {
    return in_block(n, at);
  }
  phs_place p = yml_place(n);
  p.column += (uint32_t)at + (n->style == YML_QUOTED);
  return p;
}

bool yml_failed(yml_reader *r, phs_code code) {
  if (r->status == PHASOR_OK) {
    r->status = phs_code_status(code);
  }
  return false;
}

bool yml_no_memory(yml_reader *r) {
  phs_report(&r->diag, PHS_NO_MEMORY, &(phs_place){.file = r->file}, NULL,
             "no memory left to read the file");
  return yml_failed(r, PHS_NO_MEMORY);
}

bool yml_full(const yml_reader *r) {
  return r->diag.errors >= YML_MAX_ERRORS;
}

const char *yml_format(yml_reader *r, const char *fmt, ...) {
  char text[1024];
  va_list ap;
  va_start(ap, fmt);
  locale_t before = phs_locale_c();
  vsnprintf(text, sizeof text, fmt, ap);
  phs_locale_restore(before);
  va_end(ap);
  const char *copy = phs_arena_strdup(r->scratch, text);
  return copy ? copy : "?";
}

const char *yml_safe(yml_reader *r, const char *s) {
  return phs_utf8_quote(r->scratch, s, 80);
}

const char *yml_did_you_mean(yml_reader *r, const char *word, const char *const *candidates,
                             size_t count, const char *otherwise) {
  const char *near = phs_nearest(word, candidates, count);
  return near ? yml_format(r, "did you mean '%s'?", yml_safe(r, near)) : otherwise;
}

const char *yml_join(yml_reader *r, const char *const *name, size_t count) {
  char text[400];
  size_t at = 0;
  text[0] = 0;
  for (size_t i = 0; i < count; i++) {
    const char *safe = yml_safe(r, name[i]);
    if (at + strlen(safe) + 8 > sizeof text) {
      snprintf(text + at, sizeof text - at, ", ...");
      break;
    }
    at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i ? ", " : "", safe);
  }
  return yml_format(r, "%s", text);
}
