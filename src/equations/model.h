/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file model.h  Neuron models written as equations, and their update functions.
 *
 * One step of one neuron, in this order (that of NEST):
 * 1. every state variable is integrated over dt from its value at the start of the step, all of
 * them from the same start; variables that `hold` keep theirs in a refractory step, and the others
 * see them constant;
 * 2. receptors: what arrives in this step is added, by each receptor's statements in order;
 * variables that hold do not change by it in a refractory step;
 * 3. threshold, except in a refractory step; on a spike the reset statements run in order, and the
 *    refractory time begins.
 * A step is refractory when time is left at its start; each lessens it by one. A time of n steps
 * (in ms, divided by dt, rounded halves up) makes the n steps after a spike refractory.
 */
#ifndef PHS_EQUATIONS_MODEL_H
#define PHS_EQUATIONS_MODEL_H

#include "diag/diag.h"
#include "net/net.h"
#include "units/units.h"

/** A piece of text and its place in a file, for diagnostics. */
typedef struct phs_text {
  const char *s; /**< NUL-terminated; NULL: absent */
  const char *file;
  uint32_t line, column; /**< of its first character; 0: unknown */
  uint32_t indent;       /**< column at which its further lines begin */
} phs_text;

/** Reports @p error in @p text at its true line and column, with the line as excerpt. */
void phs_text_report(phs_diag *diag, phs_code code, const phs_text *text,
                     const phs_text_error *error);

typedef enum phs_method {
  PHS_METHOD_AUTO, /**< exact where the equations are linear, else exp_euler where each is linear in
                      its own variable, else rk4 */
  PHS_METHOD_EXACT,
  PHS_METHOD_EULER,
  PHS_METHOD_EXP_EULER,
  PHS_METHOD_RK4,
  PHS_METHOD_EXP_MIDPOINT /**< exp_euler twice: half a step, then a whole one with the rates there;
                             of second order */
} phs_method;

typedef struct phs_model_parameter {
  phs_text name;
  phs_text value; /**< default: a quantity or an expression of earlier parameters */
} phs_model_parameter;

typedef struct phs_model_receptor {
  phs_text name;      /**< "exc" */
  phs_text statement; /**< what an arriving amount does; `x` is the amount: "I_exc += x" */
  phs_text unit;      /**< of x: "pA" */
} phs_model_receptor;

/** A model as written. Arrays are the caller's. */
typedef struct phs_model_source {
  const char *name;
  const char *summary; /**< one line, or NULL */
  int parameter_count, receptor_count;
  const phs_model_parameter *parameter;
  const phs_model_receptor *receptor; /**< the first is the default */
  phs_text equations;  /**< one a line: "dv/dt = (E_L - v) / tau_m : mV" a state variable with its
                          unit; "I = I_exc + I_inh : pA" a name for an expression;
                          "dw/dt = ... : pA (hold)" not integrated while refractory. # comments. */
  phs_text threshold;  /**< a condition, or absent: the model does not spike */
  phs_text reset;      /**< statements, separated by ';' or lines */
  phs_text refractory; /**< a time, or absent */
  phs_text output;  /**< the graded result: of a model without threshold in every step (absent: the
                       first state), with a threshold at spikes, before the reset, and 0 between */
  phs_text initial; /**< "v = E_L; w = 0 pA": expressions of parameters, or absent: 0 */
  phs_method method;
} phs_model_source;

/** A model that has been parsed and checked by dimension. */
typedef struct phs_equations_model phs_equations_model;

/** NULL with diagnostics (as many as there are). Lives in @p arena; refers to @p source. */
phs_equations_model *phs_model_compile(phs_arena *arena, const phs_model_source *source,
                                       phs_diag *diag);

/** Parameters, state variables and receptors of a compiled model, in order. */
typedef struct phs_model_name {
  const char *name;
  phs_dimension dimension;
  double value; /**< default of a parameter (those of constant expressions evaluated) */
} phs_model_name;
int phs_model_parameter_list(const phs_equations_model *m, const phs_model_name **out);
int phs_model_state_list(const phs_equations_model *m, const phs_model_name **out);
int phs_model_receptor_list(const phs_equations_model *m, const phs_model_name **out);
/** Whether its result is spikes; else numbers. */
bool phs_model_spikes(const phs_equations_model *m);

/** One population of a model. */
typedef struct phs_model_use {
  const phs_param64 *parameter; /**< as phs_model_parameter_list(); v NULL: the default */
  const phs_param64 *initial;   /**< as phs_model_state_list(); v NULL: the model's */
  size_t count;                 /**< neurons */
  double dt;                    /**< ms */
  phs_method method;            /**< AUTO: the model's */
  phs_place place;              /**< of the population, for diagnostics */
} phs_model_use;

/**
 * The update function and coefficients of a population: fills kernel, states (the model's, then
 * "refractory" in steps left where there is a refractory time), coefficients and initial values.
 * Operands of the op are the receptors in order. Values in f32, in the units of units.h.
 * @param[out] elem PHS_I1, or PHS_F32 for a graded model
 */
phasor_status phs_model_instantiate(phs_arena *arena, const phs_equations_model *m,
                                    const phs_model_use *use, phs_diag *diag, phs_neurons *out,
                                    phs_elem *elem);

#endif
