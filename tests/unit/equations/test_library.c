/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "library_reader.h"

static phs_arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = phs_arena_create();
  return arena ? 0 : 1;
}

static int tear_down(void **state) {
  (void)state;
  phs_arena_destroy(arena);
  return 0;
}

static void all_compile(void **state) {
  (void)state;
  for (size_t i = 0; i < phs_library_count(); i++) {
    one_neuron(arena, library_model(arena, phs_library_name(i)), 0.1, PHS_METHOD_AUTO);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_compile),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
