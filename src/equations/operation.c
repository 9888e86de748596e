/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Operators and functions: names, arguments, values. */
#include "base/nearest.h"
#include "equations/tree.h"

#include <math.h>
#include <string.h>

static const struct {
  const char *name;
  int arity;
} operations[PHS_E_COUNT] = {
    [PHS_E_NUMBER] = {"number", 0},
    [PHS_E_NAME] = {"name", 0},
    [PHS_E_PREVIOUS] = {"previous", 0},
    [PHS_E_NEG] = {"-", 1},
    [PHS_E_NOT] = {"not", 1},
    [PHS_E_ADD] = {"+", 2},
    [PHS_E_SUB] = {"-", 2},
    [PHS_E_MUL] = {"*", 2},
    [PHS_E_DIV] = {"/", 2},
    [PHS_E_POW] = {"^", 2},
    [PHS_E_LT] = {"<", 2},
    [PHS_E_LE] = {"<=", 2},
    [PHS_E_GT] = {">", 2},
    [PHS_E_GE] = {">=", 2},
    [PHS_E_EQ] = {"==", 2},
    [PHS_E_NE] = {"!=", 2},
    [PHS_E_AND] = {"and", 2},
    [PHS_E_OR] = {"or", 2},
    [PHS_E_EXP] = {"exp", 1},
    [PHS_E_LOG] = {"log", 1},
    [PHS_E_SQRT] = {"sqrt", 1},
    [PHS_E_ABS] = {"abs", 1},
    [PHS_E_TANH] = {"tanh", 1},
    [PHS_E_SIN] = {"sin", 1},
    [PHS_E_COS] = {"cos", 1},
    [PHS_E_FLOOR] = {"floor", 1},
    [PHS_E_CEIL] = {"ceil", 1},
    [PHS_E_ROUND] = {"round", 1},
    [PHS_E_EXPREL] = {"exprel", 1},
    [PHS_E_SIGN] = {"sign", 1},
    [PHS_E_MIN] = {"min", 2},
    [PHS_E_MAX] = {"max", 2},
    [PHS_E_CLIP] = {"clip", 3},
    [PHS_E_WHERE] = {"where", 3},
};

bool phs_operation_is_condition(phs_operation op) {
  return op == PHS_E_NOT || (op >= PHS_E_LT && op <= PHS_E_OR);
}

int phs_operation_arity(phs_operation op) {
  return operations[op].arity;
}

const char *phs_operation_name(phs_operation op) {
  return operations[op].name;
}

phs_operation phs_function_find(const char *name, const char **near) {
  const char *names[PHS_E_COUNT];
  size_t count = 0;
  if (strcmp(name, "pow") == 0) {
    return PHS_E_POW;
  }
  if (strcmp(name, "previous") == 0) {
    return PHS_E_PREVIOUS;
  }
  for (int op = PHS_E_EXP; op < PHS_E_COUNT; op++) {
    if (strcmp(name, operations[op].name) == 0) {
      return (phs_operation)op;
    }
    names[count++] = operations[op].name;
  }
  *near = phs_nearest(name, names, count);
  return PHS_E_COUNT;
}

static double compare(phs_operation op, double a, double b) {
  switch (op) {
  case PHS_E_LT:
    return a < b;
  case PHS_E_LE:
    return a <= b;
  case PHS_E_GT:
    return a > b;
  case PHS_E_GE:
    return a >= b;
  case PHS_E_EQ:
    return a == b;
  default:
    return a != b;
  }
}

static double compute_function(phs_operation op, const double *a) {
  switch (op) {
  case PHS_E_EXP:
    return exp(a[0]);
  case PHS_E_LOG:
    return log(a[0]);
  case PHS_E_SQRT:
    return sqrt(a[0]);
  case PHS_E_ABS:
    return fabs(a[0]);
  case PHS_E_TANH:
    return tanh(a[0]);
  case PHS_E_SIN:
    return sin(a[0]);
  case PHS_E_COS:
    return cos(a[0]);
  case PHS_E_FLOOR:
    return floor(a[0]);
  case PHS_E_CEIL:
    return ceil(a[0]);
  case PHS_E_ROUND:
    return nearbyint(a[0]);
  case PHS_E_EXPREL:
    return a[0] == 0 ? 1 : expm1(a[0]) / a[0];
  case PHS_E_SIGN:
    return (double)((a[0] > 0) - (a[0] < 0));
  case PHS_E_MIN:
    return a[0] < a[1] ? a[0] : a[1];
  case PHS_E_MAX:
    return a[0] > a[1] ? a[0] : a[1];
  case PHS_E_CLIP:
    return a[0] < a[1] ? a[1] : a[0] > a[2] ? a[2] : a[0];
  case PHS_E_WHERE:
    return a[0] != 0 ? a[1] : a[2];
  default:
    return 0;
  }
}

double phs_operation_compute(phs_operation op, const double *a) {
  switch (op) {
  case PHS_E_NEG:
    return -a[0];
  case PHS_E_NOT:
    return a[0] == 0;
  case PHS_E_ADD:
    return a[0] + a[1];
  case PHS_E_SUB:
    return a[0] - a[1];
  case PHS_E_MUL:
    return a[0] * a[1];
  case PHS_E_DIV:
    return a[0] / a[1];
  case PHS_E_POW:
    return pow(a[0], a[1]);
  case PHS_E_LT:
  case PHS_E_LE:
  case PHS_E_GT:
  case PHS_E_GE:
  case PHS_E_EQ:
  case PHS_E_NE:
    return compare(op, a[0], a[1]);
  case PHS_E_AND:
    return a[0] != 0 && a[1] != 0;
  case PHS_E_OR:
    return a[0] != 0 || a[1] != 0;
  default:
    return compute_function(op, a);
  }
}
