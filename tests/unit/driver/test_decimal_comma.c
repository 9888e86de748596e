/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A program that has set a locale with a decimal comma gets the same bytes from the library as one
 * that has not. */
#include "../decimal_comma.h"
#include "phasor/build.h"
#include "phasor/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char example[] = PHASOR_SOURCE_DIR "/examples/motion/motion.nir";

enum { KINDS = 4, ARTEFACTS = KINDS + 3 };

/* Text of everything that the library prints numbers in, freed by the caller. */
typedef struct artefacts {
  char *text[ARTEFACTS];
} artefacts;

/* The whole file, which ends here. */
static char *take_file(const char *path) {
  char *text = calloc(1, 1 << 22);
  FILE *f = fopen(path, "rb");
  assert_true(text && f);
  assert_true(fread(text, 1, (1 << 22) - 1, f) > 0 && feof(f));
  fclose(f);
  unlink(path);
  return text;
}

static void set(phasor_session *s, phasor_options *o, const char *name, const char *value) {
  assert_int_equal(phasor_options_set(s, o, name, value), PHASOR_OK);
}

/* A run's summary without its last line, which tells wall time. */
static char *run(phasor_session *s, phasor_network *n) {
  phasor_options *o = phasor_options_create();
  phasor_result *r = NULL;
  set(s, o, "target", "reference");
  set(s, o, "steps", "5");
  set(s, o, "bin", "0.0078125");
  set(s, o, "input", PHASOR_SOURCE_DIR "/examples/motion/inputs/left.bin");
  assert_int_equal(phasor_run(n, o, &r), PHASOR_OK);
  char *text = strdup(phasor_result_text(r, PHASOR_STYLE_JSON)), *wall = strstr(text, "\"wall");
  assert_non_null(wall);
  *wall = 0;
  phasor_result_destroy(r);
  phasor_options_destroy(o);
  return text;
}

static artefacts make_all(void) {
  static const char *const kinds[KINDS] = {"net", "opt", "llvm", "header"};
  artefacts a;
  char path[] = "/tmp/phasor-test-XXXXXX";
  close(mkstemp(path));
  phasor_session *s = phasor_session_create(NULL, NULL);
  phasor_options *o = phasor_options_create();
  phasor_network *n = NULL;
  set(s, o, "dt", "0.0078125");
  set(s, o, "convention", "lower_clip=-0.25");
  set(s, o, "target", "cpu:x86_64-linux-gnu");
  set(s, o, "cpu", "generic");
  set(s, o, "output", path);
  assert_int_equal(phasor_network_load(s, example, o, &n), PHASOR_OK);
  for (int k = 0; k < KINDS; k++) {
    set(s, o, "emit", kinds[k]);
    assert_int_equal(phasor_build(n, o, NULL), PHASOR_OK);
    a.text[k] = take_file(path);
  }
  a.text[KINDS] = run(s, n);
  assert_int_equal(phasor_inspect(s, example, o, PHASOR_STYLE_JSON, &a.text[KINDS + 1]), PHASOR_OK);
  assert_int_equal(phasor_inspect(s, example, o, PHASOR_STYLE_TEXT, &a.text[KINDS + 2]), PHASOR_OK);
  phasor_network_destroy(n);
  phasor_options_destroy(o);
  phasor_session_destroy(s);
  return a;
}

static void same_bytes(void **state) {
  (void)state;
  if (!set_decimal_comma()) {
    skip();
  }
  setlocale(LC_ALL, "C");
  artefacts point = make_all();
  assert_non_null(strstr(point.text[0], "lower_clip = \"-0.25\""));
  assert_non_null(strstr(point.text[KINDS], "\"dt\":0.0078125"));
  assert_true(set_decimal_comma());
  artefacts comma = make_all();
  setlocale(LC_ALL, "C");
  for (int k = 0; k < ARTEFACTS; k++) {
    assert_string_equal(point.text[k], comma.text[k]);
    free(point.text[k]);
    free(comma.text[k]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_bytes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
