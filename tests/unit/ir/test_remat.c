/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor-remat, and what the default pipeline leaves of networks with synapses: the interpreter's
 * bits. */
#include "synapse_nets.h"

#include "interp/interp.h"
#include "remat.h"

enum { NETWORKS = 40, STEPS = 60 };

/* A quantity of one op in both runs; false where they have none of that name. */
static bool same_quantity(const phs_interp *a, int i, const phs_interp *b, int j, const char *var) {
  phs_quantity x, y;
  bool has = phs_interp_quantity(a, i, var, &x);
  assert_int_equal(has, phs_interp_quantity(b, j, var, &y));
  if (has) {
    assert_int_equal(x.elem, y.elem);
    assert_int_equal(x.count, y.count);
    if (memcmp(x.data, y.data, x.count * (x.elem == PHS_I1 ? 1 : 4)) != 0) {
      fail_msg("'%s' of op %d differs", var, i);
    }
  }
  return has;
}

/* Modes that say `recompute` of lists and plastic synapses would be refused. */
static void forget_modes(phs_net *net) {
  for (int i = 0; i < net->op_count; i++) {
    phs_synapses *y = &net->op[i].synapses;
    for (int k = 0; net->op[i].kind == PHS_OP_SYNAPSES && k < y->projection_count; k++) {
      y->projection[k].mode = PHS_SYNAPSES_AUTO;
    }
  }
}

/* Steps both; what is left of each op has the bits that it had. Returns the spikes seen. */
static size_t compare_runs(const phs_net *before, const phs_net *after) {
  seen s = {0};
  s.diag = (phs_diag){.fn = collect, .user = &s};
  phs_interp *a = phs_interp_create(before, &s.diag), *b = phs_interp_create(after, &s.diag);
  if (!a || !b) {
    print_seen(&s);
    fail_msg("the interpreter refuses the network");
  }
  size_t spikes = 0;
  for (int t = 0; t < STEPS; t++) {
    phs_interp_step(a, NULL);
    phs_interp_step(b, NULL);
    for (int i = 0; i < before->op_count; i++) {
      int j = phs_net_find(after, before->op[i].name);
      if (j < 0) { /* a reward that nobody reads */
        assert_int_equal(before->op[i].kind, PHS_OP_SOURCE);
        continue;
      }
      same_quantity(a, i, b, j, "out");
      if (before->op[i].kind != PHS_OP_NEURONS) {
        continue;
      }
      same_quantity(a, i, b, j, "v");
      same_quantity(a, i, b, j, "a name");
      phs_quantity q;
      assert_true(phs_interp_quantity(a, i, "out", &q));
      for (size_t k = 0; k < q.count; k++) {
        spikes += ((const uint8_t *)q.data)[k];
      }
    }
  }
  phs_interp_destroy(a);
  phs_interp_destroy(b);
  return spikes;
}

/* Whatever is merged, dropped, stored or recomputed. */
static void pipelines_keep_the_bits(void **state) {
  (void)state;
  static const char recompute[] =
      "phasor-discretize,phasor-fuse,phasor-remat{synapses=recompute},canonicalize,cse";
  size_t spikes = 0;
  int merged = 0;
  for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
    phs_net *net = sample(seed), *after;
    seen s;
    phs_ir *ir = new_ir(&s);
    MlirModule module;
    net->op[8].keep = false;
    forget_modes(net);
    assert_int_equal(phs_ir_from_net(ir, net, &module), PHASOR_OK);
    if (phs_ir_run(ir, module, seed % 2 ? recompute : phs_default_pipeline, NULL) != PHASOR_OK ||
        phs_ir_to_net(ir, module, &after) != PHASOR_OK) {
      print_seen(&s);
      fail_msg("seed %u: the pipeline fails", (unsigned)seed);
    }
    spikes += compare_runs(net, after);
    merged += net->op_count - after->op_count;
    phs_net_destroy(after);
    mlirModuleDestroy(module);
    phs_ir_destroy(ir);
    phs_net_destroy(net);
  }
  assert_true(spikes > 1000);
  assert_true(merged >= NETWORKS); /* the twin, at least */
}

/* 8 to 6 by all_to_all and weights of their own, 8 to 6 with in-degree 3, a list of two. */
#define SPIKES                                                                                     \
  "%s = \"phasor.source\"() {name = \"s\", kind = \"poisson\", start = 0 : i64, key = 1 : ui64, "  \
  "mean = dense<0.5> : tensor<f64>} : () -> tensor<8xi32>\n"
#define PROJECTION(p, rule)                                                                        \
  "%" p " = \"phasor.projection\"(%s) {name = \"" p "\", " rule                                    \
  ", same_population = false, autapses = true, multapses = true, key = 7 : ui64, mode = "          \
  "\"auto\", weight = {normal = [2.0, 0.1]}, delay = {constant = [1.0]}} : (tensor<8xi32>) -> "    \
  "!phasor.rows\n"
static const char three[] = NETWORK(
    "opt", "tensor<6xf32>",
    SPIKES PROJECTION("a", "rule = \"all_to_all\"")
        PROJECTION("b", "rule = \"fixed_indegree\", number = 3 : ui64") PROJECTION(
            "c", "rule = \"list\", list = {source = dense<[0, 1]> : tensor<2xi32>, "
                 "target = dense<[5, 0]> : tensor<2xi32>}") "%y = "
                                                            "\"phasor.synapses\"(%a, %b, %c) {name "
                                                            "= \"y\", operandSegmentSizes = "
                                                            "array<i32: 3, 0, 0, 0>} "
                                                            ": (!phasor.rows, !phasor.rows, "
                                                            "!phasor.rows) -> tensor<6xf32>");

static phs_remat_totals totals(const char *pipeline) {
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_net *net = net_of_text(ir, &s, three, pipeline);
  phs_remat_table table;
  phs_remat_totals t;
  assert_true(phs_remat_list(net->arena, net, PHS_SYNAPSES_AUTO, &table));
  phs_remat_decide(&table, &phs_remat_cpu);
  phs_remat_add_up(&table, &t);
  phs_net_destroy(net);
  phs_ir_destroy(ir);
  return t;
}

static void totals_add_up(void **state) {
  (void)state;
  phs_remat_totals undecided = totals(NULL), store = totals("phasor-remat{synapses=store}"),
                   recompute = totals("phasor-remat{synapses=recompute}"),
                   all_fits = totals("phasor-remat");
  assert_int_equal(store.projections, 3);
  assert_int_equal(store.stored, 3);
  assert_int_equal(recompute.stored, 1); /* the list */
  assert_int_equal(recompute.recomputed, 2);
  assert_true(store.synapses == 8 * 6 + 6 * 3 + 2);
  assert_true(recompute.recomputed_synapses == 8 * 6 + 6 * 3);
  assert_true(store.recomputed_synapses == 0 && store.saved_bytes == 0 && store.added_ns == 0);
  assert_true(recompute.added_ns > 0);
  /* What is not in tables any more has been saved, but for what rows share. */
  assert_true(fabs(store.table_bytes - recompute.table_bytes -
                   (recompute.saved_bytes + recompute.shared_bytes)) < 1e-6);
  assert_memory_equal(&undecided, &store, sizeof store);
  assert_memory_equal(&all_fits, &store, sizeof store);
}

/* With a byte too little, something is recomputed; with enough, nothing. */
static void memory_is_a_limit(void **state) {
  (void)state;
  double need = totals("phasor-remat{synapses=store}").table_bytes;
  char pipeline[80];
  for (int missing = 0; missing < 2; missing++) {
    snprintf(pipeline, sizeof pipeline, "phasor-remat{memory=%.0f}", ceil(need) - missing);
    phs_remat_totals t = totals(pipeline);
    assert_int_equal(t.recomputed > 0, missing);
    assert_true(t.table_bytes + t.shared_bytes <= ceil(need) - missing);
  }
  assert_int_equal(totals("phasor-remat{memory=0}").stored, 1);
}

/* That projection says it itself, and the class of the error is that of a target that cannot. */
static void what_must_be_stored_cannot_be_recomputed(void **state) {
  (void)state;
  char *text = strdup(three), *mode = strstr(strstr(text, "\"list\""), "auto");
  seen s;
  phs_ir *ir = new_ir(&s);
  phs_buf b = {0};
  MlirModule module;
  phs_buf_add(&b, text, (size_t)(mode - text));
  phs_buf_puts(&b, "recompute");
  phs_buf_puts(&b, mode + 4);
  assert_int_equal(parse(ir, b.data, &module), PHASOR_OK);
  assert_int_equal(phs_ir_run(ir, module, "phasor-remat", NULL), PHASOR_ERROR_TARGET);
  assert_int_equal(find_code(&s, "PHS0251"), 0);
  assert_true(s.line[0] > 0);
  mlirModuleDestroy(module);
  phs_ir_destroy(ir);
  phs_buf_free(&b);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pipelines_keep_the_bits),
      cmocka_unit_test(totals_add_up),
      cmocka_unit_test(memory_is_a_limit),
      cmocka_unit_test(what_must_be_stored_cannot_be_recomputed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
