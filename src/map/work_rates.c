/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What populations are expected to send in a step: measured, else what the model says, else given.
 */
#include "map/work_build.h"

#include <math.h>
#include <string.h>

static bool one_rate(phs_work_build *b, phs_population *p, double rate) {
  float *value = PHS_NEW(b->w->arena, float);
  if (value) {
    *value = (float)rate;
    p->rate = value;
    p->rate_count = 1;
  }
  return value;
}

static bool poisson_rate(phs_work_build *b, phs_population *p, const phs_param64 *mean) {
  if (mean->n != p->count || mean->n <= 1) {
    return one_rate(b, p, mean->n ? mean->v[0] : 0.0);
  }
  float *value = PHS_NEW_ARRAY(b->w->arena, float, mean->n);
  for (size_t i = 0; value && i < mean->n; i++) {
    value[i] = (float)mean->v[i];
  }
  p->rate = value;
  p->rate_count = p->count;
  return value;
}

/* Spikes of a train, over the steps from the first one to the last one given. */
static double train_rate(const phs_source *s, uint32_t count) {
  if (s->event_count == 0 || count == 0) {
    return 0.0;
  }
  double steps = (double)(s->event_step[s->event_count - 1] - s->event_step[0]) + 1.0;
  return (double)s->event_count / steps / count;
}

static bool own_rate(phs_work_build *b, phs_population *p) {
  const phs_op *op = &b->net->op[p->op];
  if (p->graded) {
    return one_rate(b, p, 1.0);
  }
  if (op->kind == PHS_OP_SOURCE && op->source.kind == PHS_SOURCE_POISSON) {
    return poisson_rate(b, p, &op->source.mean);
  }
  if (op->kind == PHS_OP_SOURCE && op->source.kind == PHS_SOURCE_TRAIN) {
    return one_rate(b, p, train_rate(&op->source, p->count));
  }
  return one_rate(b, p, b->o->rate > 0.0 ? b->o->rate : PHS_DEFAULT_RATE);
}

static bool measured_rate(phs_work_build *b, const phs_rate *r, phs_population *p) {
  if (r->count != 1 && r->count != p->count) {
    phs_place place = {.file = b->net->file, .where = p->where, p->line, p->column, NULL};
    phs_report(b->diag, PHS_MAP_RATES, &place, "measure the rates of this model again",
               "the profile has %u rates for '%s', which has %u neurons", r->count, p->name,
               p->count);
    return false;
  }
  float *value = phs_arena_copy(b->w->arena, r->value, r->count * sizeof *value);
  for (uint32_t i = 0; value && i < r->count; i++) {
    if (!(value[i] >= 0.0F) || isinf(value[i])) {
      phs_report(b->diag, PHS_MAP_RATES, NULL, "rates are messages a step, 0 or more",
                 "the profile has the rate %g for neuron %u of '%s'", (double)value[i], i, p->name);
      return false;
    }
  }
  p->rate = value;
  p->rate_count = r->count;
  return value;
}

bool phs_work_rates(phs_work_build *b) {
  b->status = phs_code_status(PHS_MAP_RATES);
  for (uint32_t i = 0; i < b->w->population_count; i++) {
    if (!own_rate(b, &b->w->population[i])) {
      return false;
    }
  }
  for (size_t i = 0; i < b->o->measured_count; i++) {
    const phs_rate *r = &b->o->measured[i];
    int op = phs_net_find(b->net, r->population);
    if (op < 0) {
      phs_report(b->diag, PHS_MAP_RATES, NULL, "measure the rates of this model again",
                 "the profile has rates for '%s', but the model has nothing of that name",
                 r->population);
      return false;
    }
    uint32_t at = b->population[op];
    if (at != UINT32_MAX && !measured_rate(b, r, &b->w->population[at])) {
      return false;
    }
  }
  return true;
}
