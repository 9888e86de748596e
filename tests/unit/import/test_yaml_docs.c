/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The models that docs/format/model.md shows are right, and so are the examples and the samples of
 * the corruption test. */
#include "yaml_case.h"

static char *read_file(const char *path) {
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  char *text = calloc(1, 1 << 20);
  assert_non_null(text);
  assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
  fclose(f);
  return text;
}

static void shown_models(void **state) {
  (void)state;
  char *text = read_file(PHASOR_SOURCE_DIR "/docs/format/model.md");
  int count = 0;
  for (char *p = strstr(text, "```yaml\n"); p; p = strstr(p, "```yaml\n")) {
    p += strlen("```yaml\n");
    char *end = strstr(p, "```");
    assert_non_null(end);
    *end = 0;
    yaml_case c;
    y_open(&c);
    y_good(&c, p, NULL);
    y_close(&c);
    count++;
    p = end + 1;
  }
  free(text);
  assert_true(count >= 8);
}

static void examples(void **state) {
  (void)state;
  static const char *const names[] = {"brunel/brunel",
                                      "hodgkin-huxley/hodgkin-huxley",
                                      "izhikevich/izhikevich",
                                      "microcircuit/microcircuit",
                                      "stdp/stdp",
                                      "vogels-abbott/coba",
                                      "vogels-abbott/cuba"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/examples/%s.yaml", PHASOR_SOURCE_DIR, names[i]);
    yaml_case c = {.diag = {.fn = hear, .user = &c}};
    c.status = phs_import_yaml(path, NULL, &c.diag, &c.net, &c.extras);
    for (int k = 0; k < c.count; k++) {
      print_message("%s:%u: %s %s\n", c.told[k].file, c.told[k].line, c.told[k].code,
                    c.told[k].message);
    }
    assert_int_equal(c.status, PHASOR_OK);
    assert_int_equal(c.count, 0);
    phs_net_destroy(c.net);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shown_models),
      cmocka_unit_test(examples),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
