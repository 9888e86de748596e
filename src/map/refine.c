/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "map/partition.h"
phasor_status phs_map_refine(phs_map *m, phs_diag *diag) {
  (void)m;
  (void)diag;
  return PHASOR_OK;
}
