/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* docs/format/map-report.md is the format. */
#include "report/json.h"

#include "phasor/base.h"
#include "report/table.h"
#include "report/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

json_t *phs_json_number(double value) {
  if (!isfinite(value)) {
    return json_string("unknown");
  }
  if (value == floor(value) && fabs(value) < 9007199254740992.0) {
    return json_integer((json_int_t)value);
  }
  return json_real(value);
}

json_t *phs_json_known(bool known, double value) {
  return known ? phs_json_number(value) : json_string("unknown");
}

json_t *phs_json_text(phs_arena *arena, const char *text) {
  return text ? json_string(phs_report_clean(arena, text)) : json_null();
}

json_t *phs_json_strings(phs_arena *arena, const char *const *text, size_t count) {
  json_t *a = json_array();
  for (size_t i = 0; i < count; i++) {
    json_array_append_new(a, phs_json_text(arena, text[i]));
  }
  return a;
}

const char *phs_json_capacity(phs_capacity c) {
  static const char *const key[PHS_CAPACITIES] = {
      [PHS_CAPACITY_NEURONS] = "neurons",
      [PHS_CAPACITY_SYNAPSES] = "synapses",
      [PHS_CAPACITY_SYNAPSE_BITS] = "synapse_bits",
      [PHS_CAPACITY_COMPARTMENT_FORMATS] = "compartment_formats",
      [PHS_CAPACITY_THRESHOLD_FORMATS] = "threshold_formats",
      [PHS_CAPACITY_SYNAPSE_FORMATS] = "synapse_formats",
      [PHS_CAPACITY_TRACE_FORMATS] = "trace_formats",
      [PHS_CAPACITY_AXONS_IN] = "axons_in",
      [PHS_CAPACITY_AXONS_OUT] = "axons_out",
      [PHS_CAPACITY_AXON_TYPES] = "axon_types",
      [PHS_CAPACITY_ROUTER_ENTRIES] = "router_entries",
      [PHS_CAPACITY_CODE_BYTES] = "code_bytes",
      [PHS_CAPACITY_DATA_BYTES] = "data_bytes",
      [PHS_CAPACITY_SHARED_BYTES] = "shared_bytes",
      [PHS_CAPACITY_EMBEDDED_PROCESSORS] = "embedded_processors",
  };
  return c < PHS_CAPACITIES ? key[c] : "none";
}

static int to_buf(const char *bytes, size_t n, void *out) {
  phs_buf_add(out, bytes, n);
  return ((phs_buf *)out)->failed ? -1 : 0;
}

void phs_json_write(json_t *root, phs_buf *out) {
  if (!root ||
      json_dump_callback(root, to_buf, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) != 0) {
    out->failed = true;
  }
  phs_buf_puts(out, "\n");
  json_decref(root);
}

json_t *phs_json_machine(phs_figures *f) {
  const phs_machine *m = f->map->machine;
  json_t *o = json_object(), *parts = json_array();
  json_object_set_new(o, "name", phs_json_text(f->arena, m->target->name));
  json_object_set_new(o, "title", phs_json_text(f->arena, m->target->title));
  json_object_set_new(o, "width", json_integer(m->width));
  json_object_set_new(o, "height", json_integer(m->height));
  json_object_set_new(o, "hexagonal", json_boolean(m->hexagonal));
  json_object_set_new(o, "wrap_x", json_boolean(m->wrap_x));
  json_object_set_new(o, "wrap_y", json_boolean(m->wrap_y));
  json_object_set_new(o, "cores_per_node", json_integer(m->cores_per_node));
  for (int k = 0; k < f->kind_count; k++) {
    json_t *p = json_object();
    json_object_set_new(p, "name", phs_json_text(f->arena, f->kind[k].name));
    json_object_set_new(p, "total", phs_json_number((double)f->kind[k].total));
    json_object_set_new(p, "used", phs_json_known(k == 0 || f->placed, (double)f->kind[k].used));
    json_array_append_new(parts, p);
  }
  json_object_set_new(o, "parts", parts);
  return o;
}

static json_t *totals(phs_figures *f) {
  const phs_work *w = f->map->work;
  json_t *o = json_object();
  json_object_set_new(o, "neurons", phs_json_number((double)w->neurons));
  json_object_set_new(o, "populations", json_integer(w->population_count));
  json_object_set_new(o, "projections", json_integer(w->projection_count));
  json_object_set_new(o, "synapses", phs_json_number(w->synapses));
  json_object_set_new(o, "cores_used", phs_json_known(f->cut, f->map->core_count));
  json_object_set_new(o, "slices", phs_json_known(f->cut, f->map->slice_count));
  json_object_set_new(o, "stored_synapses", phs_json_known(f->measured, f->synapses));
  json_object_set_new(o, "stored_bits", phs_json_known(f->measured, f->bits));
  return o;
}

void phs_figures_json(phs_figures *f, phs_buf *out) {
  const phs_map *m = f->map;
  json_t *o = json_object();
  json_object_set_new(o, "phasor", json_string(PHASOR_VERSION_STRING));
  json_object_set_new(o, "report", json_string("map"));
  json_object_set_new(o, "version", json_integer(1));
  json_object_set_new(o, "model", phs_json_text(f->arena, m->work->name));
  json_object_set_new(o, "mode", json_string(m->options.mode == PHS_MAP_FAST ? "fast" : "good"));
  json_object_set_new(o, "machine", phs_json_machine(f));
  json_object_set_new(o, "totals", totals(f));
  json_object_set_new(o, "capacities", phs_json_capacities(f));
  json_object_set_new(o, "traffic", phs_json_traffic(f));
  json_object_set_new(o, "routing", phs_json_routing(f));
  json_object_set_new(o, "energy", phs_json_energy(f));
  json_object_set_new(o, "populations", phs_json_populations(f));
  json_object_set_new(o, "projections", phs_json_projections(f));
  json_object_set_new(o, "pairs", phs_json_pairs(f));
  json_object_set_new(o, "cores", phs_json_cores(f));
  json_object_set_new(
      o, "assumptions",
      phs_json_strings(f->arena, m->machine->assumption, (size_t)m->machine->assumption_count));
  json_object_set_new(o, "unknown", phs_json_strings(f->arena, f->unknown, f->unknown_count));
  json_object_set_new(o, "notes",
                      phs_json_strings(f->arena, (const char *const *)m->note, m->note_count));
  phs_json_write(o, out);
}
