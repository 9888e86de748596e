/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file guard.h  Loading models that may be damaged. libhdf5 1.10 dies of about one in ten thousand
 * randomly damaged files; the command then ends with a diagnostic and an exit code of its own
 * instead of a core dump. Under a sanitizer the guard stands back, so that the sanitizer sees the
 * fault.
 */
#ifndef PHS_CLI_GUARD_H
#define PHS_CLI_GUARD_H

#include <stddef.h>

/**
 * Until cli_guard_disarm(): SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT write @p text to standard
 * error and end the process with @p status. One guard at a time; @p text is borrowed.
 */
void cli_guard_arm(const char *text, size_t size, int status);
void cli_guard_disarm(void);

#endif
