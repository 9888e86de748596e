/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Poisson processes, noise, currents. */
#include "import/yaml/sources.h"
#include "random/draw.h"

/* `start` and `stop` in steps. */
bool yml_make_window(yml_making *m, int start, int stop) {
  phs_source *s = &m->op->source;
  const yml_field *a = &m->field[start], *b = &m->field[stop];
  s->start = 0;
  s->stop = INT64_MAX;
  if ((a->node && !yml_steps(m->r, a->node, a->number, "start", &s->start)) ||
      (b->node && !yml_steps(m->r, b->node, b->number, "stop", &s->stop))) {
    return false;
  }
  return s->start < s->stop ||
         YML_FAIL(m->r, PHS_YAML_CONTRADICTION, b->node ? b->node : a->node,
                  "let it stop after it starts", "the input stops before it starts");
}

static bool check_each(yml_making *m, const yml_node *n, const phs_param64 *v, double least,
                       double most, const char *help, const char *what) {
  for (size_t i = 0; i < v->n; i++) {
    if (!(v->v[i] >= least && v->v[i] <= most)) {
      return YML_FAIL(m->r, PHS_YAML_RANGE, n, help, "%s is %g; it must be from %g to %g", what,
                      v->v[i], least, most);
    }
  }
  return true;
}

bool yml_make_poisson(yml_making *m) {
  const yml_field *count = &m->field[POISSON_COUNT], *rate = &m->field[POISSON_RATE];
  phs_param64 hz;
  m->op->elem = PHS_I32;
  m->op->source.kind = PHS_SOURCE_POISSON;
  if (!yml_make_window(m, POISSON_START, POISSON_STOP) ||
      !yml_values(m->r, m->e->scope, rate->node, m->count, yml_frequency, "rate",
                  yml_format(m->r, "%s.rate", m->name), &hz)) {
    return false;
  }
  double *mean = PHS_NEW_ARRAY(m->r->arena, double, hz.n);
  for (size_t i = 0; mean && i < hz.n; i++) {
    mean[i] = hz.v[i] * m->r->in->dt * (count->node ? count->number : 1);
  }
  m->op->source.mean = (phs_param64){mean, hz.n};
  return mean ? check_each(m, rate->node, &m->op->source.mean, 0, PHS_POISSON_MOST,
                           "choose a rate from 0, and fewer processes or a shorter dt",
                           "the expected number of spikes a step")
              : yml_no_memory(m->r);
}

bool yml_make_noise(yml_making *m) {
  const yml_field *mean = &m->field[NOISE_MEAN], *sd = &m->field[NOISE_SD];
  phs_source *s = &m->op->source;
  double *zero = PHS_NEW(m->r->arena, double);
  m->op->elem = PHS_F32;
  s->kind = PHS_SOURCE_NOISE;
  s->mean = (phs_param64){zero, 1};
  if (!zero) {
    return yml_no_memory(m->r);
  }
  bool ok = yml_make_window(m, NOISE_START, NOISE_STOP);
  ok = (!mean->node || yml_values(m->r, m->e->scope, mean->node, m->count, m->unit, "mean",
                                  yml_format(m->r, "%s.mean", m->name), &s->mean)) &&
       ok;
  return yml_values(m->r, m->e->scope, sd->node, m->count, m->unit, "sd",
                    yml_format(m->r, "%s.sd", m->name), &s->sd) &&
         ok && check_each(m, sd->node, &s->sd, 0, 3.4e38, "give 0 or more", "'sd'");
}

/* ---- currents ---- */

static float *to_f32(yml_making *m, const phs_param64 *v) {
  float *out = PHS_NEW_ARRAY(m->r->arena, float, v->n);
  for (size_t i = 0; out && i < v->n; i++) {
    out[i] = (float)v->v[i];
  }
  return out;
}

static bool room_for_pieces(yml_making *m, size_t count, int64_t **step, phs_param32 **value) {
  *step = PHS_NEW_ARRAY(m->r->arena, int64_t, count);
  *value = PHS_NEW_ARRAY(m->r->arena, phs_param32, count);
  m->op->source.piece_count = count;
  m->op->source.piece_step = *step;
  m->op->source.piece_value = *value;
  return (*step && *value) || yml_no_memory(m->r);
}

/* A constant between start and stop. */
static bool make_constant(yml_making *m, const yml_node *n) {
  int64_t *step;
  phs_param32 *value;
  phs_param64 v;
  const phs_source *s = &m->op->source;
  if (!yml_values(m->r, m->e->scope, n, m->count, m->unit, "current",
                  yml_format(m->r, "%s.value", m->name), &v) ||
      !room_for_pieces(m, s->stop < INT64_MAX ? 2 : 1, &step, &value)) {
    return false;
  }
  float *data = to_f32(m, &v), *zero = PHS_NEW(m->r->arena, float);
  if (!data || !zero) {
    return yml_no_memory(m->r);
  }
  step[0] = s->start;
  value[0] = (phs_param32){data, v.n};
  if (s->stop < INT64_MAX) {
    step[1] = s->stop;
    value[1] = (phs_param32){zero, 1};
  }
  return true;
}

static bool make_piece(yml_making *m, const yml_node *n, int64_t *step, phs_param32 *value) {
  double time;
  phs_param64 v;
  if (n->kind != YML_LIST || n->count != 2) {
    return YML_FAIL(m->r, PHS_YAML_TYPE, n, "write [100 ms, 300 pA]",
                    "a step is a list of a time and a value");
  }
  if (!yml_quantity(m->r, m->e->scope, n->item[0], yml_time, "time", &time) ||
      !yml_steps(m->r, n->item[0], time, "time", step) ||
      !yml_values(m->r, m->e->scope, n->item[1], m->count, m->unit, "current",
                  yml_format(m->r, "%s.value%lld", m->name, (long long)*step), &v)) {
    return false;
  }
  float *data = to_f32(m, &v);
  *value = (phs_param32){data, v.n};
  return data ? true : yml_no_memory(m->r);
}

static bool make_steps(yml_making *m, const yml_node *n) {
  int64_t *step;
  phs_param32 *value;
  if (!yml_want(m->r, n, YML_LIST, "steps") || !room_for_pieces(m, n->count, &step, &value)) {
    return false;
  }
  bool ok = true;
  for (size_t i = 0; i < n->count && !yml_full(m->r); i++) {
    if (!make_piece(m, n->item[i], &step[i], &value[i])) {
      ok = false;
    } else if (ok && (step[i] < 0 || (i > 0 && step[i] <= step[i - 1]))) {
      ok = YML_FAIL(m->r, PHS_YAML_RANGE, n->item[i], "sort the steps by time, from 0 ms on",
                    "the step begins before the one in front of it ends");
    }
  }
  return ok;
}

bool yml_make_current(yml_making *m) {
  m->op->elem = PHS_F32;
  m->op->source.kind = PHS_SOURCE_CURRENT;
  m->op->source.stop = INT64_MAX;
  if (!m->field) { /* `current: 300 pA` */
    return make_constant(m, m->node);
  }
  const yml_field *value = &m->field[CURRENT_VALUE], *steps = &m->field[CURRENT_STEPS];
  const yml_field *start = &m->field[CURRENT_START], *stop = &m->field[CURRENT_STOP];
  if (!value->node && !steps->node) {
    return YML_FAIL(m->r, PHS_YAML_MISSING_KEY, m->node, "add 'value' or 'steps'",
                    "a current needs 'value' or 'steps'");
  }
  if (steps->node && (value->node || start->node || stop->node)) {
    return YML_FAIL(m->r, PHS_YAML_CONTRADICTION, steps->node, "keep 'steps', or the others",
                    "'steps' do not go together with 'value', 'start' or 'stop'");
  }
  if (steps->node) {
    return make_steps(m, steps->node);
  }
  return yml_make_window(m, CURRENT_START, CURRENT_STOP) && make_constant(m, value->node);
}

/* The dimension of a current, from its first value. */
static bool dimension_of(yml_reader *r, yml_scope *scope, const yml_node *n, phs_dimension *out) {
  phs_value v;
  const yml_node *unit = n->kind == YML_MAP ? yml_get(n, "unit") : NULL;
  if (unit && unit->kind == YML_SCALAR) {
    phs_text_error error;
    *out = phs_unit_parse(unit->text, unit->length, &v, &error) ? v.dimension : yml_plain;
    return true; /* what is wrong is told when it is read */
  }
  if (n->kind == YML_SCALAR && !yml_names_array(n->text)) {
    bool ok = yml_evaluate(r, scope, n, &v);
    *out = v.dimension;
    return ok;
  }
  if (n->kind == YML_MAP && n->count > 0) {
    return dimension_of(r, scope, n->pair[0].value, out);
  }
  if (n->kind == YML_LIST && n->count > 0) {
    return dimension_of(r, scope, n->item[0], out);
  }
  *out = yml_plain;
  return true;
}

bool yml_make_unit(yml_making *m) {
  const yml_node *n = m->node;
  if (m->op->source.kind == PHS_SOURCE_NOISE) {
    n = m->field[NOISE_SD].node;
  } else if (m->field && m->field[CURRENT_VALUE].node) {
    n = m->field[CURRENT_VALUE].node;
  } else if (m->field && m->field[CURRENT_STEPS].node) {
    n = m->field[CURRENT_STEPS].node;
    n = n->kind == YML_LIST && n->count > 0 ? n->item[0] : n;
    n = n->kind == YML_LIST && n->count > 1 ? n->item[1] : n;
  }
  return dimension_of(m->r, m->e->scope, n, &m->unit);
}
