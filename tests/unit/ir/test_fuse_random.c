/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Random networks: after phasor-fuse, on plain arrays and on modules, every population and output
 * has the same bits. */
#include "fuse_nets.h"

enum { NETWORKS = 400, OPS = 14, STEPS = 30 };

static int64_t pick(maker *m, int64_t below) {
  return noise_below(&m->random, below);
}

/* Factors: powers of two, ones, anything. */
static const float *factors(maker *m, size_t n) {
  float *s = draw(m, n);
  int64_t kind = pick(m, 3);
  for (size_t i = 0; kind < 2 && i < n; i++) {
    s[i] = kind ? 1.0F : ldexpf(pick(m, 4) ? 1.0F : -1.0F, (int)pick(m, 7) - 3);
  }
  return s;
}

static geometry random_geometry(maker *m, const phs_shape *s, int64_t groups) {
  geometry g = {
      .stride = 1 + pick(m, 2), .pad = pick(m, 2), .dilation = 1 + pick(m, 2), .groups = groups};
  for (int d = 0; d < 2; d++) {
    int64_t most = (s->dim[1 + d] + 2 * g.pad - 1) / g.dilation + 1;
    g.kernel[d] = 1 + pick(m, most < 3 ? most : 3);
  }
  return g;
}

static int on_plane(maker *m, int x, int earlier) {
  const phs_shape *s = &m->net->op[x].shape;
  geometry g = random_geometry(m, s, pick(m, 3) ? 1 : s->dim[0]);
  switch (pick(m, 6)) {
  case 0: /* a second edge of the same geometry */
    x = conv_op(m, x, -1, s->dim[0], g, pick(m, 2));
    return pick(m, 2)
               ? x
               : conv_op(m, m->net->op[x].operand[0], x, m->net->op[x].shape.dim[0], g, pick(m, 2));
  case 1:
    return conv_op(m, x, -1, s->dim[0] * (1 + pick(m, 2)), g, pick(m, 2));
  case 2:
  case 3:
    g = random_geometry(m, s, 1);
    return pool_op(m, x, pick(m, 2), g);
  case 4:
    return scale_op(m, x, factors(m, 1), 1);
  default:
    (void)earlier;
    return flatten_op(m, x, 0, 2);
  }
}

static int on_vector(maker *m, int x, int earlier) {
  int64_t n = m->net->op[x].shape.dim[0];
  int y;
  switch (pick(m, 6)) {
  case 0:
    return linear_op(m, x, -1, 1 + pick(m, 6), pick(m, 2));
  case 1: /* two edges, of one source or of two */
    y = linear_op(m, x, -1, 5, pick(m, 2));
    x = m->net->op[earlier].shape.rank == 1 && pick(m, 2) ? earlier : x;
    return linear_op(m, x, y, 5, pick(m, 2));
  case 2:
    return scale_op(m, x, factors(m, (size_t)n), (size_t)n);
  case 3:
    y = linear_op(m, x, -1, n, false);
    const float *d = factors(m, (size_t)n);
    for (int64_t i = 0; i < n * n; i++) {
      ((float *)(uintptr_t)m->net->op[y].linear.weight.data)[i] = i % (n + 1) ? 0 : d[i / (n + 1)];
    }
    return y;
  case 4:
    return named_op(m,
                    add_delay(m->net, x, m->net->op[x].shape, m->net->op[x].elem,
                              (const int64_t[]){pick(m, 3)}, 1),
                    "delay");
  default:
    /* of one value, the same twice, or values of two types */
    y = pick(m, 2) ? x : -1;
    y = phs_shape_equal(&m->net->op[earlier].shape, &m->net->op[x].shape) ? earlier : y;
    return named_op(m, add_op(m->net, PHS_OP_ADD, NULL, SHAPE(n), PHS_F32, x, y), "add");
  }
}

static phs_net *random_net(uint64_t seed) {
  maker m =
      start_net(seed % 2 ? COARSE : FINE, seed * 7919 + 1, seed % 8 == 7 ? PHS_MANY : PHS_ONE);
  int x = add_input(m.net, pick(&m, 2) ? SHAPE(2, 6, 5) : SHAPE(8)), earlier = x;
  x = pick(&m, 4) ? spikes_of(&m, x) : x;
  while (m.net->op_count < OPS) {
    bool plane = m.net->op[x].shape.rank == 3;
    int next = plane ? on_plane(&m, x, earlier) : on_vector(&m, x, earlier);
    earlier = x;
    x = next;
    if (pick(&m, 5) == 0) {
      x = spikes_of(&m, x);
    }
  }
  return finish_net(&m, x);
}

static void random_networks_keep_their_bits(void **state) {
  (void)state;
  int gone = 0;
  for (uint64_t seed = 0; seed < NETWORKS; seed++) {
    phs_net *before = random_net(seed), *after = random_net(seed);
    fuse_net(after, false);
    gone += before->op_count - after->op_count;
    if (compare_runs(before, after, STEPS) == 0) {
      fail_msg("network %d: nothing compared", (int)seed);
    }
    phs_net_destroy(before);
    phs_net_destroy(after);
  }
  assert_true(gone > NETWORKS); /* on average more than an op of each */
}

/* Through the module and back: what the pass writes is what the plain rewrite gives. */
static void modules_are_rewritten_alike(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < NETWORKS / 4; seed++) {
    for (int reassociate = 0; reassociate < 2; reassociate++) {
      phs_net *before = random_net(seed), *plain = random_net(seed), *back;
      phs_diag diag = {.fn = show_errors};
      phs_ir *ir = phs_ir_create(&diag);
      MlirModule module;
      assert_int_equal(phs_ir_from_net(ir, before, &module), PHASOR_OK);
      assert_int_equal(phs_ir_run(ir, module,
                                  reassociate ? "phasor-fuse{reassociate=true}" : "phasor-fuse",
                                  NULL),
                       PHASOR_OK);
      assert_int_equal(phs_ir_to_net(ir, module, &back), PHASOR_OK);
      fuse_net(plain, reassociate);
      assert_int_equal(back->op_count, plain->op_count);
      assert_true(compare_runs(plain, back, STEPS) > 0);
      phs_net_destroy(back);
      mlirModuleDestroy(module);
      phs_ir_destroy(ir);
      phs_net_destroy(plain);
      phs_net_destroy(before);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_networks_keep_their_bits),
                                     cmocka_unit_test(modules_are_rewritten_alike)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
