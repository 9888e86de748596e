/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "import/probe.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define HEAD_SIZE 4096

static const unsigned char hdf5_magic[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
static const unsigned char mlir_bytecode[4] = {'M', 'L', 0xef, 'R'};

/* HDF5 allows a user block: its signature may also stand at 512, 1024, 2048, ... */
static bool has_hdf5_signature(FILE *f, uint64_t size) {
  unsigned char magic[sizeof hdf5_magic];
  for (uint64_t at = 0; at + sizeof magic <= size && at <= (uint64_t)1 << 40;
       at = at ? 2 * at : 512) {
    if (fseeko(f, (off_t)at, SEEK_SET) != 0 || fread(magic, 1, sizeof magic, f) != sizeof magic) {
      return false;
    }
    if (memcmp(magic, hdf5_magic, sizeof magic) == 0) {
      return true;
    }
  }
  return false;
}

/* The first word of the text after white space and comments that start with @p comment; its length
 * in *n. */
static const char *first_word(const char *text, const char *comment, size_t *n) {
  for (;;) {
    text += strspn(text, " \t\r\n");
    if (strncmp(text, comment, strlen(comment)) != 0) {
      break;
    }
    text += strcspn(text, "\n");
  }
  *n = strcspn(text, " \t\r\n({@");
  return text;
}

/* MLIR text starts with an op, an attribute alias or a location alias: `module`,
 * `"builtin.module"`, `ml_program.subgraph`, `func.func`, `#map`, `!t`, `{-#`. */
static bool looks_like_mlir(const char *text) {
  size_t n;
  const char *w = first_word(text, "//", &n);
  if (strncmp(w, "{-#", 3) == 0 || (*w == '"' && strchr(w, '(') && memchr(w, '.', n))) {
    return true;
  }
  if ((*w == '#' || *w == '!') && isalpha((unsigned char)w[1])) {
    const char *end = w + strcspn(w, "\n"), *equals = memchr(w, '=', (size_t)(end - w));
    return equals != NULL;
  }
  static const char *const starts[] = {"module",    "builtin.module", "ml_program.subgraph",
                                       "func.func", "irdl.dialect",   "phasor_map.",
                                       "phasor."};
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
    size_t k = strlen(starts[i]);
    bool prefix = starts[i][k - 1] == '.';
    if ((prefix ? n > k : n == k) && strncmp(w, starts[i], k) == 0) {
      return true;
    }
  }
  return false;
}

/* YAML: text whose first word ends in ':' or that starts a document or a list. */
static bool looks_like_yaml(const char *text) {
  size_t n;
  const char *w = first_word(text, "#", &n);
  if (strncmp(w, "---", 3) == 0 || strncmp(w, "%YAML", 5) == 0 || (*w == '-' && n == 1)) {
    return true;
  }
  const char *end = w + strcspn(w, "\n");
  for (const char *p = w; p < end; p++) {
    if (*p == ':' && p > w && (p + 1 == end || p[1] == ' ' || p[1] == '\t' || p[1] == '\r')) {
      return true;
    }
  }
  return false;
}

static phs_file_format format_of(FILE *f, uint64_t size, const char *head, size_t n) {
  if (n >= sizeof mlir_bytecode && memcmp(head, mlir_bytecode, sizeof mlir_bytecode) == 0) {
    return PHS_FORMAT_MLIR;
  }
  if (n >= 4 && memcmp(head, "\177ELF", 4) == 0) {
    return PHS_FORMAT_PHX;
  }
  if (has_hdf5_signature(f, size)) {
    return PHS_FORMAT_NIR;
  }
  if (memchr(head, 0, n)) {
    return PHS_FORMAT_UNKNOWN;
  }
  if (looks_like_mlir(head)) {
    return PHS_FORMAT_MLIR;
  }
  return looks_like_yaml(head) ? PHS_FORMAT_YAML : PHS_FORMAT_UNKNOWN;
}

static void describe_head(phs_probe *out, const unsigned char *head, size_t n) {
  size_t at = 0;
  for (size_t i = 0; i < n && i < 8; i++) {
    at += (size_t)snprintf(out->head + at, sizeof out->head - at, "%s%02x", i ? " " : "", head[i]);
  }
  at += (size_t)snprintf(out->head + at, sizeof out->head - at, " \"");
  for (size_t i = 0; i < n && i < 8; i++) {
    at += (size_t)snprintf(out->head + at, sizeof out->head - at, "%c",
                           isprint(head[i]) ? head[i] : '.');
  }
  snprintf(out->head + at, sizeof out->head - at, "\"");
}

static bool fail(phs_diag *diag, phs_code code, const char *path, const char *help,
                 phasor_status *status, const char *what) {
  phs_report(diag, code, &(phs_place){.file = path}, help, "%s", what);
  *status = phs_code_status(code);
  return false;
}

bool phs_probe_file(const char *path, phs_diag *diag, phs_probe *out, phasor_status *status) {
  *out = (phs_probe){.format = PHS_FORMAT_UNKNOWN};
  struct stat st;
  if (stat(path, &st) != 0) {
    return fail(diag,
                errno == ENOENT || errno == ENOTDIR ? PHS_NIR_NOT_FOUND : PHS_NIR_NOT_READABLE,
                path, "check the path", status, strerror(errno));
  }
  if (!S_ISREG(st.st_mode)) {
    return fail(diag, PHS_NIR_NOT_READABLE, path, "give a regular file", status,
                S_ISDIR(st.st_mode) ? "is a directory, not a model file" : "is not a regular file");
  }
  if (st.st_size == 0) {
    return fail(diag, PHS_NIR_EMPTY_FILE, path, "export the model again", status,
                "the file is empty (0 bytes)");
  }
  FILE *f = fopen(path, "rb");
  if (!f) {
    return fail(diag, PHS_NIR_NOT_READABLE, path, "check the permissions", status, strerror(errno));
  }
  char head[HEAD_SIZE + 1];
  size_t n = fread(head, 1, HEAD_SIZE, f);
  head[n] = 0;
  bool ok = n > 0 && !ferror(f);
  out->size = (uint64_t)st.st_size;
  if (ok) {
    out->format = format_of(f, out->size, head, n);
    describe_head(out, (const unsigned char *)head, n);
  }
  fclose(f);
  return ok || fail(diag, PHS_NIR_NOT_READABLE, path, "check the disk", status,
                    "the file cannot be read");
}

phs_file_format phs_detect_format(const char *path, phs_diag *diag) {
  phs_probe probe;
  phasor_status status;
  if (!phs_probe_file(path, diag, &probe, &status)) {
    return PHS_FORMAT_UNKNOWN;
  }
  if (probe.format == PHS_FORMAT_UNKNOWN) {
    phs_report(diag, PHS_NIR_UNKNOWN_FORMAT, &(phs_place){.file = path, .where = "byte 0"},
               "give a NIR file (HDF5), MLIR text or bytecode, a YAML description or a .phx image",
               "the format cannot be told from the content: the first bytes are %s", probe.head);
  }
  return probe.format;
}
