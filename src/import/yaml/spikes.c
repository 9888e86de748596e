/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Given spike times, and regular ones. */
#include "import/yaml/sources.h"

#include <math.h>
#include <stdlib.h>

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

static bool keep_spikes(yml_making *m, spike *s, size_t count) {
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
static bool step_near(yml_making *m, const yml_node *n, double ms, int64_t *out) {
  double step = floor(ms / m->r->in->dt + 0.5);
  *out = step >= 0 && step < 9e15 ? (int64_t)step : 0;
  return (step >= 0 && step < 9e15) ||
         YML_FAIL(m->r, PHS_YAML_RANGE, n, "times begin at 0 ms",
                  "a spike at %g ms is outside of the simulation", ms);
}

static bool too_many(yml_making *m, const yml_node *n) {
  return YML_FAIL(m->r, PHS_YAML_LIMIT, n, "give fewer spikes, or a Poisson input",
                  "the input has more than 2^24 spikes");
}

static bool spikes_of_file(yml_making *m, const yml_node *n) {
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

static bool read_times(yml_making *m, const yml_node *n, size_t element, spike *s, size_t *count) {
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
static bool spikes_of_lists(yml_making *m, const yml_node *n) {
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

bool yml_make_spikes(yml_making *m) {
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

bool yml_make_regular(yml_making *m) {
  double period = 1 / m->field[REGULAR_RATE].number, duration = m->r->in->duration;
  phs_source *s = &m->op->source;
  const yml_node *n = m->field[REGULAR_RATE].node;
  m->op->elem = PHS_I32;
  if (!yml_make_window(m, REGULAR_START, REGULAR_STOP)) {
    return false;
  }
  s->kind = PHS_SOURCE_TRAIN;
  if (s->stop == INT64_MAX && duration == 0) {
    return YML_FAIL(m->r, PHS_YAML_MISSING_KEY, m->node, "add 'stop', or a duration to the model",
                    "a regular input needs an end");
  }
  if (period < m->r->in->dt * (1 - 1e-6)) {
    return YML_FAIL(m->r, PHS_YAML_RANGE, n, "choose a lower rate or a shorter dt",
                    "the spikes are %g ms apart, less than dt = %g ms", period, m->r->in->dt);
  }
  double start = (double)s->start * m->r->in->dt;
  double stop = s->stop == INT64_MAX ? duration : (double)s->stop * m->r->in->dt;
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
