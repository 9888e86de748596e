/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What projections mean for boxes of neurons. */
#include "map/window.h"
#include "map/work_recipe.h"

phs_box phs_box_all(const phs_population *p) {
  return (phs_box){.high = {p->dim[0], p->dim[1], p->dim[2]}};
}

bool phs_box_meet(const phs_box *a, const phs_box *b, phs_box *out) {
  phs_box meet;
  bool any = true;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    meet.low[d] = a->low[d] > b->low[d] ? a->low[d] : b->low[d];
    meet.high[d] = a->high[d] < b->high[d] ? a->high[d] : b->high[d];
    any &= meet.low[d] < meet.high[d];
  }
  if (out) {
    *out = any ? meet : (phs_box){{0}, {0}};
  }
  return any;
}

static phs_interval span_of(const phs_box *b, int d) {
  return (phs_interval){b->low[d], b->high[d]};
}

static phs_box window_box(const phs_work *w, const phs_work_projection *p, const phs_box *of,
                          bool forwards) {
  const phs_population *to = &w->population[forwards ? p->target : p->source];
  phs_box out;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    phs_interval s = forwards ? phs_axis_targets(&p->window[d], span_of(of, d), to->dim[d])
                              : phs_axis_sources(&p->window[d], span_of(of, d), to->dim[d]);
    if (s.low >= s.high) {
      return (phs_box){{0}, {0}};
    }
    out.low[d] = s.low;
    out.high[d] = s.high;
  }
  return out;
}

static phs_box list_box(const phs_population *to, const phs_work_projection *p, const phs_box *of) {
  return phs_box_count(of) > 0 && p->synapses > 0.0 ? phs_box_all(to) : (phs_box){{0}, {0}};
}

phs_box phs_work_sources(const phs_work *w, uint32_t projection, const phs_box *target) {
  const phs_work_projection *p = &w->projection[projection];
  switch (p->wiring) {
  case PHS_WIRING_WINDOW:
    return window_box(w, p, target, false);
  case PHS_WIRING_RECIPE:
    return phs_recipe_sources(w, p, target);
  case PHS_WIRING_LIST:
    break;
  }
  return list_box(&w->population[p->source], p, target);
}

phs_box phs_work_targets(const phs_work *w, uint32_t projection, const phs_box *source) {
  const phs_work_projection *p = &w->projection[projection];
  switch (p->wiring) {
  case PHS_WIRING_WINDOW:
    return window_box(w, p, source, true);
  case PHS_WIRING_RECIPE:
    return phs_recipe_targets(w, p, source);
  case PHS_WIRING_LIST:
    break;
  }
  return list_box(&w->population[p->target], p, source);
}

double phs_work_synapses(const phs_work *w, uint32_t projection, const phs_box *source,
                         const phs_box *target) {
  const phs_work_projection *p = &w->projection[projection];
  if (p->wiring == PHS_WIRING_RECIPE) {
    return phs_recipe_synapses(w, p, source, target);
  }
  double n = p->wiring == PHS_WIRING_WINDOW ? 1.0 : 0.0;
  for (int d = 0; d < PHS_MAP_RANK && n > 0.0; d++) {
    n *= phs_axis_pairs(&p->window[d], span_of(source, d), span_of(target, d));
  }
  return n;
}

double phs_work_axons(const phs_work *w, uint32_t projection, const phs_box *source,
                      const phs_box *target) {
  const phs_work_projection *p = &w->projection[projection];
  if (p->wiring == PHS_WIRING_RECIPE) {
    return phs_recipe_axons(w, p, source, target);
  }
  double n = p->wiring == PHS_WIRING_WINDOW ? 1.0 : 0.0;
  for (int d = 0; d < PHS_MAP_RANK && n > 0.0; d++) {
    n *= phs_axis_union(&p->window[d], span_of(source, d), span_of(target, d));
  }
  return n;
}

double phs_work_rate(const phs_work *w, uint32_t population, const phs_box *box) {
  const phs_population *p = &w->population[population];
  if (p->rate_count <= 1) {
    return p->rate_count ? (double)phs_box_count(box) * (double)p->rate[0] : 0.0;
  }
  double sum = 0.0;
  for (uint32_t c = box->low[0]; c < box->high[0]; c++) {
    for (uint32_t y = box->low[1]; y < box->high[1]; y++) {
      const float *row = p->rate + phs_box_index(p, c, y, 0);
      for (uint32_t x = box->low[2]; x < box->high[2]; x++) {
        sum += (double)row[x];
      }
    }
  }
  return sum;
}
