/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Diagnostics as text for people, as one line, and as JSON. */
#include "driver/format.h"
#include "base/buf.h"
#include "phasor/session.h"

#include <stdlib.h>
#include <string.h>

/* Code point at s and its length, or 0 for a byte that is not UTF-8. */
static uint32_t decode(const unsigned char *s, size_t *n) {
  *n = s[0] < 0x80                   ? 1
       : s[0] >= 0xC2 && s[0] < 0xE0 ? 2
       : s[0] >= 0xE0 && s[0] < 0xF0 ? 3
       : s[0] >= 0xF0 && s[0] < 0xF5 ? 4
                                     : 0;
  uint32_t c = *n == 1 ? s[0] : *n == 2 ? s[0] & 0x1Fu : *n == 3 ? s[0] & 0x0Fu : s[0] & 0x07u;
  for (size_t i = 1; i < *n; i++) {
    if ((s[i] & 0xC0) != 0x80) {
      *n = 0;
      return 0;
    }
    c = c << 6 | (s[i] & 0x3Fu);
  }
  return c;
}

/* Control characters, and those that turn the direction of text around. */
static bool harmful(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
}

void phs_escape(phs_buf *b, const char *text, size_t size, bool keep_lines) {
  const unsigned char *s = (const unsigned char *)text, *end = s + size;
  while (s < end) {
    size_t n;
    uint32_t c = decode(s, &n);
    if (keep_lines && *s == '\n') {
      phs_buf_add(b, s++, 1);
    } else if (n == 0 || harmful(c) || s + n > end) {
      phs_buf_printf(b, "\\x%02x", *s++);
      for (; n > 1 && s < end && (*s & 0xC0) == 0x80; n--) {
        phs_buf_printf(b, "\\x%02x", *s++);
      }
    } else {
      phs_buf_add(b, s, n);
      s += n;
    }
  }
}

static void escaped(phs_buf *b, const char *text) {
  phs_escape(b, text, strlen(text), false);
}

static const char *severity_name(phasor_severity s) {
  return s == PHASOR_NOTE ? "note" : s == PHASOR_WARNING ? "warning" : "error";
}

static void place(phs_buf *b, const phasor_diagnostic *d) {
  escaped(b, d->file ? d->file : "phasorc");
  if (d->line) {
    phs_buf_printf(b, ":%u", d->line);
    if (d->column) {
      phs_buf_printf(b, ":%u", d->column);
    }
  } else if (d->where && d->file) {
    phs_buf_puts(b, ": ");
    escaped(b, d->where);
  }
  phs_buf_puts(b, ": ");
}

static void headline(phs_buf *b, const phasor_diagnostic *d, bool colour) {
  static const char *const paint[] = {"\x1b[1;36m", "\x1b[1;35m", "\x1b[1;31m"};
  place(b, d);
  phs_buf_printf(b, "%s%s[%s]:%s ", colour ? paint[d->severity] : "", severity_name(d->severity),
                 d->code, colour ? "\x1b[0m" : "");
  escaped(b, d->message);
}

/* Text of a source line; a tab is a blank, so that it takes one column here and in the caret's
 * line.
 */
static void source_text(phs_buf *b, const char *text, size_t size) {
  for (size_t done = 0; done < size;) {
    const char *tab = memchr(text + done, '\t', size - done);
    size_t n = tab ? (size_t)(tab - text) - done : size - done;
    phs_escape(b, text + done, n, false);
    phs_buf_puts(b, tab ? " " : "");
    done += n + (tab != NULL);
  }
}

/* The source line with a caret below the column; of a long line only what lies around it. */
static void excerpt(phs_buf *b, const phasor_diagnostic *d) {
  enum { BEFORE = 60, WIDTH = 100 };
  size_t n = strcspn(d->excerpt, "\r\n"), at = d->column ? d->column - 1 : 0;
  at = at < n ? at : n;
  size_t first = at > BEFORE ? at - BEFORE : 0, last = first + WIDTH < n ? first + WIDTH : n;
  /* Never cut a UTF-8 sequence in two. */
  while (first > 0 && ((unsigned char)d->excerpt[first] & 0xC0) == 0x80) {
    first--;
  }
  while (last < n && ((unsigned char)d->excerpt[last] & 0xC0) == 0x80) {
    last++;
  }
  phs_buf line = {0}, margin = {0};
  source_text(&line, d->excerpt + first, last - first);
  source_text(&margin, d->excerpt + first, at - first);
  size_t columns = 0;
  for (const char *c = phs_buf_cstr(&margin); *c; c++) {
    columns += ((unsigned char)*c & 0xC0) != 0x80;
  }
  phs_buf_printf(b, "  %s%s%s\n", first ? "..." : "", phs_buf_cstr(&line), last < n ? "..." : "");
  if (d->column) {
    phs_buf_printf(b, "  %*s^\n", (int)(columns + (first ? 3 : 0)), "");
  }
  phs_buf_free(&line);
  phs_buf_free(&margin);
}

static void json_field(phs_buf *b, const char *name, const char *value) {
  phs_buf_printf(b, ",\"%s\":", name);
  if (value) {
    phs_buf_json(b, value);
  } else {
    phs_buf_puts(b, "null");
  }
}

static void json(phs_buf *b, const phasor_diagnostic *d) {
  phs_buf_printf(b, "{\"code\":\"%s\",\"severity\":\"%s\"", d->code, severity_name(d->severity));
  json_field(b, "message", d->message);
  json_field(b, "file", d->file);
  if (d->line) {
    phs_buf_printf(b, ",\"where\":{\"line\":%u,\"column\":%u}", d->line, d->column);
  } else {
    json_field(b, "where", d->where);
  }
  json_field(b, "help", d->help);
  phs_buf_puts(b, "}\n");
}

char *phasor_diagnostic_text(const phasor_diagnostic *d, phasor_style style, bool colour) {
  phs_buf b = {0};
  if (style == PHASOR_STYLE_JSON) {
    json(&b, d);
  } else {
    headline(&b, d, colour);
    phs_buf_puts(&b, "\n");
    if (style == PHASOR_STYLE_TEXT) {
      if (d->excerpt && d->line) {
        excerpt(&b, d);
      }
      if (d->help) {
        phs_buf_puts(&b, "help: ");
        escaped(&b, d->help);
        phs_buf_puts(&b, "\n");
      }
    }
  }
  if (b.failed) {
    phs_buf_free(&b);
  }
  return b.data;
}
