/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Threads that do one job together: what one part writes before it waits, all read afterwards. */
#include "backends/cpu/runtime/crew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 16, ROUNDS = 40, JOBS = 30 };

typedef struct shared {
  unsigned value[MOST]; /* of each part; not atomic: waiting is what orders them */
  bool wrong[MOST];
} shared;

/* Every part counts on, waits, and looks at the others; then waits again before anyone goes on. */
static void count(void *user, size_t part, size_t parts, phs_crew *crew) {
  shared *s = user;
  for (unsigned round = 0; round < ROUNDS; round++) {
    s->value[part]++;
    phs_crew_wait(crew);
    for (size_t k = 0; k < parts; k++) {
      s->wrong[part] = s->wrong[part] || s->value[k] != s->value[part];
    }
    phs_crew_wait(crew);
  }
}

static void run(int threads) {
  shared s = {0};
  phs_crew *crew = phs_crew_create(threads);
  assert_non_null(crew);
  for (int job = 0; job < JOBS; job++) {
    phs_crew_run(crew, count, &s);
    for (int k = 0; k < threads; k++) { /* all are done once run returns */
      assert_true(s.value[k] == (unsigned)(job + 1) * ROUNDS);
    }
  }
  for (int k = 0; k < threads; k++) {
    assert_false(s.wrong[k]);
  }
  phs_crew_destroy(crew);
}

static void test_together(void **state) {
  (void)state;
  for (int threads = 1; threads <= 4; threads++) {
    run(threads);
  }
}

/* More threads than processors: they sleep instead of looking. */
static void test_too_many_for_the_machine(void **state) {
  (void)state;
  run(MOST);
}

static void test_never_used(void **state) {
  (void)state;
  phs_crew_destroy(phs_crew_create(3));
  phs_crew_destroy(NULL);
  assert_null(phs_crew_create(0));
  assert_null(phs_crew_create(100000));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_together),
      cmocka_unit_test(test_too_many_for_the_machine),
      cmocka_unit_test(test_never_used),
  };
  return cmocka_run_group_tests_name("cpu/crew", tests, NULL, NULL);
}
