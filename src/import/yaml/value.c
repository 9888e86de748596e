/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Quantities and expressions as numbers. */
#include "base/nearest.h"
#include "import/yaml/yaml.h"

#include <float.h>
#include <math.h>
#include <string.h>

const phs_dimension yml_plain = {0, 0, 0, 0}, yml_time = {1, 0, 0, 0},
                    yml_frequency = {-1, 0, 0, 0}, yml_length = {0, 0, 0, 1};

typedef struct lookup {
  yml_reader *r;
  yml_scope *scope;
} lookup;

static const char *near_constant(yml_reader *r, yml_scope *scope, const char *name) {
  const char *list[256];
  size_t count = 0;
  for (; scope; scope = scope->parent) {
    for (size_t i = 0; i < scope->constant_count && count < 256; i++) {
      list[count++] = scope->constant[i]->name;
    }
  }
  (void)r;
  return phs_nearest(name, list, count);
}

static bool find(void *user, const char *name, size_t length, phs_value *out, const char **near) {
  lookup *l = user;
  char *copy = phs_arena_alloc(l->r->scratch, length + 1);
  if (!copy) {
    return false;
  }
  memcpy(copy, name, length);
  yml_constant *c = yml_constant_find(l->scope, copy);
  if (!c) {
    *near = near_constant(l->r, l->scope, copy);
    l->r->unknown_name = copy; /* perhaps a unit */
    return false;
  }
  if (!yml_constant_value(l->r, c)) {
    l->r->constant_wrong = true;
    return false;
  }
  c->used = true;
  *out = c->value;
  return true;
}

static bool report_text(yml_reader *r, const yml_node *n, size_t offset, const phs_text_error *e) {
  if (r->constant_wrong) {
    return yml_failed(r, PHS_YAML_VALUE); /* told where the constant stands */
  }
  const char *name = r->unknown_name;
  bool unknown = name && e->length == strlen(name) && offset + e->at < n->length &&
                 strncmp(n->text + offset + e->at, name, e->length) == 0;
  return YML_FAIL_IN(r, unknown ? PHS_YAML_UNKNOWN_NAME : PHS_YAML_VALUE, n, offset + e->at,
                     e->help[0] ? e->help : NULL, "%s", e->message);
}

static bool evaluate_expression(yml_reader *r, yml_scope *scope, const yml_node *n, size_t start,
                                phs_value *out) {
  phs_text_error error = {0};
  lookup l = {r, scope};
  phs_expression *e = phs_expression_parse(r->scratch, n->text + start, n->length - start, &error);
  r->unknown_name = NULL;
  r->constant_wrong = false;
  bool ok = e && phs_expression_evaluate(e, find, &l, out, &error);
  ok = ok || report_text(r, n, start, &error);
  r->unknown_name = NULL;
  r->constant_wrong = false;
  return ok;
}

bool yml_evaluate(yml_reader *r, yml_scope *scope, const yml_node *n, phs_value *out) {
  char have[64];
  if (n->kind != YML_SCALAR || yml_is_null(n)) {
    return YML_FAIL(r, PHS_YAML_TYPE, n, "write one value, like 0.1 mV or \"= 2 * J\"",
                    "a quantity or an expression is needed, not %s",
                    yml_describe(n, have, sizeof have));
  }
  bool ok;
  if (n->text[0] == '=') {
    ok = evaluate_expression(r, scope, n, 1, out);
  } else {
    phs_text_error error = {0};
    ok = phs_quantity_parse(n->text, n->length, out, &error);
    yml_constant *c = ok ? NULL : yml_constant_find(scope, n->text);
    if (c) {
      return YML_FAIL(r, PHS_YAML_VALUE, n, yml_format(r, "write \"= %s\"", c->name),
                      "'%s' is a constant: expressions begin with '='", c->name);
    }
    ok = ok || report_text(r, n, 0, &error);
  }
  if (ok && !(fabs(out->number) <= (double)FLT_MAX)) {
    return YML_FAIL(r, PHS_YAML_RANGE, n, "choose other values",
                    "the value is %g; numbers go up to 3.4e38", out->number);
  }
  return ok;
}

bool yml_check_dimension(yml_reader *r, const yml_node *n, phs_dimension have, phs_dimension want,
                         const char *what) {
  char h[96], w[96], examples[96];
  if (phs_dimension_equal(have, want)) {
    return true;
  }
  phs_dimension_print(want, w, sizeof w);
  phs_dimension_examples(want, examples, sizeof examples);
  if (phs_dimension_equal(have, yml_plain)) {
    const char *example =
        n->kind == YML_SCALAR && n->text[0] != '='
            ? yml_format(r, "give it a unit, for example '%s %.*s' (%s)", yml_safe(r, n->text),
                         (int)strcspn(examples, ","), examples, examples)
            : yml_format(r, "give it a unit: %s", examples);
    return YML_FAIL(r, PHS_YAML_UNIT_MISSING, n, example, "'%s' has no unit; it is of dimension %s",
                    what, w);
  }
  return YML_FAIL(r, PHS_YAML_DIMENSION, n,
                  phs_dimension_equal(want, yml_plain)
                      ? "write the number without a unit"
                      : yml_format(r, "units that fit: %s", examples),
                  "'%s' is %s, but %s is needed", what, phs_dimension_print(have, h, sizeof h), w);
}

bool yml_quantity(yml_reader *r, yml_scope *scope, const yml_node *n, phs_dimension want,
                  const char *what, double *out) {
  phs_value v;
  if (!yml_evaluate(r, scope, n, &v) || !yml_check_dimension(r, n, v.dimension, want, what)) {
    return false;
  }
  *out = v.number;
  return true;
}

bool yml_quantity_or_inf(yml_reader *r, yml_scope *scope, const yml_node *n, phs_dimension want,
                         const char *what, double *out) {
  if (n->kind == YML_SCALAR && (strcmp(n->text, ".inf") == 0 || strcmp(n->text, "-.inf") == 0)) {
    *out = n->text[0] == '-' ? -INFINITY : INFINITY;
    return true;
  }
  return yml_quantity(r, scope, n, want, what, out);
}

bool yml_count(yml_reader *r, yml_scope *scope, const yml_node *n, const char *what, int64_t least,
               int64_t most, int64_t *out) {
  double v;
  if (!yml_quantity(r, scope, n, yml_plain, what, &v)) {
    return false;
  }
  double whole = nearbyint(v);
  /* Expressions like "= 0.1 * 30" miss the whole number by a rounding. */
  if (fabs(v - whole) > 1e-9 * fabs(v)) {
    return YML_FAIL(r, PHS_YAML_RANGE, n, yml_format(r, "round it: %.0f, or floor(...)", whole),
                    "'%s' is %.17g, but must be a whole number", what, v);
  }
  if (!(whole >= (double)least && whole <= (double)most)) {
    return YML_FAIL(r, PHS_YAML_RANGE, n, NULL, "'%s' is %.0f; it must be from %lld to %lld", what,
                    whole, (long long)least, (long long)most);
  }
  *out = (int64_t)whole;
  return true;
}

bool yml_unit(yml_reader *r, const yml_node *n, phs_dimension want, const char *what,
              double *factor) {
  phs_value v = {1, {0, 0, 0, 0}};
  phs_text_error error = {0};
  if (n && !phs_unit_parse(n->text, n->length, &v, &error)) {
    return report_text(r, n, 0, &error);
  }
  *factor = v.number;
  return n ? yml_check_dimension(r, n, v.dimension, want, what) : true;
}

bool yml_steps(yml_reader *r, const yml_node *n, double ms, const char *what, int64_t *out) {
  char have[64], low[64], high[64], dt[64];
  double steps = ms / r->dt, whole = nearbyint(steps);
  if (!(fabs(steps) < 9e15)) {
    return YML_FAIL(r, PHS_YAML_RANGE, n, "choose a shorter time", "'%s' is %g steps; at most 9e15",
                    what, steps);
  }
  if (fabs(steps - whole) > 1e-6 * fabs(steps)) {
    phs_quantity_print((phs_value){floor(steps) * r->dt, yml_time}, low, sizeof low);
    phs_quantity_print((phs_value){ceil(steps) * r->dt, yml_time}, high, sizeof high);
    return YML_FAIL(r, PHS_YAML_NOT_MULTIPLE, n,
                    floor(steps) == 0 ? yml_format(r, "take %s", high)
                                      : yml_format(r, "take %s or %s", low, high),
                    "'%s' of %s is not a multiple of dt = %s", what,
                    phs_quantity_print((phs_value){ms, yml_time}, have, sizeof have),
                    phs_quantity_print((phs_value){r->dt, yml_time}, dt, sizeof dt));
  }
  *out = (int64_t)whole;
  return true;
}
