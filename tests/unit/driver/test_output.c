/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Output files are whole or not there. */
#include "driver/output.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/phasor-test-XXXXXX";

static int enter(void **state) {
  (void)state;
  return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state) {
  (void)state;
  unlink("a");
  unlink("link");
  return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static int entries(void) {
  DIR *d = opendir(".");
  int n = 0;
  for (struct dirent *e; (e = readdir(d));) {
    n += e->d_name[0] != '.' || e->d_name[1] == 'a';
  }
  closedir(d);
  return n;
}

static void content(const char *path, const char *want) {
  char got[64] = "";
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  assert_true(fread(got, 1, sizeof got - 1, f) > 0);
  fclose(f);
  assert_string_equal(got, want);
}

static void replaces_in_one_step(void **state) {
  (void)state;
  phs_diag diag = {0};
  phs_output out;
  assert_int_equal(phs_output_write("a", "old", 3, &diag), PHASOR_OK);
  assert_int_equal(phs_output_open(&out, "a", &diag), PHASOR_OK);
  fputs("new", out.file);
  fflush(out.file);
  content("a", "old"); /* until it is closed */
  assert_int_equal(phs_output_close(&out, &diag), PHASOR_OK);
  content("a", "new");
  assert_int_equal(entries(), 1);
}

static void abort_leaves_nothing(void **state) {
  (void)state;
  phs_diag diag = {0};
  phs_output out;
  assert_int_equal(phs_output_open(&out, "a", &diag), PHASOR_OK);
  fputs("half", out.file);
  phs_output_abort(&out);
  content("a", "new");
  assert_int_equal(entries(), 1);
  assert_int_equal(diag.errors, 0);
}

static void links_stay_links(void **state) {
  (void)state;
  phs_diag diag = {0};
  struct stat st;
  assert_int_equal(symlink("a", "link"), 0);
  assert_int_equal(phs_output_write("link", "third", 5, &diag), PHASOR_OK);
  assert_true(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
  content("a", "third");
}

static void failures_are_reported(void **state) {
  (void)state;
  phs_diag diag = {0};
  assert_int_equal(phs_output_write("no/such/folder", "x", 1, &diag), PHASOR_ERROR_IO);
  assert_int_equal(phs_output_write(".", "x", 1, &diag), PHASOR_ERROR_IO);
  assert_int_equal(phs_output_write("/dev/full", "x", 1, &diag), PHASOR_ERROR_IO);
  assert_int_equal(diag.errors, 3);
  assert_int_equal(phs_output_write("/dev/null", "x", 1, &diag), PHASOR_OK);
  struct stat st;
  assert_true(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(replaces_in_one_step), cmocka_unit_test(abort_leaves_nothing),
      cmocka_unit_test(links_stay_links), cmocka_unit_test(failures_are_reported)};
  return cmocka_run_group_tests(tests, enter, leave);
}
