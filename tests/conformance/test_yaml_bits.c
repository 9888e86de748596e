/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Small variants of the hand-written example networks: the program gives the interpreter's bits
 * with 1 and 2 threads, synapses stored and recomputed. */
#include "yaml_run.h"

static double all_spikes(phasor_result *result) {
  double sum = 0, spikes;
  uint64_t neurons;
  for (size_t i = 0; phasor_result_population(result, i, &neurons, &spikes); i++) {
    sum += spikes;
  }
  return sum;
}

/* There would be nothing to compare in a silent network. */
static double count_spikes(const variant *v) {
  yaml_run r;
  phasor_result *result = NULL;
  load_variant(&r, v, "auto", "1");
  assert_int_equal(phasor_run(r.network, r.options, &result), PHASOR_OK);
  double spikes = all_spikes(result);
  phasor_result_destroy(result);
  end_run(&r);
  return spikes;
}

static void verify(const variant *v, const char *synapses, const char *jobs) {
  yaml_run r;
  phasor_result *result = NULL;
  load_variant(&r, v, synapses, jobs);
  phasor_status status = phasor_verify(r.network, r.options, &result);
  if (status != PHASOR_OK) {
    fail_msg("%s, %s, %s threads:\n%s", v->file, synapses, jobs,
             result ? phasor_result_text(result, PHASOR_STYLE_TEXT) : "");
  }
  phasor_comparison c;
  assert_true(phasor_result_comparison(result, 0, &c));
  for (size_t i = 0; phasor_result_comparison(result, i, &c); i++) {
    assert_int_equal(c.differing, 0);
    assert_true(c.values > 0);
  }
  phasor_result_destroy(result);
  end_run(&r);
}

static void same_bits(void **state) {
  (void)state;
  static const variant small[] = {
      {"brunel/brunel.yaml", {"scale=0.05"}, "500"},
      {"brunel/brunel.yaml", {"scale=0.05", "poisson=0"}, "500"},
      {"microcircuit/microcircuit.yaml", {"scale=0.01", "k_scale=0.1"}, "400"},
      {"microcircuit/microcircuit.yaml", {"scale=0.02", "k_scale=0.2", "poisson=0"}, "400"},
      {"vogels-abbott/coba.yaml", {"scale=0.1"}, "300"},
      {"vogels-abbott/cuba.yaml", {"scale=0.1"}, "500"},
      {"hodgkin-huxley/hodgkin-huxley.yaml", {"scale=0.05"}, "300"},
      {"izhikevich/izhikevich.yaml", {"scale=0.2"}, "300"},
      {"stdp/stdp.yaml", {"N=200", "g_max=0.075"}, "2000"},
  };
  static const char *const synapses[] = {"store", "recompute"}, *const jobs[] = {"1", "2"};
  for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
    double spikes = count_spikes(&small[i]);
    print_message("%s: %.0f spikes in %s steps\n", small[i].file, spikes, small[i].steps);
    assert_true(spikes > 5);
    for (int k = 0; k < 4; k++) {
      verify(&small[i], synapses[k / 2], jobs[k % 2]);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_bits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
