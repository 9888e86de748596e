/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file yaml_run.h  Hand-written models through the public interface: loading, running on a
 * target, reading what NEST recorded. */
#ifndef PHS_TEST_YAML_RUN_H
#define PHS_TEST_YAML_RUN_H

#include "phasor/run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Programs run on these; both are held to the same expectations. */
static const char *const targets[] = {"reference", "cpu"};
enum { TARGETS = 2 };

/** A loaded model and its program on one target. */
typedef struct yaml_run {
  phasor_session *session;
  phasor_options *options;
  phasor_network *network;
  phasor_program *program;
} yaml_run;

static inline void show_problem(void *user, const phasor_diagnostic *d) {
  (void)user;
  if (d->severity != PHASOR_NOTE) {
    print_error("%s %s:%s: %s\n", d->code, d->file ? d->file : "", d->where ? d->where : "",
                d->message);
  }
}

static inline void set_option(const yaml_run *r, const char *name, const char *value) {
  assert_int_equal(phasor_options_set(r->session, r->options, name, value), PHASOR_OK);
}

/* @p path below the source folder; warnings are as bad as errors here. */
static inline yaml_run load_model(const char *path, const char *target) {
  yaml_run r = {.session = phasor_session_create(show_problem, NULL),
                .options = phasor_options_create()};
  assert_non_null(r.session);
  assert_non_null(r.options);
  set_option(&r, "target", target);
  char full[1024];
  snprintf(full, sizeof full, PHASOR_SOURCE_DIR "/%s", path);
  assert_int_equal(phasor_network_load(r.session, full, r.options, &r.network), PHASOR_OK);
  assert_int_equal(phasor_program_create(r.network, r.options, &r.program), PHASOR_OK);
  return r;
}

static inline void end_run(yaml_run *r) {
  phasor_program_destroy(r->program);
  phasor_network_destroy(r->network);
  phasor_options_destroy(r->options);
  phasor_session_destroy(r->session);
}

static inline phasor_view view(const yaml_run *r, const char *node, const char *quantity) {
  phasor_view v;
  assert_int_equal(phasor_program_view(r->program, node, quantity, &v), PHASOR_OK);
  return v;
}

static inline bool spiked(const phasor_view *v, size_t i) {
  assert_int_equal(v->type, PHASOR_I1);
  return ((const uint8_t *)v->data)[i] != 0;
}

#define MOST_SET 3

/** A variant of an example. */
typedef struct variant {
  const char *file; /* below examples/ */
  const char *set[MOST_SET];
  const char *steps;
} variant;

static inline void set_all(const yaml_run *r, const variant *v) {
  for (int i = 0; i < MOST_SET && v->set[i]; i++) {
    set_option(r, "set", v->set[i]);
  }
  set_option(r, "steps", v->steps);
}

static inline void load_variant(yaml_run *r, const variant *v, const char *synapses,
                                const char *jobs) {
  *r = (yaml_run){.session = phasor_session_create(show_problem, NULL),
                  .options = phasor_options_create()};
  assert_non_null(r->session);
  assert_non_null(r->options);
  set_option(r, "target", "cpu");
  set_option(r, "synapses", synapses);
  set_option(r, "jobs", jobs);
  set_all(r, v);
  char path[1024];
  snprintf(path, sizeof path, PHASOR_SOURCE_DIR "/examples/%s", v->file);
  assert_int_equal(phasor_network_load(r->session, path, r->options, &r->network), PHASOR_OK);
}

/* Rows of numbers below a line of versions and one of names; freed by the caller. */
static inline double *read_record(const char *path, size_t columns, size_t *rows) {
  char full[1024], line[512];
  snprintf(full, sizeof full, PHASOR_SOURCE_DIR "/%s", path);
  FILE *f = fopen(full, "r");
  assert_non_null(f);
  assert_non_null(fgets(line, sizeof line, f));
  assert_int_equal(line[0], '#');
  assert_non_null(fgets(line, sizeof line, f));
  size_t cap = 4096, count = 0;
  double *v = malloc(cap * sizeof *v), x;
  assert_non_null(v);
  for (char end; fscanf(f, " %lf%c", &x, &end) == 2; v[count++] = x) {
    assert_int_equal(end, count % columns == columns - 1 ? '\n' : ',');
    if (count + 1 == cap) {
      cap *= 2;
      v = realloc(v, cap * sizeof *v);
      assert_non_null(v);
    }
  }
  assert_true(feof(f));
  fclose(f);
  assert_int_equal(count % columns, 0);
  *rows = count / columns;
  return v;
}

#endif
