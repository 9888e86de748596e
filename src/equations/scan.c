/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Characters, words and nodes for the parser of expressions. */
#include "equations/parser.h"

#include <ctype.h>
#include <string.h>

phs_expression *phs_parse_fail(phs_parser *p, size_t at, size_t length, const char *help,
                               const char *message) {
  phs_text_fail(p->error, at, length, help, "%s", message);
  return NULL;
}

/* White space and comments. */
void phs_parse_skip(phs_parser *p) {
  while (p->at < p->length) {
    if (p->text[p->at] == '#') {
      while (p->at < p->length && p->text[p->at] != '\n') {
        p->at++;
      }
    } else if (isspace((unsigned char)p->text[p->at])) {
      p->at++;
    } else {
      return;
    }
  }
}

char phs_parse_char(const phs_parser *p, size_t i) {
  return i < p->length ? p->text[i] : 0;
}

bool phs_parse_starts_name(char c) {
  return isalpha((unsigned char)c) || c == '_';
}

size_t phs_parse_word_end(const phs_parser *p, size_t i) {
  while (isalnum((unsigned char)phs_parse_char(p, i)) || phs_parse_char(p, i) == '_') {
    i++;
  }
  return i;
}

bool phs_parse_is_word(const phs_parser *p, const char *word) {
  size_t n = strlen(word);
  return p->length - p->at >= n && memcmp(p->text + p->at, word, n) == 0 &&
         phs_parse_word_end(p, p->at) == p->at + n;
}

bool phs_parse_is_sign(const phs_parser *p, const char *sign) {
  size_t n = strlen(sign);
  return p->length - p->at >= n && memcmp(p->text + p->at, sign, n) == 0;
}

phs_expression *phs_parse_make(phs_parser *p, phs_operation op, size_t start, phs_expression *a,
                               phs_expression *b) {
  phs_expression *e = PHS_NEW(p->arena, phs_expression);
  if (!e) {
    return phs_parse_fail(p, start, 0, NULL, "no memory for the expression");
  }
  e->op = op;
  e->at = (uint32_t)start;
  e->length = (uint32_t)(p->at - start);
  e->arg[0] = a;
  e->arg[1] = b;
  e->count = (a != NULL) + (b != NULL);
  return e;
}

/* One level deeper; false, reported, beyond the limit. */
bool phs_parse_enter(phs_parser *p) {
  if (++p->depth > PHS_DEEPEST_EXPRESSION) {
    phs_text_fail(p->error, p->at, 1, "give parts of it names of their own",
                  "the expression is nested deeper than %d levels", PHS_DEEPEST_EXPRESSION);
    return false;
  }
  return true;
}
