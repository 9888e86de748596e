/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A fault while the guard is armed becomes a message and an exit code; afterwards it is a fault
 * again. */
#include "cli/guard.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char text[] = "file.nir: error[PHS0136]: damaged\n";

/* Runs `raise(number)` in a child, with the guard armed or armed and disarmed; what it wrote to
 * standard error. */
static int child(int number, int disarm, char *said, size_t size) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    dup2(ends[1], STDERR_FILENO);
    cli_guard_arm(text, sizeof text - 1, 1);
    if (disarm) {
      cli_guard_disarm();
      signal(number, SIG_DFL);
    }
    raise(number);
    _exit(0);
  }
  close(ends[1]);
  ssize_t n = read(ends[0], said, size - 1);
  said[n > 0 ? n : 0] = 0;
  close(ends[0]);
  int status;
  assert_true(waitpid(pid, &status, 0) == pid);
  return status;
}

static void test_faults(void **state) {
  (void)state;
#ifdef __SANITIZE_ADDRESS__
  print_message("SKIP: under the address sanitizer the guard stands back\n");
  skip();
#endif
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    char said[256];
    int status = child(faults[i], 0, said, sizeof said);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_string_equal(said, text);
    status = child(faults[i], 1, said, sizeof said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), faults[i]);
    assert_string_equal(said, "");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_faults)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
