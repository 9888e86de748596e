/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A model's equations: lines are taken apart, expressions parsed. */
#include "equations/model_internal.h"
#include "equations/span.h"

#include <string.h>

static const char *word_of(const phs_equations_model *m, const char *name) {
  static const char *const words[] = {"x", "dt", "pi", "refractory", "and", "or", "not", "inf"};
  const char *near;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(name, words[i]) == 0) {
      return "has a meaning of its own in equations";
    }
  }
  if (phs_function_find(name, &near) != PHS_E_COUNT) {
    return "is a function";
  }
  for (int i = 0; i < m->parameter_count; i++) {
    if (strcmp(name, m->parameter[i].name) == 0) {
      return "is already a parameter";
    }
  }
  for (int i = 0; i < m->state_count; i++) {
    if (strcmp(name, m->equation[i].name) == 0) {
      return "already has an equation";
    }
  }
  for (int i = 0; i < m->named_count; i++) {
    if (strcmp(name, m->named[i].name) == 0) {
      return "already has an equation";
    }
  }
  return NULL;
}

bool phs_model_name_ok(const phs_equations_model *m, const char *name, const phs_text *text,
                       size_t at, phs_diag *diag) {
  phs_text_error e;
  const char *why = word_of(m, name);
  if (!phs_span_is_name(name, (phs_span){0, strlen(name)})) {
    why = "is no name: names are letters, digits and '_', the first no digit";
  }
  if (!why) {
    return true;
  }
  phs_text_fail(&e, at, strlen(name), "choose another name", "'%.60s' %s", name, why);
  phs_text_report(diag, PHS_EQ_NAME, text, &e);
  return false;
}

phs_formula phs_model_read_part(phs_equations_model *m, const phs_text *text, size_t at,
                                size_t length, phs_diag *diag) {
  phs_formula f = {.text = text, .at = at, .length = length};
  phs_text_error e = {0};
  f.tree = phs_expression_parse(m->arena, text->s + at, length, &e);
  if (!f.tree) {
    e.at += at;
    phs_text_report(diag, PHS_EQ_SYNTAX, text, &e);
  }
  return f;
}

phs_formula phs_model_read_formula(phs_equations_model *m, const phs_text *text, phs_diag *diag) {
  if (!text->s) {
    return (phs_formula){0};
  }
  size_t length = strlen(text->s), start = 0;
  if (length > PHS_MODEL_TEXT) {
    phs_text_say(diag, PHS_EQ_TOO_LARGE, text, 0, 0, NULL,
                 "the text is longer than 65536 characters");
    return (phs_formula){.text = text};
  }
  /* "= expr", as values of model files are written */
  start += strspn(text->s, " \t");
  start = text->s[start] == '=' ? start + 1 : 0;
  return phs_model_read_part(m, text, start, length - start, diag);
}

/* "mV (hold)": the unit's dimension and the flags. */
static void read_unit(phs_equation *q, const phs_text *text, phs_span r, phs_diag *diag) {
  const char *s = text->s;
  r = phs_span_trim(s, r);
  size_t open = r.end;
  for (size_t i = r.at; i < r.end; i++) {
    phs_span before = phs_span_trim(s, (phs_span){r.at, i});
    if (s[i] == '(' && before.end > before.at && !strchr("*/(^", s[before.end - 1])) {
      open = i;
      break;
    }
  }
  phs_span unit = phs_span_trim(s, (phs_span){r.at, open});
  phs_value v;
  phs_text_error e = {0};
  q->known = phs_unit_parse(s + unit.at, unit.end - unit.at, &v, &e);
  if (q->known) {
    q->dimension = v.dimension;
  } else {
    e.at += unit.at;
    phs_text_report(diag, PHS_EQ_SYNTAX, text, &e);
  }
  if (open == r.end) {
    return;
  }
  phs_span flag = phs_span_trim(s, (phs_span){open + 1, s[r.end - 1] == ')' ? r.end - 1 : r.end});
  q->hold = flag.end - flag.at == 4 && memcmp(s + flag.at, "hold", 4) == 0;
  if (!q->hold || s[r.end - 1] != ')') {
    phs_text_say(diag, PHS_EQ_FLAG, text, open, r.end - open, "the only flag is (hold)",
                 "this is no flag of an equation");
  }
}

/* "dv/dt" or "I": the name, and whether it is differentiated. */
static bool read_left(const phs_text *text, phs_span r, phs_span *name, bool *rate,
                      phs_diag *diag) {
  const char *s = text->s;
  r = phs_span_trim(s, r);
  size_t bar = phs_span_find(s, r, "/");
  *rate = bar < r.end;
  *name = phs_span_trim(s, (phs_span){r.at, bar});
  if (*rate) {
    phs_span below = phs_span_trim(s, (phs_span){bar + 1, r.end});
    bool ok = below.end - below.at == 2 && memcmp(s + below.at, "dt", 2) == 0 &&
              name->end > name->at + 1 && s[name->at] == 'd';
    *name = ok ? phs_span_trim(s, (phs_span){name->at + 1, name->end}) : (phs_span){0, 0};
  }
  if (phs_span_is_name(s, *name)) {
    return true;
  }
  phs_text_say(diag, PHS_EQ_SYNTAX, text, r.at, r.end - r.at,
               "write dv/dt = ... for a state variable, or a name = ... for an expression",
               "this is no left-hand side of an equation");
  return false;
}

/* Expressions have no ':', so the first one ends them, even where a parenthesis is left open. */
static size_t find_colon(const char *s, phs_span r) {
  size_t i = r.at;
  while (i < r.end && s[i] != ':') {
    i += s[i] == '#' ? strcspn(s + i, "\n") : 1;
  }
  return i < r.end ? i : r.end;
}

/* One line of the equations. */
static void read_equation(phs_equations_model *m, phs_span r, phs_diag *diag) {
  const phs_text *text = &m->source->equations;
  const char *s = text->s;
  size_t equals = phs_span_equals(s, r), colon = find_colon(s, (phs_span){equals, r.end});
  phs_span name;
  bool rate;
  if (equals == r.end) {
    phs_text_say(diag, PHS_EQ_SYNTAX, text, r.at, r.end - r.at, "write dv/dt = expression : unit",
                 "this line has no '='");
    m->incomplete = true;
    return;
  }
  if (!read_left(text, (phs_span){r.at, equals}, &name, &rate, diag)) {
    m->incomplete = true;
    return;
  }
  phs_equation q = {
      .name = phs_span_copy(m->arena, s, name), .at = name.at, .length = name.end - name.at};
  if (!q.name || !phs_model_name_ok(m, q.name, text, name.at, diag)) {
    m->incomplete = true;
    return;
  }
  if (colon == r.end) {
    phs_text_say(diag, PHS_EQ_SYNTAX, text, r.end, 0,
                 rate ? "write it behind the equation: dv/dt = ... : mV"
                      : "write it behind: I = ... : pA",
                 "the unit of the variable is missing");
  } else {
    read_unit(&q, text, (phs_span){colon + 1, r.end}, diag);
  }
  phs_span value = phs_span_trim(s, (phs_span){equals + 1, colon});
  q.value = phs_model_read_part(m, text, value.at, value.end - value.at, diag);
  if (rate && m->state_count >= PHS_MODEL_STATES) {
    phs_text_say(diag, PHS_EQ_TOO_LARGE, text, name.at, q.length, NULL,
                 "a model has at most 15 state variables");
  } else if (rate) {
    m->equation[m->state_count++] = q;
  } else {
    if (q.hold) {
      phs_text_say(diag, PHS_EQ_FLAG, text, colon, r.end - colon,
                   "only differential equations hold", "a named expression cannot hold");
    }
    m->named[m->named_count++] = q;
  }
}

void phs_model_read_equations(phs_equations_model *m, phs_diag *diag) {
  const phs_text *text = &m->source->equations;
  size_t from = 0;
  phs_span r;
  int lines = 0;
  m->equation = PHS_NEW_ARRAY(m->arena, phs_equation, PHS_MODEL_STATES);
  m->named = PHS_NEW_ARRAY(m->arena, phs_equation, PHS_MODEL_LINES);
  if (!m->equation || !m->named || !text->s) {
    return;
  }
  if (strlen(text->s) > PHS_MODEL_TEXT) {
    phs_text_say(diag, PHS_EQ_TOO_LARGE, text, 0, 0, NULL,
                 "the equations are longer than 65536 characters");
    return;
  }
  while (phs_span_next(text->s, &from, "", &r)) {
    r = phs_span_content(text->s, r);
    if (r.at == r.end) {
      continue;
    }
    if (++lines > PHS_MODEL_LINES) {
      phs_text_say(diag, PHS_EQ_TOO_LARGE, text, r.at, 0, NULL,
                   "a model has at most 200 equations");
      return;
    }
    read_equation(m, r, diag);
  }
}
