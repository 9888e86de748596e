/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The target against the reference interpreter on the optimised network, and against recordings of
 * other tools. */
#include "driver/loop.h"
#include "driver/overwrite.h"

#include <stdlib.h>
#include <string.h>

/* What a verification holds; everything is freed by finish(). */
typedef struct verification {
  phasor_network *network;
  const phasor_options *o;
  phs_diag *diag;
  phasor_program *target, *oracle;
  phs_inputs in;
  phs_probes records, goldens;
  phs_watch watch;
  phs_compare_item *item;
  size_t item_count;
  phasor_comparison *seen;
  phasor_result *result;
} verification;

static void finish(verification *v) {
  phs_watch_free(&v->watch);
  phs_probes_free(&v->records);
  phs_probes_free(&v->goldens);
  phs_inputs_free(&v->in);
  phasor_program_destroy(v->target);
  phasor_program_destroy(v->oracle);
  free(v->item);
  free(v->seen);
}

/* Adds a pair of ops unless one of the two programs no longer has the quantity, or it is there
 * already. */
static void add_item(verification *v, int target_op, const char *node, const char *var) {
  int oracle_op = phs_net_find(v->oracle->net, node);
  phs_quantity got, want;
  if (oracle_op < 0 || !phs_engine_quantity(v->target, target_op, var, &got) ||
      !phs_engine_quantity(v->oracle, oracle_op, var, &want) || got.count != want.count) {
    return;
  }
  for (size_t i = 0; i < v->item_count; i++) {
    if (v->item[i].target_op == target_op && strcmp(v->item[i].var, var) == 0) {
      return;
    }
  }
  v->item[v->item_count++] = (phs_compare_item){target_op, oracle_op, var};
}

/* Every population's spikes (a graded population's result), every output, every recorded quantity.
 */
static phasor_status choose_items(verification *v) {
  const phs_net *net = v->target->net;
  size_t room = 0;
  v->item = calloc((size_t)net->op_count + v->o->records.count + 1, sizeof *v->item);
  if (!v->item) {
    return phs_no_memory(v->diag, "the comparison");
  }
  for (int i = 0; i < net->op_count; i++) {
    const phs_op *op = &net->op[i];
    if (op->kind == PHS_OP_NEURONS) {
      add_item(v, i, op->name, op->elem == PHS_F32 ? "out" : "spikes");
    } else if (op->kind == PHS_OP_OUTPUT) {
      add_item(v, i, op->name, "out");
    }
  }
  for (size_t i = 0; i < v->records.count; i++) {
    add_item(v, v->records.item[i].op, net->op[v->records.item[i].op].name, v->records.item[i].var);
  }
  if (__builtin_mul_overflow(v->in.samples, v->item_count + 1, &room) ||
      !(v->seen = calloc(room, sizeof *v->seen))) {
    return phs_no_memory(v->diag, "the comparison");
  }
  return PHASOR_OK;
}

static phasor_status prepare(verification *v) {
  phs_target target;
  phasor_status status = phs_target_to_run(v->o, v->diag, &target);
  if (status == PHASOR_OK) {
    status = phs_check_overwrite(v->network, v->o, &v->o->records, NULL);
  }
  if (status == PHASOR_OK) {
    status = phs_network_keep(v->network, &v->o->records);
  }
  if (status == PHASOR_OK) {
    status = phs_network_keep(v->network, &v->o->goldens);
  }
  if (status == PHASOR_OK) {
    status = phs_inputs_read(v->network, v->o, &v->in);
  }
  if (status == PHASOR_OK) {
    status = phs_engine_create(v->network, v->o, &target, phs_loop_threads(&v->in, v->o->jobs),
                               &v->target);
  }
  if (status == PHASOR_OK) {
    status = phs_engine_oracle(v->network, v->o, &v->oracle);
  }
  if (status == PHASOR_OK) {
    status = phs_probes_create(v->target, &v->o->records, "--record", &v->records);
  }
  if (status == PHASOR_OK) {
    status = phs_probes_check_files(&v->records, NULL, v->diag);
  }
  if (status == PHASOR_OK) {
    status = phs_probes_create(v->target, &v->o->goldens, "--golden", &v->goldens);
  }
  if (status == PHASOR_OK) {
    status = phs_loop_workers(&v->in, v->o->jobs) == 1
                 ? phs_probes_open(&v->records, &v->in, v->diag)
                 : phs_probes_allocate(&v->records, &v->in, v->diag);
  }
  if (status == PHASOR_OK) {
    status = phs_probes_allocate(&v->goldens, &v->in, v->diag);
  }
  return status == PHASOR_OK ? choose_items(v) : status;
}

/* One line of the result for each item, the samples added up in their order. */
static bool gather(verification *v) {
  phasor_result *r = v->result;
  for (size_t i = 0; i < v->item_count; i++) {
    phasor_comparison *c = &r->comparison[r->comparison_count++];
    c->node = phs_arena_strdup(r->arena, v->target->net->op[v->item[i].target_op].name);
    c->var = phs_arena_strdup(r->arena, v->item[i].var);
    c->against = "reference";
    if (!c->node || !c->var) {
      return false;
    }
    for (size_t b = 0; b < v->in.samples; b++) {
      const phasor_comparison *seen = &v->seen[b * v->item_count + i];
      if (c->differing == 0 && seen->differing) {
        c->sample = seen->sample;
        c->step = seen->step;
        c->neuron = seen->neuron;
        c->expected = seen->expected;
        c->got = seen->got;
      }
      c->values += seen->values;
      c->differing += seen->differing;
      c->largest = seen->largest > c->largest ? seen->largest : c->largest;
    }
  }
  return true;
}

static phasor_status check_golden(verification *v, const phs_probe *probe,
                                  const phs_stimulus *golden) {
  if (golden->width == probe->rec.width && golden->batch == v->in.samples &&
      golden->steps == v->in.steps) {
    return PHASOR_OK;
  }
  phs_report(v->diag, PHS_GOLDEN_SHAPE, &(phs_place){.file = probe->file, .where = "--golden"},
             "rows are steps, columns are neurons",
             "the golden file has %zu samples of %zu steps of %zu values, but the run recorded %zu "
             "of %zu of %zu",
             golden->batch, golden->steps, golden->width, v->in.samples, v->in.steps,
             probe->rec.width);
  return PHASOR_ERROR_MODEL;
}

/* A list of spikes ends with the last one: what follows is silence. */
static phasor_status read_golden(const verification *v, const phs_probe *probe,
                                 phs_stimulus *golden) {
  phs_stimulus_error error = {0};
  int64_t width = (int64_t)probe->rec.width;
  bool spikes = phs_record_form_of(probe->file) == PHS_RECORD_SPIKES;
  phs_stimulus_options options = {.rank = spikes, .dim = spikes ? &width : NULL};
  if (!phs_stimulus_read(probe->file, &options, golden, &error) ||
      (spikes && golden->steps < v->in.steps &&
       !phs_stimulus_set_steps(golden, v->in.steps, &error))) {
    phs_stimulus_free(golden);
    return phs_report_stimulus(v->diag, probe->file, &error);
  }
  return PHASOR_OK;
}

static phasor_status compare_golden(verification *v, const phs_probe *probe) {
  phs_stimulus golden;
  phasor_status status = read_golden(v, probe, &golden);
  if (status != PHASOR_OK) {
    return status;
  }
  status = check_golden(v, probe, &golden);
  if (status == PHASOR_OK) {
    phasor_result *r = v->result;
    const phs_recording *rec = &probe->rec;
    phasor_comparison *c = &r->comparison[r->comparison_count++];
    c->node = phs_arena_strdup(r->arena, v->target->net->op[probe->op].name);
    c->var = phs_arena_strdup(r->arena, probe->var);
    c->against = phs_arena_strdup(r->arena, probe->file);
    phs_compare_values(c, PHS_RECORD_F32, golden.data, rec->type, rec->data, rec->rows * rec->width,
                       v->o->tolerance);
    /* One index over all rows becomes sample, step and neuron. */
    size_t at = (size_t)c->neuron;
    c->sample = at / rec->width / v->in.steps;
    c->step = at / rec->width % v->in.steps;
    c->neuron = at % rec->width;
    if (!c->node || !c->var || !c->against) {
      status = phs_no_memory(v->diag, "the comparison");
    }
  }
  phs_stimulus_free(&golden);
  return status;
}

static phasor_status run(verification *v) {
  v->result = phs_result_create(v->target, v->o, &v->in);
  if (!v->result || !phs_result_compare(v->result, v->item_count + v->goldens.count) ||
      !phs_watch_create(v->target, v->result, &v->watch)) {
    return phs_no_memory(v->diag, "the comparison");
  }
  phs_loop loop = {.target = v->target,
                   .oracle = v->oracle,
                   .in = &v->in,
                   .probes = {&v->records, &v->goldens},
                   .watch = &v->watch,
                   .result = v->result,
                   .item = v->item,
                   .item_count = v->item_count,
                   .seen = v->seen};
  phasor_status status = phs_loop_run(&loop, v->o->jobs);
  if (status == PHASOR_OK && !gather(v)) {
    status = phs_no_memory(v->diag, "the comparison");
  }
  for (size_t i = 0; status == PHASOR_OK && i < v->goldens.count; i++) {
    status = compare_golden(v, &v->goldens.item[i]);
  }
  return status == PHASOR_OK ? phs_probes_write(&v->records, 1, v->diag) : status;
}

phasor_status phasor_verify(phasor_network *n, const phasor_options *o, phasor_result **out) {
  verification v = {.network = n, .o = phs_options_or_default(o), .diag = &n->session->diag};
  phasor_status status = prepare(&v);
  if (status == PHASOR_OK) {
    status = run(&v);
  }
  if (status == PHASOR_OK) {
    for (size_t i = 0; i < v.result->comparison_count; i++) {
      status = v.result->comparison[i].differing ? PHASOR_ERROR_DIFFERS : status;
    }
    *out = v.result;
  } else {
    phasor_result_destroy(v.result);
  }
  finish(&v);
  return status;
}
