/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Plastic weights by hand: single pairs at known intervals against A exp(-dt / tau), sums over all
 * pairs, bounds, reward. Sources and targets are given spike trains: what changes weights is known.
 */
#include "net_builder.h"

#include <math.h>

static const phs_conventions plain = {.integrator = PHS_EULER};

/* tau of 20 and 40 steps */
static phs_plasticity additive(void) {
  return (phs_plasticity){.kind = PHS_PLASTICITY_STDP,
                          .decay_plus = (float)exp(-1.0 / 20),
                          .decay_minus = (float)exp(-1.0 / 40),
                          .a_plus = 0.01F,
                          .a_minus = 0.02F,
                          .w_min = 0,
                          .w_max = 1};
}

typedef struct plastic_net {
  phs_net *net;
  phs_interp *it;
  int y;
} plastic_net;

/* One synapse of weight w0 and `delay` steps from `pre` to `post`; r: values of the reward, a step
 * each, or NULL. */
static plastic_net one_synapse(phs_plasticity rule, float w0, int32_t delay, const spike *pre,
                               size_t pre_count, const spike *post, size_t post_count) {
  plastic_net p = {.net = make_net(&plain, 1)};
  int x = add_train(p.net, "x", 1, pre, pre_count);
  int r = rule.kind == PHS_PLASTICITY_RSTDP ? add_input(p.net, SHAPE(1)) : -1;
  phs_projection one = listed(p.net, "x>z", 1, 1, SYNAPSES({0, 0, w0, delay}));
  p.y = add_synapses(p.net, "x>z", SHAPE(1), &one, &x, 1, -1);
  int z = add_train(p.net, "z", 1, post, post_count); /* stands later */
  phs_op *op = &p.net->op[p.y];
  op->synapses.plasticity = rule;
  op->operand[op->operand_count++] = z;
  if (r >= 0) {
    op->operand[op->operand_count++] = r;
  }
  p.it = make_interp(p.net);
  return p;
}

static void end(plastic_net *p) {
  phs_interp_destroy(p->it);
  phs_net_destroy(p->net);
}

static float weight(const plastic_net *p) {
  return value_of(p->it, p->y, "w", 0);
}

/* The weight after `steps` steps without reward. */
static float weight_after(plastic_net *p, int steps) {
  for (int t = 0; t < steps; t++) {
    step1(p->it, F32(0));
  }
  return weight(p);
}

/* The spike arrives in step 10 whatever its delay; the target's spike follows `dt` steps later. */
static void pairs_potentiate(void **state) {
  (void)state;
  for (int32_t delay = 1; delay <= 10; delay += 3) {
    for (int dt = 0; dt <= 60; dt += 5) {
      plastic_net p =
          one_synapse(additive(), 0.5F, delay, SPIKES({10 - delay, 0}), SPIKES({10 + dt, 0}));
      assert_same_float(weight_after(&p, 10 + dt), 0.5F); /* not before */
      assert_near((double)weight_after(&p, 1), 0.5 + (double)0.01F * exp(-dt / 20.0), 1e-7);
      weight_after(&p, 30);
      assert_near((double)weight(&p), 0.5 + (double)0.01F * exp(-dt / 20.0), 1e-7);
      end(&p);
    }
  }
}

/* The target spikes in step 10, the source's spike arrives `dt` steps later. */
static void pairs_depress(void **state) {
  (void)state;
  for (int32_t delay = 1; delay <= 10; delay += 3) {
    for (int dt = 1; dt <= 60; dt += 7) {
      plastic_net p =
          one_synapse(additive(), 0.5F, delay, SPIKES({10 + dt - delay, 0}), SPIKES({10, 0}));
      assert_same_float(weight_after(&p, 10 + dt), 0.5F);
      assert_same_float(value_of(p.it, p.y, "out", 0), 0);
      float w = weight_after(&p, 1);
      assert_near((double)w, 0.5 - (double)0.02F * exp(-dt / 40.0), 1e-7);
      assert_same_float(value_of(p.it, p.y, "out", 0), 0.5F); /* delivered, then depressed */
      end(&p);
    }
  }
}

/* mu 1: changes in proportion to what is left to the bounds. */
static void multiplicative(void **state) {
  (void)state;
  phs_plasticity rule = additive();
  rule.mu_plus = rule.mu_minus = 1;
  rule.w_max = 2;
  plastic_net p = one_synapse(rule, 0.5F, 1, SPIKES({0, 0}), SPIKES({6, 0}));
  assert_near((double)weight_after(&p, 10), 0.5 + 0.01 * (2 - 0.5) * exp(-5 / 20.0), 1e-7);
  end(&p);
  p = one_synapse(rule, 0.5F, 1, SPIKES({5, 0}), SPIKES({0, 0}));
  assert_near((double)weight_after(&p, 10), 0.5 - 0.02 * 0.5 * exp(-6 / 40.0), 1e-7);
  end(&p);
}

static void bounds(void **state) {
  (void)state;
  phs_plasticity rule = additive();
  rule.w_min = 0.49F;
  rule.w_max = 0.505F;
  plastic_net p = one_synapse(rule, 0.5F, 1, SPIKES({0, 0}), SPIKES({1, 0}));
  assert_same_float(weight_after(&p, 3), 0.505F); /* not 0.51 */
  end(&p);
  p = one_synapse(rule, 0.5F, 1, SPIKES({0, 0}), SPIKES({0, 0}));
  assert_same_float(weight_after(&p, 3), 0.49F); /* not 0.4805 */
  end(&p);
}

/* Random trains: without bounds in reach, the change is the sum over all pairs of spikes. */
static void all_pairs(void **state) {
  (void)state;
  enum { STEPS = 400, DELAY = 4 };
  for (uint64_t seed = 1; seed <= 5; seed++) {
    noise n = {seed};
    spike pre[STEPS], post[STEPS];
    size_t a = 0, b = 0;
    for (int t = 0; t < STEPS; t++) {
      if (noise_below(&n, 10) == 0) {
        pre[a++] = (spike){t, 0};
      }
      if (noise_below(&n, 8) == 0) {
        post[b++] = (spike){t, 0};
      }
    }
    double w = 50;
    for (size_t i = 0; i < a; i++) {
      for (size_t j = 0; j < b; j++) {
        int64_t arrival = pre[i].step + DELAY, dt = post[j].step - arrival;
        if (arrival < STEPS) {
          w += dt >= 0 ? (double)0.01F * exp(-(double)dt / 20)
                       : -(double)0.02F * exp((double)dt / 40);
        }
      }
    }
    phs_plasticity rule = additive();
    rule.w_max = 100;
    plastic_net p = one_synapse(rule, 50, DELAY, pre, a, post, b);
    assert_near((double)weight_after(&p, STEPS), w, 2e-3); /* of binary32 at 50: 4e-6 a change */
    assert_true(fabs(w - 50) > 0.1);                       /* there was something to see */
    end(&p);
  }
}

/* A spike count of 3 arrives as three times the weight, and as one spike for the traces. */
static void counts_arrive_once(void **state) {
  (void)state;
  plastic_net p =
      one_synapse(additive(), 0.5F, 1, SPIKES({0, 0}, {0, 0}, {0, 0}), SPIKES({1, 0}, {1, 0}));
  weight_after(&p, 2);
  assert_same_float(value_of(p.it, p.y, "out", 0), 1.5F);
  assert_same_float(weight(&p), 0.5F + 0.01F);
  end(&p);
}

static phs_plasticity rewarded(void) {
  phs_plasticity rule = additive();
  rule.kind = PHS_PLASTICITY_RSTDP;
  rule.decay_e = (float)exp(-1.0 / 100);
  rule.rate = 0.5F;
  rule.w_max = 10;
  return rule;
}

/* A pair leaves 0.01 exp(-dt / 20) of eligibility, which fades with tau 100; a reward of 4 adds 4 x
 * 0.5 of what is left, in the very step. */
static void reward_comes_later(void **state) {
  (void)state;
  for (int wait = 0; wait < 200; wait += 40) {
    plastic_net p = one_synapse(rewarded(), 1, 2, SPIKES({0, 0}), SPIKES({5, 0}));
    assert_same_float(weight_after(&p, 5 + wait), 1);
    step1(p.it, F32(4));
    double want = 1 + 4 * 0.5 * 0.01 * exp(-3 / 20.0) * exp(-wait / 100.0);
    assert_near((double)weight(&p), want, 3e-7);
    assert_near((double)weight_after(&p, 50), want, 3e-7);
    end(&p);
  }
}

/* Depression leaves negative eligibility; a negative reward (punishment) turns it round. */
static void reward_signs(void **state) {
  (void)state;
  plastic_net p = one_synapse(rewarded(), 1, 1, SPIKES({3, 0}), SPIKES({0, 0}));
  weight_after(&p, 4);
  step1(p.it, F32(-2)); /* arrives now, 4 steps late; no reward needed for the trace */
  double e = -0.02 * exp(-4 / 40.0);
  assert_near((double)weight(&p), 1 - 2 * 0.5 * e, 3e-7);
  step1(p.it, F32(1));
  assert_near((double)weight(&p), 1 - 2 * 0.5 * e + 0.5 * e * exp(-1 / 100.0), 3e-7);
  step1(p.it, F32(-1e6F));
  assert_same_float(weight(&p), 10);
  step1(p.it, F32(1e6F));
  assert_same_float(weight(&p), 0);
  end(&p);
}

/* Traces end: 1400 steps of tau 20 after a spike leave exp(-70) = 2^-101 of it, which is 0. A pair
 * at that distance changes nothing, however large A; 1380 steps (2^-99.5) still do. */
static void traces_end(void **state) {
  (void)state;
  for (int k = 0; k < 2; k++) {
    int dt = k ? 1400 : 1380;
    phs_plasticity rule = additive();
    rule.a_plus = 0x1p+100F;
    rule.w_max = 1000;
    plastic_net p = one_synapse(rule, 0, 1, SPIKES({0, 0}), SPIKES({1 + dt, 0}));
    double want = exp(-dt / 20.0 + 100 * log(2));
    assert_near((double)weight_after(&p, dt + 2), k ? 0 : want, 1e-4 * want);
    end(&p);
  }
}

/* "w" goes by source, then tile of 1,024 targets, then rank; reset brings weights and traces back.
 */
static void quantity_and_reset(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int x = add_train(net, "x", 2, SPIKES({0, 0}, {0, 1}, {3, 0}, {6, 1}));
  phs_projection p = listed(net, "x>z", 2, 2000,
                            SYNAPSES({0, 1999, 0.1F, 2}, {0, 7, 0.2F, 2}, {0, 3, 0.3F, 2},
                                     {1, 1024, 0.4F, 2}, {1, 7, 0.5F, 2}, {1, 7, 0.6F, 2}));
  int y = add_synapses(net, "x>z", SHAPE(2000), &p, &x, 1, -1);
  int z = add_train(net, "z", 2000, SPIKES({1, 7}, {2, 3}, {2, 1024}, {4, 1999}, {5, 7}));
  net->op[y].operand[net->op[y].operand_count++] = z;
  net->op[y].synapses.plasticity = additive();
  phs_interp *it = make_interp(net);
  phs_quantity q;
  assert_true(phs_interp_quantity(it, y, "w", &q));
  assert_int_equal(q.count, 6);
  assert_int_equal(q.elem, PHS_F32);
  const float want[] = {0.2F, 0.3F, 0.1F, 0.5F, 0.6F, 0.4F};
  float w[2][12][6];
  for (int round = 0; round < 2; round++) {
    assert_memory_equal(q.data, want, sizeof want);
    for (int t = 0; t < 12; t++) {
      step1(it, NULL);
      memcpy(w[round][t], q.data, sizeof w[round][t]);
    }
    assert_memory_not_equal(q.data, want, sizeof want);
    phs_interp_reset(it);
  }
  assert_memory_equal(w[0], w[1], sizeof w[0]);
  assert_false(phs_interp_quantity(it, x, "w", &q));
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

/* A neuron that its own plastic synapse drives: spikes of the step in which it fires count as they
 * do from a train. Weight 0.5 on a threshold of 0.45: it fires in the steps of arrival, dt 0. */
static void neurons_learn(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int x = add_train(net, "x", 1, SPIKES({0, 0}, {30, 0}));
  phs_projection p = listed(net, "x>n", 1, 1, SYNAPSES({0, 0, 0.5F, 3}));
  int y = add_synapses(net, "x>n", SHAPE(1), &p, &x, 1, -1);
  int n = add_neurons(net, y, PHS_MODEL_IF, (const double[]){1, 0.45, 0});
  net->op[y].operand[net->op[y].operand_count++] = n;
  net->op[y].synapses.plasticity = additive();
  phs_interp *it = make_interp(net);
  for (int t = 0; t < 40; t++) {
    step1(it, NULL);
    assert_int_equal((int)value_of(it, n, "spikes", 0), t == 3 || t == 33);
  }
  /* + A, then - 0.02 exp(-30/40), then + A (1 + exp(-30/20)) */
  double want = 0.5 + 0.01 - 0.02 * exp(-30 / 40.0) + 0.01 * (1 + exp(-30 / 20.0));
  assert_near((double)value_of(it, y, "w", 0), want, 3e-7);
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pairs_potentiate),   cmocka_unit_test(pairs_depress),
      cmocka_unit_test(multiplicative),     cmocka_unit_test(bounds),
      cmocka_unit_test(all_pairs),          cmocka_unit_test(counts_arrive_once),
      cmocka_unit_test(reward_comes_later), cmocka_unit_test(reward_signs),
      cmocka_unit_test(quantity_and_reset), cmocka_unit_test(neurons_learn),
      cmocka_unit_test(traces_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
