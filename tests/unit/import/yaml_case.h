/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file yaml_case.h  YAML models as texts in tests: imported from a folder of their own, with all
 * diagnostics kept. */
#ifndef TESTS_YAML_CASE_H
#define TESTS_YAML_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "import/import.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 64

typedef struct told {
  char code[16], message[512], help[512], file[256], excerpt[256];
  phasor_severity severity;
  uint32_t line, column;
} told;

/** A run of the importer. */
typedef struct yaml_case {
  char folder[64], path[128];
  phs_diag diag;
  told told[MOST];
  int count;
  phasor_status status;
  phs_net *net;
  phs_yaml_extras extras;
} yaml_case;

static void keep_text(char *to, size_t size, const char *from) {
  snprintf(to, size, "%s", from ? from : "");
}

static void hear(void *user, const phasor_diagnostic *d) {
  yaml_case *c = user;
  assert_true(c->count < MOST);
  told *t = &c->told[c->count++];
  keep_text(t->code, sizeof t->code, d->code);
  keep_text(t->message, sizeof t->message, d->message);
  keep_text(t->help, sizeof t->help, d->help);
  keep_text(t->file, sizeof t->file, d->file);
  keep_text(t->excerpt, sizeof t->excerpt, d->excerpt);
  t->severity = d->severity;
  t->line = d->line;
  t->column = d->column;
}

static inline void y_open(yaml_case *c) {
  memset(c, 0, sizeof *c);
  snprintf(c->folder, sizeof c->folder, "/tmp/phasor-yaml-XXXXXX");
  assert_non_null(mkdtemp(c->folder));
  snprintf(c->path, sizeof c->path, "%.60s/model.yaml", c->folder);
  c->diag = (phs_diag){.fn = hear, .user = c};
}

static inline void y_write(const yaml_case *c, const char *name, const void *bytes, size_t n) {
  char path[192];
  snprintf(path, sizeof path, "%.60s/%.100s", c->folder, name);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, n, f), n);
  assert_int_equal(fclose(f), 0);
}

static inline void y_text(const yaml_case *c, const char *name, const char *text) {
  y_write(c, name, text, strlen(text));
}

/** A .npy file (format 1.0) of little-endian binary64 values. */
static inline void y_npy(const yaml_case *c, const char *name, const char *shape, const double *v,
                         size_t n) {
  unsigned char bytes[4096];
  char header[128];
  int used = snprintf(header, sizeof header,
                      "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }", shape);
  memcpy(bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
  memset(bytes + 10, ' ', 118);
  memcpy(bytes + 10, header, (size_t)used);
  bytes[127] = '\n';
  assert_true(128 + 8 * n <= sizeof bytes);
  memcpy(bytes + 128, v, 8 * n);
  y_write(c, name, bytes, 128 + 8 * n);
}

static inline void y_run(yaml_case *c, const char *text, const phs_yaml_options *o) {
  y_text(c, "model.yaml", text);
  c->status = phs_import_yaml(c->path, o, &c->diag, &c->net, &c->extras);
  assert_true((c->status == PHASOR_OK) == (c->net != NULL));
  assert_true((c->status == PHASOR_OK) == (c->diag.errors == 0));
}

static inline void y_close(yaml_case *c) {
  DIR *d = opendir(c->folder);
  assert_non_null(d);
  for (struct dirent *e; (e = readdir(d));) {
    char path[512];
    snprintf(path, sizeof path, "%.60s/%s", c->folder, e->d_name);
    if (e->d_name[0] != '.') {
      unlink(path);
    }
  }
  closedir(d);
  rmdir(c->folder);
  phs_net_destroy(c->net);
  c->net = NULL;
}

/** Imports @p text, which must be right; what was told is shown otherwise. */
static inline void y_good(yaml_case *c, const char *text, const phs_yaml_options *o) {
  y_run(c, text, o);
  for (int i = 0; i < c->count; i++) {
    print_message("%s:%u:%u %s: %s (%s)\n", c->told[i].file, c->told[i].line, c->told[i].column,
                  c->told[i].code, c->told[i].message, c->told[i].help);
  }
  assert_int_equal(c->status, PHASOR_OK);
  assert_int_equal(c->count, 0);
}

/** The op of a name. */
static inline const phs_op *y_op(const yaml_case *c, const char *name) {
  for (int i = 0; i < c->net->op_count; i++) {
    if (strcmp(c->net->op[i].name, name) == 0) {
      return &c->net->op[i];
    }
  }
  print_message("no op '%s'; there are:", name);
  for (int i = 0; i < c->net->op_count; i++) {
    print_message(" %s", c->net->op[i].name);
  }
  print_message("\n");
  fail();
  return NULL;
}

static inline const phs_op *y_operand(const yaml_case *c, const phs_op *op, int k) {
  assert_true(k < op->operand_count);
  return &c->net->op[op->operand[k]];
}

#endif
