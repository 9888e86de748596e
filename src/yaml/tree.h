/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file tree.h  A YAML document as a tree with places: the first stage of reading one.
 *
 * Aliases share the node that their anchor names, so that the tree is a graph without cycles; how
 * much it would be when written out is bounded, and with it the work of everything that walks it.
 * Merge keys (`<<`) are resolved here, duplicate keys refused.
 */
#ifndef PHS_YAML_TREE_H
#define PHS_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits; docs/format/model.md and target.md list them. */
#define YML_MAX_BYTES ((size_t)16 << 20) /* of a file */
#define YML_MAX_NODES ((uint64_t)1 << 20)
#define YML_MAX_EXPANDED ((uint64_t)1 << 22) /* nodes, with aliases written out */
#define YML_MAX_DEPTH 64

/** A file that was read. */
typedef struct yml_source {
  const char *file;   /**< as the user named it, or relative to the file that includes it */
  const char *folder; /**< "models/" of "models/a.yaml", or "" */
  const char *text;   /**< NUL-terminated */
  size_t size;
  const size_t *line; /**< offset of each line */
  size_t line_count;
  bool on_disk; /**< a file, not text of the library or of the command line */
  struct yml_source *next;
} yml_source;

typedef enum yml_kind { YML_SCALAR, YML_LIST, YML_MAP } yml_kind;
typedef enum yml_style { YML_PLAIN, YML_QUOTED, YML_LITERAL, YML_FOLDED } yml_style;

typedef struct yml_node yml_node;
typedef struct yml_pair {
  const yml_node *key, *value;
} yml_pair;

struct yml_node {
  yml_kind kind;
  yml_style style; /**< of a scalar */
  const yml_source *source;
  uint32_t line, column; /**< from 1; columns count bytes */
  const char *text;      /**< of a scalar; NUL-terminated, without a NUL in it */
  size_t length;         /**< of text */
  size_t count;          /**< items or pairs */
  const yml_node *const *item;
  const yml_pair *pair;
  uint64_t weight; /**< nodes in it, with aliases written out */
};

/** The value of @p key in a mapping, or NULL. */
const yml_node *yml_get(const yml_node *map, const char *key);
/** Whether a scalar is null: nothing, `~` or `null`, unquoted. */
bool yml_is_null(const yml_node *n);
/** "a mapping", "a list", "the text 'abc'", "nothing": for messages, cut to @p size. */
char *yml_describe(const yml_node *n, char *out, size_t size);

#endif
