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

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rates_of_peers)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
