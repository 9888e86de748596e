/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Partitions of hypergraphs: held against sets of parts kept as bits, all partitions of a few
 * vertices, and structure that was put in. */
#include "map/hyper_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t state;
static uint32_t draw(uint32_t below) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((state >> 33) % below);
}

enum { MOST_VERTICES = 3000, MOST_NETS = 4000, MOST_PINS = 60000 };

/* A hypergraph with room of its own. */
typedef struct sample {
  uint64_t row[MOST_NETS + 1];
  uint32_t pin[MOST_PINS], source[MOST_NETS], neurons[MOST_NETS];
  float weight[MOST_NETS], load[MOST_VERTICES * PHS_HYPER_DIMS];
  phs_hypergraph g;
} sample;

static sample one;

static void add_pin(sample *s, uint32_t net, uint32_t v) {
  for (uint64_t i = s->row[net]; i < s->row[net + 1]; i++) {
    if (s->pin[i] == v) {
      return;
    }
  }
  s->pin[s->row[net + 1]++] = v;
}

/* Nets from anywhere, outside too, onto up to @p pins vertices, themselves too. */
static const phs_hypergraph *random_nets(uint32_t vertices, uint32_t nets, uint32_t pins, int dims,
                                         bool plain) {
  sample *s = &one;
  s->row[0] = 0;
  for (uint32_t e = 0; e < nets; e++) {
    s->row[e + 1] = s->row[e];
    s->source[e] = draw(8) == 0 ? PHS_NO_VERTEX : draw(vertices);
    s->neurons[e] = 1 + draw(3);
    s->weight[e] = (float)draw(8) / 4; /* sums are exact, 0 is among them */
    for (uint32_t k = draw(pins + 1); k > 0; k--) {
      add_pin(s, e, draw(vertices));
    }
  }
  for (uint32_t i = 0; i < vertices * (uint32_t)dims; i++) {
    s->load[i] = (float)(1 + draw(4));
  }
  s->g = (phs_hypergraph){.vertex_count = vertices,
                          .net_count = nets,
                          .row = s->row,
                          .pin = s->pin,
                          .source = plain ? NULL : s->source,
                          .weight = plain ? NULL : s->weight,
                          .neurons = plain ? NULL : s->neurons,
                          .dims = dims,
                          .load = s->load};
  return &s->g;
}

/* What a partition takes, by sets of parts: bytes of a flag for each. */
typedef struct taken {
  double load[MOST_VERTICES][PHS_HYPER_DIMS], in[MOST_VERTICES], out[MOST_VERTICES], cost;
  uint32_t parts;
} taken;

static void take(const phs_hypergraph *g, const uint32_t *part, taken *t) {
  static uint8_t reached[MOST_VERTICES];
  memset(t, 0, sizeof *t);
  for (uint32_t v = 0; v < g->vertex_count; v++) {
    t->parts = part[v] + 1 > t->parts ? part[v] + 1 : t->parts;
    for (int d = 0; d < g->dims; d++) {
      t->load[part[v]][d] += (double)g->load[v * (uint32_t)g->dims + (uint32_t)d];
    }
  }
  for (uint32_t e = 0; e < g->net_count; e++) {
    uint32_t from = g->source ? g->source[e] : e;
    double neurons = g->neurons ? g->neurons[e] : 1, weight = g->weight ? (double)g->weight[e] : 1;
    memset(reached, 0, sizeof reached);
    for (uint64_t i = g->row[e]; i < g->row[e + 1]; i++) {
      reached[part[g->pin[i]]] = 1;
    }
    for (uint32_t p = 0; p < t->parts; p++) {
      if (!reached[p]) {
        continue;
      }
      t->in[p] += neurons;
      t->cost += from != PHS_NO_VERTEX && part[from] == p ? 0 : weight;
      if (from != PHS_NO_VERTEX) {
        t->out[part[from]] += neurons;
      }
    }
  }
}

static bool within(const phs_hypergraph *g, const phs_hyper_limits *l, const taken *t) {
  for (uint32_t p = 0; p < t->parts; p++) {
    for (int d = 0; d < g->dims; d++) {
      if (t->load[p][d] > l->capacity[d]) {
        return false;
      }
    }
    if (t->in[p] > l->axons_in || t->out[p] > l->axons_out) {
      return false;
    }
  }
  return t->parts <= l->most_parts;
}

static phs_hyper_limits no_limits(void) {
  phs_hyper_limits l = {.axons_in = INFINITY, .axons_out = INFINITY, .most_parts = UINT32_MAX};
  for (int d = 0; d < PHS_HYPER_DIMS; d++) {
    l.capacity[d] = INFINITY;
  }
  return l;
}

static taken now;
static uint32_t part[MOST_VERTICES];

/* Partitions and checks all that holds of any result. */
static phasor_status divide(const phs_hypergraph *g, const phs_hyper_limits *l, int effort,
                            int jobs, phs_hyper_result *r) {
  phs_hyper_options o = {.seed = 7, .jobs = jobs, .effort = effort};
  phasor_status status = phs_hyper_partition(g, l, &o, part, r);
  if (status == PHASOR_OK) {
    take(g, part, &now);
    assert_true(within(g, l, &now));
    assert_int_equal(r->parts, now.parts);
    assert_true(fabs(r->cost - now.cost) <= 1e-9 * (1 + now.cost));
    assert_true(phs_hyper_cost(g, part) == now.cost);
    static uint8_t used[MOST_VERTICES];
    memset(used, 0, sizeof used);
    for (uint32_t v = 0; v < g->vertex_count; v++) {
      used[part[v]] = 1;
    }
    for (uint32_t p = 0; p < now.parts; p++) {
      assert_true(used[p]);
    }
  }
  return status;
}

/* Least cost of all partitions within the limits that have at most @p parts, or INFINITY. */
static double best_of_all(const phs_hypergraph *g, const phs_hyper_limits *l, uint32_t parts) {
  static taken t;
  uint32_t p[8] = {0}, n = g->vertex_count;
  double best = INFINITY;
  for (;;) {
    take(g, p, &t);
    if (t.parts <= parts && t.cost < best && within(g, l, &t)) {
      best = t.cost;
    }
    uint32_t i = n; /* the next string whose numbers grow by one at most */
    while (i > 1) {
      uint32_t top = 0;
      i--;
      for (uint32_t k = 0; k < i; k++) {
        top = p[k] > top ? p[k] : top;
      }
      if (p[i] <= top) {
        p[i]++;
        break;
      }
      p[i] = 0;
      if (i == 1) {
        return best;
      }
    }
    if (n < 2) {
      return best;
    }
  }
}

static void costs_against_all_partitions(void **unused) {
  (void)unused;
  state = 1;
  int optimal = 0, cases = 0;
  for (int i = 0; i < 60; i++) {
    const phs_hypergraph *g = random_nets(4 + draw(4), 4 + draw(10), 4, 1, false);
    phs_hyper_limits l = no_limits();
    phs_hyper_result r;
    l.capacity[0] = 6 + draw(4);
    assert_int_equal(divide(g, &l, 1, 1, &r), PHASOR_OK);
    double best = best_of_all(g, &l, r.parts);
    assert_true(r.cost >= best - 1e-9);
    optimal += r.cost <= best + 1e-9;
    cases++;
    assert_int_equal(divide(g, &l, 0, 1, &r), PHASOR_OK);
    assert_true(r.cost >= best_of_all(g, &l, r.parts) - 1e-9);
  }
  assert_true(optimal * 10 >= cases * 7); /* heuristics, but good ones on so few vertices */
}

/* Moves by the state, against counting anew. */
static void moves_change_what_counting_says(void **unused) {
  (void)unused;
  state = 2;
  for (int i = 0; i < 20; i++) {
    bool plain = i % 4 == 0;
    const phs_hypergraph *g = random_nets(60, plain ? 60 : 90, 9, 2, plain);
    phs_arena *arena = phs_arena_create();
    phs_hyper h;
    phs_hyper_state s = {0};
    phs_hyper_limits l = no_limits();
    for (uint32_t v = 0; v < 60; v++) {
      part[v] = draw(7);
    }
    assert_true(phs_hyper_create(g, 2, arena, &h));
    assert_true(phs_hyper_state_create(&h, &l, part, 7, 7, arena, &s));
    for (int k = 0; k < 200; k++) {
      uint32_t v = draw(60), to = draw(7);
      double before = phs_hyper_cost(g, part), gain = to == part[v] ? 0 : phs_hyper_gain(&s, v, to);
      double change = phs_hyper_move(&s, v, to);
      assert_true(change == -gain);
      assert_true(phs_hyper_cost(g, part) == before + change);
      assert_true(s.cost == before + change);
    }
    take(g, part, &now);
    for (uint32_t p = 0; p < 7; p++) {
      assert_true(s.in[p] == now.in[p] && s.out[p] == now.out[p]);
      assert_true(s.load[2 * p] == now.load[p][0] && s.load[2 * p + 1] == now.load[p][1]);
    }
    phs_arena_destroy(arena);
  }
}

/* Communities that hardly talk to each other, in shuffled order: parts are the communities. */
static void separable_structure_is_found(void **unused) {
  (void)unused;
  for (uint32_t size = 8; size <= 128; size *= 2) {
    state = size;
    uint32_t count = 16, n = size * count;
    static uint32_t at[MOST_VERTICES];
    sample *s = &one;
    for (uint32_t v = 0; v < n; v++) {
      uint32_t u = draw(v + 1);
      at[v] = at[u];
      at[u] = v;
    }
    static uint32_t inverse[MOST_VERTICES];
    for (uint32_t v = 0; v < n; v++) {
      inverse[at[v]] = v;
    }
    double across = 0;
    for (uint32_t i = 0; i < n; i++) {
      uint32_t home = inverse[i] / size;
      s->row[i + 1] = s->row[i];
      s->load[i] = 1;
      for (int k = 0; k < 12; k++) {
        add_pin(s, i, at[home * size + draw(size)]);
      }
      if (draw(10) == 0) {
        uint32_t other = draw(count);
        add_pin(s, i, at[other * size + draw(size)]);
        across += other != home;
      }
    }
    phs_hypergraph g = {.vertex_count = n,
                        .net_count = n,
                        .row = s->row,
                        .pin = s->pin,
                        .dims = 1,
                        .load = s->load};
    phs_hyper_limits l = no_limits();
    phs_hyper_result r;
    l.capacity[0] = size;
    assert_int_equal(divide(&g, &l, 1, 2, &r), PHASOR_OK);
    assert_int_equal(r.parts, count);
    assert_true(r.cost == across);
    for (uint32_t v = 0; v < n; v++) {
      assert_int_equal(part[at[v]], part[at[v / size * size]]);
    }
  }
}

/* Whatever the limits: kept, or refused for a reason that holds. */
static void limits_are_never_exceeded(void **unused) {
  (void)unused;
  state = 4;
  int kept = 0, refused = 0;
  for (int i = 0; i < 50; i++) {
    int dims = (int)draw(5);
    uint32_t n = 20 + draw(i < 44 ? 200 : 2000);
    const phs_hypergraph *g = random_nets(n, n, 12, dims, draw(3) == 0);
    phs_hyper_limits l = no_limits();
    for (int d = 0; d < dims; d++) {
      l.capacity[d] = draw(5) == 0 ? (double)INFINITY : (double)(4 + draw(40));
    }
    l.axons_in = draw(2) ? (double)INFINITY : (double)(25 + draw(200));
    l.axons_out = draw(2) ? (double)INFINITY : (double)(60 + draw(400));
    l.most_parts = draw(4) ? UINT32_MAX : 1 + draw(n);
    for (int effort = 0; effort < 2; effort++) {
      phs_hyper_result r;
      phasor_status status = divide(g, &l, effort, 1 + (int)draw(3), &r);
      kept += status == PHASOR_OK;
      if (status != PHASOR_OK) {
        refused++;
        assert_int_equal(status, PHASOR_ERROR_TARGET);
        assert_true(r.vertex != PHS_NO_VERTEX || (r.dimension == -1 && r.parts > l.most_parts));
        assert_true(r.vertex == PHS_NO_VERTEX || r.dimension >= 0);
      }
    }
  }
  assert_true(kept > 60 && refused > 1);
}

static void what_cannot_be_is_refused(void **unused) {
  (void)unused;
  state = 5;
  const phs_hypergraph *g = random_nets(50, 50, 6, 3, true);
  phs_hyper_limits l = no_limits();
  phs_hyper_result r;
  for (int effort = 0; effort < 2; effort++) {
    one.load[3 * 17 + 2] = 100;
    l.capacity[2] = 99;
    assert_int_equal(divide(g, &l, effort, 1, &r), PHASOR_ERROR_TARGET);
    assert_int_equal(r.vertex, 17);
    assert_int_equal(r.dimension, 2);
    one.load[3 * 17 + 2] = 1;

    double sum = 0;
    for (uint32_t v = 0; v < 50; v++) {
      sum += (double)one.load[3 * v];
    }
    l.capacity[0] = 10;
    l.most_parts = (uint32_t)ceil(sum / 10) - 1;
    assert_int_equal(divide(g, &l, effort, 1, &r), PHASOR_ERROR_TARGET);
    assert_int_equal(r.vertex, PHS_NO_VERTEX);
    assert_int_equal(r.dimension, -1);
    assert_int_equal(r.parts, l.most_parts + 1);
    l.most_parts = UINT32_MAX;
  }
  /* vertex 3 is a pin of every net, and its own net goes everywhere */
  for (uint32_t e = 0; e < 50; e++) {
    one.row[e] = 2 * e;
    one.pin[2 * e] = 3;
    one.pin[2 * e + 1] = e == 3 ? 4 : e;
  }
  one.row[50] = 100;
  l = no_limits();
  l.axons_in = 49;
  for (int effort = 0; effort < 2; effort++) {
    assert_int_equal(divide(g, &l, effort, 2, &r), PHASOR_ERROR_TARGET);
    assert_int_equal(r.vertex, 3);
    assert_int_equal(r.dimension, 3);
  }
  l.axons_in = 50;
  assert_int_equal(divide(g, &l, 1, 2, &r), PHASOR_OK);
  for (uint32_t e = 0; e < 50; e++) { /* vertex 3 sends to all others, which are in parts of 5 */
    one.row[e + 1] = one.row[e];
    for (uint32_t v = 0; v < 50 && e == 3; v++) {
      add_pin(&one, e, v);
    }
    one.load[3 * e] = 1;
  }
  l = no_limits();
  l.capacity[0] = 5;
  l.axons_out = 9;
  assert_int_equal(divide(g, &l, 1, 2, &r), PHASOR_ERROR_TARGET);
  assert_int_equal(r.vertex, 3);
  assert_int_equal(r.dimension, 4);
  l.axons_out = 10;
  assert_int_equal(divide(g, &l, 1, 2, &r), PHASOR_OK);
}

static void nothing_depends_on_the_threads(void **unused) {
  (void)unused;
  static uint32_t first[MOST_VERTICES];
  for (int effort = 0; effort < 2; effort++) {
    state = 6;
    for (int i = 0; i < 4; i++) {
      const phs_hypergraph *g = random_nets(2900, 2900, 20, 2, i % 2 == 0);
      phs_hyper_limits l = no_limits();
      l.capacity[0] = l.capacity[1] = 200;
      l.axons_in = i < 2 ? INFINITY : 1200;
      static const int jobs[] = {1, 2, 3, 5};
      for (int j = 0; j < 4; j++) {
        phs_hyper_result r;
        assert_int_equal(divide(g, &l, effort, jobs[j], &r), PHASOR_OK);
        if (j == 0) {
          memcpy(first, part, sizeof first);
        }
        assert_memory_equal(first, part, g->vertex_count * sizeof *part);
      }
    }
  }
}

/* Parts on a line. */
static double line(const void *user, uint32_t a, uint32_t b) {
  (void)user;
  return a > b ? a - b : b - a;
}

static double cost_on_line(const phs_hypergraph *g) {
  double sum = 0;
  for (uint32_t e = 0; e < g->net_count; e++) {
    uint64_t seen = 0; /* parts below 64 */
    for (uint64_t i = g->row[e]; i < g->row[e + 1]; i++) {
      uint32_t p = part[g->pin[i]], from = g->source ? g->source[e] : e;
      double weight = g->weight ? (double)g->weight[e] : 1;
      sum += from == PHS_NO_VERTEX || seen >> p & 1 ? 0 : weight * line(NULL, part[from], p);
      seen |= (uint64_t)1 << p;
    }
  }
  return sum;
}

static void places_are_minded(void **unused) {
  (void)unused;
  state = 8;
  double before = 0, after = 0;
  for (int i = 0; i < 12; i++) {
    const phs_hypergraph *g = random_nets(400, 400, 4, 1, i % 2 == 0);
    phs_hyper_limits l = no_limits();
    phs_hyper_result r;
    phs_hyper_options o = {.seed = 1, .jobs = 1 + i % 3, .effort = 1};
    l.capacity[0] = 60;
    l.axons_in = i < 6 ? INFINITY : 90;
    assert_int_equal(divide(g, &l, 1, 2, &r), PHASOR_OK);
    assert_in_range(r.parts, 2, 63);
    double was = cost_on_line(g), cost;
    uint32_t parts = r.parts;
    assert_int_equal(phs_hyper_refine(g, &l, &o, parts, line, NULL, part, &cost), PHASOR_OK);
    take(g, part, &now);
    assert_true(within(g, &l, &now));
    assert_true(fabs(cost - cost_on_line(g)) < 1e-9 * (1 + cost));
    assert_true(cost <= was);
    before += was;
    after += cost;
  }
  assert_true(after < 0.95 * before);
}

/* Full parts: places can only be exchanged. Two cliques, each with one vertex in the other's part.
 */
static void full_parts_exchange_vertices(void **unused) {
  (void)unused;
  sample *s = &one;
  for (uint32_t v = 0; v < 12; v++) {
    s->row[v + 1] = s->row[v];
    for (uint32_t u = v / 6 * 6; u < v / 6 * 6 + 6; u++) {
      if (u != v) {
        add_pin(s, v, u);
      }
    }
    s->load[v] = 1;
    part[v] = v / 6;
  }
  part[2] = 1;
  part[9] = 0;
  phs_hypergraph g = {.vertex_count = 12,
                      .net_count = 12,
                      .row = s->row,
                      .pin = s->pin,
                      .dims = 1,
                      .load = s->load};
  phs_hyper_limits l = no_limits();
  phs_hyper_options o = {.jobs = 1, .effort = 1};
  double cost;
  l.capacity[0] = 6;
  assert_int_equal(phs_hyper_refine(&g, &l, &o, 2, line, NULL, part, &cost), PHASOR_OK);
  assert_true(cost == 0);
  assert_int_equal(part[0], part[2]);
  assert_int_equal(part[6], part[9]);
}

static void edges_of_the_format(void **unused) {
  (void)unused;
  phs_hyper_limits l = no_limits();
  phs_hyper_result r;
  uint64_t row[3] = {0, 0, 0};
  phs_hypergraph empty = {.row = row};
  for (int effort = 0; effort < 2; effort++) {
    assert_int_equal(divide(&empty, &l, effort, 2, &r), PHASOR_OK);
    assert_int_equal(r.parts, 0);
    phs_hypergraph lonely = {.vertex_count = 2, .net_count = 2, .row = row};
    assert_int_equal(divide(&lonely, &l, effort, 2, &r), PHASOR_OK);
    assert_int_equal(r.parts, 1);
    assert_true(r.cost == 0);
    float load[2] = {0, 0};
    lonely.load = load;
    lonely.dims = 1;
    l.capacity[0] = 0;
    assert_int_equal(divide(&lonely, &l, effort, 2, &r), PHASOR_OK);
    load[0] = load[1] = 3;
    l.capacity[0] = 3;
    assert_int_equal(divide(&lonely, &l, effort, 2, &r), PHASOR_OK);
    assert_int_equal(r.parts, 2);
    l.capacity[0] = INFINITY;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(costs_against_all_partitions),
      cmocka_unit_test(moves_change_what_counting_says),
      cmocka_unit_test(separable_structure_is_found),
      cmocka_unit_test(limits_are_never_exceeded),
      cmocka_unit_test(what_cannot_be_is_refused),
      cmocka_unit_test(nothing_depends_on_the_threads),
      cmocka_unit_test(places_are_minded),
      cmocka_unit_test(full_parts_exchange_vertices),
      cmocka_unit_test(edges_of_the_format),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
