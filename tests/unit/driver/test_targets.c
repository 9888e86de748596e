/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What is said about targets in several places is the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "driver/targets.h"
#include "remat.h"
#include "target/target.h"

#include <math.h>
#include <string.h>

/* Every description is a target by name, and every target that is mapped onto has a description. */
static void described_targets_are_listed(void **state) {
  (void)state;
  size_t listed = 0, size;
  const phs_target_row *row;
  for (size_t i = 0; (row = phs_target_row_get(i)); i++) {
    bool described = phs_shipped_target_text(row->name, &size) != NULL;
    listed += described;
    assert_true(row->kind != PHS_TARGET_MAPPED || described);
    assert_true(row->text || described);
  }
  assert_null(phs_shipped_target(listed));
  assert_non_null(phs_shipped_target(listed - 1));
}

/* phasor-remat decides by the figures that cpu.yaml describes. */
static void remat_decides_by_the_description(void **state) {
  (void)state;
  phs_diag diag = {0};
  const phs_target_description *d;
  double memory;
  assert_int_equal(phs_target_load("cpu", &diag, &d), PHASOR_OK);
  assert_true(
      phs_target_holds(d, phs_target_level_find(d, "machine"), PHS_CAPACITY_SHARED_BYTES, &memory));
  assert_true(memory == phs_remat_cpu.memory);
  const double ns = 1e-6; /* in ms */
  assert_true(fabs(d->event[PHS_EVENT_SYNAPSE].time.most / ns - phs_remat_cpu.store_event) < 1e-9);
  assert_true(fabs(d->event[PHS_EVENT_DRAW].time.most / ns - phs_remat_cpu.draw) < 1e-9);
  phs_target_free(d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(described_targets_are_listed),
      cmocka_unit_test(remat_decides_by_the_description),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
