/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Text to expression trees, by recursive descent. From loose to tight: or, and, not, comparison,
 * + -, * /, unary -, ^. */
#include "equations/parser.h"

#include <stdio.h>
#include <string.h>

static phs_expression *parse_unary(phs_parser *p);

/* a^b^c is a^(b^c); the exponent may have a sign. */
static phs_expression *parse_power(phs_parser *p) {
  phs_expression *a = phs_parse_primary(p);
  if (!a) {
    return NULL;
  }
  phs_parse_skip(p);
  size_t sign = phs_parse_is_sign(p, "**") ? 2 : phs_parse_is_sign(p, "^") ? 1 : 0;
  if (sign == 0) {
    return a;
  }
  p->at += sign;
  if (!phs_parse_enter(p)) {
    return NULL;
  }
  phs_expression *b = parse_unary(p);
  p->depth--;
  return b ? phs_parse_make(p, PHS_E_POW, a->at, a, b) : NULL;
}

static phs_expression *parse_unary(phs_parser *p) {
  phs_parse_skip(p);
  size_t start = p->at;
  char c = phs_parse_char(p, start);
  if (c != '-' && c != '+') {
    return parse_power(p);
  }
  p->at++;
  if (!phs_parse_enter(p)) {
    return NULL;
  }
  phs_expression *a = parse_unary(p);
  p->depth--;
  return a && c == '-' ? phs_parse_make(p, PHS_E_NEG, start, a, NULL) : a;
}

static phs_expression *parse_product(phs_parser *p) {
  phs_expression *a = parse_unary(p);
  while (a) {
    phs_parse_skip(p);
    char c = phs_parse_char(p, p->at);
    if (c != '*' && c != '/') {
      break;
    }
    p->at++;
    phs_expression *b = parse_unary(p);
    a = b ? phs_parse_make(p, c == '*' ? PHS_E_MUL : PHS_E_DIV, a->at, a, b) : NULL;
  }
  return a;
}

static phs_expression *parse_sum(phs_parser *p) {
  phs_expression *a = parse_product(p);
  while (a) {
    phs_parse_skip(p);
    char c = phs_parse_char(p, p->at);
    if (c != '+' && c != '-') {
      break;
    }
    p->at++;
    phs_expression *b = parse_product(p);
    a = b ? phs_parse_make(p, c == '+' ? PHS_E_ADD : PHS_E_SUB, a->at, a, b) : NULL;
  }
  return a;
}

static phs_operation comparison(phs_parser *p) {
  static const struct {
    const char *sign;
    phs_operation op;
  } signs[] = {{"<=", PHS_E_LE}, {">=", PHS_E_GE}, {"==", PHS_E_EQ},
               {"!=", PHS_E_NE}, {"<", PHS_E_LT},  {">", PHS_E_GT}};
  phs_parse_skip(p);
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    if (phs_parse_is_sign(p, signs[i].sign)) {
      p->at += strlen(signs[i].sign);
      return signs[i].op;
    }
  }
  return PHS_E_COUNT;
}

static phs_expression *parse_comparison(phs_parser *p) {
  phs_expression *a = parse_sum(p);
  if (!a) {
    return NULL;
  }
  phs_operation op = comparison(p);
  if (op == PHS_E_COUNT) {
    return a;
  }
  phs_expression *b = parse_sum(p);
  size_t next = p->at;
  if (b && comparison(p) != PHS_E_COUNT) {
    return phs_parse_fail(p, next, p->at - next, "join two comparisons with 'and'",
                          "comparisons cannot be chained");
  }
  return b ? phs_parse_make(p, op, a->at, a, b) : NULL;
}

static phs_expression *parse_not(phs_parser *p) {
  phs_parse_skip(p);
  size_t start = p->at;
  if (!phs_parse_is_word(p, "not")) {
    return parse_comparison(p);
  }
  p->at += 3;
  if (!phs_parse_enter(p)) {
    return NULL;
  }
  phs_expression *a = parse_not(p);
  p->depth--;
  return a ? phs_parse_make(p, PHS_E_NOT, start, a, NULL) : NULL;
}

static phs_expression *parse_and(phs_parser *p) {
  phs_expression *a = parse_not(p);
  while (a) {
    phs_parse_skip(p);
    if (!phs_parse_is_word(p, "and")) {
      break;
    }
    p->at += 3;
    phs_expression *b = parse_not(p);
    a = b ? phs_parse_make(p, PHS_E_AND, a->at, a, b) : NULL;
  }
  return a;
}

phs_expression *phs_parse_or(phs_parser *p) {
  phs_expression *a = parse_and(p);
  while (a) {
    phs_parse_skip(p);
    if (!phs_parse_is_word(p, "or")) {
      break;
    }
    p->at += 2;
    phs_expression *b = parse_and(p);
    a = b ? phs_parse_make(p, PHS_E_OR, a->at, a, b) : NULL;
  }
  return a;
}

/* Something behind a whole expression. */
static phs_expression *left_over(phs_parser *p) {
  static const struct {
    const char *sign, *help;
  } foreign[] = {{"&&", "write 'and'"},
                 {"||", "write 'or'"},
                 {"=", "compare with '=='"},
                 {")", "there is no '(' for it"},
                 {"%", "there is no remainder; use floor()"}};
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
    if (phs_parse_is_sign(p, foreign[i].sign)) {
      char message[48];
      snprintf(message, sizeof message, "'%s' has no meaning here", foreign[i].sign);
      return phs_parse_fail(p, p->at, strlen(foreign[i].sign), foreign[i].help, message);
    }
  }
  return phs_parse_fail(p, p->at, 1, "write an operator such as '*' between two values",
                        "an operator is missing here");
}

phs_expression *phs_expression_parse(phs_arena *arena, const char *text, size_t length,
                                     phs_text_error *error) {
  phs_parser p = {.arena = arena, .text = text, .length = length, .error = error};
  if (length > PHS_LONGEST_EXPRESSION) {
    phs_text_fail(error, 0, 1, "give parts of it names of their own",
                  "the expression is longer than %d characters", PHS_LONGEST_EXPRESSION);
    return NULL;
  }
  phs_expression *e = phs_parse_or(&p);
  if (!e) {
    return NULL;
  }
  phs_parse_skip(&p);
  return p.at < length ? left_over(&p) : e;
}
