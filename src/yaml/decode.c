/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One mapping against its table. */
#include "base/nearest.h"
#include "yaml/reader.h"

#include <stdio.h>
#include <string.h>

bool yml_want(yml_reader *r, const yml_node *n, yml_kind kind, const char *what) {
  static const char *const kinds[] = {"a single value", "a list: [a, b]",
                                      "a mapping: {key: value}"};
  char have[64];
  if (n->kind == kind && !yml_is_null(n)) {
    return true;
  }
  return YML_FAIL(r, PHS_YAML_TYPE, n, NULL, "'%s' takes %s, not %s", what, kinds[kind],
                  yml_describe(n, have, sizeof have));
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool yml_check_name(yml_reader *r, const yml_node *n) {
  const char *s = n->kind == YML_SCALAR && !yml_is_null(n) ? n->text : "";
  size_t i = is_letter(s[0]) ? 1 : 0;
  while (i > 0 && (is_letter(s[i]) || s[i] == '-' || (s[i] >= '0' && s[i] <= '9'))) {
    i++;
  }
  char have[64];
  if (i > 0 && !s[i] && n->length <= 200) {
    return true;
  }
  return YML_FAIL(r, PHS_YAML_NAME, n, "begin with a letter; letters, digits, '_' and '-' follow",
                  "%s cannot be a name", yml_describe(n, have, sizeof have));
}

/* ---- kinds ---- */

static bool read_bool(yml_reader *r, const yml_key *key, const yml_node *n, yml_field *f) {
  char have[64];
  if (n->kind == YML_SCALAR && n->style == YML_PLAIN &&
      (strcmp(n->text, "true") == 0 || strcmp(n->text, "false") == 0)) {
    f->flag = n->text[0] == 't';
    return true;
  }
  return YML_FAIL(r, PHS_YAML_TYPE, n, "write true or false", "'%s' takes true or false, not %s",
                  key->name, yml_describe(n, have, sizeof have));
}

static bool read_word(yml_reader *r, const yml_key *key, const yml_node *n, yml_field *f) {
  size_t count = 0;
  if (!yml_want(r, n, YML_SCALAR, key->name)) {
    return false;
  }
  for (; key->word[count]; count++) {
    if (strcmp(key->word[count], n->text) == 0) {
      f->word = (int)count;
      return true;
    }
  }
  return YML_FAIL(r, PHS_YAML_CHOICE, n,
                  yml_did_you_mean(r, n->text, key->word, count, "take one of these words"),
                  "'%s' is '%s', but it can be: %s", key->name, yml_safe(r, n->text),
                  yml_join(r, key->word, count));
}

static bool check_limits(yml_reader *r, const yml_key *key, const yml_node *n, phs_dimension unit,
                         double v) {
  char have[64], least[64], most[64];
  if (key->least == 0 && key->most == 0) {
    return true;
  }
  if (v <= key->most && (key->above ? v > key->least : v >= key->least)) {
    return true;
  }
  return YML_FAIL(r, PHS_YAML_RANGE, n, NULL, "'%s' is %s; it must be %s %s and at most %s",
                  key->name, phs_quantity_print((phs_value){v, unit}, have, sizeof have),
                  key->above ? "above" : "at least",
                  phs_quantity_print((phs_value){key->least, unit}, least, sizeof least),
                  phs_quantity_print((phs_value){key->most, unit}, most, sizeof most));
}

static bool read_quantity(yml_reader *r, yml_scope *scope, const yml_key *key, const yml_node *n,
                          yml_field *f) {
  phs_value unit = {1, {0, 0, 0, 0}};
  phs_text_error error;
  if (key->unit[0] && !phs_unit_parse(key->unit, strlen(key->unit), &unit, &error)) {
    return YML_FAIL(r, PHS_INTERNAL, n, NULL, "the table of '%s' has a bad unit", key->name);
  }
  return yml_quantity(r, scope, n, unit.dimension, key->name, &f->number) &&
         check_limits(r, key, n, unit.dimension, f->number);
}

static bool read_value(yml_reader *r, yml_scope *scope, const yml_key *key, const yml_node *n,
                       yml_field *f) {
  switch (key->type) {
  case YML_T_TEXT:
    return yml_want(r, n, YML_SCALAR, key->name);
  case YML_T_NAME:
    return yml_want(r, n, YML_SCALAR, key->name) && yml_check_name(r, n);
  case YML_T_BOOL:
    return read_bool(r, key, n, f);
  case YML_T_WORD:
    return read_word(r, key, n, f);
  case YML_T_COUNT:
    return !scope ||
           yml_count(r, scope, n, key->name, (int64_t)key->least, (int64_t)key->most, &f->count);
  case YML_T_QUANTITY:
    return !scope || read_quantity(r, scope, key, n, f);
  case YML_T_TABLE:
  case YML_T_MAP:
    return yml_is_null(n) || yml_want(r, n, YML_MAP, key->name);
  case YML_T_FLAG:
    return yml_is_null(n) || (n->kind == YML_MAP && n->count == 0) ||
           YML_FAIL(r, PHS_YAML_TYPE, n, "write the word alone", "'%s' takes no value", key->name);
  default:
    return true;
  }
}

bool yml_read_number(yml_reader *r, yml_scope *scope, yml_field *f) {
  f->bad = f->bad || !read_value(r, scope, f->key, f->node, f);
  return !f->bad;
}

/* ---- tables ---- */

static const yml_key *find_key(const yml_table *t, const char *name) {
  for (int i = 0; i < t->key_count; i++) {
    if (t->key[i].name && strcmp(t->key[i].name, name) == 0) {
      return &t->key[i];
    }
  }
  return NULL;
}

static const char **key_names(yml_reader *r, const yml_table *t, bool choices, size_t *count) {
  const char **name = PHS_NEW_ARRAY(r->scratch, const char *, (size_t)t->key_count);
  *count = 0;
  for (int i = 0; name && i < t->key_count; i++) {
    if (t->key[i].name && (!choices || t->key[i].choice)) {
      name[(*count)++] = t->key[i].name;
    }
  }
  return name;
}

/* The key that a misspelt one is likely to mean, or NULL. */
static const char *nearest_key(yml_reader *r, const yml_table *t, const char *key) {
  size_t count;
  const char **name = key_names(r, t, false, &count);
  return name ? phs_nearest(key, name, count) : NULL;
}

static bool unknown_key(yml_reader *r, const yml_table *t, const yml_node *key) {
  size_t count;
  const char **name = key_names(r, t, false, &count);
  if (!name) {
    return yml_no_memory(r);
  }
  const char *known = yml_format(r, "known keys: %s", yml_join(r, name, count));
  const char *help = key->style == YML_PLAIN && strchr(key->text, ':')
                         ? "a blank stands behind the colon of a key: {key: value}"
                         : yml_did_you_mean(r, key->text, name, count, known);
  return YML_FAIL(r, PHS_YAML_UNKNOWN_KEY, key, help, "a %s has no key '%s'", t->name,
                  yml_safe(r, key->text));
}

/* Whether a key that is missing is there, but misspelt, which has been told. @p wanted NULL: one
 * of the choices, which may also have a name that is like none. */
static bool is_misspelt(yml_reader *r, const yml_node *n, const yml_table *t,
                        const yml_key *wanted) {
  for (size_t i = 0; i < n->count; i++) {
    const char *text = n->pair[i].key->text;
    if (!find_key(t, text)) {
      const char *near = nearest_key(r, t, text);
      const yml_key *key = near ? find_key(t, near) : NULL;
      if (wanted ? key == wanted : !key || key->choice) {
        return true;
      }
    }
  }
  return false;
}

int yml_chosen(const yml_table *t, const yml_field *field) {
  for (int i = 0; i < t->key_count; i++) {
    if (t->key[i].choice && field[i].node) {
      return i;
    }
  }
  return -1;
}

/* Of the keys that are choices exactly one must be there. */
static bool check_choice(yml_reader *r, const yml_node *n, const yml_table *t,
                         const yml_field *field) {
  const yml_field *first = NULL;
  bool choices = false;
  for (int i = 0; i < t->key_count; i++) {
    choices = choices || t->key[i].choice;
    if (!t->key[i].choice || !field[i].node) {
      continue;
    }
    if (first) {
      return YML_FAIL(r, PHS_YAML_CONTRADICTION, field[i].node, "keep one of them",
                      "a %s has either '%s' or '%s', not both", t->name, first->key->name,
                      t->key[i].name);
    }
    first = &field[i];
  }
  if (!choices || first || is_misspelt(r, n, t, NULL)) {
    return true;
  }
  size_t count;
  const char **name = key_names(r, t, true, &count);
  return name ? YML_FAIL(r, PHS_YAML_MISSING_KEY, n, "add one of them",
                         "a %s needs one of the keys: %s", t->name, yml_join(r, name, count))
              : yml_no_memory(r);
}

bool yml_decode(yml_reader *r, yml_scope *scope, const yml_node *n, const yml_table *t,
                yml_field *out) {
  bool ok = true;
  char have[64];
  memset(out, 0, (size_t)t->key_count * sizeof *out);
  if (n->kind != YML_MAP && !yml_is_null(n)) {
    return YML_FAIL(r, PHS_YAML_TYPE, n, NULL, "a %s is a mapping {key: value}, not %s", t->name,
                    yml_describe(n, have, sizeof have));
  }
  for (size_t i = 0; i < n->count; i++) {
    const yml_key *key = find_key(t, n->pair[i].key->text);
    const yml_node *value = n->pair[i].value;
    if (!key) {
      ok = unknown_key(r, t, n->pair[i].key);
      continue;
    }
    yml_field *f = &out[key - t->key];
    *f = (yml_field){.key = key, .node = value, .text = value->text};
    if (!read_value(r, scope, key, value, f)) {
      f->bad = true;
      ok = false;
    }
  }
  for (int i = 0; i < t->key_count; i++) {
    if (t->key[i].required && !out[i].node && !is_misspelt(r, n, t, &t->key[i])) {
      ok = YML_FAIL(r, PHS_YAML_MISSING_KEY, n, yml_format(r, "add it: %s", t->key[i].doc),
                    "a %s needs the key '%s'", t->name, t->key[i].name);
    }
  }
  return check_choice(r, n, t, out) && ok;
}

yml_field *yml_decode_new(yml_reader *r, yml_scope *scope, const yml_node *n, const yml_table *t) {
  yml_field *f = PHS_NEW_ARRAY(r->scratch, yml_field, (size_t)t->key_count);
  if (!f) {
    yml_no_memory(r);
    return NULL;
  }
  return yml_decode(r, scope, n, t, f) ? f : NULL;
}
