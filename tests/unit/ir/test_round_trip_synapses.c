/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Networks of populations, projections and sources come back from text as they were, at random:
 * every rule, distribution and bound, lists, plasticity, sources, several receptors, initial
 * values, places. */
#include "synapse_nets.h"

/* ---- comparison ---- */

static bool same_list(const void *a, size_t n, const void *b, size_t k, size_t size) {
  size_t most = n > k ? n : k;
  if ((n != most && n != 1) || (k != most && k != 1)) {
    return false;
  }
  for (size_t i = 0; i < most; i++) {
    if (memcmp((const char *)a + (n == 1 ? 0 : i * size), (const char *)b + (k == 1 ? 0 : i * size),
               size) != 0) {
      return false;
    }
  }
  return true;
}

static bool same_optional(const void *a, const void *b, size_t bytes) {
  return (a == NULL) == (b == NULL) && (!a || memcmp(a, b, bytes) == 0);
}

static void compare_distribution(const phs_distribution *a, const phs_distribution *b) {
  assert_int_equal(a->kind, b->kind);
  assert_int_equal(a->bound, b->bound);
  assert_memory_equal(&a->a, &b->a, sizeof a->a);
  assert_memory_equal(&a->b, &b->b, sizeof a->b);
  if (a->bound != PHS_BOUND_NONE) {
    assert_memory_equal(&a->low, &b->low, sizeof a->low);
    assert_memory_equal(&a->high, &b->high, sizeof a->high);
  }
}

static void compare_recipe(const phs_recipe *a, const phs_recipe *b) {
  assert_int_equal(a->rule, b->rule);
  assert_int_equal(a->source_count, b->source_count);
  assert_int_equal(a->target_count, b->target_count);
  assert_int_equal(a->same_population, b->same_population);
  assert_int_equal(a->autapses, b->autapses);
  assert_int_equal(a->multapses, b->multapses);
  assert_true(a->probability == b->probability && a->number == b->number && a->key == b->key);
  assert_int_equal(a->profile, b->profile);
  assert_int_equal(a->periodic, b->periodic);
  assert_true(a->width == b->width && a->cutoff == b->cutoff);
  assert_memory_equal(&a->source_grid, &b->source_grid, sizeof a->source_grid);
  assert_memory_equal(&a->target_grid, &b->target_grid, sizeof a->target_grid);
  assert_int_equal(a->list.count, b->list.count);
  if (a->list.count > 0) {
    size_t bytes = a->list.count * 4;
    assert_memory_equal(a->list.source, b->list.source, bytes);
    assert_memory_equal(a->list.target, b->list.target, bytes);
    assert_true(same_optional(a->list.weight, b->list.weight, bytes));
    assert_true(same_optional(a->list.delay, b->list.delay, bytes));
  }
  compare_distribution(&a->weight, &b->weight);
  compare_distribution(&a->delay, &b->delay);
}

static void compare_synapses(const phs_synapses *a, const phs_synapses *b) {
  assert_int_equal(a->projection_count, b->projection_count);
  assert_int_equal(a->counted, b->counted);
  assert_memory_equal(&a->weight, &b->weight, sizeof a->weight);
  assert_int_equal(a->has_init, b->has_init);
  assert_memory_equal(&a->plasticity, &b->plasticity, sizeof a->plasticity);
  for (int k = 0; k < a->projection_count; k++) {
    assert_string_equal(a->projection[k].name, b->projection[k].name);
    assert_int_equal(a->projection[k].mode, b->projection[k].mode);
    compare_recipe(&a->projection[k].recipe, &b->projection[k].recipe);
  }
}

static void compare_source(const phs_source *a, const phs_source *b) {
  assert_int_equal(a->kind, b->kind);
  assert_true(a->key == b->key && a->start == b->start && a->stop == b->stop);
  assert_true(same_list(a->mean.v, a->mean.n, b->mean.v, b->mean.n, 8));
  assert_true(same_list(a->sd.v, a->sd.n, b->sd.v, b->sd.n, 8));
  assert_int_equal(a->event_count, b->event_count);
  assert_true(a->event_count == 0 ||
              (memcmp(a->event_step, b->event_step, a->event_count * 8) == 0 &&
               memcmp(a->event_element, b->event_element, a->event_count * 4) == 0));
  assert_int_equal(a->piece_count, b->piece_count);
  assert_true(a->piece_count == 0 || memcmp(a->piece_step, b->piece_step, a->piece_count * 8) == 0);
  for (size_t k = 0; k < a->piece_count; k++) {
    assert_true(same_list(a->piece_value[k].v, a->piece_value[k].n, b->piece_value[k].v,
                          b->piece_value[k].n, 4));
  }
}

static void compare_neurons(const phs_neurons *a, const phs_neurons *b) {
  assert_int_equal(a->model, b->model);
  assert_string_equal(a->kernel->name, b->kernel->name);
  assert_int_equal(a->kernel->inst_count, b->kernel->inst_count);
  for (int i = 0; i < a->kernel->inst_count; i++) {
    const phs_scalar_inst *x = &a->kernel->inst[i], *y = &b->kernel->inst[i];
    assert_true(x->op == y->op && x->type == y->type && x->dst == y->dst && x->a == y->a &&
                x->b == y->b && x->c == y->c && x->imm.i == y->imm.i);
  }
  assert_int_equal(a->kernel->arg_count, b->kernel->arg_count);
  assert_memory_equal(a->kernel->result, b->kernel->result, 6);
  assert_int_equal(a->state_count, b->state_count);
  for (int i = 0; i < a->state_count; i++) {
    assert_string_equal(a->state[i], b->state[i]);
    assert_int_equal(a->initial[i].v == NULL, b->initial[i].v == NULL);
    assert_true(same_list(a->initial[i].v, a->initial[i].n, b->initial[i].v, b->initial[i].n, 4));
  }
  assert_int_equal(a->coeff_count, b->coeff_count);
  assert_true(same_list(a->coeff[0].v, a->coeff[0].n, b->coeff[0].v, b->coeff[0].n, 4));
}

static void compare(const phs_net *a, const phs_net *b) {
  assert_int_equal(a->op_count, b->op_count);
  assert_int_equal(a->discrete, b->discrete);
  for (int i = 0; i < a->op_count; i++) {
    const phs_op *x = &a->op[i], *y = &b->op[i];
    assert_string_equal(x->name, y->name);
    assert_int_equal(x->kind, y->kind);
    assert_int_equal(x->elem, y->elem);
    assert_int_equal(x->keep, y->keep);
    assert_true(phs_shape_equal(&x->shape, &y->shape));
    assert_int_equal(x->operand_count, y->operand_count);
    for (int k = 0; k < x->operand_count; k++) {
      assert_int_equal(x->operand[k], y->operand[k]);
    }
    assert_int_equal(x->alias_count, y->alias_count);
    for (int k = 0; k < x->alias_count; k++) {
      assert_string_equal(x->alias[k], y->alias[k]);
    }
    if (x->kind == PHS_OP_SYNAPSES) {
      compare_synapses(&x->synapses, &y->synapses);
    } else if (x->kind == PHS_OP_SOURCE) {
      compare_source(&x->source, &y->source);
    } else if (x->kind == PHS_OP_NEURONS) {
      compare_neurons(&x->neurons, &y->neurons);
    }
  }
}

static void text_gives_the_same_network(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    phs_net *net = sample(seed);
    seen s, s2, s3;
    phs_ir *ir = new_ir(&s), *other = new_ir(&s2), *third = new_ir(&s3);
    MlirModule module, again;
    phs_net *direct;
    assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
    if (phs_ir_to_net(ir, module, &direct) != PHASOR_OK) {
      print_seen(&s);
      fail_msg("seed %u is refused", (unsigned)seed);
    }
    compare(net, direct);
    char *text = print_module(module);
    phs_net *back = net_of_text(other, &s2, text, NULL);
    compare(net, back);
    assert_int_equal(phs_ir_from_net(third, back, &again), PHASOR_OK);
    char *twice = print_module(again);
    assert_string_equal(text, twice);
    free(text);
    free(twice);
    mlirModuleDestroy(again);
    mlirModuleDestroy(module);
    phs_net_destroy(direct);
    phs_net_destroy(back);
    phs_net_destroy(net);
    phs_ir_destroy(ir);
    phs_ir_destroy(other);
    phs_ir_destroy(third);
  }
}

static void bytecode_gives_the_same_network(void **state) {
  (void)state;
  phs_net *net = sample(3), *back;
  seen s, s2;
  phs_ir *ir = new_ir(&s), *other = new_ir(&s2);
  MlirModule module, read;
  phs_buf b = {0};
  assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
  mlirOperationWriteBytecode(mlirModuleGetOperation(module), put_text, &b);
  assert_int_equal(phs_ir_parse(other, b.data, b.len, "n.mlirbc", &read), PHASOR_OK);
  assert_int_equal(phs_ir_to_net(other, read, &back), PHASOR_OK);
  compare(net, back);
  phs_buf_free(&b);
  phs_net_destroy(back);
  phs_net_destroy(net);
  mlirModuleDestroy(module);
  mlirModuleDestroy(read);
  phs_ir_destroy(ir);
  phs_ir_destroy(other);
}

/* Lines of the YAML text are those of the module's locations, projections' own among them. */
static void places_are_kept(void **state) {
  (void)state;
  phs_net *net = sample(3), *back;
  seen s;
  phs_ir *ir = new_ir(&s);
  MlirModule module;
  assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
  assert_int_equal(phs_ir_to_net(ir, module, &back), PHASOR_OK);
  assert_string_equal(back->file, "net.yaml");
  assert_int_equal(back->op[8].line, 12);
  assert_int_equal(back->op[8].column, 5);
  assert_int_equal(back->op[5].synapses.projection[1].line, 7);
  assert_int_equal(back->op[5].synapses.projection[1].column, 3);
  assert_int_equal(back->op[5].synapses.projection[0].line, 0);
  mlirModuleDestroy(module);
  phs_net_destroy(back);
  phs_net_destroy(net);
  phs_ir_destroy(ir);
}

/* A recipe is a recipe: ten thousand times the neurons make no longer text. */
static void text_does_not_grow_with_neurons(void **state) {
  (void)state;
  size_t length[2];
  for (int large = 0; large < 2; large++) {
    maker m = {.net = phs_net_create(), .seed = 1};
    int64_t n = large ? 2000000000 : 200000;
    m.net->name = "n";
    m.net->dt = 1e-4;
    m.net->conventions = phs_presets[0].conventions;
    m.net->op = PHS_NEW_ARRAY(m.net->arena, phs_op, MAX_OPS);
    phs_op *from = add(&m, PHS_OP_SOURCE, "s", n, PHS_I32);
    from->source = (phs_source){
        .kind = PHS_SOURCE_POISSON, .stop = INT64_MAX, .mean = {.v = &(double){0.5}, .n = 1}};
    phs_op *to = add(&m, PHS_OP_SYNAPSES, "y", n, PHS_F32);
    read_from(to, 0);
    projections(&m, to, false);
    to->synapses.projection[0].recipe = (phs_recipe){.rule = PHS_RULE_FIXED_INDEGREE,
                                                     .source_count = (uint32_t)n,
                                                     .target_count = (uint32_t)n,
                                                     .multapses = true,
                                                     .number = 1000,
                                                     .weight = {.kind = PHS_DIST_CONSTANT, .a = 1},
                                                     .delay = {.kind = PHS_DIST_CONSTANT, .a = 15}};
    to->synapses.counted = true;
    to->synapses.weight = 1;
    read_from(add(&m, PHS_OP_OUTPUT, "out", n, PHS_F32), 1);
    seen s;
    phs_ir *ir = new_ir(&s);
    MlirModule module;
    assert_int_equal(phs_ir_from_net(ir, m.net, &module), PHASOR_OK);
    char *text = print_module(module);
    length[large] = strlen(text);
    phs_net *back = net_of_text(ir, &s, text, NULL);
    assert_int_equal(back->op[1].synapses.projection[0].recipe.target_count, n);
    free(text);
    phs_net_destroy(back);
    mlirModuleDestroy(module);
    phs_net_destroy(m.net);
    phs_ir_destroy(ir);
  }
  /* six types with four digits more */
  assert_true(length[1] - length[0] < 64);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_gives_the_same_network),
      cmocka_unit_test(bytecode_gives_the_same_network),
      cmocka_unit_test(places_are_kept),
      cmocka_unit_test(text_does_not_grow_with_neurons),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
