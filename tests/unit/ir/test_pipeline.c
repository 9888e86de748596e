/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Textual pipelines: what is read, what is refused, what runs; and phasor-dce. */
#include "ir_test.h"

#include "passes.h"

#define LIF(name, x, y)                                                                            \
  y " = \"phasor.neurons\"(" x ") {name = \"" name "\", model = \"lif\", params = " LIF_PARAMS     \
    "} : (tensor<3xf32>) -> tensor<3xi1>\n"

static const char plain[] = NETWORK("net", "tensor<3xi1>", LIF("a", "%x", "%y"));

/* A function that a user brought, with a call and a constant that can be folded. */
static const char custom[] = NETWORK(
    "net", "tensor<3xi1>",
    "%y = \"phasor.neurons\"(%x) {name = \"a\", update = @f, states = [\"v\"], coefficients = []} "
    ": "
    "(tensor<3xf32>) -> tensor<3xi1>") "func.func private @f(%x: f32, %v: f32) -> (i1, f32) {\n"
                                       " %w = func.call @g(%x, %v) : (f32, f32) -> f32\n %one = "
                                       "arith.constant 1.0 : f32\n"
                                       " %m = arith.mulf %w, %one : f32\n %z = arith.cmpf ogt, %m, "
                                       "%one : f32\n return %z, %m : i1, f32\n}\n"
                                       "func.func private @g(%a: f32, %b: f32) -> f32 {\n %s = "
                                       "arith.addf %a, %b : f32\n return %s : f32\n}\n";

static phasor_status run(const char *text, const char *pipeline, seen *s, char **printed) {
  phs_ir *ir = new_ir(s);
  MlirModule module;
  if (parse(ir, text, &module) != PHASOR_OK) {
    print_seen(s);
    fail_msg("the text is refused");
  }
  phasor_status status = phs_ir_run(ir, module, pipeline, NULL);
  if (printed) {
    *printed = print_module(module);
  }
  mlirModuleDestroy(module);
  phs_ir_destroy(ir);
  return status;
}

static void runs_both_kinds_of_passes(void **state) {
  (void)state;
  static const char *const right[] = {
      "",
      "phasor-discretize",
      " phasor-discretize , cse ",
      "phasor-discretize{}",
      "canonicalize,phasor-discretize,cse",
      "phasor-discretize,func.func(canonicalize,cse),phasor-dce",
      "builtin.module(phasor-discretize,func.func(cse),phasor-dce)",
      "canonicalize{max-iterations=3 top-down=true},phasor-discretize",
  };
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    seen s;
    char *text;
    if (run(plain, right[i], &s, &text) != PHASOR_OK) {
      print_seen(&s);
      fail_msg("refused: %s", right[i]);
    }
    assert_int_equal(strstr(text, "phasor.level = \"opt\"") != NULL,
                     strstr(right[i], "discretize") != NULL);
    free(text);
  }
}

/* Straight-line functions without calls are left, and constants are folded. */
static void default_pipeline_inlines_and_simplifies(void **state) {
  (void)state;
  seen s;
  char *text;
  assert_int_equal(run(custom, phs_default_pipeline, &s, &text), PHASOR_OK);
  assert_null(strstr(text, "func.call"));
  assert_null(strstr(text, "call @g"));
  assert_null(strstr(text, "@g"));
  assert_null(strstr(text, "mulf"));
  assert_non_null(strstr(text, "arith.addf"));
  free(text);
}

static void refuses_each_with_its_code(void **state) {
  (void)state;
  static const struct {
    const char *pipeline, *code, *message;
    phasor_status status;
  } wrong[] = {
      {"phasor-discretise", "PHS0231", "'phasor-discretise'", PHASOR_ERROR_USAGE},
      {"canonicalise", "PHS0231", "'canonicalise'", PHASOR_ERROR_USAGE},
      {"phasor-discretize,nothing-like-it", "PHS0231", "'nothing-like-it'", PHASOR_ERROR_USAGE},
      {"phasor-dce,", "PHS0230", "missing", PHASOR_ERROR_USAGE},
      {",phasor-dce", "PHS0230", "missing", PHASOR_ERROR_USAGE},
      {"func.func(cse", "PHS0230", "brackets", PHASOR_ERROR_USAGE},
      {"cse)", "PHS0230", "brackets", PHASOR_ERROR_USAGE},
      {"phasor-dce(cse)", "PHS0230", "phasor-dce(cse)", PHASOR_ERROR_USAGE},
      {"builtin.module(builtin.module(builtin.module(builtin.module(builtin.module(builtin.module("
       "builtin.module(builtin."
       "module(builtin.module(builtin.module(builtin.module(builtin.module(builtin.module(builtin."
       "module(builtin.module("
       "builtin.module(cse))))))))))))))))",
       "PHS0230", "deeply", PHASOR_ERROR_USAGE},
      {"phasor-dce{fast=true}", "PHS0232", "'fast'", PHASOR_ERROR_USAGE},
      {"canonicalize{no-such-option=1}", "PHS0230", "", PHASOR_ERROR_USAGE},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    seen s;
    phasor_status status = run(plain, wrong[i].pipeline, &s, NULL);
    int at = find_code(&s, wrong[i].code);
    if (status != wrong[i].status || at < 0 || !strstr(s.message[at], wrong[i].message)) {
      print_seen(&s);
      fail_msg("'%s' ends in %d", wrong[i].pipeline, (int)status);
    }
  }
}

static void collect_help(void *user, const phasor_diagnostic *d) {
  snprintf(user, 128, "%s", d->help ? d->help : "");
}

static void suggests_the_nearest_pass(void **state) {
  (void)state;
  char help[128] = "";
  phs_diag diag = {.fn = collect_help, .user = help};
  phs_ir *ir = phs_ir_create(&diag);
  MlirModule module;
  assert_int_equal(parse(ir, plain, &module), PHASOR_OK);
  assert_int_equal(phs_ir_run(ir, module, "phasor-discretise", NULL), PHASOR_ERROR_USAGE);
  assert_string_equal(help, "did you mean 'phasor-discretize'?");
  assert_int_equal(phs_ir_run(ir, module, "inlin", NULL), PHASOR_ERROR_USAGE);
  assert_string_equal(help, "did you mean 'inline'?");
  mlirModuleDestroy(module);
  phs_ir_destroy(ir);
}

/* An upstream pass that cannot do its work reports through MLIR; a module broken by upstream's
 * hands is found by the check after the next pass of ours. */
static void reports_failures_of_upstream_passes(void **state) {
  (void)state;
  static const char bad_call[] =
      "func.func private @f(%x: f32) -> f32 {\n %y = math.sin %x : f32\n return %y : f32\n}\n";
  char text[4096];
  snprintf(text, sizeof text, "%s%s", plain, bad_call);
  seen s;
  assert_int_equal(run(text, "test-no-such", &s, NULL), PHASOR_ERROR_USAGE);
  assert_int_equal(
      run(text, "convert-func-to-llvm,reconcile-unrealized-casts,phasor-dce", &s, NULL),
      PHASOR_ERROR_MODEL);
  assert_true(s.diag.errors > 0);
}

/* MLIR's own words arrive with codes of their own. */
static void passes_on_what_mlir_says(void **state) {
  (void)state;
  seen s;
  phs_ir *ir = new_ir(&s);
  MlirLocation at = mlirLocationFileLineColGet(phs_ir_context(ir),
                                               mlirStringRefCreateFromCString("f.mlir"), 3, 4);
  mlirEmitError(at, "something");
  assert_int_equal(s.count, 1);
  assert_string_equal(s.code[0], "PHS0202");
  assert_string_equal(s.message[0], "something");
  assert_int_equal(s.line[0], 3);
  phs_ir_destroy(ir);
}

static void lists_every_pass(void **state) {
  (void)state;
  assert_true(phs_pass_count() >= 2);
  for (size_t i = 0; i < phs_pass_count(); i++) {
    const phs_pass_info *info = phs_pass_get(i);
    assert_true(strncmp(info->name, "phasor-", 7) == 0);
    assert_true(strlen(info->summary) > 10 && strlen(info->text) > 40);
    assert_ptr_equal(&phs_pass_find(info->name, strlen(info->name))->info, info);
  }
  assert_null(phs_pass_get(phs_pass_count()));
}

/* ---- phasor-dce ---- */

/* b and its feedback reach nothing; c feeds the output through a delay that comes before it in the
 * text. */
static const char with_dead_ops[] = NETWORK(
    "net", "tensor<3xi1>",
    "%d = \"phasor.delay\"(%c) {name = \"c#delay\", steps = dense<1> : tensor<i64>} : "
    "(tensor<3xi1>) -> tensor<3xi1>\n"
    "%e = \"phasor.delay\"(%b) {name = \"b#delay\", steps = dense<1> : tensor<i64>} : "
    "(tensor<3xi1>) -> tensor<3xi1>\n"
    "%e1 = arith.uitofp %e : tensor<3xi1> to tensor<3xf32>\n"
    "%f = \"phasor.add\"(%x, %e1) {name = \"b#add\"} : (tensor<3xf32>, tensor<3xf32>) -> "
    "tensor<3xf32>\n" LIF("b", "%f", "%b") LIF(
        "c", "%x",
        "%c") "%d1 = arith.uitofp %d : tensor<3xi1> to tensor<3xf32>\n"
              "%g = \"phasor.add\"(%x, %d1) {name = \"a#add\"} : (tensor<3xf32>, tensor<3xf32>) -> "
              "tensor<3xf32>\n" LIF("a", "%g", "%y"));

static void drops_what_reaches_no_output(void **state) {
  (void)state;
  seen s;
  char *text;
  assert_int_equal(run(with_dead_ops, "phasor-dce", &s, &text), PHASOR_OK);
  assert_null(strstr(text, "\"b"));
  static const char *const kept[] = {"\"c#delay\"", "\"c\"", "\"a#add\"", "\"a\""};
  for (int i = 0; i < 4; i++) {
    assert_non_null(strstr(text, kept[i]));
  }
  assert_int_equal(s.count, 1);
  assert_string_equal(s.code[0], "PHS0250");
  assert_non_null(strstr(s.message[0], "3 ops"));
  assert_non_null(strstr(s.message[0], "b#delay, b#add, b"));
  free(text);
}

/* An op that is looked at from outside stays, with all that it needs. */
static void spares_what_is_kept(void **state) {
  (void)state;
  seen s;
  phs_ir *ir = new_ir(&s);
  MlirModule module;
  assert_int_equal(parse(ir, with_dead_ops, &module), PHASOR_OK);
  assert_true(phs_ir_keep(ir, module, "b"));
  assert_false(phs_ir_keep(ir, module, "nobody"));
  assert_int_equal(phs_ir_run(ir, module, "phasor-dce", NULL), PHASOR_OK);
  char *text = print_module(module);
  assert_non_null(strstr(text, "\"b#delay\""));
  assert_int_equal(s.count, 0);
  free(text);
  mlirModuleDestroy(module);
  phs_ir_destroy(ir);
}

static void says_nothing_when_nothing_is_dead(void **state) {
  (void)state;
  seen s;
  assert_int_equal(run(plain, "phasor-dce", &s, NULL), PHASOR_OK);
  assert_int_equal(s.count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(runs_both_kinds_of_passes),
      cmocka_unit_test(default_pipeline_inlines_and_simplifies),
      cmocka_unit_test(refuses_each_with_its_code),
      cmocka_unit_test(suggests_the_nearest_pass),
      cmocka_unit_test(reports_failures_of_upstream_passes),
      cmocka_unit_test(passes_on_what_mlir_says),
      cmocka_unit_test(lists_every_pass),
      cmocka_unit_test(drops_what_reaches_no_output),
      cmocka_unit_test(spares_what_is_kept),
      cmocka_unit_test(says_nothing_when_nothing_is_dead),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
