/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file decimal_comma.h  A locale with a decimal comma, as the program around the library may have
 * set. */
#ifndef TESTS_DECIMAL_COMMA_H
#define TESTS_DECIMAL_COMMA_H

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Compiles the locale in a folder of its own, where the C library then looks for it. */
static inline bool make_decimal_comma(void) {
  char folder[] = "/tmp/phasor-locale-XXXXXX", command[256];
  if (!mkdtemp(folder)) {
    return false;
  }
  snprintf(command, sizeof command,
           "localedef --no-archive -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1", folder);
  bool made =
      system(command) == 0 && setenv("LOCPATH", folder, 1) == 0 && setlocale(LC_ALL, "de_DE.UTF-8");
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command) == 0 && made;
}

/** Sets it; false, with a line that says so, where there is none. End with setlocale(LC_ALL, "C").
 */
static inline bool set_decimal_comma(void) {
  if ((setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "fr_FR.UTF-8") ||
       make_decimal_comma()) &&
      strcmp(localeconv()->decimal_point, ",") == 0) {
    return true;
  }
  setlocale(LC_ALL, "C");
  puts("SKIP: there is no locale with a decimal comma (package locales)");
  return false;
}

#endif
