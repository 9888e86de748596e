/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Text to expression trees, by recursive descent. From loose to tight: or, and, not, comparison,
 * + -, * /, unary -, ^. */
#include "equations/tree.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A person's expression has neither. They bound recursion here and in the walk. */
enum { LONGEST = 4096, DEEPEST = 64 };

typedef struct parser {
  phs_arena *arena;
  const char *text;
  size_t length, at;
  int depth;
  phs_text_error *error;
} parser;

bool phs_text_fail(phs_text_error *error, size_t at, size_t length, const char *help,
                   const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  error->at = at;
  error->length = length;
  vsnprintf(error->message, sizeof error->message, fmt, ap);
  snprintf(error->help, sizeof error->help, "%s", help ? help : "");
  va_end(ap);
  return false;
}

static phs_expression *fail(parser *p, size_t at, size_t length, const char *help,
                            const char *message) {
  phs_text_fail(p->error, at, length, help, "%s", message);
  return NULL;
}

/* White space and comments. */
static void skip(parser *p) {
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

static char at(const parser *p, size_t i) {
  return i < p->length ? p->text[i] : 0;
}

static bool starts_name(char c) {
  return isalpha((unsigned char)c) || c == '_';
}

static size_t word_end(const parser *p, size_t i) {
  while (isalnum((unsigned char)at(p, i)) || at(p, i) == '_') {
    i++;
  }
  return i;
}

static bool is_word(const parser *p, const char *word) {
  size_t n = strlen(word);
  return p->length - p->at >= n && memcmp(p->text + p->at, word, n) == 0 &&
         word_end(p, p->at) == p->at + n;
}

static bool is_sign(const parser *p, const char *sign) {
  size_t n = strlen(sign);
  return p->length - p->at >= n && memcmp(p->text + p->at, sign, n) == 0;
}

static phs_expression *make(parser *p, phs_operation op, size_t start, phs_expression *a,
                            phs_expression *b) {
  phs_expression *e = PHS_NEW(p->arena, phs_expression);
  if (!e) {
    return fail(p, start, 0, NULL, "no memory for the expression");
  }
  e->op = op;
  e->at = (uint32_t)start;
  e->length = (uint32_t)(p->at - start);
  e->arg[0] = a;
  e->arg[1] = b;
  e->count = (a != NULL) + (b != NULL);
  return e;
}

static phs_expression *parse_or(parser *p);
static phs_expression *parse_unary(parser *p);

/* One level deeper; false, reported, beyond the limit. */
static bool enter(parser *p) {
  if (++p->depth > DEEPEST) {
    phs_text_fail(p->error, p->at, 1, "give parts of it names of their own",
                  "the expression is nested deeper than %d levels", DEEPEST);
    return false;
  }
  return true;
}

/* The end of a unit that follows a number: "ms", "mV^2"; `from` where there is none. */
static size_t unit_end(const parser *p, size_t from) {
  parser look = *p;
  look.at = from;
  skip(&look);
  if ((!starts_name(at(&look, look.at)) && (unsigned char)at(&look, look.at) < 0x80) ||
      is_word(&look, "and") || is_word(&look, "or") || is_word(&look, "not")) {
    return from;
  }
  size_t end = look.at;
  while (isalnum((unsigned char)at(p, end)) || at(p, end) == '_' ||
         (unsigned char)at(p, end) >= 0x80) {
    end++;
  }
  size_t power = end;
  if (at(p, power) == '^') {
    power++;
    power += at(p, power) == '-';
    size_t digits = power;
    while (isdigit((unsigned char)at(p, power))) {
      power++;
    }
    if (power > digits && at(p, power) != '.') {
      end = power;
    }
  }
  return end;
}

static size_t number_end(const parser *p) {
  size_t i = p->at;
  while (isdigit((unsigned char)at(p, i)) || at(p, i) == '.') {
    i++;
  }
  if (at(p, i) == 'e' || at(p, i) == 'E') {
    size_t e = i + 1;
    e += at(p, e) == '-' || at(p, e) == '+';
    if (isdigit((unsigned char)at(p, e))) {
      i = e;
      while (isdigit((unsigned char)at(p, i))) {
        i++;
      }
    }
  }
  return i;
}

static phs_expression *parse_number(parser *p) {
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
  phs_expression *n = make(p, PHS_E_NUMBER, start, NULL, NULL);
  if (n) {
    n->value = value;
  }
  return n;
}

static const char *copy_word(parser *p, size_t start, size_t end) {
  char *name = (char *)phs_arena_alloc(p->arena, end - start + 1);
  if (name) {
    memcpy(name, p->text + start, end - start);
  }
  return name;
}

static phs_expression *wrong_count(parser *p, size_t start, size_t end, phs_operation op,
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
static phs_expression *parse_call(parser *p, size_t start, size_t end, phs_operation op) {
  phs_expression *arg[3] = {NULL};
  bool many = op == PHS_E_MIN || op == PHS_E_MAX;
  size_t open = p->at++;
  int count = 0;
  do {
    p->at += count > 0; /* the comma */
    phs_expression *a = parse_or(p);
    if (!a) {
      return NULL;
    }
    if (many && count >= 2) {
      arg[0] = make(p, op, start, arg[0], arg[1]);
      arg[1] = a;
    } else if (count < 3) {
      arg[count] = a;
    }
    count++;
    skip(p);
  } while (at(p, p->at) == ',');
  if (at(p, p->at) != ')') {
    return fail(p, open, 1, "close it with ')'", "this parenthesis is not closed");
  }
  p->at++;
  if (many ? count < 2 : count != phs_operation_arity(op)) {
    return wrong_count(p, start, end, op, count);
  }
  phs_expression *e = make(p, op, start, arg[0], arg[1]);
  if (e && arg[2] && !many) {
    e->arg[2] = arg[2];
    e->count = 3;
  }
  return e;
}

/* previous(NAME) */
static phs_expression *parse_previous(parser *p, size_t start) {
  p->at++;
  skip(p);
  size_t from = p->at, to = word_end(p, from);
  p->at = to;
  skip(p);
  if (to == from || !starts_name(at(p, from)) || at(p, p->at) != ')') {
    return fail(p, start, p->at - start, "write previous(v) with the name of a state variable",
                "previous() takes the name of a state variable");
  }
  p->at++;
  phs_expression *e = make(p, PHS_E_PREVIOUS, start, NULL, NULL);
  return e && (e->name = copy_word(p, from, to)) ? e : NULL;
}

static phs_expression *parse_word(parser *p) {
  size_t start = p->at, end = word_end(p, start);
  const char *name = copy_word(p, start, end), *near = NULL;
  if (!name) {
    return fail(p, start, 0, NULL, "no memory for the expression");
  }
  p->at = end;
  skip(p);
  if (at(p, p->at) != '(') {
    p->at = end;
    phs_expression *e = make(p, PHS_E_NAME, start, NULL, NULL);
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
  if (!enter(p)) {
    return NULL;
  }
  phs_expression *e =
      op == PHS_E_PREVIOUS ? parse_previous(p, start) : parse_call(p, start, end, op);
  p->depth--;
  return e;
}

/* What stands where a value should: an operator of another language, or nothing. */
static phs_expression *no_value(parser *p) {
  if (p->at >= p->length) {
    size_t last = p->length; /* the caret stands behind what is there */
    while (last > 0 && isspace((unsigned char)p->text[last - 1])) {
      last--;
    }
    return fail(p, last, 0, "write a number with its unit, a name or a parenthesis",
                p->length == 0 ? "the expression is empty" : "the expression ends too early");
  }
  if (at(p, p->at) == '!') {
    return fail(p, p->at, 1, "write 'not'", "'!' is no operator");
  }
  char message[64] = "a character that is no part of expressions";
  unsigned char c = (unsigned char)p->text[p->at];
  if (isprint(c)) {
    snprintf(message, sizeof message, "a value is missing before '%c'", c);
  }
  return fail(p, p->at, 1, "write a number with its unit, a name or a parenthesis", message);
}

static phs_expression *parse_parenthesis(parser *p) {
  size_t start = p->at++;
  if (!enter(p)) {
    return NULL;
  }
  phs_expression *e = parse_or(p);
  if (!e) {
    return NULL;
  }
  skip(p);
  if (at(p, p->at) != ')') {
    return fail(p, start, 1, "close it with ')'", "this parenthesis is not closed");
  }
  p->at++;
  p->depth--;
  e->at = (uint32_t)start;
  e->length = (uint32_t)(p->at - start);
  return e;
}

static phs_expression *parse_primary(parser *p) {
  skip(p);
  char c = at(p, p->at);
  if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)at(p, p->at + 1)))) {
    return parse_number(p);
  }
  if (c == '(') {
    return parse_parenthesis(p);
  }
  if (starts_name(c) && !is_word(p, "and") && !is_word(p, "or") && !is_word(p, "not")) {
    return parse_word(p);
  }
  return no_value(p);
}

/* a^b^c is a^(b^c); the exponent may have a sign. */
static phs_expression *parse_power(parser *p) {
  phs_expression *a = parse_primary(p);
  if (!a) {
    return NULL;
  }
  skip(p);
  size_t sign = is_sign(p, "**") ? 2 : is_sign(p, "^") ? 1 : 0;
  if (sign == 0) {
    return a;
  }
  p->at += sign;
  if (!enter(p)) {
    return NULL;
  }
  phs_expression *b = parse_unary(p);
  p->depth--;
  return b ? make(p, PHS_E_POW, a->at, a, b) : NULL;
}

static phs_expression *parse_unary(parser *p) {
  skip(p);
  size_t start = p->at;
  char c = at(p, start);
  if (c != '-' && c != '+') {
    return parse_power(p);
  }
  p->at++;
  if (!enter(p)) {
    return NULL;
  }
  phs_expression *a = parse_unary(p);
  p->depth--;
  return a && c == '-' ? make(p, PHS_E_NEG, start, a, NULL) : a;
}

static phs_expression *parse_product(parser *p) {
  phs_expression *a = parse_unary(p);
  while (a) {
    skip(p);
    char c = at(p, p->at);
    if (c != '*' && c != '/') {
      break;
    }
    p->at++;
    phs_expression *b = parse_unary(p);
    a = b ? make(p, c == '*' ? PHS_E_MUL : PHS_E_DIV, a->at, a, b) : NULL;
  }
  return a;
}

static phs_expression *parse_sum(parser *p) {
  phs_expression *a = parse_product(p);
  while (a) {
    skip(p);
    char c = at(p, p->at);
    if (c != '+' && c != '-') {
      break;
    }
    p->at++;
    phs_expression *b = parse_product(p);
    a = b ? make(p, c == '+' ? PHS_E_ADD : PHS_E_SUB, a->at, a, b) : NULL;
  }
  return a;
}

static phs_operation comparison(parser *p) {
  static const struct {
    const char *sign;
    phs_operation op;
  } signs[] = {{"<=", PHS_E_LE}, {">=", PHS_E_GE}, {"==", PHS_E_EQ},
               {"!=", PHS_E_NE}, {"<", PHS_E_LT},  {">", PHS_E_GT}};
  skip(p);
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    if (is_sign(p, signs[i].sign)) {
      p->at += strlen(signs[i].sign);
      return signs[i].op;
    }
  }
  return PHS_E_COUNT;
}

static phs_expression *parse_comparison(parser *p) {
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
    return fail(p, next, p->at - next, "join two comparisons with 'and'",
                "comparisons cannot be chained");
  }
  return b ? make(p, op, a->at, a, b) : NULL;
}

static phs_expression *parse_not(parser *p) {
  skip(p);
  size_t start = p->at;
  if (!is_word(p, "not")) {
    return parse_comparison(p);
  }
  p->at += 3;
  if (!enter(p)) {
    return NULL;
  }
  phs_expression *a = parse_not(p);
  p->depth--;
  return a ? make(p, PHS_E_NOT, start, a, NULL) : NULL;
}

static phs_expression *parse_and(parser *p) {
  phs_expression *a = parse_not(p);
  while (a) {
    skip(p);
    if (!is_word(p, "and")) {
      break;
    }
    p->at += 3;
    phs_expression *b = parse_not(p);
    a = b ? make(p, PHS_E_AND, a->at, a, b) : NULL;
  }
  return a;
}

static phs_expression *parse_or(parser *p) {
  phs_expression *a = parse_and(p);
  while (a) {
    skip(p);
    if (!is_word(p, "or")) {
      break;
    }
    p->at += 2;
    phs_expression *b = parse_and(p);
    a = b ? make(p, PHS_E_OR, a->at, a, b) : NULL;
  }
  return a;
}

/* Something behind a whole expression. */
static phs_expression *left_over(parser *p) {
  static const struct {
    const char *sign, *help;
  } foreign[] = {{"&&", "write 'and'"},
                 {"||", "write 'or'"},
                 {"=", "compare with '=='"},
                 {")", "there is no '(' for it"},
                 {"%", "there is no remainder; use floor()"}};
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
    if (is_sign(p, foreign[i].sign)) {
      char message[48];
      snprintf(message, sizeof message, "'%s' has no meaning here", foreign[i].sign);
      return fail(p, p->at, strlen(foreign[i].sign), foreign[i].help, message);
    }
  }
  return fail(p, p->at, 1, "write an operator such as '*' between two values",
              "an operator is missing here");
}

phs_expression *phs_expression_parse(phs_arena *arena, const char *text, size_t length,
                                     phs_text_error *error) {
  parser p = {.arena = arena, .text = text, .length = length, .error = error};
  if (length > LONGEST) {
    phs_text_fail(error, 0, 1, "give parts of it names of their own",
                  "the expression is longer than %d characters", LONGEST);
    return NULL;
  }
  phs_expression *e = parse_or(&p);
  if (!e) {
    return NULL;
  }
  skip(&p);
  return p.at < length ? left_over(&p) : e;
}
