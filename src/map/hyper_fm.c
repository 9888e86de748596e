/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "map/hyper_internal.h"

bool phs_hyper_fm(phs_hyper_state *s, uint64_t work, uint64_t seed) {
  (void)s;
  (void)work;
  (void)seed;
  return true;
}
