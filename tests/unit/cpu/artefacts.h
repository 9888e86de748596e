/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file artefacts.h  Building a network, a folder for what comes out, and running commands there.
 */
#ifndef PHS_TEST_CPU_ARTEFACTS_H
#define PHS_TEST_CPU_ARTEFACTS_H

#include "backends/cpu/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char folder[] = "/tmp/phs-test-XXXXXX";

/* A path in the test's folder; each call with a given `slot` overwrites the last. */
static inline const char *at(int slot, const char *name) {
  static char paths[4][256];
  snprintf(paths[slot], sizeof paths[slot], "%s/%s", folder, name);
  return paths[slot];
}

__attribute__((format(printf, 1, 2))) static inline int shell(const char *format, ...) {
  char command[2048];
  va_list ap;
  va_start(ap, format);
  vsnprintf(command, sizeof command, format, ap);
  va_end(ap);
  int status = system(command);
  return status == -1 ? -1 : status >> 8;
}

static inline bool have(const char *program) {
  return shell("command -v %s >/dev/null 2>&1", program) == 0;
}

static inline char *read_file(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  fseek(f, 0, SEEK_END);
  long length = ftell(f);
  rewind(f);
  char *text = calloc(1, (size_t)length + 1);
  assert_int_equal(fread(text, 1, (size_t)length, f), length);
  fclose(f);
  if (size) {
    *size = (size_t)length;
  }
  return text;
}

static inline void write_text(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  assert_int_equal(fclose(f), 0);
}

static inline int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state) {
  (void)state;
  return shell("rm -rf %s", folder);
}

typedef struct fixture {
  phs_diag diag;
  phs_ir *ir;
  phs_net *net;
  char code[8][16]; /* of the last diagnostics: that of number k in k % 8 */
  unsigned count;
  char message[1024]; /* the last one's, and its remedy */
  size_t line;
} fixture;

static inline void collect(void *user, const phasor_diagnostic *d) {
  fixture *f = user;
  snprintf(f->code[f->count % 8], sizeof f->code[0], "%s", d->code);
  snprintf(f->message, sizeof f->message, "%s | %s", d->message, d->help ? d->help : "");
  f->line = d->line;
  f->count++;
}

/* A fixture for @p net, which it owns. */
static inline int set_up(void **state, phs_net *net) {
  fixture *f = calloc(1, sizeof *f);
  f->diag = (phs_diag){.fn = collect, .user = f};
  f->ir = phs_ir_create(&f->diag);
  f->net = net;
  *state = f;
  return 0;
}

static inline int teardown(void **state) {
  fixture *f = *state;
  phs_net_destroy(f->net);
  phs_ir_destroy(f->ir);
  free(f);
  return 0;
}

static inline void build(fixture *f, const phs_cpu_options *o, phs_cpu_kind kind,
                         const char *path) {
  if (phs_cpu_build(f->ir, (MlirModule){0}, f->net, o, kind, path, &f->diag) != PHASOR_OK) {
    fail_msg("%s", f->message);
  }
  assert_int_equal(f->diag.errors, 0);
}

#endif
