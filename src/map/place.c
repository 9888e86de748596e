/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Placing: methods behind one interface, and what cannot be placed. */
#include "map/curve.h"
#include "map/place_parts.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct job {
  phs_map *m;
  phs_diag *diag;
  phs_arena *arena;
  phs_core_graph graph;
  plc_state state;
  uint32_t *site, sites; /* in the order of filling */
  uint32_t *item;        /* cores in the order of filling */
} job;

const char *phs_place_method_name(phs_place_method method) {
  static const char *const name[PHS_PLACE_METHODS] = {"good", "curve", "snake", "greedy", "random"};
  return name[method];
}

static void shuffle(uint32_t *list, uint32_t n, uint64_t seed) {
  uint64_t random = plc_stream(seed, 1);
  for (uint32_t i = n; i > 1; i--) {
    uint32_t k = plc_below(&random, i), was = list[i - 1];
    list[i - 1] = list[k];
    list[k] = was;
  }
}

/* Orders alone look at neither traffic nor distances. */
static bool needs_graph(phs_place_method method) {
  return method == PHS_PLACE_GOOD || method == PHS_PLACE_GREEDY;
}

/* Sites and cores as the method takes them. */
static bool prepare(job *j, phs_place_method method) {
  const phs_machine *k = j->m->machine;
  uint32_t n = j->m->core_count;
  j->sites = k->node_count;
  j->site = PHS_NEW_ARRAY(j->arena, uint32_t, k->node_count);
  j->item = PHS_NEW_ARRAY(j->arena, uint32_t, n);
  if (!j->site || !j->item ||
      !plc_state_create(j->m, &j->graph, needs_graph(method), j->arena, &j->state)) {
    return false;
  }
  for (uint32_t i = 0; i < n; i++) {
    j->item[i] = i;
  }
  if (method == PHS_PLACE_RANDOM) {
    shuffle(j->item, n, j->m->options.seed);
  }
  if (method == PHS_PLACE_SNAKE) {
    phs_curve_snake(k, j->site);
    return true;
  }
  return phs_curve_nodes(k, j->site);
}

/* Random cores at random free places, not the first ones. */
static bool pack_random(job *j) {
  plc_state *s = &j->state;
  const phs_machine *k = j->m->machine;
  size_t places = (size_t)k->node_count * k->cores_per_node;
  uint32_t *place = malloc((places ? places : 1) * sizeof *place);
  uint32_t next = 0;
  if (!place) {
    return false;
  }
  for (size_t i = 0; i < places; i++) {
    place[i] = j->site[i / k->cores_per_node];
  }
  shuffle(place, (uint32_t)places, j->m->options.seed + 1);
  for (size_t i = 0; i < places && next < j->m->core_count; i++) {
    if (plc_fits(s, j->item[next], place[i])) {
      plc_put(s, j->item[next++], place[i]);
    }
  }
  free(place);
  return next == j->m->core_count;
}

/* What an item at a site would cost with the placed ones. */
static double cost_at(const plc_state *s, uint32_t item, uint32_t at) {
  const phs_core_graph *g = s->graph;
  double sum = 0;
  for (uint64_t k = g->row[item]; k < g->row[item + 1]; k++) {
    uint32_t other = g->core[k];
    if (s->slot[other] != PLC_NONE) {
      sum += (double)g->weight[k] * plc_distance(&s->metric, at, s->at[other]);
    }
  }
  return sum;
}

static bool pack_greedy(job *j) {
  plc_state *s = &j->state;
  for (uint32_t i = 0; i < j->m->core_count; i++) {
    uint32_t best = PLC_NONE, w = s->metric.width;
    double least = 0;
    for (uint32_t k = 0; k < j->sites; k++) {
      uint32_t site = j->site[k];
      if (!plc_fits(s, i, site)) {
        continue;
      }
      double cost = cost_at(s, i, plc_at(site % w, site / w));
      if (best == PLC_NONE || cost < least) {
        best = site;
        least = cost;
      }
    }
    if (best == PLC_NONE) {
      return false;
    }
    plc_put(s, i, best);
  }
  return true;
}

/* The level of the target whose figure bounds a site or a domain. */
static const phs_figure *figure_of(const phs_machine *k, int domain, phs_capacity what,
                                   const char **level) {
  const phs_target_description *t = k->target;
  int at = phs_target_level_find(t, k->node_name);
  for (int i = 0; i < t->level_count && domain >= 0; i++) {
    at = t->level[i].name == k->domain[domain].name ? i : at;
  }
  *level = t->level[at].name;
  while (at > 0 && t->level[at].capacity[what].state != PHS_FIGURE_KNOWN) {
    at--;
  }
  return &t->level[at].capacity[what];
}

static double sum_of(const plc_limit *l, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    sum += l->demand[i];
  }
  return sum;
}

static double blocks_of(const phs_machine *k, const plc_limit *l) {
  return l->domain < 0 ? k->node_count
                       : (double)k->domain[l->domain].blocks_x * k->domain[l->domain].blocks_y;
}

/* The limit that is most exceeded by all cores together. */
static const plc_limit *tightest(const job *j) {
  const plc_limit *most = NULL;
  double worst = 0;
  for (int i = 0; i < j->state.limit_count; i++) {
    const plc_limit *l = &j->state.limit[i];
    double part = sum_of(l, j->m->core_count) / l->capacity / blocks_of(j->m->machine, l);
    if (part > worst) {
      worst = part;
      most = l;
    }
  }
  return most;
}

/* The population with the most neurons on a core, for a place in the model. */
static const phs_population *population_on(const phs_map *m, uint32_t core) {
  const phs_core *c = &m->core[core];
  const phs_slice *best = NULL;
  for (uint32_t i = 0; i < c->slice_count; i++) {
    const phs_slice *s = &m->slice[m->slice_of[c->first_slice + i]];
    best = !best || s->count > best->count ? s : best;
  }
  return best ? &m->work->population[best->population] : NULL;
}

static phs_place place_in_model(const phs_map *m, const phs_population *p) {
  phs_place place = {.file = m->work->file};
  if (p) {
    place.where = p->where;
    place.line = p->line;
    place.column = p->column;
  }
  return place;
}

/* The population that takes the most cores. */
static const phs_population *greatest_population(const phs_map *m) {
  const phs_population *best = NULL;
  uint32_t most = 0;
  for (uint32_t p = 0; m->first_slice && p < m->work->population_count; p++) {
    uint32_t slices = m->first_slice[p + 1] - m->first_slice[p];
    if (m->work->population[p].kind != PHS_POPULATION_INPUT && slices > most) {
      most = slices;
      best = &m->work->population[p];
    }
  }
  return best;
}

static phasor_status too_many_cores(const job *j) {
  const phs_map *m = j->m;
  const phs_population *p = greatest_population(m);
  phs_place place = place_in_model(m, p);
  double machines = (double)m->core_count / (double)m->machine->core_count;
  char help[256];
  snprintf(help, sizeof help,
           "choose a bigger target, or describe a system of at least %.0f of these: "
           "docs/format/target.md",
           machines + (machines > (double)(uint64_t)machines));
  phs_map_note(j->m, "placing: %u cores do not go onto the %llu that '%s' has", m->core_count,
               (unsigned long long)m->machine->core_count, m->machine->target->name);
  phs_report(j->diag, PHS_MAP_CORES, &place, help,
             "the network takes %u cores, but '%s' has %llu%s%s%s", m->core_count,
             m->machine->target->name, (unsigned long long)m->machine->core_count,
             p ? "; most are for the population '" : "", p ? p->name : "", p ? "'" : "");
  return PHASOR_ERROR_TARGET;
}

/* What was tried in vain, and the limit that is to blame. */
static phasor_status chip_full(const job *j) {
  const phs_map *m = j->m;
  const plc_limit *l = tightest(j);
  uint32_t core = plc_first_unplaced(&j->state);
  const phs_population *p = core == PLC_NONE ? NULL : population_on(m, core);
  phs_place place = place_in_model(m, p);
  const char *level;
  if (!l || core == PLC_NONE) {
    return PHASOR_ERROR_INTERNAL; /* without limits all cores fit as there are enough places */
  }
  const phs_figure *f = figure_of(m->machine, l->domain, l->what, &level);
  double sum = sum_of(l, m->core_count), blocks = blocks_of(m->machine, l);
  phs_map_note(j->m, "placing: tried to fill each %s in order, and with the greatest cores first",
               level);
  phs_report(
      j->diag, PHS_MAP_CHIP_FULL, &place,
      "choose a bigger target, or describe a system with more of them: "
      "docs/format/target.md",
      "the cores of the network take %.0f %s, core %u with population '%s' %.0f of them; '%s' "
      "has %.0f parts '%s' that hold %.0f each (%s:%u), and no order was found in which all "
      "cores fit",
      sum, phs_capacity_words(l->what), core, p ? p->name : "?", l->demand[core],
      m->machine->target->name, blocks, level, l->capacity, f->file ? f->file : "?", f->line);
  return PHASOR_ERROR_TARGET;
}

static phasor_status place_cores(job *j, phs_place_method method) {
  plc_state *s = &j->state;
  if (method == PHS_PLACE_GOOD) {
    return plc_good(s, j->m, j->site, j->sites, j->item);
  }
  bool ok = method == PHS_PLACE_RANDOM   ? pack_random(j)
            : method == PHS_PLACE_GREEDY ? pack_greedy(j)
                                         : plc_pack(s, j->site, j->sites, j->item);
  if (ok) {
    return PHASOR_OK;
  }
  phs_map_note(j->m,
               "placing: the %s order left no room for some cores within the capacities of "
               "chips; the greatest were placed first",
               phs_place_method_name(method));
  return plc_pack_greatest(s, j->site, j->sites, j->item) ? PHASOR_OK : PHASOR_ERROR_TARGET;
}

static phasor_status place(job *j, phs_place_method method) {
  phs_map *m = j->m;
  if (m->core_count > m->machine->core_count) {
    return too_many_cores(j);
  }
  j->graph = (phs_core_graph){.core_count = m->core_count};
  if ((needs_graph(method) && !phs_core_graph_create(m, j->arena, &j->graph)) ||
      !prepare(j, method)) {
    return PHASOR_ERROR_INTERNAL;
  }
  phasor_status status = place_cores(j, method);
  if (status != PHASOR_OK) {
    return status == PHASOR_ERROR_TARGET ? chip_full(j) : status;
  }
  for (uint32_t i = 0; i < m->core_count; i++) {
    m->core[i].place = plc_site(&j->state, j->state.at[i]) * j->state.slots + j->state.slot[i];
  }
  return PHASOR_OK;
}

phasor_status phs_map_place_by(phs_map *m, phs_place_method method, phs_diag *diag) {
  job j = {.m = m, .diag = diag, .arena = phs_arena_create()};
  phasor_status status = j.arena ? place(&j, method) : PHASOR_ERROR_INTERNAL;
  phs_arena_destroy(j.arena);
  if (status == PHASOR_OK) {
    phs_map_traffic(m);
  }
  return status;
}

phasor_status phs_map_place(phs_map *m, phs_diag *diag) {
  return phs_map_place_by(m, m->options.mode == PHS_MAP_FAST ? PHS_PLACE_CURVE : PHS_PLACE_GOOD,
                          diag);
}
