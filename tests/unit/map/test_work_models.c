/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Work graphs of real and example models, as the driver optimises them. */
#include "driver/network.h"
#include "map/work.h"
#include "phasor/network.h"
#include "phasor/session.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct model {
  const char *path;
  double populations, neurons; /* on cores */
  double synapses;             /* by hand from the shapes; 0: not checked */
} model;

/* Convolutions and matrices behind sum pools of 2 x 2 have four synapses where the layer has one:
 * 199712 + 541696 + 4 * 61952 + 4 * 32768 + 2560. The network's five populations and its input. */
#define NMNIST 1122848.0

static const model shared[] = {
    {"braille_noDelay_bias_zero.nir", 3, 45, 12 * 38 + 38 * 38 + 38 * 7},
    {"braille_subgraph_hidden.nir", 3, 45, 12 * 38 + 38 * 38 + 38 * 7},
    {"braille_v2_no_win.nir", 3, 45, 12 * 38 + 38 * 38 + 38 * 7},
    {"cnn_sinabs.nir", 6, 8970, NMNIST},
    {"scnn_mnist_batched_old.nir", 6, 8970, NMNIST},
    {"conformance_all_nodes_none.nir", 8, 620, 0},
    /* conv and matrix between 3 x 20 inputs and 4 neurons: all pairs, but for inputs that the
     * convolution leaves out */
    {"conformance_conv1d_gzip.nir", 2, 4, 4 * 3 * 20},
    {"lif_norse.nir", 2, 1, 1},
    {"lif_norse_first_version.nir", 2, 1000, 1000},
    {"two_lif_neurons.nir", 3, 2, 2},
};

static phs_work *load(const char *path, phasor_session *s, phasor_network **n) {
  phasor_options *o = phasor_options_create();
  phs_diag diag = {0};
  phs_work *w = NULL;
  assert_non_null(o);
  assert_int_equal(phasor_options_set(s, o, "dt", "1e-4"), PHASOR_OK);
  assert_int_equal(phasor_network_load(s, path, o, n), PHASOR_OK);
  assert_int_equal(phs_network_optimise(*n, o), PHASOR_OK);
  assert_non_null((*n)->opt);
  assert_int_equal(phs_work_create((*n)->opt, NULL, &diag, &w), PHASOR_OK);
  phasor_options_destroy(o);
  return w;
}

/* What holds of any work graph. */
static void check_graph(const phs_work *w) {
  double synapses = 0;
  uint64_t neurons = 0;
  for (uint32_t i = 0; i < w->population_count; i++) {
    const phs_population *p = &w->population[i];
    assert_int_equal((uint64_t)p->dim[0] * p->dim[1] * p->dim[2], p->count);
    neurons += p->kind == PHS_POPULATION_INPUT ? 0 : p->count;
    for (uint32_t k = 0; k < p->in_count; k++) {
      assert_int_equal(w->projection[w->in[p->first_in + k]].target, i);
    }
    for (uint32_t k = 0; k < p->out_count; k++) {
      assert_int_equal(w->projection[w->out[p->first_out + k]].source, i);
    }
  }
  for (uint32_t i = 0; i < w->projection_count; i++) {
    const phs_work_projection *p = &w->projection[i];
    phs_box s = phs_box_all(&w->population[p->source]), t = phs_box_all(&w->population[p->target]);
    assert_true(p->synapses > 0.0 && p->delay_least <= p->delay_most);
    assert_true(p->wiring == PHS_WIRING_LIST ||
                fabs(phs_work_synapses(w, i, &s, &t) / p->synapses - 1.0) < 0.02);
    synapses += p->synapses;
  }
  assert_int_equal(neurons, w->neurons);
  assert_true(fabs(synapses - w->synapses) <= 1e-9 * synapses);
}

static void real_models(void **unused) {
  (void)unused;
  if (access(PHASOR_SHARED "/models/nir", R_OK) != 0) {
    skip();
  }
  for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
    char path[1024];
    snprintf(path, sizeof path, "%s/models/nir/%s", PHASOR_SHARED, shared[i].path);
    phasor_session *s = phasor_session_create(NULL, NULL);
    phasor_network *n = NULL;
    phasor_network_info info;
    phs_work *w = load(path, s, &n);
    phasor_network_describe(n, &info);
    check_graph(w);
    if ((double)w->population_count != shared[i].populations ||
        (double)w->neurons != shared[i].neurons || w->neurons != info.neurons ||
        (shared[i].synapses > 0 && w->synapses != shared[i].synapses)) {
      fail_msg("%s: %u populations, %.0f neurons, %.0f synapses", shared[i].path,
               w->population_count, (double)w->neurons, w->synapses);
    }
    phs_work_free(w);
    phasor_network_destroy(n);
    phasor_session_destroy(s);
  }
}

/* Each projection of the model is one of the work graph, with as many synapses as `inspect` tells.
 */
static void example_models(void **unused) {
  (void)unused;
  const char *path[] = {"brunel/brunel.yaml",         "microcircuit/microcircuit.yaml",
                        "vogels-abbott/coba.yaml",    "stdp/stdp.yaml",
                        "izhikevich/izhikevich.yaml", "hodgkin-huxley/hodgkin-huxley.yaml"};
  for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
    char file[1024];
    snprintf(file, sizeof file, "%s/examples/%s", PHASOR_SOURCE_DIR, path[i]);
    phasor_session *s = phasor_session_create(NULL, NULL);
    phasor_network *n = NULL;
    phasor_network_info info;
    phs_work *w = load(file, s, &n);
    phasor_network_describe(n, &info);
    check_graph(w);
    uint64_t neurons = 0;
    for (uint32_t k = 0; k < w->population_count; k++) {
      neurons += w->population[k].kind == PHS_POPULATION_NEURONS ? w->population[k].count : 0;
    }
    assert_int_equal(neurons, info.neurons);
    double synapses = 0, projections = 0; /* without currents that reach neurons one by one */
    for (uint32_t k = 0; k < w->projection_count; k++) {
      bool rule = n->opt->op[w->projection[k].op].kind == PHS_OP_SYNAPSES;
      synapses += rule ? w->projection[k].synapses : 0;
      projections += rule;
    }
    if (projections != (double)info.projections ||
        fabs(synapses / (double)info.synapses - 1.0) > 1e-6) {
      fail_msg("%s: %.0f projections of %.0f synapses; the model says %.0f of %.0f", path[i],
               projections, synapses, (double)info.projections, (double)info.synapses);
    }
    phs_work_free(w);
    phasor_network_destroy(n);
    phasor_session_destroy(s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(real_models),
                                     cmocka_unit_test(example_models)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
