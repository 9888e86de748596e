/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Counting synapses: against a walk over every pair of a source and a target element. */
#include "driver/network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Every output element, every tap: inside the source and not zero? */
static uint64_t walk(const phs_conv *c, const phs_shape *x, const phs_shape *y) {
  uint64_t n = 0;
  const int64_t *w = c->weight.shape.dim;
  int64_t per_group = w[0] / c->groups;
  for (int64_t o = 0; o < y->dim[0]; o++) {
    for (int64_t i = 0; i < y->dim[1]; i++) {
      for (int64_t j = 0; j < y->dim[2]; j++) {
        for (int64_t ch = 0; ch < w[1]; ch++) {
          for (int64_t k = 0; k < w[2] * w[3]; k++) {
            int64_t ky = k / w[3], kx = k % w[3];
            int64_t sy = i * c->stride[0] - c->pad_low[0] + ky * c->dilation[0];
            int64_t sx = j * c->stride[1] - c->pad_low[1] + kx * c->dilation[1];
            int64_t source = (o / per_group) * w[1] + ch;
            bool inside =
                sy >= 0 && sy < x->dim[1] && sx >= 0 && sx < x->dim[2] && source < x->dim[0];
            n += inside && c->weight.data[(o * w[1] + ch) * w[2] * w[3] + k] != 0;
          }
        }
      }
    }
  }
  return n;
}

static void convolution(void **state) {
  (void)state;
  float weight[4 * 2 * 3 * 2];
  for (size_t i = 0; i < sizeof weight / sizeof *weight; i++) {
    weight[i] = i % 5 ? (float)i : 0;
  }
  phs_op ops[2] = {{.kind = PHS_OP_INPUT, .shape = {3, {4, 7, 6}}}, {.kind = PHS_OP_CONV}};
  int operand[1] = {0};
  phs_conv *c = &ops[1].conv;
  *c = (phs_conv){.weight = {{4, {4, 2, 3, 2}}, weight},
                  .dims = 2,
                  .stride = {2, 1},
                  .pad_low = {1, 0},
                  .pad_high = {2, 1},
                  .dilation = {1, 2},
                  .groups = 2};
  ops[1].operand = operand;
  ops[1].operand_count = 1;
  ops[1].shape = (phs_shape){3, {4, (7 + 3 - 3) / 2 + 1, 6 + 1 - 3 + 1}};
  phs_net net = {.op_count = 2, .op = ops};
  assert_int_equal(phs_op_synapses(&net, 1), walk(c, &ops[0].shape, &ops[1].shape));
  assert_int_equal(phs_op_parameters(&ops[1]), 48);
  assert_int_equal(phs_op_synapses(&net, 0), 0);
}

static void linear(void **state) {
  (void)state;
  const float weight[] = {1, 0, 2, 3, 0, 0};
  phs_op ops[2] = {{.kind = PHS_OP_INPUT, .shape = {1, {3}}},
                   {.kind = PHS_OP_LINEAR, .shape = {1, {2}}}};
  int operand[1] = {0};
  ops[1].linear.weight = (phs_tensor){{2, {2, 3}}, weight};
  ops[1].operand = operand;
  ops[1].operand_count = 1;
  phs_net net = {.op_count = 2, .op = ops};
  assert_int_equal(phs_op_synapses(&net, 1), 3);
  /* Four rows of three values each go through the same matrix. */
  ops[0].shape = (phs_shape){2, {4, 3}};
  ops[1].shape = (phs_shape){2, {4, 2}};
  assert_int_equal(phs_op_synapses(&net, 1), 12);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(convolution), cmocka_unit_test(linear)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
