/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The single LIF neuron of the NIR paper against the traces that platforms recorded of it. */
#include "conformance.h"

enum { STEPS = 1000, COLUMNS = 3 }; /* input, voltage, spike */

typedef struct trace {
  float v[STEPS], z[STEPS];
} trace;

/* Feeds the input column of one record; every record has the same. */
static void run(phs_conventions c, trace *out) {
  float *record = read_csv("lif_trace/lif_norse.csv", STEPS, COLUMNS);
  phs_net *net = load("lif_norse.nir", c, 1e-4);
  int lif = -1;
  for (int i = 0; i < net->op_count; i++) {
    lif = net->op[i].kind == PHS_OP_NEURONS ? i : lif;
  }
  phs_interp *it = make_interp(net);
  for (int t = 0; t < STEPS; t++) {
    step1(it, &record[t * COLUMNS]);
    out->v[t] = value_of(it, lif, "v", 0);
    out->z[t] = value_of(it, lif, "spikes", 0);
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
  free(record);
}

/* Spikes in the same steps as in `file`; voltages as near as that, where a tolerance is given. */
static void expect_trace(const trace *got, const char *file, double tolerance) {
  float *record = read_csv(file, STEPS, COLUMNS);
  int spikes = 0;
  for (int t = 0; t < STEPS; t++) {
    const float *row = &record[t * COLUMNS];
    if ((got->z[t] != 0) != (row[2] != 0)) {
      fail_msg("%s: spike %g instead of %g in step %d", file, (double)got->z[t], (double)row[2], t);
    }
    spikes += row[2] != 0;
    if (tolerance > 0) {
      assert_near((double)got->v[t], (double)row[1], tolerance);
    }
  }
  assert_int_equal(spikes, 4);
  free(record);
}

static void norse(void **state) {
  (void)state;
  NEEDS_SHARED();
  trace t;
  run(preset("norse"), &t);
  expect_trace(&t, "lif_trace/lif_norse.csv", 2e-7);
  run(preset("nir"), &t); /* without recurrence there is no difference */
  expect_trace(&t, "lif_trace/lif_norse.csv", 2e-7);
}

static void rockpool(void **state) {
  (void)state;
  NEEDS_SHARED();
  trace t;
  run(preset("rockpool"), &t);
  expect_trace(&t, "lif_trace/lif_rockpool.csv", 2e-7);
}

static void exact(void **state) {
  (void)state;
  NEEDS_SHARED();
  trace t;
  phs_conventions c = preset("nir");
  c.integrator = PHS_EXACT;
  run(c, &t); /* the record is of the event-driven solution */
  expect_trace(&t, "lif_trace/lif_exact.csv", 0);
  float *record = read_csv("lif_trace/lif_exact.csv", STEPS, COLUMNS);
  for (int k = 0; k < 460; k++) { /* up to the first spike, which falls between two steps there */
    assert_near((double)t.v[k], (double)record[k * COLUMNS + 1], 1e-6);
  }
  free(record);
}

static void lava(void **state) {
  (void)state;
  NEEDS_SHARED();
  trace t;
  run(preset("lava"), &t); /* its latency is the record's one row */
  expect_trace(&t, "lif_trace/lif_lava_cpu_float.csv", 2e-4);
  trace at_once;
  run(preset("nir"), &at_once);
  for (int k = 1; k < STEPS; k++) {
    assert_same_float(t.v[k], at_once.v[k - 1]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(norse), cmocka_unit_test(rockpool),
                                     cmocka_unit_test(exact), cmocka_unit_test(lava)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
