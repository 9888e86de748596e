/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The attributes `keep` and `aliases`: read, written, refused; and keeping an op by its name. */
#include "ir_test.h"

#define SCALE(name, result, more)                                                                  \
  "%" result " = \"phasor.scale\"(%x) {name = \"" name                                             \
  "\", factor = dense<2.0> : tensor<f32>" more "} : (tensor<3xf32>) -> tensor<3xf32>\n"
#define MODULE(more)                                                                               \
  NETWORK("net", "tensor<3xf32>", SCALE("a/b", "y", more) SCALE("unread", "z", ""))

static void marks_are_read_and_written(void **state) {
  (void)state;
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_net *net = net_of_text(ir, &s, MODULE(", keep, aliases = [\"c\", \"d/e\"]"), NULL);
  int op = op_named(net, "a/b");
  assert_true(net->op[op].keep);
  assert_false(net->op[op_named(net, "unread")].keep);
  assert_int_equal(net->op[op].alias_count, 2);
  assert_int_equal(op_named(net, "c"), op);
  assert_int_equal(op_named(net, "d.e"), op);
  MlirModule again;
  phs_net *back;
  assert_int_equal(phs_ir_from_net(ir, net, &again), PHASOR_OK);
  assert_int_equal(phs_ir_to_net(ir, again, &back), PHASOR_OK);
  op = op_named(back, "d/e");
  assert_true(back->op[op].keep);
  assert_string_equal(back->op[op].name, "a/b");
  assert_string_equal(back->op[op].alias[0], "c");
  phs_net_destroy(back);
  mlirModuleDestroy(again);
  phs_net_destroy(net);
  phs_ir_destroy(ir);
}

static void wrong_marks_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *code;
  } cases[] = {
      {MODULE(", keep = 1 : i64"), "PHS0210"},
      {MODULE(", aliases = \"c\""), "PHS0210"},
      {MODULE(", aliases = [1 : i64]"), "PHS0210"},
      {MODULE(", aliases = [\"unread\"]"), "PHS0207"},
      {MODULE(", aliases = [\"c\", \"c\"]"), "PHS0207"},
      {MODULE(", aliases = [\"\"]"), "PHS0207"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    seen s;
    phs_ir *ir = new_ir(&s);
    MlirModule module;
    assert_int_equal(parse(ir, cases[i].text, &module), PHASOR_OK);
    assert_int_equal(phs_ir_check(ir, module), PHASOR_ERROR_MODEL);
    assert_int_equal(s.count, 1);
    assert_string_equal(s.code[0], cases[i].code);
    mlirModuleDestroy(module);
    phs_ir_destroy(ir);
  }
}

/* Without the mark `unread` is dropped; with it it stays. */
static void kept_by_name(void **state) {
  (void)state;
  for (int keep = 0; keep < 2; keep++) {
    seen s;
    phs_ir *ir = new_ir(&s);
    MlirModule module;
    phs_net *net;
    assert_int_equal(parse(ir, MODULE(""), &module), PHASOR_OK);
    assert_false(phs_ir_keep(ir, module, "nothing of that name"));
    assert_true(phs_ir_keep(ir, module, "input"));
    assert_true(!keep || phs_ir_keep(ir, module, "unread"));
    assert_int_equal(phs_ir_run(ir, module, "phasor-dce,phasor-fuse", NULL), PHASOR_OK);
    assert_int_equal(phs_ir_to_net(ir, module, &net), PHASOR_OK);
    assert_int_equal(phs_net_find(net, "unread") >= 0, keep);
    phs_net_destroy(net);
    mlirModuleDestroy(module);
    phs_ir_destroy(ir);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(marks_are_read_and_written),
                                     cmocka_unit_test(wrong_marks_are_refused),
                                     cmocka_unit_test(kept_by_name)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
