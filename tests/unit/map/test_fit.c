/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Networks that do not fit: the code, the numbers, the place of the limit, the remedy; and fan-in
 * that is split where the machine can send sums. */
#include "map/partition.h"
#include "partition_case.h"

typedef struct refusal {
  machine_case c;
  phs_work *w;
  phs_map *m;
  phasor_status status;
  target_case heard;
} refusal;

static void refuse(refusal *r, bool no_split) {
  phs_map_options o = {.mode = PHS_MAP_GOOD, .seed = 1, .jobs = 1, .no_split = no_split};
  phs_diag diag = {.fn = target_hear, .user = &r->heard};
  r->m = graph_need(phs_map_create(r->w, r->c.m, &o));
  r->status = phs_map_partition(r->m, &diag);
}

static void drop(refusal *r) {
  phs_map_free(r->m);
  graph_free(r->w);
  machine_drop(&r->c);
}

static void holds(const char *text, const char *part) {
  if (!strstr(text, part)) {
    fail_msg("'%s' is not in '%s'", part, text);
  }
}

/* 5000 inputs to one layer: each neuron has 5000 axons, a core of Loihi 1 takes 4096. */
static phs_work *wide(uint32_t inputs, uint32_t outputs) {
  phs_work *w = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_INPUT, 1, 1, inputs, 0.1f);
  uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, outputs, 0.1f);
  phs_work_projection *p = graph_dense(w, a, b);
  p->name = "fc1.weight";
  p->line = 17;
  w->file = "model.yaml";
  graph_end(w);
  return w;
}

static void a_neuron_alone(void **state) {
  (void)state;
  refusal r = {.c = machine_load("loihi1"), .w = wide(5000, 100)};
  refuse(&r, false);
  assert_int_equal(r.status, PHASOR_ERROR_TARGET);
  assert_string_equal(r.heard.code, "PHS0900");
  holds(r.heard.message, "'p1'");
  holds(r.heard.message, "'fc1.weight'");
  holds(r.heard.message, "5000 input axons");
  holds(r.heard.message, "4096");
  holds(r.heard.message, "loihi1:"); /* the line of the limit */
  assert_string_equal(r.heard.file, "model.yaml");
  assert_int_equal(r.heard.line, 17);
  holds(r.heard.help, "81 %"); /* 4096 of 5000 */
  holds(r.heard.help, "cannot send partial sums");
  assert_true(r.m->note_count > 0);
  drop(&r);
}

/* 200,000 neurons on 128 cores of 1024: 196 cores at least, so two chips. */
static void too_many_cores(void **state) {
  (void)state;
  phs_work *w = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 150000, 0.1f);
  uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 50000, 0.1f);
  w->population[a].line = 4;
  (void)b;
  graph_end(w);
  refusal r = {.c = machine_load("loihi1"), .w = w};
  refuse(&r, false);
  assert_int_equal(r.status, PHASOR_ERROR_TARGET);
  assert_string_equal(r.heard.code, "PHS0901");
  holds(r.heard.message, "128");
  holds(r.heard.message, "196 cores");
  holds(r.heard.message, "'p0' with 150000");
  assert_int_equal(r.heard.line, 4);
  holds(r.heard.help, "at least 2 of the chip");
  drop(&r);
}

/* Two neurons that project to each other's population over one-to-one and dense: with one output
 * axon a core, a neuron that has two destinations cannot be held; cutting does not help. */
static void fan_out_of_a_neuron(void **state) {
  (void)state;
  phs_work *w = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 1, 0.1f);
  uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 40, 0.1f);
  graph_dense(w, a, b);
  graph_end(w);
  refusal r = {.c = mesh_of(8, 8, "{neurons: 10, axons_out: 3}", ""), .w = w};
  refuse(&r, false);
  assert_int_equal(r.status, PHASOR_ERROR_TARGET);
  assert_string_equal(r.heard.code, "PHS0900");
  holds(r.heard.message, "output axons");
  holds(r.heard.message, "'p0'");
  drop(&r);
}

/* Splitting: 100 axons a core, 250 sources: three parts for each group of neurons, which together
 * hold every source once. */
static void fan_in_is_split(void **state) {
  (void)state;
  refusal r = {.c = mesh_of(16, 16, "{neurons: 64, axons_in: 100}", "  message_bits: 24\n"),
               .w = wide(250, 40)};
  refuse(&r, false);
  assert_int_equal(r.status, PHASOR_OK);
  const phs_map *m = r.m;
  uint32_t owners = 0, covered = 0;
  for (uint32_t s = m->first_slice[1]; s < m->first_slice[2]; s++) {
    const phs_slice *slice = &m->slice[s];
    assert_true(phs_core_use(m, slice->core)[PHS_CAPACITY_AXONS_IN] <= 100);
    if (slice->role == PHS_SLICE_NEURONS) {
      owners += slice->count;
      assert_int_equal(slice->owner, s);
      continue;
    }
    const phs_slice *owner = &m->slice[slice->owner];
    assert_int_equal(owner->role, PHS_SLICE_NEURONS);
    assert_memory_equal(&owner->box, &slice->box, sizeof owner->box);
    assert_int_equal(slice->part_count, 1);
    const phs_part *part = &m->part[slice->first_part];
    assert_in_range(part->end - part->first, 1, 100);
    covered += (part->end - part->first) * slice->count;
  }
  assert_int_equal(owners, 40);
  assert_int_equal(covered, 250 * 40);
  drop(&r);
}

/* All stages with partial sums: the checker takes the map, and holds every synapse once. */
static void split_networks_are_mapped(void **state) {
  (void)state;
  machine_case c = mesh_of(16, 16, "{neurons: 64, axons_in: 100}", "  message_bits: 24\n");
  phs_work *w = wide(250, 40);
  target_case heard = {0};
  phs_diag diag = {.fn = target_hear, .user = &heard};
  phs_map_options o = {.mode = PHS_MAP_GOOD, .seed = 1, .jobs = 2};
  phs_map *m = NULL;
  phasor_status status = phs_map_network(w, c.m, &o, &diag, &m);
  if (status != PHASOR_OK) {
    fail_msg("%s", heard.message);
  }
  bool noted = false;
  for (size_t i = 0; i < m->note_count; i++) {
    noted |= strstr(m->note[i], "partial sums") != NULL;
  }
  assert_true(noted);
  phs_map_free(m);
  graph_free(w);
  machine_drop(&c);
}

static void splitting_is_switched_off(void **state) {
  (void)state;
  refusal r = {.c = mesh_of(16, 16, "{neurons: 64, axons_in: 100}", "  message_bits: 24\n"),
               .w = wide(250, 40)};
  refuse(&r, true);
  assert_int_equal(r.status, PHASOR_ERROR_TARGET);
  assert_string_equal(r.heard.code, "PHS0900");
  holds(r.heard.help, "switched off");
  drop(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_neuron_alone),
      cmocka_unit_test(too_many_cores),
      cmocka_unit_test(fan_out_of_a_neuron),
      cmocka_unit_test(fan_in_is_split),
      cmocka_unit_test(splitting_is_switched_off),
      cmocka_unit_test(split_networks_are_mapped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
