/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What sparse projections come to: pipelines, tables and delivered spikes, worked out by hand. */
#include "driver/pipeline.h"
#include "driver/synapses.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SOURCES = 10, TARGETS = 2000 };

/* Poisson sources onto all targets, one by one onto ten more, and a recurrent in-degree of 3; the
 * second op is plastic. */
typedef struct example {
  phs_net net;
  phs_op op[5];
  int operand[3];
  phs_projection projection[3];
  double mean;
  phasor_session session;
  phasor_network network;
} example;

static phs_recipe recipe(phs_rule rule, uint32_t sources, uint32_t targets) {
  return (phs_recipe){.rule = rule,
                      .source_count = sources,
                      .target_count = targets,
                      .autapses = true,
                      .multapses = true,
                      .number = 3,
                      .weight = {.kind = PHS_DIST_NORMAL, .a = 1, .b = 0.25},
                      .delay = {.kind = PHS_DIST_CONSTANT, .a = 2}};
}

static void make(example *x) {
  memset(x, 0, sizeof *x);
  x->mean = 0.5;
  x->operand[1] = 3;
  x->projection[0] =
      (phs_projection){.name = "drive", .recipe = recipe(PHS_RULE_ALL_TO_ALL, SOURCES, TARGETS)};
  x->projection[1] =
      (phs_projection){.name = "loop", .recipe = recipe(PHS_RULE_FIXED_INDEGREE, TARGETS, TARGETS)};
  x->projection[2] =
      (phs_projection){.name = "few", .recipe = recipe(PHS_RULE_ONE_TO_ONE, SOURCES, SOURCES)};
  x->op[0] = (phs_op){.kind = PHS_OP_SOURCE, .name = "p", .shape = {1, {SOURCES}}, .elem = PHS_I32};
  x->op[0].source =
      (phs_source){.kind = PHS_SOURCE_POISSON, .start = 20, .stop = 60, .mean = {&x->mean, 1}};
  x->op[1] = (phs_op){.kind = PHS_OP_SYNAPSES,
                      .name = "n#in",
                      .shape = {1, {TARGETS}},
                      .operand_count = 2,
                      .operand = x->operand};
  x->op[1].synapses = (phs_synapses){.projection_count = 2, .projection = x->projection};
  x->op[2] = (phs_op){.kind = PHS_OP_SYNAPSES,
                      .name = "few",
                      .shape = {1, {SOURCES}},
                      .operand_count = 1,
                      .operand = &x->operand[0]};
  x->op[2].synapses = (phs_synapses){.projection_count = 1,
                                     .projection = &x->projection[2],
                                     .plasticity = {.kind = PHS_PLASTICITY_STDP}};
  x->op[3] = (phs_op){.kind = PHS_OP_NEURONS, .name = "n", .shape = {1, {TARGETS}}, .elem = PHS_I1};
  x->net = (phs_net){.op_count = 4, .op = x->op};
  x->network = (phasor_network){.session = &x->session, .net = &x->net};
}

/* 10 * 2000 + 3 * 2000 + 10 synapses. */
static void counts(void **state) {
  (void)state;
  example x;
  make(&x);
  assert_int_equal(phs_op_synapses(&x.net, 1), 26000);
  phasor_network_info info;
  x.net.name = "x";
  x.net.format = "yaml";
  phasor_network_describe(&x.network, &info);
  assert_true(info.synapses == 26010 && info.projections == 3 && info.populations == 1);
}

static void modes(void **state) {
  (void)state;
  example x;
  make(&x);
  phasor_options o = phs_default_options;
  phs_projection_table t;
  o.synapses = "recompute";
  assert_true(phs_projection_table_make(&x.network, &o, &t));
  assert_int_equal(t.rows.count, 3);
  /* Plastic synapses cannot be made again. */
  assert_int_equal(t.rows.mode[0], PHS_SYNAPSES_RECOMPUTE);
  assert_int_equal(t.rows.mode[1], PHS_SYNAPSES_RECOMPUTE);
  assert_int_equal(t.rows.mode[2], PHS_SYNAPSES_STORE);
  assert_true(t.total.synapses == 26010 && t.total.recomputed_synapses == 26000);
  assert_true(t.total.stored == 1 && t.total.recomputed == 2);
  double saved = t.total.saved_bytes, rest = t.total.table_bytes;
  phs_projection_table_free(&t);
  o.synapses = "store";
  assert_true(phs_projection_table_make(&x.network, &o, &t));
  assert_true(t.total.stored == 3 && t.total.saved_bytes == 0 && t.total.added_ns == 0);
  /* What is saved is what the tables would take more. */
  assert_true(fabs(t.total.table_bytes - rest - saved) < 1);
  phs_projection_table_free(&t);
  /* There is room for neither: the larger saving for each nanosecond goes first, both go. */
  o.synapses = NULL;
  o.synapse_memory = 1;
  assert_true(phs_projection_table_make(&x.network, &o, &t));
  assert_true(t.total.recomputed == 2);
  phs_projection_table_free(&t);
}

/* The sections of the report add up, and are JSON. */
static void report(void **state) {
  (void)state;
  example x;
  make(&x);
  phs_projection_table t;
  phs_buf b = {0};
  assert_true(phs_projection_table_make(&x.network, &phs_default_options, &t));
  phs_projection_table_json(&t, &b);
  assert_non_null(strstr(b.data, "\"projections\": {\"count\": 3, \"synapses\": 26010, "));
  assert_non_null(strstr(b.data, "{\"name\": \"loop\", \"onto\": \"n#in\", \"rule\": "
                                 "\"fixed_indegree\", \"synapses\": 6000, \"mode\": \"store\""));
  phs_buf_free(&b);
  phs_projection_table_free(&t);
}

/* 100 steps: the sources are on for 40 of them, 0.5 * 10 * 40 = 200 spikes to 2000 targets each and
 * 1 each; 30 spikes of the population to 3 synapses each. */
static void events(void **state) {
  (void)state;
  example x;
  make(&x);
  phs_summary_population p = {.name = "n", .neurons = TARGETS, .spikes = 30};
  phs_summary s = {.steps = 100, .samples = 1, .population_count = 1, .population = &p};
  assert_true(fabs(phs_synaptic_events(&x.net, &s) - (200 * 2001 + 90)) < 1e-6);
  s.steps = 30; /* a quarter of the time that they are on */
  assert_true(fabs(phs_synaptic_events(&x.net, &s) - (50 * 2001 + 90)) < 1e-6);
  s.steps = 20;
  assert_true(fabs(phs_synaptic_events(&x.net, &s) - 90) < 1e-6);
  /* A train of five spikes, the last beyond the run. */
  static const int64_t step[] = {0, 3, 3, 7, 20};
  x.op[0].source =
      (phs_source){.kind = PHS_SOURCE_TRAIN, .event_count = 5, .event_step = step, .stop = 100};
  assert_true(fabs(phs_synaptic_events(&x.net, &s) - (4 * 2001 + 90)) < 1e-6);
}

static void pipeline_is(const example *x, const phasor_options *o, const char *want) {
  char *passes = NULL;
  assert_int_equal(phs_pipeline_choose(&x->network, o, false, &passes), PHASOR_OK);
  assert_string_equal(passes, want);
  free(passes);
}

static void pipelines(void **state) {
  (void)state;
  example x;
  make(&x);
  phasor_options o = phs_default_options;
  pipeline_is(&x, &o, phs_default_pipeline);
  o.synapses = "store";
  o.synapse_memory = 500000000;
  char *passes = NULL;
  assert_int_equal(phs_pipeline_choose(&x.network, &o, false, &passes), PHASOR_OK);
  assert_non_null(strstr(passes, ",phasor-remat{synapses=store memory=500000000},"));
  /* Nothing else is different. */
  char *braces = strchr(passes, '{');
  memmove(braces, strchr(passes, '}') + 1, strlen(strchr(passes, '}')));
  assert_string_equal(passes, phs_default_pipeline);
  free(passes);
  x.net.discrete = true;
  pipeline_is(&x, &o, "phasor-remat{synapses=store memory=500000000}");
  o.synapses = NULL;
  pipeline_is(&x, &o, "phasor-remat{memory=500000000}");
  o.passes = "cse";
  assert_int_equal(phs_pipeline_choose(&x.network, &o, false, &passes), PHASOR_ERROR_USAGE);
  o.synapse_memory = 0;
  pipeline_is(&x, &o, "cse");
  o.passes = NULL;
  pipeline_is(&x, &o, "");
}

static void bytes_are(phasor_session *s, const char *text, uint64_t want) {
  phasor_options *o = phasor_options_create();
  assert_non_null(o);
  phasor_status status = phasor_options_set(s, o, "synapse-memory", text);
  assert_int_equal(status, want ? PHASOR_OK : PHASOR_ERROR_USAGE);
  assert_int_equal(o->synapse_memory, want);
  phasor_options_destroy(o);
}

static void bytes(void **state) {
  (void)state;
  phasor_session *s = phasor_session_create(NULL, NULL);
  assert_non_null(s);
  static const struct {
    const char *text;
    uint64_t want; /* 0: refused */
  } row[] = {{"1", 1},
             {"500M", 500000000},
             {"4GiB", 4294967296},
             {"1.5k", 1500},
             {"2K", 2000},
             {"8KiB", 8192},
             {"2TB", 2000000000000},
             {"7B", 7},
             {"0", 0},
             {"-1", 0},
             {"", 0},
             {"M", 0},
             {"1 M", 0},
             {"1e3", 0},
             {"1i", 0},
             {"1MiBs", 0},
             {"1..5", 0},
             {"9999999T", 0}};
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    bytes_are(s, row[i].text, row[i].want);
  }
  phasor_session_destroy(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts), cmocka_unit_test(modes),     cmocka_unit_test(report),
      cmocka_unit_test(events), cmocka_unit_test(pipelines), cmocka_unit_test(bytes),
  };
  return cmocka_run_group_tests_name("driver/projections", tests, NULL, NULL);
}
