/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file engine.h  One network in execution, whatever executes it: the interpreter or a CPU
 * program. */
#ifndef PHS_DRIVER_ENGINE_H
#define PHS_DRIVER_ENGINE_H

#include "backends/cpu/cpu.h"
#include "driver/network.h"
#include "driver/targets.h"
#include "interp/interp.h"
#include "phasor/run.h"

struct phasor_program {
  phasor_network *network;
  const phs_net *net; /**< whose op indices count here; owned by the network */
  phs_interp *interp; /**< or */
  phs_cpu_program *cpu;
  phs_cpu_run *run;
  int threads;      /**< of `run` */
  bool shares_code; /**< `cpu` belongs to another program */
};

/** The target of @p o (reference when it has none), which must run in this process. */
phasor_status phs_target_to_run(const phasor_options *o, phs_diag *diag, phs_target *out);
/**
 * A program for that target; the reference evaluates the network as imported unless `passes` is
 * given.
 * @param threads that run one step together, where the target can; never changes a result
 */
phasor_status phs_engine_create(phasor_network *n, const phasor_options *o,
                                const phs_target *target, int threads, phasor_program **out);
/** The reference interpreter on the optimised network. */
phasor_status phs_engine_oracle(phasor_network *n, const phasor_options *o, phasor_program **out);
/** Another state for the same program, with as many threads, for another thread; @p p must outlive
 * it. */
phasor_status phs_engine_fork(const phasor_program *p, phasor_program **out);
/** Like phs_interp_quantity(). */
bool phs_engine_quantity(const phasor_program *p, int op, const char *var, phs_quantity *out);
/** Like phs_engine_quantity(), with a diagnostic that says what the node has instead. */
phasor_status phs_engine_need_quantity(const phasor_program *p, int op, const char *var,
                                       const char *option, phs_quantity *out);

#endif
