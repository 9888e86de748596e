/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A format's tables as a JSON schema. It says what the tables say: keys, kinds, words, limits of
 * plain numbers. Units and names are the reader's to judge.
 */
#include "yaml/tables.h"

#include <stdio.h>
#include <string.h>

static void add_reference(phs_buf *out, const char *name) {
  phs_buf_puts(out, "\"$ref\": \"#/$defs/");
  for (; *name; name++) {
    phs_buf_add(out, *name == ' ' ? "_" : name, 1);
  }
  phs_buf_puts(out, "\"");
}

static void add_number(phs_buf *out, const yml_key *k, const char *type) {
  phs_buf_printf(out, "\"anyOf\": [{\"type\": \"%s\"", type);
  if (k->least != 0 || k->most != 0) {
    phs_buf_printf(out, ", \"%s\": %.17g, \"maximum\": %.17g",
                   k->above ? "exclusiveMinimum" : "minimum", k->least, k->most);
  }
  phs_buf_puts(out, "}, {\"type\": \"string\"}]");
}

static void add_words(phs_buf *out, const char *const *word) {
  phs_buf_puts(out, "\"enum\": [");
  for (int i = 0; word[i]; i++) {
    phs_buf_puts(out, i ? ", " : "");
    phs_buf_json(out, word[i]);
  }
  phs_buf_puts(out, "]");
}

static void add_type(phs_buf *out, const yml_format_info *format, const yml_key *k) {
  switch (k->type) {
  case YML_T_TEXT:
    phs_buf_puts(out, "\"type\": [\"string\", \"number\"]");
    break;
  case YML_T_NAME:
    add_reference(out, "name");
    break;
  case YML_T_BOOL:
    phs_buf_puts(out, "\"type\": \"boolean\"");
    break;
  case YML_T_WORD:
    add_words(out, k->word);
    break;
  case YML_T_COUNT:
    add_number(out, k, "integer");
    break;
  case YML_T_QUANTITY:
    if (k->unit[0]) {
      phs_buf_puts(out, "\"type\": \"string\"");
    } else {
      add_number(out, k, "number");
    }
    break;
  case YML_T_TABLE:
    add_reference(out, k->table->name);
    break;
  case YML_T_MAP:
    phs_buf_puts(out, "\"type\": \"object\", \"propertyNames\": " YML_SCHEMA_REF(
                          "name") ", \"additionalProperties\": {");
    add_reference(out, k->table ? k->table->name : format->form[k->form].name);
    phs_buf_puts(out, "}");
    break;
  case YML_T_FORM:
    add_reference(out, format->form[k->form].name);
    break;
  case YML_T_FLAG:
    phs_buf_puts(out, "\"type\": [\"null\", \"object\"], \"maxProperties\": 0");
    break;
  }
}

static void add_key(phs_buf *out, const yml_format_info *format, const yml_key *k) {
  char text[512];
  int n = snprintf(text, sizeof text, "%s", k->doc);
  if (k->fallback && n > 0 && (size_t)n < sizeof text) {
    snprintf(text + n, sizeof text - (size_t)n, " Default: %s.", k->fallback);
  }
  phs_buf_puts(out, "        ");
  phs_buf_json(out, k->name);
  phs_buf_puts(out, ": {\"description\": ");
  phs_buf_json(out, text);
  phs_buf_puts(out, ", ");
  add_type(out, format, k);
  phs_buf_puts(out, "}");
}

/* ["a", "b"] of the keys that are required, or {"required": ["a"]}, ... of the choices. */
static void add_required(phs_buf *out, const yml_table *t, bool choices) {
  int count = 0;
  for (int i = 0; i < t->key_count; i++) {
    const yml_key *k = &t->key[i];
    if (!k->name || !(choices ? k->choice : k->required)) {
      continue;
    }
    phs_buf_puts(out, count++ ? ", " : choices ? "      \"oneOf\": [" : "      \"required\": [");
    phs_buf_puts(out, choices ? "{\"required\": [" : "");
    phs_buf_json(out, k->name);
    phs_buf_puts(out, choices ? "]}" : "");
  }
  phs_buf_puts(out, count ? "],\n" : "");
}

static void add_table(phs_buf *out, const yml_format_info *format, const yml_table *t) {
  bool first = true;
  phs_buf_puts(out, "    \"");
  for (const char *c = t->name; *c; c++) {
    phs_buf_add(out, *c == ' ' ? "_" : c, 1);
  }
  phs_buf_puts(out, "\": {\n      \"description\": ");
  phs_buf_json(out, t->doc);
  phs_buf_puts(out, ",\n      \"type\": \"object\",\n      \"additionalProperties\": false,\n");
  add_required(out, t, false);
  add_required(out, t, true);
  phs_buf_puts(out, "      \"properties\": {\n");
  for (int i = 0; i < t->key_count; i++) {
    if (t->key[i].name) {
      phs_buf_puts(out, first ? "" : ",\n");
      add_key(out, format, &t->key[i]);
      first = false;
    }
  }
  phs_buf_puts(out, "\n      }\n    }");
}

void yml_schema_of(phs_buf *out, const yml_format_info *format) {
  phs_buf_printf(out,
                 "{\n"
                 "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                 "  \"$comment\": \"SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception. "
                 "Made from %s; %s says how.\",\n"
                 "  \"title\": \"%s\",\n  ",
                 format->tables, format->pages, format->title);
  add_reference(out, format->table[0]->name);
  phs_buf_puts(out, ",\n  \"$defs\": {\n");
  for (int i = 0; i < format->form_count; i++) {
    if (format->form[i].name) {
      phs_buf_printf(out, "    \"%s\": %s,\n", format->form[i].name, format->form[i].schema);
    }
  }
  for (int i = 0; i < format->table_count; i++) {
    phs_buf_puts(out, i ? ",\n" : "");
    add_table(out, format, format->table[i]);
  }
  phs_buf_puts(out, "\n  }\n}\n");
}
