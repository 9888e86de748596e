/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The N-MNIST classifier of the NIR paper on one recording: spikes of each layer as an independent
 * simulator counted them, in double precision, under four conventions. */
#include "conformance.h"

enum { FRAMES = 300, SIDE = 34, WIDTH = 2 * SIDE * SIDE, LAYERS = 5, CLASSES = 10 };

/* Events as counts in frames of 1 ms, plane = polarity; what comes after the last frame counts in
 * it, as in the runs that the figures were taken from. Freed by the caller. */
static float *read_frames(void) {
  FILE *f = fopen(DATA "nmnist/sample_nmnist.bin", "rb");
  float *frames = calloc((size_t)FRAMES * WIDTH, sizeof *frames);
  assert_non_null(f);
  assert_non_null(frames);
  unsigned char e[5];
  int events = 0;
  while (fread(e, sizeof e, 1, f) == 1) {
    int x = e[0], y = e[1], polarity = e[2] >> 7;
    int us = (e[2] & 0x7F) << 16 | e[3] << 8 | e[4];
    int frame = us / 1000 < FRAMES ? us / 1000 : FRAMES - 1;
    assert_true(x < SIDE && y < SIDE);
    frames[frame * WIDTH + (polarity * SIDE + y) * SIDE + x] += 1;
    events++;
  }
  fclose(f);
  assert_int_equal(events, 4325);
  return frames;
}

typedef struct counts {
  double layer[LAYERS], output[CLASSES];
} counts;

static counts run(const phs_net *net) {
  static const char *const names[LAYERS] = {"1", "3", "6", "10", "12"};
  counts c = {0};
  float *frames = read_frames();
  phs_interp *it = make_interp(net);
  for (int t = 0; t < FRAMES; t++) {
    step1(it, frames + t * WIDTH);
    for (int k = 0; k < LAYERS; k++) {
      int op = find_op(net, names[k]);
      for (size_t e = 0; e < phs_shape_count(&net->op[op].shape); e++) {
        double spikes = (double)value_of(it, op, "spikes", e);
        c.layer[k] += spikes;
        if (k == LAYERS - 1) {
          c.output[e] += spikes;
        }
      }
    }
  }
  phs_interp_destroy(it);
  free(frames);
  return c;
}

static void expect_counts(phs_conventions c, const double *layers, double class4) {
  phs_net *net = load("cnn_sinabs.nir", c, 0); /* no time constant: counted in steps */
  assert_false(net->has_time);
  counts got = run(net);
  for (int k = 0; k < LAYERS; k++) {
    assert_true(got.layer[k] == layers[k]);
  }
  int best = 0;
  for (int e = 1; e < CLASSES; e++) {
    best = got.output[e] > got.output[best] ? e : best;
  }
  assert_int_equal(best, 4);
  assert_true(got.output[4] == class4);
  phs_diag diag = {.fn = show_errors}; /* and the same through the optimiser */
  optimised o = optimise(net, &diag);
  assert_non_null(o.net);
  counts again = run(o.net);
  assert_memory_equal(&again, &got, sizeof got);
  end_optimised(&o);
  phs_net_destroy(net);
}

static const phs_conventions many = {.spikes_per_step = PHS_MANY, .reset = PHS_SUBTRACT};

static void several_spikes(void **state) {
  (void)state;
  NEEDS_SHARED();
  expect_counts(many, F64(6101, 12849, 8917, 10097, 1001), 981);
}

static void one_spike(void **state) {
  (void)state;
  NEEDS_SHARED();
  expect_counts((phs_conventions){.reset = PHS_SUBTRACT}, F64(6101, 12849, 8849, 8744, 267), 251);
}

static void reset_to_zero(void **state) {
  (void)state;
  NEEDS_SHARED();
  expect_counts((phs_conventions){.reset = PHS_TO_VALUE}, F64(5174, 8671, 3969, 2776, 147), 144);
}

static void clipped_below(void **state) {
  (void)state;
  NEEDS_SHARED();
  phs_conventions c = many;
  c.lower_clip = PHS_CLIP_MINUS_THRESHOLD;
  expect_counts(c, F64(10931, 26261, 22070, 24209, 1731), 1485);
  /* The preset compares with >=. No voltage of this run lies on the threshold, so nothing changes.
   */
  expect_counts(preset("sinabs"), F64(10931, 26261, 22070, 24209, 1731), 1485);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(several_spikes), cmocka_unit_test(one_spike),
                                     cmocka_unit_test(reset_to_zero),
                                     cmocka_unit_test(clipped_below)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
