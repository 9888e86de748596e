/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Parameters and conventions -> coefficients; docs/conventions.md has the same formulas. */
#include "discretize.h"

#include <math.h>

static double parameter(const phs_neurons *p, const char *name, size_t n) {
  int i = phs_model_param(p->model, name);
  return i < 0 ? 0 : p->param[i].v[p->param[i].n == 1 ? 0 : n];
}

static double decay_factor(const phs_conventions *c, double h, double tau) {
  return c->integrator == PHS_EULER ? 1 - h / tau : exp(-h / tau);
}

/* What a constant drive of @p level adds in a step to a state with @p tau. */
static double drive_gain(const phs_conventions *c, double h, double tau, double level) {
  return c->integrator == PHS_EXACT ? level * (1 - exp(-h / tau)) : level * h / tau;
}

static double input_gain(const phs_conventions *c, double h, double tau, double r) {
  return c->spike == PHS_DIRAC ? r / tau : drive_gain(c, h, tau, r);
}

/* What the synaptic current i at the start of a step adds to the membrane by its end, exactly: the
 * solution of tau_mem v' = -v + r i, tau_syn i' = -i (Rotter and Diesmann 1999), with its limit for
 * equal time constants. */
static double exact_current_gain(double h, double tau_syn, double tau_mem, double r) {
  if (fabs(tau_syn - tau_mem) <= 1e-9 * tau_mem) {
    return r * (h / tau_mem * exp(-h / tau_mem));
  }
  return r * (tau_syn / (tau_syn - tau_mem) * (exp(-h / tau_syn) - exp(-h / tau_mem)));
}

void phs_coefficients(const phs_conventions *c, double h, const phs_neurons *p, size_t n,
                      double out[PHS_C_COUNT]) {
  double r = parameter(p, "r", n), tau = parameter(p, "tau", n);
  bool two_states = p->model == PHS_MODEL_CUBALI || p->model == PHS_MODEL_CUBALIF;
  for (int i = 0; i < PHS_C_COUNT; i++) {
    out[i] = 0;
  }
  if (two_states) {
    double tau_syn = parameter(p, "tau_syn", n);
    tau = parameter(p, "tau_mem", n);
    out[PHS_C_S] = decay_factor(c, h, tau_syn);
    out[PHS_C_K] = input_gain(c, h, tau_syn, parameter(p, "w_in", n));
    out[PHS_C_R] = c->integrator == PHS_EXACT && c->order == PHS_VOLTAGE_FIRST
                       ? exact_current_gain(h, tau_syn, tau, r)
                       : drive_gain(c, h, tau, r);
  }
  if (two_states || p->model == PHS_MODEL_LI || p->model == PHS_MODEL_LIF) {
    out[PHS_C_A] = decay_factor(c, h, tau);
    out[PHS_C_B] = input_gain(c, h, tau, r);
    out[PHS_C_L] = drive_gain(c, h, tau, parameter(p, "v_leak", n));
  } else {
    out[PHS_C_B] = c->if_input == PHS_PER_TIME && c->spike == PHS_HELD ? r * h : r;
  }
  out[PHS_C_THR] = parameter(p, p->model == PHS_MODEL_THRESHOLD ? "threshold" : "v_threshold", n);
  out[PHS_C_VR] = parameter(p, "v_reset", n);
  out[PHS_C_D] = out[PHS_C_THR] - out[PHS_C_VR];
  out[PHS_C_CLIP] = c->lower_clip_value;
}
