/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file targets.h  Targets by name. */
#ifndef PHS_DRIVER_TARGETS_H
#define PHS_DRIVER_TARGETS_H

#include "diag/diag.h"

typedef enum phs_target_kind {
  PHS_TARGET_REFERENCE,
  PHS_TARGET_CPU,
  PHS_TARGET_MAPPED /**< described: networks are mapped onto it, and nothing runs yet */
} phs_target_kind;

typedef struct phs_target {
  phs_target_kind kind;
  const char *triple;      /**< of cpu:TRIPLE, borrowed from the name; NULL for this host */
  const char *description; /**< what phs_target_load() takes: a name or a path; NULL: it has none */
} phs_target;

/** One row of `phasorc list targets`. */
typedef struct phs_target_row {
  const char *name, *summary;
  const char *text; /**< NULL: its description says all (target/target.h) */
  phs_target_kind kind;
} phs_target_row;
/** Row @p i, or NULL past the end. */
const phs_target_row *phs_target_row_get(size_t i);

/** The target that @p name means, which lives as long as @p out; a path of a description is not
 * read. */
phasor_status phs_target_find(const char *name, phs_diag *diag, phs_target *out);
/** Whether programs for the target run in this process: the reference, this host, or a triple of
 * its architecture. */
bool phs_target_runs_here(const phs_target *t);

#endif
