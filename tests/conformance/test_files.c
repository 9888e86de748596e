/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Every file that loads, under every preset: the network as imported and as optimised give the same
 * bits. */
#include "conformance.h"

static const struct {
  const char *file;
  bool must_load;
} files[] = {
    {"lif_norse.nir", true},
    {"two_lif_neurons.nir", true},
    {"cnn_sinabs.nir", true},
    {"braille_noDelay_bias_zero.nir", true},
    {"braille_noDelay_bias_zero_subgraph_fixed.nir", true},
    {"conformance_all_nodes_gzip.nir", true},
    {"conformance_all_nodes_none.nir", true},
    {"conformance_conv1d_gzip.nir", true},
    {"lif_norse_first_version.nir", false},
    {"braille_flattened_scalar.nir", false},
    {"braille_noDelay_bias_zero_subgraph.nir", false},
    {"braille_subgraph_hidden.nir", false},
    {"braille_v2_dangling_block.nir", false},
    {"braille_v2_no_win.nir", false},
    {"braille_first_no_io.nir", false},
    {"scnn_mnist_batched_old.nir", false},
};
enum { FILES = sizeof files / sizeof *files };

/* Whether both levels refuse the network: the conventions do not fit its parameters. */
static bool both_refuse(const phs_net *net) {
  phs_diag diag = {0};
  phs_interp *it = phs_interp_create(net, &diag);
  bool refused = it == NULL;
  phs_interp_destroy(it);
  optimised o = optimise(net, &diag);
  assert_int_equal(o.net == NULL, refused);
  end_optimised(&o);
  return refused;
}

static void every_file_under_every_preset(void **state) {
  (void)state;
  NEEDS_SHARED();
  for (int f = 0; f < FILES; f++) {
    int loaded = 0, refused = 0;
    for (size_t p = 0; p < phs_preset_count; p++) {
      phs_net *net = try_load(files[f].file, &phs_presets[p].conventions, 1e-4,
                              files[f].must_load ? show_errors : NULL);
      if (!net) {
        continue;
      }
      loaded++;
      if (both_refuse(net)) {
        refused++;
      } else {
        phs_diag diag = {.fn = show_errors};
        optimised o = optimise(net, &diag);
        assert_true(compare_runs(net, o.net, 50) >= 50);
        end_optimised(&o);
      }
      phs_net_destroy(net);
    }
    printf("%s: %d presets load, %d do not fit it\n", files[f].file, loaded, refused);
    assert_true(loaded == (int)phs_preset_count || (loaded == 0 && !files[f].must_load));
    assert_true(refused < (int)phs_preset_count);
  }
}

/* The two encodings of one recurrent layer. */
static void nested_equals_flat(void **state) {
  (void)state;
  NEEDS_SHARED();
  for (size_t p = 0; p < phs_preset_count; p++) {
    const phs_conventions *c = &phs_presets[p].conventions;
    phs_net *flat = load("braille_noDelay_bias_zero.nir", *c, 1e-4);
    phs_net *nested = load("braille_noDelay_bias_zero_subgraph_fixed.nir", *c, 1e-4);
    int a = find_op(flat, "lif1.lif"), b = find_op(nested, "lif1.lif1");
    pair both = {{flat, nested}, {make_interp(flat), make_interp(nested)}};
    noise n = {4};
    for (int t = 0; t < 200; t++) {
      float x[12];
      noise_input(&n, x, 12);
      step1(both.it[0], x);
      step1(both.it[1], x);
      assert_int_equal(compare_quantity(&both, a, b, "spikes", t), 1);
      assert_int_equal(compare_quantity(&both, a, b, "v", t), 1);
      assert_int_equal(compare_quantity(&both, a, b, "i", t), 1);
    }
    phs_interp_destroy(both.it[0]);
    phs_interp_destroy(both.it[1]);
    phs_net_destroy(flat);
    phs_net_destroy(nested);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_file_under_every_preset),
                                     cmocka_unit_test(nested_equals_flat)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
