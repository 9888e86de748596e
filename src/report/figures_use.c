/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What cores, nodes and domains hold of what they can. */
#include "report/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const double phs_report_percent[PHS_REPORT_PERCENTILES] = {0, 25, 50, 75, 90, 99, 100};

/* The fullest capacity of each part. */
static bool occupy(phs_arena *arena, phs_part_kind *k) {
  float *share = PHS_NEW_ARRAY(arena, float, k->count);
  uint8_t *which = PHS_NEW_ARRAY(arena, uint8_t, k->count);
  if (!share || !which) {
    return false;
  }
  for (uint64_t i = 0; i < k->count; i++) {
    double most = 0;
    which[i] = PHS_CAPACITIES;
    for (int c = 0; c < PHS_CAPACITIES; c++) {
      double s = phs_report_share(k->use[i * PHS_CAPACITIES + (uint64_t)c], k->limit[c]);
      if (s > most) {
        most = s;
        which[i] = (uint8_t)c;
      }
    }
    share[i] = (float)most;
  }
  k->occupancy = share;
  k->fullest = which;
  return true;
}

static bool core_uses(phs_figures *f) {
  const phs_map *m = f->map;
  phs_part_kind *k = &f->kind[0];
  size_t n = (size_t)m->core_count * PHS_CAPACITIES;
  double *use = PHS_NEW_ARRAY(f->arena, double, n);
  if (!use) {
    return false;
  }
  for (size_t i = 0; f->measured && i < n; i++) {
    use[i] = phs_report_sane(m->use[i]);
  }
  *k = (phs_part_kind){.name = m->machine->target->level[0].name,
                       .total = m->machine->core_count,
                       .used = f->cut ? m->core_count : 0,
                       .use = use,
                       .limit = m->machine->core_capacity,
                       .count = f->cut ? m->core_count : 0};
  return occupy(f->arena, k);
}

/* Block of kind k (1: nodes, 2 + d: domains) that a core's place lies in. */
static uint64_t part_of(const phs_map *m, int kind, uint32_t place) {
  uint32_t node = place / m->machine->cores_per_node;
  return kind == 1 ? node : phs_machine_block(m->machine, kind - 2, node);
}

static uint64_t domain_blocks(const phs_machine *m, int d, uint64_t *numbers) {
  const phs_domain *domain = &m->domain[d];
  *numbers = (uint64_t)domain->blocks_x * domain->blocks_y;
  if (!m->present || m->grid_count == 0) {
    return *numbers;
  }
  /* a block of which every node is absent is none */
  uint8_t *seen = calloc(*numbers + 1, 1);
  uint64_t n = 0;
  for (uint32_t g = 0; seen && g < m->grid_count; g++) {
    uint32_t b = phs_machine_block(m, d, g);
    if (phs_node_present(m, g) && b < *numbers && !seen[b]) {
      seen[b] = 1;
      n++;
    }
  }
  free(seen);
  return n;
}

static bool part_uses(phs_figures *f, int kind) {
  const phs_map *m = f->map;
  const phs_machine *machine = m->machine;
  phs_part_kind *k = &f->kind[kind];
  uint64_t numbers = machine->grid_count, total = machine->node_count;
  if (kind > 1) {
    total = domain_blocks(machine, kind - 2, &numbers);
  }
  *k = (phs_part_kind){.name = kind == 1 ? machine->node_name : machine->domain[kind - 2].name,
                       .total = total,
                       .limit =
                           kind == 1 ? machine->node_capacity : machine->domain[kind - 2].capacity,
                       .count = numbers};
  if (!f->placed || machine->cores_per_node == 0) {
    return true;
  }
  double *use = PHS_NEW_ARRAY(f->arena, double, numbers *PHS_CAPACITIES);
  uint8_t *in_use = PHS_NEW_ARRAY(f->arena, uint8_t, numbers);
  if (!use || !in_use) {
    return false;
  }
  for (uint32_t c = 0; c < m->core_count; c++) {
    uint64_t at = part_of(m, kind, m->core[c].place);
    const double *of = f->kind[0].use + (size_t)c * PHS_CAPACITIES;
    k->used += !in_use[at];
    in_use[at] = 1;
    for (int i = 0; i < PHS_CAPACITIES; i++) {
      use[at * PHS_CAPACITIES + (uint64_t)i] += of[i];
    }
  }
  const phs_tables *t = m->routing.tables;
  for (uint64_t g = 0; kind == 1 && t && t->row && g < machine->grid_count; g++) {
    use[g * PHS_CAPACITIES + PHS_CAPACITY_ROUTER_ENTRIES] = (double)(t->row[g + 1] - t->row[g]);
    k->used += !in_use[g] && t->row[g + 1] > t->row[g];
    in_use[g] |= t->row[g + 1] > t->row[g];
  }
  k->use = use;
  k->in_use = in_use;
  return occupy(f->arena, k);
}

static int rising(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y ? 1 : 0;
}

/* One capacity over the parts in use; @p room for a value of each. */
static void row_of(const phs_part_kind *k, int kind, int what, double *room, phs_use_row *r) {
  *r = (phs_use_row){.kind = kind, .what = (phs_capacity)what, .limit = k->limit[what]};
  uint64_t n = 0;
  for (uint64_t i = 0; k->use && i < k->count; i++) {
    if (k->in_use && !k->in_use[i]) {
      continue;
    }
    double v = k->use[i * PHS_CAPACITIES + (uint64_t)what];
    if (n == 0 || v > r->most) {
      r->most = v;
      r->most_at = i;
    }
    r->total += v;
    room[n++] = v;
    double bin = phs_report_share(v, r->limit) * PHS_REPORT_BINS;
    r->bin[bin < PHS_REPORT_BINS ? (int)bin : PHS_REPORT_BINS - 1]++;
  }
  if (n == 0) {
    return;
  }
  qsort(room, n, sizeof *room, rising);
  r->mean = r->total / (double)n;
  for (int p = 0; p < PHS_REPORT_PERCENTILES; p++) { /* the nearest rank */
    uint64_t rank = (uint64_t)ceil(phs_report_percent[p] / 100 * (double)n);
    r->percentile[p] = room[rank > 0 ? rank - 1 : 0];
  }
}

/* Rows of capacities that have a limit or are used; of nodes and domains those with a limit of
 * their own, tighter than that of their parts together. */
static bool wanted(const phs_figures *f, const phs_use_row *r) {
  if (r->kind == 0) {
    return isfinite(r->limit) || r->most > 0;
  }
  const phs_part_kind *k = &f->kind[r->kind], *inner = &f->kind[r->kind - 1];
  double parts = k->total > 0 ? (double)inner->total / (double)k->total : 0;
  double inside = inner->limit[r->what] * parts;
  bool derived = isfinite(inside) && r->limit >= inside * (1 - 1e-9);
  return (isfinite(r->limit) && !derived) ||
         (r->what == PHS_CAPACITY_ROUTER_ENTRIES && r->most > 0);
}

static bool rows(phs_figures *f) {
  uint64_t most = 1;
  for (int k = 0; k < f->kind_count; k++) {
    most = f->kind[k].count > most ? f->kind[k].count : most;
  }
  double *room = most < SIZE_MAX / sizeof *room ? malloc(most * sizeof *room) : NULL;
  f->row = PHS_NEW_ARRAY(f->arena, phs_use_row, (size_t)f->kind_count * PHS_CAPACITIES);
  if (!room || !f->row) {
    free(room);
    return false;
  }
  for (int k = 0; k < f->kind_count; k++) {
    for (int c = 0; c < PHS_CAPACITIES; c++) {
      phs_use_row *r = &f->row[f->row_count];
      row_of(&f->kind[k], k, c, room, r);
      f->row_count += wanted(f, r);
    }
  }
  free(room);
  return true;
}

bool phs_figures_uses(phs_figures *f) {
  f->kind_count = 2 + f->map->machine->domain_count;
  if (!core_uses(f)) {
    return false;
  }
  for (int k = 1; k < f->kind_count; k++) {
    if (!part_uses(f, k)) {
      return false;
    }
  }
  if (!rows(f)) {
    return false;
  }
  double most = 0;
  for (uint32_t i = 0; i < f->row_count; i++) {
    double share = phs_report_share(f->row[i].most, f->row[i].limit);
    if (share > most) {
      most = share;
      f->tightest = &f->row[i];
    }
  }
  return true;
}
