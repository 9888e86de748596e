/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Corruption test of the YAML importer: damaged copies of the models in a folder, and of the files
 * that they name; thousands in all, the same ones in every run. Each import must end in time with
 * success or with an error status and at least one diagnostic.
 *
 * usage: fuzz_yaml [-n VARIANTS_A_MODEL] FOLDER      run everything
 *        fuzz_yaml -r FILE VARIANT                   import one variant in this process, for a
 *                                                    debugger
 *
 * Imports run in child processes, a batch in each, so that a crash or a hang is counted, named and
 * survived.
 */
#define _GNU_SOURCE 1 /* MAP_ANONYMOUS */
#include "batches.h"
#include "import/import.h"

#include <dirent.h>

#define BATCH 128
#define SECONDS_EACH 10
#define MOST_TEXT 65536
#define MAX_FILES 64

typedef struct text {
  char name[64];
  unsigned char data[MOST_TEXT];
  size_t size;
} text;

/* ---- files that the models name ---- */

static void set(text *t, const char *name, const void *data, size_t size) {
  snprintf(t->name, sizeof t->name, "%s", name);
  memcpy(t->data, data, size);
  t->size = size;
}

static void make_values(text *t) {
  unsigned char bytes[152];
  const float v[3] = {-60, -61, -62};
  memset(bytes, ' ', 128);
  memcpy(bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
  static const char header[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }";
  memcpy(bytes + 10, header, sizeof header - 1);
  bytes[127] = '\n';
  for (int i = 0; i < 3; i++) {
    double x = (double)v[i];
    memcpy(bytes + 128 + 8 * i, &x, 8);
  }
  set(t, "values.npy", bytes, sizeof bytes);
}

#define COMPANIONS 4
static void make_companions(text t[COMPANIONS]) {
  static const char list[] = "source,target,weight,delay\n0,1,0.5,1\n2,3,0.25,2\n15,15,1,3\n";
  static const char spikes[] = "time,element\n1.0,0\n2.5,2\n3,1\n";
  static const char part[] = "phasor: 1\nconstants: {extra: 3}\npopulations:\n"
                             "  more: {size: \"= extra\", model: if}\n";
  set(&t[0], "list.csv", list, sizeof list - 1);
  set(&t[1], "spikes.csv", spikes, sizeof spikes - 1);
  set(&t[2], "part.yaml", part, sizeof part - 1);
  make_values(&t[3]);
}

/* ---- damage ---- */

static const char *const tokens[] = {"&a ",
                                     "*a ",
                                     "<<: *a\n",
                                     "- ",
                                     "{",
                                     "}",
                                     "[",
                                     "]",
                                     ": ",
                                     ", ",
                                     "1e999",
                                     ".nan",
                                     ".inf",
                                     "-1",
                                     "0",
                                     "2147483648",
                                     "99999999999999999999",
                                     "= 1 / 0",
                                     "= scale",
                                     "\"",
                                     "'",
                                     "|\n",
                                     ">\n",
                                     "!x ",
                                     "# ",
                                     "\t",
                                     "\n\n",
                                     "\n  ",
                                     "--- \n",
                                     "ms",
                                     "mV",
                                     "~",
                                     "null",
                                     "true",
                                     "[1, 2]",
                                     "{a: 1}",
                                     "1e-300",
                                     "1e300 ms",
                                     "0 ms",
                                     "values.npy",
                                     "part.yaml",
                                     "../x",
                                     "\xff",
                                     "\xe2\x80\xa8",
                                     "\xc3\xa4",
                                     "% ",
                                     "? ",
                                     "exc",
                                     "if",
                                     "lif",
                                     "1000000 s"};

static void replace(text *t, size_t at, size_t length, const char *with, size_t n) {
  if (t->size - length + n > MOST_TEXT) {
    return;
  }
  memmove(t->data + at + n, t->data + at + length, t->size - at - length);
  memcpy(t->data + at, with, n);
  t->size = t->size - length + n;
}

/* The line that byte @p at is in. */
static void line_at(const text *t, size_t at, size_t *start, size_t *end) {
  *start = at;
  while (*start > 0 && t->data[*start - 1] != '\n') {
    --*start;
  }
  *end = at;
  while (*end < t->size && t->data[*end] != '\n') {
    ++*end;
  }
  *end += *end < t->size;
}

static bool in_word(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

/* The word that begins at or after @p at. */
static bool word_at(const text *t, size_t at, size_t *start, size_t *end) {
  while (at < t->size && !in_word(t->data[at])) {
    at++;
  }
  *start = *end = at;
  while (*end < t->size && in_word(t->data[*end])) {
    ++*end;
  }
  return *end > *start;
}

static void swap_words(text *t, uint64_t *s) {
  size_t a, b, c, d;
  char first[256], second[256];
  if (!word_at(t, below(s, t->size), &a, &b) || !word_at(t, below(s, t->size), &c, &d) || b > c ||
      b - a > sizeof first || d - c > sizeof second) {
    return;
  }
  memcpy(first, t->data + a, b - a);
  memcpy(second, t->data + c, d - c);
  replace(t, c, d - c, first, b - a);
  replace(t, a, b - a, second, d - c);
}

static void change(text *t, uint64_t *s) {
  size_t at = below(s, t->size), start, end;
  char line[4096];
  const char *token = tokens[below(s, sizeof tokens / sizeof *tokens)];
  switch (below(s, 9)) {
  case 0:
    t->data[at] ^= (unsigned char)(1u << below(s, 8));
    break;
  case 1:
    t->data[at] = (unsigned char)next(s);
    break;
  case 2: /* a line goes */
    line_at(t, at, &start, &end);
    replace(t, start, end - start, "", 0);
    break;
  case 3: /* a line comes twice */
    line_at(t, at, &start, &end);
    if (end - start < sizeof line) {
      memcpy(line, t->data + start, end - start);
      replace(t, end, 0, line, end - start);
    }
    break;
  case 4:
    swap_words(t, s);
    break;
  case 5: /* a word becomes another */
    if (word_at(t, at, &start, &end)) {
      replace(t, start, end - start, token, strlen(token));
    }
    break;
  case 6:
    replace(t, at, 0, token, strlen(token));
    break;
  case 7: /* a byte goes */
    replace(t, at, 1, "", 0);
    break;
  default: /* a digit changes */
    while (at < t->size && !(t->data[at] >= '0' && t->data[at] <= '9')) {
      at++;
    }
    if (at < t->size) {
      t->data[at] = (unsigned char)('0' + below(s, 10));
    }
  }
}

static void damage(text *t, uint64_t *s) {
  if (below(s, 12) == 0) {
    t->size = below(s, t->size);
    return;
  }
  for (size_t n = 1 + below(s, 4); n > 0 && t->size > 0; n--) {
    change(t, s);
  }
}

/* ---- one variant ---- */

static bool write_text(const char *folder, const text *t) {
  char path[192];
  snprintf(path, sizeof path, "%.100s/%.63s", folder, t->name);
  FILE *f = fopen(path, "wb");
  bool ok = f && fwrite(t->data, 1, t->size, f) == t->size;
  return f && fclose(f) == 0 && ok;
}

/* Variant @p v of a model, with its companions; one of the files is damaged. Variant 0: none. */
static bool write_variant(const text *model, int v, const char *folder) {
  static text t[COMPANIONS + 1];
  uint64_t s = (uint64_t)v * 0x100000001b3u + model->size;
  make_companions(t);
  t[COMPANIONS] = *model;
  size_t which = below(&s, 5) ? COMPANIONS : below(&s, COMPANIONS);
  if (v > 0) {
    damage(&t[which], &s);
  }
  /* Only what this variant or the last one damaged; at first all. */
  static size_t dirty = COMPANIONS;
  bool ok = true;
  for (size_t i = 0; i <= COMPANIONS; i++) {
    bool write = i == COMPANIONS || i == which || i == dirty || dirty == COMPANIONS;
    ok = (!write || write_text(folder, &t[i])) && ok;
  }
  dirty = which == COMPANIONS ? COMPANIONS + 1 : which;
  return ok;
}

typedef struct seen {
  unsigned errors, count;
  bool incomplete, memory;
} seen;

static void see(void *user, const phasor_diagnostic *d) {
  seen *s = user;
  s->count++;
  s->errors += d->severity == PHASOR_ERROR;
  s->incomplete = s->incomplete || !d->code || !d->message || !*d->message || !d->file;
  s->memory = s->memory || strcmp(d->code, "PHS0001") == 0;
  if (getenv("FUZZ_SHOW")) {
    printf("%s:%u:%u: %s: %s\n", d->file ? d->file : "?", d->line, d->column, d->code, d->message);
  }
}

/* Imports one file and checks the rules. Returns NULL or what was broken. */
static const char *import_one(const char *path, bool *accepted) {
  seen s = {0};
  phs_diag diag = {.fn = see, .user = &s};
  phs_net *net = NULL;
  phs_yaml_extras extras = {0};
  phasor_status status = phs_import_yaml(path, NULL, &diag, &net, &extras);
  const char *broken = NULL;
  *accepted = status == PHASOR_OK;
  if (status == PHASOR_OK) {
    broken = !net                ? "success without a network"
             : s.errors          ? "success with errors"
             : net->op_count < 1 ? "success with an empty network"
                                 : NULL;
  } else if (net) {
    broken = "a network in spite of the error";
  } else if (s.errors == 0) {
    broken = "failed without a diagnostic";
  } else if (s.errors > 20) {
    broken = "more than 20 errors";
  } else if (status != PHASOR_ERROR_MODEL && status != PHASOR_ERROR_USAGE &&
             status != PHASOR_ERROR_IO && !s.memory) {
    broken = "a status that no damaged file may give";
  }
  if (!broken && diag.errors != s.errors) {
    broken = "errors that were counted but not told, or the other way round";
  }
  if (!broken && s.incomplete) {
    broken = "a diagnostic without code, message or file";
  }
  phs_net_destroy(net);
  return broken;
}

/* A model, and the folder of its variants. */
typedef struct fuzzed {
  const text *model;
  const char *folder;
} fuzzed;

static const char *import_variant(const void *user, int v, bool *accepted) {
  const fuzzed *f = user;
  char path[192];
  snprintf(path, sizeof path, "%.100s/%.63s", f->folder, f->model->name);
  if (!write_variant(f->model, v, f->folder)) {
    _exit(3);
  }
  const char *broken = import_one(path, accepted);
  return v == 0 && !*accepted ? "the model itself is refused" : broken;
}

static bool load(const char *path, text *out) {
  const char *slash = strrchr(path, '/');
  FILE *f = fopen(path, "rb");
  if (!f) {
    return false;
  }
  out->size = fread(out->data, 1, MOST_TEXT, f);
  fclose(f);
  snprintf(out->name, sizeof out->name, "%s", slash ? slash + 1 : path);
  return out->size > 0 && out->size < MOST_TEXT;
}

static int find(const char *folder, char **list) {
  int count = 0;
  DIR *d = opendir(folder);
  for (struct dirent *e; d && (e = readdir(d)) && count < MAX_FILES;) {
    size_t n = strlen(e->d_name);
    char path[1024];
    if (n > 5 && strcmp(e->d_name + n - 5, ".yaml") == 0) {
      snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
      list[count++] = strdup(path);
    }
  }
  if (d) {
    closedir(d);
  }
  qsort(list, (size_t)count, sizeof *list, by_path);
  return count;
}

static void clean(const char *folder, const text *model) {
  static const char *const names[] = {"list.csv", "spikes.csv", "part.yaml", "values.npy"};
  char path[192];
  for (int i = 0; i <= COMPANIONS; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, i < COMPANIONS ? names[i] : model->name);
    unlink(path);
  }
}

static int replay(const char *file, int variant, const char *folder) {
  static text model;
  bool accepted;
  char path[192];
  if (!load(file, &model) || !write_variant(&model, variant, folder)) {
    fprintf(stderr, "cannot make the variant\n");
    return 2;
  }
  snprintf(path, sizeof path, "%s/%s", folder, model.name);
  const char *broken = import_one(path, &accepted);
  printf("%s: %s\n", path, broken ? broken : accepted ? "accepted" : "refused");
  return broken != NULL;
}

int main(int argc, char **argv) {
  char *list[MAX_FILES], work[64] = "/tmp/phasor-fuzz-XXXXXX";
  int variants = SANITIZED ? 800 : 2000, failures = 0, first = 1;
  static text model;
  if (!mkdtemp(work)) {
    perror("fuzz_yaml");
    return 2;
  }
  if (argc == 4 && strcmp(argv[1], "-r") == 0) {
    return replay(argv[2], atoi(argv[3]), work);
  }
  if (argc >= 3 && strcmp(argv[1], "-n") == 0) {
    variants = atoi(argv[2]);
    first = 3;
  }
  shared *sh = shared_new();
  if (!sh) {
    perror("fuzz_yaml");
    return 2;
  }
  int count = first < argc ? find(argv[first], list) : 0;
  for (int i = 0; i < count; i++) {
    const fuzzed user = {&model, work};
    const subject f = {.name = model.name,
                       .batch = BATCH,
                       .seconds_each = SECONDS_EACH,
                       .import = import_variant,
                       .user = &user};
    failures += load(list[i], &model) ? run_variants(&f, variants, sh) : 1;
    clean(work, &model);
    free(list[i]);
  }
  rmdir(work);
  printf("%d models, %d variants: %d accepted, %d refused, %d failures\n", count, count * variants,
         sh->accepted, sh->refused, failures);
  return failures || count == 0;
}
