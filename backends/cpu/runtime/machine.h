/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file machine.h  The program of an executable with what it runs on: a state block, tables of
 * synapses where it has any, and threads. */
#ifndef PHS_CPU_RUNTIME_MACHINE_H
#define PHS_CPU_RUNTIME_MACHINE_H

#include "crew.h"

#include <stdbool.h>

typedef struct phs_machine {
  unsigned char *state; /**< as the program's header describes it */
  void *tables;
  phs_crew *crew;
  const float *const *inputs; /**< of the step at hand */
} phs_machine;

/** Allocates all and makes the tables; false without memory or threads. @p m is closed in any
 * case. */
bool phs_machine_open(phs_machine *m, int threads);
void phs_machine_close(phs_machine *m);
/** To the state before the first step. */
void phs_machine_init(phs_machine *m);
void phs_machine_step(phs_machine *m, const float *const *inputs);

#endif
