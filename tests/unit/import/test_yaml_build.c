/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Which ops a model becomes: operands, order, names, grouping. */
#include "yaml_case.h"

#include "random/draw.h"

static void first_network(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_good(&c,
         "phasor: 1\n"
         "network: tiny\n"
         "dt: 0.5 ms\n"
         "seed: 7\n"
         "inputs:\n"
         "  noise: {poisson: {rate: 200 Hz, size: 3}}\n"
         "populations:\n"
         "  out: {size: 2, model: if, parameters: {v_threshold: 4}}\n"
         "projections:\n"
         "  - {from: noise, to: out, rule: all_to_all, weight: 0.25, delay: 1.5 ms}\n",
         NULL);
  assert_string_equal(c.net->name, "tiny");
  assert_string_equal(c.net->format, "yaml");
  assert_true(c.net->dt == 0.0005);
  assert_int_equal(c.net->op_count, 3);
  const phs_op *source = &c.net->op[0], *synapses = &c.net->op[1], *neurons = &c.net->op[2];
  assert_int_equal(source->kind, PHS_OP_SOURCE);
  assert_string_equal(source->name, "noise");
  assert_int_equal(source->elem, PHS_I32);
  assert_int_equal(source->source.kind, PHS_SOURCE_POISSON);
  assert_true(source->source.key == phs_stream_key(7, "noise"));
  assert_int_equal(source->source.mean.n, 1);
  assert_true(source->source.mean.v[0] == 0.1); /* 200 Hz of half a millisecond */
  assert_int_equal(synapses->kind, PHS_OP_SYNAPSES);
  assert_string_equal(synapses->name, "out#in");
  assert_true(synapses->synapses.counted);
  assert_true(synapses->synapses.weight == 0.25f);
  assert_int_equal(synapses->operand_count, 1);
  assert_int_equal(synapses->operand[0], 0);
  const phs_projection *p = &synapses->synapses.projection[0];
  assert_string_equal(p->name, "noise>out");
  assert_int_equal(p->recipe.rule, PHS_RULE_ALL_TO_ALL);
  assert_int_equal(p->recipe.source_count, 3);
  assert_int_equal(p->recipe.target_count, 2);
  assert_true(p->recipe.delay.kind == PHS_DIST_CONSTANT && p->recipe.delay.a == 3);
  assert_true(p->recipe.key == phs_stream_key(7, "noise>out"));
  assert_int_equal(p->line, 10);
  assert_int_equal(p->column, 5);
  assert_int_equal(neurons->kind, PHS_OP_NEURONS);
  assert_int_equal(neurons->neurons.model, PHS_MODEL_IF);
  assert_int_equal(neurons->operand[0], 1);
  assert_int_equal(neurons->elem, PHS_I1);
  assert_true(neurons->neurons.param[0].v[0] == 1);
  assert_true(neurons->neurons.param[1].v[0] == 4);
  assert_int_equal(neurons->line, 8);
  assert_int_equal(neurons->column, 3);
  y_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(first_network),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
