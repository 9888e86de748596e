/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phs_map_measure(): flows, blocks and use of the slices as they are. */
#include "map/measure.h"

#define MOST_THREADS 256 /* of phs_parallel() */

phasor_status phs_map_measure(phs_map *m, phs_diag *diag) {
  int jobs = m->options.jobs > 1 ? m->options.jobs : 1;
  phs_measure ms = {.m = m,
                    .w = m->work,
                    .machine = m->machine,
                    .threads = jobs < MOST_THREADS ? jobs : MOST_THREADS,
                    .arena = phs_arena_create()};
  atomic_init(&ms.failed, false);
  phs_arena_destroy(m->measured);
  m->flows = (phs_flows){0};
  m->block_row = NULL;
  m->block = NULL;
  m->use = NULL;
  m->measured = phs_arena_create();
  bool ok = ms.arena && m->measured && phs_measure_prepare(&ms);
  if (ok) {
    phs_measure_rows(&ms);
    ok = !atomic_load(&ms.failed) && phs_measure_flows(&ms);
    phs_measure_rows_free(&ms);
    ok = ok && phs_measure_blocks(&ms) && phs_measure_use(&ms);
  }
  phs_pairs_free(&ms);
  phs_arena_destroy(ms.arena);
  if (ok) {
    return PHASOR_OK;
  }
  phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory to measure the messages between %u slices",
             m->slice_count);
  return PHASOR_ERROR_INTERNAL;
}
