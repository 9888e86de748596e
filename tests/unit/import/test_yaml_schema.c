/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * docs/format/model.schema.json is what the decoder's tables say. After a change of the tables:
 *   import_test_yaml_schema --write docs/format/model.schema.json
 */
#include "yaml_case.h"

#include "import/yaml/tables.h"

static void committed_schema_is_of_these_tables(void **state) {
  (void)state;
  phs_buf made = {0};
  yml_schema(&made);
  assert_false(made.failed);
  FILE *f = fopen(PHASOR_SOURCE_DIR "/docs/format/model.schema.json", "rb");
  assert_non_null(f);
  char *have = malloc(made.len + 2);
  assert_non_null(have);
  size_t n = fread(have, 1, made.len + 1, f);
  fclose(f);
  have[n] = 0;
  assert_string_equal(have, phs_buf_cstr(&made));
  free(have);
  phs_buf_free(&made);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(committed_schema_is_of_these_tables),
  };
  if (argc == 3 && strcmp(argv[1], "--write") == 0) {
    phs_buf made = {0};
    yml_schema(&made);
    FILE *f = fopen(argv[2], "wb");
    bool ok = f && fwrite(made.data, 1, made.len, f) == made.len;
    ok = f && fclose(f) == 0 && ok;
    phs_buf_free(&made);
    return ok ? 0 : 4;
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
