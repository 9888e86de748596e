/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Which ops a model becomes: operands, order, names, grouping. */
#include "yaml_case.h"

#include "random/draw.h"

#include <math.h>

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

#define HEAD "phasor: 1\ndt: 0.1 ms\nseed: 3\n"

/* ---- what arrives at receptors ---- */

/* Alike projections are one op, each constant weight another, all others one; chained in the order
 * in which they first appear. */
static void grouping(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_good(&c,
         HEAD "populations:\n"
              "  a: {size: 4, model: iaf_psc_exp}\n"
              "  b: {size: 3, model: iaf_psc_exp}\n"
              "projections:\n"
              "  - {from: a, to: b, rule: all_to_all, weight: 2 pA}\n"
              "  - {from: b, to: b, rule: all_to_all, weight: {uniform: [0 pA, 1 pA]}}\n"
              "  - {from: a, to: b, rule: {fixed_indegree: 2}, weight: 3 pA}\n"
              "  - {from: b, to: b, rule: one_to_one, weight: 2 pA}\n"
              "  - {from: a, to: b, receptor: inh, rule: all_to_all, weight: -2 pA}\n"
              "  - {from: a, to: b, rule: {list: [[0, 0, 5 pA]]}}\n",
         NULL);
  const phs_op *b = y_op(&c, "b");
  assert_int_equal(b->operand_count, 3); /* exc, inh, current */
  const phs_op *third = y_operand(&c, b, 0);
  assert_string_equal(third->name, "b#exc#3");
  assert_true(third->synapses.counted && third->synapses.weight == 3.0f);
  assert_true(third->synapses.has_init);
  assert_int_equal(third->operand_count, 2);
  const phs_op *second = y_operand(&c, third, 1);
  assert_string_equal(second->name, "b#exc#2");
  assert_false(second->synapses.counted);
  assert_int_equal(second->synapses.projection_count, 2);
  assert_string_equal(second->synapses.projection[0].name, "b>b");
  assert_string_equal(second->synapses.projection[1].name, "a>b#4");
  assert_ptr_equal(y_operand(&c, second, 0), b);
  assert_ptr_equal(y_operand(&c, second, 1), y_op(&c, "a"));
  const phs_op *first = y_operand(&c, second, 2);
  assert_string_equal(first->name, "b#exc");
  assert_true(first->synapses.counted && first->synapses.weight == 2.0f);
  assert_false(first->synapses.has_init);
  assert_string_equal(first->synapses.projection[0].name, "a>b");
  assert_string_equal(first->synapses.projection[1].name, "b>b#2");
  assert_string_equal(y_operand(&c, b, 1)->name, "b#inh");
  /* Nothing arrives as a current: a source that gives 0. */
  const phs_op *zero = y_operand(&c, b, 2);
  assert_string_equal(zero->name, "b#current");
  assert_int_equal(zero->source.kind, PHS_SOURCE_CURRENT);
  assert_int_equal(zero->source.piece_count, 1);
  assert_true(zero->source.piece_value[0].v[0] == 0.0f);
  y_close(&c);
}

/* Every op stands behind what it reads in the same step; inputs first, then synapses. */
static void order_of_ops(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_good(&c,
         HEAD "inputs:\n"
              "  x: {external: {size: 2}}\n"
              "  hum: {current: 3, to: a}\n"
              "layers:\n"
              "  last: {from: b, scale: {factor: 2}}\n"
              "  l: {from: x, scale: {factor: 2}}\n"
              "populations:\n"
              "  b: {size: 2, model: if, input: a}\n"
              "  a: {size: 2, model: if, input: [x, l]}\n"
              "projections:\n"
              "  - {from: b, to: a, rule: one_to_one, weight: 1}\n"
              "outputs: [a, last]\n",
         NULL);
  static const char *const want[] = {"x", "hum", "a#in", "l",     "a#in#sum",
                                     "a", "b",   "last", "a_out", "last_out"};
  assert_int_equal(c.net->op_count, sizeof want / sizeof *want);
  for (int i = 0; i < c.net->op_count; i++) {
    assert_string_equal(c.net->op[i].name, want[i]);
  }
  const phs_op *sum = y_op(&c, "a#in#sum");
  assert_int_equal(sum->kind, PHS_OP_ADD);
  static const char *const parts[] = {"a#in", "hum", "x", "l"};
  for (int i = 0; i < 4; i++) {
    assert_string_equal(y_operand(&c, sum, i)->name, parts[i]);
  }
  assert_int_equal(y_op(&c, "a_out")->kind, PHS_OP_OUTPUT);
  assert_int_equal(y_op(&c, "a_out")->elem, PHS_I1);
  y_close(&c);
}

/* ---- sources ---- */

static void sources(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_text(&c, "spikes.csv", "time,element\n2.04, 1\n1,0\n1,2\n");
  y_good(&c,
         HEAD
         "duration: 10 ms\n"
         "inputs:\n"
         "  p: {poisson: {rate: [10 Hz, 20 Hz], size: 2, count: 100, start: 1 ms, stop: 2 ms}}\n"
         "  s: {spikes: {times: [[1 ms, 0.26 ms], []]}}\n"
         "  f: {spikes: {times: {file: spikes.csv, unit: ms}, size: 3}}\n"
         "  r: {regular: {rate: 250 Hz, size: 2, start: 1 ms}}\n"
         "  i: {current: {steps: [[0 ms, 1], [5 ms, -2]], size: 2}}\n"
         "  w: {current: {value: [1, 2], start: 1 ms, stop: 2 ms, size: 2}}\n"
         "  n: {noise: {mean: 1, sd: 2, size: 2}}\n",
         NULL);
  assert_int_equal(c.extras.steps, 100);
  const phs_source *p = &y_op(&c, "p")->source;
  assert_int_equal(p->start, 10);
  assert_int_equal(p->stop, 20);
  /* 100 processes of 10 Hz in 0.1 ms: 0.1 spikes a step */
  assert_true(fabs(p->mean.v[0] - 0.1) < 1e-15 && fabs(p->mean.v[1] - 0.2) < 1e-15);
  const phs_source *s = &y_op(&c, "s")->source;
  assert_int_equal(s->kind, PHS_SOURCE_TRAIN);
  assert_int_equal(s->event_count, 2);
  assert_int_equal(s->event_step[0], 3); /* 2.6 steps: the nearest */
  assert_int_equal(s->event_step[1], 10);
  const phs_source *f = &y_op(&c, "f")->source;
  static const int steps[] = {10, 10, 20}, elements[] = {0, 2, 1};
  assert_int_equal(f->event_count, 3);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(f->event_step[i], steps[i]);
    assert_int_equal(f->event_element[i], elements[i]);
  }
  /* Every 4 ms from 1 ms on, before 10 ms: 1, 5, 9 ms. */
  const phs_source *r = &y_op(&c, "r")->source;
  assert_int_equal(r->event_count, 6);
  assert_int_equal(r->event_step[5], 90);
  const phs_source *i = &y_op(&c, "i")->source;
  assert_int_equal(i->piece_count, 2);
  assert_int_equal(i->piece_step[1], 50);
  assert_true(i->piece_value[1].v[0] == -2.0f);
  const phs_source *w = &y_op(&c, "w")->source;
  assert_int_equal(w->piece_count, 2);
  assert_int_equal(w->piece_step[0], 10);
  assert_int_equal(w->piece_value[0].n, 2);
  assert_true(w->piece_value[0].v[1] == 2.0f && w->piece_value[1].v[0] == 0.0f);
  const phs_source *n = &y_op(&c, "n")->source;
  assert_int_equal(n->kind, PHS_SOURCE_NOISE);
  assert_true(n->sd.v[0] == 2 && n->mean.v[0] == 1);
  assert_true(n->key == phs_stream_key(3, "n"));
  y_close(&c);
}

/* An input with `to` is a source for each population, and a one-to-one projection. */
static void inputs_with_targets(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_good(&c,
         HEAD "inputs:\n"
              "  drive: {poisson: {rate: 8 Hz}, to: [a, b], receptor: exc, weight: 87.8 pA, delay: "
              "1.5 ms}\n"
              "  step: {current: 300 pA, to: a}\n"
              "populations:\n"
              "  a: {size: 4, model: iaf_psc_exp}\n"
              "  b: {size: 2, model: iaf_psc_exp}\n",
         NULL);
  assert_int_equal(y_op(&c, "drive>a")->shape.dim[0], 4);
  assert_int_equal(y_op(&c, "drive>b")->shape.dim[0], 2);
  assert_true(y_op(&c, "drive>a")->source.key != y_op(&c, "drive>b")->source.key);
  const phs_op *synapses = y_op(&c, "a#exc");
  assert_int_equal(synapses->synapses.projection[0].recipe.rule, PHS_RULE_ONE_TO_ONE);
  assert_true(synapses->synapses.weight == 87.8f);
  assert_true(synapses->synapses.projection[0].recipe.delay.a == 15);
  /* A current goes to the receptor of that name. */
  const phs_op *a = y_op(&c, "a");
  assert_string_equal(y_operand(&c, a, 2)->name, "step");
  assert_true(y_op(&c, "step")->source.piece_value[0].v[0] == 300.0f);
  y_close(&c);
}

/* ---- recipes ---- */

static const phs_recipe *recipe(const yaml_case *c, const char *name) {
  for (int i = 0; i < c->net->op_count; i++) {
    const phs_op *op = &c->net->op[i];
    for (int k = 0; op->kind == PHS_OP_SYNAPSES && k < op->synapses.projection_count; k++) {
      if (strcmp(op->synapses.projection[k].name, name) == 0) {
        return &op->synapses.projection[k].recipe;
      }
    }
  }
  fail();
  return NULL;
}

static void recipes(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_text(&c, "list.csv",
         "source,target,weight,delay\n1,0,2.5,0.0002\n0,3,1,0.001\n1,1,-1,0.0005\n");
  y_good(&c,
         HEAD "populations:\n"
              "  a: {shape: [2, 2], grid: {extent: [1 mm, 2 mm]}, model: if}\n"
              "projections:\n"
              "  p: {from: a, to: a, rule: {fixed_probability: 0.25}, weight: {normal: [1, 2], "
              "redraw: [-1, .inf]}, delay: {uniform: [1 ms, 2 ms]}}\n"
              "  n: {from: a, to: a, rule: {fixed_total_number: \"= 2 * 5\"}, autapses: false, "
              "multapses: false, weight: {lognormal: [2, 0.5], clip: [0, 4]}, delay: {normal: [1 "
              "ms, 0.2 ms], clip: [0.5 ms, 3 ms]}}\n"
              "  d: {from: a, to: a, rule: {distance: {gaussian: 0.2 mm, probability: 0.5, cutoff: "
              "500 um, periodic: true}}, weight: {exponential: 3}, synapses: recompute}\n"
              "  f: {from: a, to: a, rule: {list: {file: list.csv, delay_unit: s}}}\n"
              "  l: {from: a, to: a, rule: {list: [[3, 0], [0, 1]]}, weight: 1, delay: {lognormal: "
              "[1 ms, 0.5]}}\n",
         NULL);
  const phs_recipe *p = recipe(&c, "p");
  assert_true(p->rule == PHS_RULE_FIXED_PROBABILITY && p->probability == 0.25);
  assert_true(p->same_population && p->autapses && p->multapses);
  assert_true(p->weight.kind == PHS_DIST_NORMAL && p->weight.a == 1 && p->weight.b == 2);
  assert_true(p->weight.bound == PHS_BOUND_REDRAW && p->weight.low == -1 && isinf(p->weight.high));
  assert_true(p->delay.kind == PHS_DIST_UNIFORM && p->delay.a == 10 && p->delay.b == 20);
  assert_true(p->key == phs_stream_key(3, "p"));
  const phs_recipe *n = recipe(&c, "n");
  assert_true(n->number == 10 && !n->autapses && !n->multapses);
  assert_true(n->weight.kind == PHS_DIST_LOGNORMAL && fabs(n->weight.a - log(2)) < 1e-15);
  assert_true(n->weight.bound == PHS_BOUND_CLIP && n->weight.high == 4);
  assert_true(n->delay.a == 10 && n->delay.b == 2 && n->delay.low == 5 && n->delay.high == 30);
  const phs_recipe *d = recipe(&c, "d");
  assert_true(d->rule == PHS_RULE_DISTANCE && d->profile == PHS_PROFILE_GAUSSIAN && d->periodic);
  assert_true(d->width == 200 && d->cutoff == 500 && d->probability == 0.5); /* um */
  assert_int_equal(d->source_grid.rank, 2);
  assert_true(d->source_grid.extent[0] == 1000 && d->target_grid.extent[1] == 2000);
  assert_int_equal(d->source_grid.dim[1], 2);
  assert_true(d->delay.kind == PHS_DIST_CONSTANT && d->delay.a == 1); /* dt */
  const phs_recipe *f = recipe(&c, "f");
  assert_int_equal(f->list.count, 3);
  static const uint32_t source[] = {0, 1, 1}, target[] = {3, 0, 1};
  static const float weight[] = {1, 2.5f, -1};
  static const int32_t delay[] = {10, 2, 5};
  for (int i = 0; i < 3; i++) { /* by source, in the order of the file */
    assert_int_equal(f->list.source[i], source[i]);
    assert_int_equal(f->list.target[i], target[i]);
    assert_true(f->list.weight[i] == weight[i]);
    assert_int_equal(f->list.delay[i], delay[i]);
  }
  const phs_recipe *l = recipe(&c, "l");
  assert_null(l->list.weight);
  assert_null(l->list.delay);
  assert_int_equal(l->list.source[0], 0);
  assert_true(fabs(l->delay.a - log(10)) < 1e-14); /* median of 10 steps */
  y_close(&c);
}

static void plasticity(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_good(&c,
         HEAD "inputs:\n"
              "  src: {poisson: {rate: 10 Hz, size: 5}}\n"
              "  reward: {external: {size: 1}}\n"
              "populations:\n"
              "  a: {size: 2, model: if}\n"
              "projections:\n"
              "  fixed: {from: src, to: a, rule: all_to_all, weight: 1}\n"
              "  stdp:\n"
              "    from: src\n"
              "    to: a\n"
              "    rule: all_to_all\n"
              "    weight: 0.5\n"
              "    delay: 1 ms\n"
              "    plasticity: {stdp: {tau_plus: 20 ms, tau_minus: 10 ms, A_plus: 0.01, A_minus: "
              "0.02, w_max: 2, mu_minus: 1}}\n"
              "  r:\n"
              "    from: src\n"
              "    to: a\n"
              "    rule: all_to_all\n"
              "    weight: 0.5\n"
              "    plasticity: {reward_stdp: {tau_plus: 20 ms, tau_minus: 10 ms, A_plus: 0.01, "
              "A_minus: 0.02, w_max: 2, tau_e: 1 s, rate: 0.5, reward: reward}}\n"
              "record: [{node: stdp, variable: w}]\n",
         NULL);
  const phs_op *a = y_op(&c, "a"), *r = y_operand(&c, a, 0);
  assert_string_equal(r->name, "r");
  assert_int_equal(r->operand_count, 4);
  assert_string_equal(y_operand(&c, r, 0)->name, "src");
  assert_ptr_equal(y_operand(&c, r, 1), a);
  assert_string_equal(y_operand(&c, r, 2)->name, "reward");
  const phs_op *stdp = y_operand(&c, r, 3);
  assert_string_equal(stdp->name, "stdp");
  assert_string_equal(y_operand(&c, stdp, 2)->name, "a#in");
  const phs_plasticity *p = &stdp->synapses.plasticity;
  assert_int_equal(p->kind, PHS_PLASTICITY_STDP);
  assert_true(p->decay_plus == (float)exp(-0.1 / 20) && p->decay_minus == (float)exp(-0.1 / 10));
  /* Additive growth is a part of w_max, multiplicative loss one of the weight. */
  assert_true(p->a_plus == 0.02f && p->a_minus == 0.02f);
  assert_true(p->mu_plus == 0 && p->mu_minus == 1 && p->w_min == 0 && p->w_max == 2);
  const phs_plasticity *q = &r->synapses.plasticity;
  assert_int_equal(q->kind, PHS_PLASTICITY_RSTDP);
  assert_true(q->decay_e == (float)exp(-0.1 / 1000) && q->rate == 0.5f);
  assert_true(q->a_plus == 0.02f && q->a_minus == 0.04f);
  assert_int_equal(c.extras.record_count, 1);
  assert_string_equal(c.extras.record[0].file, "model.stdp.w.npy");
  y_close(&c);
}

/* ---- sub-networks ---- */

static void instances(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_good(
      &c,
      HEAD
      "constants: {N: 3}\n"
      "networks:\n"
      "  column:\n"
      "    constants: {J: 0.5}\n"
      "    populations: {exc: {size: \"= N\", model: if}}\n"
      "    projections: [{from: exc, to: exc, rule: all_to_all, weight: \"= J\"}]\n"
      "    ports: {in: exc, out: exc}\n"
      "instances: {left: column, right: {network: column, constants: {J: \"= N / 2\"}}}\n"
      "projections:\n"
      "  - {from: left.out, to: right.in, rule: one_to_one, weight: 2}\n"
      "record: [{node: right.out, variable: v}, {node: left/exc, variable: spikes, file: a.npy}]\n",
      NULL);
  assert_true(y_op(&c, "left/exc#in")->synapses.weight == 0.5f);
  assert_true(y_op(&c, "right/exc#in")->synapses.weight == 2.0f); /* from outside, told first */
  assert_true(y_op(&c, "right/exc#in#2")->synapses.weight == 1.5f);
  assert_string_equal(y_op(&c, "left/exc#in")->synapses.projection[0].name, "left/exc>exc");
  assert_true(recipe(&c, "left/exc>exc")->key != recipe(&c, "right/exc>exc")->key);
  assert_true(recipe(&c, "left/exc>right/exc")->source_count == 3);
  assert_string_equal(c.extras.record[0].node, "right/exc");
  assert_string_equal(c.extras.record[0].file, "model.right.exc.v.npy");
  y_close(&c);
}

/* ---- includes, options ---- */

static void includes_and_options(void **state) {
  (void)state;
  yaml_case c;
  const phs_setting set[] = {{"N", "7"}, {"tau", "= 2 * 5 ms"}};
  const phs_setting convention = {"reset", "subtract"};
  const phs_yaml_options o = {.dt = 2e-4,
                              .seed_given = true,
                              .seed = 9,
                              .set = set,
                              .set_count = 2,
                              .preset = "norse",
                              .convention = &convention,
                              .convention_count = 1};
  y_open(&c);
  y_text(&c, "part.yaml",
         "phasor: 1\n"
         "constants: {N: 2, tau: 20 ms}\n"
         "populations:\n"
         "  a: {size: \"= N\", model: lif, parameters: {tau: \"= tau\"}}\n");
  y_good(&c,
         HEAD "include: [part.yaml]\n"
              "conventions: {preset: spyx, integrator: exact}\n"
              "duration: 1 s\n"
              "inputs: {src: {poisson: {rate: 10 Hz}, to: a, weight: 1}}\n",
         &o);
  assert_true(c.net->dt == 2e-4);
  assert_int_equal(c.extras.steps, 5000);
  assert_int_equal(c.extras.seed, 9);
  assert_true(y_op(&c, "src")->source.key == phs_stream_key(9, "src"));
  assert_int_equal(y_op(&c, "a")->shape.dim[0], 7);
  assert_true(y_op(&c, "a")->neurons.param[0].v[0] == 0.01); /* seconds */
  phs_conventions want = phs_preset_find("norse")->conventions;
  want.reset = PHS_SUBTRACT;
  assert_true(phs_conventions_equal(&c.net->conventions, &want));
  assert_int_equal(c.extras.file_count, 2);
  assert_string_equal(c.extras.file[0], c.path);
  y_close(&c);
}

/* Defaults of a model's parameters: earlier parameters first, which follow what a population sets,
 * then constants. */
static void defaults_by_other_parameters(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_good(&c,
         HEAD
         "constants: {k: 2, C: 1 pF, tau: 7 ms}\n"
         "models:\n"
         "  m:\n"
         "    parameters: {g: 10 nS, C: \"= k * 50 pF\", tau: \"= k * C / g\", p: \"= tau/5 ms "
         "+ 0*k\"}\n"
         "    equations: \"da/dt = -a / tau : 1\"\n"
         "    initial: \"a = p\"\n"
         "populations:\n"
         "  a: {size: 2, model: m}\n"
         "  b: {size: 2, model: m, parameters: {C: [50 pF, 200 pF]}}\n",
         NULL);
  assert_true(y_op(&c, "a")->neurons.initial[0].v[0] == 4);
  assert_true(y_op(&c, "b")->neurons.initial[0].v[0] == 2);
  assert_true(y_op(&c, "b")->neurons.initial[0].v[1] == 8);
  y_close(&c);
}

/* layer_latency delays what arrives at NIR's populations; `many` makes counts. */
static void conventions(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_good(&c,
         HEAD "conventions: {layer_latency: 2, spikes_per_step: many, reset: subtract}\n"
              "inputs: {x: {external: {size: 2}}}\n"
              "populations:\n"
              "  a: {model: if, input: x}\n"
              "  t: {model: threshold, input: a}\n",
         NULL);
  const phs_op *a = y_op(&c, "a"), *t = y_op(&c, "t");
  assert_int_equal(a->elem, PHS_I32);
  assert_int_equal(t->elem, PHS_I1);
  const phs_op *late = y_operand(&c, a, 0);
  assert_int_equal(late->kind, PHS_OP_DELAY);
  assert_int_equal(late->delay.steps.v[0], 2);
  assert_string_equal(y_operand(&c, late, 0)->name, "x");
  assert_int_equal(y_operand(&c, t, 0)->elem, PHS_I32);
  y_close(&c);
}

/* The same text gives the same network; another seed other values. */
static void values_follow_the_seed(void **state) {
  (void)state;
  yaml_case c[3];
  const char *text = HEAD "populations:\n"
                          "  a: {size: 50, model: if, parameters: {v_threshold: {normal: [1, 0.1], "
                          "redraw: [0.8, 1.2]}, r: {uniform: [0, 1]}}}\n";
  const phs_yaml_options other = {.seed_given = true, .seed = 4};
  for (int i = 0; i < 3; i++) {
    y_open(&c[i]);
    y_good(&c[i], text, i == 2 ? &other : NULL);
  }
  const double *v[3];
  for (int i = 0; i < 3; i++) {
    const phs_param64 *p = &y_op(&c[i], "a")->neurons.param[1];
    assert_int_equal(p->n, 50);
    v[i] = p->v;
    for (int k = 0; k < 50; k++) {
      assert_true(v[i][k] >= 0.8 && v[i][k] <= 1.2);
    }
  }
  assert_memory_equal(v[0], v[1], 50 * sizeof(double));
  assert_true(v[0][0] != v[2][0]);
  /* Element i: the first word of block {i, 0, 0, draw} of its stream. */
  uint32_t word[4], counter[4] = {17, 0, 0, 0};
  phs_philox(phs_stream_key(3, "a.r"), counter, word);
  assert_true(y_op(&c[0], "a")->neurons.param[0].v[17] == phs_uniform(word[0]));
  for (int i = 0; i < 3; i++) {
    y_close(&c[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(first_network),        cmocka_unit_test(grouping),
      cmocka_unit_test(order_of_ops),         cmocka_unit_test(sources),
      cmocka_unit_test(inputs_with_targets),  cmocka_unit_test(recipes),
      cmocka_unit_test(plasticity),           cmocka_unit_test(instances),
      cmocka_unit_test(includes_and_options), cmocka_unit_test(defaults_by_other_parameters),
      cmocka_unit_test(conventions),          cmocka_unit_test(values_follow_the_seed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
