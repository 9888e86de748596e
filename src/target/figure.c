/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Numbers with their sources. */
#include "target/read.h"

#include <string.h>

const char *tgt_text(tgt_reader *t, const yml_node *n) {
  const char *copy = n ? phs_arena_strdup(t->y.arena, n->text) : NULL;
  if (n && !copy) {
    yml_no_memory(&t->y);
  }
  return copy;
}

bool tgt_source_of(tgt_reader *t, const yml_field *f, const phs_target_source *inherited,
                   const phs_target_source **out) {
  yml_reader *r = &t->y;
  *out = inherited;
  if (!f->node || f->bad) {
    return !f->bad;
  }
  size_t count = (size_t)t->d->source_count;
  const char **key = PHS_NEW_ARRAY(r->scratch, const char *, count + 1);
  if (!key) {
    return yml_no_memory(r);
  }
  for (size_t i = count; i-- > 0;) { /* the last of a name counts */
    key[i] = t->d->source[i]->key;
    if (strcmp(key[i], f->text) == 0) {
      *out = t->d->source[i];
      return true;
    }
  }
  return YML_FAIL(r, PHS_TARGET_SOURCE, f->node,
                  yml_did_you_mean(r, f->text, key, count, "list it under 'sources'"),
                  "there is no source '%s'", yml_safe(r, f->text));
}

static bool is_unknown(const yml_node *n) {
  return n->kind == YML_SCALAR && strcmp(n->text, "unknown") == 0;
}

/* One value of a figure within the limits of its key; plain ones are whole. */
static bool read_one(tgt_reader *t, const yml_key *key, const yml_node *n, double *out) {
  yml_reader *r = &t->y;
  phs_value unit = {1, {0, 0, 0, 0}};
  phs_text_error error;
  char have[64], least[64], most[64];
  if (!key->unit[0]) {
    int64_t whole;
    bool ok = yml_count(r, NULL, n, key->name, (int64_t)key->least, (int64_t)key->most, &whole);
    *out = ok ? (double)whole : 0;
    return ok;
  }
  if (!phs_unit_parse(key->unit, strlen(key->unit), &unit, &error)) {
    return YML_FAIL(r, PHS_INTERNAL, n, NULL, "the table of '%s' has a bad unit", key->name);
  }
  if (!yml_quantity(r, NULL, n, unit.dimension, key->name, out)) {
    return false;
  }
  return (*out >= key->least && *out <= key->most) ||
         YML_FAIL(r, PHS_YAML_RANGE, n, NULL, "'%s' is %s; it must be from %s to %s", key->name,
                  phs_quantity_print((phs_value){*out, unit.dimension}, have, sizeof have),
                  phs_quantity_print((phs_value){key->least, unit.dimension}, least, sizeof least),
                  phs_quantity_print((phs_value){key->most, unit.dimension}, most, sizeof most));
}

/* How many values a form has, and in which order they stand. */
static bool check_values(tgt_reader *t, const yml_key *key, const yml_node *n, const double *value,
                         size_t count) {
  yml_reader *r = &t->y;
  for (size_t i = 1; i < count; i++) {
    if (value[i] < value[i - 1] || (key->form == TGT_F_CHOICES && value[i] == value[i - 1])) {
      return YML_FAIL(r, PHS_TARGET_LIST, n->item[i], "write the smallest first",
                      "the values of '%s' do not ascend", key->name);
    }
  }
  return true;
}

static bool read_values(tgt_reader *t, const yml_key *key, const yml_node *n, phs_figure *out) {
  yml_reader *r = &t->y;
  char have[64];
  bool list = n->kind == YML_LIST;
  size_t count = list ? n->count : 1;
  if (list ? key->form == TGT_F_FIGURE : key->form == TGT_F_RANGE) {
    return YML_FAIL(r, PHS_TARGET_LIST, n, list ? "write one value" : "write [least, most]",
                    "'%s' takes %s, not %s", key->name,
                    list ? "one number" : "a list of two numbers",
                    yml_describe(n, have, sizeof have));
  }
  if (count < 1 || count > PHS_TARGET_MAX_VALUES || (key->form == TGT_F_RANGE && count != 2)) {
    return YML_FAIL(r, PHS_TARGET_LIST, n, NULL, "'%s' has %zu values; it takes %s", key->name,
                    count, key->form == TGT_F_RANGE ? "2, the least and the most" : "1 to 16");
  }
  double *value = PHS_NEW_ARRAY(r->arena, double, count);
  if (!value) {
    return yml_no_memory(r);
  }
  for (size_t i = 0; i < count; i++) {
    if (!read_one(t, key, list ? n->item[i] : n, &value[i])) {
      return false;
    }
  }
  out->state = PHS_FIGURE_KNOWN;
  out->value = value;
  out->count = (int)count;
  out->least = value[0];
  out->most = value[count - 1];
  return check_values(t, key, n, value, count);
}

bool tgt_read_figure(tgt_reader *t, const yml_field *f, const phs_target_source *source,
                     phs_figure *out) {
  yml_reader *r = &t->y;
  const yml_node *n = f->node;
  if (!n || f->bad) {
    return !f->bad;
  }
  phs_figure found = {
      .state = PHS_FIGURE_UNKNOWN, .file = n->source->file, .line = n->line, .column = n->column};
  if (n->kind == YML_MAP) {
    yml_field part[FIGURE_KEYS];
    if (!yml_decode(r, NULL, n, &tgt_figure, part) ||
        !tgt_source_of(t, &part[FIGURE_SOURCE], source, &source)) {
      return false;
    }
    found.note = tgt_text(t, part[FIGURE_NOTE].node);
    n = part[FIGURE_VALUE].node;
  }
  found.source = source;
  if (!is_unknown(n) && !read_values(t, f->key, n, &found)) {
    return false;
  }
  if (found.state == PHS_FIGURE_KNOWN && !source) {
    return YML_FAIL(r, PHS_TARGET_NO_SOURCE, n,
                    "write {value: ..., source: NAME}, or 'source' once for the section",
                    "'%s' has no source", f->key->name);
  }
  *out = found;
  return true;
}

bool tgt_read_cost(tgt_reader *t, const yml_field *f, const phs_target_source *source,
                   phs_target_cost *out) {
  yml_field part[COST_KEYS];
  if (!f->node || f->bad) {
    return !f->bad;
  }
  bool ok = yml_decode(&t->y, NULL, f->node, &tgt_cost, part);
  ok = ok && tgt_source_of(t, &part[COST_SOURCE], source, &source);
  return ok && tgt_read_figure(t, &part[COST_ENERGY], source, &out->energy) &&
         tgt_read_figure(t, &part[COST_TIME], source, &out->time);
}
