/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Work graphs of small networks, with counts by hand. */
#include "work_nets.h"

typedef struct told {
  char code[16], message[512];
  uint32_t line;
} told;

static void hear(void *user, const phasor_diagnostic *d) {
  told *t = user;
  snprintf(t->code, sizeof t->code, "%s", d->code);
  snprintf(t->message, sizeof t->message, "%s", d->message);
  t->line = d->line;
}

static void refused(const phs_net *n, const phs_work_options *o, phasor_status status,
                    const char *code, const char *words) {
  told t = {.code = ""};
  phs_diag diag = {.fn = hear, .user = &t};
  phs_work *w = (phs_work *)&t;
  assert_int_equal(phs_work_create(n, o, &diag, &w), status);
  assert_null(w);
  assert_int_equal(diag.errors, 1);
  assert_string_equal(t.code, code);
  assert_non_null(strstr(t.message, words));
}

/* -------------------------------------------------------------------------------------- layers */

/* conv (2 -> 3 channels, kernel 3, padding 1) on 4 x 5, pool, flatten, 6 neurons without shape. */
static void convolutions(void **unused) {
  (void)unused;
  phs_net *n = net_begin();
  int in = net_input(n, shape_of(3, 2, 4, 5));
  int conv = net_conv(n, in, 3, 3, 1, 1, 1, 1);
  int hidden = net_neurons(n, shape_of(3, 3, 4, 5), conv, -1);
  int pool = net_pool(n, net_delay(n, hidden, 2, 2), true, 2, 2, 0);
  int out = net_neurons(n, shape_of(1, 12, 0, 0), net_flatten(n, pool), -1);
  net_like(n, PHS_OP_OUTPUT, net_flatten(n, out), -1);
  phs_work *w = net_work(n, NULL);
  assert_int_equal(w->population_count, 3);
  assert_int_equal(w->projection_count, 2);
  assert_int_equal(w->neurons, 60 + 12);
  const phs_work_projection *p = w->projection;
  /* taps inside: (4 * 3 - 2) * (5 * 3 - 2) positions of the kernel, for 2 * 3 channels */
  assert_true(p[0].synapses == 6.0 * 10 * 13);
  assert_true(p[0].exact && p[0].shared && p[0].wiring == PHS_WIRING_WINDOW);
  assert_int_equal(p[0].kernel_weights, 54);
  assert_int_equal(p[0].weight_bits, 5); /* weights 1 to 16 */
  assert_false(p[0].mixed_sign);
  assert_string_equal(p[0].name, n->op[conv].name);
  assert_int_equal(p[0].line, n->op[conv].line);
  assert_int_equal(p[0].delay_least, 0);
  /* 12 neurons get the grid of what reaches them: 3 channels of 2 x 2, of 4 neurons each */
  const uint32_t grid[3] = {3, 2, 2};
  assert_memory_equal(w->population[2].dim, grid, sizeof grid);
  assert_true(p[1].synapses == 12 * 4 && p[1].exact && p[1].shared);
  assert_int_equal(p[1].kernel_weights, 1);
  assert_true(p[1].counted);
  assert_int_equal(p[1].weight_bits, 0); /* a quarter */
  assert_int_equal(p[1].delay_least, 2);
  assert_int_equal(p[1].delay_most, 2);
  assert_string_equal(p[1].name, n->op[pool].name);
  assert_true(w->population[2].output && !w->population[1].output);
  assert_int_equal(w->population[1].in_count, 1);
  assert_int_equal(w->in[w->population[1].first_in], 0);
  assert_int_equal(w->out[w->population[1].first_out], 1);
  phs_work_free(w);
  phs_net_destroy(n);
}

/* Dense, sparse, diagonal and empty matrices. */
static void matrices(void **unused) {
  (void)unused;
  const float dense[] = {1, -2, 3, -4, 0, 6}, sparse[] = {0, 0, 5, 0, 0, 0, -7, 0, 0.5F},
              diagonal[] = {2, 0, 0, 0, 3, 0, 0, 0, 4}, zero[9] = {0};
  phs_net *n = net_begin();
  int in = net_input(n, shape_of(1, 3, 0, 0));
  int a = net_neurons(n, shape_of(1, 2, 0, 0), net_linear(n, in, -1, 2, dense), -1);
  int b = net_neurons(n, shape_of(1, 3, 0, 0), net_linear(n, in, -1, 3, sparse), -1);
  int c = net_neurons(n, shape_of(1, 3, 0, 0), net_linear(n, in, -1, 3, diagonal), -1);
  net_neurons(n, shape_of(1, 3, 0, 0), net_linear(n, in, -1, 3, zero), -1);
  (void)a;
  (void)b;
  (void)c;
  phs_work *w = net_work(n, NULL);
  assert_int_equal(w->population_count, 5);
  assert_int_equal(w->projection_count, 3); /* zeros are no synapses */
  const phs_work_projection *p = w->projection;
  assert_int_equal(p[0].wiring, PHS_WIRING_WINDOW);
  assert_false(p[0].exact); /* one weight is 0 */
  assert_true(p[0].synapses == 6.0 && p[0].mixed_sign && !p[0].shared);
  assert_int_equal(p[0].weight_bits, 4); /* -4 to 6 in two's complement */
  assert_int_equal(p[1].wiring, PHS_WIRING_LIST);
  const uint64_t row[] = {0, 1, 1, 3};
  const uint32_t target[] = {2, 0, 2};
  const float weight[] = {-7, 5, 0.5F};
  assert_memory_equal(p[1].list.row, row, sizeof row);
  assert_memory_equal(p[1].list.target, target, sizeof target);
  assert_memory_equal(p[1].list.weight, weight, sizeof weight);
  assert_int_equal(p[1].weight_bits, 0);
  assert_int_equal(p[2].wiring, PHS_WIRING_WINDOW);
  assert_true(p[2].synapses == 3.0 && p[2].exact);
  assert_int_equal(p[2].weight_bits, 3); /* up to 4, one sign */
  assert_int_equal(w->population[4].in_count, 0);
  phs_pruned none;
  assert_false(phs_work_pruned(w, 0, &none));
  phs_work_free(w);
  phs_net_destroy(n);
}

static void pruning(void **unused) {
  (void)unused;
  const float weight[] = {1, -0.25F, 0.125F, 0, 2, 0.0625F};
  phs_net *n = net_begin();
  int in = net_input(n, shape_of(1, 3, 0, 0));
  int linear = net_linear(n, in, -1, 2, weight);
  net_neurons(n, shape_of(1, 2, 0, 0), linear, -1);
  phs_work *w = net_work(n, &(phs_work_options){.prune_below = 0.25});
  phs_pruned out;
  assert_int_equal(w->projection[0].wiring, PHS_WIRING_WINDOW); /* 3 of 6 are left */
  assert_false(w->projection[0].exact);
  assert_true(phs_work_pruned(w, 0, &out));
  assert_false(phs_work_pruned(w, 1, &out));
  assert_string_equal(out.projection, n->op[linear].name);
  assert_true(out.synapses == 5.0 && out.dropped == 2.0);
  assert_true(fabs(out.magnitude_share - 0.1875 / 3.4375) < 1e-12);
  phs_work_free(w);
  w = net_work(n, &(phs_work_options){.prune_below = 0.5});
  assert_int_equal(w->projection[0].wiring, PHS_WIRING_LIST);
  assert_true(w->projection[0].synapses == 2.0);
  assert_true(phs_work_pruned(w, 0, &out) && out.dropped == 3.0);
  phs_work_free(w);
  phs_net_destroy(n);
}

/* Three matrices of one accumulator, one of them recurrent over a delay. */
static void chains(void **unused) {
  (void)unused;
  phs_net *n = net_begin();
  int in = net_input(n, shape_of(1, 4, 0, 0)), other = net_input(n, shape_of(1, 2, 0, 0));
  int first = net_linear(n, in, -1, 3, NULL), second = net_linear(n, other, first, 3, NULL);
  int delay = net_add(n, PHS_OP_DELAY, shape_of(1, 3, 0, 0), 6, -1, -1);
  int64_t step = 1;
  n->op[delay].delay.steps = (phs_steps){&step, 1};
  int third = net_linear(n, delay, second, 3, NULL);
  assert_int_equal(net_neurons(n, shape_of(1, 3, 0, 0), third, -1), 6);
  phs_work *w = net_work(n, NULL);
  assert_int_equal(w->projection_count, 3);
  double synapses = 0;
  for (int i = 0; i < 3; i++) {
    const phs_work_projection *p = &w->projection[i];
    bool own = p->source == p->target;
    assert_int_equal(p->delay_least, own ? 1 : 0);
    assert_true(p->synapses == 3.0 * w->population[p->source].count);
    synapses += p->synapses;
  }
  assert_true(synapses == 27.0 && w->synapses == 27.0);
  phs_work_free(w);
  phs_net_destroy(n);
}

/* ------------------------------------------------------------------------------------- neurons */

/* v' = d * v + x + bias; fires above th; then v = reset. Arguments x, v, d, bias, th, reset. */
static const phs_scalar_inst leaky[] = {
    {.op = PHS_K_MULF, .type = PHS_S_F32, .dst = 6, .a = 2, .b = 1},
    {.op = PHS_K_ADDF, .type = PHS_S_F32, .dst = 7, .a = 6, .b = 0},
    {.op = PHS_K_ADDF, .type = PHS_S_F32, .dst = 8, .a = 7, .b = 3},
    {.op = PHS_K_CMPF, .type = PHS_S_I1, .dst = 9, .a = 8, .b = 4, .imm.i = 2},
    {.op = PHS_K_SELECT, .type = PHS_S_F32, .dst = 10, .a = 9, .b = 5, .c = 8},
};
static const uint16_t leaky_results[] = {9, 10};
static const phs_kernel leaky_kernel = {"leaky", 6, 11, 5, leaky, 2, leaky_results, PHS_S_I1};

static void formats(void **unused) {
  (void)unused;
  float d[] = {0.5F, 0.9F, 0.5F, 0.5F}, bias[] = {1, 2, 3, 4}, th[] = {1, 1, 1, 2},
        reset[] = {0, 0, 1, 0}, one = 0.0F;
  phs_param32 coeff[] = {{d, 4}, {bias, 4}, {th, 4}, {reset, 4}};
  phs_net *n = net_begin();
  int in = net_input(n, shape_of(1, 4, 0, 0));
  int a = net_neurons(n, shape_of(1, 4, 0, 0), in, -1);
  n->op[a].neurons =
      (phs_neurons){.kernel = &leaky_kernel, .state_count = 1, .coeff_count = 4, .coeff = coeff};
  phs_work *w = net_work(n, NULL);
  const phs_population *p = &w->population[1];
  const uint32_t format[] = {0, 1, 2, 0}, threshold[] = {0, 0, 0, 1};
  assert_int_equal(p->format_count, 3);
  assert_memory_equal(p->format, format, sizeof format);
  assert_int_equal(p->threshold_count, 2);
  assert_memory_equal(p->threshold, threshold, sizeof threshold);
  assert_int_equal(p->state_count, 1);
  assert_int_equal(p->receptor_count, 1);
  phs_work_free(w);
  coeff[0] = coeff[3] = (phs_param32){&one, 1};
  coeff[2] = coeff[0];
  w = net_work(n, NULL); /* biases alone differ */
  assert_true(w->population[1].format_count == 1 && w->population[1].format == NULL);
  assert_true(w->population[1].threshold_count == 1 && w->population[1].threshold == NULL);
  phs_work_free(w);
  phs_net_destroy(n);
}

/* Currents: constant ones are biases, those that change are sources, silent ones nothing. */
static void currents(void **unused) {
  (void)unused;
  const phs_shape s = shape_of(1, 5, 0, 0);
  float zero = 0.0F, two = 2.0F;
  int64_t steps[] = {0, 10};
  phs_param32 values[] = {{&two, 1}, {&zero, 1}}, silence = {&zero, 1};
  phs_net *n = net_begin();
  int source[3];
  for (int i = 0; i < 3; i++) {
    source[i] = net_add(n, PHS_OP_SOURCE, s, -1, -1, -1);
    n->op[source[i]].elem = PHS_F32;
    n->op[source[i]].source = (phs_source){.kind = PHS_SOURCE_CURRENT,
                                           .piece_count = i == 1 ? 2 : 1,
                                           .piece_step = steps,
                                           .piece_value = i == 2 ? &silence : values};
  }
  net_add(n, PHS_OP_NEURONS, s, source[0], source[1], source[2]);
  phs_work *w = net_work(n, NULL);
  assert_int_equal(w->population_count, 2);
  assert_int_equal(w->projection_count, 1);
  assert_int_equal(w->projection[0].receptor, 1);
  assert_int_equal(w->population[0].kind, PHS_POPULATION_SOURCE);
  assert_true(w->population[0].graded && w->population[0].rate[0] == 1.0F);
  assert_int_equal(w->neurons, 10);
  phs_work_free(w);
  phs_net_destroy(n);
}

static void rates(void **unused) {
  (void)unused;
  const phs_shape s = shape_of(1, 3, 0, 0);
  double mean[] = {0.5, 1.5, 2.5};
  const float measured[] = {0.25F, 0, 1}, negative[] = {-1};
  int64_t at[] = {10, 12, 13};
  phs_net *n = net_begin();
  int in = net_input(n, s), poisson = net_add(n, PHS_OP_SOURCE, s, -1, -1, -1);
  int train = net_add(n, PHS_OP_SOURCE, s, -1, -1, -1);
  n->op[poisson].source = (phs_source){.kind = PHS_SOURCE_POISSON, .mean = {mean, 3}};
  n->op[train].source = (phs_source){.kind = PHS_SOURCE_TRAIN, .event_count = 3, .event_step = at};
  int a = net_neurons(n, s, in, -1);
  n->op[a].elem = PHS_F32;
  net_neurons(n, s, a, -1);
  const phs_work_options o = {
      .rate = 0.125, .measured = &(phs_rate){"op4", measured, 3}, .measured_count = 1};
  phs_work *w = net_work(n, &o);
  const phs_population *p = w->population;
  assert_true(p[0].rate_count == 1 && p[0].rate[0] == 0.125F);
  assert_true(p[1].rate_count == 3 && p[1].rate[2] == 2.5F);
  assert_true(fabs((double)p[2].rate[0] - 3.0 / 4.0 / 3.0) < 1e-7); /* 3 spikes in steps 10 to 13 */
  assert_true(p[3].graded && p[3].rate[0] == 1.0F);
  assert_true(p[4].rate_count == 3 && p[4].rate[0] == 0.25F && p[4].rate[2] == 1.0F);
  phs_work_free(w);
  w = net_work(n, NULL);
  assert_true(w->population[4].rate[0] == (float)PHS_DEFAULT_RATE);
  phs_work_free(w);
  const phs_rate wrong[] = {{"op4", measured, 2}, {"op9", measured, 1}, {"op4", negative, 1}};
  const char *words[] = {"2 rates for 'op4', which has 3 neurons", "'op9'", "rate -1"};
  for (int i = 0; i < 3; i++) {
    refused(n, &(phs_work_options){.measured = &wrong[i], .measured_count = 1}, PHASOR_ERROR_USAGE,
            "PHS0939", words[i]);
  }
  phs_net_destroy(n);
}

/* ------------------------------------------------------------------------------------ refusals */

static void refusals(void **unused) {
  (void)unused;
  phs_net *n = net_begin();
  int in = net_input(n, shape_of(1, 4, 0, 0));
  n->discrete = false;
  refused(n, NULL, PHASOR_ERROR_MODEL, "PHS0937", "level net");
  n->discrete = true;
  n->op[in].shape = shape_of(2, 65536, 32768, 0);
  refused(n, NULL, PHASOR_ERROR_TARGET, "PHS0935", "2147483648 elements");
  n->op[in].shape = shape_of(1, 4, 0, 0);
  /* y = x + y one step ago */
  int delay = net_add(n, PHS_OP_DELAY, n->op[in].shape, 2, -1, -1);
  int64_t step = 1;
  n->op[delay].delay.steps = (phs_steps){&step, 1};
  int add = net_like(n, PHS_OP_ADD, in, delay);
  net_neurons(n, n->op[in].shape, add, -1);
  refused(n, NULL, PHASOR_ERROR_TARGET, "PHS0936", "reaches itself");
  phs_net_destroy(n);
  n = net_begin(); /* 2^24 ways */
  int x = net_input(n, shape_of(1, 4, 0, 0));
  for (int i = 0; i < 24; i++) {
    x = net_like(n, PHS_OP_ADD, x, x);
  }
  net_neurons(n, n->op[x].shape, x, -1);
  refused(n, NULL, PHASOR_ERROR_TARGET, "PHS0938", "1048576 ways");
  phs_net_destroy(n);
}

static void nothing_to_do(void **unused) {
  (void)unused;
  phs_net *n = net_begin();
  phs_work *w = net_work(n, NULL);
  assert_true(w->population_count == 0 && w->projection_count == 0);
  phs_work_free(w);
  net_input(n, shape_of(0, 0, 0, 0));
  net_like(n, PHS_OP_OUTPUT, 0, -1); /* an input that goes straight out */
  w = net_work(n, NULL);
  assert_true(w->population_count == 1 && w->population[0].output && w->population[0].count == 1);
  phs_work_free(w);
  phs_work_free(NULL);
  phs_diag diag = {0};
  assert_int_equal(phs_work_create(n, NULL, &diag, &w), PHASOR_OK);
  phs_work_free(w);
  phs_net_destroy(n);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(convolutions), cmocka_unit_test(matrices), cmocka_unit_test(pruning),
      cmocka_unit_test(chains),       cmocka_unit_test(formats),  cmocka_unit_test(currents),
      cmocka_unit_test(rates),        cmocka_unit_test(refusals), cmocka_unit_test(nothing_to_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
