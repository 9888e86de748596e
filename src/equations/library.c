/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "equations/library.h"

#include <string.h>

/* Every file of src/equations/models; the build embeds each as phs_model_text_NAME. */
#define MODELS(M)                                                                                  \
  M(aeif_cond_exp)                                                                                 \
  M(aeif_psc_exp)                                                                                  \
  M(alif)                                                                                          \
  M(hh_cond_exp_traub)                                                                             \
  M(hh_psc_alpha)                                                                                  \
  M(iaf_cond_alpha)                                                                                \
  M(iaf_cond_exp)                                                                                  \
  M(iaf_psc_alpha)                                                                                 \
  M(iaf_psc_delta)                                                                                 \
  M(iaf_psc_exp)                                                                                   \
  M(izhikevich)                                                                                    \
  M(resonate_and_fire)                                                                             \
  M(sigma_delta)

#define DECLARE(name)                                                                              \
  extern const char phs_model_text_##name[];                                                       \
  extern const size_t phs_model_text_##name##_size;
MODELS(DECLARE)

static const struct {
  const char *name, *text;
  const size_t *size;
} models[] = {
#define ROW(name) {#name, phs_model_text_##name, &phs_model_text_##name##_size},
    MODELS(ROW)};

size_t phs_library_count(void) {
  return sizeof models / sizeof *models;
}

const char *phs_library_name(size_t i) {
  return models[i].name;
}

const char *phs_library_text(const char *name, size_t *size) {
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    if (strcmp(models[i].name, name) == 0) {
      *size = *models[i].size;
      return models[i].text;
    }
  }
  return NULL;
}
