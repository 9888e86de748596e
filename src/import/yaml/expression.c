/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Expressions over constants, and times as steps. */
#include "base/nearest.h"
#include "import/yaml/yaml.h"

#include <math.h>
#include <string.h>

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
    l->r->in->unknown_name = copy; /* perhaps a unit */
    return false;
  }
  if (!yml_constant_value(l->r, c)) {
    l->r->in->constant_wrong = true;
    return false;
  }
  c->used = true;
  *out = c->value;
  return true;
}

static bool report_text(yml_reader *r, const yml_node *n, size_t offset, const phs_text_error *e) {
  if (r->in->constant_wrong) {
    return yml_failed(r, PHS_YAML_VALUE); /* told where the constant stands */
  }
  const char *name = r->in->unknown_name;
  bool unknown = name && e->length == strlen(name) && offset + e->at < n->length &&
                 strncmp(n->text + offset + e->at, name, e->length) == 0;
  if (unknown && r->in->incomplete) {
    return yml_failed(r, PHS_YAML_UNKNOWN_NAME);
  }
  return yml_text_failed(r, unknown ? PHS_YAML_UNKNOWN_NAME : PHS_YAML_VALUE, n, offset, e);
}

static bool evaluate_expression(yml_reader *r, yml_scope *scope, const yml_node *n,
                                phs_value *out) {
  const size_t start = 1; /* behind the '=' */
  phs_text_error error = {0};
  lookup l = {r, scope};
  phs_expression *e = phs_expression_parse(r->scratch, n->text + start, n->length - start, &error);
  r->in->unknown_name = NULL;
  r->in->constant_wrong = false;
  bool ok = e && phs_expression_evaluate(e, find, &l, out, &error);
  ok = ok || report_text(r, n, start, &error);
  r->in->unknown_name = NULL;
  r->in->constant_wrong = false;
  return ok;
}

/* Forgotten: the '=' of an expression. */
static bool is_constant(yml_reader *r, yml_scope *scope, const yml_node *n) {
  yml_constant *c = yml_constant_find(scope, n->text);
  if (c) {
    YML_FAIL(r, PHS_YAML_VALUE, n, yml_format(r, "write \"= %s\"", c->name),
             "'%s' is a constant: expressions begin with '='", c->name);
  }
  return c != NULL;
}

const yml_language yml_expressions = {evaluate_expression, is_constant};

bool yml_steps(yml_reader *r, const yml_node *n, double ms, const char *what, int64_t *out) {
  char have[64], low[64], high[64], dt[64];
  double steps = ms / r->in->dt, whole = nearbyint(steps);
  if (!(fabs(steps) < 9e15)) {
    return YML_FAIL(r, PHS_YAML_RANGE, n, "choose a shorter time", "'%s' is %g steps; at most 9e15",
                    what, steps);
  }
  if (fabs(steps - whole) > 1e-6 * fabs(steps)) {
    phs_quantity_print((phs_value){floor(steps) * r->in->dt, yml_time}, low, sizeof low);
    phs_quantity_print((phs_value){ceil(steps) * r->in->dt, yml_time}, high, sizeof high);
    return YML_FAIL(r, PHS_YAML_NOT_MULTIPLE, n,
                    floor(steps) == 0 ? yml_format(r, "take %s", high)
                                      : yml_format(r, "take %s or %s", low, high),
                    "'%s' of %s is not a multiple of dt = %s", what,
                    phs_quantity_print((phs_value){ms, yml_time}, have, sizeof have),
                    phs_quantity_print((phs_value){r->in->dt, yml_time}, dt, sizeof dt));
  }
  *out = (int64_t)whole;
  return true;
}
