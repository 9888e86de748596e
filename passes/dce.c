/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor-dce: removes ops whose results reach no output. Upstream's DCE does not know the dialect's
 * ops as pure. */
#include "base/buf.h"
#include "ir/edit.h"
#include "passes.h"

#include <stdlib.h>

/* Marks what the outputs and kept ops need; operands of delays and synapses may come later in the
 * order, so it repeats until nothing changes. */
static void mark_live(const phs_net *net, bool *live) {
  bool changed = true;
  phs_op_kind root = phs_pass_root_kind(net);
  while (changed) {
    changed = false;
    for (int i = net->op_count; i-- > 0;) {
      const phs_op *op = &net->op[i];
      if (!live[i] && op->kind != root && op->kind != PHS_OP_INPUT && !op->keep) {
        continue;
      }
      live[i] = true;
      for (int k = 0; k < op->operand_count; k++) {
        if (!live[op->operand[k]]) {
          live[op->operand[k]] = true;
          /* One pass from the end reaches everything but what lies behind a delay's back edge. */
          changed = changed || op->operand[k] > i;
        }
      }
    }
  }
}

static void report(phs_ir *ir, const phs_net *net, const bool *live, int dead) {
  phs_buf names = {0};
  int shown = 0;
  for (int i = 0; i < net->op_count && shown < 8; i++) {
    if (!live[i]) {
      phs_buf_printf(&names, "%s%s", shown++ ? ", " : "", net->op[i].name);
    }
  }
  if (dead > shown) {
    phs_buf_printf(&names, " and %d more", dead - shown);
  }
  phs_place place = {.file = net->file};
  phs_report(ir->diag, PHS_DCE_DROPPED, &place,
             "connect them to an output, or leave out phasor-dce to record them",
             "dropped %d op%s whose results reach no output: %s", dead, dead == 1 ? "" : "s",
             phs_buf_cstr(&names));
  phs_buf_free(&names);
}

static phasor_status run(phs_ir *ir, MlirModule module, const char *const *values) {
  (void)values;
  phs_ir_view view;
  phasor_status status = phs_ir_view_open(ir, module, &view);
  if (status != PHASOR_OK) {
    return status;
  }
  bool *live = PHS_NEW_ARRAY(view.net->arena, bool, (size_t)view.net->op_count);
  if (!live) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for phasor-dce");
    phs_ir_view_free(&view);
    return PHASOR_ERROR_INTERNAL;
  }
  mark_live(view.net, live);
  int dead = 0;
  for (int i = 0; i < view.net->op_count; i++) {
    dead += !live[i];
  }
  if (dead > 0) {
    report(ir, view.net, live, dead);
    phs_ir_erase(ir, &view, live);
  }
  phs_ir_view_free(&view);
  return PHASOR_OK;
}

const phs_pass phs_pass_dce = {
    .info = {"phasor-dce", "removes ops whose results reach no output",
             "An op whose result reaches no output of the network, directly or through other ops, "
             "changes nothing that the "
             "network computes: it is removed, cycles of such ops too. A note lists what was "
             "dropped, since its states "
             "cannot be recorded any more. Upstream's canonicalize leaves such ops alone, as it "
             "cannot know that the "
             "dialect's ops have no side effects."},
    .run = run,
};
