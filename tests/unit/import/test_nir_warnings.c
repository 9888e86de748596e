/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What loads although something is odd, and how time is resolved. */
#include "nir_writer.h"

static ran r;

static void around(writer *w) {
  w_begin(w, "odd.nir");
  w_input(w, "input", 2);
  w_output(w, "output", 2);
  w_edges(w, "input", "x", "x", "output", NULL);
}

/* CubaLIF with constants of the discrete exporters: r = tau_mem / dt, w_in = tau_syn / dt. */
static void cuba(writer *w, const char *name, double tau_syn, double tau_mem, double r_value,
                 double w_in) {
  hid_t g = w_node(w, name, "CubaLIF");
  w_vector(g, "tau_syn", 2, tau_syn);
  w_vector(g, "tau_mem", 2, tau_mem);
  w_vector(g, "r", 2, r_value);
  w_vector(g, "v_leak", 2, 0);
  w_vector(g, "w_in", 2, w_in);
  w_vector(g, "v_threshold", 2, 1);
  H5Gclose(g);
}

static void test_derived_step(void **state) {
  (void)state;
  writer w;
  phs_import_options o = defaults();
  o.dt = 0;
  around(&w);
  cuba(&w, "x", 0.002, 0.01, 20, 4); /* both 5e-4 */
  run_with(&r, &w, &o);
  assert_true(r.net->dt == 5e-4 && r.net->has_time);
  told(&r, "PHS0180", "0.0005 s");
  around(&w);
  cuba(&w, "x", 0.002, 0.01, 20, 5); /* 5e-4 and 4e-4 */
  run_with(&r, &w, &o);
  refused(&r, "PHS0130", NULL, NULL);
  around(&w);
  cuba(&w, "x", 2, 3, 0.5, 1 / 3.0); /* 6 and 6, but longer than the time constants */
  run_with(&r, &w, &o);
  refused(&r, "PHS0130", NULL, NULL);
  o.dt = 1e-4;
  around(&w);
  cuba(&w, "x", 0.002, 0.01, 20, 4);
  run_with(&r, &w, &o);
  assert_true(r.net->dt == 1e-4);
  told(&r, "PHS0159", "0.0005 s");
}

static void test_units(void **state) {
  (void)state;
  writer w;
  phs_import_options o = defaults();
  o.time_unit = PHS_TIME_MILLISECONDS;
  around(&w);
  w_lif(&w, "x", 2, 20);
  run_with(&r, &w, &o);
  assert_float_equal(op(&r, "x")->neurons.param[0].v[1], 0.02, 1e-12);
  told(&r, NULL, NULL);
  o.time_unit = PHS_TIME_STEPS;
  o.dt = 0;
  around(&w);
  w_lif(&w, "x", 2, 20);
  run_with(&r, &w, &o);
  assert_true(r.net->dt == 1 && !r.net->has_time && op(&r, "x")->neurons.param[0].v[0] == 20);
  told(&r, NULL, NULL);
  o = defaults();
  o.dt = 0; /* nothing in the model has a time scale */
  around(&w);
  w_if(&w, "x", 2);
  run_with(&r, &w, &o);
  assert_true(r.net->dt == 1 && !r.net->has_time);
  told(&r, NULL, NULL);
}

static void test_values(void **state) {
  (void)state;
  writer w;
  around(&w);
  w_lif(&w, "x", 2, 5e-4); /* dt 1e-3 */
  run(&r, &w);
  told(&r, "PHS0158", "0.001 s is longer than the time constant of 0.0005 s");
  around(&w);
  hid_t g = w_node(&w, "x", "IF");
  w_vector(g, "r", 2, 1);
  w_vector(g, "v_threshold", 2, -1);
  H5Gclose(g);
  run(&r, &w);
  told(&r, "PHS0160", "-1");
  phs_import_options o = defaults();
  o.conventions.reset = PHS_SUBTRACT;
  around(&w);
  g = w_node(&w, "x", "IF");
  w_vector(g, "r", 2, 1);
  w_vector(g, "v_threshold", 2, 1);
  w_vector(g, "v_reset", 2, -0.25);
  H5Gclose(g);
  run_with(&r, &w, &o);
  assert_true(op(&r, "x")->neurons.param[2].v[1] == -0.25);
  told(&r, "PHS0181", "-0.25");
}

static void test_edges(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "odd.nir");
  w_input(&w, "input", 2);
  w_output(&w, "output", 2);
  w_if(&w, "x", 2);
  w_edges(&w, "input", "x", "x", "output", "input", "x", NULL);
  run(&r, &w);
  assert_int_equal(op(&r, "x")->operand_count, 1);
  assert_string_equal(operand(&r, "x", 0), "input");
  told(&r, "PHS0150", "input -> x");
  w_begin(&w, "odd.nir"); /* the block "b" was dissolved, the edges were not */
  w_input(&w, "input", 2);
  w_input(&w, "b.input", 2);
  w_if(&w, "b.n", 2);
  w_output(&w, "b.output", 2);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "b", "b.input", "b.n", "b.n", "b.output", "b", "output", NULL);
  run(&r, &w);
  assert_int_equal(r.net->op_count, 3);
  assert_true(seen(&r, "PHS0163") >= 0);
  told(&r, "PHS0151", "'b.input' is taken for it");
  w_begin(&w, "odd.nir"); /* no edge list at all */
  w_if(&w, "x", 2);
  run(&r, &w);
  assert_int_equal(r.net->op_count, 3);
  told(&r, "PHS0161", NULL);
  w_begin(&w, "odd.nir");
  w_input(&w, "input", 2);
  w_input(&w, "spare", 3);
  w_if(&w, "x", 2);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "x", "x", "output", NULL);
  run(&r, &w);
  told(&r, "PHS0162", "'spare'");
}

static void test_datasets(void **state) {
  (void)state;
  writer w;
  around(&w);
  hid_t g = w_node(&w, "x", "IF");
  w_vector(g, "r", 2, 1);
  w_vector(g, "v_threshold", 2, 1);
  w_vector(g, "tau_ref", 2, 1);
  H5Gclose(g);
  run(&r, &w);
  told(&r, "PHS0157", "'tau_ref'");
}

/* Warnings count as errors when the caller says so. */
static void test_warnings_are_errors(void **state) {
  (void)state;
  writer w;
  phs_net *net = NULL;
  phs_diag diag = {.warnings_are_errors = true};
  phs_import_options o = defaults();
  w_begin(&w, "odd.nir");
  w_if(&w, "x", 2);
  w_edges(&w, NULL);
  w_end(&w);
  assert_int_equal(phs_import_nir(w.path, &o, &diag, &net), PHASOR_ERROR_MODEL);
  assert_null(net);
  unlink(w.path);
  rmdir(w.folder);
}

/* The nested Input says 2, but 3 values arrive. */
/** Sizes below 1 are told with their place and value, and not used. */
static void test_port_sizes(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "odd.nir");
  hid_t g = w_node(&w, "input", "Input");
  w_vector(g, "shape", 1, -2);
  H5Gclose(g);
  w_if(&w, "x", 2);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "x", "x", "output", NULL);
  run(&r, &w);
  has_shape(&r, "input", "[2]");
  told(&r, "PHS0152", "the size at index 0 is -2");
}

static void test_nested_port_shape(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "odd.nir");
  w_input(&w, "input", 3);
  w_enter(&w, "sub");
  w_input(&w, "in", 2);
  w_if(&w, "n", 3);
  w_output(&w, "out", 3);
  w_edges(&w, "in", "n", "n", "out", NULL);
  w_leave(&w);
  w_output(&w, "output", 3);
  w_edges(&w, "input", "sub", "sub", "output", NULL);
  run(&r, &w);
  has_shape(&r, "sub/n", "[3]");
  told(&r, "PHS0152", "'sub/in' says shape [2], but [3] arrives");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_derived_step), cmocka_unit_test(test_units),
      cmocka_unit_test(test_values),       cmocka_unit_test(test_edges),
      cmocka_unit_test(test_datasets),     cmocka_unit_test(test_warnings_are_errors),
      cmocka_unit_test(test_port_sizes),   cmocka_unit_test(test_nested_port_shape),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
