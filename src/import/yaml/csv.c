/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rows of numbers: lists of synapses and of spikes in .csv files, or as arrays of two axes. */
#include "base/locale.h"
#include "import/yaml/yaml.h"

#include <math.h>
#include <string.h>

typedef struct rows {
  yml_reader *r;
  const yml_node *n;
  const char *path;
  double *v;
  size_t count, cap; /* values */
  int columns;       /* 0: not known yet */
  int least, most;
  unsigned line;
} rows;

static bool fail(rows *t, const char *line, size_t column, const char *what) {
  char excerpt[256];
  size_t n = strcspn(line, "\r\n");
  n = n < sizeof excerpt - 1 ? n : sizeof excerpt - 1;
  memcpy(excerpt, line, n);
  excerpt[n] = 0;
  phs_place p = {
      .file = t->path, .line = t->line, .column = (uint32_t)column + 1, .excerpt = excerpt};
  phs_report(&t->r->diag, PHS_YAML_DATA, &p, "a row is numbers with commas between them", "%s",
             what);
  return yml_failed(t->r, PHS_YAML_DATA);
}

static bool add(rows *t, double v) {
  if (t->count == t->cap) {
    size_t cap = t->cap ? 2 * t->cap : 1024;
    double *more = cap <= (size_t)YML_MAX_VALUES ? PHS_NEW_ARRAY(t->r->scratch, double, cap) : NULL;
    if (!more) {
      return yml_no_memory(t->r);
    }
    if (t->count) {
      memcpy(more, t->v, t->count * sizeof *more);
    }
    t->v = more;
    t->cap = cap;
  }
  t->v[t->count++] = v;
  return true;
}

static bool read_row(rows *t, const char *line) {
  int columns = 0;
  const char *p = line;
  for (;;) {
    char cell[64];
    p += strspn(p, " \t");
    size_t n = strcspn(p, ",;\r\n");
    size_t used = n;
    while (used > 0 && (p[used - 1] == ' ' || p[used - 1] == '\t')) {
      used--;
    }
    double v;
    memcpy(cell, p, used < sizeof cell ? used : 0);
    cell[used < sizeof cell ? used : 0] = 0;
    if (!phs_parse_double(cell, &v)) {
      return fail(t, line, (size_t)(p - line), "not a number");
    }
    if (++columns > t->most || (t->columns && columns > t->columns)) {
      return fail(t, line, (size_t)(p - line), "one number too many");
    }
    if (!add(t, v)) {
      return false;
    }
    p += n;
    if (*p != ',' && *p != ';') {
      break;
    }
    p++;
  }
  if (columns < t->least || (t->columns && columns < t->columns)) {
    return fail(t, line, (size_t)(p - line),
                yml_format(t->r, "the row has %d numbers; %d are needed", columns,
                           t->columns ? t->columns : t->least));
  }
  t->columns = columns;
  return true;
}

/* A first row of words is a header; empty lines and those that begin with '#' mean nothing. */
static bool is_dull(const rows *t, const char *line) {
  const char *p = line + strspn(line, " \t");
  bool word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '"' || *p == '_';
  return *p == 0 || *p == '\n' || *p == '\r' || *p == '#' || (t->columns == 0 && word);
}

static bool read_csv(yml_reader *r, const yml_node *n, int least, int most, yml_array *out) {
  unsigned char *data;
  size_t size;
  rows t = {.r = r, .n = n, .path = yml_path(r, n, n->text), .least = least, .most = most};
  if (!yml_note_file(r, t.path) || !yml_load_numbers(r, n, t.path, &data, &size)) {
    return false;
  }
  const char *p = (const char *)data, *end = p + size;
  if (memchr(p, 0, size)) {
    return YML_FAIL(r, PHS_YAML_DATA, n, "give a text file", "the file '%s' is not text",
                    yml_safe(r, t.path));
  }
  while (p < end) {
    t.line++;
    if (!is_dull(&t, p) && !read_row(&t, p)) {
      return false;
    }
    p += strcspn(p, "\n");
    p += *p == '\n';
  }
  int columns = t.columns ? t.columns : most;
  *out = (yml_array){.shape = {.rank = 2, .dim = {(int64_t)t.count / columns, columns}},
                     .v = t.v,
                     .count = t.count};
  return true;
}

bool yml_rows_read(yml_reader *r, const yml_node *n, int least, int most, yml_array *out) {
  char shape[128];
  if (n->kind == YML_SCALAR && n->length > 4 && strcmp(n->text + n->length - 4, ".csv") == 0) {
    return read_csv(r, n, least, most, out);
  }
  if (!yml_want(r, n, YML_SCALAR, "file") || !yml_array_read(r, n, out)) {
    return false;
  }
  return (out->shape.rank == 2 && out->shape.dim[1] >= least && out->shape.dim[1] <= most) ||
         YML_FAIL(r, PHS_YAML_DATA, n, "give an array of [rows, columns]",
                  "the array in '%s' has shape %s; it needs two axes, and %d to %d columns",
                  yml_safe(r, n->text), phs_shape_print(&out->shape, shape, sizeof shape), least,
                  most);
}
