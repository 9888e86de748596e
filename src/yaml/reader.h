/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file reader.h  Reading a YAML document: what all of Phasor's formats share.
 *   source.c, tree.c, node.c  files, trees with places
 *   decode.c                  one mapping against its table (tables.h)
 *   value.c                   quantities
 *   schema.c                  the same tables as a JSON schema
 *   reader.c, report.c        diagnostics
 *
 * Functions that return bool give false after they have reported an error. What outlives the
 * reading lives in the reader's `arena`, everything else in `scratch`.
 */
#ifndef PHS_YAML_READER_H
#define PHS_YAML_READER_H

#include "base/arena.h"
#include "diag/diag.h"
#include "units/units.h"
#include "yaml/tables.h"
#include "yaml/tree.h"

#define YML_MAX_ERRORS 20

typedef struct yml_reader yml_reader;
/** Where names have a meaning; the format's own. */
typedef struct yml_scope yml_scope;

/** What texts mean in a format beside plain quantities. Members may be NULL. */
typedef struct yml_language {
  /** The value of an expression: what follows the '=' with which the text of @p n begins. */
  bool (*expression)(yml_reader *r, yml_scope *scope, const yml_node *n, phs_value *out);
  /** Whether the text, which is no quantity, is a mistake that the format knows; reports it. */
  bool (*mistake)(yml_reader *r, yml_scope *scope, const yml_node *n);
} yml_language;

struct yml_reader {
  phs_diag *outer; /**< the caller's */
  phs_diag diag;   /**< reports here: excerpts are added, and they are counted */
  phasor_status status;
  const char *opening; /**< with which documents begin: "phasor: 1"; set by the format */
  const char *file;    /**< as the user named it */
  phs_arena *arena;    /**< of the result; set by the format */
  phs_arena *scratch;
  yml_source *sources, **last_source;
  int file_count;
  struct yml_told *told;        /**< errors so far */
  const yml_language *language; /**< NULL: plain quantities only */
  struct yml_import *in;        /**< what the importer of models keeps; NULL in other formats */
};

/* ---- reader.c ---- */

/** Begins; diagnostics go to @p diag. @p file stays borrowed. False without memory. */
bool yml_reader_start(yml_reader *r, phs_diag *diag, const char *file);
/** Frees what only the reading needed, and says how it ended: not PHASOR_OK where @p ok is false or
 * warnings count as errors. */
phasor_status yml_reader_end(yml_reader *r, bool ok);

/* ---- report.c ---- */

/** The place of a node. */
phs_place yml_place(const yml_node *n);
/** The place of byte @p at of a scalar's text. */
phs_place yml_place_in(const yml_node *n, size_t at);
bool yml_failed(yml_reader *r, phs_code code);
bool yml_no_memory(yml_reader *r);
/** Whether so many errors were told that it is better to stop. */
bool yml_full(const yml_reader *r);
/** Reports @p code at a node, and is false. */
#define YML_FAIL(r, code, node, help, ...)                                                         \
  (phs_report(&(r)->diag, (code),                                                                  \
              &(phs_place){(node)->source->file, NULL, (node)->line, (node)->column, NULL},        \
              (help), __VA_ARGS__),                                                                \
   yml_failed((r), (code)))
/** The same at byte @p at of a scalar's text. */
#define YML_FAIL_IN(r, code, node, at, help, ...)                                                  \
  (phs_report(&(r)->diag, (code), &(phs_place[1]){yml_place_in((node), (at))}[0], (help),          \
              __VA_ARGS__),                                                                        \
   yml_failed((r), (code)))
/** "did you mean 'x'?" or @p otherwise; in scratch. */
const char *yml_did_you_mean(yml_reader *r, const char *word, const char *const *candidates,
                             size_t count, const char *otherwise);
/** A list of names for a message: "a, b, c"; cut where long. In scratch. */
const char *yml_join(yml_reader *r, const char *const *name, size_t count);
/** A formatted string in scratch; never NULL. */
const char *yml_format(yml_reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** @p text with what would harm a terminal escaped, cut where long; in scratch, never NULL. */
const char *yml_safe(yml_reader *r, const char *text);

/* ---- index.c: names to numbers ---- */

/** Zero-initialise to start. */
typedef struct yml_index {
  struct yml_slot *slot;
  size_t cap, count;
} yml_index;
/** The number of @p name, or -1. */
long yml_index_find(const yml_index *x, const char *name);
/** Sets the number of @p name, new or not; it stays borrowed. False without memory. */
bool yml_index_set(phs_arena *a, yml_index *x, const char *name, long number);
/** Adds @p name, which is not in it yet and stays borrowed; false without memory. */
bool yml_index_add(phs_arena *a, yml_index *x, const char *name, long number);

/* ---- source.c, tree.c ---- */

/** All of a regular file of at most @p most bytes, in @p a, with a NUL behind it. NULL, or why it
 * cannot be read: a text that stays until the next call, yml_too_large itself for a file of more.
 */
const char *yml_load(phs_arena *a, const char *path, uint64_t most, unsigned char **data,
                     size_t *size);
extern const char yml_too_large[];
/** Reads @p path; @p from: the node that names it, or NULL for the document itself. NULL after an
 * error. */
yml_source *yml_source_read(yml_reader *r, const char *path, const yml_node *from);
/** Text that is part of the library. */
yml_source *yml_source_of(yml_reader *r, const char *name, const char *text, size_t size);
/** The document of a file; NULL after an error. */
const yml_node *yml_parse(yml_reader *r, const yml_source *source);
/** @p name relative to the folder of the file that @p n stands in, unless it is absolute; scratch.
 */
const char *yml_path(yml_reader *r, const yml_node *n, const char *name);

/* ---- decode.c ---- */

/** @p n against @p table: kinds, unknown, missing and contradictory keys; plain fields are read,
 * and numbers evaluated in @p scope (NULL: numbers are left for yml_read_number()). @p out has
 * table->key_count fields. False after errors (fields that are right are filled all the same). */
bool yml_decode(yml_reader *r, yml_scope *scope, const yml_node *n, const yml_table *table,
                yml_field *out);
/** New fields, and yml_decode(); NULL after an error. In scratch. */
yml_field *yml_decode_new(yml_reader *r, yml_scope *scope, const yml_node *n,
                          const yml_table *table);
/** The key of the table's choice that was given; -1: none (then no error). */
int yml_chosen(const yml_table *table, const yml_field *field);
/** A name: letters, digits, '_' and '-', a letter first. */
bool yml_check_name(yml_reader *r, const yml_node *n);
/** Reads the number of a field whose mapping was decoded without a scope. */
bool yml_read_number(yml_reader *r, yml_scope *scope, yml_field *f);
/** Expects a mapping, a list, a scalar. */
bool yml_want(yml_reader *r, const yml_node *n, yml_kind kind, const char *what);

/* ---- value.c ---- */

/** Text as a quantity or, where it begins with '=', an expression of the format's language. */
bool yml_evaluate(yml_reader *r, yml_scope *scope, const yml_node *n, phs_value *out);
/** Reports @p e, which counts from byte @p offset of the text of @p n, and is false. */
bool yml_text_failed(yml_reader *r, phs_code code, const yml_node *n, size_t offset,
                     const phs_text_error *e);
/** A quantity of dimension @p want; @p what: "delay", for messages. */
bool yml_quantity(yml_reader *r, yml_scope *scope, const yml_node *n, phs_dimension want,
                  const char *what, double *out);
/** The same; `.inf` and `-.inf` are allowed. */
bool yml_quantity_or_inf(yml_reader *r, yml_scope *scope, const yml_node *n, phs_dimension want,
                         const char *what, double *out);
/** A whole number. */
bool yml_count(yml_reader *r, yml_scope *scope, const yml_node *n, const char *what, int64_t least,
               int64_t most, int64_t *out);
/** Checks a dimension that was found. */
bool yml_check_dimension(yml_reader *r, const yml_node *n, phs_dimension have, phs_dimension want,
                         const char *what);
/** A unit: "mV". */
bool yml_unit(yml_reader *r, const yml_node *n, phs_dimension want, const char *what,
              double *factor);

extern const phs_dimension yml_plain, yml_time, yml_frequency, yml_length;

#endif
