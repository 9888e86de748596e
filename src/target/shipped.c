/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The descriptions that are part of the library. */
#include "target/target.h"

#include <string.h>

/* Every file of backends/FAMILY/targets; the build embeds each as phs_target_text_NAME. */
#define TARGETS(T)                                                                                 \
  T(cpu, "cpu")                                                                                    \
  T(loihi1, "loihi1")                                                                              \
  T(loihi2, "loihi2")                                                                              \
  T(hala_point, "hala-point")                                                                      \
  T(spinnaker1, "spinnaker1")                                                                      \
  T(spinnaker1_4chip, "spinnaker1-4chip")                                                          \
  T(spinnaker1_million, "spinnaker1-million")                                                      \
  T(spinnaker2, "spinnaker2")                                                                      \
  T(truenorth, "truenorth")

#define DECLARE(id, name)                                                                          \
  extern const char phs_target_text_##id[];                                                        \
  extern const size_t phs_target_text_##id##_size;
TARGETS(DECLARE)

static const struct {
  const char *name, *text;
  const size_t *size;
} shipped[] = {
#define ROW(id, name) {name, phs_target_text_##id, &phs_target_text_##id##_size},
    TARGETS(ROW)};
enum { SHIPPED = sizeof shipped / sizeof *shipped };

const char *phs_shipped_target(size_t i) {
  return i < SHIPPED ? shipped[i].name : NULL;
}

const char *phs_shipped_target_text(const char *name, size_t *size) {
  for (size_t i = 0; i < SHIPPED; i++) {
    if (strcmp(shipped[i].name, name) == 0) {
      *size = *shipped[i].size;
      return shipped[i].text;
    }
  }
  return NULL;
}
