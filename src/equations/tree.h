/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file tree.h  Expressions as trees, and one walk over them that checks dimensions for whoever
 * computes: with numbers (evaluate.c) or with the symbols of a model (scope.c).
 */
#ifndef PHS_EQUATIONS_TREE_H
#define PHS_EQUATIONS_TREE_H

#include "equations/expression.h"

/** What a node does. The order of comparisons and functions is that of the tables in parse.c and
 * operation.c. */
typedef enum phs_operation {
  PHS_E_NUMBER,
  PHS_E_NAME,
  PHS_E_PREVIOUS, /**< previous(NAME): a state at the start of the step */
  PHS_E_NEG,
  PHS_E_NOT,
  PHS_E_ADD,
  PHS_E_SUB,
  PHS_E_MUL,
  PHS_E_DIV,
  PHS_E_POW,
  PHS_E_LT,
  PHS_E_LE,
  PHS_E_GT,
  PHS_E_GE,
  PHS_E_EQ,
  PHS_E_NE,
  PHS_E_AND,
  PHS_E_OR,
  PHS_E_EXP,
  PHS_E_LOG,
  PHS_E_SQRT,
  PHS_E_ABS,
  PHS_E_TANH,
  PHS_E_SIN,
  PHS_E_COS,
  PHS_E_FLOOR,
  PHS_E_CEIL,
  PHS_E_ROUND,  /**< halves to even */
  PHS_E_EXPREL, /**< (exp(x) - 1) / x, 1 at 0 */
  PHS_E_SIGN,
  PHS_E_MIN,
  PHS_E_MAX,
  PHS_E_CLIP,  /**< clip(x, low, high) */
  PHS_E_WHERE, /**< where(condition, then, otherwise) */
  PHS_E_COUNT
} phs_operation;

struct phs_expression {
  phs_operation op;
  uint32_t at, length; /**< the characters of the whole sub-expression */
  int count;
  phs_expression *arg[3];
  phs_value value;  /**< NUMBER */
  const char *name; /**< NAME, PREVIOUS */
};

/** Whether its value is a condition: a comparison, not, and, or. */
bool phs_operation_is_condition(phs_operation op);
/** How many arguments an operation takes. */
int phs_operation_arity(phs_operation op);
/** "+", "exp". */
const char *phs_operation_name(phs_operation op);
/** The function called @p name; PHS_E_COUNT where there is none, with @p near a similar one or
 * NULL.
 */
phs_operation phs_function_find(const char *name, const char **near);
/** The value in binary64; conditions are 1 or 0. */
double phs_operation_compute(phs_operation op, const double *a);

/** What a sub-expression gives. */
typedef struct phs_operand {
  enum { PHS_IS_NUMBER, PHS_IS_CONDITION, PHS_IS_UNKNOWN } kind; /**< unknown: already reported */
  phs_dimension dimension;
  double number; /**< of evaluation */
  uint32_t node; /**< of models */
} phs_operand;

/** Who computes. Dimensions have been checked when `apply` is called. */
typedef struct phs_algebra {
  void *user;
  void (*number)(void *user, double value, phs_operand *out);
  /** False when there is no such name; @p near may be set to a similar one. */
  bool (*name)(void *user, const char *name, bool previous, phs_operand *out, const char **near);
  /** Fills the value; kind and dimension are set. False with a reason in @p message (128 bytes). */
  bool (*apply)(void *user, phs_operation op, const phs_operand *args, phs_operand *out,
                char *message);
  /** Whether the operand is the same number always, and which. */
  bool (*constant)(void *user, const phs_operand *a, double *value);
} phs_algebra;

/** Walks the tree; false with @p error at the first thing that is wrong. */
bool phs_expression_walk(const phs_expression *e, const phs_algebra *algebra, phs_operand *out,
                         phs_text_error *error);

#endif
