/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One step of a neuron: integrate, receive, threshold and reset, in symbols. */
#include "equations/step.h"

#include <stdio.h>

/* Refractory times are rounded to steps, halves up; a time meant as an odd multiple of half a step
 * may lie an ulp below it. */
#define ROUNDING (1.0 + 1e-9)
#define MOST_STEPS 16777216.0 /* beyond 2^24, f32 cannot count */

static const char *method_name(phs_method m) {
  static const char *const names[] = {"auto", "exact", "euler", "exp_euler", "rk4", "exp_midpoint"};
  return names[m];
}

/* Whether the method fits these rates; AUTO becomes one that does. */
static bool settle_method(phs_step *step, const phs_scope *c, phs_method method,
                          const phs_place *place, phs_diag *diag) {
  phs_sym rate[PHS_MAX_STATES];
  bool linear[PHS_MAX_STATES];
  int nonlinear, not_own;
  phs_scope now = *c;
  for (int i = 0; i < c->m->state_count; i++) {
    rate[i] = phs_scope_symbol(&now, &c->m->equation[i].value);
  }
  phs_method best = phs_step_choose(step->s, rate, c->m->state_count, linear, &nonlinear, &not_own);
  step->method = method == PHS_METHOD_AUTO ? best : method;
  int culprit = step->method == PHS_METHOD_EXACT ? nonlinear
                : step->method == PHS_METHOD_EXP_EULER || step->method == PHS_METHOD_EXP_MIDPOINT
                    ? not_own
                    : -1;
  if (culprit < 0) {
    return true;
  }
  char help[96];
  snprintf(help, sizeof help, "use 'auto', which takes '%s' here", method_name(best));
  phs_report(diag, PHS_EQ_METHOD, place, help,
             "model '%s' cannot be integrated by '%s': the equation of '%s' is not linear in %s",
             c->m->source->name, method_name(step->method), c->m->equation[culprit].name,
             step->method == PHS_METHOD_EXACT
                 ? "the state variables, with coefficients of parameters"
                 : "its own variable");
  return false;
}

/* Parameters are leaves, so that all populations of a model have one update function; except those
 * whose default is an expression of others, where the population does not give them. */
static phs_sym *parameters(phs_scope *c, const bool *given) {
  const phs_equations_model *m = c->m;
  phs_sym *list = PHS_NEW_ARRAY(c->s->arena, phs_sym, (size_t)m->parameter_count);
  if (!list) {
    return NULL;
  }
  c->parameter = list;
  for (int i = 0; i < m->parameter_count; i++) {
    c->parameter_count = i;
    phs_sym preset = given[i] ? 0 : phs_scope_symbol(c, &m->preset[i]);
    list[i] = c->s->node[preset].kind == PHS_SYM_NUMBER ? phs_sym_leaf(c->s, PHS_SYM_PARAMETER, i)
                                                        : preset;
  }
  c->parameter_count = m->parameter_count;
  return list;
}

/* Statements in order, each seeing what came before; what the population gives stands. */
static void initial_values(phs_step *step, phs_scope *c, const bool *given) {
  const phs_equations_model *m = c->m;
  for (int i = 0; i < m->state_count; i++) {
    c->state[i] = given[i] ? phs_sym_leaf(c->s, PHS_SYM_INITIAL, i) : 0;
  }
  phs_scope_changed(c);
  for (int k = 0; k < m->initial.count; k++) {
    if (!given[m->initial.list[k].state]) {
      const phs_statements one = {1, &m->initial.list[k]};
      phs_scope_run(c, &one, NULL, 0);
    }
  }
  for (int i = 0; i < m->state_count; i++) {
    step->initial[i] = c->state[i];
  }
}

/* Steps of a refractory time in ms. */
static phs_sym count_steps(phs_scope *c, double dt) {
  phs_symbols *s = c->s;
  phs_sym time = phs_scope_symbol(c, &c->m->refractory);
  phs_sym steps = phs_sym_mul(s, phs_sym_number(s, ROUNDING / dt), time);
  steps = phs_sym_apply(s, PHS_E_FLOOR, phs_sym_add(s, steps, phs_sym_number(s, 0.5)), 0, 0);
  if (s->node[steps].varies) {
    steps = phs_sym_apply(s, PHS_E_CLIP, steps, 0, phs_sym_number(s, MOST_STEPS));
  }
  return steps;
}

/* Threshold, reset, and the refractory time that begins. */
static void spike(phs_step *step, phs_scope *c, double dt, const phs_sym *start, phs_sym refractory,
                  phs_sym left) {
  const phs_equations_model *m = c->m;
  phs_symbols *s = c->s;
  phs_sym before[PHS_MAX_STATES];
  c->previous = start;
  phs_sym fires = phs_scope_symbol(c, &m->threshold);
  if (step->refractory) {
    fires = phs_sym_apply(s, PHS_E_AND, fires, phs_sym_apply(s, PHS_E_NOT, refractory, 0, 0), 0);
    step->refractory_steps = count_steps(c, dt);
    step->next[m->state_count] = phs_sym_apply(s, PHS_E_WHERE, fires, step->refractory_steps, left);
  }
  for (int i = 0; i < m->state_count; i++) {
    before[i] = c->state[i];
  }
  step->output = fires;
  if (m->output.text) {
    step->output = phs_sym_apply(s, PHS_E_WHERE, fires, phs_scope_symbol(c, &m->output), 0);
  }
  phs_scope_run(c, &m->reset, NULL, 0);
  for (int i = 0; i < m->state_count; i++) {
    step->next[i] = phs_sym_apply(s, PHS_E_WHERE, fires, c->state[i], before[i]);
  }
  c->previous = NULL;
}

static void receive(phs_scope *c, const bool *held, bool refractory_time, phs_sym refractory) {
  for (int r = 0; r < c->m->receptor_count; r++) {
    c->has_amount = true;
    c->amount_dimension = c->m->receptor[r].dimension;
    c->amount = phs_sym_leaf(c->s, PHS_SYM_INPUT, r);
    phs_scope_run(c, &c->m->receives[r], refractory_time ? held : NULL, refractory);
  }
  c->has_amount = false;
}

static void build(phs_step *step, phs_scope *c, double dt) {
  const phs_equations_model *m = c->m;
  phs_symbols *s = c->s;
  phs_sym start[PHS_MAX_STATES], next[PHS_MAX_STATES] = {0}, refractory = 0, left = 0;
  bool held[PHS_MAX_STATES] = {false};
  for (int i = 0; i < m->state_count; i++) {
    start[i] = c->state[i] = phs_sym_leaf(s, PHS_SYM_STATE, i);
    held[i] = m->equation[i].hold;
  }
  phs_scope_changed(c);
  if (step->refractory) {
    left = phs_sym_leaf(s, PHS_SYM_STATE, m->state_count);
    refractory = phs_sym_apply(s, PHS_E_GT, left, 0, 0);
    phs_sym less = phs_sym_apply(s, PHS_E_SUB, left, 1, 0);
    left = phs_sym_apply(s, PHS_E_MAX, less, 0, 0);
  }
  phs_step_integrate(step, c, step->method, dt, held, refractory, next);
  for (int i = 0; i < m->state_count; i++) {
    c->state[i] = held[i] && step->refractory
                      ? phs_sym_apply(s, PHS_E_WHERE, refractory, start[i], next[i])
                      : next[i];
  }
  phs_scope_changed(c);
  receive(c, held, step->refractory, refractory);
  if (m->threshold.text) {
    spike(step, c, dt, start, refractory, left);
    return;
  }
  for (int i = 0; i < m->state_count; i++) {
    step->next[i] = c->state[i];
  }
  step->output = m->output.text ? phs_scope_symbol(c, &m->output) : c->state[0];
}

bool phs_step_build(phs_step *out, phs_arena *scratch, const phs_equations_model *m,
                    phs_method method, double dt, const bool *given_parameter,
                    const bool *given_initial, const phs_place *place, phs_diag *diag) {
  phs_scope c;
  *out = (phs_step){.s = phs_symbols_create(scratch),
                    .refractory = m->refractory.text != NULL,
                    .state_count = m->state_count + (m->refractory.text != NULL)};
  if (!out->s || !phs_scope_start(&c, m, out->s, NULL, dt) || !parameters(&c, given_parameter)) {
    phs_report(diag, PHS_NO_MEMORY, place, NULL, "no memory for the model '%s'", m->source->name);
    return false;
  }
  initial_values(out, &c, given_initial);
  for (int i = 0; i < m->state_count; i++) {
    c.state[i] = phs_sym_leaf(out->s, PHS_SYM_STATE, i);
  }
  phs_scope_changed(&c);
  if (!settle_method(out, &c, method, place, diag)) {
    return false;
  }
  build(out, &c, dt);
  if (out->s->failed) {
    phs_report(diag, PHS_EQ_TOO_LARGE, place, "write shorter equations, or use another method",
               "the model '%s' needs more than %d operations", m->source->name, PHS_MOST_SYMBOLS);
    return false;
  }
  return true;
}
