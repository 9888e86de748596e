/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The walk over an expression: dimensions are checked here, values computed by the algebra. */
#include "equations/tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST_POWER = 20 };

typedef struct walker {
  const phs_algebra *algebra;
  phs_text_error *error;
} walker;

static bool fail_at(const walker *w, const phs_expression *e, const char *help,
                    const char *message) {
  return phs_text_fail(w->error, e->at, e->length, help, "%s", message);
}

static bool unknown_name(const walker *w, const phs_expression *e, const char *near) {
  char help[128] = "", message[128];
  if (near) {
    snprintf(help, sizeof help, "did you mean '%.60s'?", near);
  } else if (e->op == PHS_E_PREVIOUS) {
    snprintf(help, sizeof help, "previous() knows the state variables, in thresholds and resets");
  }
  snprintf(message, sizeof message, "'%.60s' is not defined here", e->name);
  return fail_at(w, e, help, message);
}

/* A name of the algebra's, a unit, or pi. */
static bool walk_name(const walker *w, const phs_expression *e, phs_operand *out) {
  const char *near = NULL;
  bool previous = e->op == PHS_E_PREVIOUS;
  if (w->algebra->name(w->algebra->user, e->name, previous, out, &near)) {
    return true;
  }
  phs_value unit;
  if (previous) {
    return unknown_name(w, e, near);
  }
  *out = (phs_operand){.kind = PHS_IS_NUMBER};
  if (phs_unit_of_word(e->name, &unit)) {
    out->dimension = unit.dimension;
    w->algebra->number(w->algebra->user, unit.number, out);
    return true;
  }
  if (strcmp(e->name, "pi") == 0) {
    w->algebra->number(w->algebra->user, 3.141592653589793, out);
    return true;
  }
  return unknown_name(w, e, near);
}

static bool different(const walker *w, const phs_expression *e, phs_dimension a, phs_dimension b) {
  char left[168], right[168], message[512], help[256];
  snprintf(message, sizeof message, "'%s' joins %s and %s", phs_operation_name(e->op),
           phs_dimension_describe(a, left, sizeof left),
           phs_dimension_describe(b, right, sizeof right));
  phs_dimension ratio;
  if (phs_dimension_plain(a) || phs_dimension_plain(b)) {
    char examples[64];
    phs_dimension_examples(phs_dimension_plain(a) ? b : a, examples, sizeof examples);
    snprintf(help, sizeof help, "give the plain number a unit (%s), or divide by one", examples);
  } else if (phs_dimension_product(a, b, -1, &ratio)) {
    snprintf(help, sizeof help, "both sides need the same dimension; they differ by %s",
             phs_dimension_describe(ratio, left, sizeof left));
  } else {
    snprintf(help, sizeof help, "both sides need the same dimension");
  }
  return phs_text_fail(w->error, e->at, e->length, help, "%.255s", message);
}

static bool want_plain(const walker *w, const phs_expression *e, const phs_expression *arg,
                       phs_dimension d) {
  char text[168], unit[64], message[300], help[128];
  if (phs_dimension_plain(d)) {
    return true;
  }
  snprintf(message, sizeof message, "%s takes a plain number, this is %s",
           e->op == PHS_E_POW ? "an exponent" : phs_operation_name(e->op),
           phs_dimension_describe(d, text, sizeof text));
  snprintf(help, sizeof help, "divide by a quantity of that dimension, such as one in %s",
           phs_dimension_unit(d, unit, sizeof unit));
  return phs_text_fail(w->error, arg->at, arg->length, help, "%.255s", message);
}

/* A power: of a plain number by anything, of a quantity by an integer that is always the same. */
static bool check_power(const walker *w, const phs_expression *e, const phs_operand *a,
                        phs_operand *out) {
  double n;
  if (!want_plain(w, e, e->arg[1], a[1].dimension)) {
    return false;
  }
  if (phs_dimension_plain(a[0].dimension)) {
    return true;
  }
  phs_dimension plain = {0};
  if (!w->algebra->constant(w->algebra->user, &a[1], &n) || n != floor(n) ||
      fabs(n) > LARGEST_POWER) {
    return fail_at(w, e->arg[1], "divide the base by a unit first, or use sqrt()",
                   "a quantity with a dimension is raised to fixed integers from -20 to 20 only");
  }
  if (!phs_dimension_product(plain, a[0].dimension, (int)n, &out->dimension)) {
    return fail_at(w, e, NULL, "the power of a unit is too large");
  }
  return true;
}

static bool check_root(const walker *w, const phs_expression *e, phs_dimension d,
                       phs_dimension *out) {
  char text[168], message[300];
  if (phs_dimension_root(d, 2, out)) {
    return true;
  }
  snprintf(message, sizeof message, "the square root of %s has no dimension",
           phs_dimension_describe(d, text, sizeof text));
  return phs_text_fail(w->error, e->at, e->length, "divide by a unit first", "%.255s", message);
}

/* The dimension of an operation on numbers, into out->dimension. */
static bool check_numbers(const walker *w, const phs_expression *e, const phs_operand *a,
                          phs_operand *out) {
  out->dimension = (phs_dimension){0};
  switch (e->op) {
  case PHS_E_NEG:
  case PHS_E_ABS:
    out->dimension = a[0].dimension;
    return true;
  case PHS_E_MUL:
  case PHS_E_DIV:
    return phs_dimension_product(a[0].dimension, a[1].dimension, e->op == PHS_E_MUL ? 1 : -1,
                                 &out->dimension) ||
           fail_at(w, e, NULL, "the power of a unit is too large");
  case PHS_E_POW:
    return check_power(w, e, a, out);
  case PHS_E_SQRT:
    return check_root(w, e, a[0].dimension, &out->dimension);
  case PHS_E_SIGN:
    return true;
  case PHS_E_WHERE:
    out->dimension = a[1].dimension;
    return phs_dimension_equal(a[1].dimension, a[2].dimension) ||
           different(w, e, a[1].dimension, a[2].dimension);
  default:
    break;
  }
  if (e->count == 1) {
    return want_plain(w, e, e->arg[0], a[0].dimension);
  }
  for (int i = 1; i < e->count; i++) {
    if (!phs_dimension_equal(a[0].dimension, a[i].dimension)) {
      return different(w, e, a[0].dimension, a[i].dimension);
    }
  }
  out->dimension = a[0].dimension;
  return true;
}

/* Whether argument i is to be a condition. */
static bool takes_condition(phs_operation op, int i) {
  return op == PHS_E_NOT || op == PHS_E_AND || op == PHS_E_OR || (op == PHS_E_WHERE && i == 0);
}

static bool check_kinds(const walker *w, const phs_expression *e, const phs_operand *a) {
  for (int i = 0; i < e->count; i++) {
    bool want = takes_condition(e->op, i);
    char message[96];
    if (a[i].kind == PHS_IS_UNKNOWN || want == (a[i].kind == PHS_IS_CONDITION)) {
      continue;
    }
    snprintf(message, sizeof message, "'%s' takes a %s here, this is a %s",
             phs_operation_name(e->op), want ? "condition" : "number",
             want ? "number" : "condition");
    return fail_at(w, e->arg[i], want ? "compare it, such as x > 0" : "use where(condition, 1, 0)",
                   message);
  }
  return true;
}

static bool walk(const walker *w, const phs_expression *e, phs_operand *out);

static bool walk_operation(const walker *w, const phs_expression *e, phs_operand *out) {
  phs_operand a[3] = {0};
  bool unknown = false;
  for (int i = 0; i < e->count; i++) {
    if (!walk(w, e->arg[i], &a[i])) {
      return false;
    }
    unknown = unknown || a[i].kind == PHS_IS_UNKNOWN;
  }
  *out = (phs_operand){.kind = unknown                             ? PHS_IS_UNKNOWN
                               : phs_operation_is_condition(e->op) ? PHS_IS_CONDITION
                                                                   : PHS_IS_NUMBER};
  if (!check_kinds(w, e, a)) {
    return false;
  }
  if (unknown) {
    return true;
  }
  if (e->op != PHS_E_NOT && e->op != PHS_E_AND && e->op != PHS_E_OR &&
      !check_numbers(w, e, a, out)) {
    return false;
  }
  if (phs_operation_is_condition(e->op)) {
    out->dimension = (phs_dimension){0};
  }
  char message[128] = "";
  return w->algebra->apply(w->algebra->user, e->op, a, out, message) || fail_at(w, e, "", message);
}

static bool walk(const walker *w, const phs_expression *e, phs_operand *out) {
  if (e->op == PHS_E_NAME || e->op == PHS_E_PREVIOUS) {
    return walk_name(w, e, out);
  }
  if (e->op == PHS_E_NUMBER) {
    *out = (phs_operand){.kind = PHS_IS_NUMBER, .dimension = e->value.dimension};
    w->algebra->number(w->algebra->user, e->value.number, out);
    return true;
  }
  return walk_operation(w, e, out);
}

bool phs_expression_walk(const phs_expression *e, const phs_algebra *algebra, phs_operand *out,
                         phs_text_error *error) {
  walker w = {algebra, error};
  return walk(&w, e, out);
}
