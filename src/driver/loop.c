/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/loop.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char stage[] = "run";

/* One thread's share: every `stride`-th sample from `first` on. */
typedef struct worker {
  const phs_loop *loop;
  phasor_program *target, *oracle;
  size_t first, stride;
  const float **row;
  phs_spike_meter *meters;
  bool cannot_write; /**< a recording's file: the rest of the run would be lost */
  pthread_t thread;
  bool started;
} worker;

void phs_compare_values(phasor_comparison *c, phs_record_type expected_type, const void *expected,
                        phs_record_type got_type, const void *got, size_t count, double tolerance) {
  c->values += count;
  if (tolerance == 0 && expected_type == got_type &&
      memcmp(expected, got, count * phs_record_size(got_type)) == 0) {
    return;
  }
  for (size_t i = 0; i < count; i++) {
    double want = phs_record_value(expected_type, expected, i),
           have = phs_record_value(got_type, got, i);
    double off = fabs(want - have);
    if (off <= tolerance || want == have || (isnan(want) && isnan(have))) {
      continue;
    }
    if (c->differing++ == 0) {
      c->neuron = i;
      c->expected = want;
      c->got = have;
    }
    c->largest = isnan(off) ? INFINITY : fmax(c->largest, off);
  }
}

/* The target against the oracle after one step. */
static void compare_step(const worker *w, size_t sample, size_t step) {
  const phs_loop *l = w->loop;
  for (size_t i = 0; i < l->item_count; i++) {
    phasor_comparison *c = &l->seen[sample * l->item_count + i];
    phs_quantity got, want;
    if (!phs_engine_quantity(w->target, l->item[i].target_op, l->item[i].var, &got) ||
        !phs_engine_quantity(w->oracle, l->item[i].oracle_op, l->item[i].var, &want) ||
        got.count != want.count) {
      continue;
    }
    bool same_so_far = c->differing == 0;
    phs_compare_values(c, phs_record_type_of(want.elem), want.data, phs_record_type_of(got.elem),
                       got.data, got.count, 0);
    if (same_so_far && c->differing) {
      c->sample = sample;
      c->step = step;
    }
  }
}

static void run_sample(worker *w, size_t sample) {
  const phs_loop *l = w->loop;
  phasor_program_reset(w->target);
  if (w->oracle) {
    phasor_program_reset(w->oracle);
  }
  for (size_t t = 0; t < l->in->steps && !w->cannot_write; t++) {
    phs_inputs_row(l->in, sample, t, w->row);
    phasor_program_step(w->target, w->row);
    phs_watch_take(l->watch, l->result, w->target, w->meters, sample, t);
    for (int k = 0; k < 2; k++) {
      if (l->probes[k] && !phs_probes_take(l->probes[k], w->target, l->in, sample, t)) {
        w->cannot_write = true;
      }
    }
    if (w->oracle) {
      phasor_program_step(w->oracle, w->row);
      compare_step(w, sample, t);
    }
    if (w->first == 0 && t % 16 == 0) {
      double done = (double)sample + (double)t / (double)l->in->steps;
      phs_stage_progress(w->target->network->session, stage, done / (double)l->in->samples);
    }
  }
}

static void *work(void *user) {
  worker *w = user;
  for (size_t b = w->first; b < w->loop->in->samples && !w->cannot_write; b += w->stride) {
    run_sample(w, b);
  }
  return NULL;
}

/* The first worker has the programs themselves, the others states of their own. */
static phasor_status prepare(worker *w, const phs_loop *loop, size_t index, size_t stride) {
  *w = (worker){.loop = loop, .first = index, .stride = stride};
  w->row = malloc(((size_t)loop->in->count + 1) * sizeof *w->row);
  w->meters = phs_watch_meters(loop->watch, loop->result, loop->target);
  if (!w->row || !w->meters) {
    return phs_no_memory(&loop->target->network->session->diag, "the run");
  }
  if (index == 0) {
    w->target = loop->target;
    w->oracle = loop->oracle;
    return PHASOR_OK;
  }
  phasor_status status = phs_engine_fork(loop->target, &w->target);
  return status == PHASOR_OK && loop->oracle ? phs_engine_fork(loop->oracle, &w->oracle) : status;
}

int phs_loop_workers(const phs_inputs *in, int jobs) {
  return (size_t)jobs < in->samples ? jobs : (int)in->samples;
}

int phs_loop_threads(const phs_inputs *in, int jobs) {
  return jobs / phs_loop_workers(in, jobs);
}

phasor_status phs_loop_run(const phs_loop *loop, int jobs) {
  phasor_session *s = loop->target->network->session;
  size_t count = (size_t)phs_loop_workers(loop->in, jobs);
  worker *w = calloc(count, sizeof *w);
  phasor_status status = w ? PHASOR_OK : phs_no_memory(&s->diag, "the run");
  for (size_t i = 0; status == PHASOR_OK && i < count; i++) {
    status = prepare(&w[i], loop, i, count);
  }
  if (status == PHASOR_OK) {
    double began = phs_stage_begin(s, stage);
    for (size_t i = 1; i < count; i++) {
      w[i].started = pthread_create(&w[i].thread, NULL, work, &w[i]) == 0;
    }
    work(&w[0]);
    for (size_t i = 1; i < count; i++) {
      if (w[i].started) {
        pthread_join(w[i].thread, NULL);
      } else {
        work(&w[i]); /* no thread to be had: the same work, later */
      }
    }
    loop->result->summary.wall = phs_now() - began;
    phs_watch_finish(loop->watch, loop->result);
    phs_stage_end(s, stage, began);
  }
  for (size_t i = 0; w && i < count; i++) {
    free(w[i].row);
    phs_watch_meters_free(w[i].meters);
    if (i > 0) {
      phasor_program_destroy(w[i].target);
      phasor_program_destroy(w[i].oracle);
    }
  }
  free(w);
  return status;
}
