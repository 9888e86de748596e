/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file options.h  phs_cpu_options with defaults filled in and checked. */
#ifndef PHS_CPU_OPTIONS_H
#define PHS_CPU_OPTIONS_H

#include "backends/cpu/cpu.h"
#include "backends/cpu/target.h"

typedef struct phs_cpu_choice {
  const phs_cpu_target *target;
  bool native; /**< for this very host: its processor unless `cpu` says otherwise */
  const char *cpu, *symbol;
  int opt_level;
} phs_cpu_choice;

/** @p options may be NULL: this host, level 2. */
phasor_status phs_cpu_choose(const phs_cpu_options *options, phs_diag *diag, phs_cpu_choice *out);

#endif
