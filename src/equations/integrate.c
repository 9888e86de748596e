/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Methods: from rates to values one step on. A part of the equations that is linear by itself is
 * taken exactly by all methods but euler. */
#include "equations/step.h"

#include <string.h>

static void all_states(int n, int *state) {
  for (int i = 0; i < n; i++) {
    state[i] = i;
  }
}

/* Whether a rate is linear in all states with coefficients that do not vary; which it needs. */
static bool is_linear(phs_symbols *s, phs_sym rate, int n, bool *needs) {
  int state[PHS_MAX_STATES];
  phs_sym coef[PHS_MAX_STATES], rest;
  all_states(n, state);
  if (!phs_sym_affine(s, rate, state, n, coef, &rest) || s->node[rest].varies) {
    return false;
  }
  for (int j = 0; j < n; j++) {
    needs[j] = coef[j] != 0;
    if (s->node[coef[j]].varies) {
      return false;
    }
  }
  return true;
}

/* Takes members out until none needs a state that is not one. */
static void close_members(int n, const bool *needs, bool *member) {
  for (bool changed = true; changed;) {
    changed = false;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n && member[i]; j++) {
        if (needs[i * n + j] && !member[j]) {
          member[i] = false;
          changed = true;
        }
      }
    }
  }
}

/* The members of a linear part among `candidates` (NULL: all). */
static void find_linear(phs_symbols *s, const phs_sym *rate, int n, const bool *held,
                        bool *member) {
  bool needs[PHS_MAX_STATES * PHS_MAX_STATES] = {false};
  for (int i = 0; i < n; i++) {
    member[i] = !(held && held[i]) && is_linear(s, rate[i], n, needs + i * n);
  }
  close_members(n, needs, member);
}

phs_method phs_step_choose(phs_symbols *s, const phs_sym *rate, int state_count, bool *linear,
                           int *first_nonlinear, int *first_not_own) {
  *first_nonlinear = *first_not_own = -1;
  find_linear(s, rate, state_count, NULL, linear);
  for (int i = 0; i < state_count; i++) {
    phs_sym coef, rest;
    if (!linear[i] && *first_nonlinear < 0) {
      *first_nonlinear = i;
    }
    if (!linear[i] && *first_not_own < 0 && !phs_sym_affine(s, rate[i], &i, 1, &coef, &rest)) {
      *first_not_own = i;
    }
  }
  return *first_nonlinear < 0 ? PHS_METHOD_EXACT
         : *first_not_own < 0 ? PHS_METHOD_EXP_EULER
                              : PHS_METHOD_RK4;
}

/* All at once. A second propagator, for refractory neurons, is there where a variable that moves
 * needs one that is held: the held one is then a constant of the system. */
static void exact(phs_step *step, const phs_scope *c, const phs_sym *rate, double dt,
                  const bool *held, phs_sym refractory, phs_sym *next) {
  int n = c->m->state_count;
  bool member[PHS_MAX_STATES], ok, depends = false;
  memset(member, 1, sizeof member);
  int free_system = phs_linear_add(&step->linear, step->s, rate, n, member, NULL, &ok);
  phs_linear_advance(&step->linear, step->s, free_system, dt, c->state, next);
  const phs_linear_system *y = &step->linear.system[free_system];
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      depends = depends || (!held[i] && held[j] && y->reach[i * n + j]);
    }
  }
  if (depends) {
    phs_sym still[PHS_MAX_STATES];
    int system = phs_linear_add(&step->linear, step->s, rate, n, member, held, &ok);
    phs_linear_advance(&step->linear, step->s, system, dt, c->state, still);
    for (int i = 0; i < n; i++) {
      next[i] = phs_sym_apply(step->s, PHS_E_WHERE, refractory, still[i], next[i]);
    }
  }
}

/* Rates with the given values of the states. */
static void rates(phs_scope *c, const phs_sym *value, phs_sym *rate) {
  phs_sym before[PHS_MAX_STATES];
  memcpy(before, c->state, sizeof before);
  memcpy(c->state, value, (size_t)c->m->state_count * sizeof *value);
  phs_scope_changed(c);
  for (int i = 0; i < c->m->state_count; i++) {
    rate[i] = phs_scope_symbol(c, &c->m->equation[i].value);
  }
  memcpy(c->state, before, sizeof before);
  phs_scope_changed(c);
}

/* Rates of the form slope x + rest in their own variable: x + h (slope x + rest) exprel(h slope),
 * exact where slope and rest do not change within the step (Rush & Larsen 1978; Hochbruck &
 * Ostermann 2010), and defined where slope is 0. */
static phs_sym exponential(phs_symbols *s, phs_sym x, phs_sym slope, phs_sym rest, double h) {
  phs_sym step = phs_sym_number(s, h), rate = phs_sym_add(s, phs_sym_mul(s, slope, x), rest);
  phs_sym factor =
      phs_sym_mul(s, step, phs_sym_apply(s, PHS_E_EXPREL, phs_sym_mul(s, step, slope), 0, 0));
  return phs_sym_add(s, x, phs_sym_mul(s, factor, rate));
}

/* x + h rate; for held variables of refractory neurons x, where others need them. */
static phs_sym stage(phs_symbols *s, phs_sym x, phs_sym rate, double h, bool hold,
                     phs_sym refractory) {
  phs_sym moved = phs_sym_add(s, x, phs_sym_mul(s, phs_sym_number(s, h), rate));
  return hold ? phs_sym_apply(s, PHS_E_WHERE, refractory, x, moved) : moved;
}

/* What the classical method (Kutta 1901) needs in each of its stages. */
typedef struct runge {
  phs_step *step;
  phs_scope *c;
  const bool *linear, *hold; /* hold: in stages as well */
  int system;                /* of the linear part, -1 */
  phs_sym refractory;
} runge;

static void stage_values(const runge *r, const phs_sym *rate, double h, phs_sym *value) {
  for (int i = 0; i < r->c->m->state_count; i++) {
    value[i] = r->linear[i]
                   ? r->c->state[i]
                   : stage(r->step->s, r->c->state[i], rate[i], h, r->hold[i], r->refractory);
  }
  if (r->system >= 0) {
    phs_linear_advance(&r->step->linear, r->step->s, r->system, h, r->c->state, value);
  }
}

/* Values after h from the start of the step, with slopes and rests at the states `at`. */
static void exponential_values(const runge *r, const phs_sym *at, double h, phs_sym *value) {
  phs_symbols *s = r->step->s;
  phs_sym rate[PHS_MAX_STATES], before[PHS_MAX_STATES];
  int n = r->c->m->state_count;
  memcpy(before, r->c->state, sizeof before);
  for (int i = 0; i < n; i++) {
    if (r->linear[i]) {
      continue;
    }
    /* A leaf stands for the own variable, which the others' values may depend on as well. */
    phs_sym mixed[PHS_MAX_STATES], slope = 0, rest = 0;
    const int own = PHS_MAX_STATES;
    memcpy(mixed, at, (size_t)n * sizeof *mixed);
    mixed[i] = phs_sym_leaf(s, PHS_SYM_STATE, own);
    rates(r->c, mixed, rate);
    phs_sym_affine(s, rate[i], &own, 1, &slope, &rest);
    phs_sym moved = exponential(s, before[i], slope, rest, h);
    value[i] = r->hold[i] ? phs_sym_apply(s, PHS_E_WHERE, r->refractory, before[i], moved) : moved;
  }
  if (r->system >= 0) {
    phs_linear_advance(&r->step->linear, s, r->system, h, r->c->state, value);
  }
}

static void runge_kutta(const runge *r, const phs_sym *first, double dt, phs_sym *next) {
  phs_symbols *s = r->step->s;
  phs_sym k2[PHS_MAX_STATES], k3[PHS_MAX_STATES], k4[PHS_MAX_STATES], value[PHS_MAX_STATES];
  stage_values(r, first, dt / 2, value);
  rates(r->c, value, k2);
  stage_values(r, k2, dt / 2, value);
  rates(r->c, value, k3);
  stage_values(r, k3, dt, value);
  rates(r->c, value, k4);
  for (int i = 0; i < r->c->m->state_count; i++) {
    if (!r->linear[i]) {
      phs_sym middle = phs_sym_mul(s, phs_sym_number(s, 2), phs_sym_add(s, k2[i], k3[i]));
      phs_sym sum = phs_sym_add(s, phs_sym_add(s, first[i], middle), k4[i]);
      next[i] = phs_sym_add(s, r->c->state[i], phs_sym_mul(s, phs_sym_number(s, dt / 6), sum));
    }
  }
}

/* Whether a variable that moves, and is not in the linear part, needs a held one. */
static bool others_need_held(phs_step *step, const phs_scope *c, const phs_sym *rate,
                             const bool *held, const bool *linear) {
  bool *used = PHS_NEW_ARRAY(step->s->arena, bool, step->s->count);
  for (int i = 0; used && i < c->m->state_count; i++) {
    if (!held[i] && !linear[i]) {
      phs_sym_reach(step->s, &rate[i], 1, used);
    }
  }
  for (phs_sym a = 0; used && a < step->s->count; a++) {
    const phs_symbol *n = &step->s->node[a];
    if (used[a] && n->kind == PHS_SYM_STATE && n->index < c->m->state_count && held[n->index]) {
      return true;
    }
  }
  return false;
}

void phs_step_integrate(phs_step *step, phs_scope *c, phs_method method, double dt,
                        const bool *held, phs_sym refractory, phs_sym *next) {
  int n = c->m->state_count, system = -1;
  phs_sym rate[PHS_MAX_STATES];
  bool linear[PHS_MAX_STATES] = {false}, none[PHS_MAX_STATES] = {false}, ok;
  rates(c, c->state, rate);
  if (method == PHS_METHOD_EXACT) {
    exact(step, c, rate, dt, held, refractory, next);
    return;
  }
  memcpy(next, c->state, (size_t)n * sizeof *next);
  if (method != PHS_METHOD_EULER) {
    find_linear(step->s, rate, n, held, linear);
    system = phs_linear_add(&step->linear, step->s, rate, n, linear, NULL, &ok);
    phs_linear_advance(&step->linear, step->s, system, dt, c->state, next);
  }
  bool stages = others_need_held(step, c, rate, held, linear);
  runge r = {step, c, linear, stages ? held : none, system, refractory};
  if (method == PHS_METHOD_RK4) {
    runge_kutta(&r, rate, dt, next);
    return;
  }
  if (method == PHS_METHOD_EULER) {
    for (int i = 0; i < n; i++) {
      next[i] = stage(step->s, c->state[i], rate[i], dt, false, refractory);
    }
    return;
  }
  phs_sym middle[PHS_MAX_STATES];
  memcpy(middle, c->state, (size_t)n * sizeof *middle);
  if (method == PHS_METHOD_EXP_MIDPOINT) {
    exponential_values(&r, c->state, dt / 2, middle);
  }
  exponential_values(&r, middle, dt, next);
}
