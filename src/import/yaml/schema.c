/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The tables of models as a JSON schema. */
#include "import/yaml/tables.h"

#define REF YML_SCHEMA_REF
#define LIST_OF YML_SCHEMA_LIST
#define MAP_OF YML_SCHEMA_MAP
#define ANY YML_SCHEMA_ANY

/* What the forms are. In the order of yml_form. */
static const yml_form_info forms[YML_F_COUNT] = {
    [YML_F_NONE] = {"name", YML_SCHEMA_NAME},
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

void yml_schema(phs_buf *out) {
  const yml_format_info format = {"Phasor model",
                                  "src/import/yaml/tables.c",
                                  "docs/format/model.md",
                                  forms,
                                  YML_F_COUNT,
                                  tables,
                                  (int)(sizeof tables / sizeof *tables)};
  yml_schema_of(out, &format);
}
