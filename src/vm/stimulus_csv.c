/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Values as text: a row a step, a column an input. Read field by field, so that no line is too
 * long. */
#include "vm/number.h"
#include "vm/stimulus_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
  phs_stim_input *in;
  const phs_stimulus_options *options;
  phs_stimulus_error *error;
  unsigned char buffer[1 << 14];
  size_t pos, len;
  uint32_t line, column; /**< of the next character */
  float *data;
  size_t count, cap;
  uint64_t rows, width; /**< of values; width 0 before the first row */
} reader;

typedef struct field {
  char text[PHS_NUMBER_MAX + 1]; /**< without blanks around it; cut when it is longer */
  size_t len;
  bool cut;
  uint32_t line, column;
  int end; /**< what ended it: ',', '\n' or EOF */
} field;

/** What a row turned out to be. */
typedef enum row_kind { ROW_BLANK, ROW_HEADER, ROW_VALUES, ROW_BAD } row_kind;

static int next_char(reader *r) {
  if (r->pos == r->len) {
    r->pos = 0;
    r->len = fread(r->buffer, 1, sizeof r->buffer, r->in->file);
    if (r->len == 0) {
      return EOF;
    }
  }
  int c = r->buffer[r->pos++];
  if (c == '\n') {
    r->line += r->line < UINT32_MAX;
    r->column = 1;
  } else {
    r->column += r->column < UINT32_MAX;
  }
  return c;
}

static void next_field(reader *r, field *f) {
  size_t trailing = 0; /* blanks at the end of text, not part of it */
  *f = (field){.line = r->line, .column = r->column};
  for (;;) {
    uint32_t line = r->line, column = r->column;
    int c = next_char(r);
    if (c == ',' || c == '\n' || c == EOF) {
      f->end = c;
      break;
    }
    bool blank = c == ' ' || c == '\t' || c == '\r';
    if (f->len == 0 && trailing == 0 && !f->cut) {
      f->line = line;
      f->column = column;
    }
    if (blank && f->len == 0) {
      continue;
    }
    trailing = blank ? trailing + 1 : 0;
    if (f->len + 1 < sizeof f->text) {
      f->text[f->len++] = (char)c;
    } else {
      f->cut = f->cut || !blank;
    }
  }
  while (f->len > 0 && strchr(" \t\r", f->text[f->len - 1])) {
    f->len--;
  }
  f->text[f->len] = 0;
}

static row_kind bad_field(reader *r, const field *f, phs_stimulus_error_kind kind, const char *help,
                          const char *what) {
  char shown[48];
  size_t n = f->len < 40 ? f->len : 40;
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)f->text[i];
    shown[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
  }
  snprintf(shown + n, sizeof shown - n, "%s", f->len > n ? "..." : "");
  phs_stim_fail(r->error, kind, help, "%s: '%s'", what, shown);
  r->error->line = f->line;
  r->error->column = f->column;
  return ROW_BAD;
}

static row_kind explain(reader *r, const field *f, phs_number_result result) {
  if (result == PHS_NUMBER_NOT_FINITE) {
    return bad_field(r, f, PHS_STIM_VALUE, "inputs must be finite numbers", "not a finite number");
  }
  if (result == PHS_NUMBER_RANGE) {
    return bad_field(r, f, PHS_STIM_VALUE, "values are 32-bit floats: at most 3.4e38",
                     "number out of range");
  }
  if (f->len == 0) {
    return bad_field(r, f, PHS_STIM_VALUE, "write 0 for an input that is silent",
                     "a column without a value");
  }
  return bad_field(r, f, PHS_STIM_VALUE,
                   "columns are separated by commas, decimals written with a point; only the first "
                   "row may be a header",
                   "not a number");
}

/** Names of columns begin like words; a damaged number does not pass for one. */
static bool is_name(const field *f) {
  unsigned char c = (unsigned char)f->text[0];
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '"' || c == '#' ||
         c >= 0x80;
}

static bool push(reader *r, float x) {
  if (r->count == r->cap) {
    size_t cap = r->cap ? r->cap * 2 : 1024;
    if (r->count >= PHS_STIMULUS_MAX_VALUES) {
      return phs_stim_fail(r->error, PHS_STIM_SHAPE, "split the file", "more than %llu values",
                           (unsigned long long)PHS_STIMULUS_MAX_VALUES);
    }
    float *more = cap <= SIZE_MAX / sizeof *more ? realloc(r->data, cap * sizeof *more) : NULL;
    if (!more) {
      return phs_stim_fail(r->error, PHS_STIM_NO_MEMORY, NULL, "no memory for %zu input values",
                           cap);
    }
    r->data = more;
    r->cap = cap;
  }
  r->data[r->count++] = x;
  return true;
}

/** That a row of @p columns values has as many as it should. */
static bool check_width(reader *r, uint64_t columns, uint32_t line) {
  char shape[128];
  uint64_t want = phs_stim_width(r->options);
  if (r->rows == 0) {
    r->width = columns;
  }
  if (r->rows == 0 && want != 0 && columns != want) {
    phs_stim_fail(r->error, PHS_STIM_SHAPE, "a row is a step and a column an input of the network",
                  "the row has %llu columns, the network's input %s has %llu values",
                  (unsigned long long)columns,
                  phs_stim_shape(r->options->rank, r->options->dim, shape, sizeof shape),
                  (unsigned long long)want);
  } else if (columns != r->width) {
    phs_stim_fail(r->error, PHS_STIM_FORMAT, "every row needs the same number of columns",
                  "the row has %llu columns, the first has %llu", (unsigned long long)columns,
                  (unsigned long long)r->width);
  } else {
    r->rows++;
    return true;
  }
  r->error->line = line;
  r->error->column = 1;
  return false;
}

static row_kind read_row(reader *r, bool may_be_header, int *end) {
  uint32_t line = r->line;
  uint64_t columns = 0, names = 0, empty = 0;
  field f, bad = {0}; /* bad: the first column of a first row that is not a number */
  phs_number_result first = PHS_NUMBER_OK;
  do {
    next_field(r, &f);
    if (f.len == 0 && f.end != ',') {
      break; /* a blank line, or the comma that ends a row */
    }
    float x = 0;
    phs_number_result result = f.cut ? PHS_NUMBER_SYNTAX : phs_number_parse(f.text, f.len, &x);
    columns++;
    if (result == PHS_NUMBER_OK) {
      if (first == PHS_NUMBER_OK && !push(r, x)) {
        return ROW_BAD;
      }
      continue;
    }
    if (!may_be_header) {
      return explain(r, &f, result);
    }
    if (first == PHS_NUMBER_OK) {
      first = result;
      bad = f;
    }
    names += result == PHS_NUMBER_SYNTAX && f.len > 0 && is_name(&f);
    empty += f.len == 0;
  } while (f.end == ',');
  *end = f.end;
  if (columns == 0) {
    return ROW_BLANK;
  }
  if (first != PHS_NUMBER_OK) {
    return names > 0 && names + empty == columns ? ROW_HEADER : explain(r, &bad, first);
  }
  return check_width(r, columns, line) ? ROW_VALUES : ROW_BAD;
}

static bool read_rows(reader *r) {
  bool first = true;
  int end = EOF;
  do {
    row_kind kind = read_row(r, first, &end);
    if (kind == ROW_BAD) {
      return false;
    }
    first = first && kind == ROW_BLANK;
  } while (end != EOF);
  if (ferror(r->in->file)) {
    return phs_stim_fail(r->error, PHS_STIM_IO, NULL, "cannot read: %s", strerror(errno));
  }
  if (r->rows == 0) {
    return phs_stim_fail(r->error, PHS_STIM_FORMAT,
                         "a row is a step and a column an input of the network",
                         "the file has no row of values");
  }
  return true;
}

bool phs_stim_read_csv(phs_stim_input *in, const phs_stimulus_options *o, phs_stimulus *out,
                       phs_stimulus_error *e) {
  reader r = {.in = in, .options = o, .error = e, .line = 1, .column = 1, .len = in->head_len};
  memcpy(r.buffer, in->head, in->head_len);
  if (r.len >= 3 && memcmp(r.buffer, "\xef\xbb\xbf", 3) == 0) {
    r.pos = 3; /* the mark that some spreadsheets put before UTF-8 text */
  }
  if (!read_rows(&r)) {
    free(r.data);
    return false;
  }
  *out =
      (phs_stimulus){.batch = 1, .steps = (size_t)r.rows, .width = (size_t)r.width, .data = r.data};
  return true;
}
