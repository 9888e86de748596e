/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Synapses given one by one. */
#include "import/yaml/yaml.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/** One synapse as it was given. */
typedef struct given {
  uint32_t source, target;
  float weight;
  int32_t delay;
  size_t order;
} given;

static int by_source(const void *a, const void *b) {
  const given *x = a, *y = b;
  if (x->source != y->source) {
    return x->source < y->source ? -1 : 1;
  }
  return (x->order > y->order) - (x->order < y->order);
}

/* Arrays ordered by source; synapses of one source keep their order. */
static bool keep(yml_reader *r, given *g, size_t count, int columns, phs_synapse_list *out) {
  uint32_t *source = PHS_NEW_ARRAY(r->arena, uint32_t, count);
  uint32_t *target = PHS_NEW_ARRAY(r->arena, uint32_t, count);
  float *weight = columns > 2 ? PHS_NEW_ARRAY(r->arena, float, count) : NULL;
  int32_t *delay = columns > 3 ? PHS_NEW_ARRAY(r->arena, int32_t, count) : NULL;
  if (!source || !target || (columns > 2 && !weight) || (columns > 3 && !delay)) {
    return yml_no_memory(r);
  }
  if (count) {
    qsort(g, count, sizeof *g, by_source);
  }
  for (size_t i = 0; i < count; i++) {
    source[i] = g[i].source;
    target[i] = g[i].target;
    if (weight) {
      weight[i] = g[i].weight;
    }
    if (delay) {
      delay[i] = g[i].delay;
    }
  }
  *out = (phs_synapse_list){
      .count = count, .source = source, .target = target, .weight = weight, .delay = delay};
  return true;
}

/* ---- one synapse ---- */

static bool element(yml_reader *r, const yml_node *n, size_t row, const char *what, double v,
                    uint32_t count, uint32_t *out) {
  bool ok = v >= 0 && v < (double)count && v == floor(v);
  *out = ok ? (uint32_t)v : 0;
  return ok || YML_FAIL(r, PHS_YAML_DATA, n, "neurons count from 0",
                        "synapse %zu has %s %g; there are %u neurons", row, what, v, count);
}

static bool delay_in_steps(yml_reader *r, const yml_node *n, double ms, int32_t *out) {
  int64_t steps = 0;
  bool ok = yml_steps(r, n, ms, "delay", &steps);
  if (ok && (steps < 1 || steps > YML_MAX_DELAY)) {
    ok = YML_FAIL(r, PHS_YAML_RANGE, n, NULL, "the delay is %lld steps; it must be from 1 to %d",
                  (long long)steps, YML_MAX_DELAY);
  }
  *out = ok ? (int32_t)steps : 1;
  return ok;
}

static bool read_item(yml_reader *r, const yml_node *n, size_t row, size_t columns,
                      const yml_link *l, given *out) {
  double v[4] = {0};
  const phs_dimension want[4] = {yml_plain, yml_plain, yml_receptor_unit(l->to, l->receptor),
                                 yml_time};
  static const char *const what[4] = {"source", "target", "weight", "delay"};
  if (n->kind != YML_LIST || n->count < 2 || n->count > 4 || n->count != columns) {
    return YML_FAIL(r, PHS_YAML_COUNT, n,
                    "write all synapses alike: [source, target, weight, delay]",
                    "a synapse is a list of 2 to 4 values, the same for all");
  }
  for (size_t k = 0; k < columns; k++) {
    if (!yml_quantity(r, l->scope, n->item[k], want[k], what[k], &v[k])) {
      return false;
    }
  }
  out->weight = (float)v[2];
  out->order = row;
  return element(r, n->item[0], row, "source", v[0], l->recipe.source_count, &out->source) &&
         element(r, n->item[1], row, "target", v[1], l->recipe.target_count, &out->target) &&
         (columns < 4 || delay_in_steps(r, n->item[3], v[3], &out->delay));
}

static bool read_items(yml_reader *r, const yml_node *n, yml_link *l) {
  size_t columns = n->count && n->item[0]->kind == YML_LIST ? n->item[0]->count : 2;
  given *g = PHS_NEW_ARRAY(r->scratch, given, n->count);
  bool ok = g != NULL;
  for (size_t i = 0; g && i < n->count && !yml_full(r); i++) {
    ok = read_item(r, n->item[i], i, columns, l, &g[i]) && ok;
  }
  return g ? ok && keep(r, g, n->count, (int)columns, &l->recipe.list) : yml_no_memory(r);
}

/* ---- files ---- */

static bool read_rows(yml_reader *r, const yml_node *file, const yml_array *a, double weight,
                      double ms, yml_link *l) {
  size_t columns = (size_t)a->shape.dim[1], count = a->count / columns;
  given *g = PHS_NEW_ARRAY(r->scratch, given, count);
  if (!g) {
    return yml_no_memory(r);
  }
  for (size_t i = 0; i < count; i++) {
    const double *v = a->v + i * columns;
    double w = columns > 2 ? v[2] * weight : 0;
    g[i].order = i;
    g[i].weight = (float)w;
    if (!(fabs(w) <= (double)FLT_MAX)) {
      return YML_FAIL(r, PHS_YAML_DATA, file, "choose another unit",
                      "synapse %zu has a weight beyond 3.4e38", i);
    }
    if (!element(r, file, i, "source", v[0], l->recipe.source_count, &g[i].source) ||
        !element(r, file, i, "target", v[1], l->recipe.target_count, &g[i].target) ||
        (columns > 3 && !delay_in_steps(r, file, v[3] * ms, &g[i].delay))) {
      return false;
    }
  }
  return keep(r, g, count, (int)columns, &l->recipe.list);
}

static bool read_file(yml_reader *r, const yml_node *file, const yml_node *weight_unit,
                      const yml_node *delay_unit, yml_link *l) {
  yml_array a;
  double weight = 1, ms = 1;
  phs_dimension unit = yml_receptor_unit(l->to, l->receptor);
  char examples[96];
  if (!yml_rows_read(r, file, 2, 4, &a)) {
    return false;
  }
  bool has_weight = a.shape.dim[1] > 2 && a.count, has_delay = a.shape.dim[1] > 3 && a.count;
  bool plain = phs_dimension_equal(unit, yml_plain);
  if ((has_weight && !weight_unit && !plain) || (has_delay && !delay_unit)) {
    phs_dimension_examples(unit, examples, sizeof examples);
    return YML_FAIL(r, PHS_YAML_UNIT_MISSING, file,
                    yml_format(r, "write {file: %s, weight_unit: %s, delay_unit: ms}",
                               yml_safe(r, file->text), plain ? "1" : examples),
                    "the columns of weights and delays need their units");
  }
  return yml_unit(r, has_weight ? weight_unit : NULL, unit, "weight_unit", &weight) &&
         yml_unit(r, has_delay ? delay_unit : NULL, yml_time, "delay_unit", &ms) &&
         read_rows(r, file, &a, weight, ms, l);
}

bool yml_read_list(yml_reader *r, const yml_node *n, yml_link *l) {
  yml_field f[LIST_KEYS];
  if (n->kind == YML_LIST) {
    return read_items(r, n, l);
  }
  if (n->kind == YML_MAP) {
    return yml_decode(r, l->scope, n, &yml_list_file, f) &&
           read_file(r, f[LIST_FILE].node, f[LIST_WEIGHT_UNIT].node, f[LIST_DELAY_UNIT].node, l);
  }
  return yml_want(r, n, YML_SCALAR, "list") && read_file(r, n, NULL, NULL, l);
}
