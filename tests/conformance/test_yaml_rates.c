/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The hand-written example networks fire at the rates that NEST and Brian2 find
 * (tests/perf/peers.py). */
#include "yaml_run.h"

/** What peers find of one population. */
typedef struct expectation {
  const char *name;
  double rate, apart; /* spikes a second; most that ours may differ */
} expectation;

static void expect_rates(const variant *v, double seconds, const expectation *e, size_t count) {
  yaml_run r;
  phasor_result *result = NULL;
  load_variant(&r, v, "auto", "2");
  assert_int_equal(phasor_run(r.network, r.options, &result), PHASOR_OK);
  size_t wrong = 0, found = 0;
  double spikes;
  uint64_t neurons;
  const char *name;
  for (size_t i = 0; (name = phasor_result_population(result, i, &neurons, &spikes)) != NULL; i++) {
    for (size_t k = 0; k < count; k++) {
      if (strcmp(name, e[k].name) == 0) {
        double rate = spikes / (double)neurons / seconds;
        bool near = fabs(rate - e[k].rate) <= e[k].apart;
        print_message("%s %s: %.2f spikes/s, peers %.2f%s\n", v->file, name, rate, e[k].rate,
                      near ? "" : ": TOO FAR");
        wrong += !near;
        found++;
      }
    }
  }
  assert_int_equal(found, count);
  assert_int_equal(wrong, 0);
  phasor_result_destroy(result);
  end_run(&r);
}

/*
 * Means over seeds (24 of Brunel's network, else four or five) of NEST (Brunel's network, the
 * microcircuit, CUBA) and Brian2 (the others) over the same time from the start; tolerances are
 * four standard deviations over seeds, or 5 % where that is more, since each simulator draws its
 * own networks. COBA may die out at any time, in every simulator; means are those of the seeds that
 * live, and the file's seed is one.
 */
static void rates_of_peers(void **state) {
  (void)state;
  static const expectation brunel[] = {{"exc", 51.1, 10.5}, {"inh", 51.9, 7.5}};
  expect_rates(&(variant){"brunel/brunel.yaml", {"scale=0.2"}, "5000"}, 0.5, brunel, 2);
  static const expectation microcircuit[] = {
      {"L23e", 0.63, 0.26}, {"L23i", 2.60, 0.37}, {"L4e", 3.88, 0.20}, {"L4i", 4.92, 0.25},
      {"L5e", 6.90, 2.6},   {"L5i", 8.08, 0.41},  {"L6e", 0.85, 0.15}, {"L6i", 6.94, 0.35}};
  expect_rates(&(variant){"microcircuit/microcircuit.yaml", {"scale=0.05", "k_scale=0.1"}, "10000"},
               1.0, microcircuit, 8);
  static const expectation cuba[] = {{"exc", 5.82, 1.2}, {"inh", 5.71, 0.35}};
  expect_rates(&(variant){"vogels-abbott/cuba.yaml", {NULL}, "5000"}, 0.5, cuba, 2);
  static const expectation coba[] = {{"exc", 19.7, 2}, {"inh", 19.3, 2}};
  expect_rates(&(variant){"vogels-abbott/coba.yaml", {NULL}, "5000"}, 0.5, coba, 2);
  static const expectation hh[] = {{"exc", 37.1, 5.4}, {"inh", 36.3, 3.7}};
  expect_rates(&(variant){"hodgkin-huxley/hodgkin-huxley.yaml", {NULL}, "5000"}, 0.5, hh, 2);
  static const expectation izhikevich[] = {{"exc", 7.64, 0.75}, {"inh", 7.40, 0.65}};
  expect_rates(&(variant){"izhikevich/izhikevich.yaml", {NULL}, "1000"}, 1.0, izhikevich, 2);
}

/* Synapses compete: the neuron slows down from some 88 spikes/s, and weights, evenly spread at
 * first (200 of 1000 in each fifth), gather at both ends. With growth by a pair four times the
 * file's, after 100 s, Brian2 finds 394 and 411 weights in the lowest fifth, 171 and 180 in the
 * highest, and 467 and 432 spikes in the last 20 s (two seeds). */
static void weights_part(void **state) {
  (void)state;
  yaml_run r;
  load_variant(&r, &(variant){"stdp/stdp.yaml", {"A_plus=0.02"}, "1"}, "auto", "1");
  assert_int_equal(phasor_program_create(r.network, r.options, &r.program), PHASOR_OK);
  phasor_view w = view(&r, "plastic", "w"), z = view(&r, "neuron", "spikes");
  assert_int_equal(w.count, 1000);
  int late = 0, low = 0, high = 0;
  for (int t = 0; t < 1000000; t++) {
    phasor_program_step(r.program, NULL);
    late += t >= 800000 && spiked(&z, 0);
  }
  for (size_t i = 0; i < w.count; i++) {
    float x = ((const float *)w.data)[i] / 0.015F;
    assert_true(x >= 0 && x <= 1.0001F);
    low += x < 0.2F;
    high += x > 0.8F;
  }
  print_message("%d weights are low, %d high; %d spikes in the last 20 s\n", low, high, late);
  assert_in_range(low, 340, 460);
  assert_in_range(high, 130, 225);
  assert_in_range(late, 340, 560);
  end_run(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rates_of_peers),
                                     cmocka_unit_test(weights_part)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
