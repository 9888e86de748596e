/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Stateless ops: small ones by hand, larger ones against sums written straight from the
 * definitions. */
#include "net_builder.h"

static const phs_conventions plain = {.integrator = PHS_EULER};

/* Runs one step on x and compares op's values with `want`, bit for bit. */
static void expect_values(phs_net *net, int op, const float *x, const float *want) {
  phs_interp *it = make_interp(net);
  step1(it, x);
  for (size_t i = 0; i < phs_shape_count(&net->op[op].shape); i++) {
    assert_same_float(value_of(it, op, "out", i), want[i]);
  }
  phs_interp_destroy(it);
  phs_net_destroy(net);
}

static void linear_by_hand(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(3));
  int y = add_linear(net, in, -1, 2, 3, F32(1, 2, 3, -4, 5, 6), F32(0.5F, 10));
  expect_values(net, y, F32(1, 0, -2), F32(-4.5F, -6)); /* 0.5 + 1 - 6; 10 - 4 - 12 */
}

static void linear_starts_from_init_then_bias(void **state) {
  (void)state;
  /* 2^24 + 1 = 2^24 in binary32: only ((init + bias) + terms) in that order gives 2^24 + 2, by 2^24
   * + (1 + 1). */
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(2));
  int first = add_linear(net, in, -1, 1, 2, F32(1, 0), NULL);
  int y = add_linear(net, in, first, 1, 2, F32(0, 16777216.0F), F32(1));
  expect_values(net, y, F32(1, 1), F32(16777218.0F));
  net = make_net(&plain, 1);
  in = add_input(net, SHAPE(2));
  first = add_linear(net, in, -1, 1, 2, F32(16777216.0F, 0), NULL);
  y = add_linear(net, in, first, 1, 2, F32(0, 1), F32(1));
  expect_values(net, y, F32(1, 1), F32(16777216.0F)); /* each 1 is lost on its own */
}

static void linear_adds_ascending(void **state) {
  (void)state;
  /* 1 + 2^24 - 2^24 = 0 from left to right (1 is lost), 1 from right to left. */
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(3));
  int y = add_linear(net, in, -1, 1, 3, F32(1, 16777216.0F, -16777216.0F), NULL);
  expect_values(net, y, F32(1, 1, 1), F32(0));
}

static void linear_along_leading_dimensions(void **state) {
  (void)state;
  /* two matrices of 2x2 for the two rows of x */
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(2, 2));
  int y = add_op(net, PHS_OP_LINEAR, "linear", SHAPE(2, 2), PHS_F32, in, -1);
  net->op[y].linear.weight = make_tensor(net, SHAPE(2, 2, 2), F32(1, 2, 3, 4, 10, 20, 30, 40));
  net->op[y].linear.bias = make_tensor(net, SHAPE(2, 2), F32(0, 0, 0, 1000));
  expect_values(net, y, F32(1, 2, 3, 4), F32(5, 11, 110, 1250));
}

static void skipping_zeros_equals_adding_them(void **state) {
  (void)state;
  noise n = {11};
  for (int trial = 0; trial < 40; trial++) {
    phs_net *net = make_net(&plain, 1);
    int64_t out = 1 + noise_below(&n, 9), in = 1 + noise_below(&n, 70);
    float *w = noise_array(net, &n, (size_t)(out * in)), *b = noise_array(net, &n, (size_t)out);
    float *x = noise_array(net, &n, (size_t)in), *want = noise_array(net, &n, (size_t)out);
    for (int64_t i = 0; i < in; i++) {
      uint32_t kind = noise_bits(&n) % 4;
      x[i] = kind == 0 ? x[i] : kind == 1 ? 1.0F : kind == 2 ? 0.0F : -0.0F;
    }
    for (int64_t o = 0; o < out; o++) {
      want[o] = b[o];
      for (int64_t i = 0; i < in; i++) {
        want[o] = want[o] + w[o * in + i] * x[i];
      }
    }
    int y = add_linear(net, add_input(net, SHAPE(in)), -1, out, in, w, b);
    expect_values(net, y, x, want);
  }
}

static void conv1d_by_hand(void **state) {
  (void)state;
  /* not flipped: y[o] = x[2o-1] + 10 x[2o] + 100 x[2o+1] */
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(1, 5));
  int y = add_op(net, PHS_OP_CONV, "conv", SHAPE(1, 3), PHS_F32, in, -1);
  net->op[y].conv = (phs_conv){.weight = make_tensor(net, SHAPE(1, 1, 3), F32(1, 10, 100)),
                               .dims = 1,
                               .stride = {2},
                               .pad_low = {1},
                               .pad_high = {1},
                               .dilation = {1},
                               .groups = 1};
  expect_values(net, y, F32(1, 2, 3, 4, 5), F32(210, 432, 54));
}

/* Geometry of a random convolution. */
typedef struct conv_case {
  int dims;
  int64_t groups, co, ci, k[2], in[2], out[2], stride[2], low[2], high[2], dil[2];
} conv_case;

static conv_case random_case(noise *n) {
  conv_case c = {.dims = 1 + (int)noise_below(n, 2), .groups = 1 + noise_below(n, 3)};
  c.co = c.groups * (1 + noise_below(n, 3));
  c.ci = c.groups * (1 + noise_below(n, 3));
  for (int d = 0; d < 2; d++) {
    bool there = d < c.dims;
    c.k[d] = there ? 1 + noise_below(n, 4) : 1;
    c.dil[d] = there ? 1 + noise_below(n, 3) : 1;
    c.stride[d] = there ? 1 + noise_below(n, 3) : 1;
    c.low[d] = there ? noise_below(n, 4) : 0;
    c.high[d] = there ? noise_below(n, 4) : 0;
    int64_t span = c.dil[d] * (c.k[d] - 1) + 1;
    c.in[d] = there ? span + noise_below(n, 7) : 1;
    c.out[d] = (c.in[d] + c.low[d] + c.high[d] - span) / c.stride[d] + 1;
  }
  return c;
}

/* x padded with zeros, at (channel, y, x) of the padded picture. */
static float padded(const conv_case *c, const float *x, int64_t ch, int64_t py, int64_t px) {
  int64_t iy = py - c->low[0], ix = px - c->low[1];
  bool inside = iy >= 0 && iy < c->in[0] && ix >= 0 && ix < c->in[1];
  return inside ? x[(ch * c->in[0] + iy) * c->in[1] + ix] : 0.0F;
}

/* One output element, gathered: input channel, then kernel row, then column, zeros and padding
 * included. */
static float gathered(const conv_case *c, const float *w, const float *x, int64_t co, int64_t oy,
                      int64_t ox, float acc) {
  int64_t gi = c->ci / c->groups, group = co / (c->co / c->groups);
  for (int64_t i = 0; i < gi; i++) {
    for (int64_t ky = 0; ky < c->k[0]; ky++) {
      for (int64_t kx = 0; kx < c->k[1]; kx++) {
        float weight = w[((co * gi + i) * c->k[0] + ky) * c->k[1] + kx];
        float value = padded(c, x, group * gi + i, oy * c->stride[0] + ky * c->dil[0],
                             ox * c->stride[1] + kx * c->dil[1]);
        acc = acc + weight * value;
      }
    }
  }
  return acc;
}

static void conv_against_the_definition(void **state) {
  (void)state;
  noise n = {5};
  for (int trial = 0; trial < 300; trial++) {
    conv_case c = random_case(&n);
    bool two = c.dims == 2, with_init = noise_bits(&n) % 2, with_bias = noise_bits(&n) % 2;
    phs_net *net = make_net(&plain, 1);
    size_t out_count = (size_t)(c.co * c.out[0] * c.out[1]);
    float *w = noise_array(net, &n, (size_t)(c.co * c.ci / c.groups * c.k[0] * c.k[1]));
    float *b = noise_array(net, &n, (size_t)c.co),
          *x = noise_array(net, &n, (size_t)(c.ci * c.in[0] * c.in[1]));
    float *want = noise_array(net, &n, out_count);
    phs_shape xs = two ? SHAPE(c.ci, c.in[0], c.in[1]) : SHAPE(c.ci, c.in[0]);
    phs_shape ys = two ? SHAPE(c.co, c.out[0], c.out[1]) : SHAPE(c.co, c.out[0]);
    phs_shape ws =
        two ? SHAPE(c.co, c.ci / c.groups, c.k[0], c.k[1]) : SHAPE(c.co, c.ci / c.groups, c.k[0]);
    for (size_t i = 0; i < phs_shape_count(&xs); i++) {
      x[i] = noise_bits(&n) % 3 ? x[i] : 0.0F;
    }
    int in = add_input(net, xs), init = -1;
    for (int pass = 0; pass <= with_init;
         pass++) { /* with init: twice the same convolution, chained */
      init = add_op(net, PHS_OP_CONV, pass ? "second" : "first", ys, PHS_F32, in, init);
      net->op[init].conv =
          (phs_conv){.weight = make_tensor(net, ws, w), .dims = c.dims, .groups = c.groups};
      phs_conv *to = &net->op[init].conv;
      to->bias = make_tensor(net, SHAPE(c.co), with_bias ? b : NULL);
      for (int d = 0; d < c.dims; d++) {
        to->stride[d] = c.stride[d];
        to->pad_low[d] = c.low[d];
        to->pad_high[d] = c.high[d];
        to->dilation[d] = c.dil[d];
      }
      for (size_t e = 0; e < out_count; e++) {
        int64_t area = c.out[0] * c.out[1], co = (int64_t)e / area, at = (int64_t)e % area;
        float acc = (pass ? want[e] : 0.0F) + (with_bias ? b[co] : 0.0F);
        want[e] = gathered(&c, w, x, co, at / c.out[1], at % c.out[1], acc);
      }
    }
    expect_values(net, init, x, want);
  }
}

static phs_net *pool_net(bool average, int *y) {
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(1, 3, 4));
  *y = add_op(net, PHS_OP_POOL, "pool", SHAPE(1, 2, 2), PHS_F32, in, -1);
  net->op[*y].pool = (phs_pool){.average = average,
                                .kernel = {2, 3},
                                .stride = {2, 2},
                                .pad_low = {1, 0},
                                .pad_high = {0, 1}};
  return net;
}

static void pools_by_hand(void **state) {
  (void)state;
  /* rows 1 2 3 4 / 5 6 7 8 / 9 10 11 12, one row of padding above, one column to the right; windows
   * of 2x3, stride 2 */
  const float *x = F32(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  int y;
  phs_net *net = pool_net(false, &y);
  expect_values(net, y, x, F32(6, 7, 48, 38));
  net = pool_net(true, &y); /* of 6 elements, padding included */
  expect_values(net, y, x, F32(1, 7.0F / 6, 8, 38.0F / 6));
}

static void pool_of_each_channel(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(2, 2, 2));
  int y = add_op(net, PHS_OP_POOL, "pool", SHAPE(2, 1, 1), PHS_F32, in, -1);
  net->op[y].pool = (phs_pool){.kernel = {2, 2}, .stride = {1, 1}};
  expect_values(net, y, F32(1, 2, 3, 4, 10, 20, 30, 40), F32(10, 100));
}

static void scale_add_flatten(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(1, 2, 2));
  int each = add_op(net, PHS_OP_SCALE, "each", SHAPE(1, 2, 2), PHS_F32, in, -1);
  net->op[each].scale.factor = (phs_param32){F32(1, 2, 3, 4), 4};
  int all = add_op(net, PHS_OP_SCALE, "all", SHAPE(1, 2, 2), PHS_F32, in, -1);
  net->op[all].scale.factor = (phs_param32){F32(-1), 1};
  int sum = add_op(net, PHS_OP_ADD, "sum", SHAPE(1, 2, 2), PHS_F32, each, all);
  net->op[sum].operand[net->op[sum].operand_count++] = in;
  int flat = add_op(net, PHS_OP_FLATTEN, "flat", SHAPE(1, 4), PHS_F32, sum, -1);
  net->op[flat].flatten.start = 1;
  net->op[flat].flatten.end = 2;
  int out = add_op(net, PHS_OP_OUTPUT, "output", SHAPE(1, 4), PHS_F32, flat, -1);
  expect_values(net, out, F32(1, 10, 100, 1000), F32(1, 20, 300, 4000));
}

static void add_goes_from_left_to_right(void **state) {
  (void)state;
  phs_net *net = make_net(&plain, 1);
  int in = add_input(net, SHAPE(1)), x[3];
  const float factor[] = {1, 16777216.0F, -16777216.0F};
  for (int i = 0; i < 3; i++) {
    x[i] = add_op(net, PHS_OP_SCALE, "scale", SHAPE(1), PHS_F32, in, -1);
    net->op[x[i]].scale.factor = (phs_param32){&factor[i], 1};
  }
  int y = add_op(net, PHS_OP_ADD, "sum", SHAPE(1), PHS_F32, x[0], x[1]);
  net->op[y].operand[net->op[y].operand_count++] = x[2];
  expect_values(net, y, F32(1), F32(0)); /* (1 + 2^24) - 2^24 */
}

static void spikes_and_counts_as_numbers(void **state) {
  (void)state;
  for (int many = 0; many <= 1; many++) {
    phs_conventions c = {.spikes_per_step = many ? PHS_MANY : PHS_ONE, .reset = PHS_SUBTRACT};
    phs_net *net = make_net(&c, 1);
    int in = add_input(net, SHAPE(3));
    int n = add_neurons(net, in, PHS_MODEL_IF, (const double[]){1, 1, 0});
    int flat = add_op(net, PHS_OP_FLATTEN, "flat", SHAPE(3), many ? PHS_I32 : PHS_I1, n, -1);
    int y = add_linear(net, flat, -1, 1, 3, F32(1, 100, 10), NULL);
    int twice = add_op(net, PHS_OP_ADD, "sum", SHAPE(3), PHS_F32, n, n);
    phs_interp *it = make_interp(net);
    step1(it, F32(3.5F, 0, 1.5F)); /* 3 or 1 spikes, 0, 1 */
    assert_same_float(value_of(it, y, "out", 0), many ? 13.0F : 11.0F);
    assert_same_float(value_of(it, twice, "out", 0), many ? 6.0F : 2.0F);
    phs_interp_destroy(it);
    phs_net_destroy(net);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(linear_by_hand),
      cmocka_unit_test(linear_starts_from_init_then_bias),
      cmocka_unit_test(linear_adds_ascending),
      cmocka_unit_test(linear_along_leading_dimensions),
      cmocka_unit_test(skipping_zeros_equals_adding_them),
      cmocka_unit_test(conv1d_by_hand),
      cmocka_unit_test(conv_against_the_definition),
      cmocka_unit_test(pools_by_hand),
      cmocka_unit_test(pool_of_each_channel),
      cmocka_unit_test(scale_add_flatten),
      cmocka_unit_test(add_goes_from_left_to_right),
      cmocka_unit_test(spikes_and_counts_as_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
