/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Tables of links and routers: the highest of many values. */
#include "report/tables.h"

#include <math.h>
#include <stdlib.h>

typedef struct ranked {
  double value;
  uint64_t at;
} ranked;

static int higher(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->value != y->value) {
    return x->value > y->value ? -1 : 1;
  }
  return x->at < y->at ? -1 : x->at > y->at;
}

/* The highest values above 0 of @p n, falling; ties by number.
 * @return freed by the caller; NULL without memory */
static ranked *highest(uint64_t n, double (*value)(const phs_figures *, uint64_t),
                       const phs_figures *f, uint32_t most, uint32_t *count) {
  ranked *all = n < SIZE_MAX / sizeof *all ? malloc((n + 1) * sizeof *all) : NULL;
  uint64_t found = 0;
  for (uint64_t i = 0; all && i < n; i++) {
    double v = value(f, i);
    if (v > 0) {
      all[found++] = (ranked){v, i};
    }
  }
  if (all) {
    qsort(all, found, sizeof *all, higher);
  }
  *count = found < most ? (uint32_t)found : most;
  return all;
}

static double load_of(const phs_figures *f, uint64_t i) {
  return phs_report_sane((double)f->map->routing.load[i]);
}

static double entries_of(const phs_figures *f, uint64_t i) {
  const phs_tables *t = f->map->routing.tables;
  return (double)(t->row[i + 1] - t->row[i]);
}

void phs_table_of_links(phs_figures *f, uint32_t most, phs_table *out) {
  static const char *const head[] = {
      "from", "direction", "to", "border of", "#messages a step", "#of the worst", NULL};
  const phs_machine *m = f->map->machine;
  uint32_t n = 0;
  ranked *r =
      highest(f->routed ? (uint64_t)m->grid_count * PHS_DIRECTIONS : 0, load_of, f, most, &n);
  phs_table_begin(out, f->arena, "links", "Links with the most messages", n, head);
  for (uint32_t i = 0; r && i < n; i++) {
    uint32_t from = (uint32_t)(r[i].at / PHS_DIRECTIONS);
    phs_direction d = (phs_direction)(r[i].at % PHS_DIRECTIONS);
    uint32_t to = phs_machine_neighbour(m, from, d);
    const char *border = "-";
    for (int k = 0; to < m->grid_count && k < m->domain_count; k++) {
      if (phs_machine_block(m, k, from) != phs_machine_block(m, k, to)) {
        border = m->domain[k].name;
      }
    }
    phs_table_text(out, phs_report_node_text(f, from));
    phs_table_text(out, phs_report_direction(d));
    phs_table_text(out, to < m->grid_count ? phs_report_node_text(f, to) : "-");
    phs_table_text(out, border);
    phs_table_number(out, r[i].value);
    phs_table_percent(out, r[i].value / r[0].value);
  }
  out->failed |= !r;
  free(r);
}

void phs_table_of_routers(phs_figures *f, uint32_t most, phs_table *out) {
  static const char *const head[] = {"node", "#entries", "#before", "#limit", "#of limit", NULL};
  const phs_machine *m = f->map->machine;
  const phs_tables *t = f->routed ? f->map->routing.tables : NULL;
  double limit = m->node_capacity[PHS_CAPACITY_ROUTER_ENTRIES];
  uint32_t n = 0;
  ranked *r = highest(t && t->row ? m->grid_count : 0, entries_of, f, most, &n);
  phs_table_begin(out, f->arena, "routers", "Longest routing tables", n, head);
  for (uint32_t i = 0; r && i < n; i++) {
    phs_table_text(out, phs_report_node_text(f, r[i].at));
    phs_table_number(out, r[i].value);
    phs_table_number(out, t->before ? (double)t->before[r[i].at] : NAN);
    phs_table_limit(out, limit);
    phs_table_percent(out, phs_report_share(r[i].value, limit));
  }
  out->failed |= !r;
  free(r);
}
