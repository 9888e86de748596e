/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file tables.h  What a program has, carried inside of its object, for `phasorc inspect`. */
#ifndef PHS_CPU_TABLES_H
#define PHS_CPU_TABLES_H

#include "backends/cpu/plan.h"
#include "base/buf.h"

/**
 * Adds assembly that puts one line of JSON into the section `.phasor`, which is never loaded: the
 * program's symbol prefix, step, state bytes, and its inputs, outputs and quantities as in the
 * header. Programs that are linked together have one line each.
 */
void phs_cpu_tables(const phs_cpu_plan *plan, phs_buf *assembly);

#endif
