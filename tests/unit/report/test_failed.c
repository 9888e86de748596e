/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Reports of mappings that were refused, and of a machine without Graphviz's plug-ins. */
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <jansson.h>

#include "page.h"

static const char *const why[] = {
    "PHS0900: 'a&b' needs <9> neurons\n  = help: take \"more\" cores"};

static phs_buf failed(const phs_report_failure *f, phs_report_form form) {
  phs_buf b = {0};
  phs_diag diag = {0};
  assert_int_equal(phs_report_failed(f, form, &diag, &b), PHASOR_OK);
  return b;
}

static void test_refused(void **state) {
  (void)state;
  made_case m = {0};
  small_map(&m, NULL);
  phs_map_note(m.map, "tried <4> cores");
  phs_report_failure f = {
      .work = m.work, .machine = m.machine, .map = m.map, .diagnostic = why, .diagnostic_count = 1};
  phs_buf page = failed(&f, PHS_REPORT_HTML);
  check_page(&page, "needs");
  assert_non_null(strstr(page.data, "<title>small does not fit on loihi1</title>"));
  assert_non_null(strstr(page.data, "needs &lt;9&gt; neurons\n  = help: take &quot;more&quot;"));
  assert_non_null(strstr(page.data, "<li>tried &lt;4&gt; cores</li>"));
  assert_non_null(strstr(page.data, ">131,072<")); /* 128 cores of 1,024 neurons */
  phs_buf_free(&page);
  phs_buf text = failed(&f, PHS_REPORT_TEXT);
  assert_non_null(strstr(text.data, "neurons                 6            131,072    0.0 %\n"));
  assert_non_null(strstr(text.data, "note      : tried <4> cores\n"));
  phs_buf_free(&text);
  phs_buf b = failed(&f, PHS_REPORT_JSON);
  json_t *o = json_loads(b.data, 0, NULL);
  assert_string_equal(json_string_value(json_object_get(o, "report")), "map-failure");
  assert_string_equal(json_string_value(json_array_get(json_object_get(o, "diagnostics"), 0)),
                      why[0]);
  const json_t *neurons = json_array_get(json_object_get(o, "needs"), 0);
  assert_int_equal(json_integer_value(json_object_get(neurons, "needs")), 6);
  assert_int_equal(json_integer_value(json_object_get(neurons, "holds")), 131072);
  /* loihi1 counts synapses in bits: no limit of their number is known */
  assert_true(
      json_is_null(json_object_get(json_array_get(json_object_get(o, "needs"), 1), "holds")));
  json_decref(o);
  phs_buf_free(&b);
  made_free(&m);
}

/* Nothing but names: the work graph itself was refused. */
static void test_nothing(void **state) {
  (void)state;
  phs_report_failure f = {.model = "m<1>", .target = NULL};
  for (int form = 0; form < PHS_REPORT_FORMS; form++) {
    phs_buf b = failed(&f, (phs_report_form)form);
    assert_non_null(strstr(b.data, "unknown"));
    if (form == PHS_REPORT_HTML) {
      check_page(&b, "needs");
      assert_non_null(strstr(b.data, "m&lt;1&gt; does not fit on ?"));
    }
    phs_buf_free(&b);
  }
}

/* The chip, not the core, says how many neurons there can be: 1152 chips of 1e6. */
static void test_tightest_level(void **state) {
  (void)state;
  made_case m = {0};
  made_load(&m, "hala-point");
  phs_report_failure f = {.machine = m.machine, .model = "large"};
  phs_buf b = failed(&f, PHS_REPORT_JSON);
  json_t *o = json_loads(b.data, 0, NULL);
  const json_t *needs = json_object_get(o, "needs");
  assert_true(json_integer_value(json_object_get(json_array_get(needs, 0), "holds")) == 1152000000);
  assert_true(json_integer_value(json_object_get(json_array_get(needs, 1), "holds")) ==
              1152 * 120000000ll);
  json_decref(o);
  phs_buf_free(&b);
  made_free(&m);
}

static void listen(void *user, const phasor_diagnostic *d) {
  *(bool *)user = d->severity == PHASOR_WARNING && strcmp(d->code, "PHS0945") == 0;
}

/* Code 945: without plug-ins the populations stand in rows, and the page says so to no reader but
 * the diagnostic. */
static void test_no_layout(void **state) {
  (void)state;
  made_case m = {0};
  char empty[] = "/tmp/phasor-empty-XXXXXX";
  bool told = false;
  phs_buf b = {0};
  phs_diag diag = {.fn = listen, .user = &told};
  small_map(&m, NULL);
  assert_non_null(mkdtemp(empty));
  setenv("GVBINDIR", empty, 1);
  assert_int_equal(phs_report_map(m.map, PHS_REPORT_HTML, &diag, &b), PHASOR_OK);
  unsetenv("GVBINDIR");
  rmdir(empty);
  assert_true(told);
  assert_int_equal(diag.warnings, 1);
  assert_int_equal(diag.errors, 0);
  check_page(&b, "graph");
  phs_buf_free(&b);
  made_free(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_layout), /* first: Graphviz remembers where it found its plug-ins */
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_nothing),
      cmocka_unit_test(test_tightest_level),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
