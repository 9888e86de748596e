/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file span.h  Stretches of a model's texts: lines, statements, what stands around '='. */
#ifndef PHS_EQUATIONS_SPAN_H
#define PHS_EQUATIONS_SPAN_H

#include "base/arena.h"
#include "equations/model.h"

/** Characters at .. end of a text. */
typedef struct phs_span {
  size_t at, end;
} phs_span;

/** Reports a message at a place of a text. */
void phs_text_say(phs_diag *diag, phs_code code, const phs_text *text, size_t at, size_t length,
                  const char *help, const char *message);
/** Without blanks around it. */
phs_span phs_span_trim(const char *s, phs_span r);
/** The first character of @p r that is one of @p stop, outside of comments and parentheses; r.end
 * where there is none. */
size_t phs_span_find(const char *s, phs_span r, const char *stop);
/** The first '=' of @p r that is no comparison, or r.end. */
size_t phs_span_equals(const char *s, phs_span r);
/** The next piece of a text up to a newline (or one of @p also); lines go on within parentheses,
 * except where the next one is clearly another. False at the end. */
bool phs_span_next(const char *s, size_t *from, const char *also, phs_span *out);
/** Without comments and blanks around it. */
phs_span phs_span_content(const char *s, phs_span r);
/** Whether it is letters, digits and '_', the first no digit. */
bool phs_span_is_name(const char *s, phs_span r);
/** Its characters, NUL-terminated; NULL without memory. */
const char *phs_span_copy(phs_arena *arena, const char *s, phs_span r);

#endif
