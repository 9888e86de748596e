/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor-retime: every population of the retimed network has the bits of the network before, some
 * steps later; every connection takes a step; shifts are the longest ways. */
#define MAX_OPS 128

#include "fuse_nets.h"
#include "ir_test.h"

#include "retime.h"

enum { NETWORKS = 150, STEPS = 24, MOST_LATE = 40, POPULATIONS = 9 };

/* A value of each step, as bytes. */
typedef struct history {
  unsigned char *data;
  size_t size; /* of one step */
} history;

static const char *const vars[] = {"out", "v", "i"};
enum { VARS = 3 };

static size_t quantity(const phs_interp *it, int op, int var, const void **data) {
  phs_quantity q;
  if (!phs_interp_quantity(it, op, vars[var], &q)) {
    return 0;
  }
  *data = q.data;
  return q.count * (q.elem == PHS_I1 ? 1 : 4);
}

static bool is_looked_at(const phs_op *op) {
  return op->kind == PHS_OP_NEURONS || op->kind == PHS_OP_OUTPUT;
}

static int64_t shift_of(const phs_op *op) {
  return op->kind == PHS_OP_NEURONS ? op->start : op->output.latency;
}

/* One step of noise on every input; the same for the same step. */
static void step_noise(phs_interp *it, const phs_net *net, int t) {
  const float *x[8];
  float *mine[8];
  int inputs = 0;
  for (int i = 0; i < net->op_count; i++) {
    if (net->op[i].kind == PHS_OP_INPUT) {
      size_t n = phs_shape_count(&net->op[i].shape);
      noise random = {(uint64_t)(7 + t * 16 + inputs)};
      assert_true(inputs < 8);
      x[inputs] = mine[inputs] = calloc(n, sizeof(float));
      noise_input(&random, mine[inputs++], n);
    }
  }
  phs_interp_step(it, x);
  for (int i = 0; i < inputs; i++) {
    free(mine[i]);
  }
}

static history *record(const phs_net *net, int steps) {
  history *h = calloc((size_t)net->op_count * VARS, sizeof *h);
  phs_interp *it = make_interp(net);
  for (int t = 0; t < steps; t++) {
    step_noise(it, net, t);
    for (int i = 0; i < net->op_count * VARS; i++) {
      const void *data = NULL;
      size_t size = is_looked_at(&net->op[i / VARS]) ? quantity(it, i / VARS, i % VARS, &data) : 0;
      if (size > 0 && !h[i].data) {
        h[i] = (history){calloc((size_t)steps, size), size};
      }
      if (size > 0) {
        memcpy(h[i].data + (size_t)t * size, data, size);
      }
    }
  }
  phs_interp_destroy(it);
  return h;
}

static void free_history(history *h, const phs_net *net) {
  for (int i = 0; i < net->op_count * VARS; i++) {
    free(h[i].data);
  }
  free(h);
}

/* Holds every population and output of `late` against `net`; the number of values compared. */
static size_t compare_shifted(const phs_net *net, const phs_net *late) {
  history *a = record(net, STEPS), *b = record(late, STEPS + MOST_LATE);
  size_t compared = 0;
  for (int i = 0; i < net->op_count * VARS; i++) {
    if (!a[i].data) {
      continue;
    }
    int twin = find_op(late, net->op[i / VARS].name);
    int64_t shift = shift_of(&late->op[twin]) - shift_of(&net->op[i / VARS]);
    assert_true(shift >= 0 && shift <= MOST_LATE);
    const history *h = &b[twin * VARS + i % VARS];
    assert_int_equal(h->size, a[i].size);
    /* the last steps of the longer run have other inputs only after `shift` more */
    if (memcmp(h->data + (size_t)shift * h->size, a[i].data, STEPS * h->size) != 0) {
      fail_msg("%s.%s differs", net->op[i / VARS].name, vars[i % VARS]);
    }
    compared += STEPS * h->size;
  }
  free_history(a, net);
  free_history(b, late);
  return compared;
}

/* Fewest steps from op i's operands back to a population, over ops without a state. */
static int64_t steps_back(const phs_net *net, int i, int depth) {
  const phs_op *op = &net->op[i];
  int64_t least = INT64_MAX;
  assert_true(depth < 200);
  for (int k = 0; k < op->operand_count; k++) {
    int x = op->operand[k];
    int64_t way = phs_retime_delay(op) + (phs_retime_is_source(op, k) ? 1 : 0);
    way += phs_retime_is_population(&net->op[x]) ? 0 : steps_back(net, x, depth + 1);
    least = way < least ? way : least;
  }
  return least;
}

static void every_way_takes_a_step(const phs_net *net) {
  for (int i = 0; i < net->op_count; i++) {
    if (net->op[i].kind == PHS_OP_NEURONS && net->op[i].operand_count > 0) {
      assert_true(steps_back(net, i, 0) >= 1);
    }
  }
}

/* A network and, by population, the step in which it has to start. */
typedef struct layered {
  phs_net *net;
  int population[POPULATIONS + 1];
  int64_t start[POPULATIONS + 1];
} layered;

/* The current of population n from one of those before it, or its own; with `init` before it. */
static int connection(layered *l, maker *m, int n, int init, int64_t width) {
  int from = (int)noise_below(&m->random, n);
  int x = l->population[from];
  int64_t delay = noise_below(&m->random, 4);
  if (delay > 0) {
    x = named_op(m, add_delay(m->net, x, m->net->op[x].shape, m->net->op[x].elem, &delay, 1),
                 "delay");
  }
  int64_t start = l->start[from] + 1 - delay;
  l->start[n] = start > l->start[n] ? start : l->start[n];
  return linear_op(m, x, init, width, noise_below(&m->random, 2));
}

/* Populations with skips, biases (so that none rests), delays, and loops onto themselves. */
static layered random_layers(uint64_t seed) {
  maker m = start_net(FINE, seed * 104729 + 5, PHS_ONE);
  layered l = {.net = m.net};
  l.population[0] = add_input(m.net, SHAPE(6));
  for (int n = 1; n <= POPULATIONS; n++) {
    int64_t width = 2 + noise_below(&m.random, 5);
    int x = connection(&l, &m, n, -1, width);
    x = noise_below(&m.random, 2) ? connection(&l, &m, n, x, width) : x;
    int back = -1;
    if (noise_below(&m.random, 3) == 0) {
      back = named_op(
          &m, add_delay(m.net, 0, SHAPE(width), PHS_I1, (const int64_t[]){1 + (int)(seed % 2)}, 1),
          "back");
      x = linear_op(&m, back, x, width, false);
    }
    static const double lif[] = {5e-3, 3, 0.1, 0.4, 0};
    l.population[n] = named_op(&m, add_neurons(m.net, x, PHS_MODEL_LIF, lif), "lif");
    if (back >= 0) {
      m.net->op[back].operand[0] = l.population[n];
    }
  }
  for (int n = 1; n <= POPULATIONS; n++) {
    int x = l.population[n];
    named_op(&m, add_op(m.net, PHS_OP_OUTPUT, NULL, m.net->op[x].shape, m.net->op[x].elem, x, -1),
             "out");
  }
  return l;
}

typedef struct taken {
  seen s;
  phs_ir *ir;
  MlirModule module;
  phs_net *net; /* NULL where the pass refused */
} taken;

static phasor_status take(taken *t, const phs_net *net, const char *pipeline) {
  t->ir = new_ir(&t->s);
  t->net = NULL;
  assert_int_equal(phs_ir_from_net(t->ir, net, &t->module), PHASOR_OK);
  phasor_status status = phs_ir_run(t->ir, t->module, pipeline, NULL);
  if (status == PHASOR_OK) {
    assert_int_equal(phs_ir_to_net(t->ir, t->module, &t->net), PHASOR_OK);
  }
  return status;
}

static void end(taken *t) {
  phs_net_destroy(t->net);
  mlirModuleDestroy(t->module);
  phs_ir_destroy(t->ir);
}

#define OPT "phasor-discretize"

static void shifted_networks_keep_their_bits(void **state) {
  (void)state;
  int64_t latest = 0;
  for (uint64_t seed = 0; seed < NETWORKS; seed++) {
    layered l = random_layers(seed);
    taken opt, late, again;
    assert_int_equal(take(&opt, l.net, OPT), PHASOR_OK);
    assert_int_equal(take(&late, l.net, OPT ",phasor-retime"), PHASOR_OK);
    assert_int_equal(late.s.count, 0);
    for (int n = 1; n <= POPULATIONS; n++) {
      int op = find_op(late.net, l.net->op[l.population[n]].name);
      assert_int_equal(late.net->op[op].start, l.start[n]);
      latest = l.start[n] > latest ? l.start[n] : latest;
    }
    every_way_takes_a_step(late.net);
    assert_true(compare_shifted(opt.net, late.net) > 0);
    /* once is enough */
    assert_int_equal(take(&again, late.net, "phasor-retime"), PHASOR_OK);
    char *a = print_module(late.module), *b = print_module(again.module);
    assert_string_equal(a, b);
    free(a);
    free(b);
    end(&again);
    end(&late);
    end(&opt);
    phs_net_destroy(l.net);
  }
  assert_true(latest >= 4); /* chains of that length were among them */
}

/* Real models, recurrent ones too. */
static void models_keep_their_bits(void **state) {
  (void)state;
  NEEDS_SHARED();
  static const struct {
    const char *file, *preset;
    int64_t latency;
  } models[] = {{"braille_noDelay_bias_zero.nir", "snntorch", 2},
                {"braille_noDelay_bias_zero_subgraph_fixed.nir", "norse", 2},
                {"braille_v2_no_win.nir", "snntorch", 2},
                {"two_lif_neurons.nir", "nir", 2},
                {"cnn_sinabs.nir", "sinabs", 5},
                {"conformance_all_nodes_none.nir", "nir", -1}};
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    phs_net *net = load(models[i].file, preset(models[i].preset), 1e-3);
    taken opt, late;
    phs_buf pipeline = {0};
    phs_buf_printf(&pipeline, "%s,phasor-retime", phs_default_pipeline);
    assert_int_equal(take(&opt, net, phs_default_pipeline), PHASOR_OK);
    assert_int_equal(take(&late, net, phs_buf_cstr(&pipeline)), PHASOR_OK);
    every_way_takes_a_step(late.net);
    assert_true(compare_shifted(opt.net, late.net) > 0);
    for (int k = 0; k < late.net->op_count && models[i].latency >= 0; k++) {
      if (late.net->op[k].kind == PHS_OP_OUTPUT) {
        assert_int_equal(late.net->op[k].output.latency, models[i].latency);
      }
    }
    phs_buf_free(&pipeline);
    end(&late);
    end(&opt);
    phs_net_destroy(net);
  }
}

/* a -> b at once, b -> a one step later: two connections, one step. */
static phs_net *loop(int64_t delay) {
  maker m = start_net(FINE, 3, PHS_ONE);
  static const double lif[] = {5e-3, 3, 0, 0.4, 0};
  int x = add_input(m.net, SHAPE(4));
  int in = linear_op(&m, x, -1, 4, false);
  int back = named_op(&m, add_delay(m.net, 0, SHAPE(4), PHS_I1, &delay, 1), "back");
  int sum = linear_op(&m, back, in, 4, false);
  int a = add_neurons(m.net, sum, PHS_MODEL_LIF, lif);
  m.net->op[a].name = "first";
  int between = linear_op(&m, a, -1, 4, false);
  int b = add_neurons(m.net, between, PHS_MODEL_LIF, lif);
  m.net->op[b].name = "second";
  m.net->op[back].operand[0] = b;
  add_op(m.net, PHS_OP_OUTPUT, "out", SHAPE(4), PHS_I1, b, -1);
  return m.net;
}

static void short_loops_are_refused(void **state) {
  (void)state;
  phs_net *net = loop(1);
  taken t;
  assert_int_equal(take(&t, net, OPT ",phasor-retime"), PHASOR_ERROR_TARGET);
  int i = find_code(&t.s, "PHS0940");
  assert_true(i >= 0);
  assert_non_null(strstr(t.s.message[i], "first"));
  assert_non_null(strstr(t.s.message[i], "second"));
  assert_non_null(strstr(t.s.message[i], "delay of 1 step, and its 2 connections"));
  end(&t);
  phs_net_destroy(net);
  net = loop(2);
  taken opt, late;
  assert_int_equal(take(&opt, net, OPT), PHASOR_OK);
  assert_int_equal(take(&late, net, OPT ",phasor-retime"), PHASOR_OK);
  every_way_takes_a_step(late.net);
  assert_true(compare_shifted(opt.net, late.net) > 0);
  /* input -> first -> second, and the delay of the loop is shared by its two connections */
  assert_int_equal(late.net->op[find_op(late.net, "first")].start, 1);
  assert_int_equal(late.net->op[find_op(late.net, "second")].start, 2);
  end(&late);
  end(&opt);
  phs_net_destroy(net);
}

static void seconds_are_refused(void **state) {
  (void)state;
  phs_net *net = loop(2);
  taken t;
  assert_int_equal(take(&t, net, "phasor-retime"), PHASOR_ERROR_MODEL);
  assert_true(find_code(&t.s, "PHS0941") >= 0);
  end(&t);
  phs_net_destroy(net);
}

/* A bias behind a population and in front of a delay starts as late as it has to. */
static void biases_start_late(void **state) {
  (void)state;
  maker m = start_net(FINE, 4, PHS_ONE);
  static const double lif[] = {5e-3, 3, 0, 0.4, 0};
  static const int64_t two = 2;
  int x = add_input(m.net, SHAPE(4));
  int a = named_op(&m, add_neurons(m.net, linear_op(&m, x, -1, 4, false), PHS_MODEL_LIF, lif), "a");
  int y = linear_op(&m, a, linear_op(&m, a, -1, 4, true), 4, true);
  int d = named_op(&m, add_delay(m.net, y, SHAPE(4), PHS_F32, &two, 1), "wait");
  int b = named_op(&m, add_neurons(m.net, d, PHS_MODEL_LIF, lif), "b");
  add_op(m.net, PHS_OP_OUTPUT, "out", SHAPE(4), PHS_I1, b, -1);
  taken opt, late;
  assert_int_equal(take(&opt, m.net, OPT), PHASOR_OK);
  assert_int_equal(take(&late, m.net, OPT ",phasor-retime"), PHASOR_OK);
  assert_int_equal(late.net->op[find_op(late.net, m.net->op[y].name)].start, 2);
  assert_true(compare_shifted(opt.net, late.net) > 0);
  end(&opt);
  end(&late);
  phs_net_destroy(m.net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shifted_networks_keep_their_bits), cmocka_unit_test(models_keep_their_bits),
      cmocka_unit_test(short_loops_are_refused), cmocka_unit_test(seconds_are_refused),
      cmocka_unit_test(biases_start_late)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
