/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The project's own example network against the spikes that PyTorch computed when it was trained.
 */
#include "import/import.h"
#include "interp/interp.h"
#include "vm/stimulus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define EXAMPLE PHASOR_SOURCE_DIR "/examples/motion/"

static void show(void *user, const phasor_diagnostic *d) {
  (void)user;
  if (d->severity == PHASOR_ERROR) {
    print_error("%s %s: %s\n", d->code, d->where ? d->where : "", d->message);
  }
}

static phs_stimulus read_file(const char *folder, const char *name, const phs_stimulus_options *o) {
  char path[512];
  phs_stimulus s;
  phs_stimulus_error e;
  snprintf(path, sizeof path, EXAMPLE "%s/%s", folder, name);
  if (!phs_stimulus_read(path, o, &s, &e)) {
    fail_msg("%s: %s", path, e.message);
  }
  return s;
}

/** What PyTorch recorded of one node, and how to find the same here. */
typedef struct golden {
  phs_stimulus recorded;
  phs_quantity spikes;
} golden;

static golden open_golden(const char *recording, const char *node, const phs_net *net,
                          const phs_interp *run) {
  char name[64];
  golden g;
  snprintf(name, sizeof name, "%s.%s.csv", recording, node);
  g.recorded = read_file("expected", name, &(phs_stimulus_options){0});
  assert_true(phs_interp_quantity(run, phs_net_find(net, node), "spikes", &g.spikes));
  assert_int_equal(g.spikes.elem, PHS_I1);
  assert_int_equal(g.spikes.count, g.recorded.width);
  return g;
}

static size_t differing(const golden *g, size_t step) {
  const uint8_t *spikes = g->spikes.data;
  size_t n = 0;
  for (size_t i = 0; i < g->spikes.count; i++) {
    n += (float)spikes[i] != g->recorded.data[step * g->spikes.count + i];
  }
  return n;
}

static void check(const phs_net *net, const char *recording, size_t answer) {
  const int64_t dim[] = {2, 34, 34};
  const phs_stimulus_options o = {.bin = 2e-3, .rank = 3, .dim = dim};
  char name[64];
  phs_diag diag = {.fn = show};
  phs_interp *run = phs_interp_create(net, &diag);
  assert_non_null(run);
  snprintf(name, sizeof name, "%s.bin", recording);
  phs_stimulus events = read_file("inputs", name, &o);
  golden hidden = open_golden(recording, "hidden", net, run);
  golden out = open_golden(recording, "out", net, run);
  assert_int_equal(hidden.recorded.steps, events.steps);
  assert_int_equal(out.recorded.steps, events.steps);
  size_t wrong = 0, count[4] = {0}, largest = 0;
  for (size_t t = 0; t < events.steps; t++) {
    const float *input = events.data + t * events.width;
    phs_interp_step(run, &input);
    wrong += differing(&hidden, t) + differing(&out, t);
    for (size_t i = 0; i < 4; i++) {
      count[i] += ((const uint8_t *)out.spikes.data)[i];
    }
  }
  for (size_t i = 1; i < 4; i++) {
    largest = count[i] > count[largest] ? i : largest;
  }
  assert_int_equal(wrong, 0);
  assert_int_equal(largest, answer);
  phs_stimulus_free(&hidden.recorded);
  phs_stimulus_free(&out.recorded);
  phs_stimulus_free(&events);
  phs_interp_destroy(run);
}

/** Order of labels.txt. */
static void test_recordings(void **state) {
  (void)state;
  static const char *const labels[] = {"left", "right", "up", "down"};
  static const double steps[] = {0, 2e-3}; /* found from the file, or given */
  for (size_t i = 0; i < 2; i++) {
    phs_import_options o = {.conventions = phs_preset_find("nir")->conventions, .dt = steps[i]};
    phs_diag diag = {.fn = show};
    phs_net *net = NULL;
    assert_int_equal(phs_import_nir(EXAMPLE "motion.nir", &o, &diag, &net), PHASOR_OK);
    assert_int_equal(diag.warnings, 0);
    assert_float_equal(net->dt, 2e-3, 1e-9);
    for (size_t k = 0; k < 4; k++) {
      check(net, labels[k], k);
    }
    phs_net_destroy(net);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_recordings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
