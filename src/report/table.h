/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file table.h  Tables of a report, made once and printed as text and as HTML; and numbers as
 * people read them. */
#ifndef PHS_REPORT_TABLE_H
#define PHS_REPORT_TABLE_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdint.h>

#define PHS_TABLE_COLUMNS 20

typedef struct phs_table_cell {
  const char *text;
  double value; /**< what it sorts by, where its column is numeric */
} phs_table_cell;

typedef struct phs_table {
  phs_arena *arena;
  const char *id, *title;
  int columns;
  const char *head[PHS_TABLE_COLUMNS];
  bool numeric[PHS_TABLE_COLUMNS];
  const char *note; /**< under the title; or NULL */
  uint32_t rows, room;
  phs_table_cell *cell; /**< [rows * columns] */
  int filled;           /**< cells of the last row */
  bool failed;
} phs_table;

/** @p head: titles of columns, a '#' before those of numbers; ends with NULL. */
void phs_table_begin(phs_table *t, phs_arena *arena, const char *id, const char *title,
                     uint32_t rows, const char *const *head);
void phs_table_text(phs_table *t, const char *text);
void phs_table_number(phs_table *t, double value);
/** A share, 1 is 100 %. */
void phs_table_percent(phs_table *t, double share);
/** A limit: "-" where it is infinite. */
void phs_table_limit(phs_table *t, double limit);

/** Aligned columns with two blanks between them; control characters of names are escaped. */
void phs_table_print(const phs_table *t, phs_buf *out);
void phs_table_html(const phs_table *t, phs_buf *out);

/** "1,048,576", "0.0125", "3.2"; "unknown" where it is no finite number. In @p arena; "?" without
 * memory. */
const char *phs_report_number(phs_arena *arena, double value);
/** "87.0 %" */
const char *phs_report_percent_text(phs_arena *arena, double share);
/** "1.25 uJ": engineering prefixes from a to M. */
const char *phs_report_joule(phs_arena *arena, double joule);
/** Text of an XML document or an attribute in double quotes: markup escaped; control characters and
 * bytes that are no UTF-8 as U+FFFD. */
void phs_report_escape(phs_buf *out, const char *text);
/** The same with ends of lines kept. */
void phs_report_escape_lines(phs_buf *out, const char *text);
/** A line of text: control characters and bytes that are no UTF-8 as \xNN. */
void phs_report_printable(phs_buf *out, const char *text);
/** @p text with bytes that are no UTF-8 as U+FFFD: for JSON. In @p arena; "?" without
 * memory. */
const char *phs_report_clean(phs_arena *arena, const char *text);

#endif
