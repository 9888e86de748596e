/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

phasor_status phs_target_to_run(const phasor_options *o, phs_diag *diag, phs_target *out) {
  phasor_status status = phs_target_find(o->target ? o->target : "reference", diag, out);
  if (status == PHASOR_OK && out->kind == PHS_TARGET_MAPPED) {
    phs_report(diag, PHS_TARGET_LATER, &(phs_place){.where = "--target"},
               "use -t cpu, or -t reference; build --emit=map maps the network",
               "networks do not run on target '%s' in this version", o->target);
    return PHASOR_ERROR_TARGET;
  }
  if (status == PHASOR_OK && !phs_target_runs_here(out)) {
    phs_report(diag, PHS_TARGET_CANNOT_RUN, &(phs_place){.where = "--target"},
               "build it with --emit=exe and run it on that machine",
               "programs for %s do not run on this machine", o->target);
    return PHASOR_ERROR_TARGET;
  }
  return status;
}

static phasor_status new_program(phasor_network *n, const phs_net *net, phasor_program **out) {
  phasor_status status = phs_network_need_step(n);
  if (status != PHASOR_OK) {
    return status;
  }
  *out = calloc(1, sizeof **out);
  if (!*out) {
    return phs_no_memory(&n->session->diag, "a program");
  }
  (*out)->network = n;
  (*out)->net = net;
  return PHASOR_OK;
}

/* The interpreter on @p net. */
static phasor_status interpret(phasor_network *n, const phs_net *net, phasor_program **out) {
  phasor_program *p;
  phasor_status status = new_program(n, net, &p);
  if (status != PHASOR_OK) {
    return status;
  }
  unsigned errors = n->session->diag.errors;
  p->interp = phs_interp_create(net, &n->session->diag);
  if (!p->interp) {
    free(p);
    return n->session->diag.errors > errors ? PHASOR_ERROR_MODEL
                                            : phs_no_memory(&n->session->diag, "the interpreter");
  }
  *out = p;
  return PHASOR_OK;
}

phasor_status phs_engine_oracle(phasor_network *n, const phasor_options *o, phasor_program **out) {
  phasor_status status = phs_network_optimise(n, o);
  return status == PHASOR_OK ? interpret(n, n->opt, out) : status;
}

static phasor_status compile(phasor_network *n, const phasor_options *o, const phs_target *target,
                             int threads, phasor_program **out) {
  phasor_status status = phs_network_optimise(n, o);
  phasor_program *p = NULL;
  if (status == PHASOR_OK && !n->opt->discrete) { /* the pipeline was the user's own */
    return phs_cpu_check(n->opt, NULL, &n->session->diag);
  }
  if (status != PHASOR_OK || (status = new_program(n, n->opt, &p)) != PHASOR_OK) {
    return status;
  }
  phs_diag *diag = &n->session->diag;
  unsigned errors = diag->errors;
  double began = phs_stage_begin(n->session, "generate code");
  phs_cpu_options options = {
      .triple = target->triple, .cpu = o->cpu, .opt_level = o->opt_level, .threads = o->jobs};
  p->threads = threads;
  p->cpu = phs_cpu_load(n->ir, n->opt_module, n->opt, &options, diag);
  phs_stage_end(n->session, "generate code", began);
  p->run = p->cpu ? phs_cpu_run_create_threads(p->cpu, threads) : NULL;
  if (!p->run) {
    status = diag->errors > errors ? PHASOR_ERROR_TARGET : phs_no_memory(diag, "the program");
    phasor_program_destroy(p);
    return status;
  }
  *out = p;
  return PHASOR_OK;
}

phasor_status phs_engine_create(phasor_network *n, const phasor_options *o,
                                const phs_target *target, int threads, phasor_program **out) {
  if (target->kind == PHS_TARGET_CPU) {
    return compile(n, o, target, threads, out);
  }
  return o->passes ? phs_engine_oracle(n, o, out) : interpret(n, n->net, out);
}

phasor_status phs_engine_fork(const phasor_program *p, phasor_program **out) {
  if (p->interp) {
    return interpret(p->network, p->net, out);
  }
  phasor_program *fork;
  phasor_status status = new_program(p->network, p->net, &fork);
  if (status != PHASOR_OK) {
    return status;
  }
  fork->cpu = p->cpu;
  fork->shares_code = true;
  fork->threads = p->threads;
  fork->run = phs_cpu_run_create_threads(p->cpu, p->threads);
  if (!fork->run) {
    phasor_program_destroy(fork);
    return phs_no_memory(&p->network->session->diag, "a state of the program");
  }
  *out = fork;
  return PHASOR_OK;
}

phasor_status phasor_program_create(phasor_network *n, const phasor_options *o,
                                    phasor_program **out) {
  o = phs_options_or_default(o);
  phs_target target;
  phasor_status status = phs_target_to_run(o, &n->session->diag, &target);
  return status == PHASOR_OK ? phs_engine_create(n, o, &target, o->jobs, out) : status;
}

void phasor_program_destroy(phasor_program *p) {
  if (!p) {
    return;
  }
  phs_interp_destroy(p->interp);
  if (p->run) {
    phs_cpu_run_destroy(p->run);
  }
  if (p->cpu && !p->shares_code) {
    phs_cpu_unload(p->cpu);
  }
  free(p);
}

void phasor_program_reset(phasor_program *p) {
  if (p->interp) {
    phs_interp_reset(p->interp);
  } else {
    phs_cpu_run_reset(p->run);
  }
}

void phasor_program_step(phasor_program *p, const float *const *inputs) {
  if (p->interp) {
    phs_interp_step(p->interp, inputs);
  } else {
    phs_cpu_run_step(p->run, inputs);
  }
}

bool phs_engine_quantity(const phasor_program *p, int op, const char *var, phs_quantity *out) {
  return p->interp ? phs_interp_quantity(p->interp, op, var, out)
                   : phs_cpu_run_quantity(p->run, op, var, out);
}

phasor_status phs_engine_need_quantity(const phasor_program *p, int op, const char *var,
                                       const char *option, phs_quantity *out) {
  if (phs_engine_quantity(p, op, var, out)) {
    return PHASOR_OK;
  }
  /* Say what there is: the states, spikes and out, each tried. */
  char has[256] = "";
  const phs_op *o = &p->net->op[op];
  const char *names[PHS_MAX_STATES + 3] = {"spikes", "out", "w"};
  int count = 3;
  for (int i = 0; o->kind == PHS_OP_NEURONS && i < PHS_MAX_STATES; i++) {
    const phs_model_info *model = o->neurons.kernel ? NULL : phs_model_get(o->neurons.model);
    if (i < (model ? model->state_count : o->neurons.state_count)) {
      names[count++] = model ? model->state[i] : o->neurons.state[i];
    }
  }
  phs_quantity found;
  size_t at = 0;
  for (int i = 0; i < count && at < sizeof has; i++) {
    if (phs_engine_quantity(p, op, names[i], &found)) {
      at += (size_t)snprintf(has + at, sizeof has - at, "%s%s", at ? ", " : "it has ", names[i]);
    }
  }
  phs_report(&p->network->session->diag, PHS_UNKNOWN_QUANTITY,
             &(phs_place){.file = p->net->file, .where = option},
             at ? has : "the optimiser merged the node into another; -t reference keeps every node",
             "node '%s' has no quantity '%s'", o->name, var);
  return PHASOR_ERROR_USAGE;
}

phasor_status phasor_program_view(phasor_program *p, const char *node, const char *var,
                                  phasor_view *out) {
  int op = phs_find_node(&p->network->session->diag, p->net, node, NULL);
  phs_quantity q;
  if (op < 0 || phs_engine_need_quantity(p, op, var, NULL, &q) != PHASOR_OK) {
    return PHASOR_ERROR_USAGE;
  }
  *out = (phasor_view){q.elem == PHS_I1    ? PHASOR_I1
                       : q.elem == PHS_I32 ? PHASOR_I32
                                           : PHASOR_F32,
                       q.count, q.data};
  return PHASOR_OK;
}
