/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Names and dimensions of a whole model; every formula is looked at, whatever others are like. */
#include "equations/model_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct checker {
  phs_equations_model *m;
  phs_diag *diag;
  phs_scope scope;
  phs_sym *parameter;
} checker;

/* The formula's dimension; false when it has none, reported. */
static bool build(checker *c, const phs_formula *f, phs_operand *out) {
  phs_text_error e = {0};
  if (!f->tree) {
    return false;
  }
  if (!phs_scope_build(&c->scope, f, out, &e)) {
    phs_text_report(c->diag, PHS_EQ_EXPRESSION, f->text, &e);
    return false;
  }
  return out->kind != PHS_IS_UNKNOWN;
}

/* Reports a formula that is not of dimension `want`. */
static void expect(checker *c, const phs_formula *f, phs_dimension want, const char *what) {
  phs_operand got;
  char a[96], b[96], r[96], help[256] = "";
  phs_text_error e;
  if (!build(c, f, &got)) {
    return;
  }
  if (got.kind == PHS_IS_CONDITION) {
    phs_text_fail(&e, f->at, f->length, "use where(condition, 1, 0)",
                  "%s is a condition, not a number", what);
    phs_text_report(c->diag, PHS_EQ_DIMENSION, f->text, &e);
    return;
  }
  if (phs_dimension_equal(got.dimension, want)) {
    return;
  }
  phs_dimension ratio;
  if (phs_dimension_product(got.dimension, want, -1, &ratio)) {
    phs_dimension inverse;
    phs_dimension_product((phs_dimension){0}, ratio, -1, &inverse);
    if (phs_dimension_plain(got.dimension)) {
      char examples[64];
      phs_dimension_examples(want, examples, sizeof examples);
      snprintf(help, sizeof help, "a number needs its unit: %s", examples);
    } else {
      snprintf(help, sizeof help, "divide by %s, or multiply by %s",
               phs_dimension_describe(ratio, a, sizeof a),
               phs_dimension_describe(inverse, r, sizeof r));
    }
  }
  phs_text_fail(&e, f->at, f->length, help, "%s is %s, where %s belongs", what,
                phs_dimension_describe(got.dimension, a, sizeof a),
                phs_dimension_describe(want, b, sizeof b));
  phs_text_report(c->diag, PHS_EQ_DIMENSION, f->text, &e);
}

/* Defaults, in order: each sees those before it. */
static void check_parameters(checker *c) {
  phs_equations_model *m = c->m;
  c->scope.state_count = 0;
  phs_sym *named = c->scope.named;
  c->scope.named = NULL;
  for (int i = 0; i < m->parameter_count; i++) {
    phs_operand v;
    c->scope.parameter_count = i;
    if (!build(c, &m->preset[i], &v)) {
      continue;
    }
    m->parameter_known[i] = true;
    m->parameter[i].dimension = v.dimension;
    c->parameter[i] = v.node;
    phs_sym_constant(c->scope.s, v.node, &m->parameter[i].value);
    if (!isfinite(m->parameter[i].value)) {
      phs_text_error e;
      phs_text_fail(&e, m->preset[i].at, m->preset[i].length, NULL,
                    "the default of '%.60s' is not a finite number", m->parameter[i].name);
      phs_text_report(c->diag, PHS_EQ_VALUE, m->preset[i].text, &e);
    }
  }
  /* From here on parameters are symbols: nothing in the equations folds into a default. */
  for (int i = 0; i < m->parameter_count; i++) {
    c->parameter[i] = phs_sym_leaf(c->scope.s, PHS_SYM_PARAMETER, i);
  }
  c->scope.parameter_count = m->parameter_count;
  c->scope.state_count = m->state_count;
  c->scope.named = named;
}

static bool needs(const phs_expression *e, const char *name) {
  if (e->op == PHS_E_NAME && strcmp(e->name, name) == 0) {
    return true;
  }
  for (int i = 0; i < e->count; i++) {
    if (needs(e->arg[i], name)) {
      return true;
    }
  }
  return false;
}

static void report_loop(checker *c, const phs_equation *q) {
  c->m->incomplete = true;
  phs_text_error e;
  phs_text_fail(&e, q->at, q->length, "make one of them a state variable, or write it out",
                "'%.60s' needs itself%s", q->name,
                needs(q->value.tree, q->name) ? "" : ", through other names");
  phs_text_report(c->diag, PHS_EQ_LOOP, &c->m->source->equations, &e);
}

/* The first of `count` expressions that is not done and needs only what is; -1: there is none. */
static int next_ready(const bool *need, const bool *done, int count) {
  for (int i = 0; i < count; i++) {
    bool ready = !done[i];
    for (int k = 0; ready && k < count; k++) {
      ready = done[k] || !need[i * count + k];
    }
    if (ready) {
      return i;
    }
  }
  return -1;
}

/* Orders named expressions so that each comes behind what it needs. What is left over is a loop. */
static void order_named(checker *c) {
  phs_equations_model *m = c->m;
  int n = m->named_count;
  bool *need = PHS_NEW_ARRAY(c->scope.s->arena, bool, (size_t)n *(size_t)n);
  bool *done = PHS_NEW_ARRAY(c->scope.s->arena, bool, (size_t)n);
  phs_equation *ordered = PHS_NEW_ARRAY(m->arena, phs_equation, (size_t)n);
  if (!need || !done || !ordered) {
    c->scope.s->failed = true;
    return;
  }
  for (int i = 0; i < n * n; i++) {
    const phs_expression *tree = m->named[i / n].value.tree;
    need[i] = tree && needs(tree, m->named[i % n].name);
  }
  m->named_count = 0;
  for (int next = next_ready(need, done, n); next >= 0; next = next_ready(need, done, n)) {
    done[next] = true;
    ordered[m->named_count++] = m->named[next];
  }
  for (int i = 0; i < n && m->named_count < n; i++) {
    if (!done[i]) {
      report_loop(c, &m->named[i]);
      break;
    }
  }
  m->named = ordered;
}

static void check_equations(checker *c) {
  phs_equations_model *m = c->m;
  char what[96];
  c->scope.making = true; /* names become visible one by one, in their order */
  for (int i = 0; i < m->named_count; i++) {
    c->scope.named_count = i;
    snprintf(what, sizeof what, "'%.60s'", m->named[i].name);
    phs_operand v;
    if (m->named[i].known) {
      expect(c, &m->named[i].value, m->named[i].dimension, what);
    } else {
      build(c, &m->named[i].value, &v);
    }
  }
  c->scope.making = false;
  for (int i = 0; i < m->state_count; i++) {
    phs_dimension rate, time = {1, 0, 0, 0};
    phs_operand v;
    snprintf(what, sizeof what, "d%.60s/dt", m->equation[i].name);
    if (m->equation[i].known && phs_dimension_product(m->equation[i].dimension, time, -1, &rate)) {
      expect(c, &m->equation[i].value, rate, what);
    } else {
      build(c, &m->equation[i].value, &v);
    }
  }
}

static void check_statements(checker *c, const phs_statements *list) {
  for (int i = 0; i < list->count; i++) {
    const phs_statement *t = &list->list[i];
    const phs_equation *q = &c->m->equation[t->state];
    bool factor = t->op == PHS_E_MUL || t->op == PHS_E_DIV;
    char what[96];
    phs_operand v;
    snprintf(what, sizeof what, "what '%.60s' is %s", q->name,
             factor                  ? "multiplied by"
             : t->op == PHS_E_NUMBER ? "set to"
                                     : "changed by");
    if (q->known) {
      expect(c, &t->value, factor ? (phs_dimension){0} : q->dimension, what);
    } else {
      build(c, &t->value, &v);
    }
  }
}

static void check_condition(checker *c) {
  const phs_formula *f = &c->m->threshold;
  phs_operand v;
  phs_text_error e;
  if (build(c, f, &v) && v.kind != PHS_IS_CONDITION) {
    phs_text_fail(&e, f->at, f->length, "compare it, such as v >= V_th",
                  "the threshold is a number, not a condition");
    phs_text_report(c->diag, PHS_EQ_DIMENSION, f->text, &e);
  }
}

static void check_output(checker *c) {
  phs_operand v;
  phs_text_error e;
  const phs_formula *f = &c->m->output;
  if (build(c, f, &v) && v.kind == PHS_IS_CONDITION) {
    phs_text_fail(&e, f->at, f->length, "use where(condition, 1, 0), or a threshold",
                  "the output is a condition, not a number");
    phs_text_report(c->diag, PHS_EQ_DIMENSION, f->text, &e);
  }
}

static void check_parts(checker *c) {
  phs_equations_model *m = c->m;
  const phs_dimension time = {1, 0, 0, 0};
  for (int i = 0; i < m->receptor_count; i++) {
    c->scope.has_amount = true;
    c->scope.amount_dimension = m->receptor[i].dimension;
    check_statements(c, &m->receives[i]);
  }
  c->scope.has_amount = false;
  c->scope.previous = c->scope.state;
  check_condition(c);
  check_statements(c, &m->reset);
  if (m->refractory.text) {
    expect(c, &m->refractory, time, "the refractory time");
  }
  c->scope.previous = NULL;
  check_output(c);
  check_statements(c, &m->initial);
}

/* Parts that stand without what they need. */
static void check_presence(checker *c) {
  const phs_equations_model *m = c->m;
  const phs_model_source *source = m->source;
  const struct {
    bool wrong;
    const phs_text *text;
    const char *message, *help;
    phs_code code;
  } rules[] = {
      {m->state_count == 0 && c->diag->errors == 0, &source->equations,
       "the model has no state variable", "write at least one equation dv/dt = ... : unit",
       PHS_EQ_MISSING},
      {source->reset.s && !source->threshold.s, &source->reset, "a reset without a threshold",
       "add a threshold, such as v >= V_th", PHS_EQ_MISSING},
      {source->refractory.s && !source->threshold.s, &source->refractory,
       "a refractory time without a threshold", "add a threshold, such as v >= V_th",
       PHS_EQ_MISSING},
  };
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    phs_text_error e;
    if (rules[i].wrong) {
      phs_text_fail(&e, 0, 0, rules[i].help, "%s", rules[i].message);
      phs_text_report(c->diag, rules[i].code, rules[i].text, &e);
    }
  }
  for (int i = 0; i < m->state_count && !source->refractory.s; i++) {
    phs_text_error e;
    if (m->equation[i].hold) {
      phs_text_fail(&e, m->equation[i].at, m->equation[i].length,
                    "give the model a refractory time, or remove (hold)",
                    "'%.60s' holds, but the model has no refractory time", m->equation[i].name);
      phs_text_report(c->diag, PHS_EQ_FLAG, &source->equations, &e);
    }
  }
}

void phs_model_check(phs_equations_model *m, phs_diag *diag) {
  checker c = {.m = m, .diag = diag};
  phs_arena *scratch = phs_arena_create();
  phs_symbols *s = scratch ? phs_symbols_create(scratch) : NULL;
  if (s) {
    c.parameter = PHS_NEW_ARRAY(scratch, phs_sym, (size_t)m->parameter_count);
  }
  if (!s || !c.parameter || !phs_scope_start(&c.scope, m, s, c.parameter, 1.0)) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the equations of '%s'",
               m->source->name);
    phs_arena_destroy(scratch);
    return;
  }
  for (int i = 0; i < m->state_count; i++) {
    c.scope.state[i] = phs_sym_leaf(s, PHS_SYM_STATE, i);
  }
  check_parameters(&c);
  order_named(&c);
  check_equations(&c);
  check_parts(&c);
  check_presence(&c);
  if (s->failed) {
    phs_report(diag, PHS_EQ_TOO_LARGE, NULL, NULL, "the equations of '%s' need too many operations",
               m->source->name);
  }
  phs_arena_destroy(scratch);
}
