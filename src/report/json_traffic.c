/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Messages, links, tables, and what they cost. */
#include "report/json.h"
#include "report/tables.h"

json_t *phs_json_traffic(phs_figures *f) {
  const phs_traffic *t = &f->map->traffic;
  json_t *o = json_object();
  json_object_set_new(o, "messages", phs_json_known(f->placed, t->messages));
  json_object_set_new(o, "deliveries", phs_json_known(f->placed, t->deliveries));
  json_object_set_new(o, "spike_hops", phs_json_known(f->placed, t->spike_hops));
  json_object_set_new(o, "weighted_hops", phs_json_known(f->placed, t->weighted_hops));
  json_object_set_new(o, "from_outside", phs_json_known(f->placed, t->from_outside));
  return o;
}

static json_t *tables_of(phs_figures *f) {
  const phs_tables *t = f->map->routing.tables;
  json_t *o = json_object();
  double limit = f->map->machine->node_capacity[PHS_CAPACITY_ROUTER_ENTRIES];
  json_object_set_new(o, "entries", phs_json_number((double)t->total));
  json_object_set_new(o, "entries_before", phs_json_number((double)t->total_before));
  json_object_set_new(o, "most", json_integer(t->most));
  json_object_set_new(o, "most_before", json_integer(t->most_before));
  json_object_set_new(o, "limit", limit < 1e300 ? phs_json_number(limit) : json_null());
  return o;
}

json_t *phs_json_routing(phs_figures *f) {
  const phs_machine *m = f->map->machine;
  const phs_routing *r = &f->map->routing;
  if (!f->routed) {
    return json_string("unknown");
  }
  json_t *o = json_object(), *worst = json_object();
  json_object_set_new(worst, "load", phs_json_number(r->worst_load));
  json_object_set_new(worst, "x", json_integer(m->width ? r->worst_node % m->width : 0));
  json_object_set_new(worst, "y", json_integer(m->width ? r->worst_node / m->width : 0));
  json_object_set_new(worst, "direction", json_string(phs_report_direction(r->worst_direction)));
  json_object_set_new(o, "links", phs_json_number(r->links));
  json_object_set_new(o, "border_links", phs_json_number(r->border_links));
  json_object_set_new(o, "links_used", phs_json_number((double)f->links.links_used));
  json_object_set_new(o, "mean_load", phs_json_number(f->links.mean_load));
  json_object_set_new(o, "worst", worst);
  json_object_set_new(o, "tables", r->tables ? tables_of(f) : json_null());
  return o;
}

static json_t *energy_of(const phs_energy_row *e) {
  json_t *o = json_object();
  json_object_set_new(o, "events", phs_json_number(e->events));
  json_object_set_new(o, "joule", phs_json_known(e->known, e->joule));
  return o;
}

json_t *phs_json_energy(phs_figures *f) {
  static const char *const axis[PHS_AXES] = {"east_west", "north_south", "diagonal"};
  json_t *o = json_object(), *links = json_object();
  if (f->routed) {
    for (int a = 0; a < PHS_AXES; a++) {
      json_object_set_new(links, axis[a], energy_of(&f->links.energy[a]));
    }
    json_object_set_new(links, "border", energy_of(&f->links.border_energy));
    json_object_set_new(o, "links", links);
  } else {
    json_decref(links);
    json_object_set_new(o, "links", json_string("unknown"));
  }
  json_object_set_new(o, "message_out", f->placed ? energy_of(&f->send) : json_string("unknown"));
  json_object_set_new(o, "message_in", f->placed ? energy_of(&f->receive) : json_string("unknown"));
  return o;
}
