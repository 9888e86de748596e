/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Machines of targets: shapes that are published, hops by hand, distances against a breadth-first
 * search over the links. */
#include "machine_case.h"

typedef struct shape {
  const char *name, *node;
  uint32_t width, height, nodes, cores_per_node, domains;
  bool wrap, hexagonal;
  int assumptions;
} shape;

static const shape shipped[] = {
    /* 128 cores in 32 tiles of 4, 8 x 4 of them (SANA-FE, loihi.yaml) */
    {"loihi1", "tile", 8, 4, 32, 4, 1, false, false, 0},
    {"loihi2", "core", 16, 8, 128, 1, 1, false, false, 1},
    /* 1152 = 36 x 32 chips */
    {"hala-point", "core", 576, 256, 147456, 1, 1, false, false, 3},
    {"spinnaker1", "chip", 8, 8, 48, 17, 1, false, true, 0},
    {"spinnaker1-4chip", "chip", 2, 2, 4, 17, 1, true, true, 0},
    /* 49 frames of 24 boards of 48 chips are 56448 = 168 x 336 */
    {"spinnaker1-million", "chip", 168, 336, 56448, 17, 2, true, true, 2},
    {"spinnaker2", "core", 19, 8, 152, 1, 1, false, false, 1},
    {"truenorth", "core", 64, 64, 4096, 1, 1, false, false, 0},
    {"cpu", "machine", 1, 1, 1, 2, 0, false, false, 0},
};

static void shapes(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
    const shape *s = &shipped[i];
    machine_case c = machine_load(s->name);
    const phs_machine *m = c.m;
    assert_string_equal(m->node_name, s->node);
    assert_int_equal(m->width, s->width);
    assert_int_equal(m->height, s->height);
    assert_int_equal(m->node_count, s->nodes);
    assert_int_equal(m->cores_per_node, s->cores_per_node);
    assert_int_equal(m->core_count, (uint64_t)s->nodes * s->cores_per_node);
    assert_int_equal(m->domain_count, s->domains);
    assert_int_equal(m->wrap_x, s->wrap);
    assert_int_equal(m->wrap_y, s->wrap);
    assert_int_equal(m->hexagonal, s->hexagonal);
    assert_int_equal(m->assumption_count, s->assumptions);
    uint32_t nodes = 0;
    for (uint32_t n = 0; n < m->grid_count; n++) {
      nodes += phs_node_present(m, n);
    }
    assert_int_equal(nodes, m->node_count);
    machine_drop(&c);
  }
}

/* The chips of a board as version_5.py of SpiNNMachine lists them: those of a column begin and end
 * at these rows. */
static void board(void **state) {
  (void)state;
  static const uint32_t first[] = {0, 0, 0, 0, 0, 1, 2, 3}, last[] = {3, 4, 5, 6, 7, 7, 7, 7};
  machine_case c = machine_load("spinnaker1");
  for (uint32_t x = 0; x < 8; x++) {
    for (uint32_t y = 0; y < 8; y++) {
      assert_int_equal(phs_node_present(c.m, y * 8 + x), y >= first[x] && y <= last[x]);
    }
  }
  machine_drop(&c);
}

static void capacities(void **state) {
  (void)state;
  machine_case c = machine_load("hala-point");
  const phs_machine *m = c.m;
  assert_string_equal(m->domain[0].name, "chip");
  assert_int_equal(m->domain[0].width, 16);
  assert_int_equal(m->domain[0].height, 8);
  assert_int_equal(m->domain[0].blocks_x, 36);
  assert_int_equal(m->domain[0].blocks_y, 32);
  assert_int_equal(m->domain[0].cores, 128);
  assert_true(m->domain[0].capacity[PHS_CAPACITY_NEURONS] == 1e6);
  assert_true(m->domain[0].capacity[PHS_CAPACITY_SYNAPSES] == 120e6);
  assert_true(m->core_capacity[PHS_CAPACITY_NEURONS] == 8192);
  assert_true(isinf(m->core_capacity[PHS_CAPACITY_SYNAPSE_BITS])); /* not public */
  assert_true(isinf(m->core_capacity[PHS_CAPACITY_ROUTER_ENTRIES]));
  /* node 575 is the last of the first row: chip 35; one row of chips is 8 rows of nodes */
  assert_int_equal(phs_machine_block(m, 0, 575), 35);
  assert_int_equal(phs_machine_block(m, 0, 576 * 8), 36);
  assert_int_equal(phs_machine_block(m, 0, 576 * 256 - 1), 1151);
  machine_drop(&c);
  c = machine_load("spinnaker1");
  assert_true(c.m->node_capacity[PHS_CAPACITY_SHARED_BYTES] == 123469792);
  assert_true(c.m->node_capacity[PHS_CAPACITY_NEURONS] == 256 * 17);
  machine_drop(&c);
  c = machine_load("spinnaker1-million");
  assert_int_equal(c.m->domain[0].width, 12); /* three boards */
  assert_int_equal(c.m->domain[0].cores, 3 * 48 * 17);
  assert_int_equal(c.m->domain[1].width, 24);
  assert_int_equal(c.m->domain[1].height, 48);
  assert_string_equal(c.m->domain[1].name, "frame");
  machine_drop(&c);
}

static void hops_by_hand(void **state) {
  (void)state;
  machine_case c = machine_load("loihi1");
  assert_int_equal(phs_machine_hops(c.m, 5, 5), 0);
  assert_int_equal(phs_machine_hops(c.m, 4, 7), 1);    /* two cores of tile 1 */
  assert_int_equal(phs_machine_hops(c.m, 0, 127), 11); /* 7 east, 3 north, and the router */
  assert_int_equal(phs_machine_links(c.m, 0, 9), 2);   /* there is no diagonal */
  assert_true(phs_machine_cost(c.m, 0, 127) == 11);    /* one chip has no border */
  assert_int_equal(phs_machine_neighbour(c.m, 0, PHS_EAST), 1);
  assert_int_equal(phs_machine_neighbour(c.m, 0, PHS_NORTH), 8);
  assert_int_equal(phs_machine_neighbour(c.m, 0, PHS_WEST), UINT32_MAX);
  assert_int_equal(phs_machine_neighbour(c.m, 0, PHS_NORTH_EAST), UINT32_MAX);
  machine_drop(&c);
  c = machine_load("hala-point");
  /* from the first node to the first of the next chip: 16 links, one border */
  assert_int_equal(phs_machine_hops(c.m, 0, 16), 17);
  assert_true(phs_machine_cost(c.m, 0, 16) == 17 + PHS_OFF_CHIP_WEIGHT);
  assert_true(phs_machine_cost(c.m, 576 * 9 + 20, 15) == 1 + 5 + 9 + 2 * PHS_OFF_CHIP_WEIGHT);
  machine_drop(&c);
  c = machine_load("spinnaker1");
  assert_int_equal(phs_machine_links(c.m, 0, 7 * 8 + 7), 7); /* the diagonal */
  assert_int_equal(phs_machine_links(c.m, 3, 8), 4);         /* (3, 0) to (0, 1) */
  assert_int_equal(phs_machine_neighbour(c.m, 0, PHS_NORTH_EAST), 9);
  assert_int_equal(phs_machine_neighbour(c.m, 3 * 8, PHS_NORTH),
                   UINT32_MAX); /* (0, 4) is not there */
  machine_drop(&c);
  c = machine_load("spinnaker1-million");
  assert_int_equal(phs_machine_links(c.m, 0, 167), 1);             /* around the edge */
  assert_int_equal(phs_machine_links(c.m, 0, 335 * 168 + 167), 1); /* around the corner */
  assert_int_equal(phs_machine_neighbour(c.m, 0, PHS_SOUTH_WEST), 335 * 168 + 167);
  /* the way around crosses the borders of two kinds of blocks, in both sides */
  assert_true(phs_machine_cost(c.m, 0, (335 * 168 + 167) * 17) == 2 + 4 * PHS_OFF_CHIP_WEIGHT);
  machine_drop(&c);
  c = machine_load("cpu");
  assert_int_equal(phs_machine_hops(c.m, 0, 1), 1);
  machine_drop(&c);
}

/* Links from @p from to all nodes, one by one over phs_machine_neighbour(). */
static void search(const phs_machine *m, uint32_t from, uint32_t *links) {
  uint32_t *queue = malloc(m->grid_count * sizeof *queue), head = 0, tail = 0;
  assert_non_null(queue);
  memset(links, 0xff, m->grid_count * sizeof *links);
  links[from] = 0;
  queue[tail++] = from;
  while (head < tail) {
    uint32_t at = queue[head++];
    for (int d = 0; d < PHS_DIRECTIONS; d++) {
      uint32_t to = phs_machine_neighbour(m, at, (phs_direction)d);
      if (to != UINT32_MAX && links[to] == UINT32_MAX) {
        links[to] = links[at] + 1;
        queue[tail++] = to;
      }
    }
  }
  free(queue);
}

static void hold_distances(const phs_machine *m, uint32_t every) {
  uint32_t *links = malloc(m->grid_count * sizeof *links);
  assert_non_null(links);
  for (uint32_t a = 0; a < m->grid_count; a += every) {
    if (!phs_node_present(m, a)) {
      continue;
    }
    search(m, a, links);
    for (uint32_t b = 0; b < m->grid_count; b++) {
      if (phs_node_present(m, b)) {
        assert_int_equal(phs_machine_links(m, a, b), links[b]);
        assert_true(phs_machine_cost(m, a * m->cores_per_node, b * m->cores_per_node) ==
                    phs_machine_cost(m, b * m->cores_per_node, a * m->cores_per_node));
      }
    }
  }
  free(links);
}

static void distances(void **state) {
  (void)state;
  static const char *const custom[] = {
      "fabric: mesh, count: 35, width: 7, height: 5",
      "fabric: torus, count: 35, width: 7, height: 5",
      "fabric: torus, count: 24, width: 4, height: 6",
      "fabric: hexagonal_torus, count: 35, width: 7, height: 5",
      "fabric: hexagonal_torus, count: 48, width: 8, height: 6",
      "fabric: hexagonal_torus, count: 2, width: 2, height: 1",
      "fabric: hexagonal_mesh, count: 45, width: 9, height: 5",
      "fabric: hexagonal_mesh, count: 12, width: 4, height: 4",
      "fabric: hexagonal_mesh, count: 39, width: 9, height: 5",
      "fabric: hexagonal_mesh, count: 41, width: 5, height: 9",
      "fabric: continued, count: 30",
      "fabric: unknown, count: 30",
      "fabric: unknown, count: 127", /* a prime number: 12 x 11, five of them not there */
      "fabric: mesh, count: 11",
  };
  for (size_t i = 0; i < sizeof custom / sizeof *custom; i++) {
    machine_case c = machine_of("other", "4", custom[i], "");
    hold_distances(c.m, 1);
    machine_drop(&c);
  }
  for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
    machine_case c = machine_load(shipped[i].name);
    hold_distances(c.m, c.m->grid_count > 4096 ? 29989 : 1 + c.m->grid_count / 64);
    machine_drop(&c);
  }
}

/* The description of a system of several chips that extends a shipped one. */
static void systems(void **state) {
  (void)state;
  machine_case c = machine_text("extends: loihi1\nsources: {own: {title: guess}}\nlevels:\n"
                                "  - {name: board, source: own, count: 6, fabric: mesh, width: 3, "
                                "height: 2}\n");
  assert_int_equal(c.m->width, 24);
  assert_int_equal(c.m->height, 8);
  assert_int_equal(c.m->core_count, 768);
  assert_int_equal(c.m->domain_count, 1); /* the chip; the board is all */
  assert_int_equal(c.m->domain[0].cores, 128);
  assert_int_equal(c.m->assumption_count, 0);
  assert_true(c.m->domain[0].capacity[PHS_CAPACITY_NEURONS] == 131072);
  machine_drop(&c);
  /* 7 is a line; what is said of the whole bounds it as one block */
  c = machine_text("extends: loihi2\nsources: {own: {title: guess}}\nlevels:\n"
                   "  - {name: stick, source: own, count: 7, fabric: unknown, "
                   "capacities: {neurons: 5000000}}\n");
  assert_int_equal(c.m->width, 7 * 16);
  assert_int_equal(c.m->height, 8);
  assert_int_equal(c.m->domain_count, 2);
  assert_true(c.m->domain[1].capacity[PHS_CAPACITY_NEURONS] == 5e6);
  assert_int_equal(c.m->domain[1].blocks_x * c.m->domain[1].blocks_y, 1);
  machine_drop(&c);
  /* reserved parts of a mesh with known sides are the last */
  c = machine_of("other", "4", "fabric: mesh, count: 6, width: 3, height: 2, reserved: 2", "");
  assert_int_equal(c.m->node_count, 4);
  assert_true(phs_node_present(c.m, 3) && !phs_node_present(c.m, 4));
  machine_drop(&c);
  /* a torus inside of a mesh is not closed around all */
  c = machine_of("other", "4", "fabric: torus, count: 6, width: 3, height: 2",
                 "  - {name: rack, source: a, count: 2, fabric: mesh, width: 2, height: 1}\n");
  assert_false(c.m->wrap_x);
  assert_int_equal(c.m->assumption_count, 1);
  machine_drop(&c);
  /* three levels that share a bus, and one core alone */
  c = machine_of("other", "4", "fabric: local, count: 3",
                 "  - {name: rack, source: a, count: 2, fabric: local}\n");
  assert_int_equal(c.m->cores_per_node, 6);
  assert_int_equal(c.m->grid_count, 1);
  machine_drop(&c);
  c = machine_text("family: other\nsources: {a: {title: paper}}\nlevels:\n"
                   "  - {name: core, source: a, capacities: {neurons: 4}}\n");
  assert_int_equal(c.m->core_count, 1);
  assert_int_equal(c.m->domain_count, 0);
  machine_drop(&c);
}

static void refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *part;
  } bad[] = {
      {"extends: loihi1\nlevels:\n  - {name: rack, count: unknown, fabric: mesh}\n",
       "level 'rack' of target 't' has an unknown number of parts"},
      {"extends: spinnaker1\nsources: {a: {title: b}}\nlevels:\n"
       "  - {name: rack, source: a, count: 4, fabric: continued}\n",
       "fill a torus only by threes"},
      {"family: other\nsources: {a: {title: b}}\nlevels:\n  - {name: core, source: a}\n"
       "  - {name: row, source: a, count: 20000, fabric: mesh, width: 20000, height: 1}\n",
       "more in a row, than can be numbered"},
      {"extends: truenorth\nsources: {a: {title: b}}\nlevels:\n"
       "  - {name: rack, source: a, count: 2000000, fabric: mesh}\n",
       "has more cores, or more in a row"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    machine_case c = machine_try(bad[i].text);
    assert_null(c.m);
    assert_int_equal(c.status, PHASOR_ERROR_TARGET);
    assert_int_equal(c.heard.count, 1);
    assert_string_equal(c.heard.code, "PHS0920");
    assert_non_null(strstr(c.heard.message, bad[i].part));
    assert_true(c.heard.line > 0);
    machine_drop(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shapes),       cmocka_unit_test(board),     cmocka_unit_test(capacities),
      cmocka_unit_test(hops_by_hand), cmocka_unit_test(distances), cmocka_unit_test(systems),
      cmocka_unit_test(refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
