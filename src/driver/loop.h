/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file loop.h  The loop over samples and steps, on one or more threads. */
#ifndef PHS_DRIVER_LOOP_H
#define PHS_DRIVER_LOOP_H

#include "driver/probe.h"
#include "driver/result.h"

/** A quantity of the target that is compared with the oracle's. */
typedef struct phs_compare_item {
  int target_op, oracle_op;
  const char *var;
} phs_compare_item;

/** What the loop reads and fills. Rows of different samples never share memory, so samples run in
 * parallel. */
typedef struct phs_loop {
  phasor_program *target;
  phasor_program *oracle; /**< or NULL: nothing is compared */
  const phs_inputs *in;
  phs_probes *probes[2]; /**< recorded; entries may be NULL */
  phs_watch *watch;
  phasor_result *result;
  const phs_compare_item *item;
  size_t item_count;
  phasor_comparison
      *seen; /**< [samples][item_count], zeroed; the loop fills counts and first differences */
} phs_loop;

/** How many samples run at the same time on @p jobs threads. Where it is one, files of recordings
 * may be open (phs_probes_open()). */
int phs_loop_workers(const phs_inputs *in, int jobs);
/** How many threads are left for each of them, at least 1. */
int phs_loop_threads(const phs_inputs *in, int jobs);
/** Runs all samples on at most @p jobs threads; sets the summary's wall time.
 * Ends early where a file cannot be written: phs_probes_write() then says so. */
phasor_status phs_loop_run(const phs_loop *loop, int jobs);

/** Compares @p count values and notes in @p c what differs by more than @p tolerance (NaN only
 * equals NaN). */
void phs_compare_values(phasor_comparison *c, phs_record_type expected_type, const void *expected,
                        phs_record_type got_type, const void *got, size_t count, double tolerance);

#endif
