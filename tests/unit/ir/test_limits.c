/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The largest update functions that models in YAML make pass through the dialect and back. */
#include "import/import.h"
#include "ir_test.h"

#include <unistd.h>

enum { PARAMETERS = 180, TERMS = 900 };

/* A population of @p receptors receptors, and of @p terms numbers that parameters make: the
 * products of two of them that stand before `sin(v)` are as many coefficients. */
static void write_model(const char *path, int receptors, int terms) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fprintf(f, "phasor: 1\nnetwork: large\ndt: 1 ms\nmodels:\n  large:\n    receptors: {");
  for (int i = 0; i < receptors; i++) {
    fprintf(f, "%sr%d: {unit: \"1\", on: \"v += x\"}", i ? ", " : "", i);
  }
  fprintf(f, "}\n    parameters: {");
  for (int i = 0; i < PARAMETERS; i++) {
    fprintf(f, "%sp%d: %d", i ? ", " : "", i, i + 2);
  }
  fprintf(f, "}\n    method: euler\n    equations: |\n      dv/dt = s0 / ms : 1\n");
  for (int i = 0, line = 0; i < terms; line++) {
    fprintf(f, "      s%d = ", line);
    for (int last = i + 100; i < last && i < terms; i++) {
      fprintf(f, "p%d*p%d*sin(v) + ", i % PARAMETERS, (i + i / PARAMETERS) % PARAMETERS);
    }
    fprintf(f, i < terms ? "s%d : 1\n" : "0 : 1\n", line + 1);
  }
  fprintf(f, "    threshold: \"v >= 1\"\n    reset: \"v = 0\"\npopulations:\n  a:\n    size: 3\n"
             "    model: large\n    parameters: {");
  for (int i = 0; i < PARAMETERS; i++) { /* given: else they are numbers of the function */
    fprintf(f, "%sp%d: %d", i ? ", " : "", i, i + 2);
  }
  fprintf(f, "}\n");
  assert_int_equal(fclose(f), 0);
}

static void models_at_the_limits_come_back(void **state) {
  (void)state;
  char path[] = "/tmp/phasor-limits-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  close(fd);
  write_model(path, PHS_MAX_RECEPTORS, TERMS);
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_net *net = NULL, *back = NULL;
  MlirModule module;
  if (phs_import_yaml(path, NULL, &s.diag, &net, NULL) != PHASOR_OK ||
      phs_ir_from_net(ir, net, &module) != PHASOR_OK ||
      phs_ir_to_net(ir, module, &back) != PHASOR_OK) {
    print_seen(&s);
    fail();
  }
  const phs_op *a = &net->op[op_named(net, "a")], *b = &back->op[op_named(back, "a")];
  assert_int_equal(b->operand_count, PHS_MAX_RECEPTORS);
  assert_true(a->neurons.coeff_count > 500);
  assert_int_equal(b->neurons.coeff_count, a->neurons.coeff_count);
  assert_int_equal(b->neurons.kernel->inst_count, a->neurons.kernel->inst_count);
  for (int i = 0; i < a->neurons.coeff_count; i++) {
    assert_true(a->neurons.coeff[i].v[0] == b->neurons.coeff[i].v[0]);
  }
  mlirModuleDestroy(module);
  phs_net_destroy(back);
  phs_net_destroy(net);
  phs_ir_destroy(ir);
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(models_at_the_limits_come_back)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
