/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file conformance.h  Loading models and recordings, and stepping networks side by side. */
#ifndef PHS_TEST_CONFORMANCE_H
#define PHS_TEST_CONFORMANCE_H

#include "import/import.h"
#include "ir/ir.h"
#include "tests/unit/interp/net_builder.h"

#include <unistd.h>

#define MODELS PHASOR_SHARED "/models/nir/"
#define DATA PHASOR_SHARED "/data/"

/* Skips the test, and says so, where the recordings are not there. */
#define NEEDS_SHARED()                                                                             \
  do {                                                                                             \
    if (access(PHASOR_SHARED "/models", R_OK) != 0) {                                              \
      printf("SKIP: %s: no models and recordings at %s\n", __func__, PHASOR_SHARED);               \
      skip();                                                                                      \
    }                                                                                              \
  } while (0)

UNUSED_FN phs_conventions preset(const char *name) {
  const phs_preset *p = phs_preset_find(name);
  assert_non_null(p);
  return p->conventions;
}

/* Keeps quiet about warnings and notes; shows errors. */
UNUSED_FN void show_errors(void *user, const phasor_diagnostic *d) {
  (void)user;
  if (d->severity == PHASOR_ERROR) {
    print_error("%s %s: %s\n", d->code, d->where ? d->where : "", d->message);
  }
}

/* NULL when the file is refused. */
UNUSED_FN phs_net *try_load(const char *file, const phs_conventions *c, double dt,
                            phasor_diagnostic_fn show) {
  char path[512];
  snprintf(path, sizeof path, MODELS "%s", file);
  phs_import_options options = {.conventions = *c, .dt = dt};
  phs_diag diag = {.fn = show};
  phs_net *net = NULL;
  phasor_status status = phs_import_nir(path, &options, &diag, &net);
  assert_int_equal(status == PHASOR_OK, net != NULL);
  assert_int_equal(status == PHASOR_OK, diag.errors == 0);
  return net;
}

UNUSED_FN phs_net *load(const char *file, phs_conventions c, double dt) {
  phs_net *net = try_load(file, &c, dt, show_errors);
  assert_non_null(net);
  return net;
}

UNUSED_FN int find_op(const phs_net *net, const char *name) {
  int i = phs_net_find(net, name);
  if (i < 0) {
    fail_msg("no node '%s'", name);
  }
  return i;
}

/* Rows x columns of numbers from a .csv file, exactly that many; freed by the caller. */
UNUSED_FN float *read_csv(const char *file, size_t rows, size_t columns) {
  char path[512];
  snprintf(path, sizeof path, DATA "%s", file);
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  float *v = calloc(rows * columns, sizeof *v);
  assert_non_null(v);
  for (size_t i = 0; i < rows * columns; i++) {
    double x;
    char end = 0;
    assert_int_equal(fscanf(f, " %lf%c", &x, &end), 2);
    assert_true((end == ',') == (i % columns != columns - 1));
    v[i] = (float)x;
  }
  char rest;
  assert_int_equal(fscanf(f, " %c", &rest), EOF);
  fclose(f);
  return v;
}

/* A network taken through the default pipeline to level `opt`. */
typedef struct optimised {
  phs_ir *ir;
  MlirModule module;
  phs_net *net; /* NULL when the pipeline refused */
} optimised;

UNUSED_FN optimised optimise(const phs_net *net, phs_diag *diag) {
  optimised o = {.ir = phs_ir_create(diag)};
  assert_non_null(o.ir);
  assert_int_equal(phs_ir_from_net(o.ir, net, &o.module), PHASOR_OK);
  if (phs_ir_run(o.ir, o.module, phs_default_pipeline, &(phs_pipeline_options){0}) == PHASOR_OK) {
    assert_int_equal(phs_ir_to_net(o.ir, o.module, &o.net), PHASOR_OK);
    assert_true(o.net->discrete);
  }
  return o;
}

UNUSED_FN void end_optimised(optimised *o) {
  phs_net_destroy(o->net);
  mlirModuleDestroy(o->module);
  phs_ir_destroy(o->ir);
}

/* Steps two networks of the same inputs on noise and compares, bit for bit, the results and states
 * of every population of `a` that `b` still has, and every output. Returns the number of quantities
 * compared. */
typedef struct pair {
  const phs_net *net[2];
  phs_interp *it[2];
} pair;

UNUSED_FN int compare_quantity(const pair *p, int op_a, int op_b, const char *var, int t) {
  phs_quantity a, b;
  if (!phs_interp_quantity(p->it[0], op_a, var, &a)) {
    return 0;
  }
  assert_true(phs_interp_quantity(p->it[1], op_b, var, &b));
  assert_int_equal(a.elem, b.elem);
  assert_int_equal(a.count, b.count);
  size_t size = a.elem == PHS_I1 ? 1 : 4;
  for (size_t i = 0; i < a.count; i++) {
    if (memcmp((const char *)a.data + i * size, (const char *)b.data + i * size, size) != 0) {
      print_error("%s.%s[%zu] differs in step %d: %.9g and %.9g\n", p->net[0]->op[op_a].name, var,
                  i, t, (double)value_of(p->it[0], op_a, var, i),
                  (double)value_of(p->it[1], op_b, var, i));
      fail();
    }
  }
  return 1;
}

UNUSED_FN int compare_step(const pair *p, int t) {
  static const char *const vars[] = {"out", "v", "i"};
  int compared = 0;
  for (int a = 0; a < p->net[0]->op_count; a++) {
    const phs_op *op = &p->net[0]->op[a];
    int b = phs_net_find(p->net[1], op->name);
    if (op->kind == PHS_OP_OUTPUT) {
      assert_true(b >= 0);
    }
    for (int v = 0; v < 3 && b >= 0 && (op->kind == PHS_OP_NEURONS || op->kind == PHS_OP_OUTPUT);
         v++) {
      compared += compare_quantity(p, a, b, vars[v], t);
    }
  }
  return compared;
}

/* Input values of one step: spikes, some of them larger or graded. */
UNUSED_FN void noise_input(noise *n, float *x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t kind = noise_bits(n) % 8;
    x[i] = kind < 4 ? 0.0F : kind < 6 ? 1.0F : kind == 6 ? 3.0F : 2 * noise_float(n);
  }
}

UNUSED_FN int compare_runs(const phs_net *a, const phs_net *b, int steps) {
  pair p = {{a, b}, {make_interp(a), make_interp(b)}};
  enum { MOST_INPUTS = 8 };
  float *x[MOST_INPUTS];
  size_t count[MOST_INPUTS];
  int inputs = 0, compared = 0;
  for (int i = 0; i < a->op_count; i++) {
    if (a->op[i].kind == PHS_OP_INPUT) {
      assert_true(inputs < MOST_INPUTS);
      count[inputs] = phs_shape_count(&a->op[i].shape);
      x[inputs] = calloc(count[inputs], sizeof(float));
      assert_non_null(x[inputs++]);
    }
  }
  noise n = {20240229};
  for (int t = 0; t < steps; t++) {
    for (int i = 0; i < inputs; i++) {
      noise_input(&n, x[i], count[i]);
    }
    phs_interp_step(p.it[0], (const float *const *)x);
    phs_interp_step(p.it[1], (const float *const *)x);
    compared += compare_step(&p, t);
  }
  for (int i = 0; i < inputs; i++) {
    free(x[i]);
  }
  phs_interp_destroy(p.it[0]);
  phs_interp_destroy(p.it[1]);
  return compared;
}

#endif
