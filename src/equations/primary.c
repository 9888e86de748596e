/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Numbers, names, calls and parentheses of expressions. */
#include "equations/parser.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The end of a unit that follows a number: "ms", "mV^2"; `from` where there is none. */
static size_t unit_end(const phs_parser *p, size_t from) {
  phs_parser look = *p;
  look.at = from;
  phs_parse_skip(&look);
  if ((!phs_parse_starts_name(phs_parse_char(&look, look.at)) &&
       (unsigned char)phs_parse_char(&look, look.at) < 0x80) ||
      phs_parse_is_word(&look, "and") || phs_parse_is_word(&look, "or") ||
      phs_parse_is_word(&look, "not")) {
    return from;
  }
  size_t end = look.at;
  while (isalnum((unsigned char)phs_parse_char(p, end)) || phs_parse_char(p, end) == '_' ||
         (unsigned char)phs_parse_char(p, end) >= 0x80) {
    end++;
  }
  size_t power = end;
  if (phs_parse_char(p, power) == '^') {
    power++;
    power += phs_parse_char(p, power) == '-';
    size_t digits = power;
    while (isdigit((unsigned char)phs_parse_char(p, power))) {
      power++;
    }
    if (power > digits && phs_parse_char(p, power) != '.') {
      end = power;
    }
  }
  return end;
}

static size_t number_end(const phs_parser *p) {
  size_t i = p->at;
  while (isdigit((unsigned char)phs_parse_char(p, i)) || phs_parse_char(p, i) == '.') {
    i++;
  }
  if (phs_parse_char(p, i) == 'e' || phs_parse_char(p, i) == 'E') {
    size_t e = i + 1;
    e += phs_parse_char(p, e) == '-' || phs_parse_char(p, e) == '+';
    if (isdigit((unsigned char)phs_parse_char(p, e))) {
      i = e;
      while (isdigit((unsigned char)phs_parse_char(p, i))) {
        i++;
      }
    }
  }
  return i;
}

static phs_expression *parse_number(phs_parser *p) {
  size_t start = p->at, digits = number_end(p), end = unit_end(p, digits);
  phs_value value;
  phs_text_error e = {0};
  if (!phs_quantity_parse(p->text + start, end - start, &value, &e)) {
    if (end > digits && e.at >= digits - start) { /* a name where a unit would stand */
      const char *help = strstr(e.help, "did you mean") ? e.help : "write '*' between two factors";
      phs_text_fail(p->error, start + e.at, e.length, help, "%s", e.message);
    } else {
      *p->error = e;
      p->error->at += start;
    }
    return NULL;
  }
  p->at = end;
  phs_expression *n = phs_parse_make(p, PHS_E_NUMBER, start, NULL, NULL);
  if (n) {
    n->value = value;
  }
  return n;
}

static const char *copy_word(phs_parser *p, size_t start, size_t end) {
  char *name = (char *)phs_arena_alloc(p->arena, end - start + 1);
  if (name) {
    memcpy(name, p->text + start, end - start);
  }
  return name;
}

static phs_expression *wrong_count(phs_parser *p, size_t start, size_t end, phs_operation op,
                                   int count) {
  int want = op == PHS_E_PREVIOUS ? 1 : phs_operation_arity(op);
  phs_text_fail(p->error, start, end - start,
                op == PHS_E_CLIP    ? "write clip(x, low, high)"
                : op == PHS_E_WHERE ? "write where(condition, then, otherwise)"
                                    : "",
                "%s takes %d argument%s, here are %d", phs_operation_name(op), want,
                want == 1 ? "" : "s", count);
  return NULL;
}

/* The arguments behind a function's name, up to ')'. min and max take any number from two. */
static phs_expression *parse_call(phs_parser *p, size_t start, size_t end, phs_operation op) {
  phs_expression *arg[3] = {NULL};
  bool many = op == PHS_E_MIN || op == PHS_E_MAX;
  size_t open = p->at++;
  int count = 0;
  do {
    p->at += count > 0; /* the comma */
    phs_expression *a = phs_parse_or(p);
    if (!a) {
      return NULL;
    }
    if (many && count >= 2) {
      arg[0] = phs_parse_make(p, op, start, arg[0], arg[1]);
      arg[1] = a;
    } else if (count < 3) {
      arg[count] = a;
    }
    count++;
    phs_parse_skip(p);
  } while (phs_parse_char(p, p->at) == ',');
  if (phs_parse_char(p, p->at) != ')') {
    return phs_parse_fail(p, open, 1, "close it with ')'", "this parenthesis is not closed");
  }
  p->at++;
  if (many ? count < 2 : count != phs_operation_arity(op)) {
    return wrong_count(p, start, end, op, count);
  }
  phs_expression *e = phs_parse_make(p, op, start, arg[0], arg[1]);
  if (e && arg[2] && !many) {
    e->arg[2] = arg[2];
    e->count = 3;
  }
  return e;
}

/* previous(NAME) */
static phs_expression *parse_previous(phs_parser *p, size_t start) {
  p->at++;
  phs_parse_skip(p);
  size_t from = p->at, to = phs_parse_word_end(p, from);
  p->at = to;
  phs_parse_skip(p);
  if (to == from || !phs_parse_starts_name(phs_parse_char(p, from)) ||
      phs_parse_char(p, p->at) != ')') {
    return phs_parse_fail(p, start, p->at - start,
                          "write previous(v) with the name of a state variable",
                          "previous() takes the name of a state variable");
  }
  p->at++;
  phs_expression *e = phs_parse_make(p, PHS_E_PREVIOUS, start, NULL, NULL);
  return e && (e->name = copy_word(p, from, to)) ? e : NULL;
}

static phs_expression *parse_word(phs_parser *p) {
  size_t start = p->at, end = phs_parse_word_end(p, start);
  const char *name = copy_word(p, start, end), *near = NULL;
  if (!name) {
    return phs_parse_fail(p, start, 0, NULL, "no memory for the expression");
  }
  p->at = end;
  phs_parse_skip(p);
  if (phs_parse_char(p, p->at) != '(') {
    p->at = end;
    phs_expression *e = phs_parse_make(p, PHS_E_NAME, start, NULL, NULL);
    if (e) {
      e->name = name;
    }
    return e;
  }
  phs_operation op = phs_function_find(name, &near);
  if (op == PHS_E_COUNT) {
    char help[128];
    snprintf(help, sizeof help,
             near ? "did you mean '%s'?"
                  : "functions are exp, log, sqrt, abs, tanh, sin, cos, floor, "
                    "ceil, round, min, max, clip, pow, exprel, sign, where%s",
             near ? near : "");
    phs_text_fail(p->error, start, end - start, help, "there is no function '%.60s'", name);
    return NULL;
  }
  if (!phs_parse_enter(p)) {
    return NULL;
  }
  phs_expression *e =
      op == PHS_E_PREVIOUS ? parse_previous(p, start) : parse_call(p, start, end, op);
  p->depth--;
  return e;
}

/* What stands where a value should: an operator of another language, or nothing. */
static phs_expression *no_value(phs_parser *p) {
  if (p->at >= p->length) {
    size_t last = p->length; /* the caret stands behind what is there */
    while (last > 0 && isspace((unsigned char)p->text[last - 1])) {
      last--;
    }
    return phs_parse_fail(p, last, 0, "write a number with its unit, a name or a parenthesis",
                          p->length == 0 ? "the expression is empty"
                                         : "the expression ends too early");
  }
  if (phs_parse_char(p, p->at) == '!') {
    return phs_parse_fail(p, p->at, 1, "write 'not'", "'!' is no operator");
  }
  char message[64] = "a character that is no part of expressions";
  unsigned char c = (unsigned char)p->text[p->at];
  if (isprint(c)) {
    snprintf(message, sizeof message, "a value is missing before '%c'", c);
  }
  return phs_parse_fail(p, p->at, 1, "write a number with its unit, a name or a parenthesis",
                        message);
}

static phs_expression *parse_parenthesis(phs_parser *p) {
  size_t start = p->at++;
  if (!phs_parse_enter(p)) {
    return NULL;
  }
  phs_expression *e = phs_parse_or(p);
  if (!e) {
    return NULL;
  }
  phs_parse_skip(p);
  if (phs_parse_char(p, p->at) != ')') {
    return phs_parse_fail(p, start, 1, "close it with ')'", "this parenthesis is not closed");
  }
  p->at++;
  p->depth--;
  e->at = (uint32_t)start;
  e->length = (uint32_t)(p->at - start);
  return e;
}

phs_expression *phs_parse_primary(phs_parser *p) {
  phs_parse_skip(p);
  char c = phs_parse_char(p, p->at);
  if (isdigit((unsigned char)c) ||
      (c == '.' && isdigit((unsigned char)phs_parse_char(p, p->at + 1)))) {
    return parse_number(p);
  }
  if (c == '(') {
    return parse_parenthesis(p);
  }
  if (phs_parse_starts_name(c) && !phs_parse_is_word(p, "and") && !phs_parse_is_word(p, "or") &&
      !phs_parse_is_word(p, "not")) {
    return parse_word(p);
  }
  return no_value(p);
}
