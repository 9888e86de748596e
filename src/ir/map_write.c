/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phs_map -> module: what is there once, and what a small map has an op for each of. */
#include "ir/map_write.h"

#include <stdio.h>

void phs_map_put(phs_map_writer *w, const char *name, MlirAttribute value) {
  phs_attr_add(w->ir, &w->attributes, name, value);
}

void phs_map_put_column(phs_map_writer *w, const char *name, phs_element kind, const void *data,
                        size_t n) {
  phs_shape shape = {.rank = 1, .dim = {(int64_t)n}};
  phs_map_put(w, name, phs_attr_elements(w->ir, kind, &shape, data, false));
}

void phs_map_end_op(phs_map_writer *w, const char *name, MlirLocation at) {
  MlirOperation op = phs_ir_make(w->ir, name, at, NULL, 0, NULL, 0, &w->attributes);
  w->attributes.count = 0;
  if (mlirOperationIsNull(op)) {
    w->failed = true;
  } else {
    mlirBlockAppendOwnedOperation(mlirModuleGetBody(w->module), op);
  }
}

static void end_op(phs_map_writer *w, const char *name) {
  phs_map_end_op(w, name, mlirLocationUnknownGet(w->ir->context));
}

static MlirAttribute pair(phs_ir *ir, int64_t a, int64_t b) {
  return phs_attr_i64_array(ir, (int64_t[]){a, b}, 2);
}

static MlirAttribute triple(phs_ir *ir, const uint32_t *v) {
  return phs_attr_i64_array(ir, (int64_t[]){v[0], v[1], v[2]}, 3);
}

/* A unit attribute where `is`. */
static void put_unit(phs_map_writer *w, const char *name, bool is) {
  if (is) {
    phs_map_put(w, name, mlirUnitAttrGet(w->ir->context));
  }
}

static MlirAttribute strings(phs_map_writer *w, const char *const *s, int n) {
  MlirAttribute *list = phs_map_scratch(w, (size_t)n, sizeof *list);
  for (int i = 0; list && i < n; i++) {
    list[i] = phs_attr_string(w->ir, s[i]);
  }
  return mlirArrayAttrGet(w->ir->context, list ? n : 0, list);
}

void *phs_map_scratch(phs_map_writer *w, size_t n, size_t size) {
  void *data = phs_arena_array(w->arena, n, size);
  if (!data) {
    w->failed = w->no_memory = true;
  }
  return data;
}

static void write_machine(phs_map_writer *w) {
  const phs_machine *m = w->map->machine;
  phs_map_put(w, "name", phs_attr_string(w->ir, m->target->name));
  phs_map_put(w, "family", phs_attr_string(w->ir, phs_family_name(m->target->family)));
  phs_map_put(w, "grid", pair(w->ir, m->width, m->height));
  phs_map_put(w, "cores_per_node", phs_attr_i64(w->ir, m->cores_per_node));
  phs_map_put(w, "node", phs_attr_string(w->ir, m->node_name));
  put_unit(w, "wrap_x", m->wrap_x);
  put_unit(w, "wrap_y", m->wrap_y);
  put_unit(w, "hexagonal", m->hexagonal);
  if (m->assumption_count > 0) {
    phs_map_put(w, "assumptions", strings(w, m->assumption, m->assumption_count));
  }
  end_op(w, "phasor_map.machine");
}

static void write_network(phs_map_writer *w) {
  const phs_map *m = w->map;
  phs_map_put(w, "name", phs_attr_string(w->ir, m->work->name ? m->work->name : "network"));
  phs_map_put(w, "mode", phs_attr_string(w->ir, m->options.mode == PHS_MAP_FAST ? "fast" : "good"));
  phs_map_put(w, "seed", phs_attr_u64(w->ir, m->options.seed));
  phs_map_put(w, "cores", phs_attr_i64(w->ir, m->core_count));
  phs_map_put(w, "slices", phs_attr_i64(w->ir, m->slice_count));
  end_op(w, "phasor_map.network");
}

static void write_population(phs_map_writer *w, uint32_t i) {
  static const char *const kinds[] = {[PHS_POPULATION_NEURONS] = "neurons",
                                      [PHS_POPULATION_SOURCE] = "source",
                                      [PHS_POPULATION_INPUT] = "input"};
  const phs_map *m = w->map;
  const phs_population *p = &m->work->population[i];
  bool cut = m->first_slice != NULL;
  phs_map_put(w, "name", phs_attr_string(w->ir, p->name));
  phs_map_put(w, "kind", phs_attr_string(w->ir, kinds[p->kind]));
  phs_map_put(w, "grid", triple(w->ir, p->dim));
  phs_map_put(w, "slices",
              pair(w->ir, cut ? m->first_slice[i] : 0,
                   cut ? m->first_slice[i + 1] - m->first_slice[i] : 0));
  put_unit(w, "graded", p->graded);
  put_unit(w, "output", p->output);
  if (m->order && m->order[i]) {
    phs_map_put_column(w, "order", PHS_ELEMENT_I32, m->order[i], p->count);
  }
  phs_map_end_op(w, "phasor_map.population",
                 phs_ir_location(w->ir, m->work->file, p->where, p->line, p->column));
}

static void write_projection(phs_map_writer *w, const phs_work_projection *p) {
  const phs_work *work = w->map->work;
  phs_map_put(w, "name", phs_attr_string(w->ir, p->name));
  phs_map_put(w, "source", phs_attr_string(w->ir, work->population[p->source].name));
  phs_map_put(w, "target", phs_attr_string(w->ir, work->population[p->target].name));
  phs_map_put(w, "receptor", phs_attr_i64(w->ir, p->receptor));
  phs_map_end_op(w, "phasor_map.projection",
                 phs_ir_location(w->ir, work->file, p->where, p->line, p->column));
}

/* Column and row of the node, core of the node. */
static MlirAttribute place(phs_map_writer *w, uint32_t p) {
  const phs_machine *m = w->map->machine;
  uint32_t node = p / m->cores_per_node;
  const uint32_t at[] = {node % m->width, node / m->width, p % m->cores_per_node};
  return triple(w->ir, at);
}

static void write_core(phs_map_writer *w, uint32_t c) {
  const double *use = w->map->use ? phs_core_use(w->map, c) : NULL;
  phs_attr_list l = {0};
  for (int k = 0; use && k < PHS_CAPACITIES; k++) {
    if (use[k] > 0) {
      phs_attr_add(w->ir, &l, phs_capacity_name((phs_capacity)k), phs_attr_f64(w->ir, use[k]));
    }
  }
  phs_map_put(w, "use", phs_attr_list_dictionary(w->ir, &l));
  if (w->map->core[c].place != PHS_UNPLACED) {
    phs_map_put(w, "place", place(w, w->map->core[c].place));
  }
  end_op(w, "phasor_map.core");
}

/* [{projection, first, end}] as rows of three. */
static MlirAttribute parts(phs_map_writer *w, const phs_slice *s) {
  int64_t *v = phs_map_scratch(w, 3 * (size_t)s->part_count, sizeof *v);
  for (uint32_t i = 0; v && i < s->part_count; i++) {
    const phs_part *p = &w->map->part[s->first_part + i];
    v[3 * i] = p->projection;
    v[3 * i + 1] = p->first;
    v[3 * i + 2] = p->end;
  }
  return phs_attr_i64_array(w->ir, v, v ? 3 * (int)s->part_count : 0);
}

static void write_slice(phs_map_writer *w, uint32_t i) {
  const phs_slice *s = &w->map->slice[i];
  phs_map_put(w, "population",
              phs_attr_string(w->ir, w->map->work->population[s->population].name));
  if (s->core != PHS_OUTSIDE) {
    phs_map_put(w, "core", phs_attr_i64(w->ir, s->core));
  }
  if (s->listed) {
    phs_map_put(w, "listed", pair(w->ir, s->first, s->count));
  } else {
    phs_map_put(w, "low", triple(w->ir, s->box.low));
    phs_map_put(w, "high", triple(w->ir, s->box.high));
  }
  if (s->role == PHS_SLICE_PARTIAL) {
    phs_map_put(w, "owner", phs_attr_i64(w->ir, s->owner));
  }
  if (s->part_count > 0) {
    phs_map_put(w, "parts", parts(w, s));
  }
  end_op(w, "phasor_map.slice");
}

static void write_flow(phs_map_writer *w, uint32_t slice) {
  const phs_flows *f = &w->map->flows;
  uint64_t first = f->row[slice];
  size_t n = (size_t)(f->row[slice + 1] - first);
  if (n == 0) {
    return;
  }
  int64_t *core = phs_map_scratch(w, n, sizeof *core),
          *axons = phs_map_scratch(w, n, sizeof *axons);
  for (size_t i = 0; core && axons && i < n; i++) {
    core[i] = f->core[first + i];
    axons[i] = f->axons[first + i];
  }
  if (core && axons) {
    phs_map_put(w, "slice", phs_attr_i64(w->ir, slice));
    phs_map_put(w, "core", phs_attr_i64_array(w->ir, core, (int)n));
    phs_map_put(w, "axons", phs_attr_i64_array(w->ir, axons, (int)n));
    phs_map_put(w, "rate", mlirDenseF32ArrayGet(w->ir->context, (intptr_t)n, f->rate + first));
    end_op(w, "phasor_map.flow");
  }
}

static void write_block(phs_map_writer *w, uint32_t slice, const phs_block *b) {
  phs_map_put(w, "slice", phs_attr_i64(w->ir, slice));
  phs_map_put(w, "projection", phs_attr_i64(w->ir, b->projection));
  phs_map_put(w, "format", phs_attr_string(w->ir, phs_synapse_format_name(b->format)));
  phs_map_put(w, "axons", phs_attr_i64(w->ir, b->axons));
  phs_map_put(w, "synapses", phs_attr_i64(w->ir, (int64_t)b->synapses));
  phs_map_put(w, "bits", phs_attr_i64(w->ir, (int64_t)b->bits));
  end_op(w, "phasor_map.block");
}

static void write_small(phs_map_writer *w) {
  const phs_map *m = w->map;
  for (uint32_t c = 0; c < m->core_count; c++) {
    write_core(w, c);
  }
  for (uint32_t s = 0; s < m->slice_count; s++) {
    write_slice(w, s);
  }
  for (uint32_t s = 0; m->flows.row && s < m->slice_count; s++) {
    write_flow(w, s);
  }
  for (uint32_t s = 0; m->block_row && s < m->slice_count; s++) {
    for (uint64_t b = m->block_row[s]; b < m->block_row[s + 1]; b++) {
      write_block(w, s, &m->block[b]);
    }
  }
}

static void write_traffic(phs_map_writer *w) {
  const phs_traffic *t = &w->map->traffic;
  phs_map_put(w, "messages", phs_attr_f64(w->ir, t->messages));
  phs_map_put(w, "deliveries", phs_attr_f64(w->ir, t->deliveries));
  phs_map_put(w, "spike_hops", phs_attr_f64(w->ir, t->spike_hops));
  phs_map_put(w, "weighted_hops", phs_attr_f64(w->ir, t->weighted_hops));
  phs_map_put(w, "from_outside", phs_attr_f64(w->ir, t->from_outside));
  end_op(w, "phasor_map.traffic");
}

static void write_rest(phs_map_writer *w, const phs_map_output *output, size_t output_count) {
  const phs_map *m = w->map;
  for (size_t i = 0; i < output_count; i++) {
    phs_map_put(w, "name", phs_attr_string(w->ir, output[i].name));
    phs_map_put(w, "latency", phs_attr_i64(w->ir, output[i].latency));
    end_op(w, "phasor_map.output");
  }
  for (size_t i = 0; i < m->note_count; i++) {
    phs_map_put(w, "text", phs_attr_string(w->ir, m->note[i]));
    end_op(w, "phasor_map.note");
  }
}

static bool is_small(const phs_map *m) {
  uint32_t n = m->slice_count;
  return n <= PHS_IR_MAP_OPS && m->core_count <= PHS_IR_MAP_OPS &&
         (!m->flows.row || m->flows.row[n] <= PHS_IR_MAP_OPS) &&
         (!m->block_row || m->block_row[n] <= PHS_IR_MAP_OPS);
}

static void write_map(phs_map_writer *w) {
  const phs_map *m = w->map;
  write_machine(w);
  write_network(w);
  for (uint32_t i = 0; i < m->work->population_count; i++) {
    write_population(w, i);
  }
  for (uint32_t i = 0; i < m->work->projection_count; i++) {
    write_projection(w, &m->work->projection[i]);
  }
  if (m->slice_count > 0 && is_small(m)) {
    write_small(w);
  } else if (m->slice_count > 0) {
    phs_map_write_columns(w);
  }
  if (m->core_count > 0 && m->core[0].place != PHS_UNPLACED) {
    write_traffic(w);
  }
  phs_map_write_routing(w);
}

phasor_status phs_ir_from_map(phs_ir *ir, const phs_map *map, const phs_map_output *output,
                              size_t output_count, MlirModule *out) {
  phs_map_writer w = {.ir = ir,
                      .arena = ir->arena,
                      .map = map,
                      .module =
                          mlirModuleCreateEmpty(phs_ir_location(ir, map->work->file, NULL, 0, 0))};
  ir->blobs.generation++;
  write_map(&w);
  write_rest(&w, output, output_count);
  if (w.no_memory) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the module of a map");
  }
  if (w.failed || ir->out_of_memory) {
    mlirModuleDestroy(w.module);
    return PHASOR_ERROR_INTERNAL;
  }
  *out = w.module;
  return PHASOR_OK;
}
