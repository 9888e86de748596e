/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Structure: order, fan-in, recurrence, nesting. Expectations follow from the rules in
 * docs/conventions.md by hand. */
#include "nir_writer.h"

static ran r;
static char text[1024];

/* input -> 10 -> 2 -> output: names order as numbers, storage order plays no part. */
static void test_chain(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "2 chain.nir");
  w_input(&w, "input", 3);
  w_output(&w, "output", 2);
  w_affine(&w, "10", 2, 3);
  w_if(&w, "2", 2);
  w_edges(&w, "2", "output", "10", "2", "input", "10", NULL);
  run(&r, &w);
  assert_string_equal(order(&r, text, sizeof text), "input 10 2 output");
  assert_string_equal(r.net->name, "net_2_chain");
  assert_string_equal(op(&r, "10")->where, "/node/nodes/10");
  assert_int_equal(op(&r, "2")->elem, PHS_I1);
  assert_int_equal(op(&r, "output")->elem, PHS_I1);
  assert_int_equal(op(&r, "10")->elem, PHS_F32);
  /* the ramp 0.5 + 0.25 i, row-major [out, in]; the bias 1, 2 */
  assert_float_equal(op(&r, "10")->linear.weight.data[5], 1.75f, 0);
  assert_float_equal(op(&r, "10")->linear.bias.data[1], 2.0f, 0);
  assert_false(r.net->has_time && r.net->dt != 1e-3);
  told(&r, NULL, NULL);
}

/* Three branches into one node, natural order 1, 2, 10: linear ops chain their accumulator; the
 * rest is added first. */
static void test_fan_in(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "fan.nir");
  w_input(&w, "input", 2);
  w_linear(&w, "10", 2, 2);
  w_linear(&w, "2", 2, 2);
  w_linear(&w, "1", 2, 2);
  w_if(&w, "n", 2);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "10", "input", "2", "input", "1", "10", "n", "2", "n", "1", "n", "input",
          "n", "n", "output", NULL);
  run(&r, &w);
  assert_string_equal(operand(&r, "1", 1), "input"); /* the skip connection is f32: a sum of one */
  assert_string_equal(operand(&r, "2", 1), "1");
  assert_string_equal(operand(&r, "10", 1), "2");
  assert_string_equal(operand(&r, "n", 0), "10");
  assert_int_equal(op(&r, "n")->operand_count, 1);
  told(&r, NULL, NULL);
}

/* Two sources that do not accumulate are added; a linear op with a second use does not chain. */
static void test_fan_in_add(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "add.nir");
  w_input(&w, "a", 2);
  w_input(&w, "b", 2);
  w_linear(&w, "f", 2, 2);
  w_if(&w, "n", 2);
  w_output(&w, "o1", 2);
  w_output(&w, "o2", 2);
  w_edges(&w, "a", "f", "a", "n", "b", "n", "f", "n", "f", "o1", "n", "o2", NULL);
  run(&r, &w);
  assert_int_equal(op(&r, "n#sum")->kind, PHS_OP_ADD);
  assert_int_equal(op(&r, "n#sum")->operand_count, 3);
  assert_string_equal(operand(&r, "n#sum", 0), "a");
  assert_string_equal(operand(&r, "n#sum", 1), "b");
  assert_string_equal(operand(&r, "n#sum", 2), "f");
  assert_string_equal(operand(&r, "n", 0), "n#sum");
  assert_int_equal(op(&r, "f")->operand_count, 1);
  told(&r, NULL, NULL);
}

static void write_recurrent(writer *w) {
  w_begin(w, "rec.nir");
  w_input(w, "input", 2);
  w_affine(w, "fc", 3, 2);
  w_lif(w, "lif", 3, 0.01);
  w_affine(w, "w_rec", 3, 3);
  w_output(w, "output", 3);
  w_edges(w, "w_rec", "lif", "input", "fc", "lif", "w_rec", "fc", "lif", "lif", "output", NULL);
}

static void test_recurrence_active(void **state) {
  (void)state;
  writer w;
  write_recurrent(&w);
  run(&r, &w);
  assert_int_equal(op(&r, "lif#delay")->kind, PHS_OP_DELAY);
  assert_int_equal(op(&r, "lif#delay")->delay.steps.v[0], 1);
  assert_string_equal(operand(&r, "lif#delay", 0), "lif");
  assert_string_equal(operand(&r, "w_rec", 0), "lif#delay");
  assert_string_equal(operand(&r, "w_rec", 1), "fc"); /* forward first, the recurrent part last */
  assert_string_equal(operand(&r, "lif", 0), "w_rec");
  assert_string_equal(operand(&r, "output", 0), "lif");
  assert_int_equal(r.net->op_count, 6);
  told(&r, NULL, NULL);
}

static void test_recurrence_silent(void **state) {
  (void)state;
  writer w;
  phs_import_options o = defaults();
  o.conventions.recurrent_start = PHS_SILENT;
  write_recurrent(&w);
  run_with(&r, &w, &o);
  assert_string_equal(operand(&r, "w_rec#delay", 0), "w_rec"); /* the bias waits, too */
  assert_string_equal(operand(&r, "w_rec", 0), "lif");
  assert_string_equal(operand(&r, "fc", 1), "w_rec#delay");
  assert_string_equal(operand(&r, "lif", 0), "fc");
  told(&r, NULL, NULL);
}

static void test_layer_latency(void **state) {
  (void)state;
  writer w;
  phs_import_options o = defaults();
  o.conventions.layer_latency = 2;
  write_recurrent(&w);
  run_with(&r, &w, &o);
  assert_string_equal(operand(&r, "lif", 0), "lif#latency");
  assert_int_equal(op(&r, "lif#latency")->delay.steps.v[0], 2);
  assert_string_equal(operand(&r, "lif#latency", 0), "w_rec");
  assert_string_equal(operand(&r, "w_rec", 0), "lif"); /* and no other delay in the cycle */
  assert_string_equal(operand(&r, "w_rec", 1), "fc");
  told(&r, NULL, NULL);
}

/* A Delay of one step or more breaks the cycle by itself; one that rounds to 0 steps does not. */
static void delay_in_cycle(double seconds, bool breaks) {
  writer w;
  w_begin(&w, "delay.nir");
  w_input(&w, "input", 2);
  w_lif(&w, "lif", 2, 0.01);
  w_linear(&w, "w", 2, 2);
  w_delay(&w, "d", 2, seconds);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "lif", "lif", "w", "w", "d", "d", "lif", "lif", "output", NULL);
  run(&r, &w);
  assert_int_equal(r.net->op_count, breaks ? 6 : 7);
  assert_string_equal(operand(&r, "lif", 0), "lif#sum");
  assert_string_equal(operand(&r, "lif#sum", 0), "input");
  assert_string_equal(operand(&r, "lif#sum", 1), "d");
  assert_string_equal(operand(&r, "w", 0), breaks ? "lif" : "lif#delay");
  told(&r, NULL, NULL);
}
static void test_delay_in_cycle(void **state) {
  (void)state;
  delay_in_cycle(0.0005, true); /* half a step rounds away from zero */
  delay_in_cycle(0.0004, false);
}

static void test_self_edge(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "self.nir");
  w_input(&w, "input", 2);
  w_lif(&w, "lif", 2, 0.01);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "lif", "lif", "lif", "lif", "output", NULL);
  run(&r, &w);
  assert_string_equal(operand(&r, "lif#delay", 0), "lif");
  assert_string_equal(operand(&r, "lif#sum", 0), "input");
  assert_string_equal(operand(&r, "lif#sum", 1), "lif#delay");
  told(&r, NULL, NULL);
}

/* A -> fb -> B -> back -> A: only the edge into A, which is nearer to the input, closes the cycle.
 */
static void test_long_cycle(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "long.nir");
  w_input(&w, "input", 2);
  w_lif(&w, "z", 2, 0.01);
  w_linear(&w, "f", 2, 2);
  w_lif(&w, "b", 2, 0.01);
  w_linear(&w, "back", 2, 2);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "z", "z", "f", "f", "b", "b", "back", "back", "z", "b", "output", NULL);
  run(&r, &w);
  assert_string_equal(operand(&r, "back", 0), "b#delay");
  assert_string_equal(operand(&r, "f", 0), "z");
  assert_string_equal(operand(&r, "back", 1), "input");
  assert_int_equal(r.net->op_count, 7);
  told(&r, NULL, NULL);
}

/* The recurrent weights are also read forwards: two evaluations, one of old spikes and one of new
 * ones. */
static void test_shared_recurrent_weights(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "shared.nir");
  w_input(&w, "input", 2);
  w_lif(&w, "lif", 2, 0.01);
  w_affine(&w, "w", 2, 2);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "lif", "lif", "w", "w", "lif", "w", "output", NULL);
  run(&r, &w);
  assert_string_equal(operand(&r, "w", 0), "lif");
  assert_string_equal(operand(&r, "w#recurrent", 0), "lif#delay");
  assert_ptr_equal(op(&r, "w")->linear.weight.data, op(&r, "w#recurrent")->linear.weight.data);
  assert_string_equal(operand(&r, "lif", 0), "w#recurrent");
  told(&r, NULL, NULL);
}

static void test_cycle_without_state(void **state) {
  (void)state;
  writer w;
  w_begin(&w, "loop.nir");
  w_input(&w, "input", 2);
  w_linear(&w, "a", 2, 2);
  w_linear(&w, "b", 2, 2);
  w_output(&w, "output", 2);
  w_edges(&w, "input", "a", "a", "b", "b", "a", "b", "output", NULL);
  run(&r, &w);
  refused(&r, "PHS0129", NULL, "'a'");
}

/* The nested encoding of write_recurrent() gives the same ops in the same order; only names differ.
 */
static void test_nested_equals_flat(void **state) {
  (void)state;
  writer w;
  static ran flat;
  write_recurrent(&w);
  run(&flat, &w);
  w_begin(&w, "nested.nir");
  w_input(&w, "input", 2);
  w_affine(&w, "fc", 3, 2);
  w_enter(&w, "lif");
  w_input(&w, "input", 3);
  w_lif(&w, "lif", 3, 0.01);
  w_affine(&w, "w_rec", 3, 3);
  w_output(&w, "output", 3);
  w_edges(&w, "input", "lif", "lif", "w_rec", "w_rec", "lif", "lif", "output", NULL);
  w_leave(&w);
  w_output(&w, "output", 3);
  w_edges(&w, "input", "fc", "fc", "lif", "lif", "output", NULL);
  run(&r, &w);
  assert_int_equal(r.net->op_count, flat.net->op_count);
  for (int i = 0; i < r.net->op_count; i++) {
    const phs_op *a = &flat.net->op[i], *b = &r.net->op[i];
    assert_int_equal(a->kind, b->kind);
    assert_true(phs_shape_equal(&a->shape, &b->shape));
    assert_int_equal(a->operand_count, b->operand_count);
    assert_memory_equal(a->operand, b->operand, (size_t)a->operand_count * sizeof(int));
  }
  assert_string_equal(op(&r, "lif/w_rec")->where, "/node/nodes/lif/nodes/w_rec");
  assert_true(phs_net_find(r.net, "lif.lif") >= 0);
  phs_net_destroy(flat.net);
  told(&r, NULL, NULL);
}

/* Ports by name: "sub.x" and "sub.y" of a graph with two Inputs; a node name with a dot goes first.
 */
static void write_ports(writer *w, const char *to) {
  w_begin(w, "ports.nir");
  w_input(w, "a", 2);
  w_input(w, "b.c", 3);
  w_enter(w, "sub");
  w_input(w, "x", 2);
  w_input(w, "y", 3);
  w_linear(w, "fy", 2, 3);
  w_if(w, "n", 2);
  w_output(w, "out", 2);
  w_edges(w, "x", "n", "y", "fy", "fy", "n", "n", "out", NULL);
  w_leave(w);
  w_output(w, "output", 2);
  w_edges(w, "a", "sub.x", "b.c", to, "sub", "output", NULL);
}
static void test_named_ports(void **state) {
  (void)state;
  writer w;
  write_ports(&w, "sub.y");
  run(&r, &w);
  assert_string_equal(operand(&r, "sub/fy", 0), "b.c");
  assert_string_equal(operand(&r, "sub/fy", 1), "a");
  told(&r, NULL, NULL);
  write_ports(&w, "sub");
  run(&r, &w);
  refused(&r, "PHS0126", "/node/edges", "2 Input nodes");
}

static void test_deep_nesting(void **state) {
  (void)state;
  for (int deep = 60; deep <= 70; deep += 10) {
    writer w;
    w_begin(&w, "deep.nir");
    for (int i = 1; i < deep; i++) {
      w_input(&w, "in", 2);
      w_output(&w, "out", 2);
      w_edges(&w, "in", "sub", "sub", "out", NULL);
      w_enter(&w, "sub");
    }
    w_input(&w, "in", 2);
    w_if(&w, "n", 2);
    w_output(&w, "out", 2);
    w_edges(&w, "in", "n", "n", "out", NULL);
    run(&r, &w);
    if (deep > 64) {
      refused(&r, "PHS0119", NULL, "64 deep");
    } else {
      assert_int_equal(r.net->op_count, 3);
      told(&r, NULL, NULL);
    }
  }
}

/* More than one spike a step: populations give counts, a Threshold still gives 0 or 1, and Flatten
 * passes the type on. */
static void test_element_types(void **state) {
  (void)state;
  writer w;
  phs_import_options o = defaults();
  o.conventions.spikes_per_step = PHS_MANY;
  o.conventions.reset = PHS_SUBTRACT;
  w_begin(&w, "types.nir");
  w_input(&w, "input", 2, 2);
  hid_t g = w_node(&w, "n", "IF");
  w_ramp(g, "r", 2, (hsize_t[]){2, 2}, 1, 0);
  w_ramp(g, "v_threshold", 2, (hsize_t[]){2, 2}, 1, 0);
  H5Gclose(g);
  g = w_node(&w, "flat", "Flatten");
  w_int(g, "start_dim", 0);
  w_int(g, "end_dim", -1);
  H5Gclose(g);
  g = w_node(&w, "t", "Threshold");
  w_vector(g, "threshold", 4, 1.5);
  H5Gclose(g);
  w_output(&w, "o1", 4);
  w_output(&w, "o2", 4);
  w_edges(&w, "input", "n", "n", "flat", "flat", "t", "t", "o1", "flat", "o2", NULL);
  run_with(&r, &w, &o);
  assert_int_equal(op(&r, "n")->elem, PHS_I32);
  assert_int_equal(op(&r, "flat")->elem, PHS_I32);
  assert_int_equal(op(&r, "o2")->elem, PHS_I32);
  assert_int_equal(op(&r, "t")->elem, PHS_I1);
  told(&r, NULL, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chain),
      cmocka_unit_test(test_fan_in),
      cmocka_unit_test(test_fan_in_add),
      cmocka_unit_test(test_recurrence_active),
      cmocka_unit_test(test_recurrence_silent),
      cmocka_unit_test(test_layer_latency),
      cmocka_unit_test(test_delay_in_cycle),
      cmocka_unit_test(test_self_edge),
      cmocka_unit_test(test_long_cycle),
      cmocka_unit_test(test_shared_recurrent_weights),
      cmocka_unit_test(test_cycle_without_state),
      cmocka_unit_test(test_nested_equals_flat),
      cmocka_unit_test(test_named_ports),
      cmocka_unit_test(test_deep_nesting),
      cmocka_unit_test(test_element_types),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
