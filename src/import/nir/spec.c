/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The node types of NIR and the datasets of each. */
#include "import/nir/nir.h"

#include <string.h>

typedef struct type_spec {
  const char *name;
  bool elementwise;
  phs_model model;
  const char *dataset[9]; /* NULL-terminated */
} type_spec;

static const type_spec specs[NIR_TYPE_COUNT] = {
    [NIR_INPUT] = {"Input", false, PHS_MODEL_CUSTOM, {"shape"}},
    [NIR_OUTPUT] = {"Output", false, PHS_MODEL_CUSTOM, {"shape"}},
    [NIR_NIRGRAPH] = {"NIRGraph", false, PHS_MODEL_CUSTOM, {"nodes", "edges"}},
    [NIR_LINEAR] = {"Linear", false, PHS_MODEL_CUSTOM, {"weight"}},
    [NIR_AFFINE] = {"Affine", false, PHS_MODEL_CUSTOM, {"weight", "bias"}},
    [NIR_SCALE] = {"Scale", true, PHS_MODEL_CUSTOM, {"scale"}},
    [NIR_CONV1D] = {"Conv1d",
                    false,
                    PHS_MODEL_CUSTOM,
                    {"input_shape", "weight", "bias", "stride", "padding", "dilation", "groups"}},
    [NIR_CONV2D] = {"Conv2d",
                    false,
                    PHS_MODEL_CUSTOM,
                    {"input_shape", "weight", "bias", "stride", "padding", "dilation", "groups"}},
    [NIR_SUMPOOL2D] = {"SumPool2d", false, PHS_MODEL_CUSTOM, {"kernel_size", "stride", "padding"}},
    [NIR_AVGPOOL2D] = {"AvgPool2d", false, PHS_MODEL_CUSTOM, {"kernel_size", "stride", "padding"}},
    [NIR_FLATTEN] = {"Flatten", false, PHS_MODEL_CUSTOM, {"start_dim", "end_dim"}},
    [NIR_DELAY] = {"Delay", true, PHS_MODEL_CUSTOM, {"delay"}},
    [NIR_THRESHOLD] = {"Threshold", true, PHS_MODEL_THRESHOLD, {"threshold"}},
    [NIR_I] = {"I", true, PHS_MODEL_I, {"r"}},
    [NIR_IF] = {"IF", true, PHS_MODEL_IF, {"r", "v_threshold", "v_reset"}},
    [NIR_LI] = {"LI", true, PHS_MODEL_LI, {"tau", "r", "v_leak"}},
    [NIR_LIF] = {"LIF", true, PHS_MODEL_LIF, {"tau", "r", "v_leak", "v_threshold", "v_reset"}},
    [NIR_CUBALI] = {"CubaLI",
                    true,
                    PHS_MODEL_CUBALI,
                    {"tau_syn", "tau_mem", "r", "v_leak", "w_in"}},
    [NIR_CUBALIF] = {"CubaLIF",
                     true,
                     PHS_MODEL_CUBALIF,
                     {"tau_syn", "tau_mem", "r", "v_leak", "w_in", "v_threshold", "v_reset"}},
};

const char *nir_type_name(nir_type t) {
  return specs[t].name;
}

nir_type nir_type_find(const char *name) {
  for (int t = 0; t < NIR_TYPE_COUNT; t++) {
    if (strcmp(specs[t].name, name) == 0) {
      return (nir_type)t;
    }
  }
  return NIR_TYPE_COUNT;
}

bool nir_is_elementwise(nir_type t) {
  return specs[t].elementwise;
}

phs_model nir_type_model(nir_type t) {
  return specs[t].model;
}

const char *const *nir_type_datasets(nir_type t) {
  return specs[t].dataset;
}
