/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The tables as a JSON schema (draft 2020-12), for editors. It says what the tables say: keys,
 * kinds, words, limits of plain numbers. Units and names are the importer's to judge.
 */
#include "import/yaml/tables.h"

#include <stdio.h>
#include <string.h>

#define REF(name) "{\"$ref\": \"#/$defs/" name "\"}"
#define LIST_OF(item) "{\"type\": \"array\", \"items\": " item "}"
#define MAP_OF(item) "{\"type\": \"object\", \"additionalProperties\": " item "}"
#define ANY(a, b) "{\"anyOf\": [" a ", " b "]}"

/* What the forms are. In the order of yml_form. */
static const struct {
  const char *name, *schema;
} forms[YML_F_COUNT] = {
    [YML_F_NONE] = {"name", "{\"type\": \"string\", \"pattern\": \"^[A-Za-z_][A-Za-z0-9_-]*$\"}"},
    [YML_F_VALUE] = {"value", "{\"type\": [\"number\", \"string\"]}"},
    [YML_F_VALUES] = {"values", "{\"anyOf\": [" REF("value") ", " LIST_OF(REF("value")) ", " REF(
                                    "distribution") ", " REF("file_of_values") "]}"},
    [YML_F_DRAW] = {"draw", ANY(REF("value"), REF("distribution"))},
    [YML_F_NAMES] =
        {"names", ANY("{\"type\": \"string\"}",
                      "{\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"minItems\": 1}")},
    [YML_F_FEED] = {"feed", ANY(REF("names"), MAP_OF(REF("names")))},
    [YML_F_TEXTS] = {"texts", LIST_OF("{\"type\": \"string\"}")},
    [YML_F_STATEMENT] = {"statement", "{\"type\": [\"string\", \"number\"]}"},
    [YML_F_RECEPTOR] = {"receptor_of_model", ANY("{\"type\": \"string\"}", REF("receptor"))},
    [YML_F_PARAMETERS] = {"parameters", MAP_OF(REF("values"))},
    [YML_F_CONSTANTS] = {"constants", MAP_OF(REF("value"))},
    [YML_F_SHAPE] = {"shape", "{\"type\": \"array\", \"items\": " REF(
                                  "value") ", \"minItems\": 1, \"maxItems\": 8}"},
    [YML_F_LENGTHS] = {"lengths", "{\"type\": \"array\", \"items\": " REF(
                                      "value") ", \"minItems\": 1, \"maxItems\": 3}"},
    [YML_F_PAIR] = {"pair", "{\"type\": \"array\", \"items\": " REF(
                                "value") ", \"minItems\": 2, \"maxItems\": 2}"},
    [YML_F_WINDOW] = {"window", ANY(REF("value"), LIST_OF(REF("value")))},
    [YML_F_PADDING] = {"padding", ANY(REF("value"), LIST_OF(REF("value")))},
    [YML_F_WEIGHTS] = {"weights", "{\"anyOf\": [" REF("value") ", {\"type\": \"array\"}, " REF(
                                      "distribution") ", " REF("file_of_values") "]}"},
    [YML_F_TIMES] = {"times", ANY("{\"type\": \"array\"}", REF("file_of_spikes"))},
    [YML_F_STEPS] = {"steps", LIST_OF("{\"type\": \"array\", \"minItems\": 2, \"maxItems\": 2}")},
    [YML_F_CURRENT] = {"current_of_input", "{\"anyOf\": [" REF("values") ", " REF("current") "]}"},
    [YML_F_SYNAPSES] = {"synapses",
                        "{\"anyOf\": [{\"type\": \"string\"}, " REF("list_file") ", " LIST_OF(
                            "{\"type\": \"array\", \"items\": " REF(
                                "value") ", \"minItems\": 2, \"maxItems\": 4}") "]}"},
    [YML_F_PROJECTIONS] = {"projections",
                           ANY(MAP_OF(REF("projection")), LIST_OF(REF("projection")))},
    [YML_F_INSTANCE] = {"instances", MAP_OF(ANY("{\"type\": \"string\"}", REF("instance")))},
    [YML_F_PORTS] = {"ports", MAP_OF("{\"type\": \"string\"}")},
    [YML_F_OUTPUTS] = {"outputs", ANY(REF("names"), MAP_OF("{\"type\": \"string\"}"))},
    [YML_F_RECORDS] = {"records", LIST_OF(REF("record"))},
    [YML_F_CONVENTIONS] = {"conventions", MAP_OF("{\"type\": [\"string\", \"number\"]}")},
    [YML_F_RULE] = {"rule_of_projection",
                    ANY("{\"enum\": [\"one_to_one\", \"all_to_all\"]}", REF("rule"))},
};

static const yml_table *const tables[] = {&yml_model_file,
                                          &yml_network,
                                          &yml_model_table,
                                          &yml_receptor,
                                          &yml_population,
                                          &yml_grid,
                                          &yml_projection,
                                          &yml_rule,
                                          &yml_distance,
                                          &yml_list_file,
                                          &yml_distribution_table,
                                          &yml_value_file,
                                          &yml_plasticity,
                                          &yml_stdp,
                                          &yml_reward_stdp,
                                          &yml_input,
                                          &yml_external,
                                          &yml_poisson,
                                          &yml_spikes,
                                          &yml_regular,
                                          &yml_current,
                                          &yml_noise,
                                          &yml_spike_file,
                                          &yml_layer,
                                          &yml_dense,
                                          &yml_conv,
                                          &yml_pool,
                                          &yml_flatten,
                                          &yml_scale,
                                          &yml_instance,
                                          &yml_record};

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

static void add_type(phs_buf *out, const yml_key *k) {
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
    phs_buf_puts(
        out, "\"type\": \"object\", \"propertyNames\": " REF("name") ", "
                                                                     "\"additionalProperties\": {");
    add_reference(out, k->table ? k->table->name : forms[k->form].name);
    phs_buf_puts(out, "}");
    break;
  case YML_T_FORM:
    add_reference(out, forms[k->form].name);
    break;
  case YML_T_FLAG:
    phs_buf_puts(out, "\"type\": [\"null\", \"object\"], \"maxProperties\": 0");
    break;
  }
}

static void add_key(phs_buf *out, const yml_key *k) {
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
  add_type(out, k);
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

static void add_table(phs_buf *out, const yml_table *t) {
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
      add_key(out, &t->key[i]);
      first = false;
    }
  }
  phs_buf_puts(out, "\n      }\n    }");
}

void yml_schema(phs_buf *out) {
  phs_buf_puts(out, "{\n"
                    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                    "  \"$comment\": \"SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception. "
                    "Made from src/import/yaml/tables.c; docs/format/model.md says how.\",\n"
                    "  \"title\": \"Phasor model\",\n"
                    "  \"$ref\": \"#/$defs/model_file\",\n"
                    "  \"$defs\": {\n");
  for (int i = 0; i < YML_F_COUNT; i++) {
    if (forms[i].name) {
      phs_buf_printf(out, "    \"%s\": %s,\n", forms[i].name, forms[i].schema);
    }
  }
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    phs_buf_puts(out, i ? ",\n" : "");
    add_table(out, tables[i]);
  }
  phs_buf_puts(out, "\n  }\n}\n");
}
