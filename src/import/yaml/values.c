/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Values for each neuron: one for all, a list, a distribution, a file. */
#include "import/yaml/yaml.h"

#include <float.h>
#include <math.h>

static double *room(yml_reader *r, size_t count) {
  double *v = PHS_NEW_ARRAY(r->arena, double, count);
  if (!v) {
    yml_no_memory(r);
  }
  return v;
}

static bool check_count(yml_reader *r, const yml_node *n, size_t have, size_t want,
                        const char *what) {
  return have == want || YML_FAIL(r, PHS_YAML_COUNT, n, "give one value for each, or one for all",
                                  "'%s' has %zu values, but %zu are needed", what, have, want);
}

static bool read_list(yml_reader *r, yml_scope *scope, const yml_node *n, size_t count,
                      phs_dimension want, const char *what, phs_param64 *out) {
  if (!check_count(r, n, n->count, count, what)) {
    return false;
  }
  double *v = room(r, count);
  bool ok = v != NULL;
  for (size_t i = 0; v && i < count && !yml_full(r); i++) {
    ok = yml_quantity(r, scope, n->item[i], want, what, &v[i]) && ok;
  }
  *out = (phs_param64){v, count};
  return ok;
}

static bool read_file(yml_reader *r, const yml_node *file, const yml_node *unit, size_t count,
                      phs_dimension want, const char *what, phs_param64 *out) {
  yml_array a;
  double factor = 1;
  char examples[96];
  if (!unit && !phs_dimension_equal(want, yml_plain)) {
    phs_dimension_examples(want, examples, sizeof examples);
    return YML_FAIL(r, PHS_YAML_UNIT_MISSING, file,
                    yml_format(r, "write {file: %s, unit: UNIT} with one of: %s",
                               yml_safe(r, file->text), examples),
                    "the unit of the values of '%s' is missing", what);
  }
  if (!yml_unit(r, unit, want, what, &factor) || !yml_array_read(r, file, &a) ||
      (a.count != 1 && !check_count(r, file, a.count, count, what))) {
    return false;
  }
  double *v = room(r, a.count);
  for (size_t i = 0; v && i < a.count; i++) {
    v[i] = a.v[i] * factor;
    if (!(fabs(v[i]) <= (double)FLT_MAX)) {
      return YML_FAIL(r, PHS_YAML_RANGE, file, "choose another unit",
                      "value %zu of '%s' is beyond 3.4e38", i, what);
    }
  }
  *out = (phs_param64){v, a.count};
  return v != NULL;
}

static bool read_random(yml_reader *r, yml_scope *scope, const yml_node *n, size_t count,
                        phs_dimension want, const char *what, const char *stream,
                        phs_param64 *out) {
  phs_distribution d;
  if (!yml_distribution(r, scope, n, want, what, &d)) {
    return false;
  }
  double *v = yml_draw(r, n, &d, stream, count, r->arena);
  *out = (phs_param64){v, count};
  for (size_t i = 0; v && i < count; i++) {
    if (!(fabs(v[i]) <= (double)FLT_MAX)) {
      return YML_FAIL(r, PHS_YAML_RANGE, n, "choose a narrower distribution",
                      "value %zu of '%s' is beyond 3.4e38", i, what);
    }
  }
  return v != NULL;
}

bool yml_values(yml_reader *r, yml_scope *scope, const yml_node *n, size_t count,
                phs_dimension want, const char *what, const char *stream, phs_param64 *out) {
  if (n->kind == YML_LIST) {
    return read_list(r, scope, n, count, want, what, out);
  }
  if (n->kind == YML_MAP && yml_get(n, "file")) {
    yml_field f[VALUE_KEYS];
    return yml_decode(r, scope, n, &yml_value_file, f) &&
           read_file(r, f[VALUE_FILE].node, f[VALUE_UNIT].node, count, want, what, out);
  }
  if (n->kind == YML_MAP) {
    return read_random(r, scope, n, count, want, what, stream, out);
  }
  if (n->text[0] != '=' && yml_names_array(n->text)) {
    return read_file(r, n, NULL, count, want, what, out);
  }
  double *v = room(r, 1);
  *out = (phs_param64){v, 1};
  return v && yml_quantity(r, scope, n, want, what, v);
}
