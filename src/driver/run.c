/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Running a network over input files. */
#include "driver/loop.h"
#include "driver/overwrite.h"

#include <math.h>
#include <string.h>

/* `-o FILE` records the network's one output: a probe like those of --record. */
static phasor_status with_output(const phasor_program *p, const phasor_options *o, phs_pair *room,
                                 phs_pairs *pairs) {
  *pairs = (phs_pairs){0};
  if (!o->output) {
    return PHASOR_OK;
  }
  phs_diag *diag = &p->network->session->diag;
  int outputs = 0;
  for (int i = 0; i < p->net->op_count; i++) {
    if (p->net->op[i].kind == PHS_OP_OUTPUT) {
      outputs++;
      *room = (phs_pair){p->net->op[i].name, "out", o->output};
    }
  }
  if (outputs != 1) {
    phs_report(diag, PHS_OUTPUT_SEVERAL, &(phs_place){.file = p->net->file, .where = "--output"},
               "record each with --record NODE.out=FILE",
               "the network has %d outputs, so -o is not clear", outputs);
    return PHASOR_ERROR_USAGE;
  }
  *pairs = (phs_pairs){room, 1, 1};
  return PHASOR_OK;
}

/* The statistics need something to count. */
static phasor_status check_transient(const phasor_result *r, const phasor_options *o,
                                     const phasor_network *n) {
  const phs_summary *s = &r->summary;
  double run = (double)s->steps * s->dt;
  if (!o->transient_given || (s->has_time && o->transient < run)) {
    return PHASOR_OK;
  }
  phs_place place = {.file = n->path, .where = "--transient"};
  if (s->has_time) {
    phs_report(&n->session->diag, PHS_TRANSIENT_LONG, &place, "give a shorter one, or more --steps",
               "a transient of %g s leaves nothing of a run of %g s", o->transient, run);
  } else {
    phs_report(&n->session->diag, PHS_TRANSIENT_LONG, &place, "give --dt",
               "the model has no time unit, so a transient cannot be left out");
  }
  return PHASOR_ERROR_USAGE;
}

/* The run itself, once the inputs are there. */
static phasor_status run_inputs(phasor_program *p, const phasor_options *o, const phs_inputs *in,
                                phs_probes probes[2], phasor_result **out) {
  phs_diag *diag = &p->network->session->diag;
  phs_watch watch = {0};
  phasor_result *r = NULL;
  bool in_turn = phs_loop_workers(in, o->jobs) == 1;
  phasor_status status = PHASOR_OK;
  r = phs_result_create(p, o, in);
  if (!r || !phs_watch_create(p, r, &watch)) {
    status = phs_no_memory(diag, "the summary");
    goto cleanup;
  }
  status = check_transient(r, o, p->network);
  for (int k = 0; status == PHASOR_OK && k < 2; k++) {
    status =
        in_turn ? phs_probes_open(&probes[k], in, diag) : phs_probes_allocate(&probes[k], in, diag);
  }
  if (status != PHASOR_OK) {
    goto cleanup;
  }
  phs_loop loop = {
      .target = p, .in = in, .probes = {&probes[0], &probes[1]}, .watch = &watch, .result = r};
  status = phs_loop_run(&loop, o->jobs);
  if (status == PHASOR_OK) {
    status = phs_probes_write(probes, 2, diag);
  }
cleanup:
  phs_watch_free(&watch);
  if (status == PHASOR_OK) {
    *out = r;
  } else {
    phasor_result_destroy(r);
  }
  return status;
}

/* A run that grew beyond binary32 is told once, at the first output element that shows it. */
static void warn_not_finite(const phasor_network *n, const phasor_result *r) {
  const phs_summary *s = &r->summary;
  for (size_t i = 0; i < s->output_count; i++) {
    const phs_summary_output *out = &s->output[i];
    for (size_t k = 0; k < s->samples * out->count; k++) {
      if (!isfinite(out->total[k])) {
        phs_report(&n->session->diag, PHS_NOT_FINITE, &(phs_place){.file = n->path},
                   "check --dt, --time-unit and the recurrent weights; --record shows the step",
                   "values of output '%s', element %zu, grew beyond binary32 (the sum is %s)",
                   out->name, k % out->count, isnan(out->total[k]) ? "nan" : "inf");
        return;
      }
    }
  }
}

phasor_status phasor_run(phasor_network *n, const phasor_options *o, phasor_result **out) {
  o = phs_options_or_default(o);
  phs_diag *diag = &n->session->diag;
  phs_target target;
  phasor_program *p = NULL;
  phs_inputs in = {0};
  phs_probes probes[2] = {{0}};
  phs_pair room;
  phs_pairs output;
  phasor_status status = phs_target_to_run(o, diag, &target);
  if (status == PHASOR_OK) {
    status = phs_check_overwrite(n, o, NULL);
  }
  if (status == PHASOR_OK) {
    status = phs_network_keep(n, &o->records);
  }
  if (status == PHASOR_OK) {
    status = phs_inputs_read(n->net, o, n->session, &in);
  }
  if (status == PHASOR_OK) {
    status = phs_engine_create(n, o, &target, &p);
  }
  if (status == PHASOR_OK) {
    status = phs_probes_create(p, &o->records, "--record", &probes[0]);
  }
  if (status == PHASOR_OK) {
    status = phs_probes_check_files(&probes[0], o->output, diag);
  }
  if (status == PHASOR_OK && (status = with_output(p, o, &room, &output)) == PHASOR_OK) {
    status = phs_probes_create(p, &output, "--output", &probes[1]);
  }
  if (status == PHASOR_OK) {
    status = run_inputs(p, o, &in, probes, out);
  }
  if (status == PHASOR_OK) {
    warn_not_finite(n, *out);
  }
  phs_probes_free(&probes[0]);
  phs_probes_free(&probes[1]);
  phs_inputs_free(&in);
  phasor_program_destroy(p);
  return status;
}
