/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* An interrupt while there are temporary files takes effect once they are gone. */
#include "backends/cpu/tempdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static volatile sig_atomic_t interrupts, folder_was_there;
static char folder[64];

static void interrupted(int number) {
  (void)number;
  interrupts++;
  folder_was_there = access(folder, F_OK) == 0;
}

static void test_interrupt(void **state) {
  static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
  (void)state;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    phs_diag diag = {0};
    phs_tempdir t = {0};
    struct sigaction action = {.sa_handler = interrupted}, before;
    sigset_t was, is;
    assert_int_equal(sigaction(ends[i], &action, &before), 0);
    pthread_sigmask(SIG_SETMASK, NULL, &was);
    interrupts = 0;
    assert_int_equal(phs_tempdir_create(&t, &diag), PHASOR_OK);
    assert_true(strlen(t.path) < sizeof folder);
    strcpy(folder, t.path);
    assert_non_null(phs_tempdir_write(&t, "sub/file", "x", 1, &diag));
    raise(ends[i]);
    assert_int_equal(interrupts, 0);
    assert_int_equal(access(folder, F_OK), 0);
    phs_tempdir_remove(&t);
    assert_int_equal(interrupts, 1);
    assert_false(folder_was_there);
    pthread_sigmask(SIG_SETMASK, NULL, &is);
    assert_int_equal(sigismember(&was, ends[i]), sigismember(&is, ends[i]));
    sigaction(ends[i], &before, NULL);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_interrupt)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
