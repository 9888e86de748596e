/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Modules of maps: columns, messages, memories, routes. */
#include "ir/map_check.h"

#include <inttypes.h>

int64_t phs_map_column_length(phs_map_check_state *c, MlirOperation op, const char *name,
                              phs_element kind) {
  phs_elements e;
  MlirAttribute a = mlirOperationGetAttributeByName(op, phs_ref(name));
  return phs_read_elements(&c->r, op, name, a, kind, &e) ? (int64_t)e.count : -1;
}

bool phs_map_column(phs_map_check_state *c, MlirOperation op, const char *name, bool wide,
                    size_t count, const void **out) {
  MlirAttribute a = mlirOperationGetAttributeByName(op, phs_ref(name));
  phs_element kind = wide ? PHS_ELEMENT_I64 : PHS_ELEMENT_I32;
  int64_t length = phs_map_column_length(c, op, name, kind);
  if (length >= 0 && (size_t)length != count) {
    phs_map_wrong(c, op, "column '%s' has %" PRId64 " numbers instead of %zu", name, length, count);
    return false;
  }
  return length >= 0 && phs_read_values(&c->r, op, name, a, kind, count, out);
}

static bool has(MlirOperation op, const char *name) {
  return !mlirAttributeIsNull(mlirOperationGetAttributeByName(op, phs_ref(name)));
}

static void check_cores(phs_map_check_state *c, MlirOperation op) {
  const void *place = NULL;
  if (has(op, "place") && !phs_map_column(c, op, "place", false, (size_t)c->core_count, &place)) {
    return;
  }
  for (int64_t i = 0; i < c->core_count && phs_map_go_on(c); i++) {
    phs_map_take_core(c, op, place ? (int64_t)((const uint32_t *)place)[i] : (int64_t)-1);
  }
}

/* Columns of the slices of a population. */
typedef struct columns {
  const int32_t *core, *first, *number, *owner, *box[2 * PHS_MAP_RANK];
} columns;

static bool optional(phs_map_check_state *c, MlirOperation op, const char *name, size_t n,
                     const int32_t **out) {
  const void *data = NULL;
  if (has(op, name) && !phs_map_column(c, op, name, false, n, &data)) {
    return false;
  }
  *out = data;
  return true;
}

static bool read_columns(phs_map_check_state *c, MlirOperation op, size_t n, columns *v) {
  static const char *const box[] = {"low0", "low1", "low2", "high0", "high1", "high2"};
  bool ok = optional(c, op, "core", n, &v->core) && optional(c, op, "first", n, &v->first) &&
            optional(c, op, "number", n, &v->number) && optional(c, op, "owner", n, &v->owner);
  bool boxes = true;
  for (int d = 0; ok && d < 2 * PHS_MAP_RANK; d++) {
    ok = optional(c, op, box[d], n, &v->box[d]);
    boxes = boxes && v->box[d];
  }
  if (ok && !boxes && (!v->first || !v->number)) {
    phs_map_wrong(c, op, "slices have low0 to high2, or first and number");
    return false;
  }
  return ok;
}

static void check_slices(phs_map_check_state *c, MlirOperation op) {
  const char *population;
  columns v = {0};
  int64_t n = phs_map_column_length(c, op, "core", PHS_ELEMENT_I32);
  if (n < 0 || !phs_read_string(&c->r, op, "population", &population) ||
      !read_columns(c, op, (size_t)n, &v)) {
    return;
  }
  for (int64_t i = 0; i < n && phs_map_go_on(c); i++) {
    int64_t low[PHS_MAP_RANK] = {0}, high[PHS_MAP_RANK] = {0}, listed[2] = {0};
    bool is_listed = v.number && v.number[i] > 0;
    for (int d = 0; d < PHS_MAP_RANK && v.box[d] && v.box[PHS_MAP_RANK + d]; d++) {
      low[d] = (uint32_t)v.box[d][i];
      high[d] = (uint32_t)v.box[PHS_MAP_RANK + d][i];
    }
    if (is_listed) {
      listed[0] = v.first ? v.first[i] : -1;
      listed[1] = v.number[i];
    }
    phs_map_take_slice(c, op, population, v.core[i] == -1 ? -1 : (int64_t)(uint32_t)v.core[i], low,
                       high, is_listed ? listed : NULL, v.owner ? v.owner[i] : -1);
  }
}

bool phs_map_check_columns(phs_map_check_state *c, MlirOperation op) {
  if (phs_op_is(op, "phasor_map.cores")) {
    check_cores(c, op);
    return true;
  }
  if (phs_op_is(op, "phasor_map.slices")) {
    check_slices(c, op);
    return true;
  }
  return false;
}

static void take_flow(phs_map_check_state *c, MlirOperation op, int64_t slice, int64_t before,
                      int64_t core, int64_t axons, double rate) {
  if (core <= before || core >= c->core_count) {
    phs_map_wrong(c, op, "flows of slice %" PRId64 ": cores ascend, and core %" PRId64 " does not",
                  slice, core);
  } else if (axons < 1 || axons > c->size[slice] || !(rate >= 0)) {
    phs_map_wrong(c, op,
                  "flow of slice %" PRId64 " to core %" PRId64 ": %" PRId64 " of its %" PRId64
                  " neurons send %g messages",
                  slice, core, axons, c->size[slice], rate);
  }
}

static bool is_slice(phs_map_check_state *c, MlirOperation op, int64_t slice) {
  if (slice < 0 || slice >= c->slices) {
    phs_map_wrong(c, op, "there is no slice %" PRId64, slice);
    return false;
  }
  return true;
}

static void check_flow(phs_map_check_state *c, MlirOperation op) {
  int64_t slice;
  MlirAttribute core = phs_attribute(op, "core"), axons = phs_attribute(op, "axons"),
                rate = phs_attribute(op, "rate");
  if (!phs_read_int(&c->r, op, "slice", &slice) || !is_slice(c, op, slice)) {
    return;
  }
  bool arrays = mlirAttributeIsADenseI64Array(core) && mlirAttributeIsADenseI64Array(axons) &&
                mlirAttributeIsADenseF32Array(rate);
  intptr_t n = arrays ? mlirDenseArrayGetNumElements(core) : -1;
  if (n < 0 || mlirDenseArrayGetNumElements(axons) != n ||
      mlirDenseArrayGetNumElements(rate) != n) {
    phs_map_wrong(c, op, "core and axons are array<i64>, rate is array<f32>, of one length");
    return;
  }
  int64_t before = -1;
  for (intptr_t i = 0; i < n && phs_map_go_on(c); i++) {
    int64_t to = mlirDenseI64ArrayGetElement(core, i);
    take_flow(c, op, slice, before, to, mlirDenseI64ArrayGetElement(axons, i),
              (double)mlirDenseF32ArrayGetElement(rate, i));
    before = to;
  }
}

/* A column of ascending offsets of @p rows rows into @p count numbers. */
static const int64_t *check_row(phs_map_check_state *c, MlirOperation op, int64_t rows,
                                int64_t count) {
  const void *data;
  if (count < 0 || !phs_map_column(c, op, "row", true, (size_t)rows + 1, &data)) {
    return NULL;
  }
  const int64_t *row = data;
  bool ok = row[0] == 0 && row[rows] == count;
  for (int64_t i = 0; ok && i < rows; i++) {
    ok = row[i] <= row[i + 1];
  }
  if (!ok) {
    phs_map_wrong(c, op, "'row' does not ascend from 0 to %" PRId64, count);
  }
  return ok ? row : NULL;
}

static void check_flows(phs_map_check_state *c, MlirOperation op) {
  const void *core, *axons;
  phs_elements rate;
  int64_t n = phs_map_column_length(c, op, "core", PHS_ELEMENT_I32);
  const int64_t *row = check_row(c, op, c->slices, n);
  if (!row || !phs_map_column(c, op, "core", false, (size_t)n, &core) ||
      !phs_map_column(c, op, "axons", false, (size_t)n, &axons) ||
      !phs_read_elements(&c->r, op, "rate", phs_attribute(op, "rate"), PHS_ELEMENT_F32, &rate)) {
    return;
  }
  if ((int64_t)rate.count != n) {
    phs_map_wrong(c, op, "column 'rate' has %zu numbers instead of %" PRId64, rate.count, n);
    return;
  }
  for (int64_t s = 0; s < c->slices && phs_map_go_on(c); s++) {
    int64_t before = -1;
    for (int64_t i = row[s]; i < row[s + 1]; i++) {
      int64_t to = ((const uint32_t *)core)[i];
      take_flow(c, op, s, before, to, ((const uint32_t *)axons)[i],
                (double)((const float *)rate.data)[rate.splat ? 0 : i]);
      before = to;
    }
  }
}

static void check_block(phs_map_check_state *c, MlirOperation op) {
  int64_t slice, projection, axons, synapses, bits;
  const char *format;
  if (!phs_read_int(&c->r, op, "slice", &slice) ||
      !phs_read_int(&c->r, op, "projection", &projection) ||
      !phs_read_string(&c->r, op, "format", &format) || !phs_read_int(&c->r, op, "axons", &axons) ||
      !phs_read_int(&c->r, op, "synapses", &synapses) || !phs_read_int(&c->r, op, "bits", &bits) ||
      !is_slice(c, op, slice)) {
    return;
  }
  bool known = false;
  for (int f = 0; f < PHS_SYNAPSE_FORMATS; f++) {
    known = known || strcmp(phs_synapse_format_name((phs_synapse_format)f), format) == 0;
  }
  if (!known || projection < 0 || projection >= c->projection_count || axons < 0 || synapses < 0 ||
      bits < 0) {
    phs_map_wrong(c, op, "block of slice %" PRId64 ": no such projection, format or number", slice);
  }
}

static void check_blocks(phs_map_check_state *c, MlirOperation op) {
  const void *projection, *format, *other;
  int64_t n = phs_map_column_length(c, op, "projection", PHS_ELEMENT_I32);
  if (!check_row(c, op, c->slices, n) ||
      !phs_map_column(c, op, "projection", false, (size_t)n, &projection) ||
      !phs_map_column(c, op, "format", false, (size_t)n, &format) ||
      !phs_map_column(c, op, "axons", false, (size_t)n, &other) ||
      !phs_map_column(c, op, "synapses", true, (size_t)n, &other) ||
      !phs_map_column(c, op, "bits", true, (size_t)n, &other)) {
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    int32_t p = ((const int32_t *)projection)[i], f = ((const int32_t *)format)[i];
    if (p < 0 || p >= c->projection_count || f < 0 || f >= PHS_SYNAPSE_FORMATS) {
      phs_map_wrong(c, op, "block %" PRId64 ": no such projection or format", i);
      return;
    }
  }
}

static void check_links(phs_map_check_state *c, MlirOperation op) {
  int64_t n = phs_map_column_length(c, op, "load", PHS_ELEMENT_F32);
  if (n >= 0 && n != c->grid[0] * c->grid[1] * PHS_DIRECTIONS) {
    phs_map_wrong(c, op, "'load' has %" PRId64 " numbers; the grid has other links", n);
  }
}

static void check_tables(phs_map_check_state *c, MlirOperation op) {
  static const char *const entries[] = {"key", "mask", "route"};
  const void *data;
  int64_t nodes = c->grid[0] * c->grid[1];
  int64_t n = phs_map_column_length(c, op, "key", PHS_ELEMENT_I32);
  bool ok = check_row(c, op, nodes, n) &&
            phs_map_column(c, op, "slice_key", false, (size_t)c->slices, &data) &&
            phs_map_column(c, op, "slice_mask", false, (size_t)c->slices, &data) &&
            phs_map_column(c, op, "before", false, (size_t)nodes, &data);
  for (int i = 0; ok && i < 3; i++) {
    ok = phs_map_column(c, op, entries[i], false, (size_t)n, &data);
  }
}

bool phs_map_check_rest(phs_map_check_state *c, MlirOperation op) {
  static const struct {
    const char *name;
    void (*check)(phs_map_check_state *, MlirOperation);
  } rows[] = {{"phasor_map.flow", check_flow},     {"phasor_map.flows", check_flows},
              {"phasor_map.block", check_block},   {"phasor_map.blocks", check_blocks},
              {"phasor_map.tables", check_tables}, {"phasor_map.links", check_links}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (phs_op_is(op, rows[i].name)) {
      rows[i].check(c, op);
      return true;
    }
  }
  return false;
}
