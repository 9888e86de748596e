/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Modules of maps: the machine, the network, cores and slices. */
#include "ir/map_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

enum { MOST_ERRORS = 20 };

bool phs_map_go_on(const phs_map_check_state *c) {
  return !c->r.no_memory && c->r.ir->diag->errors < c->most;
}

void phs_map_wrong(phs_map_check_state *c, MlirOperation at, const char *fmt, ...) {
  if (phs_map_go_on(c)) {
    phs_place place = phs_ir_place(c->r.ir, mlirOperationGetLocation(at));
    va_list ap;
    va_start(ap, fmt);
    phs_report_va(c->r.ir->diag, PHS_MAP_MODULE, &place, NULL, fmt, ap);
    va_end(ap);
  }
}

static bool has(MlirOperation op, const char *name) {
  return !mlirAttributeIsNull(mlirOperationGetAttributeByName(op, phs_ref(name)));
}

static void check_machine(phs_map_check_state *c, MlirOperation op) {
  if (!phs_read_ints(&c->r, op, "grid", c->grid, 2) ||
      !phs_read_int(&c->r, op, "cores_per_node", &c->cores_per_node)) {
    return;
  }
  if (c->grid[0] < 1 || c->grid[1] < 1 || c->grid[0] > UINT32_MAX || c->grid[1] > UINT32_MAX ||
      c->cores_per_node < 1 || c->cores_per_node > UINT32_MAX) {
    phs_map_wrong(c, op, "the machine has %" PRId64 " x %" PRId64 " nodes of %" PRId64 " cores",
                  c->grid[0], c->grid[1], c->cores_per_node);
  }
}

static void check_network(phs_map_check_state *c, MlirOperation op) {
  if (!phs_read_int(&c->r, op, "cores", &c->core_count) ||
      !phs_read_int(&c->r, op, "slices", &c->slice_count)) {
    return;
  }
  if (c->core_count < 0 || c->core_count > UINT32_MAX || c->slice_count < 0 ||
      c->slice_count > UINT32_MAX) {
    phs_map_wrong(c, op, "%" PRId64 " cores and %" PRId64 " slices are out of range", c->core_count,
                  c->slice_count);
    c->core_count = c->slice_count = 0;
  }
  c->place = PHS_NEW_ARRAY(c->r.arena, int64_t, (size_t)c->core_count);
  c->size = PHS_NEW_ARRAY(c->r.arena, int64_t, (size_t)c->slice_count);
  c->outside = PHS_NEW_ARRAY(c->r.arena, uint8_t, (size_t)c->slice_count);
  if (!c->place || !c->size || !c->outside) {
    phs_reader_no_memory(&c->r);
    c->core_count = c->slice_count = 0;
  }
}

static phs_map_population *find_population(phs_map_check_state *c, const char *name) {
  for (int64_t i = 0; i < c->population_count; i++) {
    if (strcmp(c->population[i].name, name) == 0) {
      return &c->population[i];
    }
  }
  return NULL;
}

static phs_map_population *add_population(phs_map_check_state *c) {
  if (c->population_count == c->population_room) {
    int64_t room = c->population_room ? 2 * c->population_room : 64;
    phs_map_population *list = PHS_NEW_ARRAY(c->r.arena, phs_map_population, (size_t)room);
    if (!list) {
      phs_reader_no_memory(&c->r);
      return NULL;
    }
    if (c->population_count > 0) {
      memcpy(list, c->population, (size_t)c->population_count * sizeof *list);
    }
    c->population = list;
    c->population_room = room;
  }
  return &c->population[c->population_count++];
}

/* Its listed neurons are each there once. */
static void check_order(phs_map_check_state *c, MlirOperation op, const phs_map_population *p) {
  const void *data;
  if (!phs_map_column(c, op, "order", false, (size_t)p->count, &data)) {
    return;
  }
  const int32_t *order = data;
  uint8_t *seen = PHS_NEW_ARRAY(c->r.arena, uint8_t, (size_t)p->count);
  if (!seen) {
    phs_reader_no_memory(&c->r);
    return;
  }
  for (int64_t i = 0; i < p->count; i++) {
    if (order[i] < 0 || order[i] >= p->count || seen[order[i]]) {
      phs_map_wrong(c, op, "population '%s': neuron %" PRId32 " is no neuron, or listed twice",
                    p->name, order[i]);
      return;
    }
    seen[order[i]] = 1;
  }
}

static void check_population(phs_map_check_state *c, MlirOperation op) {
  phs_map_population p = {0};
  const char *kind;
  int64_t slices[2], end = 0;
  if (!phs_read_string(&c->r, op, "name", &p.name) || !phs_read_string(&c->r, op, "kind", &kind) ||
      !phs_read_ints(&c->r, op, "grid", p.dim, PHS_MAP_RANK) ||
      !phs_read_ints(&c->r, op, "slices", slices, 2)) {
    return;
  }
  p.input = strcmp(kind, "input") == 0;
  p.count = 1;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    bool fits = p.dim[d] >= 1 && p.dim[d] <= UINT32_MAX / p.count;
    p.count = fits ? p.count * p.dim[d] : 0;
    if (!fits) {
      phs_map_wrong(c, op, "population '%s': its grid is empty or too large", p.name);
      return;
    }
  }
  if (!p.input && strcmp(kind, "neurons") != 0 && strcmp(kind, "source") != 0) {
    phs_map_wrong(c, op, "population '%s': there is no kind '%s'", p.name, kind);
  }
  if (find_population(c, p.name)) {
    phs_map_wrong(c, op, "there are two populations '%s'", p.name);
  }
  if (c->population_count > 0) {
    const phs_map_population *before = &c->population[c->population_count - 1];
    end = before->first + before->slices;
  }
  p.first = slices[0];
  p.slices = slices[1];
  if (c->slice_count > 0 &&
      (p.first != end || p.slices < 1 || p.slices > c->slice_count - p.first)) {
    phs_map_wrong(c, op, "population '%s': its slices do not follow those of the one before",
                  p.name);
    p.slices = 0;
  }
  p.ordered = has(op, "order");
  if (p.ordered) {
    check_order(c, op, &p);
  }
  phs_map_population *to = add_population(c);
  if (to) {
    *to = p;
  }
}

static void check_projection(phs_map_check_state *c, MlirOperation op) {
  const char *name, *end[2];
  if (!phs_read_string(&c->r, op, "name", &name) ||
      !phs_read_string(&c->r, op, "source", &end[0]) ||
      !phs_read_string(&c->r, op, "target", &end[1])) {
    return;
  }
  for (int i = 0; i < 2; i++) {
    if (!find_population(c, end[i])) {
      phs_map_wrong(c, op, "projection '%s': there is no population '%s'", name, end[i]);
    }
  }
  c->projection_count++;
}

void phs_map_take_core(phs_map_check_state *c, MlirOperation op, int64_t place) {
  if (c->cores >= c->core_count) {
    phs_map_wrong(c, op, "there are more than the %" PRId64 " cores of the network", c->core_count);
    return;
  }
  if (place < -1 || place >= c->grid[0] * c->grid[1] * c->cores_per_node) {
    phs_map_wrong(c, op, "core %" PRId64 ": the machine has no such place", c->cores);
    place = -1;
  }
  c->place[c->cores++] = place;
}

static void check_core(phs_map_check_state *c, MlirOperation op) {
  int64_t at[3], place = -1;
  if (has(op, "place")) {
    if (!phs_read_ints(&c->r, op, "place", at, 3)) {
      return;
    }
    if (at[0] < 0 || at[1] < 0 || at[2] < 0 || at[0] >= c->grid[0] || at[1] >= c->grid[1] ||
        at[2] >= c->cores_per_node) {
      phs_map_wrong(c, op, "core %" PRId64 ": the machine has no such place", c->cores);
    } else {
      place = (at[1] * c->grid[0] + at[0]) * c->cores_per_node + at[2];
    }
  }
  phs_map_take_core(c, op, place);
}

/* Neurons of a box within a population's grid, or -1. */
static int64_t box_size(const phs_map_population *p, const int64_t *low, const int64_t *high) {
  int64_t n = 1;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    if (low[d] < 0 || high[d] <= low[d] || high[d] > p->dim[d]) {
      return -1;
    }
    n *= high[d] - low[d];
  }
  return n;
}

void phs_map_take_slice(phs_map_check_state *c, MlirOperation op, const char *population,
                        int64_t core, const int64_t *low, const int64_t *high,
                        const int64_t *listed, int64_t owner) {
  int64_t i = c->slices++, size;
  if (i >= c->slice_count) {
    phs_map_wrong(c, op, "there are more than the %" PRId64 " slices of the network",
                  c->slice_count);
    return;
  }
  phs_map_population *p = find_population(c, population);
  if (!p || i < p->first || i >= p->first + p->slices) {
    phs_map_wrong(c, op, "slice %" PRId64 " is none of population '%s'", i, population);
    return;
  }
  if (listed) {
    bool in = p->ordered && listed[0] >= 0 && listed[1] >= 1 && listed[1] <= p->count &&
              listed[0] <= p->count - listed[1];
    size = in ? listed[1] : -1;
  } else {
    size = box_size(p, low, high);
  }
  if (size < 0) {
    phs_map_wrong(c, op, "slice %" PRId64 ": population '%s' has no such neurons", i, population);
    return;
  }
  if (core < -1 || core >= c->core_count || (core < 0) != p->input) {
    phs_map_wrong(c, op, "slice %" PRId64 " of '%s': inputs are outside, all others on a core", i,
                  population);
  }
  if (owner >= 0 && (owner < p->first || owner >= p->first + p->slices)) {
    phs_map_wrong(c, op, "slice %" PRId64 ": its owner is no slice of '%s'", i, population);
  }
  c->size[i] = size;
  c->outside[i] = core < 0;
  p->neurons += owner >= 0 && owner != i ? 0 : size;
}

static void check_slice(phs_map_check_state *c, MlirOperation op) {
  const char *population;
  int64_t low[PHS_MAP_RANK], high[PHS_MAP_RANK], listed[2], core = -1, owner = -1;
  bool is_listed = has(op, "listed");
  if (!phs_read_string(&c->r, op, "population", &population) ||
      (has(op, "core") && !phs_read_int(&c->r, op, "core", &core)) ||
      (has(op, "owner") && !phs_read_int(&c->r, op, "owner", &owner)) ||
      (is_listed && !phs_read_ints(&c->r, op, "listed", listed, 2)) ||
      (!is_listed && (!phs_read_ints(&c->r, op, "low", low, PHS_MAP_RANK) ||
                      !phs_read_ints(&c->r, op, "high", high, PHS_MAP_RANK)))) {
    return;
  }
  phs_map_take_slice(c, op, population, core, low, high, is_listed ? listed : NULL, owner);
}

static void check_op(phs_map_check_state *c, MlirOperation op) {
  static const struct {
    const char *name;
    void (*check)(phs_map_check_state *, MlirOperation);
  } rows[] = {{"phasor_map.machine", check_machine},       {"phasor_map.network", check_network},
              {"phasor_map.population", check_population}, {"phasor_map.core", check_core},
              {"phasor_map.projection", check_projection}, {"phasor_map.slice", check_slice}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (phs_op_is(op, rows[i].name)) {
      c->machines += i == 0;
      c->networks += i == 1;
      if (i > 1 && (c->machines != 1 || c->networks != 1)) {
        phs_map_wrong(c, op, "one phasor_map.machine and one phasor_map.network come first");
      } else {
        rows[i].check(c, op);
      }
      return;
    }
  }
  MlirStringRef name = phs_op_name(op);
  bool plain = phs_op_is(op, "phasor_map.traffic") || phs_op_is(op, "phasor_map.note") ||
               phs_op_is(op, "phasor_map.output");
  if (!plain && !phs_map_check_columns(c, op) && !phs_map_check_rest(c, op)) {
    phs_map_wrong(c, op, "op '%.*s' has no meaning in a map", (int)name.length, name.data);
  }
}

static int by_value(const void *a, const void *b) {
  const int64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* What only the end shows. */
static void check_whole(phs_map_check_state *c, MlirOperation module) {
  if (c->machines != 1 || c->networks != 1) {
    phs_map_wrong(c, module, "a map has one phasor_map.machine and one phasor_map.network");
    return;
  }
  if (c->cores != c->core_count || c->slices != c->slice_count) {
    phs_map_wrong(c, module,
                  "%" PRId64 " cores and %" PRId64 " slices are there, of %" PRId64 " and %" PRId64,
                  c->cores, c->slices, c->core_count, c->slice_count);
    return;
  }
  for (int64_t i = 0; i < c->population_count && c->slice_count > 0; i++) {
    const phs_map_population *p = &c->population[i];
    if (p->neurons != p->count) {
      phs_map_wrong(c, module,
                    "population '%s': its slices hold %" PRId64 " of %" PRId64 " neurons", p->name,
                    p->neurons, p->count);
    }
  }
  qsort(c->place, (size_t)c->core_count, sizeof *c->place, by_value);
  for (int64_t i = 1; i < c->core_count; i++) {
    if (c->place[i] >= 0 && c->place[i] == c->place[i - 1]) {
      phs_map_wrong(c, module, "two cores are at place %" PRId64, c->place[i]);
    }
  }
}

phasor_status phs_ir_check_map(phs_ir *ir, MlirModule module) {
  phs_map_check_state c = {.r = {.ir = ir,
                                 .module = module,
                                 .arena = phs_arena_create(),
                                 .errors_before = ir->diag->errors},
                           .most = ir->diag->errors + MOST_ERRORS};
  MlirOperation op = mlirBlockGetFirstOperation(mlirModuleGetBody(module));
  c.r.no_memory = c.r.arena == NULL;
  for (; !mlirOperationIsNull(op) && phs_map_go_on(&c); op = mlirOperationGetNextInBlock(op)) {
    check_op(&c, op);
  }
  if (phs_map_go_on(&c)) {
    check_whole(&c, mlirModuleGetOperation(module));
  }
  phs_arena_destroy(c.r.arena);
  if (c.r.no_memory) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory to check a map");
    return PHASOR_ERROR_INTERNAL;
  }
  return ir->diag->errors > c.r.errors_before ? PHASOR_ERROR_MODEL : PHASOR_OK;
}
