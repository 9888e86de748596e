/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/table.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

void phs_table_begin(phs_table *t, phs_arena *arena, const char *id, const char *title,
                     uint32_t rows, const char *const *head) {
  *t = (phs_table){.arena = arena, .id = id, .title = title, .room = rows};
  for (; head[t->columns] && t->columns < PHS_TABLE_COLUMNS; t->columns++) {
    t->numeric[t->columns] = head[t->columns][0] == '#';
    t->head[t->columns] = head[t->columns] + t->numeric[t->columns];
  }
  t->cell = PHS_NEW_ARRAY(arena, phs_table_cell, (size_t)rows * (size_t)t->columns);
  t->failed = !t->cell;
}

static void add(phs_table *t, const char *text, double value) {
  if (t->failed || (t->filled == 0 && t->rows == t->room)) {
    t->failed = true;
    return;
  }
  t->rows += t->filled == 0;
  t->cell[(size_t)(t->rows - 1) * (size_t)t->columns + (size_t)t->filled] =
      (phs_table_cell){text ? text : "-", value};
  t->filled = (t->filled + 1) % t->columns;
}

void phs_table_text(phs_table *t, const char *text) {
  add(t, text, 0);
}

void phs_table_number(phs_table *t, double value) {
  add(t, phs_report_number(t->arena, value), value);
}

void phs_table_percent(phs_table *t, double share) {
  add(t, phs_report_percent_text(t->arena, share), share);
}

void phs_table_limit(phs_table *t, double limit) {
  bool none = limit > 1e300;
  add(t, none ? "-" : phs_report_number(t->arena, limit), limit);
}

/* Columns that a terminal takes for UTF-8 without wide characters. */
static size_t width_of(const char *s) {
  size_t n = 0;
  for (; *s; s++) {
    n += ((unsigned char)*s & 0xc0) != 0x80;
  }
  return n;
}

static void pad(phs_buf *out, size_t n) {
  for (; n > 0; n--) {
    phs_buf_add(out, " ", 1);
  }
}

static void print_row(phs_buf *out, const phs_table *t, const char *const *text,
                      const size_t *width) {
  for (int c = 0; c < t->columns; c++) {
    size_t blank = width[c] - width_of(text[c]);
    phs_buf_puts(out, c ? "  " : "");
    if (t->numeric[c]) {
      pad(out, blank);
    }
    phs_buf_puts(out, text[c]);
    if (!t->numeric[c] && c + 1 < t->columns) {
      pad(out, blank);
    }
  }
  phs_buf_puts(out, "\n");
}

void phs_table_print(const phs_table *t, phs_buf *out) {
  size_t width[PHS_TABLE_COLUMNS];
  const char *text[PHS_TABLE_COLUMNS];
  if (t->failed) {
    out->failed = true;
    return;
  }
  for (int c = 0; c < t->columns; c++) {
    width[c] = width_of(t->head[c]);
  }
  for (size_t i = 0; i < (size_t)t->rows * (size_t)t->columns; i++) {
    int c = (int)(i % (size_t)t->columns);
    size_t n;
    if (!t->numeric[c]) {
      t->cell[i].text = phs_utf8_quote(t->arena, t->cell[i].text, PHS_UTF8_QUOTE);
    }
    n = width_of(t->cell[i].text);
    width[c] = n > width[c] ? n : width[c];
  }
  phs_buf_printf(out, "\n%s%s%s\n", t->title, t->note ? "; " : "", t->note ? t->note : "");
  print_row(out, t, t->head, width);
  for (uint32_t r = 0; r < t->rows; r++) {
    for (int c = 0; c < t->columns; c++) {
      text[c] = t->cell[(size_t)r * (size_t)t->columns + (size_t)c].text;
    }
    print_row(out, t, text, width);
  }
}

/* Unknown values before all others, missing limits after them. */
static double sort_value(double value) {
  return isnan(value) ? -1 : value > 1e300 ? 1e300 : value;
}

void phs_table_html(const phs_table *t, phs_buf *out) {
  if (t->failed) {
    out->failed = true;
    return;
  }
  phs_buf_puts(out, "<figure class=\"table\"><figcaption>");
  phs_report_escape(out, t->title);
  if (t->note) {
    phs_buf_puts(out, "; ");
    phs_report_escape(out, t->note);
  }
  phs_buf_printf(out, "</figcaption><div class=\"scroll\"><table id=\"%s\"><thead><tr>", t->id);
  for (int c = 0; c < t->columns; c++) {
    phs_buf_printf(out, "<th scope=\"col\"%s>", t->numeric[c] ? " class=\"n\"" : "");
    phs_report_escape(out, t->head[c]);
    phs_buf_puts(out, "</th>");
  }
  phs_buf_puts(out, "</tr></thead>\n<tbody>\n");
  for (uint32_t r = 0; r < t->rows; r++) {
    phs_buf_puts(out, "<tr>");
    for (int c = 0; c < t->columns; c++) {
      const phs_table_cell *cell = &t->cell[(size_t)r * (size_t)t->columns + (size_t)c];
      if (t->numeric[c]) {
        phs_buf_printf(out, "<td class=\"n\" data-v=\"%.9g\">", sort_value(cell->value));
      } else {
        phs_buf_puts(out, "<td>");
      }
      phs_report_escape(out, cell->text);
      phs_buf_puts(out, "</td>");
    }
    phs_buf_puts(out, "</tr>\n");
  }
  phs_buf_puts(out, "</tbody></table></div></figure>\n");
}
