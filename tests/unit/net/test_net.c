/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Shapes, names of ops, the table of neuron models. */
#include "net/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void shapes(void **state) {
  (void)state;
  phs_shape scalar = {0}, a = {.rank = 3, .dim = {16, 34, 34}}, b = a;
  assert_int_equal(phs_shape_count(&scalar), 1);
  assert_int_equal(phs_shape_count(&a), 16 * 34 * 34);
  assert_true(phs_shape_equal(&a, &b));
  b.dim[2] = 33;
  assert_false(phs_shape_equal(&a, &b));
  b = a;
  b.rank = 2;
  assert_false(phs_shape_equal(&a, &b));
  char text[32];
  assert_string_equal(phs_shape_print(&a, text, sizeof text), "[16, 34, 34]");
  assert_string_equal(phs_shape_print(&scalar, text, sizeof text), "[]");
  for (size_t size = 1; size < 14; size++) { /* cut at any place, terminated */
    memset(text, 'x', sizeof text);
    phs_shape_print(&a, text, size);
    assert_true(strlen(text) < size);
    assert_int_equal(text[size], 'x');
    assert_memory_equal(text, "[16, 34, 34]", strlen(text));
  }
}

static void names_of_ops(void **state) {
  (void)state;
  phs_net *net = phs_net_create();
  assert_non_null(net);
  const char *const names[] = {"in", "lif1/lif", "a.b", "x/y.z", "x.y/z", "a/b"};
  phs_op ops[6] = {0};
  for (int i = 0; i < 6; i++) {
    ops[i].name = names[i];
  }
  net->op = ops;
  net->op_count = 6;
  assert_int_equal(phs_net_find(net, "in"), 0);
  assert_int_equal(phs_net_find(net, "lif1/lif"), 1);
  assert_int_equal(phs_net_find(net, "lif1.lif"), 1);
  assert_int_equal(phs_net_find(net, "a.b"), 2); /* the exact name goes first */
  assert_int_equal(phs_net_find(net, "a/b"), 5);
  assert_int_equal(phs_net_find(net, "x.y.z"), -1); /* two could be meant */
  assert_int_equal(phs_net_find(net, "x/y.z"), 3);
  assert_int_equal(phs_net_find(net, "lif1"), -1);
  assert_int_equal(phs_net_find(net, ""), -1);
  phs_net_destroy(net);
  phs_net_destroy(NULL);
}

static void names_of_projections(void **state) {
  (void)state;
  phs_net *net = phs_net_create();
  assert_non_null(net);
  phs_projection exc[] = {{.name = "left/a>b"}, {.name = "x.y>b"}, {.name = "rec"}};
  phs_projection inh[] = {{.name = "x/y>b"}, {.name = "p/q.r"}, {.name = "p.q/r"}};
  phs_op ops[] = {
      {.kind = PHS_OP_INPUT, .name = "rec"}, /* an op's name is no projection's */
      {.kind = PHS_OP_SYNAPSES,
       .name = "b#exc",
       .synapses = {.projection_count = 3, .projection = exc}},
      {.kind = PHS_OP_SYNAPSES,
       .name = "b#inh",
       .synapses = {.projection_count = 3, .projection = inh}},
  };
  net->op = ops;
  net->op_count = 3;
  int op = -1;
  assert_ptr_equal(phs_net_find_projection(net, "rec", &op), &exc[2]);
  assert_int_equal(op, 1);
  assert_ptr_equal(phs_net_find_projection(net, "left.a>b", &op), &exc[0]);
  assert_int_equal(op, 1);
  assert_ptr_equal(phs_net_find_projection(net, "x/y>b", &op), &inh[0]);
  assert_int_equal(op, 2);
  assert_ptr_equal(phs_net_find_projection(net, "x.y>b", NULL), &exc[1]); /* exact goes first */
  assert_null(phs_net_find_projection(net, "p.q.r", NULL));               /* two could be meant */
  assert_null(phs_net_find_projection(net, "b#exc", NULL));
  assert_int_equal(phs_net_find(net, "b#inh"), 2); /* '#' is no separator */
  assert_int_equal(phs_net_find(net, "b.inh"), -1);
  assert_int_equal(phs_net_find(net, "rec"), 0);
  phs_net_destroy(net);
}

static void models(void **state) {
  (void)state;
  for (int m = PHS_MODEL_I; m < PHS_MODEL_CUSTOM; m++) {
    const phs_model_info *info = phs_model_get((phs_model)m);
    assert_int_equal(phs_model_find(info->name), m);
    assert_true(info->param_count <= PHS_MAX_MODEL_PARAMS);
    for (int p = 0; p < info->param_count; p++) {
      assert_int_equal(phs_model_param((phs_model)m, info->param[p]), p);
    }
    /* every spiking model has a threshold, and only those */
    const char *threshold = m == PHS_MODEL_THRESHOLD ? "threshold" : "v_threshold";
    assert_int_equal(phs_model_param((phs_model)m, threshold) >= 0, info->spiking);
  }
  assert_int_equal(phs_model_find("izhikevich"), PHS_MODEL_CUSTOM);
  assert_int_equal(phs_model_param(PHS_MODEL_LIF, "tau_syn"), -1);
  assert_string_equal(phs_model_get(PHS_MODEL_CUBALIF)->state[0], "v");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(shapes), cmocka_unit_test(names_of_ops),
                                     cmocka_unit_test(names_of_projections),
                                     cmocka_unit_test(models)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
