/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "passes.h"

static phasor_status run(phs_ir *ir, MlirModule module, const char *const *values) {
  (void)ir;
  (void)module;
  (void)values;
  return PHASOR_OK;
}

const phs_pass phs_pass_discretize = {
    .info = {"phasor-discretize", "neuron models to update functions", ""},
    .run = run,
};
