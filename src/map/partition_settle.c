/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Measuring a plan and cutting its cores until each is within every capacity. */
#include "map/partition.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_ROUNDS = 60 };

void phs_core_limits(const phs_machine *machine, double limit[PHS_CAPACITIES]) {
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    limit[c] = fmin(machine->core_capacity[c], machine->node_capacity[c]);
    for (int d = 0; d < machine->domain_count; d++) {
      limit[c] = fmin(limit[c], machine->domain[d].capacity[c]);
    }
  }
  limit[PHS_CAPACITY_ROUTER_ENTRIES] = INFINITY; /* routing's */
}

/* Over by more than rounding of sums. */
static bool over(double use, double limit) {
  return use > limit * (1 + 1e-9);
}

bool phs_use_fits(const double *use, const double *limit, phs_capacity *worst) {
  double most = 0;
  bool fits = true;
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    if (over(use[c], limit[c])) {
      double ratio = limit[c] > 0 ? use[c] / limit[c] : INFINITY;
      if (fits || ratio > most) {
        most = ratio;
        if (worst) {
          *worst = (phs_capacity)c;
        }
      }
      fits = false;
    }
  }
  return fits;
}

phs_capacity phs_core_exceeded(const phs_map *m, uint32_t core, const double *limit,
                               double *ratio) {
  phs_capacity worst = PHS_CAPACITIES;
  const double *use = phs_core_use(m, core);
  if (phs_use_fits(use, limit, &worst)) {
    return PHS_CAPACITIES;
  }
  *ratio = limit[worst] > 0 ? use[worst] / limit[worst] : INFINITY;
  return worst;
}

double phs_map_deliveries(const phs_map *m) {
  double sum = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    uint32_t own = m->slice[s].core;
    for (uint64_t f = m->flows.row[s]; own != PHS_OUTSIDE && f < m->flows.row[s + 1]; f++) {
      sum += m->flows.core[f] != own ? (double)m->flows.rate[f] : 0;
    }
  }
  return sum;
}

/* Pieces of a plan by core. */
typedef struct piece_index {
  uint32_t *row, *piece;
} piece_index;

static bool index_pieces(const phs_plan *p, piece_index *out) {
  out->row = calloc((size_t)p->core_count + 2, sizeof *out->row);
  out->piece = malloc(((size_t)p->count + 1) * sizeof *out->piece);
  if (!out->row || !out->piece) {
    return false;
  }
  for (uint32_t i = 0; i < p->count; i++) {
    out->row[p->piece[i].core + 2]++;
  }
  for (uint32_t c = 0; c < p->core_count; c++) {
    out->row[c + 2] += out->row[c + 1];
  }
  for (uint32_t i = 0; i < p->count; i++) {
    out->piece[out->row[p->piece[i].core + 1]++] = i;
  }
  return true;
}

static void free_index(piece_index *x) {
  free(x->row);
  free(x->piece);
}

/* The dimension along which a box is best cut in k: where the parts take the least of what is
 * exceeded; of equals the longest. Axons out do not depend on the box alone: the longest. */
static int best_dimension(const phs_plan *p, const phs_piece *piece, phs_capacity c, uint32_t k) {
  int best = -1;
  double least = INFINITY;
  uint32_t longest = 0;
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    uint32_t length = piece->box.high[d] - piece->box.low[d];
    if (length < 2) {
      continue;
    }
    phs_box part = piece->box;
    part.high[d] = part.low[d] + (length + k - 1) / k;
    double use[PHS_CAPACITIES] = {0};
    if (c != PHS_CAPACITY_AXONS_OUT) {
      phs_piece_use(p->work, p->machine, piece->population, &part, use);
    }
    if (best < 0 || use[c] < least || (!(use[c] > least) && length > longest)) {
      best = d;
      least = use[c];
      longest = length;
    }
  }
  return best;
}

/* One piece becomes k on cores of their own. */
static void cut_piece(phs_plan *p, uint32_t index, phs_capacity c, uint32_t k) {
  phs_piece whole = p->piece[index];
  int d = whole.listed ? 0 : best_dimension(p, &whole, c, k);
  uint32_t length = whole.listed ? whole.count : whole.box.high[d] - whole.box.low[d];
  k = k < length ? k : length;
  for (uint32_t i = 0; i < k; i++) {
    phs_piece part = whole;
    uint32_t low = phs_cut(length, k, i), high = phs_cut(length, k, i + 1);
    if (whole.listed) {
      part.first = whole.first + low;
      part.count = high - low;
    } else {
      part.box.low[d] = whole.box.low[d] + low;
      part.box.high[d] = whole.box.low[d] + high;
      part.count = (uint32_t)phs_box_count(&part.box);
    }
    if (i == 0) {
      p->piece[index] = part;
    } else {
      part.core = p->core_count++;
      phs_plan_add(p, part);
    }
  }
}

/* The pieces of a core go to two, about half of its neurons each; those of a population stay
 * together where that is possible, for they share axons and memories. */
static void cut_between(phs_plan *p, const uint32_t *piece, uint32_t count) {
  double all = 0, sum = 0, least = INFINITY;
  uint32_t at = 1;
  for (uint32_t i = 0; i < count; i++) {
    all += p->piece[piece[i]].count;
  }
  bool mixed = p->piece[piece[0]].population != p->piece[piece[count - 1]].population;
  for (uint32_t i = 1; i < count; i++) {
    const phs_piece *a = &p->piece[piece[i - 1]], *b = &p->piece[piece[i]];
    sum += a->count;
    double off = fabs(2 * sum - all) + (mixed && a->population == b->population ? all : 0);
    if (off < least) {
      least = off;
      at = i;
    }
  }
  uint32_t core = p->core_count++;
  for (uint32_t i = at; i < count; i++) {
    p->piece[piece[i]].core = core;
  }
}

static bool cuts_help(const phs_plan *p, const phs_piece *piece, phs_capacity c) {
  const phs_population *q = &p->work->population[piece->population];
  if (c == PHS_CAPACITY_COMPARTMENT_FORMATS) {
    return q->format != NULL;
  }
  if (c == PHS_CAPACITY_THRESHOLD_FORMATS) {
    return q->threshold != NULL;
  }
  return c != PHS_CAPACITY_SYNAPSE_FORMATS;
}

static bool cut_core(phs_plan *p, const uint32_t *piece, uint32_t count, phs_capacity c,
                     double ratio, phs_fit *why) {
  if (count > 1) {
    cut_between(p, piece, count);
    return true;
  }
  const phs_piece *only = &p->piece[piece[0]];
  if (only->count < 2 || only->part_count > 0 || !cuts_help(p, only, c)) {
    why->kind = only->part_count > 0 ? PHS_FIT_LOST : PHS_FIT_ALONE;
    why->population = only->population;
    why->capacity = c;
    return false;
  }
  bool linear = c == PHS_CAPACITY_NEURONS || c == PHS_CAPACITY_SYNAPSES ||
                c == PHS_CAPACITY_SYNAPSE_BITS || c == PHS_CAPACITY_DATA_BYTES ||
                c == PHS_CAPACITY_SHARED_BYTES || c == PHS_CAPACITY_AXONS_OUT;
  uint32_t k = linear && ratio < 1e6 ? (uint32_t)ceil(ratio * 1.02) : 2;
  cut_piece(p, piece[0], c, k > 2 ? k : 2);
  return true;
}

/* Cuts every core that is too full; `cut` says how many were. */
static phasor_status cut_round(phs_plan *p, const phs_map *m, const uint32_t *core_of,
                               uint32_t *cut, phs_fit *why, phs_diag *diag) {
  double limit[PHS_CAPACITIES];
  phs_core_limits(p->machine, limit);
  piece_index by_core = {0};
  phasor_status status = PHASOR_OK;
  if (!index_pieces(p, &by_core)) {
    status = phs_map_no_memory(diag, "slices");
    goto cleanup;
  }
  uint32_t cores = p->core_count;
  *cut = 0;
  for (uint32_t c = 0; c < cores && status == PHASOR_OK; c++) {
    uint32_t first = by_core.row[c], count = by_core.row[c + 1] - first;
    double ratio = 0;
    phs_capacity worst =
        count > 0 ? phs_core_exceeded(m, core_of[c], limit, &ratio) : PHS_CAPACITIES;
    if (worst != PHS_CAPACITIES) {
      why->value = phs_core_use(m, core_of[c])[worst];
      why->limit = limit[worst];
      (*cut)++;
      if (!cut_core(p, by_core.piece + first, count, worst, ratio, why)) {
        status = PHASOR_ERROR_TARGET;
      }
    }
  }
cleanup:
  free_index(&by_core);
  return status;
}

phasor_status phs_plan_settle(phs_plan *p, phs_map *m, phs_fit *why, phs_diag *diag) {
  *why = (phs_fit){0};
  uint64_t most = p->machine->core_count + p->machine->core_count / 2 + 64;
  for (int round = 0; round < MOST_ROUNDS; round++) {
    uint32_t *core_of = malloc(((size_t)p->core_count + 1) * sizeof *core_of);
    phasor_status status =
        core_of ? phs_plan_install(p, m, core_of, diag) : phs_map_no_memory(diag, "slices");
    if (status == PHASOR_OK) {
      status = phs_map_measure(m, diag);
    }
    uint32_t cut = 0;
    if (status == PHASOR_OK) {
      status = cut_round(p, m, core_of, &cut, why, diag);
    }
    free(core_of);
    if (status != PHASOR_OK) {
      return status;
    }
    if (cut == 0 && m->core_count <= p->machine->core_count) {
      return PHASOR_OK;
    }
    if (cut == 0 || p->core_count > most) {
      why->kind = PHS_FIT_CORES;
      why->cores = cut == 0 ? m->core_count : p->core_count;
      return PHASOR_ERROR_TARGET;
    }
  }
  why->kind = PHS_FIT_LOST;
  return PHASOR_ERROR_TARGET;
}
