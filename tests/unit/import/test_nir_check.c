/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Models whose step length is not told, loaded to be looked at. */
#include "nir_writer.h"

static ran r;

static void two_populations(writer *w) {
  w_begin(w, "nodt.nir");
  w_input(w, "input", 2);
  w_lif(w, "x", 2, 20);
  w_lif(w, "y", 2, 5);
  w_output(w, "output", 2);
  w_edges(w, "input", "x", "x", "y", "y", "output", NULL);
}

/** One warning, and a step of a tenth of the shortest time constant (5 s); else it is refused. */
static void test_provisional(void **state) {
  (void)state;
  writer w;
  phs_import_options o = defaults();
  o.dt = 0;
  two_populations(&w);
  run_with(&r, &w, &o);
  refused(&r, "PHS0130", NULL, NULL);
  o.provisional_dt = true;
  two_populations(&w);
  run_with(&r, &w, &o);
  assert_true(r.net->dt_provisional && r.net->has_time);
  assert_true(r.net->dt == 0.5);
  told(&r, "PHS0165", "length of a step"); /* frees the network */
}

/** Where the step is given, or follows from the file, it is that. */
static void test_known(void **state) {
  (void)state;
  writer w;
  phs_import_options o = defaults();
  o.provisional_dt = true;
  o.dt = 0.25;
  two_populations(&w);
  run_with(&r, &w, &o);
  assert_true(!r.net->dt_provisional && r.net->dt == 0.25);
  phs_net_destroy(r.net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_provisional),
      cmocka_unit_test(test_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
