/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file cpu.h  The CPU back end: networks at level `opt` to native code, ahead of time. */
#ifndef PHS_CPU_CPU_H
#define PHS_CPU_CPU_H

#include "ir/ir.h"

typedef enum phs_cpu_kind {
  PHS_CPU_LLVM,
  PHS_CPU_ASM,
  PHS_CPU_OBJ,
  PHS_CPU_HEADER,
  PHS_CPU_SO,
  PHS_CPU_EXE
} phs_cpu_kind;

typedef struct phs_cpu_options {
  const char
      *triple; /**< NULL: this host. "aarch64-linux-gnu", "riscv64-linux-gnu", "x86_64-linux-gnu" */
  const char *cpu; /**< LLVM's name; NULL: the host's own for the host, generic for others */
  int opt_level;   /**< 0..3 */
  const char
      *symbol;   /**< prefix of the exported symbols: a C identifier; NULL: the network's name */
  int64_t steps; /**< PHS_CPU_EXE: how many it runs where its command line does not say and it has
                    no inputs; 0: it must be told */
  int threads;   /**< phs_cpu_load(): how many make the tables of synapses, and run each step where
                    phs_cpu_run_create() is not told otherwise; 0 and 1: the caller alone. Never
                    changes a bit. */
} phs_cpu_options;

/** Whether a program for @p options can be made of @p net (level `opt`); reports why not. */
phasor_status phs_cpu_check(const phs_net *net, const phs_cpu_options *options, phs_diag *diag);
/** Writes one artefact of @p net (level `opt`, as read from @p module) to @p path. On failure
 * nothing is left there. */
phasor_status phs_cpu_build(phs_ir *ir, MlirModule module, const phs_net *net,
                            const phs_cpu_options *options, phs_cpu_kind kind, const char *path,
                            phs_diag *diag);

/** The program in this process: the very object that PHS_CPU_OBJ gives, linked by LLVM's JIT
 * linker, with its tables of synapses, which all its runs share. */
typedef struct phs_cpu_program phs_cpu_program;
phs_cpu_program *phs_cpu_load(phs_ir *ir, MlirModule module, const phs_net *net,
                              const phs_cpu_options *options, phs_diag *diag);
void phs_cpu_unload(phs_cpu_program *p);
/** Bytes of the tables, and of one run's state block. */
size_t phs_cpu_table_bytes(const phs_cpu_program *p);
size_t phs_cpu_state_bytes(const phs_cpu_program *p);

/** One run of the program: a state block, and where it has several threads, those. Runs of one
 * program may go on at the same time. NULL without memory or threads. */
typedef struct phs_cpu_run phs_cpu_run;
/** With the threads of phs_cpu_options.threads. */
phs_cpu_run *phs_cpu_run_create(const phs_cpu_program *p);
/** With @p threads threads, the caller of phs_cpu_run_step() among them. */
phs_cpu_run *phs_cpu_run_create_threads(const phs_cpu_program *p, int threads);
void phs_cpu_run_destroy(phs_cpu_run *r);
void phs_cpu_run_reset(phs_cpu_run *r);
/** One step; inputs as in phs_interp_step(). */
void phs_cpu_run_step(phs_cpu_run *r, const float *const *inputs);
/** Like phs_interp_quantity(): the data lie in the state block. An op that fusion removed has none.
 */
struct phs_quantity;
bool phs_cpu_run_quantity(const phs_cpu_run *r, int op, const char *var, struct phs_quantity *out);

#endif
