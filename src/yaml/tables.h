/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file tables.h  What may stand where in a document: one table a mapping, one row a key. The
 * decoder (decode.c) and the JSON schema (schema.c) both follow from a format's tables.
 */
#ifndef PHS_YAML_TABLES_H
#define PHS_YAML_TABLES_H

#include "base/buf.h"
#include "yaml/tree.h"

/** What a key takes. */
typedef enum yml_type {
  YML_T_TEXT,     /**< any text; field.text */
  YML_T_NAME,     /**< a name: letters, digits, '_', '-'; field.text */
  YML_T_BOOL,     /**< true or false; field.flag */
  YML_T_WORD,     /**< one of `word`; field.word */
  YML_T_COUNT,    /**< a whole number or expression from `least` to `most`; field.count */
  YML_T_QUANTITY, /**< a quantity or expression of `unit`'s dimension, `least` to `most` in the
                     units of units.h; field.number */
  YML_T_TABLE,    /**< a mapping by `table`, decoded by who needs it */
  YML_T_MAP,      /**< names to mappings by `table`, or to what `form` says */
  YML_T_FORM,     /**< what `form` says, decoded by who needs it */
  YML_T_FLAG      /**< a word that stands alone ("all_to_all"), only in a choice */
} yml_type;

struct yml_table;
typedef struct yml_key {
  const char *name;
  yml_type type;
  bool required;
  bool choice;        /**< exactly one of the table's choices must be given */
  const char *unit;   /**< of a quantity: "ms"; "" a plain number */
  double least, most; /**< of numbers, inclusive; both 0: no limits. `least` may be left out itself
                         where `above` is set */
  bool above;
  const char *const *word; /**< ends with NULL */
  const struct yml_table *table;
  int form;             /**< an index of the format's forms */
  const char *fallback; /**< what counts when it is left out, for documents */
  const char *doc;
} yml_key;

typedef struct yml_table {
  const char *name; /**< "population" */
  const char *doc;
  int key_count;
  const yml_key *key;
} yml_table;

/** A key as it was read. */
typedef struct yml_field {
  const yml_key *key;
  const yml_node *node; /**< NULL: not given */
  const char *text;
  double number;
  int64_t count;
  int word;
  bool flag, bad; /**< bad: given, but an error was told */
} yml_field;

/** A form that values can have beside mappings by tables. */
typedef struct yml_form_info {
  const char *name, *schema; /**< its definition in the JSON schema; NULL: none */
} yml_form_info;

/** The schema of a name, which every format has as its form 0. */
#define YML_SCHEMA_NAME "{\"type\": \"string\", \"pattern\": \"^[A-Za-z_][A-Za-z0-9_-]*$\"}"
#define YML_SCHEMA_REF(name) "{\"$ref\": \"#/$defs/" name "\"}"
#define YML_SCHEMA_LIST(item) "{\"type\": \"array\", \"items\": " item "}"
#define YML_SCHEMA_MAP(item) "{\"type\": \"object\", \"additionalProperties\": " item "}"
#define YML_SCHEMA_ANY(a, b) "{\"anyOf\": [" a ", " b "]}"

/** A format as a whole. */
typedef struct yml_format_info {
  const char *title;          /**< "Phasor model" */
  const char *tables, *pages; /**< files where the tables and the description stand */
  const yml_form_info *form;
  int form_count;
  const yml_table *const *table; /**< the first is that of the document */
  int table_count;
} yml_format_info;

/** A format as a JSON schema (draft 2020-12), for editors: adds its text to @p out. */
void yml_schema_of(phs_buf *out, const yml_format_info *format);

#endif
