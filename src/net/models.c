/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "net/net.h"

#include <string.h>

static const phs_model_info models[] = {
    [PHS_MODEL_I] = {"i", false, 1, {"r"}, 1, {"v"}},
    [PHS_MODEL_IF] = {"if", true, 3, {"r", "v_threshold", "v_reset"}, 1, {"v"}},
    [PHS_MODEL_LI] = {"li", false, 3, {"tau", "r", "v_leak"}, 1, {"v"}},
    [PHS_MODEL_LIF] = {"lif", true, 5, {"tau", "r", "v_leak", "v_threshold", "v_reset"}, 1, {"v"}},
    [PHS_MODEL_CUBALI] =
        {"cuba_li", false, 5, {"tau_syn", "tau_mem", "r", "v_leak", "w_in"}, 2, {"v", "i"}},
    [PHS_MODEL_CUBALIF] = {"cuba_lif",
                           true,
                           7,
                           {"tau_syn", "tau_mem", "r", "v_leak", "w_in", "v_threshold", "v_reset"},
                           2,
                           {"v", "i"}},
    [PHS_MODEL_THRESHOLD] = {"threshold", true, 1, {"threshold"}, 0, {NULL}},
    [PHS_MODEL_CUSTOM] = {"custom", false, 0, {NULL}, 0, {NULL}},
};

const phs_model_info *phs_model_get(phs_model m) {
  return &models[m];
}

phs_model phs_model_find(const char *name) {
  for (int m = 0; m < PHS_MODEL_CUSTOM; m++) {
    if (strcmp(models[m].name, name) == 0) {
      return (phs_model)m;
    }
  }
  return PHS_MODEL_CUSTOM;
}

int phs_model_param(phs_model m, const char *name) {
  for (int i = 0; i < models[m].param_count; i++) {
    if (strcmp(models[m].param[i], name) == 0) {
      return i;
    }
  }
  return -1;
}
