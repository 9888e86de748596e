/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Recipes, windows and lists side by side, on slices of all kinds: what is measured bounds what is
 * there, and is exact where nothing is left to chance. */
#include "measure_case.h"

static uint64_t state;

static uint32_t draw(uint32_t below) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((state >> 33) % below);
}

/* ---- random networks ---- */

static phs_grid grid_of(const phs_population *p) {
  return (phs_grid){.rank = 2, .dim = {(int32_t)p->dim[1], (int32_t)p->dim[2]}, .extent = {12, 12}};
}

static void random_recipe(phs_work *w, uint32_t s, uint32_t t) {
  const phs_population *a = &w->population[s], *b = &w->population[t];
  phs_recipe r = {.rule = (phs_rule)(PHS_RULE_FIXED_PROBABILITY + draw(5)),
                  .number = 1 + draw(4),
                  .probability = (1 + draw(20)) / 40.0,
                  .profile = (phs_profile)draw(3),
                  .width = 1 + draw(4),
                  .cutoff = draw(2) ? INFINITY : 5,
                  .periodic = draw(2),
                  .autapses = draw(2),
                  .multapses = draw(2),
                  .source_grid = grid_of(a),
                  .target_grid = grid_of(b),
                  .weight = {.a = 1},
                  .delay = {.a = 1},
                  .key = state};
  if (a->count == b->count && draw(4) == 0) {
    r.rule = PHS_RULE_ONE_TO_ONE;
  }
  graph_recipe(w, s, t, r);
}

static void random_list(phs_work *w, uint32_t s, uint32_t t) {
  const uint32_t sources = w->population[s].count, targets = w->population[t].count;
  uint64_t *row = graph_need(PHS_NEW_ARRAY(w->arena, uint64_t, sources + 1));
  uint32_t *target = graph_need(PHS_NEW_ARRAY(w->arena, uint32_t, (size_t)sources * targets));
  for (uint32_t i = 0; i < sources; i++) {
    row[i + 1] = row[i];
    for (uint32_t j = draw(30); j < targets; j += 1 + draw(30)) {
      target[row[i + 1]++] = j;
    }
  }
  graph_list(w, s, t, (phs_csr){.row = row, .target = target});
}

static phs_work *random_work(void) {
  phs_work *w = graph_begin();
  uint32_t n = 1 + draw(3), projections = 1 + draw(5);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t p = graph_population(w, PHS_POPULATION_NEURONS, 1, 6 + draw(5), 6 + draw(5), 0.5F);
    phs_population *q = &w->population[p];
    if (draw(3) == 0) {
      float *rate = graph_need(PHS_NEW_ARRAY(w->arena, float, q->count));
      for (uint32_t k = 0; k < q->count; k++) {
        rate[k] = (float)draw(100) / 100;
      }
      q->rate = rate;
      q->rate_count = q->count;
    }
  }
  for (uint32_t i = 0; i < projections; i++) {
    uint32_t s = draw(n), t = draw(n), kind = draw(5);
    if (kind < 3) {
      random_recipe(w, s, t);
    } else if (kind == 3) {
      graph_conv(w, s, t, 3, 1, 1);
    } else {
      random_list(w, s, t);
    }
  }
  graph_end(w);
  return w;
}

/* ---- random slices ---- */

static void add_boxes(phs_map *m, uint32_t p, uint32_t cores) {
  const phs_population *q = &m->work->population[p];
  const uint32_t y[] = {0, draw(q->dim[1]), q->dim[1]}, x[] = {0, draw(q->dim[2]), q->dim[2]};
  for (int i = 0; i < 4; i++) {
    phs_box b = {{0, y[i / 2], x[i % 2]}, {1, y[i / 2 + 1], x[i % 2 + 1]}};
    if (phs_box_count(&b)) {
      measure_slice(m, p, draw(cores), b);
    }
  }
}

static void random_boxes(phs_map *m) {
  uint32_t cores = 1 + draw(6);
  measure_begin(m, m->work->population_count * 4, cores, 0);
  for (uint32_t p = 0; p < m->work->population_count; p++) {
    add_boxes(m, p, cores);
  }
  measure_end(m);
}

/* Two slices of each population, cut in rows; the synapses of each in two shares. */
static void random_parts(phs_map *m) {
  const phs_work *w = m->work;
  uint32_t cores = 1 + draw(8);
  measure_begin(m, w->population_count * 4, cores, w->population_count * 4 * w->projection_count);
  for (uint32_t p = 0; p < w->population_count; p++) {
    const phs_population *q = &w->population[p];
    for (uint32_t half = 0; half < 2; half++) {
      uint32_t middle = q->dim[1] / 2, owner = m->slice_count;
      phs_box b = {{0, half ? middle : 0, 0}, {1, half ? q->dim[1] : middle, q->dim[2]}};
      for (uint32_t k = 0; k < 2; k++) {
        uint32_t s = measure_slice(m, p, draw(cores), b);
        m->slice[s].owner = owner;
        m->slice[s].role = k ? PHS_SLICE_PARTIAL : PHS_SLICE_NEURONS;
        m->slice[s].first_part = m->part_count;
        for (uint32_t i = 0; i < q->in_count; i++) {
          uint32_t from = w->in[q->first_in + i];
          uint32_t n = w->population[w->projection[from].source].count;
          m->part[m->part_count++] =
              (phs_part){.projection = from, .first = k ? n / 3 : 0, .end = k ? n : n / 3};
          m->slice[s].part_count++;
        }
      }
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
    core[p] = of;
  }
  phs_diag diag = {0};
  assert_int_equal(phs_map_assign(m, core, cores, &diag), PHASOR_OK);
}

/* ---- comparisons ---- */

/* Whether nothing that slice @p s sends is a matter of chance. */
static bool is_exact(const phs_map *m, uint32_t population) {
  const phs_population *p = &m->work->population[population];
  for (uint32_t i = 0; i < p->out_count; i++) {
    if (m->work->projection[m->work->out[p->first_out + i]].wiring == PHS_WIRING_RECIPE) {
      return false;
    }
  }
  return true;
}

static void check_flows(const plain *p) {
  const phs_map *m = p->m;
  for (uint32_t s = 0; s < m->slice_count; s++) {
    for (uint32_t c = 0; c < m->core_count && m->slice[s].role == PHS_SLICE_NEURONS; c++) {
      double said, rate, all = phs_slice_rate(m, s);
      uint32_t most = measured_axons(m, s, c, &said), axons = plain_flow(p, s, c, &rate);
      assert_true(axons <= most && most <= m->slice[s].count);
      assert_true(said <= all * (1 + 1e-6));
      if (is_exact(m, m->slice[s].population)) {
        assert_int_equal(axons, most);
        assert_true(fabs(said - rate) <= 1e-5 * rate);
      }
    }
  }
}

static void check_blocks(const plain *p) {
  const phs_map *m = p->m;
  for (uint32_t q = 0; q < m->work->projection_count; q++) {
    const phs_work_projection *r = &m->work->projection[q];
    uint64_t *synapses = calloc(m->slice_count, sizeof *synapses);
    uint32_t *axons = calloc(m->slice_count, sizeof *axons);
    uint32_t *last = calloc(m->slice_count, sizeof *last);
    for (uint32_t i = 0; i < m->work->population[r->source].count; i++) {
      for (uint64_t j = p->list[q].row[i]; j < p->list[q].row[i + 1]; j++) {
        uint32_t s = plain_holder(p, q, i, p->list[q].target[j]);
        synapses[s]++;
        axons[s] += last[s] != i + 1;
        last[s] = i + 1;
      }
    }
    for (uint32_t s = 0; s < m->slice_count; s++) {
      const phs_block *b = measured_block(m, s, q);
      bool exact = r->wiring != PHS_WIRING_RECIPE;
      if ((b ? b->synapses : 0) < synapses[s] || (b ? b->axons : 0) < axons[s]) {
        fail_msg("slice %u has %u synapses of %u axons of '%s', rule %d; measured %u, %u", s,
                 (unsigned)synapses[s], axons[s], r->name, r->recipe ? (int)r->recipe->rule : -1,
                 b ? (unsigned)b->synapses : 0, b ? b->axons : 0);
      }
      assert_true(!exact ||
                  ((b ? b->synapses : 0) == synapses[s] && (b ? b->axons : 0) == axons[s]));
    }
    free(synapses);
    free(axons);
    free(last);
  }
}

static void run_random(void (*slice)(phs_map *m)) {
  for (uint64_t seed = 1; seed <= 400; seed++) {
    state = seed * 131;
    measure_case c;
    plain p;
    phs_diag diag = {0};
    measure_open(&c, "loihi1");
    measure_map(&c, random_work(), 1 + (int)(seed % 3));
    slice(c.map);
    assert_int_equal(phs_map_measure(c.map, &diag), PHASOR_OK);
    plain_open(&p, c.map);
    check_flows(&p);
    check_blocks(&p);
    plain_close(&p);
    measure_close(&c);
  }
}

static void boxes(void **s) {
  (void)s;
  run_random(random_boxes);
}

static void parts(void **s) {
  (void)s;
  run_random(random_parts);
}

static void neurons(void **s) {
  (void)s;
  run_random(random_neurons);
}

/* ---- many slices on a core ---- */

/* Each neuron is a slice; 121 windows meet on a core, more than a mask has bits. */
static void many_windows(void **s) {
  (void)s;
  enum { SIDE = 11 };
  measure_case c;
  plain p;
  phs_diag diag = {0};
  measure_open(&c, "loihi1");
  phs_work *w = graph_begin();
  uint32_t a = graph_population(w, PHS_POPULATION_INPUT, 1, SIDE * 2, SIDE * 2, 1);
  uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 1, SIDE, SIDE, 1);
  graph_conv(w, a, b, 3, 2, 0)->window[2].step = 2; /* sources are left out */
  graph_end(w);
  measure_map(&c, w, 1);
  measure_begin(c.map, 1 + SIDE * SIDE, 2, 0);
  measure_slice(c.map, a, PHS_OUTSIDE, phs_box_all(&w->population[a]));
  for (uint32_t i = 0; i < SIDE * SIDE; i++) {
    uint32_t y = i / SIDE, x = i % SIDE;
    measure_slice(c.map, b, i % 20 == 0, (phs_box){{0, y, x}, {1, y + 1, x + 1}});
  }
  measure_end(c.map);
  assert_int_equal(phs_map_measure(c.map, &diag), PHASOR_OK);
  plain_open(&p, c.map);
  for (uint32_t core = 0; core < 2; core++) {
    double said, rate;
    assert_int_equal(measured_axons(c.map, 0, core, &said), plain_flow(&p, 0, core, &rate));
    assert_true(said == rate);
  }
  plain_close(&p);
  measure_close(&c);
}

/* What a box takes alone is what is measured of it on a core of its own. */
static void plans_agree(void **s) {
  (void)s;
  static const phs_capacity exact[] = {
      PHS_CAPACITY_NEURONS,           PHS_CAPACITY_SYNAPSES,
      PHS_CAPACITY_SYNAPSE_BITS,      PHS_CAPACITY_COMPARTMENT_FORMATS,
      PHS_CAPACITY_THRESHOLD_FORMATS, PHS_CAPACITY_SYNAPSE_FORMATS,
      PHS_CAPACITY_DATA_BYTES,        PHS_CAPACITY_SHARED_BYTES};
  static const char *const target[] = {"loihi1", "spinnaker1", "cpu", "truenorth"};
  for (uint64_t seed = 0; seed < 200; seed++) {
    state = seed * 17;
    measure_case c;
    phs_diag diag = {0};
    measure_open(&c, target[seed % 4]);
    phs_work *w = graph_begin();
    uint32_t a = graph_population(w, PHS_POPULATION_INPUT, 2, 8, 8, 1);
    uint32_t b = graph_population(w, PHS_POPULATION_NEURONS, 3, 8, 8, 1);
    graph_conv(w, a, b, 3, 1, 1);
    graph_dense(w, a, b);
    graph_recipe(w, b, b, (phs_recipe){.rule = PHS_RULE_FIXED_INDEGREE, .number = 5});
    graph_end(w);
    measure_map(&c, w, 1);
    phs_box box;
    for (int d = 0; d < PHS_MAP_RANK; d++) {
      box.low[d] = draw(w->population[b].dim[d]);
      box.high[d] = box.low[d] + 1 + draw(w->population[b].dim[d] - box.low[d]);
    }
    measure_begin(c.map, 2, 1, 0);
    measure_slice(c.map, a, PHS_OUTSIDE, phs_box_all(&w->population[a]));
    measure_slice(c.map, b, 0, box);
    measure_end(c.map);
    assert_int_equal(phs_map_measure(c.map, &diag), PHASOR_OK);
    double use[PHS_CAPACITIES];
    phs_box_use(w, c.machine, b, &box, use);
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
      assert_true(use[exact[i]] == phs_core_use(c.map, 0)[exact[i]]);
    }
    assert_true(use[PHS_CAPACITY_AXONS_IN] >= phs_core_use(c.map, 0)[PHS_CAPACITY_AXONS_IN]);
    measure_close(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(boxes),        cmocka_unit_test(parts),       cmocka_unit_test(neurons),
      cmocka_unit_test(many_windows), cmocka_unit_test(plans_agree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
