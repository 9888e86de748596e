/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Inputs: values from outside, and sources of spikes and currents. */
#include "import/yaml/yaml.h"
#include "random/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A source that is being made. */
typedef struct making {
  yml_reader *r;
  yml_element *e;
  const yml_node *node;   /* of the kind: {rate: 8 Hz} */
  const yml_field *field; /* by the kind's table */
  const yml_element *to;  /* or NULL */
  phs_dimension unit;     /* of currents */
  const char *name;
  size_t count;
  phs_op *op;
} making;

static const yml_table *const kind_table[] = {
    [INPUT_EXTERNAL] = &yml_external, [INPUT_POISSON] = &yml_poisson, [INPUT_SPIKES] = &yml_spikes,
    [INPUT_REGULAR] = &yml_regular,   [INPUT_CURRENT] = &yml_current, [INPUT_NOISE] = &yml_noise};

/* `start` and `stop` in steps. */
static bool read_window(making *m, int start, int stop) {
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

static bool check_each(making *m, const yml_node *n, const phs_param64 *v, double least,
                       double most, const char *help, const char *what) {
  for (size_t i = 0; i < v->n; i++) {
    if (!(v->v[i] >= least && v->v[i] <= most)) {
      return YML_FAIL(m->r, PHS_YAML_RANGE, n, help, "%s is %g; it must be from %g to %g", what,
                      v->v[i], least, most);
    }
  }
  return true;
}

static bool make_poisson(making *m) {
  const yml_field *count = &m->field[POISSON_COUNT], *rate = &m->field[POISSON_RATE];
  phs_param64 hz;
  m->op->elem = PHS_I32;
  m->op->source.kind = PHS_SOURCE_POISSON;
  if (!read_window(m, POISSON_START, POISSON_STOP) ||
      !yml_values(m->r, m->e->scope, rate->node, m->count, yml_frequency, "rate",
                  yml_format(m->r, "%s.rate", m->name), &hz)) {
    return false;
  }
  double *mean = PHS_NEW_ARRAY(m->r->arena, double, hz.n);
  for (size_t i = 0; mean && i < hz.n; i++) {
    mean[i] = hz.v[i] * m->r->dt * (count->node ? count->number : 1);
  }
  m->op->source.mean = (phs_param64){mean, hz.n};
  return mean ? check_each(m, rate->node, &m->op->source.mean, 0, PHS_POISSON_MOST,
                           "choose a rate from 0, and fewer processes or a shorter dt",
                           "the expected number of spikes a step")
              : yml_no_memory(m->r);
}

static bool make_noise(making *m) {
  const yml_field *mean = &m->field[NOISE_MEAN], *sd = &m->field[NOISE_SD];
  phs_source *s = &m->op->source;
  double *zero = PHS_NEW(m->r->arena, double);
  m->op->elem = PHS_F32;
  s->kind = PHS_SOURCE_NOISE;
  s->mean = (phs_param64){zero, 1};
  if (!zero) {
    return yml_no_memory(m->r);
  }
  bool ok = read_window(m, NOISE_START, NOISE_STOP);
  ok = (!mean->node || yml_values(m->r, m->e->scope, mean->node, m->count, m->unit, "mean",
                                  yml_format(m->r, "%s.mean", m->name), &s->mean)) &&
       ok;
  return yml_values(m->r, m->e->scope, sd->node, m->count, m->unit, "sd",
                    yml_format(m->r, "%s.sd", m->name), &s->sd) &&
         ok && check_each(m, sd->node, &s->sd, 0, 3.4e38, "give 0 or more", "'sd'");
}

/* ---- currents ---- */

static float *to_f32(making *m, const phs_param64 *v) {
  float *out = PHS_NEW_ARRAY(m->r->arena, float, v->n);
  for (size_t i = 0; out && i < v->n; i++) {
    out[i] = (float)v->v[i];
  }
  return out;
}

static bool room_for_pieces(making *m, size_t count, int64_t **step, phs_param32 **value) {
  *step = PHS_NEW_ARRAY(m->r->arena, int64_t, count);
  *value = PHS_NEW_ARRAY(m->r->arena, phs_param32, count);
  m->op->source.piece_count = count;
  m->op->source.piece_step = *step;
  m->op->source.piece_value = *value;
  return (*step && *value) || yml_no_memory(m->r);
}

/* A constant between start and stop. */
static bool make_constant(making *m, const yml_node *n) {
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

static bool make_piece(making *m, const yml_node *n, int64_t *step, phs_param32 *value) {
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

static bool make_steps(making *m, const yml_node *n) {
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

static bool make_current(making *m) {
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
  return read_window(m, CURRENT_START, CURRENT_STOP) && make_constant(m, value->node);
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

static bool find_unit(making *m) {
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

/* ---- spikes ---- */

typedef struct spike {
  int64_t step;
  uint32_t element;
} spike;

static int by_time(const void *a, const void *b) {
  const spike *x = a, *y = b;
  if (x->step != y->step) {
    return x->step < y->step ? -1 : 1;
  }
  return (x->element > y->element) - (x->element < y->element);
}

static bool keep_spikes(making *m, spike *s, size_t count) {
  int64_t *step = PHS_NEW_ARRAY(m->r->arena, int64_t, count);
  uint32_t *element = PHS_NEW_ARRAY(m->r->arena, uint32_t, count);
  if (!step || !element) {
    return yml_no_memory(m->r);
  }
  if (count) {
    qsort(s, count, sizeof *s, by_time);
  }
  for (size_t i = 0; i < count; i++) {
    step[i] = s[i].step;
    element[i] = s[i].element;
  }
  m->op->source.event_count = count;
  m->op->source.event_step = step;
  m->op->source.event_element = element;
  return true;
}

/* The step nearest to a time; halves go up. */
static bool step_near(making *m, const yml_node *n, double ms, int64_t *out) {
  double step = floor(ms / m->r->dt + 0.5);
  *out = step >= 0 && step < 9e15 ? (int64_t)step : 0;
  return (step >= 0 && step < 9e15) ||
         YML_FAIL(m->r, PHS_YAML_RANGE, n, "times begin at 0 ms",
                  "a spike at %g ms is outside of the simulation", ms);
}

static bool too_many(making *m, const yml_node *n) {
  return YML_FAIL(m->r, PHS_YAML_LIMIT, n, "give fewer spikes, or a Poisson input",
                  "the input has more than 2^26 spikes");
}

static bool spikes_of_file(making *m, const yml_node *n) {
  yml_field f[SPIKE_KEYS];
  yml_array rows;
  double factor;
  if (!yml_decode(m->r, m->e->scope, n, &yml_spike_file, f) ||
      !yml_unit(m->r, f[SPIKE_UNIT].node, yml_time, "unit", &factor) ||
      !yml_rows_read(m->r, f[SPIKE_FILE].node, 2, 2, &rows)) {
    return false;
  }
  size_t count = rows.count / 2;
  spike *s = PHS_NEW_ARRAY(m->r->scratch, spike, count);
  if (!s) {
    return yml_no_memory(m->r);
  }
  for (size_t i = 0; i < count; i++) {
    double element = rows.v[2 * i + 1];
    if (!step_near(m, f[SPIKE_FILE].node, rows.v[2 * i] * factor, &s[i].step)) {
      return false;
    }
    if (!(element >= 0 && element < (double)m->count && element == floor(element))) {
      return YML_FAIL(m->r, PHS_YAML_DATA, f[SPIKE_FILE].node, "elements count from 0",
                      "spike %zu is of element %g; there are %zu elements", i, element, m->count);
    }
    s[i].element = (uint32_t)element;
  }
  return keep_spikes(m, s, count);
}

static bool read_times(making *m, const yml_node *n, size_t element, spike *s, size_t *count) {
  bool ok = true;
  for (size_t i = 0; i < n->count && !yml_full(m->r); i++) {
    double ms;
    ok = yml_quantity(m->r, m->e->scope, n->item[i], yml_time, "times", &ms) &&
         step_near(m, n->item[i], ms, &s[*count].step) && ok;
    s[(*count)++].element = (uint32_t)element;
  }
  return ok;
}

/* Lists of times, one for each element, or one for all. */
static bool spikes_of_lists(making *m, const yml_node *n) {
  bool each = n->count > 0 && n->item[0]->kind == YML_LIST;
  size_t total = 0, count = 0;
  if (each && n->count != m->count) {
    return YML_FAIL(m->r, PHS_YAML_COUNT, n, "give a list for each element, or one for all",
                    "'times' has %zu lists, but the input has %zu elements", n->count, m->count);
  }
  for (size_t i = 0; each && i < n->count; i++) {
    if (!yml_want(m->r, n->item[i], YML_LIST, "times")) {
      return false;
    }
    total += n->item[i]->count;
  }
  total = each ? total : n->count;
  if ((int64_t)total > YML_MAX_EVENTS ||
      (!each && total && (int64_t)m->count > YML_MAX_EVENTS / (int64_t)total)) {
    return too_many(m, n);
  }
  size_t all = each ? total : total * m->count;
  spike *s = PHS_NEW_ARRAY(m->r->scratch, spike, all);
  if (!s) {
    return yml_no_memory(m->r);
  }
  for (size_t i = 0; each && i < n->count; i++) {
    if (!read_times(m, n->item[i], i, s, &count)) {
      return false;
    }
  }
  if (!each && !read_times(m, n, 0, s, &count)) {
    return false;
  }
  for (size_t i = total; i < all; i++) {
    s[i] = (spike){s[i % total].step, (uint32_t)(i / total)};
  }
  return keep_spikes(m, s, all);
}

static bool make_spikes(making *m) {
  const yml_node *n = m->field[SPIKES_TIMES].node;
  m->op->elem = PHS_I32;
  m->op->source.kind = PHS_SOURCE_TRAIN;
  m->op->source.stop = INT64_MAX;
  if (n->kind == YML_MAP) {
    return spikes_of_file(m, n);
  }
  if (n->kind == YML_SCALAR && !yml_is_null(n)) {
    return YML_FAIL(m->r, PHS_YAML_UNIT_MISSING, n, "write {file: spikes.csv, unit: ms}",
                    "'times' takes lists of times, or a file and the unit of its times");
  }
  return yml_want(m->r, n, YML_LIST, "times") && spikes_of_lists(m, n);
}

static bool make_regular(making *m) {
  double period = 1 / m->field[REGULAR_RATE].number, duration = m->r->duration;
  phs_source *s = &m->op->source;
  const yml_node *n = m->field[REGULAR_RATE].node;
  m->op->elem = PHS_I32;
  if (!read_window(m, REGULAR_START, REGULAR_STOP)) {
    return false;
  }
  s->kind = PHS_SOURCE_TRAIN;
  if (s->stop == INT64_MAX && duration == 0) {
    return YML_FAIL(m->r, PHS_YAML_MISSING_KEY, m->node, "add 'stop', or a duration to the model",
                    "a regular input needs an end");
  }
  if (period < m->r->dt * (1 - 1e-6)) {
    return YML_FAIL(m->r, PHS_YAML_RANGE, n, "choose a lower rate or a shorter dt",
                    "the spikes are %g ms apart, less than dt = %g ms", period, m->r->dt);
  }
  double start = (double)s->start * m->r->dt;
  double stop = s->stop == INT64_MAX ? duration : (double)s->stop * m->r->dt;
  double spikes = stop > start ? ceil((stop - start) / period - 1e-9) : 0;
  if (!(spikes * (double)m->count <= (double)YML_MAX_EVENTS)) {
    return too_many(m, n);
  }
  spike *list = PHS_NEW_ARRAY(m->r->scratch, spike, (size_t)spikes * m->count);
  if (!list) {
    return yml_no_memory(m->r);
  }
  size_t count = 0;
  for (size_t k = 0; k < (size_t)spikes; k++) {
    for (size_t i = 0; i < m->count; i++) {
      if (!step_near(m, n, start + (double)k * period, &list[count].step)) {
        return false;
      }
      list[count++].element = (uint32_t)i;
    }
  }
  s->start = 0;
  s->stop = INT64_MAX;
  return keep_spikes(m, list, count);
}

/* ---- sizes ---- */

/* Shape of a source of its own. */
static bool own_shape(making *m, int kind, phs_shape *out) {
  const yml_field *f = m->field;
  *out = (phs_shape){.rank = 0};
  if (f && !yml_size_or_shape(m->r, m->e->scope, &f[0], &f[1], out)) {
    return false;
  }
  const yml_node *times = kind == INPUT_SPIKES ? f[SPIKES_TIMES].node : NULL;
  if (out->rank == 0 && times && times->kind == YML_LIST) {
    bool each = times->count > 0 && times->item[0]->kind == YML_LIST;
    *out = (phs_shape){.rank = 1, .dim = {each ? (int64_t)times->count : 1}};
  }
  return out->rank > 0 ||
         YML_FAIL(m->r, PHS_YAML_MISSING_KEY, m->node, "add 'size', or a population under 'to'",
                  "the input '%s' has no size", m->e->local);
}

yml_draft *yml_make_source(yml_reader *r, yml_element *e, yml_element *to, int receptor,
                           const char *name) {
  int kind = yml_chosen(&yml_input, e->field);
  const yml_node *n = e->field[kind].node;
  making m = {.r = r, .e = e, .node = n, .to = to, .name = name};
  phs_shape shape;
  bool bare = kind == INPUT_CURRENT && n->kind != YML_MAP;
  bool drawn = n->kind == YML_MAP && kind == INPUT_CURRENT && !yml_get(n, "value") &&
               !yml_get(n, "steps") && !yml_get(n, "size") && n->count > 0;
  if (!bare && !drawn && !(m.field = yml_decode_new(r, e->scope, n, kind_table[kind]))) {
    return NULL;
  }
  if (to && m.field && (m.field[0].node || m.field[1].node)) {
    const yml_node *size = m.field[0].node ? m.field[0].node : m.field[1].node;
    YML_FAIL(r, PHS_YAML_CONTRADICTION, size, "leave it out",
             "with 'to' an input has the size of the population");
    return NULL;
  }
  if (to) {
    shape = to->draft->op.shape;
  } else if (!own_shape(&m, kind, &shape)) {
    return NULL;
  }
  yml_draft *d = yml_draft_new(
      r, YML_AT_INPUTS, kind == INPUT_EXTERNAL ? PHS_OP_INPUT : PHS_OP_SOURCE, name, e->key, 0);
  if (!d) {
    return NULL;
  }
  m.op = &d->op;
  m.count = phs_shape_count(&shape);
  d->op.shape = shape;
  d->op.elem = PHS_F32;
  if (kind == INPUT_EXTERNAL) {
    return d;
  }
  d->op.source.key = phs_stream_key(r->seed, name);
  if (kind == INPUT_CURRENT || kind == INPUT_NOISE) {
    d->op.source.kind = kind == INPUT_NOISE ? PHS_SOURCE_NOISE : PHS_SOURCE_CURRENT;
    if (to) {
      m.unit = yml_receptor_unit(to, receptor);
    } else if (!find_unit(&m)) {
      return NULL;
    }
    e->unit = m.unit;
    e->has_unit = !to;
  }
  bool (*const make[])(making *) = {[INPUT_POISSON] = make_poisson,
                                    [INPUT_SPIKES] = make_spikes,
                                    [INPUT_REGULAR] = make_regular,
                                    [INPUT_CURRENT] = make_current,
                                    [INPUT_NOISE] = make_noise};
  return make[kind](&m) ? d : NULL;
}

bool yml_settle_input(yml_reader *r, yml_element *e) {
  if (e->field[INPUT_TO].node) {
    return true; /* made for each target by yml_connect_inputs() */
  }
  static const int only_to[] = {INPUT_RECEPTOR, INPUT_WEIGHT, INPUT_DELAY};
  for (size_t i = 0; i < 3; i++) {
    const yml_field *f = &e->field[only_to[i]];
    if (f->node) {
      return YML_FAIL(r, PHS_YAML_CONTRADICTION, f->node, "add 'to', or use a projection",
                      "'%s' has a meaning only together with 'to'", f->key->name);
    }
  }
  e->draft = yml_make_source(r, e, NULL, 0, e->name);
  return e->draft != NULL;
}

/* ---- inputs that go to populations ---- */

static bool connect_spikes(yml_reader *r, yml_element *e, yml_element *to, int receptor,
                           yml_draft *source) {
  const yml_node *weight = e->field[INPUT_WEIGHT].node;
  size_t count = phs_shape_count(&source->op.shape);
  if (!weight) {
    return YML_FAIL(r, PHS_YAML_MISSING_KEY, e->key, "add 'weight'",
                    "the spikes of '%s' need a weight", e->local);
  }
  yml_link l = {.scope = e->scope,
                .to = to,
                .receptor = receptor,
                .from = source,
                .name = source->op.name,
                .node = e->key,
                .weight = weight,
                .delay = e->field[INPUT_DELAY].node,
                .recipe = {.rule = PHS_RULE_ONE_TO_ONE,
                           .source_count = (uint32_t)count,
                           .target_count = (uint32_t)count,
                           .autapses = true,
                           .multapses = true}};
  return yml_add_link(r, &l);
}

static bool connect(yml_reader *r, yml_element *e, const yml_node *target, bool alone) {
  int kind = yml_chosen(&yml_input, e->field), receptor;
  bool current = kind == INPUT_CURRENT || kind == INPUT_NOISE;
  yml_element *to = yml_find_element(r, e->scope, target);
  if (!to || !yml_settle(r, to, target)) {
    return false;
  }
  if (to->kind != YML_POPULATION) {
    return YML_FAIL(r, PHS_YAML_TYPE, target, "name a population", "'%s' is no population",
                    to->local);
  }
  const char *name = alone ? e->name : yml_unique(r, yml_format(r, "%s>%s", e->name, to->name));
  if (!yml_receptor_find(r, to, e->field[INPUT_RECEPTOR].node, current, &receptor)) {
    return false;
  }
  yml_draft *source = yml_make_source(r, e, to, receptor, name);
  if (!source) {
    return false;
  }
  return current ? yml_feed(r, to, receptor, source, e->key)
                 : connect_spikes(r, e, to, receptor, source);
}

static bool connect_one(yml_reader *r, yml_element *e) {
  const yml_node *const *to;
  size_t count;
  int kind = yml_chosen(&yml_input, e->field);
  const yml_field *weight = &e->field[INPUT_WEIGHT], *delay = &e->field[INPUT_DELAY];
  if (kind == INPUT_EXTERNAL) {
    return YML_FAIL(r, PHS_YAML_CONTRADICTION, e->field[INPUT_TO].node,
                    "name it under 'input' of the population, or in a projection",
                    "an external input has a size of its own, and no 'to'");
  }
  if ((kind == INPUT_CURRENT || kind == INPUT_NOISE) && (weight->node || delay->node)) {
    return YML_FAIL(r, PHS_YAML_CONTRADICTION, weight->node ? weight->node : delay->node,
                    "leave it out", "a current arrives as it is, without weight and delay");
  }
  if (!yml_names(r, e->field[INPUT_TO].node, &to, &count)) {
    return false;
  }
  bool ok = true;
  for (size_t i = 0; i < count && !yml_full(r); i++) {
    ok = connect(r, e, to[i], count == 1) && ok;
  }
  return ok;
}

bool yml_connect_inputs(yml_reader *r) {
  bool ok = true;
  for (int i = 0; i < r->element_count && !yml_full(r); i++) {
    yml_element *e = r->element[i];
    if (e->kind == YML_INPUT && e->field && e->field[INPUT_TO].node) {
      ok = connect_one(r, e) && ok;
    }
  }
  return ok;
}
