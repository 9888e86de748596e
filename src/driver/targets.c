/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/targets.h"

#include "phasor/list.h"
#include "target/target.h"

#include <stdio.h>
#include <string.h>

#define MAPPED " (maps; nothing runs on it yet)"

static const phs_target_row rows[] = {
    {"reference", "the reference interpreter, which defines the right answer",
     "Evaluates the network op by op in 32-bit floats, slowly and plainly. Artefacts: net, opt. "
     "Every other target is held "
     "to its bits by `phasorc verify`.",
     PHS_TARGET_REFERENCE},
    {"cpu", "native code for this host",
     "Compiled ahead of time by LLVM for the processor of this machine. Artefacts: llvm, asm, obj, "
     "header, so, exe, map (slices for threads). The "
     "object needs only libc and libm, and gives the bits of the reference.",
     PHS_TARGET_CPU},
    {"cpu:TRIPLE", "native code for another machine, for example cpu:aarch64-linux-gnu",
     "As cpu, for the machine that the triple names: x86_64-linux-gnu, aarch64-linux-gnu, "
     "riscv64-linux-gnu. --cpu NAME "
     "chooses the processor.",
     PHS_TARGET_CPU},
    {"loihi1", "Loihi 1" MAPPED, NULL, PHS_TARGET_MAPPED},
    {"loihi2", "Loihi 2" MAPPED, NULL, PHS_TARGET_MAPPED},
    {"hala-point", "1152 Loihi 2 chips" MAPPED, NULL, PHS_TARGET_MAPPED},
    {"spinnaker1", "the 48-chip SpiNNaker board" MAPPED, NULL, PHS_TARGET_MAPPED},
    {"spinnaker1-4chip", "the 4-chip SpiNNaker board" MAPPED, NULL, PHS_TARGET_MAPPED},
    {"spinnaker1-million", "a SpiNNaker machine of a million cores" MAPPED, NULL,
     PHS_TARGET_MAPPED},
    {"spinnaker2", "SpiNNaker 2" MAPPED, NULL, PHS_TARGET_MAPPED},
    {"truenorth", "TrueNorth" MAPPED, NULL, PHS_TARGET_MAPPED},
};
enum { ROWS = sizeof rows / sizeof *rows };

const phs_target_row *phs_target_row_get(size_t i) {
  return i < ROWS ? &rows[i] : NULL;
}

phasor_status phs_target_find(const char *name, phs_diag *diag, phs_target *out) {
  if (strncmp(name, "cpu:", 4) == 0 && name[4]) {
    *out = (phs_target){PHS_TARGET_CPU, name + 4, NULL};
    return PHASOR_OK;
  }
  const char *names[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    if (strcmp(rows[i].name, name) == 0) {
      size_t size;
      bool described = phs_shipped_target_text(name, &size) != NULL;
      *out = (phs_target){rows[i].kind, NULL, described ? rows[i].name : NULL};
      return PHASOR_OK;
    }
    names[i] = rows[i].name;
  }
  if (phs_target_is_path(name)) {
    *out = (phs_target){PHS_TARGET_MAPPED, NULL, name};
    return PHASOR_OK;
  }
  const char *near = phasor_nearest(name, names, ROWS);
  char help[128];
  snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
  phs_report(diag, PHS_UNKNOWN_TARGET, &(phs_place){.where = "--target"},
             near ? help : "`phasorc list targets` lists them", "there is no target '%s'", name);
  return PHASOR_ERROR_USAGE;
}

bool phs_target_runs_here(const phs_target *t) {
#if defined(__x86_64__)
  const char *here = "x86_64-";
#elif defined(__aarch64__)
  const char *here = "aarch64-";
#elif defined(__riscv) && __riscv_xlen == 64
  const char *here = "riscv64-";
#else
  const char *here = "?";
#endif
  return t->kind == PHS_TARGET_REFERENCE ||
         (t->kind == PHS_TARGET_CPU && (!t->triple || strncmp(t->triple, here, strlen(here)) == 0));
}
