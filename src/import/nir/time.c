/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The step length, the unit of time constants, and values that must make sense together. */
#include "base/locale.h"
#include "import/nir/nir.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Value of parameter @p name of a population for element @p i; NULL-safe: NaN when the model has no
 * such parameter. */
static double param_at(const nir_node *n, const char *name, size_t i) {
  int p = phs_model_param(nir_type_model(n->type), name);
  return p < 0 ? (double)NAN : n->param[p].v[n->param[p].n == 1 ? 0 : i];
}

static size_t param_count(const nir_node *n) {
  phs_model model = nir_type_model(n->type);
  size_t most = 1;
  for (int p = 0; p < phs_model_get(model)->param_count; p++) {
    most = n->param[p].n > most ? n->param[p].n : most;
  }
  return most;
}

static bool is_time(const char *name) {
  return name[0] == 't' && name[1] == 'a' && name[2] == 'u';
}

static bool is_population(const nir_node *n) {
  return nir_is_leaf(n) && nir_type_model(n->type) != PHS_MODEL_CUSTOM;
}

static const char *param_where(nir_reader *r, const nir_node *n, const char *name) {
  const char *s = phs_arena_printf(r->scratch, "%s/%s", n->where, name);
  return s ? s : n->where;
}

static const char *element(nir_reader *r, const nir_node *n, const phs_param64 *p, size_t i) {
  return p->n == 1 ? "[0]" : nir_index(r, &n->param_shape, i);
}

/* Time constants are positive, delays not negative. */
static bool check_signs(nir_reader *r, const nir_node *n) {
  const phs_model_info *info = phs_model_get(nir_type_model(n->type));
  for (int p = 0; is_population(n) && p < info->param_count; p++) {
    for (size_t i = 0; is_time(info->param[p]) && i < n->param[p].n; i++) {
      if (!(n->param[p].v[i] > 0)) {
        return NIR_FAIL(r, PHS_NIR_RANGE, param_where(r, n, info->param[p]),
                        "use a positive time constant",
                        "the time constant at index %s is %g; it must be greater than 0",
                        element(r, n, &n->param[p], i), n->param[p].v[i]);
      }
    }
  }
  for (size_t i = 0; n->type == NIR_DELAY && i < n->param[0].n; i++) {
    if (!(n->param[0].v[i] >= 0)) {
      return NIR_FAIL(r, PHS_NIR_RANGE, param_where(r, n, "delay"), "use a delay of 0 or more",
                      "the delay at index %s is %g; it must not be negative",
                      element(r, n, &n->param[0], i), n->param[0].v[i]);
    }
  }
  return true;
}

/* Whether anything in the model depends on the length of a step. */
static bool depends_on_time(const nir_reader *r, const nir_node *n) {
  const phs_conventions *c = &r->options->conventions;
  if (n->type == NIR_DELAY) {
    for (size_t i = 0; i < n->param[0].n; i++) {
      if (n->param[0].v[i] > 0) {
        return true;
      }
    }
    return false;
  }
  if (n->type == NIR_I || n->type == NIR_IF) {
    return c->if_input == PHS_PER_TIME && c->spike == PHS_HELD;
  }
  return n->type == NIR_LI || n->type == NIR_LIF || n->type == NIR_CUBALI || n->type == NIR_CUBALIF;
}

/* ---- the exporter's step ---- */

/* Discrete exporters write r = tau_mem / dt and w_in = tau_syn / dt. */
typedef struct step_guess {
  double dt;  /* 0: no candidate yet */
  double tau; /* the smallest time constant of the model */
  bool agree;
  const char *first; /* node of the first candidate */
} step_guess;

static void candidate(step_guess *g, const nir_node *n, double dt) {
  if (g->dt == 0) {
    g->dt = dt;
    g->first = n->name;
  }
  g->agree = g->agree && isfinite(dt) && dt > 0 && fabs(dt - g->dt) <= 1e-3 * g->dt;
}

static void guess_from(step_guess *g, const nir_node *n) {
  const phs_model_info *info = phs_model_get(nir_type_model(n->type));
  size_t count = param_count(n);
  for (size_t i = 0; i < count; i++) {
    for (int p = 0; p < info->param_count; p++) {
      double v = param_at(n, info->param[p], i);
      g->tau = is_time(info->param[p]) && v < g->tau ? v : g->tau;
    }
    double r = param_at(n, "r", i);
    if ((n->type != NIR_LIF && n->type != NIR_CUBALIF) || r == 1.0) {
      continue;
    }
    candidate(g, n, param_at(n, n->type == NIR_LIF ? "tau" : "tau_mem", i) / r);
    if (n->type == NIR_CUBALIF && !n->w_in_missing) {
      candidate(g, n, param_at(n, "tau_syn", i) / param_at(n, "w_in", i));
    }
  }
}

/* The step that all populations agree on, or 0. One longer than a time constant is no step. */
static double guess_step(const nir_model *m, const char **first) {
  step_guess g = {.tau = (double)INFINITY, .agree = true};
  for (int v = 0; v < m->node_count; v++) {
    if (is_population(&m->node[v])) {
      guess_from(&g, &m->node[v]);
    }
  }
  *first = g.first;
  return g.agree && g.dt > 0 && g.dt <= g.tau * (1 + 1e-3) ? g.dt : 0;
}

static double unit_in_seconds(const nir_reader *r, double dt) {
  switch (r->options->time_unit) {
  case PHS_TIME_MILLISECONDS:
    return 1e-3;
  case PHS_TIME_STEPS:
    return dt;
  default:
    return 1;
  }
}

/* A tenth of the shortest time constant or delay, in seconds. */
static double provisional_step(const nir_reader *r, const nir_model *m) {
  double shortest = (double)INFINITY;
  for (int v = 0; v < m->node_count; v++) {
    const nir_node *n = &m->node[v];
    const phs_model_info *info = phs_model_get(nir_type_model(n->type));
    int count = n->type == NIR_DELAY ? 1 : is_population(n) ? info->param_count : 0;
    for (int p = 0; p < count; p++) {
      bool time = n->type == NIR_DELAY || is_time(info->param[p]);
      for (size_t i = 0; time && i < n->param[p].n; i++) {
        double value = n->param[p].v[i];
        shortest = value > 0 && value < shortest ? value : shortest;
      }
    }
  }
  double step = shortest / 10 * unit_in_seconds(r, 1);
  return isfinite(step) && step > 0 ? step : 1;
}

static bool no_step(nir_reader *r, const nir_model *m) {
  for (int v = 0; v < m->node_count; v++) {
    if (nir_is_leaf(&m->node[v]) && depends_on_time(r, &m->node[v])) {
      if (r->options->provisional_dt) {
        r->net->dt = provisional_step(r, m);
        r->net->dt_provisional = true;
        NIR_TELL(r, PHS_NIR_STEP_MISSING, m->node[v].where,
                 "to build or run it, give --dt SECONDS, or --time-unit steps if times count in "
                 "steps",
                 "%s '%s' depends on the length of a step, which the file does not tell",
                 nir_type_name(m->node[v].type), m->node[v].name);
        return true;
      }
      return NIR_FAIL(r, PHS_NIR_NO_DT, m->node[v].where,
                      "give --dt SECONDS, or --time-unit steps if times count in steps",
                      "%s '%s' depends on the length of a step, which the file does not tell",
                      nir_type_name(m->node[v].type), m->node[v].name);
    }
  }
  return true;
}

/* net->dt and net->has_time. */
static bool choose_step(nir_reader *r, nir_model *m) {
  const phs_import_options *o = r->options;
  const char *first = NULL;
  bool timed = false, steps = o->time_unit == PHS_TIME_STEPS;
  for (int v = 0; v < m->node_count; v++) {
    timed = timed || (nir_is_leaf(&m->node[v]) && depends_on_time(r, &m->node[v]));
  }
  double guess = timed && !steps ? guess_step(m, &first) * unit_in_seconds(r, 1) : 0;
  if (o->dt > 0) {
    r->net->dt = o->dt;
    r->net->has_time = true;
    if (guess > 0 && fabs(guess - o->dt) > 1e-3 * guess) {
      NIR_TELL(r, PHS_NIR_DT_DIFFERS, "/node",
               "leave --dt out to use the step that the parameters show",
               "--dt is %g s, but tau / r is %g s in all populations: the exporter's step was that",
               o->dt, guess);
    }
    return true;
  }
  r->net->dt = 1;
  r->net->has_time = timed && !steps;
  if (!timed || steps) {
    return true;
  }
  if (guess == 0) {
    return no_step(r, m);
  }
  /* tau / r in binary32 misses a round number by a rounding error: seven digits are what it holds
   */
  char digits[40];
  locale_t before = phs_locale_c();
  snprintf(digits, sizeof digits, "%.6g", guess);
  phs_locale_restore(before);
  phs_parse_double(digits, &r->net->dt);
  NIR_TELL(r, PHS_NIR_DT_DERIVED, "/node", "give --dt to use another step",
           "step length %s s: tau / r of all populations, as of '%s'", digits, first);
  return true;
}

/* ---- after the step is known ---- */

static bool to_seconds(nir_reader *r, nir_node *n, double unit) {
  const phs_model_info *info = phs_model_get(nir_type_model(n->type));
  int count = n->type == NIR_DELAY ? 1 : is_population(n) ? info->param_count : 0;
  for (int p = 0; p < count; p++) {
    if (n->type != NIR_DELAY && !is_time(info->param[p])) {
      continue;
    }
    double *v = PHS_NEW_ARRAY(r->net->arena, double, n->param[p].n);
    if (!v) {
      return nir_no_memory(r);
    }
    for (size_t i = 0; i < n->param[p].n; i++) {
      v[i] = n->param[p].v[i] * unit;
    }
    n->param[p].v = v;
  }
  return true;
}

static void check_coarseness(nir_reader *r, const nir_node *n) {
  const phs_model_info *info = phs_model_get(nir_type_model(n->type));
  for (int p = 0; p < info->param_count; p++) {
    for (size_t i = 0; is_time(info->param[p]) && i < n->param[p].n; i++) {
      if (r->net->dt > n->param[p].v[i] * (1 + 1e-6)) {
        NIR_TELL(r, PHS_NIR_COARSE, param_where(r, n, info->param[p]),
                 "use a shorter step (--dt) or check --time-unit",
                 "the step of %g s is longer than the time constant of %g s at index %s",
                 r->net->dt, n->param[p].v[i], element(r, n, &n->param[p], i));
        return;
      }
    }
  }
}

static bool check_delay(nir_reader *r, const nir_node *n) {
  for (size_t i = 0; i < n->param[0].n; i++) {
    double steps = n->param[0].v[i] / r->net->dt;
    if (!(steps <= NIR_MAX_DELAY_STEPS) && !r->net->dt_provisional) {
      return NIR_FAIL(r, PHS_NIR_RANGE, param_where(r, n, "delay"),
                      "use a longer step or check --time-unit",
                      "the delay of %g s at index %s is %g steps; at most %d are supported",
                      n->param[0].v[i], element(r, n, &n->param[0], i), steps, NIR_MAX_DELAY_STEPS);
    }
  }
  return true;
}

/* The threshold against the reset: what cannot be meant is told, what cannot be computed is
 * refused. */
static bool check_threshold(nir_reader *r, const nir_node *n) {
  const phs_conventions *c = &r->options->conventions;
  if (phs_model_param(nir_type_model(n->type), "v_threshold") < 0) {
    return true;
  }
  for (size_t i = 0, count = param_count(n); i < count; i++) {
    double threshold = param_at(n, "v_threshold", i), reset = param_at(n, "v_reset", i);
    if (threshold > reset) {
      continue;
    }
    if (c->spikes_per_step == PHS_MANY && c->reset == PHS_SUBTRACT) {
      return NIR_FAIL(r, PHS_NIR_CONVENTION, param_where(r, n, "v_threshold"),
                      "use --convention spikes_per_step=one",
                      "threshold %g is not above the reset value %g: with spikes_per_step=many and "
                      "reset=subtract the number of "
                      "spikes would be infinite",
                      threshold, reset);
    }
    NIR_TELL(r, PHS_NIR_THRESHOLD, param_where(r, n, "v_threshold"), "check the model",
             "the threshold %g is not above the reset value %g: a neuron that fired fires again",
             threshold, reset);
    break;
  }
  for (size_t i = 0, count = param_count(n); c->reset != PHS_TO_VALUE && i < count; i++) {
    double reset = param_at(n, "v_reset", i);
    if (reset != 0) {
      NIR_TELL(r, PHS_NIR_V_RESET, param_where(r, n, "v_reset"),
               "use --convention reset=to_value to reset to it",
               "v_reset is %g: with this reset convention a spike takes v_threshold - v_reset off",
               reset);
      break;
    }
  }
  return true;
}

static bool check_conventions(nir_reader *r, const nir_model *m) {
  const phs_conventions *c = &r->options->conventions;
  for (int v = 0;
       c->spikes_per_step == PHS_MANY && c->reset == PHS_SUBTRACT_GUARDED && v < m->node_count;
       v++) {
    if (is_population(&m->node[v]) &&
        phs_model_param(nir_type_model(m->node[v].type), "v_threshold") >= 0) {
      return NIR_FAIL(r, PHS_NIR_CONVENTION, m->node[v].where,
                      "use reset=subtract, or spikes_per_step=one",
                      "spikes_per_step=many and reset=subtract_guarded do not go together");
    }
  }
  return true;
}

bool nir_resolve_time(nir_reader *r, nir_model *m) {
  double given = r->options->dt;
  if (!isfinite(given) || given < 0) {
    return NIR_FAIL(r, PHS_NIR_BAD_DT, "--dt", "give a number of seconds, like 1e-3",
                    "the step length %g is not positive", given);
  }
  for (int v = 0; v < m->node_count; v++) {
    if (!check_signs(r, &m->node[v])) {
      return false;
    }
  }
  if (!check_conventions(r, m) || !choose_step(r, m)) {
    return false;
  }
  double unit = unit_in_seconds(r, r->net->dt);
  for (int v = 0; v < m->node_count; v++) {
    nir_node *n = &m->node[v];
    if ((unit != 1 && !to_seconds(r, n, unit)) || (n->type == NIR_DELAY && !check_delay(r, n))) {
      return false;
    }
    if (is_population(n)) {
      check_coarseness(r, n);
      if (!check_threshold(r, n)) {
        return false;
      }
    }
  }
  return true;
}
