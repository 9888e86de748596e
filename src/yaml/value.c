/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Quantities as numbers. */
#include "yaml/reader.h"

#include <float.h>
#include <math.h>
#include <string.h>

const phs_dimension yml_plain = {0, 0, 0, 0}, yml_time = {1, 0, 0, 0},
                    yml_frequency = {-1, 0, 0, 0}, yml_length = {0, 0, 0, 1};

bool yml_text_failed(yml_reader *r, phs_code code, const yml_node *n, size_t offset,
                     const phs_text_error *e) {
  return YML_FAIL_IN(r, code, n, offset + e->at, e->help[0] ? e->help : NULL, "%s", e->message);
}

static bool read_text(yml_reader *r, yml_scope *scope, const yml_node *n, phs_value *out) {
  const yml_language *l = r->language;
  phs_text_error error = {0};
  if (n->text[0] == '=' && l && l->expression) {
    return l->expression(r, scope, n, out);
  }
  if (phs_quantity_parse(n->text, n->length, out, &error)) {
    return true;
  }
  if (l && l->mistake && l->mistake(r, scope, n)) {
    return false;
  }
  return yml_text_failed(r, PHS_YAML_VALUE, n, 0, &error);
}

bool yml_evaluate(yml_reader *r, yml_scope *scope, const yml_node *n, phs_value *out) {
  char have[64];
  if (n->kind != YML_SCALAR || yml_is_null(n)) {
    return YML_FAIL(r, PHS_YAML_TYPE, n,
                    r->language ? "write one value, like 0.1 mV or \"= 2 * J\""
                                : "write one value, like 0.1 mV",
                    r->language ? "a quantity or an expression is needed, not %s"
                                : "a quantity is needed, not %s",
                    yml_describe(n, have, sizeof have));
  }
  bool ok = read_text(r, scope, n, out);
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
    return yml_text_failed(r, PHS_YAML_VALUE, n, 0, &error);
  }
  *factor = v.number;
  return n ? yml_check_dimension(r, n, v.dimension, want, what) : true;
}
