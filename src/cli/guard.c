/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define _XOPEN_SOURCE 700 /* sigaltstack() */
#include "cli/guard.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { FAULTS = sizeof faults / sizeof *faults, STACK_SIZE = 64 * 1024 };

/* A signal handler has no other way to reach what it needs. */
static struct {
  const char *text;
  size_t size;
  int status;
  struct sigaction before[FAULTS];
} guard;

#ifndef __SANITIZE_ADDRESS__   /* which has handlers of its own */
static char stack[STACK_SIZE]; /* the fault may be an overflow of the ordinary one */

static void end(int number) {
  (void)number;
  size_t at = 0;
  while (at < guard.size) {
    ssize_t n = write(STDERR_FILENO, guard.text + at, guard.size - at);
    if (n <= 0) {
      break;
    }
    at += (size_t)n;
  }
  _exit(guard.status);
}
#endif

void cli_guard_arm(const char *text, size_t size, int status) {
  guard.text = text;
  guard.size = size;
  guard.status = status;
#ifndef __SANITIZE_ADDRESS__
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = end;
  action.sa_flags = sigaltstack(&alternate, NULL) == 0 ? SA_ONSTACK : 0;
  for (int i = 0; i < FAULTS; i++) {
    sigaction(faults[i], &action, &guard.before[i]);
  }
#endif
}

void cli_guard_disarm(void) {
#ifndef __SANITIZE_ADDRESS__
  for (int i = 0; i < FAULTS; i++) {
    sigaction(faults[i], &guard.before[i], NULL);
  }
#endif
}
