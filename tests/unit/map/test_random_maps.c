/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Random networks on random machines: each is mapped, and the checker finds nothing; or it is
 * refused, with a reason. The number of threads changes no byte. */
#include "map/check.h"

#include "graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { CASES = 50 };

typedef struct random_case {
  uint64_t state;
  unsigned mapped, refused;
  char message[512], path[64];
} random_case;

static uint32_t below(random_case *r, uint32_t n) {
  uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return (uint32_t)((z ^ z >> 31) % n);
}

static void keep_message(void *user, const phasor_diagnostic *d) {
  random_case *r = user;
  if (d->severity == PHASOR_ERROR) {
    snprintf(r->message, sizeof r->message, "%s: %s", d->code, d->message);
  }
}

/* ---- machines ---- */

static void write_machine(random_case *r) {
  static const char *const family[] = {"loihi", "spinnaker", "other", "truenorth"};
  uint32_t kind = below(r, 4), width = 1 + below(r, 6), height = 1 + below(r, 6);
  FILE *f = graph_need(fopen(r->path, "w"));
  fprintf(f, "phasor-target: 1\nname: random\ntitle: random\nfamily: %s\n", family[kind]);
  fprintf(f, "sources: {s: {title: made up}}\nlevels:\n");
  fprintf(f, "  - {name: core, source: s, capacities: {neurons: %u", 16 + below(r, 400));
  if (kind != 1 && below(r, 2)) {
    fprintf(f, ", synapse_bits: %u, axons_in: %u, axons_out: %u", 20000 + below(r, 1000000),
            200 + below(r, 4000), 200 + below(r, 8000));
  }
  if (below(r, 3) == 0) {
    fprintf(f, ", synapse_formats: %u, compartment_formats: %u", 2 + below(r, 6), 1 + below(r, 3));
  }
  if (kind == 1) {
    fprintf(f, ", data_bytes: %u", 20000 + below(r, 60000));
  }
  fprintf(f, "}}\n  - {name: tile, source: s, count: %u, fabric: local", 1 + below(r, 5));
  if (kind == 1) {
    fprintf(f, ", capacities: {router_entries: %u, shared_bytes: %u}", 60 + below(r, 1000),
            200000 + below(r, 4000000));
  }
  fprintf(f, "}\n  - {name: chip, source: s, count: %u, fabric: %s%s, width: %u, height: %u",
          width * height, kind == 1 ? "hexagonal_" : "", below(r, 2) ? "mesh" : "torus", width,
          height);
  if (below(r, 3) == 0) {
    fprintf(f, ", capacities: {neurons: %u}", 500 + below(r, 5000));
  }
  fprintf(f, "}\n");
  if (below(r, 3) == 0) {
    fprintf(f, "  - {name: board, source: s, count: %u, fabric: continued}\n", 1 + below(r, 5));
  }
  fprintf(f,
          "formats: {source: s, weight_bits: 8, index_bits: [0, 8, 12], delay_steps: [0, 63], "
          "synapse_word_bits: 32, synapse_header_bits: 16%s}\n",
          below(r, 3) == 0 ? ", message_bits: 32" : "");
  fclose(f);
}

/* ---- networks ---- */

static int by_target(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static void add_list(random_case *r, phs_work *w, uint32_t from, uint32_t to) {
  uint32_t n = w->population[from].count, most = 1 + below(r, 30);
  uint64_t *row = graph_need(PHS_NEW_ARRAY(w->arena, uint64_t, (size_t)n + 1));
  uint32_t *target = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, (size_t)n * most));
  for (uint32_t i = 0; i < n; i++) {
    uint32_t here = below(r, most + 1);
    row[i + 1] = row[i] + here;
    for (uint32_t k = 0; k < here; k++) {
      target[row[i] + k] = below(r, w->population[to].count);
    }
    qsort(target + row[i], here, sizeof *target, by_target);
  }
  graph_list(w, from, to, (phs_csr){.row = row, .target = target});
}

static void add_recipe(random_case *r, phs_work *w, uint32_t from, uint32_t to) {
  phs_recipe recipe = {.autapses = true,
                       .multapses = true,
                       .number = 1 + below(r, 40),
                       .probability = (1 + below(r, 50)) / 200.0,
                       .weight = {.kind = PHS_DIST_CONSTANT, .a = 1},
                       .delay = {.kind = PHS_DIST_CONSTANT, .a = 1},
                       .key = r->state};
  static const phs_rule rule[] = {PHS_RULE_FIXED_INDEGREE, PHS_RULE_FIXED_PROBABILITY,
                                  PHS_RULE_FIXED_OUTDEGREE, PHS_RULE_FIXED_TOTAL_NUMBER};
  recipe.rule = rule[below(r, 4)];
  if (recipe.rule == PHS_RULE_FIXED_TOTAL_NUMBER) {
    recipe.number *= 50;
  }
  graph_recipe(w, from, to, recipe);
}

static void add_conv(random_case *r, phs_work *w, uint32_t from) {
  const uint32_t *dim = w->population[from].dim;
  uint32_t kernel = 1 + below(r, 4), stride = 1 + below(r, 2), pad = below(r, kernel);
  if (dim[1] + 2 * pad < kernel || dim[2] + 2 * pad < kernel) {
    return;
  }
  uint32_t to = graph_population(w, PHS_POPULATION_NEURONS, 1 + below(r, 8),
                                 (dim[1] + 2 * pad - kernel) / stride + 1,
                                 (dim[2] + 2 * pad - kernel) / stride + 1, 0.03f);
  graph_conv(w, from, to, kernel, stride, pad);
}

static phs_work *make_network(random_case *r) {
  phs_work *w = graph_begin();
  graph_population(w, PHS_POPULATION_INPUT, 1 + below(r, 3), 1 + below(r, 16), 1 + below(r, 16),
                   0.05f);
  for (uint32_t n = 1 + below(r, 4); n > 0; n--) {
    add_conv(r, w, below(r, w->population_count));
  }
  for (uint32_t n = 1 + below(r, 4); n > 0; n--) {
    graph_population(w, below(r, 5) ? PHS_POPULATION_NEURONS : PHS_POPULATION_SOURCE, 1, 1,
                     1 + below(r, 600), 0.001f * (float)(1 + below(r, 100)));
  }
  for (uint32_t n = 1 + below(r, 8); n > 0; n--) {
    uint32_t from = below(r, w->population_count), to = 1 + below(r, w->population_count - 1);
    switch (below(r, 4)) {
    case 0:
      graph_dense(w, from, to);
      break;
    case 1:
      add_list(r, w, from, to);
      break;
    case 2:
      add_recipe(r, w, from, to);
      break;
    default:
      if (memcmp(w->population[from].dim, w->population[to].dim, sizeof w->population[to].dim) ==
          0) {
        graph_one_to_one(w, from, to);
      }
    }
  }
  for (uint32_t p = 0; p < w->population_count; p++) {
    phs_population *population = &w->population[p];
    if (below(r, 6) == 0) {
      uint32_t *format = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, population->count));
      population->format_count = 1 + below(r, 3);
      for (uint32_t i = 0; i < population->count; i++) {
        format[i] = below(r, population->format_count);
      }
      population->format = format;
    }
  }
  graph_end(w);
  return w;
}

/* ---- the property ---- */

#define SAME(a, b, n) assert_memory_equal((a), (b), (size_t)(n) * sizeof *(a))

static void assert_same(const phs_map *a, const phs_map *b) {
  assert_int_equal(a->slice_count, b->slice_count);
  assert_int_equal(a->core_count, b->core_count);
  for (uint32_t s = 0; s < a->slice_count; s++) {
    assert_int_equal(a->slice[s].core, b->slice[s].core);
    assert_int_equal(a->slice[s].count, b->slice[s].count);
    assert_int_equal(a->slice[s].listed, b->slice[s].listed);
    if (a->slice[s].listed) {
      assert_int_equal(a->slice[s].first, b->slice[s].first);
    } else {
      assert_memory_equal(&a->slice[s].box, &b->slice[s].box, sizeof a->slice[s].box);
    }
  }
  for (uint32_t p = 0; p < a->work->population_count; p++) {
    assert_int_equal(!a->order[p], !b->order[p]);
    if (a->order[p]) {
      SAME(a->order[p], b->order[p], a->work->population[p].count);
    }
  }
  for (uint32_t c = 0; c < a->core_count; c++) {
    assert_int_equal(a->core[c].place, b->core[c].place);
  }
  uint64_t flows = a->flows.row[a->slice_count];
  assert_int_equal(flows, b->flows.row[b->slice_count]);
  SAME(a->flows.core, b->flows.core, flows);
  SAME(a->flows.axons, b->flows.axons, flows);
  SAME(a->flows.rate, b->flows.rate, flows);
  SAME(a->use, b->use, (size_t)a->core_count * PHS_CAPACITIES);
  SAME(a->routing.load, b->routing.load, (size_t)a->machine->grid_count * PHS_DIRECTIONS);
  assert_int_equal(!a->routing.tables, !b->routing.tables);
  if (a->routing.tables) {
    assert_int_equal(a->routing.tables->total, b->routing.tables->total);
    SAME(a->routing.tables->entry, b->routing.tables->entry, a->routing.tables->total);
  }
}

static phs_map *map_once(random_case *r, const phs_work *w, const phs_machine *machine,
                         phs_map_mode mode, int jobs, int number) {
  phs_diag diag = {.fn = keep_message, .user = r};
  phs_map_options options = {.mode = mode, .jobs = jobs, .seed = 1};
  phs_map *m = NULL;
  r->message[0] = 0;
  phasor_status status = phs_map_network(w, machine, &options, &diag, &m);
  if (status != PHASOR_OK && (status != PHASOR_ERROR_TARGET || !r->message[0])) {
    fail_msg("case %d, mode %d: status %d, %s", number, mode, status, r->message);
  }
  if (status == PHASOR_OK && phs_map_check(m, &diag) != PHASOR_OK) {
    fail_msg("case %d, mode %d: %s", number, mode, r->message);
  }
  return status == PHASOR_OK ? m : NULL;
}

static void run_case(random_case *r, int number) {
  phs_diag diag = {.fn = keep_message, .user = r};
  const phs_target_description *target = NULL;
  phs_machine *machine = NULL;
  write_machine(r);
  if (phs_target_load(r->path, &diag, &target) != PHASOR_OK ||
      phs_machine_create(target, PHS_OFF_CHIP_WEIGHT, &diag, &machine) != PHASOR_OK) {
    fail_msg("case %d: %s", number, r->message);
  }
  phs_work *w = make_network(r);
  for (int mode = 0; mode < 2; mode++) {
    phs_map *one = map_once(r, w, machine, (phs_map_mode)mode, 1, number);
    phs_map *three = map_once(r, w, machine, (phs_map_mode)mode, 3, number);
    assert_int_equal(!one, !three);
    r->mapped += one != NULL;
    r->refused += one == NULL;
    if (one) {
      assert_same(one, three);
    }
    phs_map_free(one);
    phs_map_free(three);
  }
  graph_free(w);
  phs_machine_free(machine);
  phs_target_free(target);
}

static void test_random_maps(void **state) {
  (void)state;
  random_case r = {.state = 0};
  snprintf(r.path, sizeof r.path, "random_maps_%ld.yaml", (long)getpid());
  for (int i = 0; i < CASES; i++) {
    r.state = (uint64_t)i << 32;
    run_case(&r, i);
  }
  remove(r.path);
  print_message("%u maps, %u refusals\n", r.mapped, r.refused);
  /* neither does the test refuse everything, nor does everything fit */
  assert_true(r.mapped > CASES / 4 && r.refused > CASES / 40);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_maps)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
