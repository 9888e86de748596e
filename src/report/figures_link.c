/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Messages on links, what they cost, and what is not known. */
#include "report/figures.h"

#include "map/format.h"

static phs_axis axis_of(phs_direction d) {
  switch (d) {
  case PHS_EAST:
  case PHS_WEST:
    return PHS_AXIS_EAST_WEST;
  case PHS_NORTH:
  case PHS_SOUTH:
    return PHS_AXIS_NORTH_SOUTH;
  default:
    return PHS_AXIS_DIAGONAL;
  }
}

/* The outermost domain whose border lies between two nodes, or -1. */
static int border_between(const phs_machine *m, uint32_t a, uint32_t b) {
  for (int d = m->domain_count - 1; d >= 0; d--) {
    if (phs_machine_block(m, d, a) != phs_machine_block(m, d, b)) {
      return d;
    }
  }
  return -1;
}

/* The level that says what a hop between its parts costs: those inside it are @p part. */
static const phs_target_level *level_around(const phs_target_description *t, const char *part) {
  int at = part ? phs_target_level_find(t, part) : -1;
  return at >= 0 && at + 1 < t->level_count ? &t->level[at + 1] : NULL;
}

/* @return false where the energy is not known; aJ in the description, J here */
static bool add_energy(phs_energy_row *row, double events, const phs_figure *energy) {
  row->events += events;
  bool known = energy && energy->state == PHS_FIGURE_KNOWN;
  row->known &= known || events <= 0;
  row->joule += known ? events * energy->most * 1e-18 : 0;
  return known;
}

static void one_link(phs_figures *f, uint32_t node, phs_direction d, double load) {
  const phs_machine *m = f->map->machine;
  phs_link_figures *l = &f->links;
  uint32_t next = phs_machine_neighbour(m, node, d);
  int border = next < m->grid_count ? border_between(m, node, next) : -1;
  phs_axis axis = axis_of(d);
  const phs_target_level *level =
      level_around(m->target, border < 0 ? m->node_name : m->domain[border].name);
  const phs_figure *energy = level ? &level->link[axis].energy : NULL;
  l->links_used++;
  l->mean_load += load;
  if (border < 0) {
    l->axis[axis] += load;
    add_energy(&l->energy[axis], load, energy);
  } else {
    l->border += load;
    add_energy(&l->border_energy, load, energy);
  }
}

static void events(phs_figures *f) {
  const phs_target_description *t = f->map->machine->target;
  const phs_traffic *s = &f->map->traffic;
  f->send.known = f->receive.known = true;
  add_energy(&f->send, phs_report_sane(s->messages), &t->event[PHS_EVENT_MESSAGE_OUT].energy);
  add_energy(&f->receive, phs_report_sane(s->deliveries), &t->event[PHS_EVENT_MESSAGE_IN].energy);
}

static void unknown(phs_figures *f, const char *text) {
  if (text) {
    f->unknown[f->unknown_count++] = text;
  }
}

/* Capacities that the target says it has and nobody knows limit nothing: the reader has to know. */
static void unknown_capacities(phs_figures *f, const phs_target_level *l) {
  const char *list = NULL;
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    if (l->capacity[c].state == PHS_FIGURE_UNKNOWN) {
      list = phs_arena_printf(f->arena, "%s%s%s", list ? list : "", list ? ", " : "",
                              phs_capacity_words((phs_capacity)c));
    }
  }
  if (list) {
    unknown(f,
            phs_arena_printf(f->arena, "what a %s holds (nothing is limited): %s", l->name, list));
  }
}

static const char *axis_words(phs_axis a) {
  static const char *const words[PHS_AXES] = {"east or west", "north or south",
                                              "along the diagonal"};
  return words[a];
}

static bool unknowns(phs_figures *f) {
  const phs_target_description *t = f->map->machine->target;
  size_t room = (size_t)t->level_count + PHS_AXES + 4;
  f->unknown = PHS_NEW_ARRAY(f->arena, const char *, room);
  if (!f->unknown) {
    return false;
  }
  for (int l = 0; l < t->level_count; l++) {
    unknown_capacities(f, &t->level[l]);
  }
  if (f->measured && !phs_synapse_bits_known(f->map->machine)) {
    unknown(f, "all widths of synapses: bits of synapse memory are lower bounds");
  }
  for (int a = 0; a < PHS_AXES; a++) {
    if (f->links.axis[a] > 0 && !f->links.energy[a].known) {
      unknown(f, phs_arena_printf(f->arena, "the energy of a hop %s from %s to %s",
                                  axis_words((phs_axis)a), f->map->machine->node_name,
                                  f->map->machine->node_name));
    }
  }
  if (f->links.border > 0 && !f->links.border_energy.known) {
    unknown(f, phs_arena_printf(f->arena, "the energy of a hop over a border of a %s",
                                f->map->machine->domain[0].name));
  }
  if (f->placed && !f->send.known) {
    unknown(f, "the energy of a message that leaves a core");
  }
  if (f->placed && !f->receive.known) {
    unknown(f, "the energy of a message that arrives at a core");
  }
  return true;
}

/* Nodes with a core in use, a load or a table. */
static bool window(phs_figures *f) {
  const phs_machine *m = f->map->machine;
  const phs_part_kind *nodes = &f->kind[1];
  uint8_t *used = PHS_NEW_ARRAY(f->arena, uint8_t, m->grid_count);
  if (!used) {
    return false;
  }
  for (uint32_t g = 0; g < m->grid_count; g++) {
    used[g] = nodes->in_use ? nodes->in_use[g] : 0;
    for (size_t d = 0; f->routed && d < PHS_DIRECTIONS; d++) {
      used[g] |= f->map->routing.load[(size_t)g * PHS_DIRECTIONS + d] > 0;
    }
  }
  f->window = phs_floor_window(m, used);
  return true;
}

bool phs_figures_links(phs_figures *f) {
  const phs_machine *m = f->map->machine;
  f->links.border_energy.known = true;
  for (int a = 0; a < PHS_AXES; a++) {
    f->links.energy[a].known = true;
  }
  for (uint32_t g = 0; f->routed && g < m->grid_count; g++) {
    for (int d = 0; d < PHS_DIRECTIONS; d++) {
      double load =
          phs_report_sane((double)f->map->routing.load[(size_t)g * PHS_DIRECTIONS + (size_t)d]);
      if (load > 0) {
        one_link(f, g, (phs_direction)d, load);
      }
    }
  }
  if (f->links.links_used > 0) {
    f->links.mean_load /= (double)f->links.links_used;
  }
  events(f);
  return window(f) && unknowns(f);
}
