/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Fills every block with its own byte and looks at all of them again: none overlap, all were zero.
 */
static void blocks_are_apart(void **state) {
  (void)state;
  enum { N = 400 };
  phs_arena *a = phs_arena_create();
  assert_non_null(a);
  unsigned char *p[N];
  size_t size[N], total = 0;
  for (size_t i = 0; i < N; i++) {
    size[i] =
        i % 50 == 49 ? 200000 + i : i * 37 % 3000; /* among small ones, some larger than a block */
    p[i] = phs_arena_alloc(a, size[i]);
    assert_non_null(p[i]);
    assert_int_equal((uintptr_t)p[i] % 64, 0);
    for (size_t k = 0; k < size[i]; k++) {
      assert_int_equal(p[i][k], 0);
    }
    memset(p[i], (int)(i & 0xFF), size[i]);
    total += size[i];
  }
  for (size_t i = 0; i < N; i++) {
    for (size_t k = 0; k < size[i]; k++) {
      assert_int_equal(p[i][k], i & 0xFF);
    }
  }
  assert_int_equal(phs_arena_used(a), total);
  phs_arena_destroy(a);
  phs_arena_destroy(NULL);
}

static void empty_requests_are_unique(void **state) {
  (void)state;
  phs_arena *a = phs_arena_create();
  void *x = phs_arena_alloc(a, 0), *y = phs_arena_alloc(a, 0);
  assert_non_null(x);
  assert_non_null(y);
  assert_ptr_not_equal(x, y);
  assert_non_null(phs_arena_array(a, 0, 8));
  assert_non_null(phs_arena_copy(a, NULL, 0));
  phs_arena_destroy(a);
}

static void impossible_sizes(void **state) {
  (void)state;
  phs_arena *a = phs_arena_create();
  assert_null(phs_arena_alloc(a, SIZE_MAX));
  assert_null(phs_arena_alloc(a, SIZE_MAX - 64));
  assert_null(phs_arena_array(a, SIZE_MAX / 8 + 2, 8)); /* wraps to a small number */
  assert_null(phs_arena_array(a, (size_t)1 << 33, (size_t)1 << 33));
  assert_non_null(phs_arena_alloc(a, 16)); /* and the arena still works */
  phs_arena_destroy(a);
}

static void strings(void **state) {
  (void)state;
  phs_arena *a = phs_arena_create();
  char source[] = "lif1.lif";
  char *copy = phs_arena_strdup(a, source);
  source[0] = 'x';
  assert_string_equal(copy, "lif1.lif");
  assert_string_equal(phs_arena_printf(a, "%s#%d", copy, 7), "lif1.lif#7");
  assert_string_equal(phs_arena_printf(a, "%s", ""), "");
  char *wide = phs_arena_printf(a, "%5000d", 1);
  assert_int_equal(strlen(wide), 5000);
  assert_memory_equal(phs_arena_copy(a, "a\0b", 3), "a\0b", 3);
  phs_arena_destroy(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(blocks_are_apart),
                                     cmocka_unit_test(empty_requests_are_unique),
                                     cmocka_unit_test(impossible_sizes), cmocka_unit_test(strings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
