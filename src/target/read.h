/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file read.h  Inside of reading a description. Functions give false after they have reported an
 * error. */
#ifndef PHS_TARGET_READ_H
#define PHS_TARGET_READ_H

#include "target/tables.h"
#include "yaml/reader.h"

/** Descriptions that extend each other, at most. */
enum { TGT_MAX_DEPTH = 8 };

/** A description being read: results in y.arena, which is that of `d`. */
typedef struct tgt_reader {
  yml_reader y;
  phs_target_description *d;
  unsigned seen; /**< levels that the file that is being read has named: bits by index */
} tgt_reader;

/** @p text in the description's arena; NULL where @p n is, or without memory. */
const char *tgt_text(tgt_reader *t, const yml_node *n);
/** The source that the field `source` names, @p inherited where it is not given. */
bool tgt_source_of(tgt_reader *t, const yml_field *f, const phs_target_source *inherited,
                   const phs_target_source **out);
/** Reads a number as its key's form says. Leaves @p out as it is where the key is not given. */
bool tgt_read_figure(tgt_reader *t, const yml_field *f, const phs_target_source *source,
                     phs_figure *out);
/** Reads a mapping of energy and time. */
bool tgt_read_cost(tgt_reader *t, const yml_field *f, const phs_target_source *source,
                   phs_target_cost *out);
/** Adds levels to the description, or changes those of the same names. */
bool tgt_read_levels(tgt_reader *t, const yml_field *f);

#endif
