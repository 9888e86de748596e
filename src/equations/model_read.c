/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A model's texts: lines and statements are taken apart, expressions parsed. */
#include "base/nearest.h"
#include "equations/model_internal.h"

#include <ctype.h>
#include <string.h>

static void report(phs_diag *diag, phs_code code, const phs_text *text, size_t at, size_t length,
                   const char *help, const char *message) {
  phs_text_error e;
  phs_text_fail(&e, at, length, help, "%s", message);
  phs_text_report(diag, code, text, &e);
}

/* A stretch of a text. */
typedef struct span {
  size_t at, end;
} span;

static span trim(const char *s, span r) {
  while (r.at < r.end && isspace((unsigned char)s[r.at])) {
    r.at++;
  }
  while (r.end > r.at && isspace((unsigned char)s[r.end - 1])) {
    r.end--;
  }
  return r;
}

/* The first character of `r` for which `stop` is a set, outside of comments and parentheses; r.end
 * where there is none. */
static size_t find(const char *s, span r, const char *stop) {
  int depth = 0;
  for (size_t i = r.at; i < r.end; i++) {
    if (s[i] == '#') {
      i += strcspn(s + i, "\n");
      if (i >= r.end) {
        break;
      }
    }
    depth += s[i] == '(';
    if (depth == 0 && strchr(stop, s[i])) {
      return i;
    }
    depth -= s[i] == ')' && depth > 0;
  }
  return r.end;
}

/* Whether the line holds an '=' that is no comparison: it begins something new. */
static bool defines(const char *line) {
  for (size_t i = 0; line[i] && line[i] != '\n' && line[i] != '#'; i++) {
    if (line[i] == '=' && line[i + 1] != '=' && (i == 0 || !strchr("=<>!", line[i - 1]))) {
      return true;
    }
  }
  return false;
}

/* The next piece of a text up to a newline (or one of `also`); lines go on within parentheses,
 * except where the next one is clearly another. False at the end. */
static bool next_piece(const char *s, size_t *from, const char *also, span *out) {
  size_t i = *from;
  int depth = 0;
  if (s[i] == 0) {
    return false;
  }
  out->at = i;
  for (; s[i]; i++) {
    if (s[i] == '#') {
      i += strcspn(s + i, "\n");
      if (s[i] == 0) {
        break;
      }
    }
    depth += s[i] == '(';
    depth -= s[i] == ')' && depth > 0;
    if ((s[i] == '\n' && (depth == 0 || defines(s + i + 1))) ||
        (depth == 0 && strchr(also, s[i]))) {
      break;
    }
  }
  out->end = i;
  *from = s[i] ? i + 1 : i;
  return true;
}

/* Without a comment behind it and blanks around it. */
static span without_comment(const char *s, span r) {
  span first = trim(s, r);
  while (first.at < first.end && s[first.at] == '#') { /* whole lines of comment */
    first.at += strcspn(s + first.at, "\n");
    first = trim(s, first.at < first.end ? first : (span){first.end, first.end});
  }
  size_t last = first.at;
  for (size_t i = first.at; i < first.end; i++) {
    if (s[i] == '#') {
      i += strcspn(s + i, "\n");
    } else if (!isspace((unsigned char)s[i])) {
      last = i + 1;
    }
  }
  return (span){first.at, last};
}

static bool is_name(const char *s, span r) {
  if (r.at == r.end || !(isalpha((unsigned char)s[r.at]) || s[r.at] == '_')) {
    return false;
  }
  for (size_t i = r.at; i < r.end; i++) {
    if (!isalnum((unsigned char)s[i]) && s[i] != '_') {
      return false;
    }
  }
  return true;
}

static const char *copy(phs_equations_model *m, const char *s, span r) {
  char *name = (char *)phs_arena_alloc(m->arena, r.end - r.at + 1);
  if (name) {
    memcpy(name, s + r.at, r.end - r.at);
  }
  return name;
}

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
  if (!is_name(name, (span){0, strlen(name)})) {
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
    report(diag, PHS_EQ_TOO_LARGE, text, 0, 0, NULL, "the text is longer than 65536 characters");
    return (phs_formula){.text = text};
  }
  /* "= expr", as values of model files are written */
  start += strspn(text->s, " \t");
  start = text->s[start] == '=' ? start + 1 : 0;
  return phs_model_read_part(m, text, start, length - start, diag);
}

/* "mV (hold)": the unit's dimension and the flags. */
static void read_unit(phs_equation *q, const phs_text *text, span r, phs_diag *diag) {
  const char *s = text->s;
  r = trim(s, r);
  size_t open = r.end;
  for (size_t i = r.at; i < r.end; i++) {
    span before = trim(s, (span){r.at, i});
    if (s[i] == '(' && before.end > before.at && !strchr("*/(^", s[before.end - 1])) {
      open = i;
      break;
    }
  }
  span unit = trim(s, (span){r.at, open});
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
  span flag = trim(s, (span){open + 1, s[r.end - 1] == ')' ? r.end - 1 : r.end});
  q->hold = flag.end - flag.at == 4 && memcmp(s + flag.at, "hold", 4) == 0;
  if (!q->hold || s[r.end - 1] != ')') {
    report(diag, PHS_EQ_FLAG, text, open, r.end - open, "the only flag is (hold)",
           "this is no flag of an equation");
  }
}

/* "dv/dt" or "I": the name, and whether it is differentiated. */
static bool read_left(const phs_text *text, span r, span *name, bool *rate, phs_diag *diag) {
  const char *s = text->s;
  r = trim(s, r);
  size_t bar = find(s, r, "/");
  *rate = bar < r.end;
  *name = trim(s, (span){r.at, bar});
  if (*rate) {
    span below = trim(s, (span){bar + 1, r.end});
    bool ok = below.end - below.at == 2 && memcmp(s + below.at, "dt", 2) == 0 &&
              name->end > name->at + 1 && s[name->at] == 'd';
    *name = ok ? trim(s, (span){name->at + 1, name->end}) : (span){0, 0};
  }
  if (is_name(s, *name)) {
    return true;
  }
  report(diag, PHS_EQ_SYNTAX, text, r.at, r.end - r.at,
         "write dv/dt = ... for a state variable, or a name = ... for an expression",
         "this is no left-hand side of an equation");
  return false;
}

static size_t find_equals(const char *s, span r) {
  for (;;) {
    size_t at = find(s, r, "=<>!");
    if (at == r.end || (s[at] == '=' && s[at + 1] != '=')) {
      return at;
    }
    r.at = at + (at + 1 < r.end && s[at + 1] == '=' ? 2 : 1);
  }
}

/* Expressions have no ':', so the first one ends them, even where a parenthesis is left open. */
static size_t find_colon(const char *s, span r) {
  size_t i = r.at;
  while (i < r.end && s[i] != ':') {
    i += s[i] == '#' ? strcspn(s + i, "\n") : 1;
  }
  return i < r.end ? i : r.end;
}

/* One line of the equations. */
static void read_equation(phs_equations_model *m, span r, phs_diag *diag) {
  const phs_text *text = &m->source->equations;
  const char *s = text->s;
  size_t equals = find_equals(s, r), colon = find_colon(s, (span){equals, r.end});
  span name;
  bool rate;
  if (equals == r.end) {
    report(diag, PHS_EQ_SYNTAX, text, r.at, r.end - r.at, "write dv/dt = expression : unit",
           "this line has no '='");
    m->incomplete = true;
    return;
  }
  if (!read_left(text, (span){r.at, equals}, &name, &rate, diag)) {
    m->incomplete = true;
    return;
  }
  phs_equation q = {.name = copy(m, s, name), .at = name.at, .length = name.end - name.at};
  if (!q.name || !phs_model_name_ok(m, q.name, text, name.at, diag)) {
    m->incomplete = true;
    return;
  }
  if (colon == r.end) {
    report(diag, PHS_EQ_SYNTAX, text, r.end, 0,
           rate ? "write it behind the equation: dv/dt = ... : mV"
                : "write it behind: I = ... : pA",
           "the unit of the variable is missing");
  } else {
    read_unit(&q, text, (span){colon + 1, r.end}, diag);
  }
  span value = trim(s, (span){equals + 1, colon});
  q.value = phs_model_read_part(m, text, value.at, value.end - value.at, diag);
  if (rate && m->state_count >= PHS_MODEL_STATES) {
    report(diag, PHS_EQ_TOO_LARGE, text, name.at, q.length, NULL,
           "a model has at most 15 state variables");
  } else if (rate) {
    m->equation[m->state_count++] = q;
  } else {
    if (q.hold) {
      report(diag, PHS_EQ_FLAG, text, colon, r.end - colon, "only differential equations hold",
             "a named expression cannot hold");
    }
    m->named[m->named_count++] = q;
  }
}

void phs_model_read_equations(phs_equations_model *m, phs_diag *diag) {
  const phs_text *text = &m->source->equations;
  size_t from = 0;
  span r;
  int lines = 0;
  m->equation = PHS_NEW_ARRAY(m->arena, phs_equation, PHS_MODEL_STATES);
  m->named = PHS_NEW_ARRAY(m->arena, phs_equation, PHS_MODEL_LINES);
  if (!m->equation || !m->named || !text->s) {
    return;
  }
  if (strlen(text->s) > PHS_MODEL_TEXT) {
    report(diag, PHS_EQ_TOO_LARGE, text, 0, 0, NULL,
           "the equations are longer than 65536 characters");
    return;
  }
  while (next_piece(text->s, &from, "", &r)) {
    r = without_comment(text->s, r);
    if (r.at == r.end) {
      continue;
    }
    if (++lines > PHS_MODEL_LINES) {
      report(diag, PHS_EQ_TOO_LARGE, text, r.at, 0, NULL, "a model has at most 200 equations");
      return;
    }
    read_equation(m, r, diag);
  }
}

static int find_state(const phs_equations_model *m, const char *name) {
  for (int i = 0; i < m->state_count; i++) {
    if (strcmp(m->equation[i].name, name) == 0) {
      return i;
    }
  }
  return -1;
}

static bool no_state(phs_equations_model *m, const phs_text *text, span r, const char *name,
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
static bool read_statement(phs_equations_model *m, const phs_text *text, span r, phs_statement *out,
                           phs_diag *diag) {
  static const char signs[] = "+-*/";
  static const phs_operation ops[] = {PHS_E_ADD, PHS_E_SUB, PHS_E_MUL, PHS_E_DIV};
  const char *s = text->s;
  size_t equals = find_equals(s, r);
  span target = {r.at, equals};
  if (equals == r.end) {
    report(diag, PHS_EQ_SYNTAX, text, r.at, r.end - r.at,
           "write v = expression, or v += expression", "this statement has no '='");
    return false;
  }
  const char *sign = equals > r.at ? strchr(signs, s[equals - 1]) : NULL;
  out->op = sign ? ops[sign - signs] : PHS_E_NUMBER;
  target.end -= sign != NULL;
  target = trim(s, target);
  if (!is_name(s, target)) {
    report(diag, PHS_EQ_SYNTAX, text, r.at, equals - r.at, "write v = expression",
           "what is set here is no name");
    return false;
  }
  const char *name = copy(m, s, target);
  out->state = name ? find_state(m, name) : -1;
  if (out->state < 0 && !no_state(m, text, target, name ? name : "", diag)) {
    return false;
  }
  span value = trim(s, (span){equals + 1, r.end});
  out->value = phs_model_read_part(m, text, value.at, value.end - value.at, diag);
  return out->value.tree != NULL;
}

void phs_model_read_statements(phs_equations_model *m, const phs_text *text, phs_statements *out,
                               phs_diag *diag) {
  size_t from = 0;
  span r;
  if (!text->s) {
    return;
  }
  if (strlen(text->s) > PHS_MODEL_TEXT) {
    report(diag, PHS_EQ_TOO_LARGE, text, 0, 0, NULL, "the text is longer than 65536 characters");
    return;
  }
  out->list = PHS_NEW_ARRAY(m->arena, phs_statement, PHS_MODEL_LINES);
  while (out->list && next_piece(text->s, &from, ";", &r)) {
    r = without_comment(text->s, r);
    if (r.at == r.end) {
      continue;
    }
    if (out->count == PHS_MODEL_LINES) {
      report(diag, PHS_EQ_TOO_LARGE, text, r.at, 0, NULL, "there are more than 200 statements");
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
    report(diag, PHS_EQ_TOO_LARGE, &source->parameter[PHS_MODEL_PARAMETERS].name, 0, 0, NULL,
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
      report(diag, PHS_EQ_NAME, &r->name, 0, strlen(r->name.s), "choose another name",
             "there is already a receptor of this name");
      return;
    }
  }
}

void phs_model_read_receptors(phs_equations_model *m, phs_diag *diag) {
  size_t n = (size_t)m->source->receptor_count;
  if (m->source->receptor_count > PHS_MODEL_RECEPTORS) {
    report(diag, PHS_EQ_TOO_LARGE, &m->source->receptor[PHS_MODEL_RECEPTORS].name, 0, 0, NULL,
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
