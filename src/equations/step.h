/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file step.h  One step of a neuron as symbols, and symbols as an update function. */
#ifndef PHS_EQUATIONS_STEP_H
#define PHS_EQUATIONS_STEP_H

#include "equations/linear.h"
#include "equations/model_internal.h"

typedef struct phs_step {
  phs_symbols *s;
  phs_linear linear;
  phs_method method; /**< the one taken */
  bool refractory;   /**< the last state is the refractory time left */
  int state_count;   /**< with that one */
  phs_sym output;    /**< a condition (spikes) or a number */
  phs_sym next[PHS_MAX_STATES];
  phs_sym initial[PHS_MAX_STATES];
  phs_sym refractory_steps; /**< 0 where there is none */
} phs_step;

/**
 * Builds the step of @p m for steps of @p dt ms. @p given_parameter, @p given_initial: flags of
 * what a population gives; the rest has its defaults.
 * @return false where the method does not fit (reported at @p place)
 */
bool phs_step_build(phs_step *out, phs_arena *scratch, const phs_equations_model *m,
                    phs_method method, double dt, const bool *given_parameter,
                    const bool *given_initial, const phs_place *place, phs_diag *diag);

/** How the states' equations can be integrated: members of the part that is linear by itself, and
 * what AUTO takes. */
phs_method phs_step_choose(phs_symbols *s, const phs_sym *rate, int state_count, bool *linear,
                           int *first_nonlinear, int *first_not_own);

/** New values of the states by the method; not yet held by refractoriness. */
void phs_step_integrate(phs_step *step, phs_scope *c, phs_method method, double dt,
                        const bool *held, phs_sym refractory, phs_sym *next);

/** The update function: arguments are @p receptors inputs, the states, then coefficients, whose
 * symbols are returned in @p coef (in scratch memory; the count into @p coef_count). NULL when it
 * is too large or without memory. */
phs_kernel *phs_step_kernel(phs_arena *arena, const phs_step *step, int receptors, bool spikes,
                            const char *name, phs_sym **coef, int *coef_count);

#endif
