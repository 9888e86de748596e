/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The Braille reader of the NIR paper against the first-layer spikes that snnTorch and Norse
 * recorded. */
#include "conformance.h"

enum { STEPS = 256, INPUTS = 12, HIDDEN = 38, OUTPUTS = 7 };
#define FLAT "braille_noDelay_bias_zero.nir"
#define NESTED "braille_noDelay_bias_zero_subgraph_fixed.nir"
#define INPUT "braille/braille_test_sample0_input.csv"

/* Runs the recording; hidden[STEPS][HIDDEN] gets the spikes of `lif`, counts[OUTPUTS] the output's.
 */
static void run(const phs_net *net, const char *lif, float *hidden, int *counts) {
  float *x = read_csv(INPUT, STEPS, INPUTS);
  int first = find_op(net, lif), second = -1;
  for (int i = 0; i < net->op_count; i++) {
    second = net->op[i].kind == PHS_OP_OUTPUT ? i : second;
  }
  phs_interp *it = make_interp(net);
  memset(counts, 0, OUTPUTS * sizeof *counts);
  for (int t = 0; t < STEPS; t++) {
    step1(it, x + t * INPUTS);
    for (size_t e = 0; e < HIDDEN; e++) {
      hidden[t * HIDDEN + (int)e] = value_of(it, first, "spikes", e);
    }
    for (size_t e = 0; e < OUTPUTS; e++) {
      counts[e] += (int)value_of(it, second, "out", e);
    }
  }
  phs_interp_destroy(it);
  free(x);
}

static int total(const float *v, int n) {
  float sum = 0;
  for (int i = 0; i < n; i++) {
    sum += v[i];
  }
  return (int)sum;
}

/* The record of `file`, for one encoding of the network, and the output counts of an independent
 * simulator. */
static void expect_record(const char *model, const char *lif, const char *framework,
                          const char *file, int spikes, const int *want_counts) {
  static float hidden[STEPS * HIDDEN];
  int counts[OUTPUTS];
  phs_net *net = load(model, preset(framework), 1e-4);
  run(net, lif, hidden, counts);
  float *record = read_csv(file, STEPS, HIDDEN);
  assert_int_equal(total(record, STEPS * HIDDEN), spikes);
  assert_memory_equal(hidden, record, sizeof hidden);
  for (int e = 0; e < OUTPUTS; e++) {
    assert_int_equal(counts[e], want_counts[e]);
  }
  free(record);
  phs_net_destroy(net);
}

static void snntorch_record(void **state) {
  (void)state;
  NEEDS_SHARED();
  const int counts[] = {10, 160, 112, 113, 103, 68, 121};
  const char *file = "braille/snntorch_lif1_spikes_bias_zero.csv";
  expect_record(FLAT, "lif1.lif", "snntorch", file, 119, counts);
  expect_record(FLAT, "lif1.lif", "nir", file, 119, counts);
  expect_record(NESTED, "lif1.lif1", "snntorch", file, 119, counts);
}

static void norse_record(void **state) {
  (void)state;
  NEEDS_SHARED();
  const int counts[] = {8, 159, 108, 114, 104, 67, 126};
  const char *file = "braille/norse_lif1_spikes_bias_zero.csv";
  expect_record(FLAT, "lif1.lif", "norse", file, 118, counts);
  expect_record(NESTED, "lif1.lif1", "norse", file, 118, counts);
}

static void step_length_from_the_file(void **state) {
  (void)state;
  NEEDS_SHARED();
  phs_net *net =
      load(FLAT, preset("snntorch"), 0); /* r dt / tau_mem = w_in dt / tau_syn = 1 in this file */
  assert_near(net->dt, 1e-4, 1e-7);
  phs_net_destroy(net);
}

/* The whole network through the optimiser: the same record. */
static void optimised_record(void **state) {
  (void)state;
  NEEDS_SHARED();
  static float hidden[STEPS * HIDDEN];
  int counts[OUTPUTS];
  phs_net *net = load(FLAT, preset("snntorch"), 1e-4);
  phs_diag diag = {.fn = show_errors};
  optimised o = optimise(net, &diag);
  assert_non_null(o.net);
  run(o.net, "lif1.lif", hidden, counts);
  float *record = read_csv("braille/snntorch_lif1_spikes_bias_zero.csv", STEPS, HIDDEN);
  assert_memory_equal(hidden, record, sizeof hidden);
  free(record);
  end_optimised(&o);
  phs_net_destroy(net);
}

/* Spyx: the first layer equals the same layer under reset=subtract, one step later: its input comes
 * a step late, and so do the spikes of its recurrent loop, which takes its one step from that
 * latency. */
static void spyx_is_subtract_one_step_late(void **state) {
  (void)state;
  NEEDS_SHARED();
  static float late[STEPS * HIDDEN], subtract[STEPS * HIDDEN], value[STEPS * HIDDEN];
  int late_counts[OUTPUTS], counts[OUTPUTS];
  phs_conventions c = preset("snntorch");
  phs_net *net = load(FLAT, c, 1e-4);
  run(net, "lif1.lif", value, counts);
  phs_net_destroy(net);
  c.reset = PHS_SUBTRACT;
  net = load(FLAT, c, 1e-4);
  run(net, "lif1.lif", subtract, counts);
  phs_net_destroy(net);
  net = load(FLAT, preset("spyx"), 1e-4);
  run(net, "lif1.lif", late, late_counts);
  phs_net_destroy(net);
  assert_int_equal(total(late, HIDDEN), 0);
  assert_memory_equal(late + HIDDEN, subtract, (STEPS - 1) * HIDDEN * sizeof *late);
  assert_memory_not_equal(subtract, value, sizeof subtract); /* the reset makes a difference here */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(snntorch_record), cmocka_unit_test(norse_record),
      cmocka_unit_test(step_length_from_the_file), cmocka_unit_test(optimised_record),
      cmocka_unit_test(spyx_is_subtract_one_step_late)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
