/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Errors in texts at their places in files. */
#include "equations/model.h"

#include <stdio.h>
#include <string.h>

void phs_text_report(phs_diag *diag, phs_code code, const phs_text *text,
                     const phs_text_error *error) {
  const char *s = text->s ? text->s : "";
  size_t length = strlen(s), at = error->at < length ? error->at : length, start = 0;
  uint32_t lines = 0;
  for (size_t i = 0; i < at; i++) {
    if (s[i] == '\n') {
      lines++;
      start = i + 1;
    }
  }
  uint32_t first =
      lines > 0 ? text->indent : text->column; /* column of the line's first character */
  phs_place place = {.file = text->file};
  char excerpt[512];
  if (text->line > 0) {
    /* What stands before the text in its first line is not known here: blanks keep the columns. */
    int blanks = first > 1 && first < 200 ? (int)first - 1 : 0;
    int line = (int)strcspn(s + start, "\n");
    snprintf(excerpt, sizeof excerpt, "%*s%.*s", blanks, "", line < 300 ? line : 300, s + start);
    place.line = text->line + lines;
    place.column = (first > 0 ? first : 1) + (uint32_t)(at - start);
    place.excerpt = excerpt;
  }
  char part[96] = "";
  if (text->line == 0 && length > 0) { /* no place in a file: the words themselves */
    int words = (int)strcspn(s + start, "\n");
    snprintf(part, sizeof part, " in '%.*s'", words < 64 ? words : 64, s + start);
  }
  phs_report(diag, code, &place, error->help[0] ? error->help : NULL, "%s%s", error->message, part);
}
