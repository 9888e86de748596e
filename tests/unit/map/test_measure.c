/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Measuring windows and lists is exact: held against all synapses one by one. */
#include "measure_case.h"

static uint64_t state;

static uint32_t draw(uint32_t below) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((state >> 33) % below);
}

/* ---- random networks ---- */

static phs_csr random_list(phs_arena *arena, uint32_t sources, uint32_t targets) {
  uint64_t *row = graph_need(PHS_NEW_ARRAY(arena, uint64_t, sources + 1));
  uint32_t *target = graph_need(PHS_NEW_ARRAY(arena, uint32_t, (size_t)sources * targets + 1));
  uint32_t density = 1 + draw(9);
  for (uint32_t i = 0; i < sources; i++) {
    row[i + 1] = row[i];
    for (uint32_t j = 0; j < targets; j++) {
      if (draw(10) < density) {
        target[row[i + 1]++] = j;
      }
    }
  }
  return (phs_csr){.row = row, .target = target};
}

static void random_window(phs_work *w, uint32_t s, uint32_t t) {
  phs_work_projection *p = graph_projection(w, s, t, PHS_WIRING_WINDOW);
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    p->window[d] = (phs_window_axis){.divide = 1 + draw(2),
                                     .stride = draw(3),
                                     .offset = (int64_t)draw(4) - 2,
                                     .taps = 1 + draw(4),
                                     .step = 1 + draw(2)};
  }
  p->shared = draw(2);
  p->delay_most = 1 + (int32_t)draw(4);
  p->weight_bits = (int)draw(9);
  p->synapses = 1; /* as far as it matters here: some */
}

static void random_formats(phs_work *w, phs_population *p) {
  uint32_t *format = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, p->count));
  uint32_t *threshold = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, p->count));
  p->format_count = 1 + draw(4);
  p->threshold_count = 1 + draw(3);
  for (uint32_t i = 0; i < p->count; i++) {
    format[i] = draw(p->format_count);
    threshold[i] = draw(p->threshold_count);
  }
  p->format = p->format_count > 1 ? format : NULL;
  p->threshold = p->threshold_count > 1 ? threshold : NULL;
}

static phs_work *random_work(bool lists) {
  phs_work *w = graph_begin();
  uint32_t n = 2 + draw(3);
  for (uint32_t i = 0; i < n; i++) {
    phs_population_kind kind = i == 0 && draw(2) ? PHS_POPULATION_INPUT : PHS_POPULATION_NEURONS;
    uint32_t p = graph_population(w, kind, 1 + draw(4), 1 + draw(6), 1 + draw(6), 0.25F);
    phs_population *q = &w->population[p];
    if (draw(2)) {
      float *rate = graph_need(PHS_NEW_ARRAY(w->arena, float, q->count));
      for (uint32_t k = 0; k < q->count; k++) {
        rate[k] = (float)draw(100) / 100;
      }
      q->rate = rate;
      q->rate_count = q->count;
    }
  }
  for (uint32_t i = 0; i < n; i++) {
    random_formats(w, &w->population[i]);
  }
  uint32_t projections = 1 + draw(6);
  for (uint32_t i = 0; i < projections; i++) {
    uint32_t s = draw(n), t = draw(n);
    if (w->population[t].kind == PHS_POPULATION_INPUT) {
      continue;
    }
    if (lists && draw(2)) {
      graph_list(w, s, t, random_list(w->arena, w->population[s].count, w->population[t].count));
    } else if (draw(4) == 0) {
      graph_dense(w, s, t);
    } else {
      random_window(w, s, t);
    }
  }
  graph_end(w);
  return w;
}

/* ---- random slices ---- */

/* Boxes between random cuts, on random cores. */
static void add_tiles(phs_map *m, uint32_t p, uint32_t core_count) {
  const phs_population *q = &m->work->population[p];
  uint32_t cut[PHS_MAP_RANK];
  for (int d = 0; d < PHS_MAP_RANK; d++) {
    cut[d] = draw(q->dim[d]);
  }
  for (int i = 0; i < 8; i++) {
    phs_box b;
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      b.low[d] = i >> d & 1 ? cut[d] : 0;
      b.high[d] = i >> d & 1 ? q->dim[d] : cut[d];
    }
    if (phs_box_count(&b)) {
      measure_slice(m, p, draw(core_count), b);
    }
  }
}

static void random_boxes(phs_map *m) {
  const phs_work *w = m->work;
  uint32_t cores = 1 + draw(6);
  measure_begin(m, w->population_count * 8, cores, 0);
  for (uint32_t p = 0; p < w->population_count; p++) {
    if (w->population[p].kind == PHS_POPULATION_INPUT) {
      measure_slice(m, p, PHS_OUTSIDE, phs_box_all(&w->population[p]));
    } else {
      add_tiles(m, p, cores);
    }
  }
  measure_end(m);
}

static void random_neurons(phs_map *m) {
  const phs_work *w = m->work;
  uint32_t cores = 1 + draw(6);
  const uint32_t **core =
      graph_need(PHS_NEW_ARRAY(m->arena, const uint32_t *, w->population_count));
  for (uint32_t p = 0; p < w->population_count; p++) {
    uint32_t *of = graph_need(PHS_NEW_ARRAY(m->arena, uint32_t, w->population[p].count));
    for (uint32_t i = 0; i < w->population[p].count; i++) {
      of[i] = draw(cores);
    }
    core[p] = w->population[p].kind == PHS_POPULATION_INPUT ? NULL : of;
  }
  phs_diag diag = {0};
  assert_int_equal(phs_map_assign(m, core, cores, &diag), PHASOR_OK);
}

/* Slices of whole populations, whose sources are cut into ranges at random. */
static void random_parts(phs_map *m) {
  const phs_work *w = m->work;
  enum { SHARES = 3 };
  uint32_t cores = w->population_count * SHARES;
  measure_begin(m, cores, cores, cores * w->projection_count);
  for (uint32_t p = 0; p < w->population_count; p++) {
    const phs_population *q = &w->population[p];
    bool input = q->kind == PHS_POPULATION_INPUT;
    uint32_t owner = m->slice_count;
    for (uint32_t k = 0; k < (input || q->in_count == 0 ? 1 : SHARES); k++) {
      uint32_t s = measure_slice(m, p, input ? PHS_OUTSIDE : p * SHARES + k, phs_box_all(q));
      m->slice[s].owner = owner;
      m->slice[s].role = k ? PHS_SLICE_PARTIAL : PHS_SLICE_NEURONS;
      m->slice[s].first_part = m->part_count;
      for (uint32_t i = 0; i < q->in_count && !input; i++) {
        uint32_t from = w->in[q->first_in + i];
        uint64_t n = w->population[w->projection[from].source].count;
        m->part[m->part_count++] =
            (phs_part){.projection = from,
                       .first = (uint32_t)(n * k * k / (SHARES * SHARES)),
                       .end = (uint32_t)(n * (k + 1) * (k + 1) / (SHARES * SHARES))};
        m->slice[s].part_count++;
      }
    }
  }
  measure_end(m);
}

/* ---- bits, plainly: the formula of field.md, e ---- */

static uint64_t loihi_bits(uint64_t n, uint64_t each) {
  uint64_t bits = 0;
  for (; n; n -= n < 64 ? n : 64) {
    bits += ((n < 64 ? n : 64) * each + 10 + 63) / 64 * 64;
  }
  return bits;
}

static uint64_t index_bits(uint32_t targets) {
  static const uint32_t choice[] = {0, 6, 7, 8, 9, 10, 11, 12};
  for (size_t i = 0; i < 8; i++) {
    if (targets <= 1u << choice[i]) {
      return choice[i];
    }
  }
  fail();
  return 0;
}

static uint64_t weight_bits(int need) {
  return need == 0 || need == 7 ? 8 : (uint64_t)need;
}

static uint64_t delay_bits(int32_t most) {
  return most <= 1 ? 0 : most <= 2 ? 1 : most <= 4 ? 2 : 3;
}

/* Which taps a source has in a slice, as text: kernels are the same where these are. */
typedef struct pattern {
  char text[512];
  uint32_t channel;
  uint64_t synapses;
} pattern;

static uint64_t shared_bits(const plain *p, uint32_t s, uint32_t q, uint64_t each) {
  const phs_work_projection *r = &p->m->work->projection[q];
  const phs_population *from = &p->m->work->population[r->source];
  const phs_population *to = &p->m->work->population[r->target];
  pattern *seen = calloc(from->count, sizeof *seen);
  uint64_t bits = 0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < from->count; i++) {
    pattern x = {.channel = i / from->dim[2] / from->dim[1]};
    size_t at = 0;
    for (uint64_t j = p->list[q].row[i]; j < p->list[q].row[i + 1]; j++) {
      uint32_t t = p->list[q].target[j];
      if (p->slice[r->target][t] != s) {
        continue;
      }
      x.synapses++;
      int64_t y = i / from->dim[2] % from->dim[1], ty = t / to->dim[2] % to->dim[1];
      int64_t z = i % from->dim[2], tz = t % to->dim[2];
      int64_t ky = r->window[1].stride ? y - r->window[1].stride * ty : y * 100 + ty;
      int64_t kz = r->window[2].stride ? z - r->window[2].stride * tz : z * 100 + tz;
      at += (size_t)snprintf(x.text + at, sizeof x.text - at, "%d,%d ", (int)ky, (int)kz);
      assert_true(at < sizeof x.text);
    }
    if (x.synapses == 0) {
      continue;
    }
    bits += 64;
    uint32_t k = 0;
    while (k < count && (seen[k].channel != x.channel || strcmp(seen[k].text, x.text) != 0)) {
      k++;
    }
    if (k == count) {
      seen[count++] = x;
      bits += loihi_bits(x.synapses, each);
    }
  }
  free(seen);
  return bits;
}

/* ---- comparisons ---- */

static void check_block(const plain *p, uint32_t s, uint32_t q, bool boxes) {
  const phs_map *m = p->m;
  const phs_work_projection *r = &m->work->projection[q];
  const uint64_t fields = weight_bits(r->weight_bits) + delay_bits(r->delay_most);
  const uint64_t index = index_bits(m->slice[s].count);
  uint64_t synapses = 0, axons = 0, dense = 0, listed = 0;
  for (uint32_t i = 0; i < m->work->population[r->source].count; i++) {
    uint64_t n = 0;
    for (uint64_t j = p->list[q].row[i]; j < p->list[q].row[i + 1]; j++) {
      n += plain_holder(p, q, i, p->list[q].target[j]) == s;
    }
    synapses += n;
    axons += n > 0;
    listed += loihi_bits(n, fields + index);
    dense += n ? loihi_bits(m->slice[s].count, fields) : 0;
  }
  const phs_block *b = measured_block(m, s, q);
  assert_int_equal(b ? b->synapses : 0, synapses);
  if (!b) {
    return;
  }
  assert_int_equal(b->axons, axons);
  uint64_t least = dense < listed ? dense : listed;
  bool shared = boxes && r->wiring == PHS_WIRING_WINDOW && r->shared &&
                m->slice[s].part_count == 0 && r->window[1].divide == 1 && r->window[2].divide == 1;
  uint64_t kernel = shared ? shared_bits(p, s, q, fields + index) : UINT64_MAX;
  assert_int_equal(b->bits, kernel < least ? kernel : least);
  assert_int_equal(b->format, kernel < least    ? PHS_SYNAPSES_SHARED
                              : dense <= listed ? PHS_SYNAPSES_DENSE
                                                : PHS_SYNAPSES_INDEX);
}

static void check_flows(const plain *p) {
  const phs_map *m = p->m;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    for (uint64_t f = m->flows.row[s] + 1; f < m->flows.row[s + 1]; f++) {
      assert_true(m->flows.core[f - 1] < m->flows.core[f]);
    }
    for (uint32_t c = 0; c < m->core_count; c++) {
      double said, rate;
      uint32_t axons = measured_axons(m, s, c, &said);
      if (m->slice[s].role == PHS_SLICE_PARTIAL) {
        uint32_t sums = c == m->slice[m->slice[s].owner].core ? m->slice[s].count : 0;
        assert_int_equal(axons, sums);
        assert_true(said == sums);
        continue;
      }
      assert_int_equal(axons, plain_flow(p, s, c, &rate));
      assert_true(fabs(said - rate) <= 1e-5 * rate);
    }
  }
}

/* Different pairs of a population and a format on a core. */
static double formats_on(const phs_map *m, uint32_t core, bool threshold) {
  bool seen[8][8] = {{false}};
  double count = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    const uint32_t p = m->slice[s].population;
    const phs_population *q = &m->work->population[p];
    const uint32_t *of = threshold ? q->threshold : q->format;
    for (uint32_t i = 0; i < m->slice[s].count && m->slice[s].core == core; i++) {
      bool *here = &seen[p][of ? of[phs_slice_neuron(m, s, i)] : 0];
      count += !*here;
      *here = true;
    }
  }
  return count;
}

static double synapse_formats_on(const phs_map *m, uint32_t core) {
  bool seen[8][PHS_SYNAPSE_FORMATS] = {{false}};
  double count = 0;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    for (uint64_t b = m->block_row[s]; b < m->block_row[s + 1] && m->slice[s].core == core; b++) {
      bool *here = &seen[m->block[b].projection][m->block[b].format];
      count += !*here;
      *here = true;
    }
  }
  return count;
}

static void check_use(const phs_map *m) {
  for (uint32_t c = 0; c < m->core_count; c++) {
    double neurons = 0, synapses = 0, bits = 0, in = 0, out = 0;
    for (uint32_t s = 0; s < m->slice_count; s++) {
      bool here = m->slice[s].core == c;
      neurons += here ? m->slice[s].count : 0;
      for (uint64_t b = m->block_row[s]; b < m->block_row[s + 1] && here; b++) {
        synapses += (double)m->block[b].synapses;
        bits += (double)m->block[b].bits;
      }
      for (uint64_t f = m->flows.row[s]; f < m->flows.row[s + 1]; f++) {
        in += m->flows.core[f] == c ? m->flows.axons[f] : 0;
        out += here ? m->flows.axons[f] : 0;
      }
    }
    const double *use = phs_core_use(m, c);
    assert_true(use[PHS_CAPACITY_NEURONS] == neurons);
    assert_true(use[PHS_CAPACITY_SYNAPSES] == synapses);
    assert_true(use[PHS_CAPACITY_SYNAPSE_BITS] == bits);
    assert_true(use[PHS_CAPACITY_AXONS_IN] == in);
    assert_true(use[PHS_CAPACITY_AXONS_OUT] == out);
    assert_true(use[PHS_CAPACITY_COMPARTMENT_FORMATS] == formats_on(m, c, false));
    assert_true(use[PHS_CAPACITY_THRESHOLD_FORMATS] == formats_on(m, c, true));
    assert_true(use[PHS_CAPACITY_SYNAPSE_FORMATS] == synapse_formats_on(m, c));
    assert_true(use[PHS_CAPACITY_DATA_BYTES] == 0); /* not on Loihi */
  }
}

static void check_map(phs_map *m, bool boxes) {
  phs_diag diag = {0};
  plain p;
  assert_int_equal(phs_map_measure(m, &diag), PHASOR_OK);
  plain_open(&p, m);
  for (uint32_t s = 0; s < m->slice_count; s++) {
    const phs_population *q = &m->work->population[m->slice[s].population];
    for (uint32_t i = 0; i < q->in_count; i++) {
      check_block(&p, s, m->work->in[q->first_in + i], boxes);
    }
  }
  check_flows(&p);
  check_use(m);
  plain_close(&p);
}

static void run_random(bool lists, bool boxes, void (*slice)(phs_map *m), uint64_t seeds) {
  for (uint64_t seed = 1; seed <= seeds; seed++) {
    state = seed * 77;
    measure_case c;
    measure_open(&c, "loihi1");
    measure_map(&c, random_work(lists), 1);
    slice(c.map);
    check_map(c.map, boxes);
    measure_close(&c);
  }
}

static void windows_of_boxes(void **s) {
  (void)s;
  run_random(false, true, random_boxes, 300);
}

static void windows_and_lists_of_boxes(void **s) {
  (void)s;
  run_random(true, true, random_boxes, 300);
}

/* Slices that are lists have no shared kernels; but a population may happen to lie in boxes. */
static void neurons_anywhere(void **s) {
  (void)s;
  for (uint64_t seed = 1; seed <= 300; seed++) {
    state = seed * 79;
    measure_case c;
    measure_open(&c, "loihi1");
    phs_work *w = random_work(true);
    for (uint32_t q = 0; q < w->projection_count; q++) {
      w->projection[q].shared = false;
    }
    measure_map(&c, w, 1);
    random_neurons(c.map);
    check_map(c.map, false);
    measure_close(&c);
  }
}

static void fan_in_that_is_split(void **s) {
  (void)s;
  run_random(false, true, random_parts, 200);
  run_random(true, true, random_parts, 200);
}

/* ---- threads ---- */

static void same_bytes(const phs_map *a, const phs_map *b) {
  uint64_t flows = a->flows.row[a->slice_count], blocks = a->block_row[a->slice_count];
  assert_memory_equal(a->flows.row, b->flows.row, (a->slice_count + 1) * sizeof *a->flows.row);
  assert_memory_equal(a->flows.core, b->flows.core, flows * sizeof *a->flows.core);
  assert_memory_equal(a->flows.axons, b->flows.axons, flows * sizeof *a->flows.axons);
  assert_memory_equal(a->flows.rate, b->flows.rate, flows * sizeof *a->flows.rate);
  assert_memory_equal(a->block_row, b->block_row, (a->slice_count + 1) * sizeof *a->block_row);
  assert_memory_equal(a->block, b->block, blocks * sizeof *a->block);
  assert_memory_equal(a->use, b->use, (size_t)a->core_count * PHS_CAPACITIES * sizeof *a->use);
}

/* Several tasks of rows, several chunks of slices, several hundred flows; rates that do not add up
 * alike in any order. */
static phs_work *larger_work(void) {
  enum { N = 9000, DEGREE = 12 };
  phs_work *w = graph_begin();
  uint32_t in = graph_population(w, PHS_POPULATION_INPUT, 1, 1, N, 0.1F);
  uint32_t a = graph_population(w, PHS_POPULATION_NEURONS, 1, 100, 90, 0.1F);
  float *rate = graph_need(PHS_NEW_ARRAY(w->arena, float, N));
  uint64_t *row = graph_need(PHS_NEW_ARRAY(w->arena, uint64_t, N + 1));
  uint32_t *target = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, N * DEGREE));
  for (uint32_t i = 0; i < N; i++) {
    rate[i] = (float)(1 + draw(1000000)) / 3e6F;
    row[i + 1] = row[i] + DEGREE;
    for (uint32_t k = 0; k < DEGREE; k++) {
      target[row[i] + k] = k * (N / DEGREE) + draw(N / DEGREE);
    }
  }
  w->population[in].rate = w->population[a].rate = rate;
  w->population[in].rate_count = w->population[a].rate_count = N;
  graph_list(w, in, a, (phs_csr){.row = row, .target = target});
  graph_conv(w, a, a, 3, 1, 1);
  phs_grid grid = {.rank = 2, .dim = {100, 90}, .extent = {100, 90}};
  graph_recipe(w, a, a,
               (phs_recipe){.rule = PHS_RULE_DISTANCE,
                            .probability = 0.3,
                            .width = 4,
                            .cutoff = INFINITY,
                            .source_grid = grid,
                            .target_grid = grid});
  graph_recipe(w, a, a, (phs_recipe){.rule = PHS_RULE_FIXED_INDEGREE, .number = 5});
  graph_end(w);
  return w;
}

static void any_number_of_threads(void **s) {
  (void)s;
  enum { JOBS = 4 };
  static const int jobs[JOBS] = {1, 2, 3, 7};
  measure_case c[JOBS];
  for (int i = 0; i < JOBS; i++) {
    phs_diag diag = {0};
    state = 5;
    measure_open(&c[i], "loihi1");
    measure_map(&c[i], larger_work(), jobs[i]);
    measure_begin(c[i].map, 200, 60, 0);
    measure_slice(c[i].map, 0, PHS_OUTSIDE, phs_box_all(&c[i].work->population[0]));
    for (uint32_t y = 0; y < 10; y++) {
      for (uint32_t x = 0; x < 15; x++) {
        measure_slice(c[i].map, 1, (y * 15 + x) * 2 / 5,
                      (phs_box){{0, y * 10, x * 6}, {1, y * 10 + 10, x * 6 + 6}});
      }
    }
    measure_end(c[i].map);
    assert_int_equal(phs_map_measure(c[i].map, &diag), PHASOR_OK);
    same_bytes(c[0].map, c[i].map);
    assert_int_equal(phs_map_measure(c[i].map, &diag), PHASOR_OK); /* again */
    same_bytes(c[0].map, c[i].map);
  }
  assert_true(c[0].map->flows.row[c[0].map->slice_count] > 500);
  for (int i = 0; i < JOBS; i++) {
    measure_close(&c[i]);
  }
}

/* Slices so large that their rows are made in several pieces, whose flows are added up. */
static void slices_in_pieces(void **s) {
  (void)s;
  measure_case c;
  plain p;
  phs_diag diag = {0};
  state = 11;
  measure_open(&c, "loihi1");
  measure_map(&c, larger_work(), 2);
  measure_begin(c.map, 4, 3, 0);
  measure_slice(c.map, 0, PHS_OUTSIDE, phs_box_all(&c.work->population[0]));
  for (uint32_t i = 0; i < 3; i++) {
    measure_slice(c.map, 1, i, (phs_box){{0, i * 30, 0}, {1, i == 2 ? 100 : i * 30 + 30, 90}});
  }
  measure_end(c.map);
  assert_int_equal(phs_map_measure(c.map, &diag), PHASOR_OK);
  plain_open(&p, c.map);
  for (uint32_t core = 0; core < 3; core++) {
    double said, rate;
    assert_int_equal(measured_axons(c.map, 0, core, &said), plain_flow(&p, 0, core, &rate));
    assert_true(fabs(said - rate) < 1e-6 * rate);
  }
  plain_close(&p);
  measure_close(&c);
}

/* On SpiNNaker all rows of a list are as long as the longest: 3 words and 1 a synapse. */
static void rows_are_padded(void **s) {
  (void)s;
  static const uint64_t row[] = {0, 1, 1, 5, 7};
  static const uint32_t target[] = {3, 0, 1, 2, 3, 1, 2};
  measure_case c;
  phs_diag diag = {0};
  measure_open(&c, "spinnaker1");
  phs_work *w = graph_begin();
  graph_population(w, PHS_POPULATION_NEURONS, 1, 1, 4, 1);
  graph_list(w, 0, 0, (phs_csr){.row = row, .target = target});
  graph_end(w);
  measure_map(&c, w, 1);
  measure_begin(c.map, 2, 2, 0);
  measure_slice(c.map, 0, 0, (phs_box){{0, 0, 0}, {1, 1, 3}});
  measure_slice(c.map, 0, 1, (phs_box){{0, 0, 3}, {1, 1, 4}});
  measure_end(c.map);
  assert_int_equal(phs_map_measure(c.map, &diag), PHASOR_OK);
  /* onto 0, 1, 2: neuron 2 has three, neuron 3 two; onto 3: neurons 0 and 2 one each */
  assert_int_equal(measured_block(c.map, 0, 0)->bits, 2 * (96 + 3 * 32));
  assert_int_equal(measured_block(c.map, 1, 0)->bits, 2 * (96 + 32));
  assert_true(phs_core_use(c.map, 0)[PHS_CAPACITY_SHARED_BYTES] == 2 * (96 + 3 * 32) / 8);
  measure_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(windows_of_boxes),      cmocka_unit_test(windows_and_lists_of_boxes),
      cmocka_unit_test(neurons_anywhere),      cmocka_unit_test(fan_in_that_is_split),
      cmocka_unit_test(any_number_of_threads), cmocka_unit_test(slices_in_pieces),
      cmocka_unit_test(rows_are_padded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
