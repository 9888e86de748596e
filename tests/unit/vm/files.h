/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file files.h  Small files made by tests of stimuli and recordings. */
#ifndef TESTS_UNIT_VM_FILES_H
#define TESTS_UNIT_VM_FILES_H

#include "vm/stimulus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static char files_folder[64];

static inline int files_open(void **state) {
  (void)state;
  strcpy(files_folder, "/tmp/phasor-vm-XXXXXX");
  return mkdtemp(files_folder) ? 0 : -1;
}

static inline int files_close(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", files_folder);
  return system(command) == 0 ? 0 : -1;
}

/** Path of a file of the test's folder; static storage, one at a time. */
static inline const char *files_path(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", files_folder, name);
  return path;
}

static inline const char *files_write(const char *name, const void *bytes, size_t n) {
  const char *path = files_path(name);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, n, f), n);
  assert_int_equal(fclose(f), 0);
  return path;
}

/** The whole of a small file, NUL-terminated; the caller frees it. */
static inline char *files_read(const char *path, size_t *n) {
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  char *data = calloc(1, 1 << 20);
  assert_non_null(data);
  *n = fread(data, 1, (1 << 20) - 1, f);
  fclose(f);
  return data;
}

static inline void assert_values(const phs_stimulus *s, size_t batch, size_t steps, size_t width,
                                 const float *want) {
  assert_int_equal(s->batch, batch);
  assert_int_equal(s->steps, steps);
  assert_int_equal(s->width, width);
  assert_memory_equal(s->data, want, batch * steps * width * sizeof *want);
}

/** That reading fails with this kind, place and a message that has @p part in it. */
static inline void assert_refused(const char *path, const phs_stimulus_options *o,
                                  phs_stimulus_error_kind kind, const char *part, uint32_t line,
                                  uint32_t column, uint64_t byte) {
  phs_stimulus s;
  phs_stimulus_error e;
  bool read = phs_stimulus_read(path, o, &s, &e);
  assert_false(read);
  assert_null(s.data);
  if (!strstr(e.message, part) || e.kind != kind || e.line != line || e.column != column ||
      e.byte != byte) {
    fail_msg("'%s': kind %d, %u:%u, byte %llu, '%s' (wanted kind %d, %u:%u, byte %llu, '%s')", path,
             (int)e.kind, e.line, e.column, (unsigned long long)e.byte, e.message, (int)kind, line,
             column, (unsigned long long)byte, part);
  }
}

#endif
