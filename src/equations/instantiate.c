/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A population of a model: its update function, and the numbers that its parameters make of it. */
#include "equations/step.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SIDE = PHS_MAX_STATES + 1 };

/* A propagator that has been computed, and from what: neurons with the same numbers share it. */
typedef struct propagator {
  int system;
  double time;
  bool valid;
  double input[PHS_MAX_STATES * SIDE];
  double output[SIDE * SIDE];
} propagator;

enum { MOST_PROPAGATORS = 4 }; /* two systems, or one for a half and a whole step */

typedef struct evaluator {
  const phs_equations_model *m;
  const phs_step *step;
  const phs_model_use *use;
  double *value; /* of each symbol that does not vary */
  const bool *need;
  size_t neuron;
  propagator cache[MOST_PROPAGATORS];
} evaluator;

static double at(phs_param64 p, size_t i) {
  return p.v[p.n == 1 ? 0 : i];
}

/* What the population gives, or the default. */
static double parameter(const evaluator *e, int index) {
  bool given = e->use->parameter && e->use->parameter[index].v;
  return given ? at(e->use->parameter[index], e->neuron) : e->m->parameter[index].value;
}

/* The propagator of an entry for this neuron. */
static const double *propagate(evaluator *e, const phs_entry *entry) {
  const phs_linear_system *l = &e->step->linear.system[entry->system];
  int n = l->n, k = 0;
  double input[PHS_MAX_STATES * SIDE];
  for (int i = 0; i < n * n; i++) {
    input[i] = e->value[l->a[i]];
  }
  for (int i = 0; i < n; i++) {
    input[n * n + i] = e->value[l->b[i]];
  }
  while (k < MOST_PROPAGATORS - 1 && e->cache[k].valid &&
         (e->cache[k].system != entry->system || e->cache[k].time != entry->time)) {
    k++;
  }
  propagator *p = &e->cache[k];
  size_t size = (size_t)(n * n + n) * sizeof *input;
  if (!p->valid || p->system != entry->system || p->time != entry->time ||
      memcmp(p->input, input, size) != 0) {
    *p = (propagator){.system = entry->system, .time = entry->time, .valid = true};
    memcpy(p->input, input, size);
    phs_linear_propagator(l, e->value, entry->time, p->output);
  }
  return p->output;
}

static double entry_value(evaluator *e, int index) {
  const phs_entry *entry = &e->step->linear.entry[index];
  int side = e->step->linear.system[entry->system].n + 1;
  double q = propagate(e, entry)[entry->row * side + entry->column];
  return entry->whole ? q + 1 : q;
}

static double evaluate_symbol(evaluator *e, const phs_symbol *n) {
  double a[3] = {0};
  switch (n->kind) {
  case PHS_SYM_NUMBER:
    return n->number;
  case PHS_SYM_PARAMETER:
    return parameter(e, n->index);
  case PHS_SYM_INITIAL:
    return at(e->use->initial[n->index], e->neuron);
  case PHS_SYM_ENTRY:
    return entry_value(e, n->index);
  default:
    for (int k = 0; k < phs_operation_arity(n->op); k++) {
      a[k] = e->value[n->arg[k]];
    }
    return phs_operation_compute(n->op, a);
  }
}

static void evaluate_neuron(evaluator *e, size_t neuron) {
  e->neuron = neuron;
  for (phs_sym i = 0; i < e->step->s->count; i++) {
    if (e->need[i]) {
      e->value[i] = evaluate_symbol(e, &e->step->s->node[i]);
    }
  }
}

/* The symbols that the coefficients, initial values and propagators need. */
static bool *find_needed(const phs_step *step, const phs_sym *coef, int coef_count) {
  phs_symbols *s = step->s;
  bool *need = PHS_NEW_ARRAY(s->arena, bool, s->count);
  if (!need) {
    return NULL;
  }
  phs_sym_reach(s, coef, coef_count, need);
  phs_sym_reach(s, step->initial, step->state_count - step->refractory, need);
  phs_sym_reach(s, &step->refractory_steps, 1, need);
  for (int k = 0; k < step->linear.system_count; k++) {
    const phs_linear_system *l = &step->linear.system[k];
    phs_sym_reach(s, l->a, l->n * l->n, need);
    phs_sym_reach(s, l->b, l->n, need);
  }
  for (phs_sym i = 0; i < s->count; i++) {
    need[i] = need[i] && !s->node[i].varies;
  }
  return need;
}

/* Says what is behind a value that is not finite: most often a parameter of 0 that something is
 * divided by. */
static void report_value(const evaluator *e, phs_diag *diag) {
  const phs_equations_model *m = e->m;
  const phs_symbols *s = e->step->s;
  char where[48] = "", text[64];
  if (e->use->count > 1) {
    snprintf(where, sizeof where, " (neuron %zu)", e->neuron);
  }
  for (phs_sym i = 0; i < s->count; i++) {
    const phs_symbol *n = &s->node[i];
    if (!e->need[i] || isfinite(e->value[i])) {
      continue;
    }
    if (n->kind == PHS_SYM_PARAMETER) {
      phs_report(diag, PHS_EQ_VALUE, &e->use->place, "give a finite number; 1e9 stands for never",
                 "model '%s': parameter '%s' is not finite%s", m->source->name,
                 m->parameter[n->index].name, where);
      return;
    }
    const phs_symbol *d = n->op == PHS_E_DIV ? &s->node[n->arg[1]] : n;
    if (d->kind == PHS_SYM_PARAMETER) {
      phs_value v = {parameter(e, d->index), m->parameter[d->index].dimension};
      phs_report(diag, PHS_EQ_VALUE, &e->use->place, "choose a value above 0",
                 "model '%s' divides by its parameter '%s', which is %s%s", m->source->name,
                 m->parameter[d->index].name, phs_quantity_print(v, text, sizeof text), where);
      return;
    }
  }
  phs_report(diag, PHS_EQ_VALUE, &e->use->place, "look for values that are 0 or very large",
             "model '%s': its parameters give a number that is not finite in binary32%s",
             m->source->name, where);
}

static bool check_refractory(const evaluator *e, phs_diag *diag) {
  const phs_symbols *s = e->step->s;
  phs_sym steps = e->step->refractory_steps;
  if (s->node[steps].varies || (e->value[steps] >= 0 && e->value[steps] <= 16777216)) {
    return true;
  }
  phs_report(diag, PHS_EQ_VALUE, &e->use->place, "a refractory time is 0 ms or longer",
             "model '%s': the refractory time is %g steps, outside of 0 to 2^24",
             e->m->source->name, e->value[steps]);
  return false;
}

/* All neurons' values of `count` symbols as f32, [symbol][neuron]. */
static bool evaluate_all(evaluator *e, const phs_sym *list, int count, size_t neurons, float *out,
                         phs_diag *diag) {
  for (size_t i = 0; i < neurons; i++) {
    evaluate_neuron(e, i);
    for (int k = 0; k < count; k++) {
      double v = e->value[list[k]];
      if (!(fabs(v) <= (double)FLT_MAX)) {
        report_value(e, diag);
        return false;
      }
      out[(size_t)k * neurons + i] = (float)v;
    }
    if (!check_refractory(e, diag)) {
      return false;
    }
  }
  return true;
}

/* One value where all are the same, to the bit. */
static bool keep(phs_arena *arena, const float *v, size_t n, phs_param32 *out) {
  bool same = true;
  for (size_t i = 1; i < n && same; i++) {
    same = memcmp(&v[i], &v[0], sizeof *v) == 0;
  }
  out->n = same ? 1 : n;
  out->v = (const float *)phs_arena_copy(arena, v, out->n * sizeof *v);
  return out->v != NULL;
}

/* Whether some given value differs from neuron to neuron. */
static bool differs(const phs_equations_model *m, const phs_model_use *use) {
  bool many = false;
  for (int i = 0; use->parameter && i < m->parameter_count; i++) {
    many = many || (use->parameter[i].v && use->parameter[i].n != 1);
  }
  for (int i = 0; use->initial && i < m->state_count; i++) {
    many = many || (use->initial[i].v && use->initial[i].n != 1);
  }
  return many;
}

static bool fill_values(phs_arena *arena, const phs_equations_model *m, const phs_model_use *use,
                        const phs_step *step, const phs_sym *coef, phs_diag *diag,
                        phs_neurons *out) {
  phs_arena *scratch = step->s->arena;
  size_t neurons = differs(m, use) ? use->count : 1;
  int states = m->state_count, count = out->coeff_count + states;
  phs_sym *list = PHS_NEW_ARRAY(scratch, phs_sym, (size_t)count);
  evaluator *e = PHS_NEW(scratch, evaluator);
  float *values = (float *)phs_arena_array(scratch, (size_t)count * sizeof(float), neurons);
  bool *need = find_needed(step, coef, out->coeff_count);
  double *value = PHS_NEW_ARRAY(scratch, double, step->s->count);
  out->coeff = PHS_NEW_ARRAY(arena, phs_param32, (size_t)out->coeff_count);
  if (!list || !e || !values || !need || !value || !out->coeff) {
    phs_report(diag, PHS_NO_MEMORY, &use->place, NULL, "no memory for %zu neurons of '%s'",
               use->count, m->source->name);
    return false;
  }
  memcpy(list, coef, (size_t)out->coeff_count * sizeof *list);
  memcpy(list + out->coeff_count, step->initial, (size_t)states * sizeof *list);
  *e = (evaluator){.m = m, .step = step, .use = use, .need = need, .value = value};
  if (!evaluate_all(e, list, count, neurons, values, diag)) {
    return false;
  }
  bool ok = true;
  for (int k = 0; ok && k < count; k++) {
    const float *v = values + (size_t)k * neurons;
    phs_param32 *to = k < out->coeff_count ? &out->coeff[k] : &out->initial[k - out->coeff_count];
    ok = keep(arena, v, neurons, to);
  }
  return ok;
}

static bool name_states(phs_arena *arena, const phs_equations_model *m, phs_neurons *out) {
  bool ok = true;
  for (int i = 0; i < out->state_count; i++) {
    out->state[i] =
        phs_arena_strdup(arena, i < m->state_count ? m->equation[i].name : "refractory");
    ok = ok && out->state[i];
  }
  return ok;
}

/* Times and capacitances below 0 are slips of the pen: what should decay would grow. */
static bool check_signs(const phs_equations_model *m, const phs_model_use *use, phs_diag *diag) {
  static const phs_dimension duration = {.time = 1};
  static const phs_dimension capacitance = {.time = 1, .voltage = -1, .current = 1};
  for (int i = 0; i < m->parameter_count; i++) {
    phs_dimension d = m->parameter[i].dimension;
    if (!phs_dimension_equal(d, duration) && !phs_dimension_equal(d, capacitance)) {
      continue;
    }
    const phs_param64 one = {&m->parameter[i].value, 1};
    const phs_param64 *p = use->parameter && use->parameter[i].v ? &use->parameter[i] : &one;
    for (size_t k = 0; k < p->n; k++) {
      if (p->v[k] < 0) {
        char text[64];
        phs_report(diag, PHS_EQ_VALUE, &use->place, "choose a value above 0",
                   "model '%s': parameter '%s' is %s (neuron %zu)", m->source->name,
                   m->parameter[i].name,
                   phs_quantity_print((phs_value){p->v[k], d}, text, sizeof text), k);
        return false;
      }
    }
  }
  return true;
}

static phasor_status instantiate(phs_arena *arena, phs_arena *scratch, const phs_equations_model *m,
                                 const phs_model_use *use, phs_diag *diag, phs_neurons *out) {
  bool given[PHS_MODEL_PARAMETERS] = {false}, given_initial[PHS_MAX_STATES] = {false};
  for (int i = 0; use->parameter && i < m->parameter_count; i++) {
    given[i] = use->parameter[i].v != NULL;
  }
  for (int i = 0; use->initial && i < m->state_count; i++) {
    given_initial[i] = use->initial[i].v != NULL;
  }
  phs_step *step = PHS_NEW(scratch, phs_step);
  phs_method method = use->method == PHS_METHOD_AUTO ? m->source->method : use->method;
  if (!step ||
      !phs_step_build(step, scratch, m, method, use->dt, given, given_initial, &use->place, diag)) {
    return PHASOR_ERROR_MODEL;
  }
  phs_sym *coef;
  *out = (phs_neurons){.model = PHS_MODEL_CUSTOM, .state_count = step->state_count};
  out->kernel = phs_step_kernel(arena, step, m->receptor_count, phs_model_spikes(m),
                                m->source->name, &coef, &out->coeff_count);
  if (!out->kernel) {
    phs_report(
        diag, PHS_EQ_TOO_LARGE, &use->place, "write shorter equations, or use another method",
        "the update function of model '%s' is larger than 60000 operations", m->source->name);
    return PHASOR_ERROR_MODEL;
  }
  if (out->coeff_count > PHS_MAX_COEFFICIENTS) {
    phs_report(diag, PHS_EQ_TOO_LARGE, &use->place,
               "write shorter equations, or use another method",
               "model '%s' needs %d numbers that its parameters make for each neuron; at most %d "
               "are possible",
               m->source->name, out->coeff_count, PHS_MAX_COEFFICIENTS);
    return PHASOR_ERROR_MODEL;
  }
  if (!name_states(arena, m, out)) {
    phs_report(diag, PHS_NO_MEMORY, &use->place, NULL, "no memory for the model '%s'",
               m->source->name);
    return PHASOR_ERROR_INTERNAL;
  }
  bool ok = fill_values(arena, m, use, step, coef, diag, out) && check_signs(m, use, diag);
  return ok ? PHASOR_OK : PHASOR_ERROR_MODEL;
}

phasor_status phs_model_instantiate(phs_arena *arena, const phs_equations_model *m,
                                    const phs_model_use *use, phs_diag *diag, phs_neurons *out,
                                    phs_elem *elem) {
  phs_arena *scratch = phs_arena_create();
  if (!scratch) {
    phs_report(diag, PHS_NO_MEMORY, &use->place, NULL, "no memory for the model '%s'",
               m->source->name);
    return PHASOR_ERROR_INTERNAL;
  }
  *elem = phs_model_spikes(m) ? PHS_I1 : PHS_F32;
  phasor_status status = instantiate(arena, scratch, m, use, diag, out);
  phs_arena_destroy(scratch);
  return status;
}
