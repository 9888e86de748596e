/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Lint: what is valid, but probably not meant. And whether a target can express the network. */
#include "phasor/build.h"

#include "backends/cpu/cpu.h"

#include "driver/mapping.h"
#include "driver/network.h"
#include "driver/targets.h"
#include "passes/passes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static phs_place place_of(const phs_net *net, const phs_op *op) {
  return (phs_place){.file = net->file,
                     .where = op->where ? op->where : op->name,
                     .line = op->line,
                     .column = op->column};
}

/* Nodes from which no edge leads on to what the network is run for: outputs or, without any,
 * populations. */
static void lint_dead(const phs_net *net, phs_diag *diag) {
  size_t count = (size_t)net->op_count;
  bool *alive = calloc(count + 1, sizeof *alive);
  bool changed = alive != NULL;
  phs_op_kind root = phs_pass_root_kind(net);
  for (size_t i = 0; alive && i < count; i++) {
    alive[i] = net->op[i].kind == root;
  }
  while (changed) { /* delays lead backwards, so one pass from the end may not be enough */
    changed = false;
    for (size_t i = count; i-- > 0;) {
      for (int k = 0; alive[i] && k < net->op[i].operand_count; k++) {
        bool *operand = &alive[net->op[i].operand[k]];
        changed |= !*operand;
        *operand = true;
      }
    }
  }
  for (size_t i = 0; alive && i < count; i++) {
    if (!alive[i] && !strchr(net->op[i].name, '#')) {
      phs_place place = place_of(net, &net->op[i]);
      phs_report(diag, PHS_LINT_DEAD, &place, "connect it, or leave it out of the export",
                 "node '%s' does not lead to %s", net->op[i].name,
                 root == PHS_OP_OUTPUT ? "an output" : "a population");
    }
  }
  free(alive);
}

/* Forward Euler with a step above a time constant. Each population is reported once, with its
 * shortest one. */
static void lint_unstable(const phs_net *net, phs_diag *diag) {
  static const char *const names[] = {"tau", "tau_mem", "tau_syn"};
  for (int i = 0; i < net->op_count && net->conventions.integrator == PHS_EULER; i++) {
    const phs_op *op = &net->op[i];
    if (op->kind != PHS_OP_NEURONS || op->neurons.kernel) {
      continue;
    }
    double shortest = net->dt;
    const char *which = NULL;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
      int index = phs_model_param(op->neurons.model, names[k]);
      for (size_t e = 0; index >= 0 && e < op->neurons.param[index].n; e++) {
        if (op->neurons.param[index].v[e] < shortest) {
          shortest = op->neurons.param[index].v[e];
          which = names[k];
        }
      }
    }
    if (which) {
      phs_place place = place_of(net, op);
      phs_report(
          diag, PHS_LINT_UNSTABLE, &place, "use a shorter --dt, or --convention integrator=exact",
          "population '%s': the step of %g s is longer than its %s of %g s, so Euler overshoots%s",
          op->name, net->dt, which, shortest,
          net->dt >= 2 * shortest ? " and grows without bound" : "");
    }
  }
}

static bool all_zero(const phs_tensor *t) {
  size_t n = t->data ? phs_shape_count(&t->shape) : 0;
  for (size_t i = 0; i < n; i++) {
    if (t->data[i] != 0) {
      return false;
    }
  }
  return true;
}

static bool gives_zero(const phs_net *net, int i) {
  const phs_op *op = &net->op[i];
  bool chained = op->operand_count > 1;
  if (op->kind == PHS_OP_LINEAR) {
    return all_zero(&op->linear.weight) && all_zero(&op->linear.bias) &&
           (!chained || gives_zero(net, op->operand[1]));
  }
  return op->kind == PHS_OP_CONV && all_zero(&op->conv.weight) && all_zero(&op->conv.bias) &&
         (!chained || gives_zero(net, op->operand[1]));
}

static void lint_silent(const phs_net *net, phs_diag *diag) {
  for (int i = 0; i < net->op_count; i++) {
    const phs_op *op = &net->op[i];
    if (op->kind != PHS_OP_NEURONS || op->neurons.kernel || !gives_zero(net, op->operand[0])) {
      continue;
    }
    bool above = true;
    static const char *const names[] = {"v_threshold", "threshold", "v_leak"};
    for (size_t k = 0; k < 3; k++) {
      int index = phs_model_param(op->neurons.model, names[k]);
      for (size_t e = 0; index >= 0 && e < op->neurons.param[index].n; e++) {
        above &= k < 2 ? op->neurons.param[index].v[e] > 0 : op->neurons.param[index].v[e] == 0;
      }
    }
    if (above && phs_model_get(op->neurons.model)->spiking) {
      phs_place place = place_of(net, op);
      phs_report(diag, PHS_LINT_SILENT, &place, NULL,
                 "population '%s' can never spike: all weights and biases of its input are 0",
                 op->name);
    }
  }
}

static phasor_status check_map(phasor_network *n, const phasor_options *o,
                               const phs_target *target) {
  phs_mapping mapping = {0};
  phasor_status status = phs_mapping_make(n, o, target, &mapping);
  phs_mapping_free(&mapping);
  return status;
}

phasor_status phasor_check(phasor_network *n, const phasor_options *o) {
  o = phs_options_or_default(o);
  phs_diag *diag = &n->session->diag;
  phs_target target;
  unsigned before = diag->errors;
  double began = phs_stage_begin(n->session, "lint");
  lint_dead(n->net, diag);
  lint_unstable(n->net, diag);
  lint_silent(n->net, diag);
  phs_stage_end(n->session, "lint", began);
  phasor_status status = o->target ? phs_target_find(o->target, diag, &target) : PHASOR_OK;
  if (status == PHASOR_OK && o->target && target.kind == PHS_TARGET_MAPPED) {
    status = check_map(n, o, &target);
  } else if (status == PHASOR_OK && (o->target || o->passes)) {
    status = phs_network_optimise(n, o);
  }
  if (status == PHASOR_OK && o->target && target.kind == PHS_TARGET_CPU) {
    const phs_cpu_options options = {
        .triple = target.triple, .cpu = o->cpu, .opt_level = o->opt_level};
    status = phs_cpu_check(n->opt, &options, diag);
  }
  return status == PHASOR_OK && diag->errors > before ? PHASOR_ERROR_MODEL : status;
}
