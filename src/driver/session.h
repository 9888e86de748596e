/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file session.h  What a session holds, for the driver. */
#ifndef PHS_DRIVER_SESSION_H
#define PHS_DRIVER_SESSION_H

#include "diag/diag.h"
#include "phasor/session.h"

/** A stage that has ended. */
typedef struct phs_stage {
  const char *name; /**< static */
  double seconds;
} phs_stage;

struct phasor_session {
  phs_diag diag;
  phasor_progress_fn progress;
  void *progress_user;
  phs_stage *stage;
  size_t stage_count, stage_cap;
};

/** Begins a stage: tells the progress callback and returns the monotonic time in seconds. */
double phs_stage_begin(phasor_session *s, const char *name);
/** Ends the stage that began at @p began. @p name is static. */
void phs_stage_end(phasor_session *s, const char *name, double began);
/** Tells the progress callback how much of a stage is done. */
void phs_stage_progress(phasor_session *s, const char *name, double fraction);
/** Monotonic time in seconds. */
double phs_now(void);
/** Reports out-of-memory and returns its status. @p what: "reading the input". */
phasor_status phs_no_memory(phs_diag *diag, const char *what);

#endif
