/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file model_internal.h  A compiled model, and how its texts become symbols. */
#ifndef PHS_EQUATIONS_MODEL_INTERNAL_H
#define PHS_EQUATIONS_MODEL_INTERNAL_H

#include "equations/model.h"
#include "equations/symbols.h"

enum {
  PHS_MODEL_STATES = PHS_MAX_STATES - 1, /* and the refractory time left */
  PHS_MODEL_PARAMETERS = 200,
  PHS_MODEL_LINES = 200,
  PHS_MODEL_TEXT = 65536
};

/** An expression and where it stands. */
typedef struct phs_formula {
  const phs_text *text;
  size_t at, length;    /**< within the text */
  phs_expression *tree; /**< NULL: could not be read (reported) */
} phs_formula;

/** NAME = expression, with += and so on already written out by `op`. */
typedef struct phs_statement {
  int state;        /**< index */
  phs_operation op; /**< ADD, SUB, MUL, DIV; NUMBER: plain '=' */
  phs_formula value;
} phs_statement;

typedef struct phs_statements {
  int count;
  phs_statement *list;
} phs_statements;

/** A differential equation, or a named expression. */
typedef struct phs_equation {
  const char *name;
  size_t at, length; /**< of the name, within the equations */
  phs_dimension dimension;
  bool known; /**< its unit could be read */
  bool hold;
  phs_formula value;
} phs_equation;

struct phs_equations_model {
  phs_arena *arena;
  const phs_model_source *source;
  int parameter_count, state_count, named_count, receptor_count;
  bool incomplete; /**< a name could not be read where it is defined: others that use it are not
                      to blame */
  phs_model_name *parameter, *state, *receptor;
  phs_formula *preset; /**< default of each parameter */
  bool *parameter_known;
  phs_equation *equation; /**< of each state */
  phs_equation *named;    /**< named expressions, each behind those that it needs */
  phs_statements *receives;
  phs_statements reset, initial;
  phs_formula threshold, refractory, output; /**< text NULL: absent */
};

/** What names mean at one point of a step. */
typedef struct phs_scope {
  const phs_equations_model *m;
  phs_symbols *s;
  const phs_sym *parameter;
  int parameter_count; /**< visible ones */
  phs_sym state[PHS_MAX_STATES];
  int state_count;         /**< visible ones */
  const phs_sym *previous; /**< states at the start of the step; NULL: previous() has no meaning */
  bool has_amount;         /**< x */
  phs_sym amount, dt;
  phs_dimension amount_dimension;
  phs_sym *named; /**< of named expressions; made again when a state has changed */
  bool fresh, making;
  int named_count; /**< visible ones */
} phs_scope;

/** A scope that sees all parameters, states and named expressions. False without memory. */
bool phs_scope_start(phs_scope *c, const phs_equations_model *m, phs_symbols *s,
                     const phs_sym *parameter, double dt);
/** States have other values now. */
void phs_scope_changed(phs_scope *c);
/** Symbol of a formula; false with @p error, whose place is within the formula's text. */
bool phs_scope_build(phs_scope *c, const phs_formula *f, phs_operand *out, phs_text_error *error);
/** Symbol of a formula that has been checked. */
phs_sym phs_scope_symbol(phs_scope *c, const phs_formula *f);
/** Runs statements that have been checked. @p keep (one flag a state, may be NULL): states that do
 * not change where the condition @p unless holds. */
void phs_scope_run(phs_scope *c, const phs_statements *list, const bool *keep, phs_sym unless);

/** Reading a model's texts; each reports what is wrong and goes on. */
void phs_model_read_parameters(phs_equations_model *m, phs_diag *diag);
void phs_model_read_equations(phs_equations_model *m, phs_diag *diag);
void phs_model_read_receptors(phs_equations_model *m, phs_diag *diag);
/** Reads statements into @p out; @p text may be absent. */
void phs_model_read_statements(phs_equations_model *m, const phs_text *text, phs_statements *out,
                               phs_diag *diag);
/** Reads a whole text as one expression; @p text may be absent. */
phs_formula phs_model_read_formula(phs_equations_model *m, const phs_text *text, phs_diag *diag);
/** The same of a part of the text. */
phs_formula phs_model_read_part(phs_equations_model *m, const phs_text *text, size_t at,
                                size_t length, phs_diag *diag);
/** Checks names and dimensions of everything that was read; fills parameter values. */
void phs_model_check(phs_equations_model *m, phs_diag *diag);
/** Whether @p name can be one of the model's; reports what is wrong with it. */
bool phs_model_name_ok(const phs_equations_model *m, const char *name, const phs_text *text,
                       size_t at, phs_diag *diag);

#endif
