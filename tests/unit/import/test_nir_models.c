/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The table tests/models.csv, row by row, on the real files that it names. */
#include "nir_writer.h"

/* Splits a line of the table in place; no field holds a comma but the last. */
static int fields(char *line, char **out, int most) {
  int n = 0;
  for (char *p = line; n < most; n++) {
    out[n] = p;
    p = n + 1 < most ? strchr(p, ',') : NULL;
    if (!p) {
      return n + 1;
    }
    *p++ = 0;
  }
  return n;
}

static size_t neurons(const phs_net *net) {
  size_t n = 0;
  for (int i = 0; i < net->op_count; i++) {
    n += net->op[i].kind == PHS_OP_NEURONS ? phs_shape_count(&net->op[i].shape) : 0;
  }
  return n;
}

/* The step of the experiments in the NIR paper; one file counts time in steps. */
static phs_import_options options_for(const char *file) {
  phs_import_options o = defaults();
  o.dt = 1e-4;
  if (strcmp(file, "braille_subgraph_hidden.nir") == 0) {
    o.dt = 0;
    o.time_unit = PHS_TIME_STEPS;
  }
  return o;
}

static void check_row(char **f, const char *path) {
  static ran r;
  phs_import_options o = options_for(f[0]);
  run_path(&r, path, &o);
  int errors = 0;
  for (int i = 0; i < r.count; i++) {
    errors += r.seen[i].severity == PHASOR_ERROR;
  }
  bool ok = (int)r.status == atoi(f[1]) && errors == (atoi(f[1]) != 0) &&
            (*f[2] ? seen(&r, f[2]) >= 0 : r.count == 0);
  ok = ok && (r.status == PHASOR_OK || r.count == 1); /* refused with one diagnostic */
  ok = ok && (!r.net || (r.net->op_count == atoi(f[3]) && neurons(r.net) == (size_t)atoi(f[4])));
  if (!ok) {
    show(&r);
    print_message("%s: status %d, %d ops, %zu neurons\n", f[0], (int)r.status,
                  r.net ? r.net->op_count : 0, r.net ? neurons(r.net) : 0);
  }
  phs_net_destroy(r.net);
  assert_true(ok);
}

static void test_table(void **state) {
  (void)state;
  FILE *table = fopen(PHASOR_SOURCE_DIR "/tests/models.csv", "r");
  char line[512], *f[6], path[512];
  int rows = 0, missing = 0;
  assert_non_null(table);
  assert_non_null(fgets(line, sizeof line, table));
  while (fgets(line, sizeof line, table)) {
    assert_int_equal(fields(line, f, 6), 6);
    snprintf(path, sizeof path, "%s/models/nir/%s", PHASOR_SHARED, f[0]);
    if (access(path, R_OK) != 0) {
      print_message("skipped: %s is not there\n", path);
      missing++;
      continue;
    }
    check_row(f, path);
    rows++;
  }
  fclose(table);
  if (rows == 0) {
    skip();
  }
  assert_int_equal(rows + missing, 16);
}

/* Two files hold one recurrent network, flat and nested: the ops agree one by one, weights to the
 * bit. */
static void test_flat_and_nested(void **state) {
  (void)state;
  static ran a, b;
  const char *flat = PHASOR_SHARED "/models/nir/braille_noDelay_bias_zero.nir";
  if (access(flat, R_OK) != 0) {
    print_message("skipped: %s is not there\n", flat);
    skip();
  }
  for (int silent = 0; silent < 2; silent++) {
    phs_import_options o = defaults();
    o.dt = 0;
    o.conventions.recurrent_start = silent ? PHS_SILENT : PHS_ACTIVE;
    run_path(&a, flat, &o);
    run_path(&b, PHASOR_SHARED "/models/nir/braille_noDelay_bias_zero_subgraph_fixed.nir", &o);
    assert_true(a.net && b.net);
    assert_true(a.net->dt == 1e-4 &&
                b.net->dt == 1e-4); /* tau / r of the file, rounded to what binary32 holds */
    assert_int_equal(a.net->op_count, b.net->op_count);
    for (int i = 0; i < a.net->op_count; i++) {
      const phs_op *x = &a.net->op[i], *y = &b.net->op[i];
      assert_int_equal(x->kind, y->kind);
      assert_int_equal(x->operand_count, y->operand_count);
      assert_memory_equal(x->operand, y->operand, (size_t)x->operand_count * sizeof(int));
      assert_true(phs_shape_equal(&x->shape, &y->shape));
      if (x->kind == PHS_OP_LINEAR) {
        assert_memory_equal(x->linear.weight.data, y->linear.weight.data,
                            phs_shape_count(&x->linear.weight.shape) * sizeof(float));
      }
    }
    phs_net_destroy(a.net);
    phs_net_destroy(b.net);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_table),
                                     cmocka_unit_test(test_flat_and_nested)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
