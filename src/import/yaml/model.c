/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Models by name: the file's own, NIR's, built-in ones. */
#include "equations/library.h"
#include "import/yaml/yaml.h"

#include <math.h>
#include <string.h>

/** A model that was looked up. */
struct yml_use {
  const char *name;
  const yml_model *model; /* NULL: it has errors */
  struct yml_use *next;
};

/* ---- NIR's ---- */

/* Parameters without a usual value have none here. */
static double default_of(const char *name) {
  static const struct {
    const char *name;
    double value;
  } usual[] = {{"r", 1},       {"v_leak", 0}, {"v_threshold", 1},
               {"v_reset", 0}, {"w_in", 1},   {"threshold", 1}};
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
    if (strcmp(usual[i].name, name) == 0) {
      return usual[i].value;
    }
  }
  return NAN;
}

static bool nir_model(yml_reader *r, phs_model nir, yml_model *out) {
  static const phs_model_name receptor = {.name = "in"};
  const phs_model_info *info = phs_model_get(nir);
  phs_model_name *p = PHS_NEW_ARRAY(r->scratch, phs_model_name, PHS_MAX_MODEL_PARAMS);
  phs_model_name *s = PHS_NEW_ARRAY(r->scratch, phs_model_name, PHS_MAX_STATES);
  if (!p || !s) {
    return yml_no_memory(r);
  }
  for (int i = 0; i < info->param_count; i++) {
    bool time = strncmp(info->param[i], "tau", 3) == 0;
    p[i] =
        (phs_model_name){info->param[i], time ? yml_time : yml_plain, default_of(info->param[i])};
  }
  for (int i = 0; i < info->state_count; i++) {
    s[i] = (phs_model_name){.name = info->state[i]};
  }
  *out = (yml_model){.nir = nir,
                     .parameter = p,
                     .parameter_count = info->param_count,
                     .state = s,
                     .state_count = info->state_count,
                     .receptor = &receptor,
                     .receptor_count = 1,
                     .spikes = info->spiking};
  return true;
}

/* ---- by equations ---- */

static phs_text text_of(const yml_node *n) {
  if (!n || yml_is_null(n) || n->kind != YML_SCALAR) {
    return (phs_text){.s = NULL};
  }
  phs_place p = yml_place_in(n, 0);
  return (phs_text){
      .s = n->text, .file = p.file, .line = p.line, .column = p.column, .indent = p.column};
}

/* The text of a statement. A list of lines is not taken. */
static bool statement(yml_reader *r, const yml_field *f, phs_text *out) {
  *out = (phs_text){.s = NULL};
  if (!f->node) {
    return true;
  }
  *out = text_of(f->node);
  return yml_want(r, f->node, YML_SCALAR, f->key->name);
}

static bool is_name_char(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (!first && c >= '0' && c <= '9');
}

/* The next name of an expression from *at on, as [*at, returned end); both the end of the text
 * behind the last. What stands directly behind a number is its exponent or unit, no name. */
static size_t next_name(const char *text, size_t *at) {
  size_t i = *at;
  while (text[i] && !is_name_char(text[i], true)) {
    bool number = text[i] >= '0' && text[i] <= '9';
    i++;
    if (number) {
      i += strspn(&text[i], "0123456789.");
      i += strspn(&text[i], " \t");
      while (is_name_char(text[i], true)) {
        i++;
      }
    }
  }
  *at = i;
  while (is_name_char(text[i], false)) {
    i++;
  }
  return i;
}

static bool names_one_of(const char *text, size_t length, const yml_node *map, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const yml_node *key = map->pair[i].key;
    if (key->kind == YML_SCALAR && key->length == length && !memcmp(key->text, text, length)) {
      return true;
    }
  }
  return false;
}

static bool uses_one_of(const char *text, const yml_node *map, size_t count) {
  size_t end;
  for (size_t at = 0; (end = next_name(text, &at)) > at; at = end) {
    if (names_one_of(text + at, end - at, map, count)) {
      return true;
    }
  }
  return false;
}

/* The expression with values in place of the model's constants; names of the parameters before
 * stay. */
static const char *with_constants(yml_reader *r, yml_scope *scope, const char *text,
                                  const yml_node *map, size_t count) {
  const char *out = "";
  size_t end, copied = 0;
  char value[64];
  for (size_t at = 0; out && (end = next_name(text, &at)) > at; at = end) {
    const char *name = phs_arena_printf(r->scratch, "%.*s", (int)(end - at), text + at);
    yml_constant *c = name && !names_one_of(text + at, end - at, map, count)
                          ? yml_constant_find(scope, name)
                          : NULL;
    if (c && !yml_constant_value(r, c)) {
      return NULL;
    }
    if (c) {
      out = phs_arena_printf(r->scratch, "%s%.*s(%s)", out, (int)(at - copied), text + copied,
                             phs_quantity_print(c->value, value, sizeof value));
      copied = end;
    }
  }
  out = out ? phs_arena_printf(r->scratch, "%s%s", out, text + copied) : NULL;
  if (!out) {
    yml_no_memory(r);
  }
  return out;
}

/* A default: a quantity or an expression of earlier parameters, the first @p count of @p map. "=
 * ..." without them is evaluated here; in both, the model's constants have their values. */
static bool parameter_value(yml_reader *r, yml_scope *scope, const yml_node *map, size_t count,
                            phs_text *out) {
  const yml_node *n = map->pair[count].value;
  char text[64];
  phs_value v;
  *out = text_of(n);
  if (!out->s) {
    return yml_want(r, n, YML_SCALAR, "parameters");
  }
  if (n->text[0] != '=') {
    return true;
  }
  if (uses_one_of(n->text, map, count)) {
    out->s = with_constants(r, scope, n->text, map, count);
    return out->s != NULL;
  }
  if (!yml_evaluate(r, scope, n, &v)) {
    return false;
  }
  out->s = phs_arena_strdup(r->scratch, phs_quantity_print(v, text, sizeof text));
  return out->s || yml_no_memory(r);
}

static bool read_parameters(yml_reader *r, yml_scope *scope, const yml_node *map,
                            phs_model_source *out) {
  if (!map || yml_is_null(map)) {
    return true;
  }
  if (!yml_want(r, map, YML_MAP, "parameters")) {
    return false;
  }
  phs_model_parameter *p = PHS_NEW_ARRAY(r->scratch, phs_model_parameter, map->count);
  if (!p) {
    return yml_no_memory(r);
  }
  bool ok = true;
  for (size_t i = 0; i < map->count && !yml_full(r); i++) {
    p[i].name = text_of(map->pair[i].key);
    ok = p[i].name.s ? ok : yml_check_name(r, map->pair[i].key);
    ok = parameter_value(r, scope, map, i, &p[i].value) && ok;
  }
  out->parameter = p;
  out->parameter_count = (int)map->count;
  return ok;
}

static bool read_receptor(yml_reader *r, yml_scope *scope, const yml_pair *pair,
                          phs_model_receptor *out) {
  yml_field f[RECEPTOR_KEYS];
  *out = (phs_model_receptor){.name = text_of(pair->key)};
  if (!yml_check_name(r, pair->key)) {
    return false;
  }
  if (pair->value->kind == YML_SCALAR) {
    out->statement = text_of(pair->value);
    return yml_want(r, pair->value, YML_SCALAR, pair->key->text);
  }
  if (!yml_decode(r, scope, pair->value, &yml_receptor, f)) {
    return false;
  }
  out->unit = text_of(f[RECEPTOR_UNIT].node);
  return statement(r, &f[RECEPTOR_ON], &out->statement);
}

static bool read_receptors(yml_reader *r, yml_scope *scope, const yml_node *map,
                           phs_model_source *out) {
  if (!map || yml_is_null(map)) {
    return true;
  }
  phs_model_receptor *list = PHS_NEW_ARRAY(r->scratch, phs_model_receptor, map->count);
  if (!list) {
    return yml_no_memory(r);
  }
  bool ok = true;
  for (size_t i = 0; i < map->count && !yml_full(r); i++) {
    ok = read_receptor(r, scope, &map->pair[i], &list[i]) && ok;
  }
  out->receptor = list;
  out->receptor_count = (int)map->count;
  return ok;
}

static bool read_source(yml_reader *r, yml_scope *scope, const char *name, const yml_node *n,
                        phs_model_source *out) {
  yml_field f[MODEL_KEYS];
  *out = (phs_model_source){.name = name};
  if (!yml_decode(r, scope, n, &yml_model_table, f)) {
    return false;
  }
  out->summary = f[MODEL_SUMMARY].text;
  out->method = (phs_method)f[MODEL_METHOD].word;
  const struct {
    int key;
    phs_text *out;
  } texts[] = {{MODEL_EQUATIONS, &out->equations}, {MODEL_THRESHOLD, &out->threshold},
               {MODEL_RESET, &out->reset},         {MODEL_REFRACTORY, &out->refractory},
               {MODEL_OUTPUT, &out->output},       {MODEL_INITIAL, &out->initial}};
  bool ok = true;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    ok = statement(r, &f[texts[i].key], texts[i].out) && ok;
  }
  ok = read_parameters(r, scope, f[MODEL_PARAMETERS].node, out) && ok;
  return read_receptors(r, scope, f[MODEL_RECEPTORS].node, out) && ok;
}

static bool compile(yml_reader *r, const char *name, const yml_node *n, yml_model *out) {
  phs_model_source *source = PHS_NEW(r->scratch, phs_model_source);
  if (!source) {
    return yml_no_memory(r);
  }
  if (!read_source(r, r->in->root, name, n, source)) {
    return false;
  }
  out->nir = PHS_MODEL_CUSTOM;
  out->m = phs_model_compile(r->scratch, source, &r->diag);
  if (!out->m) {
    return yml_failed(r, PHS_YAML_VALUE);
  }
  out->parameter_count = phs_model_parameter_list(out->m, &out->parameter);
  out->state_count = phs_model_state_list(out->m, &out->state);
  out->receptor_count = phs_model_receptor_list(out->m, &out->receptor);
  out->spikes = phs_model_spikes(out->m);
  return true;
}

/* ---- names ---- */

/* The file's own model of a name; the second of one name is an error told by yml_check_models(). */
static const yml_node *own_model(const yml_reader *r, const char *name) {
  for (int i = 0; i < r->in->root->part_count; i++) {
    const yml_field *f = &r->in->root->part[i][FILE_MODELS];
    const yml_node *found = f->node && !f->bad ? yml_get(f->node, name) : NULL;
    if (found) {
      return found;
    }
  }
  return NULL;
}

static bool unknown(yml_reader *r, const yml_node *n) {
  const char *name[512];
  size_t count = 0;
  for (int i = 0; i < r->in->root->part_count; i++) {
    const yml_field *f = &r->in->root->part[i][FILE_MODELS];
    for (size_t k = 0; f->node && !f->bad && k < f->node->count && count < 256; k++) {
      name[count++] = f->node->pair[k].key->text;
    }
  }
  for (int m = 0; m < PHS_MODEL_CUSTOM; m++) {
    name[count++] = phs_model_get((phs_model)m)->name;
  }
  for (size_t i = 0; i < phs_library_count() && count < 512; i++) {
    name[count++] = phs_library_name(i);
  }
  return YML_FAIL(r, PHS_YAML_UNKNOWN_NAME, n,
                  yml_did_you_mean(r, n->text, name, count,
                                   yml_format(r, "models: %s", yml_join(r, name, count))),
                  "there is no model '%s'", yml_safe(r, n->text));
}

/* A built-in model: its text has the form of a file's `models`. */
static bool built_in(yml_reader *r, const yml_node *n, yml_model *out) {
  size_t size;
  const char *text = phs_library_text(n->text, &size);
  if (!text) {
    return unknown(r, n);
  }
  yml_source *source = yml_source_of(r, yml_format(r, "built-in %s", n->text), text, size);
  const yml_node *root = source ? yml_parse(r, source) : NULL;
  const yml_node *models = root ? yml_get(root, "models") : NULL;
  const yml_node *model = models ? yml_get(models, n->text) : NULL;
  return model ? compile(r, n->text, model, out)
               : YML_FAIL(r, PHS_INTERNAL, n, NULL, "the built-in model '%s' cannot be read",
                          n->text);
}

const yml_model *yml_model_get(yml_reader *r, const yml_node *n) {
  for (const struct yml_use *u = r->in->use; u; u = u->next) {
    if (strcmp(u->name, n->text) == 0) {
      return u->model ? u->model : (yml_failed(r, PHS_YAML_VALUE), NULL);
    }
  }
  yml_model *m = PHS_NEW(r->scratch, yml_model);
  struct yml_use *u = PHS_NEW(r->scratch, struct yml_use);
  if (!m || !u) {
    yml_no_memory(r);
    return NULL;
  }
  const yml_node *own = own_model(r, n->text);
  phs_model nir = phs_model_find(n->text);
  bool ok = own                       ? compile(r, n->text, own, m)
            : nir != PHS_MODEL_CUSTOM ? nir_model(r, nir, m)
                                      : built_in(r, n, m);
  *u = (struct yml_use){n->text, ok ? m : NULL, r->in->use};
  r->in->use = u;
  return u->model;
}

/* Own models that nothing uses are compiled all the same: their errors are errors of the file. */
bool yml_check_models(yml_reader *r) {
  yml_index seen = {0};
  bool ok = true;
  for (int i = 0; i < r->in->root->part_count && !yml_full(r); i++) {
    const yml_field *f = &r->in->root->part[i][FILE_MODELS];
    for (size_t k = 0; f->node && !f->bad && k < f->node->count && !yml_full(r); k++) {
      const yml_node *key = f->node->pair[k].key;
      if (!yml_check_name(r, key)) {
        ok = false;
        continue;
      }
      if (yml_index_find(&seen, key->text) >= 0) {
        ok = YML_FAIL(r, PHS_YAML_DUPLICATE_NAME, key, "remove one of them",
                      "the model '%s' is there already", key->text);
        continue;
      }
      ok = (yml_index_add(r->scratch, &seen, key->text, (long)k) || yml_no_memory(r)) &&
           yml_model_get(r, key) && ok;
    }
  }
  return ok;
}
