/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Numbers and names as people read them. */
#include "base/utf8.h"
#include "report/table.h"

#include <math.h>
#include <string.h>

/* Commas between groups of three digits. */
static const char *grouped(phs_arena *arena, double value) {
  const char *plain = phs_arena_printf(arena, "%.0f", value);
  size_t n = plain ? strlen(plain) : 0, at = 0;
  char *out = phs_arena_alloc(arena, n + n / 3 + 2);
  if (!plain || !out) {
    return "?";
  }
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0 && plain[i - 1] != '-') {
      out[at++] = ',';
    }
    out[at++] = plain[i];
  }
  return out;
}

const char *phs_report_number(phs_arena *arena, double value) {
  if (!isfinite(value)) {
    return "unknown";
  }
  if (fabs(value) >= 1e18) {
    const char *large = phs_arena_printf(arena, "%.4g", value);
    return large ? large : "?";
  }
  if (fabs(value) >= 1000 || value == floor(value)) {
    return grouped(arena, round(value));
  }
  const char *text = phs_arena_printf(arena, "%.4g", value);
  return text ? text : "?";
}

const char *phs_report_percent_text(phs_arena *arena, double share) {
  const char *text = isfinite(share) ? phs_arena_printf(arena, "%.1f %%", share * 100) : "unknown";
  return text ? text : "?";
}

const char *phs_report_joule(phs_arena *arena, double joule) {
  static const char *const prefix[] = {"a", "f", "p", "n", "u", "m", "", "k", "M"};
  int at = 6;
  if (!isfinite(joule)) {
    return "unknown";
  }
  for (; joule != 0 && fabs(joule) < 1 && at > 0; at--) {
    joule *= 1000;
  }
  for (; fabs(joule) >= 1000 && at < 8; at++) {
    joule /= 1000;
  }
  const char *text = phs_arena_printf(arena, "%.4g %sJ", joule, prefix[at]);
  return text ? text : "?";
}

/* Bytes of the character at @p s that a document may hold; 0: replace one byte. */
static size_t allowed(const char *s) {
  size_t n = phs_utf8_length(s);
  unsigned char c = (unsigned char)*s;
  bool control = c < 0x20 || c == 0x7f || (n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0);
  bool noncharacter = n == 3 && c == 0xef && (unsigned char)s[1] == 0xbf &&
                      (unsigned char)s[2] >= 0xbe; /* U+FFFE, U+FFFF: not in XML */
  return control || noncharacter ? 0 : n;
}

#define REPLACEMENT "\xef\xbf\xbd"

static void escape(phs_buf *out, const char *text, bool lines) {
  for (const char *s = text; *s;) {
    size_t n = lines && *s == '\n' ? 1 : allowed(s);
    const char *markup = *s == '&'    ? "&amp;"
                         : *s == '<'  ? "&lt;"
                         : *s == '>'  ? "&gt;"
                         : *s == '"'  ? "&quot;"
                         : *s == '\'' ? "&#39;"
                         : n == 0     ? REPLACEMENT
                                      : NULL;
    if (markup) {
      phs_buf_puts(out, markup);
    } else {
      phs_buf_add(out, s, n);
    }
    s += n > 0 ? n : 1;
  }
}

void phs_report_escape(phs_buf *out, const char *text) {
  escape(out, text, false);
}

void phs_report_escape_lines(phs_buf *out, const char *text) {
  escape(out, text, true);
}

void phs_report_printable(phs_buf *out, const char *text) {
  for (const char *s = text; *s;) {
    size_t n = allowed(s);
    if (n > 0) {
      phs_buf_add(out, s, n);
    } else {
      phs_buf_printf(out, "\\x%02x", (unsigned char)*s);
    }
    s += n > 0 ? n : 1;
  }
}

const char *phs_report_clean(phs_arena *arena, const char *text) {
  size_t size = strlen(text), at = 0;
  char *out = phs_arena_alloc(arena, 3 * size + 1);
  if (!out) {
    return "?";
  }
  for (const char *s = text; *s;) {
    size_t n = phs_utf8_length(s);
    memcpy(out + at, n > 0 ? s : REPLACEMENT, n > 0 ? n : 3);
    at += n > 0 ? n : 3;
    s += n > 0 ? n : 1;
  }
  out[at] = 0;
  return out;
}
