/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/tables.h"

#include "report/report.h"

#include <math.h>

const char *phs_report_direction(phs_direction d) {
  static const char *const words[PHS_DIRECTIONS] = {"east", "north-east", "north",
                                                    "west", "south-west", "south"};
  return d < PHS_DIRECTIONS ? words[d] : "?";
}

const char *phs_report_kind(phs_population_kind k) {
  return k == PHS_POPULATION_NEURONS ? "neurons" : k == PHS_POPULATION_SOURCE ? "source" : "input";
}

const char *phs_report_wiring(phs_wiring w) {
  return w == PHS_WIRING_WINDOW ? "window" : w == PHS_WIRING_RECIPE ? "recipe" : "list";
}

static const char *or_mark(const char *text) {
  return text ? text : "?";
}

const char *phs_report_node_text(phs_figures *f, uint64_t node) {
  uint32_t width = f->map->machine->width;
  if (width == 0) {
    return "-";
  }
  return or_mark(
      phs_arena_printf(f->arena, "%u,%u", (unsigned)(node % width), (unsigned)(node / width)));
}

const char *phs_report_place_text(phs_figures *f, uint32_t place) {
  uint32_t per = f->map->machine->cores_per_node;
  if (place == PHS_UNPLACED || per == 0) {
    return "-";
  }
  const char *node = phs_report_node_text(f, place / per);
  return per == 1 ? node : or_mark(phs_arena_printf(f->arena, "%s.%u", node, place % per));
}

const char *phs_report_part_text(phs_figures *f, int kind, uint64_t i) {
  const char *name = f->kind[kind].name;
  if (kind == 1) {
    return or_mark(phs_arena_printf(f->arena, "%s %s", name, phs_report_node_text(f, i)));
  }
  return or_mark(phs_arena_printf(f->arena, "%s %u", name, (unsigned)i));
}

void phs_table_of_capacities(phs_figures *f, phs_table *out) {
  static const char *const head[] = {"part",  "capacity",  "#limit",  "#in all",
                                     "#mean", "#median",   "#90 %",   "#99 %",
                                     "#most", "#of limit", "fullest", NULL};
  phs_table_begin(out, f->arena, "capacities", "Capacities, over the parts in use", f->row_count,
                  head);
  for (uint32_t i = 0; i < f->row_count; i++) {
    const phs_use_row *r = &f->row[i];
    if (r->most <= 0 && r->what != PHS_CAPACITY_NEURONS) {
      continue;
    }
    phs_table_text(out, f->kind[r->kind].name);
    phs_table_text(out, phs_capacity_words(r->what));
    phs_table_limit(out, r->limit);
    phs_table_number(out, r->total);
    phs_table_number(out, r->mean);
    phs_table_number(out, r->percentile[2]);
    phs_table_number(out, r->percentile[4]);
    phs_table_number(out, r->percentile[5]);
    phs_table_number(out, r->most);
    if (isfinite(r->limit)) {
      phs_table_percent(out, phs_report_share(r->most, r->limit));
    } else {
      phs_table_limit(out, INFINITY);
    }
    phs_table_text(out, r->most > 0 ? phs_report_part_text(f, r->kind, r->most_at) : "-");
  }
}

static void used_of(phs_figures *f, uint32_t core, phs_capacity c, phs_table *out) {
  double use = f->kind[0].use[(size_t)core * PHS_CAPACITIES + c], limit = f->kind[0].limit[c];
  if (!isfinite(limit)) {
    phs_table_number(out, use);
    return;
  }
  phs_table_number(out, use);
  phs_table_cell *cell = out->failed ? NULL
                                     : &out->cell[(size_t)out->rows * (size_t)out->columns -
                                                  (size_t)out->columns + (size_t)out->filled - 1];
  if (cell) {
    cell->text = or_mark(
        phs_arena_printf(f->arena, "%s/%s", cell->text, phs_report_number(f->arena, limit)));
  }
}

/* "E, I and 3 more" */
static const char *populations_on(phs_figures *f, uint32_t core) {
  const phs_map *m = f->map;
  const phs_core *k = &m->core[core];
  const char *text = "";
  uint32_t seen = 0, last = UINT32_MAX, more = 0;
  for (uint32_t i = 0; i < k->slice_count; i++) {
    uint32_t p = m->slice[m->slice_of[k->first_slice + i]].population;
    if (p == last) {
      continue;
    }
    last = p;
    if (seen == 3) {
      more++;
      continue;
    }
    text = or_mark(
        phs_arena_printf(f->arena, "%s%s%s", text, seen ? ", " : "", m->work->population[p].name));
    seen++;
  }
  return more ? or_mark(phs_arena_printf(f->arena, "%s and %u more", text, more)) : text;
}

static void core_row(phs_figures *f, uint32_t c, phs_table *out) {
  static const phs_capacity column[] = {PHS_CAPACITY_NEURONS, PHS_CAPACITY_SYNAPSES,
                                        PHS_CAPACITY_SYNAPSE_BITS, PHS_CAPACITY_AXONS_IN,
                                        PHS_CAPACITY_AXONS_OUT};
  const phs_part_kind *k = &f->kind[0];
  phs_table_number(out, c);
  phs_table_text(out, phs_report_place_text(f, f->map->core[c].place));
  for (size_t i = 0; i < sizeof column / sizeof *column; i++) {
    used_of(f, c, column[i], out);
  }
  phs_table_number(out, f->map->core[c].slice_count);
  phs_table_percent(out, (double)k->occupancy[c]);
  phs_table_text(
      out, k->fullest[c] < PHS_CAPACITIES ? phs_capacity_words((phs_capacity)k->fullest[c]) : "-");
  phs_table_text(out, populations_on(f, c));
}

void phs_table_of_cores(phs_figures *f, uint32_t most, phs_table *out) {
  static const char *const head[] = {"#core", "place",     "#neurons",    "#synapses",
                                     "#bits", "#axons in", "#axons out",  "#slices",
                                     "#full", "by",        "populations", NULL};
  uint32_t n = f->cut ? f->map->core_count : 0;
  bool all = n <= most;
  uint32_t rows = all ? n : PHS_REPORT_FULLEST < most ? PHS_REPORT_FULLEST : most;
  phs_table_begin(out, f->arena, "cores", "Cores", rows, head);
  if (!all) {
    out->note =
        phs_arena_printf(f->arena, "the %u fullest of %s", rows, phs_report_number(f->arena, n));
  }
  for (uint32_t i = 0; i < rows; i++) {
    core_row(f, all ? i : f->by_fullness[i], out);
  }
}

void phs_table_of_populations(phs_figures *f, uint32_t most, phs_table *out) {
  static const char *const head[] = {"population", "kind",        "#neurons",       "#cores",
                                     "#slices",    "#partial",    "#synapses onto", "#bits",
                                     "#messages",  "#deliveries", "#own core",      NULL};
  const phs_work *w = f->map->work;
  uint32_t rows = w->population_count < most ? w->population_count : most;
  phs_table_begin(out, f->arena, "populations", "Populations", rows, head);
  out->note = rows < w->population_count
                  ? phs_arena_printf(f->arena, "messages a step; the first %u of %s", rows,
                                     phs_report_number(f->arena, w->population_count))
                  : "messages a step";
  for (uint32_t p = 0; p < rows; p++) {
    const phs_population_row *r = &f->population[p];
    phs_table_text(out, w->population[p].name);
    phs_table_text(out, phs_report_kind(w->population[p].kind));
    phs_table_number(out, w->population[p].count);
    phs_table_number(out, r->cores);
    phs_table_number(out, r->slices);
    phs_table_number(out, r->partial);
    phs_table_number(out, r->synapses);
    phs_table_number(out, r->bits);
    phs_table_number(out, r->rate);
    phs_table_number(out, r->deliveries);
    phs_table_number(out, r->local);
  }
}

/* "dense", "dense 3, index 1" */
static const char *formats_of(phs_figures *f, const phs_projection_row *r) {
  const char *text = "";
  for (int i = 0; i < PHS_SYNAPSE_FORMATS; i++) {
    const char *name = phs_synapse_format_name((phs_synapse_format)i);
    if (r->formats[i] == r->blocks && r->blocks > 0) {
      return name;
    }
    if (r->formats[i] > 0) {
      text = or_mark(
          phs_arena_printf(f->arena, "%s%s%s %u", text, *text ? ", " : "", name, r->formats[i]));
    }
  }
  return *text ? text : "-";
}

void phs_table_of_projections(phs_figures *f, uint32_t most, phs_table *out) {
  static const char *const head[] = {"projection", "from",    "to",     "wiring",
                                     "#synapses",  "#stored", "#bits",  "#bits each",
                                     "format",     "#slices", "#axons", NULL};
  const phs_work *w = f->map->work;
  uint32_t rows = w->projection_count < most ? w->projection_count : most;
  phs_table_begin(out, f->arena, "projections", "Projections", rows, head);
  if (rows < w->projection_count) {
    out->note = phs_arena_printf(f->arena, "the first %u of %s", rows,
                                 phs_report_number(f->arena, w->projection_count));
  }
  for (uint32_t i = 0; i < rows; i++) {
    const phs_work_projection *p = &w->projection[i];
    const phs_projection_row *r = &f->projection[i];
    phs_table_text(out, p->name);
    phs_table_text(out, w->population[p->source].name);
    phs_table_text(out, w->population[p->target].name);
    phs_table_text(out, phs_report_wiring(p->wiring));
    phs_table_number(out, p->synapses);
    phs_table_number(out, r->synapses);
    phs_table_number(out, r->bits);
    phs_table_number(out, r->synapses > 0 ? r->bits / r->synapses : 0);
    phs_table_text(out, formats_of(f, r));
    phs_table_number(out, r->blocks);
    phs_table_number(out, r->axons);
  }
}
