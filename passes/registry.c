/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "passes.h"

#include <string.h>

static const phs_pass *const passes[] = {&phs_pass_discretize, &phs_pass_dce, &phs_pass_fuse,
                                         &phs_pass_remat, &phs_pass_retime};

const char phs_default_pipeline[] =
    "phasor-discretize,phasor-fuse,phasor-remat,inline,symbol-dce,canonicalize,cse";

size_t phs_pass_count(void) {
  return sizeof passes / sizeof *passes;
}

const phs_pass_info *phs_pass_get(size_t i) {
  return i < phs_pass_count() ? &passes[i]->info : NULL;
}

phs_op_kind phs_pass_root_kind(const phs_net *net) {
  for (int i = 0; i < net->op_count; i++) {
    if (net->op[i].kind == PHS_OP_OUTPUT) {
      return PHS_OP_OUTPUT;
    }
  }
  return PHS_OP_NEURONS;
}

const phs_pass *phs_pass_find(const char *name, size_t length) {
  for (size_t i = 0; i < phs_pass_count(); i++) {
    if (strlen(passes[i]->info.name) == length && memcmp(passes[i]->info.name, name, length) == 0) {
      return passes[i];
    }
  }
  return NULL;
}
