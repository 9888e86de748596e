/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What cores hold, and the network part by part. */
#include "report/json.h"
#include "report/report.h"
#include "report/tables.h"

#include <math.h>

static json_t *limit_of(double limit) {
  return isfinite(limit) ? phs_json_number(limit) : json_null();
}

static json_t *percentiles(const phs_use_row *r) {
  static const char *const key[PHS_REPORT_PERCENTILES] = {"0", "25", "50", "75", "90", "99", "100"};
  json_t *o = json_object();
  for (int p = 0; p < PHS_REPORT_PERCENTILES; p++) {
    json_object_set_new(o, key[p], phs_json_number(r->percentile[p]));
  }
  return o;
}

json_t *phs_json_capacities(phs_figures *f) {
  json_t *a = json_array();
  for (uint32_t i = 0; i < f->row_count; i++) {
    const phs_use_row *r = &f->row[i];
    json_t *o = json_object();
    json_object_set_new(o, "part", phs_json_text(f->arena, f->kind[r->kind].name));
    json_object_set_new(o, "level", json_integer(r->kind));
    json_object_set_new(o, "capacity", json_string(phs_json_capacity(r->what)));
    json_object_set_new(o, "limit", limit_of(r->limit));
    json_object_set_new(o, "total", phs_json_number(r->total));
    json_object_set_new(o, "mean", phs_json_number(r->mean));
    json_object_set_new(o, "most", phs_json_number(r->most));
    json_object_set_new(o, "most_at", json_integer((json_int_t)r->most_at));
    json_object_set_new(o, "share",
                        isfinite(r->limit) ? phs_json_number(phs_report_share(r->most, r->limit))
                                           : json_null());
    json_object_set_new(o, "percentiles", percentiles(r));
    json_array_append_new(a, o);
  }
  return a;
}

static json_t *place_of(phs_figures *f, uint32_t place) {
  const phs_machine *m = f->map->machine;
  if (place == PHS_UNPLACED || m->cores_per_node == 0 || m->width == 0) {
    return json_string("unknown");
  }
  uint32_t node = place / m->cores_per_node;
  json_t *o = json_object();
  json_object_set_new(o, "place", json_integer(place));
  json_object_set_new(o, "x", json_integer(node % m->width));
  json_object_set_new(o, "y", json_integer(node / m->width));
  json_object_set_new(o, "core", json_integer(place % m->cores_per_node));
  return o;
}

static json_t *slices_of(phs_figures *f, uint32_t core) {
  const phs_map *m = f->map;
  json_t *a = json_array();
  for (uint32_t i = 0; i < m->core[core].slice_count; i++) {
    const phs_slice *s = &m->slice[m->slice_of[m->core[core].first_slice + i]];
    json_t *o = json_object();
    json_object_set_new(o, "population", json_integer(s->population));
    json_object_set_new(o, "neurons", json_integer(s->count));
    json_object_set_new(o, "partial", json_boolean(s->role == PHS_SLICE_PARTIAL));
    json_array_append_new(a, o);
  }
  return a;
}

static json_t *core_of(phs_figures *f, uint32_t c) {
  json_t *o = json_object();
  const phs_part_kind *k = &f->kind[0];
  json_object_set_new(o, "core", json_integer(c));
  json_object_set_new(o, "at", place_of(f, f->map->core[c].place));
  for (int i = 0; i < PHS_CAPACITIES; i++) {
    double use = k->use[(size_t)c * PHS_CAPACITIES + (size_t)i];
    if (use > 0 || isfinite(k->limit[i]) || i == PHS_CAPACITY_NEURONS) {
      json_object_set_new(o, phs_json_capacity((phs_capacity)i), phs_json_known(f->measured, use));
    }
  }
  json_object_set_new(o, "share", phs_json_known(f->measured, (double)k->occupancy[c]));
  json_object_set_new(o, "fullest", json_string(phs_json_capacity((phs_capacity)k->fullest[c])));
  json_object_set_new(o, "slices", slices_of(f, c));
  return o;
}

json_t *phs_json_cores(phs_figures *f) {
  uint32_t n = f->cut ? f->map->core_count : 0;
  bool all = n <= PHS_REPORT_JSON_CORES;
  uint32_t listed = all ? n : PHS_REPORT_FULLEST;
  json_t *o = json_object(), *a = json_array();
  for (uint32_t i = 0; i < listed; i++) {
    json_array_append_new(a, core_of(f, all ? i : f->by_fullness[i]));
  }
  json_object_set_new(o, "used", json_integer(n));
  json_object_set_new(o, "all_listed", json_boolean(all));
  json_object_set_new(o, "list", a);
  return o;
}

json_t *phs_json_populations(phs_figures *f) {
  const phs_work *w = f->map->work;
  json_t *a = json_array();
  for (uint32_t i = 0; i < w->population_count; i++) {
    const phs_population *p = &w->population[i];
    const phs_population_row *r = &f->population[i];
    json_t *o = json_object();
    json_object_set_new(o, "name", phs_json_text(f->arena, p->name));
    json_object_set_new(o, "kind", json_string(phs_report_kind(p->kind)));
    json_object_set_new(o, "neurons", json_integer(p->count));
    json_object_set_new(o, "cores", phs_json_known(f->cut, r->cores));
    json_object_set_new(o, "slices", phs_json_known(f->cut, r->slices));
    json_object_set_new(o, "partial_slices", phs_json_known(f->cut, r->partial));
    json_object_set_new(o, "stored_synapses", phs_json_known(f->measured, r->synapses));
    json_object_set_new(o, "bits", phs_json_known(f->measured, r->bits));
    json_object_set_new(o, "messages", phs_json_number(r->rate));
    json_object_set_new(o, "deliveries", phs_json_known(f->measured, r->deliveries));
    json_object_set_new(o, "own_core", phs_json_known(f->measured, r->local));
    json_array_append_new(a, o);
  }
  return a;
}

json_t *phs_json_projections(phs_figures *f) {
  const phs_work *w = f->map->work;
  json_t *a = json_array();
  for (uint32_t i = 0; i < w->projection_count; i++) {
    const phs_work_projection *p = &w->projection[i];
    const phs_projection_row *r = &f->projection[i];
    json_t *o = json_object(), *formats = json_object();
    json_object_set_new(o, "name", phs_json_text(f->arena, p->name));
    json_object_set_new(o, "source", json_integer(p->source));
    json_object_set_new(o, "target", json_integer(p->target));
    json_object_set_new(o, "wiring", json_string(phs_report_wiring(p->wiring)));
    json_object_set_new(o, "synapses", phs_json_number(p->synapses));
    json_object_set_new(o, "delay_least", json_integer(p->delay_least));
    json_object_set_new(o, "delay_most", json_integer(p->delay_most));
    json_object_set_new(o, "slices", phs_json_known(f->measured, r->blocks));
    json_object_set_new(o, "stored_synapses", phs_json_known(f->measured, r->synapses));
    json_object_set_new(o, "bits", phs_json_known(f->measured, r->bits));
    json_object_set_new(o, "axons", phs_json_known(f->measured, r->axons));
    for (int k = 0; k < PHS_SYNAPSE_FORMATS; k++) {
      if (r->formats[k] > 0) {
        json_object_set_new(formats, phs_synapse_format_name((phs_synapse_format)k),
                            json_integer(r->formats[k]));
      }
    }
    json_object_set_new(o, "formats", formats);
    json_array_append_new(a, o);
  }
  return a;
}

json_t *phs_json_pairs(phs_figures *f) {
  json_t *a = json_array();
  for (uint32_t i = 0; i < f->pair_count; i++) {
    const phs_pair_row *r = &f->pair[i];
    json_t *o = json_object();
    json_object_set_new(o, "source", json_integer(r->source));
    json_object_set_new(o, "target", json_integer(r->target));
    json_object_set_new(o, "projections", json_integer(r->projections));
    json_object_set_new(o, "synapses", phs_json_number(r->synapses));
    json_object_set_new(o, "deliveries", phs_json_known(f->measured, r->deliveries));
    json_object_set_new(o, "own_core", phs_json_known(f->measured, r->local));
    json_array_append_new(a, o);
  }
  return a;
}
