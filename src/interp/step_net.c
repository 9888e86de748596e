/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Populations at level `net`: the equations of docs/conventions.md, written out. */
#include "interp/run.h"

#include <math.h>

#define MOST_SPIKES 16777216.0F /* 2^24: the counts that f32 holds exactly */

/* Coefficients of one neuron before they are rounded to f32. */
typedef struct coefficients {
  double A, B, L, S, K, R, thr, D, Vr, C;
} coefficients;

/* The parameter @p name of neuron @p n; 0 when the model has none of that name. */
static double param(const phs_neurons *p, const char *name, size_t n) {
  int i = phs_model_param(p->model, name);
  if (i < 0) {
    return 0;
  }
  return p->param[i].v[p->param[i].n == 1 ? 0 : n];
}

static double decay(phs_integrator how, double h, double tau) {
  return how == PHS_EULER ? 1 - h / tau : exp(-h / tau);
}

/* What a constant @p level adds in one step to a state that decays towards it. */
static double gain(phs_integrator how, double h, double tau, double level) {
  return how == PHS_EXACT ? level * (1 - exp(-h / tau)) : level * h / tau;
}

/* The same for input: held over the step, or a pulse of area 1. */
static double input_gain(const phs_conventions *c, double h, double tau, double r) {
  return c->spike == PHS_DIRAC ? r / tau : gain(c->integrator, h, tau, r);
}

/* What the synaptic current gives the membrane in one step. */
static double current_gain(const phs_conventions *c, double h, double tau_syn, double tau_mem,
                           double r) {
  if (c->integrator != PHS_EXACT || c->order == PHS_CURRENT_FIRST) {
    return gain(c->integrator, h, tau_mem, r);
  }
  /* Voltage first: the current decays while it acts (Rotter and Diesmann 1999, eq. 11). */
  if (fabs(tau_syn - tau_mem) <= 1e-9 * tau_mem) {
    return r * (h / tau_mem * exp(-h / tau_mem));
  }
  return r * (tau_syn / (tau_syn - tau_mem) * (exp(-h / tau_syn) - exp(-h / tau_mem)));
}

static coefficients neuron_coefficients(const phs_net *net, const phs_neurons *p, size_t n) {
  const phs_conventions *c = &net->conventions;
  double h = net->dt, r = param(p, "r", n);
  coefficients k = {0};
  switch (p->model) {
  case PHS_MODEL_I:
  case PHS_MODEL_IF:
    k.B = c->if_input == PHS_PER_TIME && c->spike == PHS_HELD ? r * h : r;
    break;
  case PHS_MODEL_LI:
  case PHS_MODEL_LIF: {
    double tau = param(p, "tau", n);
    k.A = decay(c->integrator, h, tau);
    k.B = input_gain(c, h, tau, r);
    k.L = gain(c->integrator, h, tau, param(p, "v_leak", n));
    break;
  }
  case PHS_MODEL_CUBALI:
  case PHS_MODEL_CUBALIF: {
    double tau_syn = param(p, "tau_syn", n), tau_mem = param(p, "tau_mem", n);
    k.S = decay(c->integrator, h, tau_syn);
    k.K = input_gain(c, h, tau_syn, param(p, "w_in", n));
    k.A = decay(c->integrator, h, tau_mem);
    k.R = current_gain(c, h, tau_syn, tau_mem, r);
    k.L = gain(c->integrator, h, tau_mem, param(p, "v_leak", n));
    break;
  }
  case PHS_MODEL_THRESHOLD:
  case PHS_MODEL_CUSTOM:
    break;
  }
  k.thr = param(p, p->model == PHS_MODEL_THRESHOLD ? "threshold" : "v_threshold", n);
  k.Vr = param(p, "v_reset", n);
  k.D = k.thr - k.Vr;
  k.C = c->lower_clip == PHS_CLIP_VALUE ? c->lower_clip_value : -k.thr;
  return k;
}

/* Stores the coefficients of neuron n; false when f32 cannot hold one of them. */
static bool store(phs_equations *e, size_t n, const coefficients *k) {
  const double from[] = {k->A, k->B, k->L, k->S, k->K, k->R, k->thr, k->D, k->Vr, k->C};
  float *to[] = {e->A, e->B, e->L, e->S, e->K, e->R, e->thr, e->D, e->Vr, e->C};
  for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
    to[i][n] = (float)from[i];
    if (!isfinite(to[i][n])) {
      return false;
    }
  }
  e->leak = e->leak || e->L[n] != 0.0F;
  return true;
}

/* Time constants of neuron n are positive and every parameter is finite. */
static bool check_params(const phs_net *net, const phs_op *op, size_t n, phs_diag *diag) {
  const phs_model_info *model = phs_model_get(op->neurons.model);
  for (int i = 0; i < model->param_count; i++) {
    double v = op->neurons.param[i].v[op->neurons.param[i].n == 1 ? 0 : n];
    bool time = model->param[i][0] == 't' && model->param[i][1] == 'a'; /* tau... */
    if (!isfinite(v) || (time && v <= 0)) {
      phs_place place = phs_op_place(net, op);
      phs_report(diag, PHS_RUN_PARAMETER, &place,
                 time ? "time constants are positive and finite" : NULL,
                 "population '%s': %s of neuron %zu is %g", op->name, model->param[i], n, v);
      return false;
    }
  }
  return true;
}

static bool check_conventions(const phs_net *net, const phs_op *op, size_t n, double D,
                              phs_diag *diag) {
  const phs_conventions *c = &net->conventions;
  if (c->spikes_per_step != PHS_MANY || !phs_model_get(op->neurons.model)->spiking ||
      op->neurons.model == PHS_MODEL_THRESHOLD) {
    return true;
  }
  phs_place place = phs_op_place(net, op);
  if (c->reset == PHS_SUBTRACT_GUARDED) {
    phs_report(diag, PHS_RUN_MANY_GUARDED, &place,
               "give --convention reset=subtract or spikes_per_step=one",
               "population '%s': spikes_per_step=many does not go with reset=subtract_guarded",
               op->name);
    return false;
  }
  if (!((float)D > 0)) {
    phs_report(diag, PHS_RUN_MANY_DISTANCE, &place,
               "give --convention spikes_per_step=one, or mend the parameters",
               "population '%s': with spikes_per_step=many, v_threshold - v_reset of neuron %zu is "
               "%g, not positive",
               op->name, n, D);
    return false;
  }
  return true;
}

static phs_equations *allocate(phs_arena *arena, const phs_op *op, size_t *count) {
  phs_equations *e = PHS_NEW(arena, phs_equations);
  if (!e) {
    return NULL;
  }
  e->model = op->neurons.model;
  for (int i = 0; i < phs_model_get(e->model)->param_count; i++) {
    e->stride |= op->neurons.param[i].n != 1;
  }
  *count = e->stride ? phs_shape_count(&op->shape) : 1;
  float **arrays[] = {&e->A, &e->B, &e->L, &e->S, &e->K, &e->R, &e->thr, &e->D, &e->Vr, &e->C};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
    *arrays[i] = PHS_NEW_ARRAY(arena, float, *count);
    if (!*arrays[i]) {
      return NULL;
    }
  }
  return e;
}

phs_equations *phs_equations_create(phs_arena *arena, const phs_net *net, const phs_op *op,
                                    phs_diag *diag) {
  phs_place place = phs_op_place(net, op);
  if (op->neurons.model == PHS_MODEL_CUSTOM) {
    phs_report(diag, PHS_RUN_UPDATE, &place, NULL, "population '%s' has no update function",
               op->name);
    return NULL;
  }
  size_t count;
  phs_equations *e = allocate(arena, op, &count);
  if (!e) {
    phs_report(diag, PHS_NO_MEMORY, &place, NULL, "no memory for the coefficients of '%s'",
               op->name);
    return NULL;
  }
  e->conventions = net->conventions;
  for (size_t n = 0; n < count; n++) {
    if (!check_params(net, op, n, diag)) {
      return NULL;
    }
    coefficients k = neuron_coefficients(net, &op->neurons, n);
    if (!check_conventions(net, op, n, k.D, diag)) {
      return NULL;
    }
    if (!store(e, n, &k)) {
      phs_report(diag, PHS_RUN_PARAMETER, &place,
                 "check --dt and --time-unit against the model's time constants",
                 "population '%s': the parameters of neuron %zu with dt %g give a coefficient "
                 "beyond binary32",
                 op->name, n, net->dt);
      return NULL;
    }
  }
  return e;
}

/* The states before firing; returns v1. */
static float integrate(const phs_equations *e, size_t k, float x, float v, float *i) {
  switch (e->model) {
  case PHS_MODEL_I:
  case PHS_MODEL_IF:
    return v + e->B[k] * x;
  case PHS_MODEL_LI:
  case PHS_MODEL_LIF: {
    float v1 = e->A[k] * v + e->B[k] * x;
    return e->leak ? v1 + e->L[k] : v1;
  }
  case PHS_MODEL_CUBALI:
  case PHS_MODEL_CUBALIF: {
    float i1 = e->S[k] * *i + e->K[k] * x;
    float iu = e->conventions.order == PHS_CURRENT_FIRST ? i1 : *i;
    *i = i1;
    float v1 = e->A[k] * v + e->R[k] * iu;
    return e->leak ? v1 + e->L[k] : v1;
  }
  case PHS_MODEL_THRESHOLD:
  case PHS_MODEL_CUSTOM:
    break;
  }
  return x;
}

static bool reaches(const phs_equations *e, float v, float thr) {
  return e->conventions.compare == PHS_GT ? v > thr : v >= thr;
}

/* One spike at most: v1 is v before firing, v_old at the start of the step. Returns the spike. */
static bool fire_one(const phs_equations *e, size_t k, float v_old, float v1, float *v2) {
  float thr = e->thr[k], D = e->D[k];
  bool g = e->conventions.reset == PHS_SUBTRACT_GUARDED && reaches(e, v_old, thr);
  if (g) {
    v1 = v1 - D;
  }
  bool z = reaches(e, v1, thr);
  if (e->conventions.reset == PHS_TO_VALUE) {
    *v2 = z ? e->Vr[k] : v1;
  } else {
    *v2 = z && !g ? v1 - D : !z && g ? v1 + D : v1;
  }
  return z;
}

/* As many spikes as fit. Returns their number. */
static float fire_many(const phs_equations *e, size_t k, float v1, float *v2) {
  float thr = e->thr[k], D = e->D[k], n = 0.0F;
  bool z = reaches(e, v1, thr);
  if (z) {
    float q = (v1 - thr) / D;
    n = e->conventions.compare == PHS_GT ? ceilf(q) : floorf(q) + 1.0F;
    n = n > MOST_SPIKES ? MOST_SPIKES : n;
  }
  if (e->conventions.reset == PHS_TO_VALUE) {
    *v2 = z ? e->Vr[k] : v1;
  } else {
    *v2 = v1 - n * D;
  }
  return n;
}

void phs_equations_step(const phs_equations *e, const phs_quantity *x, phs_op_run *run) {
  bool many = run->out.elem == PHS_I32;
  uint8_t *spikes = (uint8_t *)run->out.data;
  for (size_t n = 0; n < run->out.count; n++) {
    size_t k = n * e->stride;
    float in = phs_quantity_at(x, n);
    if (e->model == PHS_MODEL_THRESHOLD) {
      spikes[n] = reaches(e, in, e->thr[k]);
      continue;
    }
    float v_old = run->state[0][n], v2;
    float v1 = integrate(e, k, in, v_old, run->state_count > 1 ? &run->state[1][n] : NULL);
    if (run->out.elem == PHS_F32) {
      run->state[0][n] = ((float *)run->out.data)[n] = v1;
      continue;
    }
    if (many) {
      ((int32_t *)run->out.data)[n] = (int32_t)fire_many(e, k, v1, &v2);
    } else {
      spikes[n] = fire_one(e, k, v_old, v1, &v2);
    }
    if (e->conventions.lower_clip != PHS_CLIP_NONE) {
      v2 = v2 < e->C[k] ? e->C[k] : v2;
    }
    run->state[0][n] = v2;
  }
}
