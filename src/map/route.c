/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Routing: which way messages take, and what the links carry. */
#include "map/route.h"

#include <math.h>

bool phs_route_by_tables(const phs_machine *machine) {
  bool family = machine->target && machine->target->family == PHS_FAMILY_SPINNAKER;
  bool entries = isfinite(machine->node_capacity[PHS_CAPACITY_ROUTER_ENTRIES]);
  return (family || entries) && machine->cores_per_node <= PHS_ROUTE_CORES;
}

static bool prepare(phs_router *r) {
  const phs_map *m = r->m;
  if (!phs_fabric_create(m->machine, &r->grid)) {
    return false;
  }
  r->cores_per_node = m->machine->cores_per_node;
  r->node_of = phs_room(m->core_count, sizeof *r->node_of);
  r->load = phs_room((size_t)r->grid.count * PHS_DIRECTIONS, sizeof *r->load);
  if (!r->node_of || !r->load) {
    return false;
  }
  for (uint32_t c = 0; c < m->core_count; c++) {
    r->node_of[c] = m->core[c].place / r->cores_per_node;
  }
  while (r->entry + 1 < r->grid.count && !phs_node_present(m->machine, r->entry)) {
    r->entry++;
  }
  return true;
}

/* Integer loads to messages a step, and what they come to. */
static bool sum_up(const phs_router *r) {
  phs_map *m = r->m;
  phs_routing *out = &m->routing;
  size_t links = (size_t)r->grid.count * PHS_DIRECTIONS;
  out->load = PHS_NEW_ARRAY(m->arena, float, links);
  if (!out->load) {
    return false;
  }
  int64_t worst = 0;
  for (size_t i = 0; i < links; i++) {
    if (r->load[i] == 0) {
      continue;
    }
    uint32_t node = (uint32_t)(i / PHS_DIRECTIONS), to = r->grid.next[i];
    double rate = (double)r->load[i] / r->fixed.scale;
    out->load[i] = (float)rate;
    out->links += rate;
    if (m->machine->domain_count > 0 && to != PHS_NO_NODE &&
        phs_machine_block(m->machine, 0, node) != phs_machine_block(m->machine, 0, to)) {
      out->border_links += rate;
    }
    if (r->load[i] > worst) {
      worst = r->load[i];
      out->worst_load = rate;
      out->worst_node = node;
      out->worst_direction = (phs_direction)(i % PHS_DIRECTIONS);
    }
  }
  return true;
}

phasor_status phs_route_unreachable(const phs_router *r, uint32_t slice) {
  const phs_population *p = &r->m->work->population[r->m->slice[slice].population];
  const phs_place place = {
      .file = r->m->work->file, .where = p->where, .line = p->line, .column = p->column};
  phs_report(r->diag, PHS_ROUTE_UNREACHABLE, &place,
             "describe a machine whose nodes are all joined, or use fewer nodes of it",
             "messages of '%s' from node %u have no way to one of their destinations: nodes that "
             "the machine lacks lie all round it",
             p->name, phs_slice_node(r, slice));
  return phs_code_status(PHS_ROUTE_UNREACHABLE);
}

phasor_status phs_map_route(phs_map *m, phs_diag *diag) {
  phs_router r = {.m = m, .diag = diag};
  phasor_status status = PHASOR_ERROR_INTERNAL;
  m->routing = (phs_routing){0};
  if (!prepare(&r)) {
    goto cleanup;
  }
  status = phs_route_by_tables(m->machine) ? phs_route_multicast(&r) : phs_route_unicast(&r);
  if (status == PHASOR_OK && !sum_up(&r)) {
    status = PHASOR_ERROR_INTERNAL;
  }
cleanup:
  phs_fabric_free(&r.grid);
  free(r.node_of);
  free(r.load);
  return status;
}
