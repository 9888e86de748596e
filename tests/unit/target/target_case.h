/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file target_case.h  Descriptions as texts in tests, with the first diagnostic kept. */
#ifndef TESTS_TARGET_CASE_H
#define TESTS_TARGET_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "target/target.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct target_case {
  int count;
  char code[16], message[512], help[512], file[256];
  uint32_t line, column;
  char folder[64], path[96];
} target_case;

static void target_hear(void *user, const phasor_diagnostic *d) {
  target_case *c = user;
  if (c->count++ > 0) {
    return;
  }
  snprintf(c->code, sizeof c->code, "%s", d->code);
  snprintf(c->message, sizeof c->message, "%s", d->message);
  snprintf(c->help, sizeof c->help, "%s", d->help ? d->help : "");
  snprintf(c->file, sizeof c->file, "%s", d->file ? d->file : "");
  c->line = d->line;
  c->column = d->column;
}

#endif
