/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A model's parameters, receptors and statements. */
#include "base/nearest.h"
#include "equations/model_internal.h"
#include "equations/span.h"

#include <string.h>

static int find_state(const phs_equations_model *m, const char *name) {
  for (int i = 0; i < m->state_count; i++) {
    if (strcmp(m->equation[i].name, name) == 0) {
      return i;
    }
  }
  return -1;
}

static bool no_state(phs_equations_model *m, const phs_text *text, phs_span r, const char *name,
                     phs_diag *diag) {
  const char *known[PHS_MODEL_STATES];
  phs_text_error e;
  char help[128] = "statements set variables that have a differential equation";
  for (int i = 0; i < m->state_count; i++) {
    known[i] = m->equation[i].name;
  }
  if (m->incomplete) {
    return false;
  }
  const char *near = phs_nearest(name, known, (size_t)m->state_count);
  phs_text_fail(&e, r.at, r.end - r.at, help, "'%.60s' is no state variable", name);
  if (near) {
    phs_text_fail(&e, r.at, r.end - r.at, "", "'%.60s' is no state variable; did you mean '%.60s'?",
                  name, near);
  }
  phs_text_report(diag, PHS_EQ_TARGET, text, &e);
  return false;
}

/* "v += x" */
static bool read_statement(phs_equations_model *m, const phs_text *text, phs_span r,
                           phs_statement *out, phs_diag *diag) {
  static const char signs[] = "+-*/";
  static const phs_operation ops[] = {PHS_E_ADD, PHS_E_SUB, PHS_E_MUL, PHS_E_DIV};
  const char *s = text->s;
  size_t equals = phs_span_equals(s, r);
  phs_span target = {r.at, equals};
  if (equals == r.end) {
    phs_text_say(diag, PHS_EQ_SYNTAX, text, r.at, r.end - r.at,
                 "write v = expression, or v += expression", "this statement has no '='");
    return false;
  }
  const char *sign = equals > r.at ? strchr(signs, s[equals - 1]) : NULL;
  out->op = sign ? ops[sign - signs] : PHS_E_NUMBER;
  target.end -= sign != NULL;
  target = phs_span_trim(s, target);
  if (!phs_span_is_name(s, target)) {
    phs_text_say(diag, PHS_EQ_SYNTAX, text, r.at, equals - r.at, "write v = expression",
                 "what is set here is no name");
    return false;
  }
  const char *name = phs_span_copy(m->arena, s, target);
  out->state = name ? find_state(m, name) : -1;
  if (out->state < 0 && !no_state(m, text, target, name ? name : "", diag)) {
    return false;
  }
  phs_span value = phs_span_trim(s, (phs_span){equals + 1, r.end});
  out->value = phs_model_read_part(m, text, value.at, value.end - value.at, diag);
  return out->value.tree != NULL;
}

void phs_model_read_statements(phs_equations_model *m, const phs_text *text, phs_statements *out,
                               phs_diag *diag) {
  size_t from = 0;
  phs_span r;
  if (!text->s) {
    return;
  }
  if (strlen(text->s) > PHS_MODEL_TEXT) {
    phs_text_say(diag, PHS_EQ_TOO_LARGE, text, 0, 0, NULL,
                 "the text is longer than 65536 characters");
    return;
  }
  out->list = PHS_NEW_ARRAY(m->arena, phs_statement, PHS_MODEL_LINES);
  while (out->list && phs_span_next(text->s, &from, ";", &r)) {
    r = phs_span_content(text->s, r);
    if (r.at == r.end) {
      continue;
    }
    if (out->count == PHS_MODEL_LINES) {
      phs_text_say(diag, PHS_EQ_TOO_LARGE, text, r.at, 0, NULL,
                   "there are more than 200 statements");
      return;
    }
    out->count += read_statement(m, text, r, &out->list[out->count], diag);
  }
}

/* "20 ms", "0.5 1/ms", or an expression. */
static phs_formula read_preset(phs_equations_model *m, const phs_text *text, phs_diag *diag) {
  phs_value v;
  phs_text_error e;
  phs_expression *number;
  if (text->s && phs_quantity_parse(text->s, strlen(text->s), &v, &e) &&
      (number = PHS_NEW(m->arena, phs_expression))) {
    *number = (phs_expression){.op = PHS_E_NUMBER, .length = (uint32_t)strlen(text->s), .value = v};
    return (phs_formula){.text = text, .length = strlen(text->s), .tree = number};
  }
  return phs_model_read_formula(m, text, diag);
}

void phs_model_read_parameters(phs_equations_model *m, phs_diag *diag) {
  const phs_model_source *source = m->source;
  size_t n = (size_t)source->parameter_count;
  if (source->parameter_count > PHS_MODEL_PARAMETERS) {
    phs_text_say(diag, PHS_EQ_TOO_LARGE, &source->parameter[PHS_MODEL_PARAMETERS].name, 0, 0, NULL,
                 "a model has at most 200 parameters");
    return;
  }
  m->parameter = PHS_NEW_ARRAY(m->arena, phs_model_name, n);
  m->preset = PHS_NEW_ARRAY(m->arena, phs_formula, n);
  m->parameter_known = PHS_NEW_ARRAY(m->arena, bool, n);
  if (!m->parameter || !m->preset || !m->parameter_known) {
    return;
  }
  for (int i = 0; i < source->parameter_count; i++) {
    const phs_model_parameter *p = &source->parameter[i];
    if (phs_model_name_ok(m, p->name.s, &p->name, 0, diag)) {
      m->parameter[m->parameter_count].name = p->name.s;
      m->preset[m->parameter_count] = read_preset(m, &p->value, diag);
      m->parameter_count++;
    } else {
      m->incomplete = true;
    }
  }
}

/* The first target's dimension is that of x where no unit is given. */
static void read_receptor(phs_equations_model *m, int i, phs_diag *diag) {
  const phs_model_receptor *r = &m->source->receptor[i];
  phs_value v;
  phs_text_error e = {0};
  m->receptor[i].name = r->name.s;
  phs_model_read_statements(m, &r->statement, &m->receives[i], diag);
  if (r->unit.s) {
    if (phs_unit_parse(r->unit.s, strlen(r->unit.s), &v, &e)) {
      m->receptor[i].dimension = v.dimension;
    } else {
      phs_text_report(diag, PHS_EQ_SYNTAX, &r->unit, &e);
    }
  } else if (m->receives[i].count > 0) {
    m->receptor[i].dimension = m->equation[m->receives[i].list[0].state].dimension;
  }
  for (int k = 0; k < i; k++) {
    if (strcmp(m->source->receptor[k].name.s, r->name.s) == 0) {
      phs_text_say(diag, PHS_EQ_NAME, &r->name, 0, strlen(r->name.s), "choose another name",
                   "there is already a receptor of this name");
      return;
    }
  }
}

void phs_model_read_receptors(phs_equations_model *m, phs_diag *diag) {
  size_t n = (size_t)m->source->receptor_count;
  if (m->source->receptor_count > PHS_MAX_RECEPTORS) {
    phs_text_say(diag, PHS_EQ_TOO_LARGE, &m->source->receptor[PHS_MAX_RECEPTORS].name, 0, 0, NULL,
                 "a model has at most 64 receptors");
    return;
  }
  m->receptor = PHS_NEW_ARRAY(m->arena, phs_model_name, n);
  m->receives = PHS_NEW_ARRAY(m->arena, phs_statements, n);
  for (int i = 0; m->receptor && m->receives && i < m->source->receptor_count; i++) {
    read_receptor(m, i, diag);
    m->receptor_count++;
  }
}
