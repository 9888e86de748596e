/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The summary: a line for each thing that a reader wants to know first. */
#include "report/tables.h"

#include <string.h>

typedef struct facts {
  phs_figures *f;
  phs_fact *out;
  int count;
} facts;

#define TEXT(...) phs_arena_printf(s->f->arena, __VA_ARGS__)
#define NUMBER(value) phs_report_number(s->f->arena, (double)(value))

static void add(facts *s, const char *name, const char *text) {
  if (s->count < PHS_FACTS) {
    s->out[s->count++] = (phs_fact){name, text ? text : "?"};
  }
}

static double ratio(double a, double b) {
  return b > 0 ? a / b : 0;
}

/* "12 of 128 cores (9.4 %), 3 of 32 tiles" */
static void parts(facts *s) {
  const char *text = "";
  for (int k = 0; k < s->f->kind_count; k++) {
    const phs_part_kind *p = &s->f->kind[k];
    if (k == 1 && s->f->map->machine->cores_per_node == 1 && p->total == s->f->kind[0].total) {
      continue; /* the node is the core */
    }
    if (k > 0 && !s->f->placed) {
      break;
    }
    const char *more =
        TEXT("%s%s%s of %s %s%s (%s)", text, *text ? ", " : "", NUMBER(p->used), NUMBER(p->total),
             p->name ? p->name : "part", p->total == 1 ? "" : "s",
             phs_report_percent_text(s->f->arena, ratio((double)p->used, (double)p->total)));
    text = more ? more : text;
  }
  add(s, "in use", text);
}

static void fullest(facts *s) {
  const phs_use_row *r = s->f->tightest;
  if (!r) {
    add(s, "fullest", s->f->measured ? "no capacity with a limit is used" : "unknown");
    return;
  }
  add(s, "fullest",
      TEXT("%s of %s: %s of %s (%s)", phs_capacity_words(r->what),
           phs_report_part_text(s->f, r->kind, r->most_at), NUMBER(r->most), NUMBER(r->limit),
           phs_report_percent_text(s->f->arena, phs_report_share(r->most, r->limit))));
}

static void network(facts *s) {
  const phs_work *w = s->f->map->work;
  add(s, "network",
      TEXT("%s neurons in %s populations, %s synapses in %s projections", NUMBER(w->neurons),
           NUMBER(w->population_count), NUMBER(w->synapses), NUMBER(w->projection_count)));
  if (s->f->measured) {
    add(s, "memory",
        TEXT("%s synapses in %s bits (%s bits each), %s slices", NUMBER(s->f->synapses),
             NUMBER(s->f->bits), NUMBER(ratio(s->f->bits, s->f->synapses)),
             NUMBER(s->f->map->slice_count)));
  }
}

static void traffic(facts *s) {
  const phs_traffic *t = &s->f->map->traffic;
  if (!s->f->placed) {
    add(s, "traffic", "unknown: the cores have no places");
    return;
  }
  add(s, "traffic",
      TEXT("%s messages a step, %s deliveries to other cores, %s from outside", NUMBER(t->messages),
           NUMBER(t->deliveries), NUMBER(t->from_outside)));
  add(s, "hops",
      TEXT("%s spike-hops a step (%s a delivery)", NUMBER(t->spike_hops),
           NUMBER(ratio(phs_report_sane(t->spike_hops), phs_report_sane(t->deliveries)))));
}

static void routing(facts *s) {
  const phs_map *m = s->f->map;
  const phs_routing *r = &m->routing;
  if (!s->f->routed) {
    add(s, "links", "unknown: nothing is routed");
    return;
  }
  add(s, "links",
      TEXT("%s messages a step times links, %s of them over borders; %s links in use",
           NUMBER(r->links), NUMBER(r->border_links), NUMBER(s->f->links.links_used)));
  if (s->f->links.links_used > 0) {
    add(s, "worst link",
        TEXT("%s messages a step, %s %s to the %s (the mean is %s)", NUMBER(r->worst_load),
             m->machine->node_name, phs_report_node_text(s->f, r->worst_node),
             phs_report_direction(r->worst_direction), NUMBER(s->f->links.mean_load)));
  }
  if (r->tables) {
    const phs_tables *t = r->tables;
    add(s, "tables",
        TEXT("%s entries (%s before minimising), at most %s of %s on a %s", NUMBER(t->total),
             NUMBER(t->total_before), NUMBER(t->most),
             NUMBER(m->machine->node_capacity[PHS_CAPACITY_ROUTER_ENTRIES]),
             m->machine->node_name));
  } else {
    add(s, "tables", "none: each message carries its destination");
  }
}

static void energy(facts *s) {
  const phs_link_figures *l = &s->f->links;
  double joule = l->border_energy.joule;
  bool known = l->border_energy.known;
  for (int a = 0; a < PHS_AXES; a++) {
    joule += l->energy[a].joule;
    known &= l->energy[a].known;
  }
  if (s->f->routed) {
    add(s, "energy",
        known ? TEXT("%s a step for links", phs_report_joule(s->f->arena, joule))
              : "unknown: the target does not give what links take");
  }
}

int phs_report_facts(phs_figures *f, phs_fact *out) {
  facts box = {f, out, 0}, *s = &box;
  const phs_map *m = f->map;
  const phs_target_description *t = m->machine->target;
  add(s, "model", m->work->name ? m->work->name : "-");
  add(s, "machine", t->title ? TEXT("%s: %s", t->name, t->title) : t->name);
  add(s, "mode", m->options.mode == PHS_MAP_FAST ? "fast" : "good");
  parts(s);
  fullest(s);
  network(s);
  traffic(s);
  routing(s);
  energy(s);
  return s->count;
}
