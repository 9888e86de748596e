/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Bits of synapses, by hand. Loihi 1: blocks of at most 64 synapses, each with 10 bits before it
 * and rounded up to words of 64 (nengo-loihi's rule). */
#include "measure_case.h"

static measure_case one;

static phs_synapse_widths widths(const char *target, uint32_t targets,
                                 void (*change)(phs_work_projection *p)) {
  phs_synapse_widths out;
  measure_open(&one, target);
  phs_work *w = graph_begin();
  graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 10, 1);
  graph_population(w, PHS_POPULATION_NEURONS, 1, 1, targets, 1);
  graph_dense(w, 0, 1);
  if (change) {
    change(&w->projection[0]);
  }
  graph_end(w);
  phs_synapse_widths_of(w, 0, one.machine, targets, &out);
  one.work = w;
  measure_close(&one);
  return out;
}

static void loihi_blocks(void **state) {
  (void)state;
  const phs_synapse_widths s = widths("loihi1", 512, NULL);
  assert_int_equal(s.weight, 8);
  assert_int_equal(s.index, 9);
  assert_int_equal(s.delay + s.tag, 0);
  assert_int_equal(s.header, 10);
  assert_int_equal(s.block, 64);
  assert_int_equal(s.word, 64);
  /* 8 + 9 bits each: 63 x 17 + 10 = 1081; 64 x 17 + 10 = 1098; 17 + 10 = 27 */
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 0, 512), 0);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 1, 512), 64);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 63, 512), 1088);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 64, 512), 1152);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 65, 512), 1152 + 64);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 128, 512), 2 * 1152);
  /* 8 bits for each of the targets, whatever is there: 63 x 8 + 10 = 514; 522; 18 */
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_DENSE, 5, 63), 576);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_DENSE, 5, 64), 576);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_DENSE, 5, 65), 576 + 64);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_DENSE, 0, 65), 0);
}

static void seven_bits(phs_work_projection *p) {
  p->weight_bits = 7;
}
static void float_weights(phs_work_projection *p) {
  p->weight_bits = 0;
}
static void three_bits_learning_late(phs_work_projection *p) {
  p->weight_bits = 3;
  p->plastic = true;
  p->delay_most = 8;
}
static void wide_and_slow(phs_work_projection *p) {
  p->weight_bits = 20;
  p->delay_most = 1000;
}

static void loihi_widths(void **state) {
  (void)state;
  /* weights have 0 to 6 or 8 bits; indices 0 or 6 to 12 */
  assert_int_equal(widths("loihi1", 64, seven_bits).weight, 8);
  assert_int_equal(widths("loihi1", 64, float_weights).weight, 8);
  assert_int_equal(widths("loihi1", 1, NULL).index, 0);
  assert_int_equal(widths("loihi1", 2, NULL).index, 6);
  assert_int_equal(widths("loihi1", 64, NULL).index, 6);
  assert_int_equal(widths("loihi1", 65, NULL).index, 7);
  phs_synapse_widths s = widths("loihi1", 1024, three_bits_learning_late);
  assert_int_equal(s.weight, 3);
  assert_int_equal(s.index, 10);
  assert_int_equal(s.tag, 3);
  assert_int_equal(s.delay, 3); /* 1 to 8 steps */
  s = widths("loihi1", 64, wide_and_slow);
  assert_int_equal(s.weight, 8);
  assert_int_equal(s.delay, 7);
}

static void counted(phs_work_projection *p) {
  p->counted = true;
  p->delay_most = 3;
}

static void other_families(void **state) {
  (void)state;
  /* rows of 3 words, then a word a synapse: weight 16, delay 4, index 8, the type */
  phs_synapse_widths s = widths("spinnaker1", 256, NULL);
  assert_true(s.padded && s.listed && !s.dense && !s.shared);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 10, 256), 96 + 10 * 32);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 256, 256), 2 * 96 + 256 * 32);
  s = widths("spinnaker1", 4096, NULL); /* 16 + 4 + 12 */
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 1, 4096), 96 + 32);
  s = widths("spinnaker1", 4097, NULL);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 1, 4097), 96 + 64);
  /* a crossbar: a bit for each axon and neuron */
  s = widths("truenorth", 256, NULL);
  assert_true(s.dense && !s.listed);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_DENSE, 3, 256), 256);
  /* rows as synapses/store.h has them */
  s = widths("cpu", 65536, NULL);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 10, 65536), 32 + 10 * (32 + 16));
  s = widths("cpu", 65537, counted);
  assert_int_equal(phs_axon_bits(&s, PHS_SYNAPSES_INDEX, 10, 65537), 32 + 10 * (16 + 32));
}

static void what_is_known(void **state) {
  (void)state;
  static const struct {
    const char *target;
    bool known;
  } want[] = {{"loihi1", true},     {"loihi2", false},     {"hala-point", false}, {"cpu", true},
              {"spinnaker1", true}, {"spinnaker2", false}, {"truenorth", true}};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    measure_case c;
    measure_open(&c, want[i].target);
    assert_int_equal(phs_synapse_bits_known(c.machine), want[i].known);
    measure_close(&c);
  }
}

static void padded_rows(void **state) {
  (void)state;
  static const phs_axon_class classes[] = {{10, 1}, {1, 5}};
  measure_case c;
  measure_open(&c, "spinnaker1");
  c.work = graph_begin();
  graph_population(c.work, PHS_POPULATION_NEURONS, 1, 1, 11, 1);
  graph_dense(c.work, 0, 0);
  graph_end(c.work);
  phs_synapse_format f;
  /* all 11 rows as long as the longest, 5 */
  assert_int_equal(phs_synapse_choose_format(c.work, 0, c.machine, 11, classes, 2, &f),
                   11 * (96 + 5 * 32));
  assert_int_equal(f, PHS_SYNAPSES_INDEX);
  measure_close(&c);
}

static void dense_layer(void **state) {
  (void)state;
  measure_case c;
  double use[PHS_CAPACITIES];
  measure_open(&c, "loihi1");
  phs_work *w = c.work = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_INPUT, 1, 1, 512, 1);
  uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 512, 1);
  graph_dense(w, a, b);
  graph_end(w);
  phs_box half = {{0, 0, 0}, {1, 1, 256}};
  phs_box_use(w, c.machine, b, &half, use);
  /* each of 512 axons: 4 blocks of 64 x 8 + 10, rounded up to 576 */
  assert_true(use[PHS_CAPACITY_SYNAPSE_BITS] == 512.0 * 4 * 576);
  assert_true(use[PHS_CAPACITY_SYNAPSES] == 512.0 * 256);
  assert_true(use[PHS_CAPACITY_AXONS_IN] == 512);
  assert_true(use[PHS_CAPACITY_NEURONS] == 256);
  assert_true(use[PHS_CAPACITY_SYNAPSE_FORMATS] == 1);
  assert_true(use[PHS_CAPACITY_AXONS_OUT] == 0); /* it projects nowhere */
  measure_close(&c);
}

/* 28 x 28, 3 x 3, pad 1: 26 x 26 sources have 9 synapses, 4 x 26 have 6, 4 have 4. Of 8 + 10 bits:
 * 172 -> 192, 118 -> 128, 82 -> 128. */
static void convolution(void **state) {
  (void)state;
  measure_case c;
  double use[PHS_CAPACITIES];
  measure_open(&c, "loihi1");
  phs_work *w = c.work = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_INPUT, 1, 28, 28, 1);
  uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 1, 28, 28, 1);
  graph_conv(w, a, b, 3, 1, 1);
  graph_end(w);
  phs_box all = phs_box_all(&w->population[b]);
  /* shared: a kernel of each of 9 kinds (inside, edges, corners), a word for each axon */
  phs_box_use(w, c.machine, b, &all, use);
  assert_true(use[PHS_CAPACITY_SYNAPSE_BITS] == 192 + 4 * 128 + 4 * 128 + 784 * 64.0);
  assert_true(use[PHS_CAPACITY_SYNAPSES] == 676 * 9 + 104 * 6 + 4 * 4);
  w->projection[0].shared = false;
  phs_box_use(w, c.machine, b, &all, use);
  assert_true(use[PHS_CAPACITY_SYNAPSE_BITS] == 676 * 192 + 104 * 128 + 4 * 128);
  assert_true(use[PHS_CAPACITY_AXONS_IN] == 784);
  measure_close(&c);
}

/* Two projections from one population: no more axons than it has neurons. */
static void axons_are_shared(void **state) {
  (void)state;
  measure_case c;
  double use[PHS_CAPACITIES];
  measure_open(&c, "loihi1");
  phs_work *w = c.work = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_INPUT, 1, 1, 100, 1);
  uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 100, 1);
  static uint32_t format[100];
  for (uint32_t i = 0; i < 100; i++) {
    format[i] = i / 30;
  }
  w->population[b].format = format;
  w->population[b].format_count = 4;
  graph_dense(w, a, b);
  graph_one_to_one(w, a, b);
  graph_one_to_one(w, b, b);
  graph_end(w);
  phs_box box = {{0, 0, 20}, {1, 1, 70}};
  phs_box_use(w, c.machine, b, &box, use);
  assert_true(use[PHS_CAPACITY_AXONS_IN] == 100 + 50);
  assert_true(use[PHS_CAPACITY_SYNAPSE_FORMATS] == 3);
  assert_true(use[PHS_CAPACITY_COMPARTMENT_FORMATS] == 3); /* 0, 1, 2 */
  assert_true(use[PHS_CAPACITY_THRESHOLD_FORMATS] == 1);
  assert_true(use[PHS_CAPACITY_AXONS_OUT] == 50);
  measure_close(&c);
}

static void data_bytes(void **state) {
  (void)state;
  static const char *const target[] = {"spinnaker1", "cpu", "loihi1"};
  /* states, then rings: 2 receptors x 16 slots of 16 bits; x 4 slots of 32 bits (3 steps) */
  static const double each[] = {3 * 4 + 2 * 16 * 2, 3 * 4 + 2 * 4 * 4, 0};
  for (int i = 0; i < 3; i++) {
    measure_case c;
    measure_open(&c, target[i]);
    phs_work *w = c.work = graph_begin();
    uint32_t p = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 300, 1);
    w->population[p].state_count = 3;
    w->population[p].receptor_count = 2;
    graph_dense(w, p, p)->delay_most = 3;
    graph_end(w);
    assert_true(phs_neuron_data_bytes(w, c.machine, p, 256) == 256 * each[i]);
    measure_close(&c);
  }
}

/* The chance of a Poisson number above the bound, summed up: below 1e-9 for every mean. */
static void bounds_of_recipes(void **state) {
  (void)state;
  double before = 0;
  assert_true(phs_recipe_bound(0, 100) == 0);
  assert_true(phs_recipe_bound(50, 60) == 60);
  for (double mean = 1e-12; mean < 1e7; mean *= 1.03) {
    double bound = phs_recipe_bound(mean, INFINITY), k = floor(bound) + 1, sum = 0;
    double term = exp(k * log(mean) - mean - lgamma(k + 1));
    for (; term > 1e-16; term *= mean / ++k) {
      sum += term;
    }
    assert_true(sum < 1.001e-9);
    assert_true(bound >= before && bound >= floor(mean));
    assert_true(bound <= mean + 6 * sqrt(mean) + 7);
    before = bound;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(loihi_blocks),   cmocka_unit_test(loihi_widths),
      cmocka_unit_test(other_families), cmocka_unit_test(what_is_known),
      cmocka_unit_test(padded_rows),    cmocka_unit_test(dense_layer),
      cmocka_unit_test(convolution),    cmocka_unit_test(axons_are_shared),
      cmocka_unit_test(data_bytes),     cmocka_unit_test(bounds_of_recipes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
