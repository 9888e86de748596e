/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Maps as modules: what is printed is read, checked and printed again the same, small maps with an
 * op for each thing and large ones in columns; what is broken by hand is refused. */
#include "ir/map.h"
#include "ir_test.h"
#include "tests/unit/map/graph.h"

#include <unistd.h>

typedef struct made {
  const phs_target_description *target;
  phs_machine *machine;
  phs_work *work;
  phs_map *map;
} made;

static void show(void *user, const phasor_diagnostic *d) {
  (void)user;
  print_error("%s: %s\n", d->code, d->message);
}

static phs_diag loud = {.fn = show};

/* A work graph's map by an assignment of neuron i of population p to core first[p] + i / per_core.
 */
static made make_map(const char *target, phs_work *work, uint32_t per_core, bool shuffle) {
  made t = {.work = work};
  uint32_t **core = graph_need(PHS_NEW_ARRAY(work->arena, uint32_t *, work->population_count));
  uint32_t cores = 0;
  assert_int_equal(phs_target_load(target, &loud, &t.target), PHASOR_OK);
  assert_int_equal(phs_machine_create(t.target, PHS_OFF_CHIP_WEIGHT, &loud, &t.machine), PHASOR_OK);
  t.map = phs_map_create(work, t.machine,
                         &(phs_map_options){.mode = PHS_MAP_FAST, .seed = 7, .jobs = 1});
  assert_non_null(t.map);
  for (uint32_t p = 0; p < work->population_count; p++) {
    uint32_t n = work->population[p].count, parts = (n + per_core - 1) / per_core;
    if (work->population[p].kind == PHS_POPULATION_INPUT) {
      continue;
    }
    core[p] = graph_need(PHS_NEW_ARRAY(work->arena, uint32_t, n));
    for (uint32_t i = 0; i < n; i++) {
      core[p][i] = cores + (shuffle && p % 2 ? i % parts : i / per_core);
    }
    cores += parts;
  }
  assert_int_equal(phs_map_assign(t.map, (const uint32_t *const *)core, cores, &loud), PHASOR_OK);
  return t;
}

static void drop_map(made *t) {
  phs_map_free(t->map);
  phs_machine_free(t->machine);
  phs_target_free(t->target);
  graph_free(t->work);
}

/* input -> a, a convolution -> b, listed -> c and back. */
static phs_work *small_graph(uint32_t width) {
  phs_work *w = graph_begin();
  uint32_t in = graph_population(w, PHS_POPULATION_INPUT, 2, 8, 8, 0.1F);
  uint32_t a = graph_population(w, PHS_POPULATION_NEURONS, 4, 8, 8, 0.05F);
  uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 1, 1, width, 0.05F);
  uint32_t s = graph_population(w, PHS_POPULATION_SOURCE, 1, 1, width, 0.2F);
  graph_conv(w, in, a, 3, 1, 1);
  graph_dense(w, a, b);
  graph_one_to_one(w, s, b);
  graph_end(w);
  return w;
}

static char *text_of(phs_ir *ir, const phs_map *map) {
  static const phs_map_output output[] = {{"out", 3}};
  MlirModule module;
  assert_int_equal(phs_ir_from_map(ir, map, output, 1, &module), PHASOR_OK);
  char *text = print_module(module);
  mlirModuleDestroy(module);
  return text;
}

/* In another context, as another program would. */
static char *read_again(const char *text) {
  seen s;
  phs_ir *ir = new_ir(&s);
  MlirModule module;
  if (parse(ir, text, &module) != PHASOR_OK || phs_ir_check_map(ir, module) != PHASOR_OK) {
    print_seen(&s);
    fail();
  }
  char *again = print_module(module);
  mlirModuleDestroy(module);
  phs_ir_destroy(ir);
  return again;
}

static char *round_trip(const made *t) {
  seen s;
  phs_ir *ir = new_ir(&s);
  char *text = text_of(ir, t->map), *again = read_again(text);
  assert_string_equal(text, again);
  free(again);
  phs_ir_destroy(ir);
  return text;
}

static size_t count_of(const char *text, const char *what) {
  size_t n = 0;
  for (const char *at = text; (at = strstr(at, what)); at += strlen(what)) {
    n++;
  }
  return n;
}

static void place_and_route(made *t) {
  assert_int_equal(phs_map_measure(t->map, &loud), PHASOR_OK);
  assert_int_equal(phs_map_place(t->map, &loud), PHASOR_OK);
  assert_int_equal(phs_map_route(t->map, &loud), PHASOR_OK);
}

static void small_maps_come_back(void **state) {
  (void)state;
  made t = make_map("loihi1", small_graph(40), 64, true);
  phs_map_note(t.map, "tried \"this\" and\n\tthat");
  place_and_route(&t);
  char *text = round_trip(&t);
  assert_int_equal(count_of(text, "\"phasor_map.core\""), t.map->core_count);
  assert_int_equal(count_of(text, "\"phasor_map.slice\""), t.map->slice_count);
  assert_int_equal(count_of(text, "\"phasor_map.block\""), t.map->block_row[t.map->slice_count]);
  assert_int_equal(count_of(text, "\"phasor_map.note\""), t.map->note_count);
  assert_non_null(strstr(text, "{latency = 3 : i64, name = \"out\"}"));
  assert_null(strstr(text, "phasor_map.tables"));
  free(text);
  drop_map(&t);
}

static void tables_come_back(void **state) {
  (void)state;
  made t = make_map("spinnaker1-4chip", small_graph(40), 64, false);
  place_and_route(&t);
  char *text = round_trip(&t);
  assert_non_null(strstr(text, "phasor_map.tables"));
  free(text);
  drop_map(&t);
}

/* Before placing, and before anything. */
static void unfinished_maps_come_back(void **state) {
  (void)state;
  made t = make_map("loihi1", small_graph(40), 64, true);
  char *text = round_trip(&t);
  assert_null(strstr(text, "place ="));
  free(text);
  phs_map *empty = phs_map_create(t.work, t.machine, &(phs_map_options){0});
  made none = {.map = empty};
  text = round_trip(&none);
  assert_int_equal(count_of(text, "phasor_map.population"), 4);
  free(text);
  phs_map_free(empty);
  drop_map(&t);
}

/* A neuron a core: columns instead of ops. */
static void large_maps_come_back(void **state) {
  (void)state;
  made t = make_map("hala-point", small_graph(2 * PHS_IR_MAP_OPS), 1, false);
  place_and_route(&t);
  char *text = round_trip(&t);
  assert_int_equal(count_of(text, "\"phasor_map.slice\""), 0);
  assert_int_equal(count_of(text, "\"phasor_map.slices\""), 4);
  assert_int_equal(count_of(text, "\"phasor_map.flows\""), 1);
  assert_int_equal(count_of(text, "\"phasor_map.cores\""), 1);
  free(text);
  drop_map(&t);
}

/* Stock tools know the dialect by its text alone. */
static void mlir_opt_reads_them(void **state) {
  (void)state;
  made t = make_map("spinnaker1-4chip", small_graph(40), 64, true);
  place_and_route(&t);
  char *text = round_trip(&t), path[] = "/tmp/phasor-map-XXXXXX", command[512];
  int fd = mkstemp(path);
  assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
  close(fd);
  snprintf(command, sizeof command,
           "mlir-opt-22 --irdl-file=%s/dialects/phasor_map.irdl.mlir %s > /dev/null 2>&1",
           PHASOR_SOURCE_DIR, path);
  int found = system("mlir-opt-22 --version > /dev/null 2>&1");
  int status = found == 0 ? system(command) : 0;
  unlink(path);
  free(text);
  drop_map(&t);
  if (found != 0) {
    printf("SKIP: %s: there is no mlir-opt-22\n", __func__);
    skip();
  }
  assert_int_equal(status, 0);
}

/* The text with the first `from` behind `after` replaced. */
static char *edit(const char *text, const char *after, const char *from, const char *to) {
  const char *at = strstr(text, after);
  assert_non_null(at);
  at = strstr(at, from);
  assert_non_null(at);
  phs_buf b = {0};
  phs_buf_add(&b, text, (size_t)(at - text));
  phs_buf_puts(&b, to);
  phs_buf_puts(&b, at + strlen(from));
  assert_false(b.failed);
  return b.data;
}

static void refused(const char *text, const char *message) {
  seen s;
  phs_ir *ir = new_ir(&s);
  MlirModule module;
  assert_int_equal(parse(ir, text, &module), PHASOR_OK);
  assert_int_equal(phs_ir_check_map(ir, module), PHASOR_ERROR_MODEL);
  bool said = false;
  for (int i = 0; i < s.count; i++) {
    said = said || (strcmp(s.code[i], "PHS0942") == 0 && strstr(s.message[i], message));
  }
  if (!said) {
    print_seen(&s);
    fail_msg("expected: %s", message);
  }
  mlirModuleDestroy(module);
  phs_ir_destroy(ir);
}

static void broken_maps_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *after, *from, *to, *message;
  } edits[] = {
      {"phasor_map.machine", "grid = array<i64: 8, 4>", "grid = array<i64: 8, 0>", "nodes"},
      {"phasor_map.network", "cores = ", "cores = 1", "cores"},
      {"phasor_map.network", "slices = ", "slices = 1", "slices"},
      {"phasor_map.population", "name = \"p1\"", "name = \"p0\"", "two populations"},
      {"phasor_map.population", "kind = \"input\"", "kind = \"neurons\"", "inputs are outside"},
      {"phasor_map.population", "kind = \"source\"", "kind = \"sauce\"", "no kind"},
      {"phasor_map.population", "slices = array<i64: 1, ", "slices = array<i64: 2, ",
       "do not follow"},
      {"phasor_map.projection", "source = \"p0\"", "source = \"p9\"", "no population 'p9'"},
      {"phasor_map.core\"", "place = array<i64: ", "place = array<i64: 9", "no such place"},
      {"phasor_map.slice\"", "high = array<i64: 2, 8, 8>", "high = array<i64: 2, 8, 7>",
       "112 of 128 neurons"},
      {"phasor_map.slice\"", "high = array<i64: 2, 8, 8>", "high = array<i64: 2, 8, 9>",
       "no such neurons"},
      {"phasor_map.slice\"", "core = 0", "core = 99", "on a core"},
      {"phasor_map.slice\"", "population = \"p0\"", "population = \"p1\"", "none of"},
      {"phasor_map.flow", "core = array<i64: 0, ", "core = array<i64: 1, ", "ascend"},
      {"phasor_map.flow", "axons = array<i64: ", "axons = array<i64: 999", "messages"},
      {"phasor_map.flow", "axons = array<i64: ", "axons = array<i64: 1, ", "one length"},
      {"phasor_map.flow", "slice = 0", "slice = 77", "no slice 77"},
      {"phasor_map.block", "projection = 0", "projection = 5", "no such projection"},
      {"phasor_map.block", "format = \"", "format = \"x", "format"},
  };
  made t = make_map("loihi1", small_graph(40), 64, false);
  seen s;
  phs_ir *ir = new_ir(&s);
  place_and_route(&t);
  char *text = text_of(ir, t.map);
  for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
    char *broken = edit(text, edits[i].after, edits[i].from, edits[i].to);
    refused(broken, edits[i].message);
    free(broken);
  }
  free(text);
  phs_ir_destroy(ir);
  drop_map(&t);
}

/* Two cores at one place; columns of different lengths. */
static void broken_columns_are_refused(void **state) {
  (void)state;
  made t = make_map("hala-point", small_graph(PHS_IR_MAP_OPS), 1, false);
  place_and_route(&t);
  t.map->core[1].place = t.map->core[0].place;
  seen s;
  phs_ir *ir = new_ir(&s);
  char *text = text_of(ir, t.map);
  refused(text, "two cores are at place");
  free(text);
  t.map->flows.core[0] = UINT32_MAX - 1;
  text = text_of(ir, t.map);
  refused(text, "cores ascend");
  char *broken = edit(text, "phasor_map.slices", "population = \"p1\"", "population = \"p3\"");
  refused(broken, "none of population");
  free(broken);
  free(text);
  phs_ir_destroy(ir);
  drop_map(&t);
}

static void other_modules_are_refused(void **state) {
  (void)state;
  refused("module {}", "one phasor_map.machine");
  refused("module { func.func private @f() }", "no meaning in a map");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_maps_come_back),       cmocka_unit_test(tables_come_back),
      cmocka_unit_test(unfinished_maps_come_back),  cmocka_unit_test(large_maps_come_back),
      cmocka_unit_test(mlir_opt_reads_them),        cmocka_unit_test(broken_maps_are_refused),
      cmocka_unit_test(broken_columns_are_refused), cmocka_unit_test(other_modules_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
