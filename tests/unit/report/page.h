/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file page.h  Reports made and checked. */
#ifndef TESTS_PAGE_H
#define TESTS_PAGE_H

#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** The report of a map in one form; the caller frees it. */
static inline phs_buf report_of(const phs_map *m, phs_report_form form) {
  phs_buf b = {0};
  phs_diag diag = {0};
  assert_int_equal(phs_report_map(m, form, &diag, &b), PHASOR_OK);
  assert_int_equal(diag.errors + diag.warnings, 0);
  assert_false(b.failed);
  return b;
}

/** Runs check_page.py. @p pictures: ids that have to be there */
static inline void check_page(const phs_buf *page, const char *pictures) {
  char path[] = "/tmp/phasor-page-XXXXXX", command[1024];
  int file = mkstemp(path);
  assert_true(file >= 0);
  FILE *f = fdopen(file, "w");
  assert_non_null(f);
  assert_int_equal(fwrite(page->data, 1, page->len, f), page->len);
  fclose(f);
  snprintf(command, sizeof command, "python3 %s/tests/unit/report/check_page.py %s %s",
           PHASOR_SOURCE_DIR, path, pictures);
  int status = system(command);
  unlink(path);
  assert_int_equal(status, 0);
}

#endif
