/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Expressions of a model become symbols, with the meaning that names have at that point of a step.
 */
#include "base/nearest.h"
#include "equations/model_internal.h"

#include <string.h>

static void number(void *user, double value, phs_operand *out) {
  out->node = phs_sym_number(((phs_scope *)user)->s, value);
}

static bool constant(void *user, const phs_operand *a, double *value) {
  return phs_sym_constant(((phs_scope *)user)->s, a->node, value);
}

static bool apply(void *user, phs_operation op, const phs_operand *args, phs_operand *out,
                  char *message) {
  phs_scope *c = (phs_scope *)user;
  (void)message;
  int n = phs_operation_arity(op);
  out->node =
      phs_sym_apply(c->s, op, args[0].node, n > 1 ? args[1].node : 0, n > 2 ? args[2].node : 0);
  return true;
}

static bool give(phs_operand *out, phs_dimension d, bool known, phs_sym node) {
  *out =
      (phs_operand){.kind = known ? PHS_IS_NUMBER : PHS_IS_UNKNOWN, .dimension = d, .node = node};
  return true;
}

/* Named expressions are made when first asked for after a state changed, all of them. */
static void make_named(phs_scope *c) {
  c->making = true;
  c->named_count = 0;
  for (int i = 0; i < c->m->named_count; i++) {
    const phs_equation *q = &c->m->named[i];
    phs_operand out = {0};
    phs_text_error ignored;
    bool ok = q->value.tree && phs_scope_build(c, &q->value, &out, &ignored);
    c->named[i] = ok ? out.node : 0;
    c->named_count++;
  }
  c->making = false;
  c->fresh = true;
}

static bool name_of_named(phs_scope *c, const char *s, phs_operand *out) {
  int visible = c->making ? c->named_count : c->m->named_count;
  for (int i = 0; c->named && i < visible; i++) {
    const phs_equation *q = &c->m->named[i];
    if (strcmp(s, q->name) == 0) {
      if (!c->fresh && !c->making) {
        make_named(c);
      }
      return give(out, q->dimension, q->known, c->named[i]);
    }
  }
  return false;
}

static bool name_of_state(phs_scope *c, const char *s, bool previous, phs_operand *out) {
  for (int i = 0; i < c->state_count && (!previous || c->previous); i++) {
    const phs_equation *q = &c->m->equation[i];
    if (strcmp(s, q->name) == 0) {
      return give(out, q->dimension, q->known, previous ? c->previous[i] : c->state[i]);
    }
  }
  return false;
}

/* All names that are visible, for suggestions; NULL without memory. */
static const char **visible_names(const phs_scope *c, size_t *count) {
  const phs_equations_model *m = c->m;
  size_t n = (size_t)(c->parameter_count + c->state_count + m->named_count + 1);
  const char **names = PHS_NEW_ARRAY(c->s->arena, const char *, n);
  *count = 0;
  for (int i = 0; names && i < c->parameter_count; i++) {
    names[(*count)++] = m->parameter[i].name;
  }
  for (int i = 0; names && i < c->state_count; i++) {
    names[(*count)++] = m->equation[i].name;
  }
  for (int i = 0; names && c->named && i < m->named_count; i++) {
    names[(*count)++] = m->named[i].name;
  }
  if (names) {
    names[(*count)++] = "dt";
  }
  return names;
}

static bool name(void *user, const char *s, bool previous, phs_operand *out, const char **near) {
  phs_scope *c = (phs_scope *)user;
  if (previous) {
    return name_of_state(c, s, true, out);
  }
  if (c->has_amount && strcmp(s, "x") == 0) {
    return give(out, c->amount_dimension, true, c->amount);
  }
  if (strcmp(s, "dt") == 0) {
    return give(out, (phs_dimension){1, 0, 0, 0}, true, c->dt);
  }
  for (int i = 0; i < c->parameter_count; i++) {
    if (strcmp(s, c->m->parameter[i].name) == 0) {
      return give(out, c->m->parameter[i].dimension, c->m->parameter_known[i], c->parameter[i]);
    }
  }
  if (name_of_state(c, s, false, out) || name_of_named(c, s, out)) {
    return true;
  }
  phs_value unit;
  if (c->m->incomplete && !phs_unit_of_word(s, &unit)) {
    return give(out, (phs_dimension){0}, false, 0);
  }
  size_t count;
  const char **names = visible_names(c, &count);
  *near = names ? phs_nearest(s, names, count) : NULL;
  return false;
}

bool phs_scope_start(phs_scope *c, const phs_equations_model *m, phs_symbols *s,
                     const phs_sym *parameter, double dt) {
  *c = (phs_scope){.m = m, .s = s, .parameter = parameter, .parameter_count = m->parameter_count};
  c->state_count = m->state_count;
  c->dt = phs_sym_number(s, dt);
  c->named = PHS_NEW_ARRAY(s->arena, phs_sym, (size_t)m->named_count);
  return c->named != NULL;
}

void phs_scope_changed(phs_scope *c) {
  c->fresh = false;
}

bool phs_scope_build(phs_scope *c, const phs_formula *f, phs_operand *out, phs_text_error *error) {
  const phs_algebra algebra = {c, number, name, apply, constant};
  if (phs_expression_walk(f->tree, &algebra, out, error)) {
    return true;
  }
  error->at += f->at;
  return false;
}

phs_sym phs_scope_symbol(phs_scope *c, const phs_formula *f) {
  phs_operand out = {0};
  phs_text_error ignored;
  return phs_scope_build(c, f, &out, &ignored) ? out.node : 0;
}

void phs_scope_run(phs_scope *c, const phs_statements *list, const bool *keep, phs_sym unless) {
  for (int i = 0; i < list->count; i++) {
    const phs_statement *t = &list->list[i];
    phs_sym before = c->state[t->state], value = phs_scope_symbol(c, &t->value);
    if (t->op != PHS_E_NUMBER) {
      value = phs_sym_apply(c->s, t->op, before, value, 0);
    }
    if (keep && keep[t->state]) {
      value = phs_sym_apply(c->s, PHS_E_WHERE, unless, before, value);
    }
    c->state[t->state] = value;
    phs_scope_changed(c);
  }
}
