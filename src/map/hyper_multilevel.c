/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The good way: cluster, place clusters, refine parts; axons that cannot be kept so are planned
 * with like loads in a second try. */
#include "map/hyper_internal.h"

enum {
  MOST_LEVELS = 12,
  FULL_VISITS = 1024,
  FIRST_VISITS = 48, /* of the finest level's first rounds */
  FINE_CLUSTER = 64, /* vertices of the finest level's clusters */
  ALONE = 24000,     /* vertices, of which no clusters are made at first */
  AGAIN_PINS = 400000,
  SMALL_PINS = 3000000
};

typedef struct plan {
  const phs_hyper *h;
  const phs_hyper_options *o;
  int dims; /* loads, axons where they are planned */
  const float *load;
  double most[PHS_HYPER_PLAN_DIMS];
  float *star;
  uint32_t co_pins;
  uint32_t needed;
} plan;

/* Limits of the clusters of a level: @p fraction of a part's. */
static void set_limits(const plan *p, double fraction, double *most) {
  for (int d = 0; d < p->dims; d++) {
    most[d] = p->most[d] < INFINITY ? fmin(1.0, fraction) * p->most[d] : INFINITY;
  }
}

/* Rounds of label propagation from single vertices. */
static uint32_t *cluster_level(const plan *p, const phs_hyper_level *l, const double *most,
                               uint64_t seed, phs_arena *arena) {
  size_t dims = (size_t)l->dims, cells = l->count * dims;
  uint32_t *label = PHS_HYPER_ARRAY(arena, uint32_t, l->count);
  double *load = PHS_HYPER_ARRAY(arena, double, cells);
  if (!label || !load) {
    return NULL;
  }
  for (uint32_t v = 0; v < l->count; v++) {
    label[v] = v;
  }
  for (size_t i = 0; i < cells; i++) {
    load[i] = (double)l->load[i];
  }
  int rounds = l->h && p->h->g.row[p->h->g.net_count] > SMALL_PINS ? 3 : 5;
  for (int round = 0; round < rounds; round++) {
    phs_hyper_spread spread = {.level = l,
                               .label = label,
                               .label_count = l->count,
                               .load = load,
                               .most = most,
                               .visits =
                                   l->h && rounds == 3 && round < 2 ? FIRST_VISITS : FULL_VISITS,
                               .founders = true,
                               .seed = seed * 31 + (uint64_t)round,
                               .jobs = p->o->jobs};
    uint32_t moved = phs_hyper_spread_round(&spread);
    if (moved == PHS_HYPER_NONE) {
      return NULL;
    }
    if (moved <= l->count / 100) {
      break;
    }
  }
  return label;
}

/* Small hypergraphs: the graph of single vertices. */
static uint32_t *singles(uint32_t count, phs_arena *arena) {
  uint32_t *label = PHS_HYPER_ARRAY(arena, uint32_t, count);
  for (uint32_t v = 0; label && v < count; v++) {
    label[v] = v;
  }
  return label;
}

/* Levels until clusters are as large as parts may be. @return their number, 0 without memory */
static int coarsen(const plan *p, uint64_t seed, phs_arena *arena, phs_hyper_level *levels) {
  const phs_hypergraph *g = &p->h->g;
  levels[0] = (phs_hyper_level){.count = g->vertex_count,
                                .dims = p->dims,
                                .load = p->load,
                                .h = p->h,
                                .star = p->star,
                                .co_pins = p->co_pins};
  double fraction =
      fmin(1.0 / 16, fmax((double)FINE_CLUSTER * p->needed / g->vertex_count, 1.0 / 1024));
  int count = 1;
  for (;;) {
    double most[PHS_HYPER_PLAN_DIMS];
    set_limits(p, fraction, most);
    phs_arena *own = phs_arena_create();
    bool apart = count == 1 && (g->vertex_count <= ALONE || g->vertex_count / 32 < p->needed);
    const phs_hyper_level *finest = &levels[count - 1];
    uint32_t *label = !own    ? NULL
                      : apart ? singles(g->vertex_count, own)
                              : cluster_level(p, finest, most, seed + (uint64_t)count, own);
    bool ok =
        label && phs_hyper_contract(&levels[count - 1], label, p->o->jobs, arena, &levels[count]);
    phs_arena_destroy(own);
    if (!ok) {
      return 0;
    }
    bool stalled = !apart && levels[count].count > levels[count - 1].count / 20 * 19;
    count++;
    if (count == MOST_LEVELS || levels[count - 1].count <= p->needed ||
        (fraction >= 1 && stalled)) {
      return count;
    }
    fraction = apart ? fraction : count == MOST_LEVELS - 2 ? 1.0 : fmin(1.0, fraction * 4);
  }
}

/* Parts of the whole hypergraph by clusters. @return parts, or PHS_HYPER_NONE without memory */
static uint32_t first_parts(const plan *p, uint32_t most_parts, uint64_t seed, uint32_t *part) {
  phs_arena *arena = phs_arena_create();
  phs_hyper_level levels[MOST_LEVELS + 1];
  int count = arena ? coarsen(p, seed, arena, levels) : 0;
  uint32_t parts = PHS_HYPER_NONE;
  if (count > 0) {
    uint32_t found = levels[count - 1].count;
    uint32_t wanted =
        found <= p->needed + p->needed / 16 && found <= most_parts ? found : p->needed;
    parts = phs_hyper_initial(levels, count, p->most, wanted, most_parts, seed, p->o->jobs, arena,
                              part);
  }
  phs_arena_destroy(arena);
  return parts;
}

/* Weight of a pin of each net: what merging it with the source is worth. */
static bool weigh_pins(plan *p, phs_arena *arena) {
  const phs_hypergraph *g = &p->h->g;
  p->star = PHS_HYPER_ARRAY(arena, float, g->net_count);
  if (!p->star) {
    return false;
  }
  double pairs = 0;
  uint32_t foreign = 0;
  for (uint32_t e = 0; e < g->net_count; e++) {
    double pins = (double)(g->row[e + 1] - g->row[e]);
    p->star[e] = pins > 0 ? (float)(phs_hyper_weight(g, e) / pins) : 0;
    pairs += pins * pins;
    foreign += phs_hyper_source(g, e) == PHS_NO_VERTEX;
  }
  double pins = (double)g->row[g->net_count];
  bool coarse = g->vertex_count / 64 < p->needed;
  p->co_pins = pairs < 5e7                            ? 128
               : pins < 1e6 || (coarse && pins < 2e7) ? 16
               : foreign > g->net_count / 4           ? 4
                                                      : 0;
  return true;
}

static bool refine(const phs_hyper *h, const phs_hyper_limits *limits, uint32_t *part,
                   uint32_t parts, bool join, phs_hyper_result *result) {
  phs_arena *arena = phs_arena_create();
  phs_hyper_state s = {0};
  uint64_t pins = h->g.row[h->g.net_count];
  bool small = pins < SMALL_PINS;
  phs_hyper_rounds rounds = {.most = small ? 20 : 4,
                             .enough = small ? 1e-4 : 1e-2,
                             .swaps = true,
                             .sample = !small,
                             .budget =
                                 small ? UINT64_C(2000000000) : UINT64_C(100000000) + 16 * pins};
  bool ok = arena && phs_hyper_state_create(h, limits, part, parts, parts, arena, &s) &&
            (!join || phs_hyper_join(&s)) && phs_hyper_kway(&s, &rounds);
  if (ok) {
    uint32_t left = phs_hyper_renumber(h->g.vertex_count, part, parts, arena);
    result->parts = left;
    result->cost = s.cost;
    ok = left != PHS_HYPER_NONE;
  }
  phs_arena_destroy(arena);
  return ok;
}

/* First parts, cut where axons demand it. @p before: parts without that */
static phasor_status attempt(const plan *p, const phs_hyper_limits *limits, uint32_t *part,
                             uint32_t *parts, uint32_t *before, phs_hyper_result *result) {
  *parts = *before = first_parts(p, limits->most_parts, p->o->seed, part);
  if (*parts == PHS_HYPER_NONE) {
    return PHASOR_ERROR_INTERNAL;
  }
  if (*parts > limits->most_parts) {
    return PHASOR_ERROR_TARGET;
  }
  result->vertex = PHS_NO_VERTEX;
  return phs_hyper_split(&p->h->g, limits, p->o->jobs, NULL, part, parts, result);
}

/* Axons as loads: of those in, the share that parts as they are do not have in common; of those
 * out, as many as there are now. */
static bool plan_axons(plan *p, const phs_hyper_limits *limits, const uint32_t *part,
                       uint32_t parts, phs_arena *arena) {
  const phs_hyper *h = p->h;
  const phs_hypergraph *g = &h->g;
  size_t dims = (size_t)g->dims, wide = dims + 2;
  float *load = PHS_HYPER_ARRAY(arena, float, g->vertex_count *wide);
  uint32_t *seen = PHS_HYPER_ARRAY(arena, uint32_t, parts);
  phs_hyper_use use;
  if (!load || !seen || !phs_hyper_count(g, part, parts, h->jobs, arena, &use)) {
    return false;
  }
  double in = 0, sum[2] = {0};
  for (uint32_t e = 0; e < g->net_count; e++) {
    uint32_t source = phs_hyper_source(g, e), spread = 0;
    for (uint64_t i = g->row[e]; i < g->row[e + 1]; i++) {
      spread += seen[part[g->pin[i]]] != e + 1;
      seen[part[g->pin[i]]] = e + 1;
      load[g->pin[i] * wide + dims] += (float)phs_hyper_neurons(g, e);
    }
    if (source != PHS_NO_VERTEX) {
      load[source * wide + dims + 1] += (float)(phs_hyper_neurons(g, e) * spread);
    }
  }
  for (uint32_t v = 0; v < g->vertex_count; v++) {
    memcpy(load + v * wide, g->load + v * dims, dims * sizeof *load);
    sum[0] += (double)load[v * wide + dims];
    sum[1] += (double)load[v * wide + dims + 1];
  }
  for (uint32_t q = 0; q < parts; q++) {
    in += use.in[q];
  }
  p->load = load;
  p->dims = (int)wide;
  p->most[dims] = in > 0 ? limits->axons_in * sum[0] / in : INFINITY;
  p->most[dims + 1] = limits->axons_out;
  for (size_t d = 0; d < 2; d++) {
    double needed = p->most[dims + d] < INFINITY ? ceil(sum[d] / p->most[dims + d]) : 1;
    p->needed = needed > p->needed
                    ? (uint32_t)fmin(needed, fmin(g->vertex_count, limits->most_parts))
                    : p->needed;
  }
  for (size_t d = 0; d < 2; d++) { /* a vertex that is larger than a part is one by itself */
    for (uint32_t v = 0; v < g->vertex_count; v++) {
      p->most[dims + d] = fmax(p->most[dims + d], (double)load[v * wide + dims + d]);
    }
  }
  return true;
}

/* The second try, with axons planned; @p part and the rest are only changed for the better. */
static phasor_status attempt_axons(plan *p, const phs_hyper_limits *limits, uint32_t *part,
                                   uint32_t *parts, phs_hyper_result *result, phs_arena *arena) {
  uint32_t *other = PHS_HYPER_ARRAY(arena, uint32_t, p->h->g.vertex_count), count, before;
  phs_hyper_result second = *result;
  if (!other || !plan_axons(p, limits, part, *parts, arena)) {
    return PHASOR_ERROR_INTERNAL;
  }
  phasor_status status = attempt(p, limits, other, &count, &before, &second);
  if (status == PHASOR_OK && second.cost < result->cost) {
    memcpy(part, other, p->h->g.vertex_count * sizeof *part);
    *parts = count;
    *result = second;
  }
  return status == PHASOR_ERROR_TARGET ? PHASOR_OK : status;
}

/* One partition from beginning to end. */
static phasor_status run_once(const plan *first, const phs_hyper_limits *limits, uint32_t *part,
                              phs_hyper_result *result) {
  plan p = *first;
  phs_arena *arena = phs_arena_create();
  uint32_t parts, before;
  phasor_status status =
      arena ? attempt(&p, limits, part, &parts, &before, result) : PHASOR_ERROR_INTERNAL;
  if (status == PHASOR_OK && parts > before + before / 8) {
    status = attempt_axons(&p, limits, part, &parts, result, arena);
  }
  if (status == PHASOR_OK && !refine(p.h, limits, part, parts, parts > first->needed, result)) {
    status = PHASOR_ERROR_INTERNAL;
  }
  phs_arena_destroy(arena);
  return status;
}

phasor_status phs_hyper_multilevel(const phs_hypergraph *g, const phs_hyper_limits *limits,
                                   const phs_hyper_options *o, uint32_t needed, uint32_t *part,
                                   phs_hyper_result *result) {
  phs_arena *arena = phs_arena_create();
  phs_hyper h;
  phasor_status status = PHASOR_ERROR_INTERNAL;
  phs_hyper_options again = *o;
  plan p = {.h = &h, .o = &again, .dims = g->dims, .load = g->load, .needed = needed};
  uint32_t *other = arena ? PHS_HYPER_ARRAY(arena, uint32_t, g->vertex_count) : NULL;
  if (!other || !phs_hyper_create(g, o->jobs, arena, &h) || !weigh_pins(&p, arena)) {
    goto cleanup;
  }
  memcpy(p.most, limits->capacity, sizeof limits->capacity);
  status = run_once(&p, limits, part, result);
  int tries = g->row[g->net_count] < AGAIN_PINS ? 4 : 1; /* small ones: the best of several */
  for (int i = 1; i < tries && status == PHASOR_OK && result->parts > 1; i++) {
    phs_hyper_result second = *result;
    again.seed = o->seed + (uint64_t)i * 1000003;
    if (run_once(&p, limits, other, &second) == PHASOR_OK && second.cost < result->cost) {
      memcpy(part, other, g->vertex_count * sizeof *part);
      *result = second;
    }
  }
cleanup:
  phs_arena_destroy(arena);
  return status;
}
