/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phs_map -> module: columns of numbers, for large maps and for routes. */
#include "ir/map_write.h"

static void end_op(phs_map_writer *w, const char *name) {
  phs_map_end_op(w, name, mlirLocationUnknownGet(w->ir->context));
}

/* A column of one member of an array of structs, as i32 or i64. */
#define COLUMN(w, type, kind, name, array, count, value)                                           \
  do {                                                                                             \
    type *column_ = phs_map_scratch(w, count, sizeof *column_);                                    \
    for (size_t i = 0; column_ && i < (count); i++) {                                              \
      column_[i] = (type)(array)[i].value;                                                         \
    }                                                                                              \
    if (column_) {                                                                                 \
      phs_map_put_column(w, name, kind, column_, count);                                           \
    }                                                                                              \
  } while (0)
#define I32(w, name, array, count, value)                                                          \
  COLUMN(w, int32_t, PHS_ELEMENT_I32, name, array, count, value)
#define I64(w, name, array, count, value)                                                          \
  COLUMN(w, int64_t, PHS_ELEMENT_I64, name, array, count, value)

/* The use of all cores, by capacity; what no core uses is left out. */
static MlirAttribute uses(phs_map_writer *w) {
  const phs_map *m = w->map;
  phs_attr_list l = {0};
  phs_shape shape = {.rank = 1, .dim = {m->core_count}};
  for (int k = 0; m->use && k < PHS_CAPACITIES; k++) {
    double *column = phs_map_scratch(w, m->core_count, sizeof *column), sum = 0;
    for (uint32_t c = 0; column && c < m->core_count; c++) {
      column[c] = phs_core_use(m, c)[k];
      sum += column[c];
    }
    if (sum > 0) {
      phs_attr_add(w->ir, &l, phs_capacity_name((phs_capacity)k),
                   phs_attr_elements(w->ir, PHS_ELEMENT_F64, &shape, column, false));
    }
  }
  return phs_attr_list_dictionary(w->ir, &l);
}

static void write_cores(phs_map_writer *w) {
  phs_map_put(w, "use", uses(w));
  if (w->map->core[0].place != PHS_UNPLACED) {
    I32(w, "place", w->map->core, w->map->core_count, place);
  }
  end_op(w, "phasor_map.cores");
}

static void write_boxes(phs_map_writer *w, const phs_slice *slice, size_t n) {
  I32(w, "low0", slice, n, box.low[0]);
  I32(w, "low1", slice, n, box.low[1]);
  I32(w, "low2", slice, n, box.low[2]);
  I32(w, "high0", slice, n, box.high[0]);
  I32(w, "high1", slice, n, box.high[1]);
  I32(w, "high2", slice, n, box.high[2]);
}

/* Neurons of slices that list them; 0 of others. */
static void write_numbers(phs_map_writer *w, const phs_slice *slice, size_t n) {
  uint32_t *number = phs_map_scratch(w, n, sizeof *number);
  for (size_t i = 0; number && i < n; i++) {
    number[i] = slice[i].listed ? slice[i].count : 0;
  }
  if (number) {
    phs_map_put_column(w, "number", PHS_ELEMENT_I32, number, n);
  }
}

/* Parts of all slices of a population: the first of each slice, and one more; then three columns.
 */
static void write_parts(phs_map_writer *w, const phs_slice *slice, size_t n) {
  const phs_map *m = w->map;
  int64_t *row = phs_map_scratch(w, n + 1, sizeof *row);
  for (size_t i = 0; row && i < n; i++) {
    row[i + 1] = row[i] + slice[i].part_count;
  }
  size_t count = row ? (size_t)row[n] : 0;
  phs_part *part = count > 0 ? phs_map_scratch(w, count, sizeof *part) : NULL;
  if (!part) {
    return;
  }
  for (size_t i = 0; i < n; i++) {
    for (uint32_t k = 0; k < slice[i].part_count; k++) {
      part[(size_t)row[i] + k] = m->part[slice[i].first_part + k];
    }
  }
  phs_map_put_column(w, "part_row", PHS_ELEMENT_I64, row, n + 1);
  I32(w, "part_projection", part, count, projection);
  I32(w, "part_first", part, count, first);
  I32(w, "part_end", part, count, end);
}

static void write_slices(phs_map_writer *w, uint32_t population) {
  const phs_map *m = w->map;
  const phs_slice *slice = &m->slice[m->first_slice[population]];
  size_t n = m->first_slice[population + 1] - m->first_slice[population];
  bool partial = false, listed = false, boxes = false;
  if (n == 0) {
    return;
  }
  for (size_t i = 0; i < n; i++) {
    partial = partial || slice[i].role == PHS_SLICE_PARTIAL || slice[i].part_count > 0;
    listed = listed || slice[i].listed;
    boxes = boxes || !slice[i].listed;
  }
  phs_map_put(w, "population", phs_attr_string(w->ir, m->work->population[population].name));
  I32(w, "core", slice, n, core);
  if (listed) {
    I32(w, "first", slice, n, first);
    write_numbers(w, slice, n);
  }
  if (boxes) {
    write_boxes(w, slice, n);
  }
  if (partial) {
    I32(w, "owner", slice, n, owner);
    write_parts(w, slice, n);
  }
  end_op(w, "phasor_map.slices");
}

static void write_flows(phs_map_writer *w) {
  const phs_flows *f = &w->map->flows;
  size_t n = w->map->slice_count, count = f->row ? (size_t)f->row[n] : 0;
  if (count > 0) {
    phs_map_put_column(w, "row", PHS_ELEMENT_I64, f->row, n + 1);
    phs_map_put_column(w, "core", PHS_ELEMENT_I32, f->core, count);
    phs_map_put_column(w, "axons", PHS_ELEMENT_I32, f->axons, count);
    phs_map_put_column(w, "rate", PHS_ELEMENT_F32, f->rate, count);
    end_op(w, "phasor_map.flows");
  }
}

static void write_blocks(phs_map_writer *w) {
  const phs_map *m = w->map;
  size_t count = m->block_row ? (size_t)m->block_row[m->slice_count] : 0;
  if (count > 0) {
    phs_map_put_column(w, "row", PHS_ELEMENT_I64, m->block_row, (size_t)m->slice_count + 1);
    I32(w, "projection", m->block, count, projection);
    I32(w, "format", m->block, count, format);
    I32(w, "axons", m->block, count, axons);
    I64(w, "synapses", m->block, count, synapses);
    I64(w, "bits", m->block, count, bits);
    end_op(w, "phasor_map.blocks");
  }
}

void phs_map_write_columns(phs_map_writer *w) {
  if (w->map->core_count > 0) {
    write_cores(w);
  }
  for (uint32_t p = 0; p < w->map->work->population_count; p++) {
    write_slices(w, p);
  }
  write_flows(w);
  write_blocks(w);
}

static void write_links(phs_map_writer *w) {
  const phs_routing *r = &w->map->routing;
  phs_shape shape = {.rank = 2, .dim = {w->map->machine->grid_count, PHS_DIRECTIONS}};
  phs_map_put(w, "load", phs_attr_elements(w->ir, PHS_ELEMENT_F32, &shape, r->load, false));
  phs_map_put(w, "links", phs_attr_f64(w->ir, r->links));
  phs_map_put(w, "border_links", phs_attr_f64(w->ir, r->border_links));
  end_op(w, "phasor_map.links");
}

void phs_map_write_routing(phs_map_writer *w) {
  const phs_routing *r = &w->map->routing;
  const phs_tables *t = r->tables;
  size_t slices = w->map->slice_count, nodes = w->map->machine->grid_count;
  if (r->load) {
    write_links(w);
  }
  if (t && t->row[nodes] > 0) {
    size_t count = (size_t)t->row[nodes];
    phs_map_put_column(w, "slice_key", PHS_ELEMENT_I32, t->key, slices);
    phs_map_put_column(w, "slice_mask", PHS_ELEMENT_I32, t->mask, slices);
    phs_map_put_column(w, "row", PHS_ELEMENT_I64, t->row, nodes + 1);
    I32(w, "key", t->entry, count, key);
    I32(w, "mask", t->entry, count, mask);
    I32(w, "route", t->entry, count, route);
    phs_map_put_column(w, "before", PHS_ELEMENT_I32, t->before, nodes);
    end_op(w, "phasor_map.tables");
  }
}
