/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Hand-written models against what NEST recorded of the same set-ups (nest/record.py): NEST
 * computes in binary64, Phasor in binary32. */
#include "yaml_run.h"

#define NEST "tests/conformance/nest/"

enum { STEPS = 1500 };

/** One model and how near it comes. */
typedef struct model {
  const char *name;
  double voltage; /* mV: most that V_m may differ, away from spikes */
  int spike;      /* steps by which a spike may be late or early */
  int near;       /* V_m is not compared in so many steps before a spike and five times as many
                     after it: there a shift in time by a part of a step is a large difference */
} model;

/*
 * Exact propagators, the same ones: spikes in the same steps, voltages as near as binary32 goes.
 * Izhikevich: forward Euler in both; its upstroke enlarges what binary32 rounds. iaf_cond_exp and
 * aeif_cond_exp: NEST integrates with adaptive Runge-Kutta-Fehlberg steps, Phasor with rk4 at
 * 0.1 ms. The exponential of aeif_cond_exp runs away within a step or two: one of its spikes is a
 * step late, and the voltage after it with it.
 */
static const model integrate_and_fire[] = {
    {"iaf_psc_delta", 1e-4, 0, 0}, {"iaf_psc_exp", 1e-4, 0, 0}, {"iaf_psc_alpha", 1e-4, 0, 0},
    {"iaf_cond_exp", 1e-4, 0, 0},  {"izhikevich", 0.02, 0, 0},  {"aeif_cond_exp", 0.3, 1, 5},
};
/* rk4 at 0.01 ms; NEST's solver is asked for 1e-3. A spike is a local maximum of the voltage, seen
 * in the step after it, and NEST's steps are the longer ones. */
static const model hodgkin_huxley[] = {
    {"hh_psc_alpha", 0.05, 1, 0},
    {"hh_cond_exp_traub", 0.05, 1, 5},
};

/** A trace: v, and whether the neuron spiked, for each step. */
typedef struct trace {
  double v[STEPS];
  bool z[STEPS];
} trace;

static int next_spike(const trace *t, int from) {
  while (from < STEPS && !t->z[from]) {
    from++;
  }
  return from;
}

/* Spike for spike; returns how many there are. */
static int compare_spikes(const model *m, const trace *got, const trace *nest) {
  int count = 0, largest = 0;
  for (int a = next_spike(got, 0), b = next_spike(nest, 0); a < STEPS || b < STEPS; count++) {
    if (a == STEPS || b == STEPS || abs(a - b) > m->spike) {
      fail_msg("%s: spike %d in step %d instead of %d", m->name, count, a, b);
    }
    largest = abs(a - b) > largest ? abs(a - b) : largest;
    a = next_spike(got, a + 1);
    b = next_spike(nest, b + 1);
  }
  print_message("%-18s %2d spikes, at most %d steps apart", m->name, count, largest);
  return count;
}

/* Whether step @p t is near a spike of either. */
static bool near_spike(const model *m, const trace *got, const trace *nest, int t) {
  int first = t - 5 * m->near < 0 ? 0 : t - 5 * m->near;
  for (int k = first; m->near && k <= t + m->near && k < STEPS; k++) {
    if (got->z[k] || nest->z[k]) {
      return true;
    }
  }
  return false;
}

static void compare_voltages(const model *m, const trace *got, const trace *nest) {
  double largest = 0;
  int at = 0;
  for (int t = 0; t < STEPS; t++) {
    double d = fabs(got->v[t] - nest->v[t]);
    if (!near_spike(m, got, nest, t) && !(d <= largest)) {
      largest = d;
      at = t;
    }
  }
  print_message(", V_m at most %.2g mV apart\n", largest);
  if (!(largest <= m->voltage)) {
    fail_msg("%s: V_m is %.9g in step %d, not %.9g", m->name, got->v[at], at, nest->v[at]);
  }
}

static void read_trace(const char *name, trace *out) {
  char path[256];
  size_t rows;
  snprintf(path, sizeof path, NEST "%s.csv", name);
  double *record = read_record(path, 2, &rows);
  assert_int_equal(rows, STEPS);
  for (int t = 0; t < STEPS; t++) {
    out->v[t] = record[2 * t];
    out->z[t] = record[2 * t + 1] != 0;
  }
  free(record);
}

/* Runs @p count models of a file, @p substeps steps of which are one of NEST's. */
static void single_neurons(const char *file, const model *models, int count, int substeps) {
  static trace got[8], nest;
  for (int k = 0; k < TARGETS; k++) {
    yaml_run r = load_model(file, targets[k]);
    memset(got, 0, sizeof got);
    for (int t = 0; t < STEPS * substeps; t++) {
      phasor_program_step(r.program, NULL);
      for (int m = 0; m < count; m++) {
        phasor_view v = view(&r, models[m].name, "V_m"), z = view(&r, models[m].name, "spikes");
        got[m].v[t / substeps] = (double)*(const float *)v.data; /* the last one counts */
        got[m].z[t / substeps] = got[m].z[t / substeps] || spiked(&z, 0);
      }
    }
    end_run(&r);
    for (int m = 0; m < count; m++) {
      read_trace(models[m].name, &nest);
      assert_true(compare_spikes(&models[m], &got[m], &nest) > 2);
      compare_voltages(&models[m], &got[m], &nest);
    }
  }
}

static void integrate_and_fire_neurons(void **state) {
  (void)state;
  single_neurons(NEST "single.yaml", integrate_and_fire,
                 sizeof integrate_and_fire / sizeof *integrate_and_fire, 1);
}

static void hodgkin_huxley_neurons(void **state) {
  (void)state;
  single_neurons(NEST "hodgkin_huxley.yaml", hodgkin_huxley,
                 sizeof hodgkin_huxley / sizeof *hodgkin_huxley, 10);
}

/* Every spike of forty neurons whose synapses are listed one by one, in the same step. */
static void small_network(void **state) {
  (void)state;
  enum { NEURONS = 40, NET_STEPS = 2000 };
  size_t rows;
  double *record = read_record(NEST "net_spikes.csv", 2, &rows);
  assert_true(rows > 200);
  for (int k = 0; k < TARGETS; k++) {
    yaml_run r = load_model(NEST "net.yaml", targets[k]);
    phasor_view z = view(&r, "net", "spikes");
    assert_int_equal(z.count, NEURONS);
    size_t next = 0;
    for (int t = 0; t < NET_STEPS; t++) {
      phasor_program_step(r.program, NULL);
      for (int i = 0; i < NEURONS; i++) {
        bool expected = next < rows && (int)record[2 * next] == t && (int)record[2 * next + 1] == i;
        if (spiked(&z, (size_t)i) != expected) {
          fail_msg("%s: neuron %d in step %d: %s", targets[k], i, t,
                   expected ? "no spike" : "a spike");
        }
        next += expected;
      }
    }
    assert_int_equal(next, rows);
    end_run(&r);
  }
  free(record);
}

/* A synapse's weight after each spike that it brings; see nest/stdp.yaml for the times. */
static void plastic_synapse(void **state) {
  (void)state;
  enum { PLASTIC_STEPS = 2000 };
  size_t rows;
  double *record = read_record(NEST "stdp.csv", 3, &rows);
  assert_true(rows > 10);
  for (int k = 0; k < TARGETS; k++) {
    yaml_run r = load_model(NEST "stdp.yaml", targets[k]);
    double largest = 0;
    size_t next = 0;
    for (int t = 0; t < PLASTIC_STEPS && next < rows; t++) {
      phasor_program_step(r.program, NULL);
      if (t != (int)record[3 * next] - 1) {
        continue;
      }
      phasor_view a = view(&r, "additive", "w"), m = view(&r, "multiplicative", "w");
      largest = fmax(largest, fabs((double)*(const float *)a.data - record[3 * next + 1]));
      largest = fmax(largest, fabs((double)*(const float *)m.data - record[3 * next + 2]));
      next++;
    }
    assert_int_equal(next, rows);
    print_message("%s: weights at most %.2g apart\n", targets[k], largest);
    assert_true(largest < 5e-6); /* of values about 1 after some forty changes in binary32 */
    end_run(&r);
  }
  free(record);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(integrate_and_fire_neurons), cmocka_unit_test(hodgkin_huxley_neurons),
      cmocka_unit_test(small_network), cmocka_unit_test(plastic_synapse)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
