/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Expressions over numbers. */
#include "equations/tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct scope {
  phs_name_lookup lookup;
  void *user;
} scope;

static void number(void *user, double value, phs_operand *out) {
  (void)user;
  out->number = value;
}

static bool name(void *user, const char *s, bool previous, phs_operand *out, const char **near) {
  const scope *c = (const scope *)user;
  phs_value v;
  if (previous || !c->lookup || !c->lookup(c->user, s, strlen(s), &v, near)) {
    return false;
  }
  *out = (phs_operand){.kind = PHS_IS_NUMBER, .dimension = v.dimension, .number = v.number};
  return true;
}

static bool apply(void *user, phs_operation op, const phs_operand *args, phs_operand *out,
                  char *message) {
  (void)user;
  const double a[3] = {args[0].number, args[1].number, args[2].number};
  out->number = phs_operation_compute(op, a);
  bool finite = true;
  for (int i = 0; i < phs_operation_arity(op); i++) {
    finite = finite && isfinite(a[i]);
  }
  if (isnan(out->number) || (finite && !isfinite(out->number))) {
    snprintf(message, 128,
             op == PHS_E_DIV && a[1] == 0 ? "division by zero"
                                          : "'%s' of these values is not a finite "
                                            "number",
             phs_operation_name(op));
    return false;
  }
  return true;
}

static bool constant(void *user, const phs_operand *a, double *value) {
  (void)user;
  *value = a->number;
  return true;
}

bool phs_expression_evaluate(const phs_expression *e, phs_name_lookup lookup, void *user,
                             phs_value *out, phs_text_error *error) {
  scope c = {lookup, user};
  const phs_algebra algebra = {&c, number, name, apply, constant};
  phs_operand result;
  if (!phs_expression_walk(e, &algebra, &result, error)) {
    return false;
  }
  *out = (phs_value){result.number, result.dimension};
  return true;
}
