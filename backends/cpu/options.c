/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/options.h"

phasor_status phs_cpu_choose(const phs_cpu_options *options, phs_diag *diag, phs_cpu_choice *out) {
  static const phs_cpu_options none = {.opt_level = 2};
  const phs_cpu_options *o = options ? options : &none;
  if (o->opt_level < 0 || o->opt_level > 3) {
    phs_report(diag, PHS_CPU_LEVEL, NULL, "give 0, 1, 2 or 3", "there is no optimisation level %d",
               o->opt_level);
    return PHASOR_ERROR_USAGE;
  }
  *out = (phs_cpu_choice){.target = phs_cpu_target_find(o->triple, diag),
                          .native = !o->triple,
                          .cpu = o->cpu,
                          .symbol = o->symbol,
                          .opt_level = o->opt_level};
  return out->target ? PHASOR_OK : PHASOR_ERROR_TARGET;
}
