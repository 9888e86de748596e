/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Stretches of a model's texts. */
#include "equations/span.h"

#include "equations/tree.h"

#include <ctype.h>
#include <string.h>

void phs_text_say(phs_diag *diag, phs_code code, const phs_text *text, size_t at, size_t length,
                  const char *help, const char *message) {
  phs_text_error e;
  phs_text_fail(&e, at, length, help, "%s", message);
  phs_text_report(diag, code, text, &e);
}

phs_span phs_span_trim(const char *s, phs_span r) {
  while (r.at < r.end && isspace((unsigned char)s[r.at])) {
    r.at++;
  }
  while (r.end > r.at && isspace((unsigned char)s[r.end - 1])) {
    r.end--;
  }
  return r;
}

/* The first character of `r` for which `stop` is a set, outside of comments and parentheses; r.end
 * where there is none. */
size_t phs_span_find(const char *s, phs_span r, const char *stop) {
  int depth = 0;
  for (size_t i = r.at; i < r.end; i++) {
    if (s[i] == '#') {
      i += strcspn(s + i, "\n");
      if (i >= r.end) {
        break;
      }
    }
    depth += s[i] == '(';
    if (depth == 0 && strchr(stop, s[i])) {
      return i;
    }
    depth -= s[i] == ')' && depth > 0;
  }
  return r.end;
}

/* Whether the line holds an '=' that is no comparison: it begins something new. */
static bool defines(const char *line) {
  for (size_t i = 0; line[i] && line[i] != '\n' && line[i] != '#'; i++) {
    if (line[i] == '=' && line[i + 1] != '=' && (i == 0 || !strchr("=<>!", line[i - 1]))) {
      return true;
    }
  }
  return false;
}

/* The next piece of a text up to a newline (or one of `also`); lines go on within parentheses,
 * except where the next one is clearly another. False at the end. */
bool phs_span_next(const char *s, size_t *from, const char *also, phs_span *out) {
  size_t i = *from;
  int depth = 0;
  if (s[i] == 0) {
    return false;
  }
  out->at = i;
  for (; s[i]; i++) {
    if (s[i] == '#') {
      i += strcspn(s + i, "\n");
      if (s[i] == 0) {
        break;
      }
    }
    depth += s[i] == '(';
    depth -= s[i] == ')' && depth > 0;
    if ((s[i] == '\n' && (depth == 0 || defines(s + i + 1))) ||
        (depth == 0 && strchr(also, s[i]))) {
      break;
    }
  }
  out->end = i;
  *from = s[i] ? i + 1 : i;
  return true;
}

/* Without a comment behind it and blanks around it. */
phs_span phs_span_content(const char *s, phs_span r) {
  phs_span first = phs_span_trim(s, r);
  while (first.at < first.end && s[first.at] == '#') { /* whole lines of comment */
    first.at += strcspn(s + first.at, "\n");
    first = phs_span_trim(s, first.at < first.end ? first : (phs_span){first.end, first.end});
  }
  size_t last = first.at;
  for (size_t i = first.at; i < first.end; i++) {
    if (s[i] == '#') {
      i += strcspn(s + i, "\n");
    } else if (!isspace((unsigned char)s[i])) {
      last = i + 1;
    }
  }
  return (phs_span){first.at, last};
}

bool phs_span_is_name(const char *s, phs_span r) {
  if (r.at == r.end || !(isalpha((unsigned char)s[r.at]) || s[r.at] == '_')) {
    return false;
  }
  for (size_t i = r.at; i < r.end; i++) {
    if (!isalnum((unsigned char)s[i]) && s[i] != '_') {
      return false;
    }
  }
  return true;
}

const char *phs_span_copy(phs_arena *arena, const char *s, phs_span r) {
  char *name = (char *)phs_arena_alloc(arena, r.end - r.at + 1);
  if (name) {
    memcpy(name, s + r.at, r.end - r.at);
  }
  return name;
}

size_t phs_span_equals(const char *s, phs_span r) {
  for (;;) {
    size_t at = phs_span_find(s, r, "=<>!");
    if (at == r.end || (s[at] == '=' && s[at + 1] != '=')) {
      return at;
    }
    r.at = at + (at + 1 < r.end && s[at + 1] == '=' ? 2 : 1);
  }
}
