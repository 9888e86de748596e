/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Each item is visited once, in chunks whose borders do not depend on the threads. */
#include "base/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ITEMS = 1003, CHUNK = 64, THREADS = 5 };

typedef struct visits {
  unsigned char seen[ITEMS];
  unsigned char first[ITEMS];
} visits;

static void visit(void *user, size_t first, size_t end, int thread) {
  visits *v = user;
  assert_in_range(thread, 0, THREADS - 1);
  v->first[first]++;
  for (size_t i = first; i < end; i++) {
    v->seen[i]++;
  }
}

static void test_each_once(void **state) {
  (void)state;
  for (int jobs = 0; jobs <= THREADS; jobs++) {
    visits v = {{0}, {0}};
    phs_parallel(jobs, ITEMS, CHUNK, visit, &v);
    for (size_t i = 0; i < ITEMS; i++) {
      assert_int_equal(v.seen[i], 1);
      assert_int_equal(v.first[i], i % CHUNK == 0);
    }
  }
}

static void test_nothing(void **state) {
  (void)state;
  visits v = {{0}, {0}};
  phs_parallel(2, 0, 0, visit, &v);
  assert_int_equal(v.first[0], 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_each_once),
      cmocka_unit_test(test_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
