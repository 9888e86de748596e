/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file header.h  The C header of a program. */
#ifndef PHS_CPU_HEADER_H
#define PHS_CPU_HEADER_H

#include "backends/cpu/plan.h"
#include "base/buf.h"

/** The header's text; errors stick in @p out. */
void phs_cpu_header(const phs_cpu_plan *plan, phs_buf *out);
/** @p s as a C string with its quotes, in plain ASCII. */
void phs_cpu_c_string(phs_buf *out, const char *s);

#endif
