/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file expression.h  Expressions over quantities: numbers with units, names, + - * / ^,
 * comparisons, and/or/not, functions. Used for constants in model files ("= scale * 8000") and in
 * equations.
 */
#ifndef PHS_EQUATIONS_EXPRESSION_H
#define PHS_EQUATIONS_EXPRESSION_H

#include "base/arena.h"
#include "units/units.h"

typedef struct phs_expression phs_expression;

/** Parses @p text; NULL with @p error. The tree lives in @p arena and refers to @p text. */
phs_expression *phs_expression_parse(phs_arena *arena, const char *text, size_t length,
                                     phs_text_error *error);
/** Value of a name; false when there is none of it. @p near may be set to a similar name. */
typedef bool (*phs_name_lookup)(void *user, const char *name, size_t length, phs_value *out,
                                const char **near);
/** Evaluates in binary64 with dimension checks; false with @p error. A condition gives 1 or 0. @p
 * lookup may be NULL. Names that it does not know may be units, or pi. */
bool phs_expression_evaluate(const phs_expression *e, phs_name_lookup lookup, void *user,
                             phs_value *out, phs_text_error *error);

#endif
