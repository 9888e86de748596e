/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Running a network over input files. */
#include "driver/loop.h"
#include "driver/overwrite.h"
#include "driver/report.h"

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
      *room = (phs_pair){.node = p->net->op[i].name, .var = "out", .file = o->output};
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

/* What a run holds; everything but the result is freed by finish(). */
typedef struct running {
  phasor_network *network;
  const phasor_options *o;
  phs_diag *diag;
  phs_arena *arena;
  phs_pairs records; /**< of the command line, or of the model */
  phs_pair output;
  phasor_program *program;
  phs_inputs in;
  phs_probes probes[2]; /**< records and output */
  phs_watch watch;
  phasor_result *result;
  phs_output report;
  phs_message_counts counts;
  phs_output profile;
} running;

static void finish(running *r) {
  phs_watch_free(&r->watch);
  phs_probes_free(&r->probes[0]);
  phs_probes_free(&r->probes[1]);
  phs_inputs_free(&r->in);
  phs_output_abort(&r->report);
  phs_output_abort(&r->profile);
  phs_message_counts_free(&r->counts);
  phasor_program_destroy(r->program);
  phs_arena_destroy(r->arena);
}

/* What --record says; without it, what the model does. --record-every is over both. */
static phasor_status choose_records(running *r) {
  const phs_yaml_extras *extras = &r->network->extras;
  bool given = r->o->records.count > 0;
  size_t count = given ? r->o->records.count : extras->record_count;
  r->arena = phs_arena_create();
  phs_pair *item = r->arena ? PHS_NEW_ARRAY(r->arena, phs_pair, count + 1) : NULL;
  if (!item) {
    return phs_no_memory(r->diag, "the recordings");
  }
  for (size_t i = 0; i < count; i++) {
    const phs_yaml_record *record = given ? NULL : &extras->record[i];
    item[i] = given ? r->o->records.item[i]
                    : (phs_pair){record->node, record->variable, record->file, record->every};
    if (r->o->record_every) {
      item[i].every = r->o->record_every;
    }
  }
  r->records = (phs_pairs){item, count, count};
  return PHASOR_OK;
}

/* A recording that would hold no row is not what was meant. */
static phasor_status check_every(const running *r) {
  for (size_t i = 0; i < r->probes[0].count; i++) {
    const phs_probe *p = &r->probes[0].item[i];
    if (p->every > r->in.steps) {
      phs_report(r->diag, PHS_RECORD_EVERY,
                 &(phs_place){.file = p->file, .where = "--record-every"},
                 "record more often, or run more --steps",
                 "'%s.%s' is recorded after every %zu steps, and the run has %zu", p->node, p->var,
                 p->every, r->in.steps);
      return PHASOR_ERROR_USAGE;
    }
  }
  return PHASOR_OK;
}

static phasor_status check_files(const running *r) {
  phasor_status status = phs_probes_check_files(&r->probes[0], r->o->output, r->diag);
  const char *const other[] = {r->o->report, r->o->profile};
  for (size_t i = 0; i < 2 && status == PHASOR_OK; i++) {
    status = other[i] ? phs_probes_check_files(&r->probes[0], other[i], r->diag) : status;
  }
  const char *profile = r->o->profile;
  if (status == PHASOR_OK && profile &&
      ((r->o->report && strcmp(r->o->report, profile) == 0) ||
       (r->o->output && strcmp(r->o->output, profile) == 0))) {
    phs_report(r->diag, PHS_RECORD_TWICE, &(phs_place){.file = profile, .where = "--profile"}, NULL,
               "the profile and another output would go to one file");
    status = PHASOR_ERROR_USAGE;
  }
  return status;
}

/* Begins the profile, where one is wanted. */
static phasor_status prepare_profile(running *r) {
  if (!r->o->profile) {
    return PHASOR_OK;
  }
  if (!phs_message_counts_create(r->program, &r->counts)) {
    return phs_no_memory(r->diag, "the profile");
  }
  return phs_output_open(&r->profile, r->o->profile, r->diag);
}

/* Everything that can be refused before the first step. */
static phasor_status prepare(running *r) {
  phs_target target;
  phs_pairs output;
  phasor_status status = phs_target_to_run(r->o, r->diag, &target);
  if (status == PHASOR_OK) {
    status = choose_records(r);
  }
  if (status == PHASOR_OK) {
    status = phs_check_overwrite(r->network, r->o, &r->records, NULL);
  }
  if (status == PHASOR_OK) {
    status = phs_network_keep(r->network, &r->records);
  }
  if (status == PHASOR_OK) {
    status = phs_inputs_read(r->network, r->o, &r->in);
  }
  if (status == PHASOR_OK) {
    status = phs_engine_create(r->network, r->o, &target, phs_loop_threads(&r->in, r->o->jobs),
                               &r->program);
  }
  if (status == PHASOR_OK) {
    status = phs_probes_create(r->program, &r->records, "--record", &r->probes[0]);
  }
  if (status == PHASOR_OK) {
    status = check_every(r);
  }
  if (status == PHASOR_OK) {
    status = check_files(r);
  }
  if (status == PHASOR_OK &&
      (status = with_output(r->program, r->o, &r->output, &output)) == PHASOR_OK) {
    status = phs_probes_create(r->program, &output, "--output", &r->probes[1]);
  }
  if (status == PHASOR_OK) {
    status = phs_report_open(r->o, r->o->output, false, r->diag, &r->report);
  }
  return status == PHASOR_OK ? prepare_profile(r) : status;
}

/* Names of what the model had recorded, for the summary. */
static bool announce_records(running *r) {
  phs_summary *s = &r->result->summary;
  size_t count = r->o->records.count ? 0 : r->records.count;
  phs_summary_record *record = PHS_NEW_ARRAY(r->result->arena, phs_summary_record, count);
  for (size_t i = 0; record && i < count; i++) {
    const phs_pair *pair = &r->records.item[i];
    record[i] = (phs_summary_record){phs_arena_strdup(r->result->arena, pair->node),
                                     phs_arena_strdup(r->result->arena, pair->var),
                                     phs_arena_strdup(r->result->arena, pair->file)};
    if (!record[i].node || !record[i].var || !record[i].file) {
      return false;
    }
  }
  s->record = record;
  s->record_count = count;
  return record != NULL;
}

static phasor_status run(running *r) {
  r->result = phs_result_create(r->program, r->o, &r->in);
  if (!r->result || !announce_records(r) || !phs_watch_create(r->program, r->result, &r->watch)) {
    return phs_no_memory(r->diag, "the summary");
  }
  r->watch.profile = r->o->profile ? &r->counts : NULL;
  bool in_turn = phs_loop_workers(&r->in, r->o->jobs) == 1;
  phasor_status status = check_transient(r->result, r->o, r->network);
  for (int k = 0; status == PHASOR_OK && k < 2; k++) {
    status = in_turn ? phs_probes_open(&r->probes[k], &r->in, r->diag)
                     : phs_probes_allocate(&r->probes[k], &r->in, r->diag);
  }
  phs_loop loop = {.target = r->program,
                   .in = &r->in,
                   .probes = {&r->probes[0], &r->probes[1]},
                   .watch = &r->watch,
                   .result = r->result};
  if (status == PHASOR_OK) {
    status = phs_loop_run(&loop, r->o->jobs);
  }
  return status == PHASOR_OK ? phs_probes_write(r->probes, 2, r->diag) : status;
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
  running r = {.network = n, .o = phs_options_or_default(o), .diag = &n->session->diag};
  phasor_status status = prepare(&r);
  if (status == PHASOR_OK) {
    status = run(&r);
  }
  if (status == PHASOR_OK) {
    status = phs_report_run(r.program, r.o, r.result, &r.report);
  }
  if (status == PHASOR_OK && r.o->profile) {
    status = phs_message_counts_write(&r.counts, &r.in, &r.profile, r.diag);
  }
  if (status == PHASOR_OK) {
    warn_not_finite(n, r.result);
    *out = r.result;
  } else {
    phasor_result_destroy(r.result);
  }
  finish(&r);
  return status;
}
