/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file machine_case.h  Machines in tests: of shipped targets and of descriptions as texts. */
#ifndef TESTS_MACHINE_CASE_H
#define TESTS_MACHINE_CASE_H

#include "map/machine.h"
#include "tests/unit/target/target_case.h"

typedef struct machine_case {
  const phs_target_description *target;
  phs_machine *m; /**< NULL: refused */
  phasor_status status;
  target_case heard;
} machine_case;

/** A machine of a shipped target, or of the file @p name; refused or not. */
static inline machine_case machine_open(const char *name) {
  machine_case c = {0};
  phs_diag diag = {.fn = target_hear, .user = &c.heard};
  if (phs_target_load(name, &diag, &c.target) != PHASOR_OK) {
    fail_msg("%s: %s", name, c.heard.message);
  }
  diag.user = &c.heard;
  c.status = phs_machine_create(c.target, PHS_OFF_CHIP_WEIGHT, &diag, &c.m);
  return c;
}

static inline machine_case machine_load(const char *name) {
  machine_case c = machine_open(name);
  if (!c.m) {
    fail_msg("%s: %s", name, c.heard.message);
  }
  return c;
}

/** A description named 't' with @p text behind its head. */
static inline machine_case machine_try(const char *text) {
  char folder[] = "/tmp/phasor-machine-XXXXXX", path[64];
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/t.yaml", folder);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_true(fprintf(f, "phasor-target: 1\nname: t\ntitle: a test\n%s", text) > 0);
  assert_int_equal(fclose(f), 0);
  machine_case c = machine_open(path);
  unlink(path);
  assert_int_equal(rmdir(folder), 0);
  return c;
}

static inline machine_case machine_text(const char *text) {
  machine_case c = machine_try(text);
  if (!c.m) {
    fail_msg("%s: %s", text, c.heard.message);
  }
  return c;
}

/** A chip of cores with @p neurons each, joined as @p chip says; @p more levels outside. */
static inline machine_case machine_of(const char *family, const char *neurons, const char *chip,
                                      const char *more) {
  char text[2048];
  snprintf(text, sizeof text,
           "family: %s\nsources: {a: {title: paper}}\nlevels:\n"
           "  - {name: core, source: a, capacities: {neurons: %s}}\n"
           "  - {name: chip, source: a, %s}\n%s",
           family, neurons, chip, more);
  return machine_text(text);
}

static inline void machine_drop(machine_case *c) {
  phs_machine_free(c->m);
  phs_target_free(c->target);
}

#endif
