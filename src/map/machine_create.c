/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A machine of a target's description. Levels are laid from the inside out: the grid of one part,
 * then as many of them side by side as the next level has.
 */
#include "map/machine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Nodes that numbers of 32 bits can tell apart, with room for the marks PHS_OUTSIDE and the like.
 */
#define MOST_PLACES 4294967000.0
/* Nodes in a row or column: placing has a table of their distances. */
#define MOST_SIDE 16384
/* How many times as long as high an assumed mesh may be before its last row is left incomplete. */
#define LONGEST 8

typedef struct layout {
  phs_machine *m;
  phs_diag *diag;
  int node_level;
  uint8_t *present;   /* [width * height] of the part so far */
  uint32_t hexagon;   /* the part is a hexagon in a square of 2n x 2n nodes: n; else 0 */
  bool mixed;         /* links of different kinds were met */
  bool meshed;        /* a level with a mesh was met */
  bool closed_inside; /* a torus inside of another level was taken for a mesh */
  const char **sentence;
} layout;

/* A level that cannot be laid. */
static bool refuse(const layout *l, const phs_target_level *level, const char *why,
                   const char *help) {
  phs_place place = {.file = level->file, .line = level->line, .column = level->column};
  phs_report(l->diag, PHS_MAP_MACHINE, &place, help, "level '%s' of target '%s' %s", level->name,
             l->m->target->name, why);
  return false;
}

static bool assume(layout *l, const char *text) {
  if (!text) {
    return false;
  }
  l->sentence[l->m->assumption_count++] = text;
  return true;
}

/* The two factors that are nearest to each other. */
static void squarest(uint32_t count, uint32_t *greater, uint32_t *lesser) {
  uint32_t f = (uint32_t)sqrt((double)count) + 1;
  while (f > 1 && (f > count / f || count % f != 0)) {
    f--;
  }
  *lesser = f;
  *greater = count / f;
}

/* Sides of an assumed mesh. Where @p count has only unlike factors, the last row has too few: a
 * shortest way along rows and columns remains, as all other rows are whole. */
static void assume_mesh(uint32_t count, uint32_t *w, uint32_t *h) {
  squarest(count, w, h);
  if (*w / *h >= LONGEST) {
    *h = (uint32_t)sqrt((double)count);
    *w = count / *h + (count % *h != 0);
    *h = count / *w + (count % *w != 0);
  }
}

static bool is_hexagonal(phs_fabric f) {
  return f == PHS_FABRIC_HEXAGONAL_MESH || f == PHS_FABRIC_HEXAGONAL_TORUS;
}

static bool is_closed(phs_fabric f) {
  return f == PHS_FABRIC_TORUS || f == PHS_FABRIC_HEXAGONAL_TORUS || f == PHS_FABRIC_CONTINUED;
}

/* Parts of a level that may be used. */
static bool count_parts(layout *l, const phs_target_level *level, uint32_t *count) {
  if (level->count.state != PHS_FIGURE_KNOWN) {
    return refuse(l, level, "has an unknown number of parts, so that nothing can be placed",
                  "give its 'count' in a description that extends this one");
  }
  double reserved = level->reserved.state == PHS_FIGURE_KNOWN ? level->reserved.most : 0;
  if (level->count.most - reserved > MOST_PLACES) {
    return refuse(l, level, "has more parts than can be numbered", NULL);
  }
  *count = (uint32_t)(level->count.most - reserved);
  return level->reserved.state != PHS_FIGURE_UNKNOWN ||
         assume(l, phs_arena_printf(l->m->arena,
                                    "how many parts of a %s of %s are reserved is not public: "
                                    "none is assumed to be",
                                    level->name, l->m->target->name));
}

/* What is said of sides that no source gives. */
static bool assume_sides(layout *l, const phs_target_level *level, const char *part, uint32_t w,
                         uint32_t h) {
  const char *name = l->m->target->name;
  phs_arena *a = l->m->arena;
  if (w * h < 2) {
    return true;
  }
  if (level->fabric == PHS_FABRIC_LOCAL) {
    return assume(l, phs_arena_printf(a,
                                      "the parts of a %s of %s reach each other alike: %u x %u %s "
                                      "in a mesh are assumed for counting hops",
                                      level->name, name, w, h, part));
  }
  if (level->fabric == PHS_FABRIC_CONTINUED) {
    return assume(l, phs_arena_printf(a,
                                      "how the parts of a %s of %s are arranged is not given: %u x "
                                      "%u %s are assumed for counting hops",
                                      level->name, name, w, h, part));
  }
  return assume(l, phs_arena_printf(a,
                                    "the mesh inside a %s of %s is not public: %u x %u %s are "
                                    "assumed for counting hops",
                                    level->name, name, w, h, part));
}

/* How the part so far is called in sentences: "nodes of one core", "chips". */
static const char *parts_words(const layout *l, int at) {
  const phs_target_description *d = l->m->target;
  if (at - 1 > l->node_level) {
    return phs_arena_printf(l->m->arena, "%ss", d->level[at - 1].name);
  }
  if (l->node_level > 0) {
    return phs_arena_printf(l->m->arena, "%ss of %u %ss", d->level[at - 1].name,
                            l->m->cores_per_node, d->level[0].name);
  }
  return phs_arena_printf(l->m->arena, "nodes of one %s", d->level[0].name);
}

/* Whether part (x, y) of a level is there: a hexagonal mesh with fewer parts than its square lacks
 * the corners off its diagonal, the northwestern being the greater (version_5.py of SpiNNMachine
 * lists the 48 chips with -3 <= x - y <= 4 of 8 x 8). */
static bool is_part(const phs_target_level *level, uint32_t w, uint32_t h, uint32_t x, uint32_t y) {
  double lacking = (double)w * h - level->count.most;
  if (!is_hexagonal(level->fabric) || lacking <= 0 || level->width.state != PHS_FIGURE_KNOWN) {
    return true;
  }
  /* corners of northwest and southeast, each a triangle of so many rows */
  uint32_t first = 0, second = 0;
  for (double left = lacking; left > 0;) {
    uint32_t *grow = first > second ? &second : &first;
    left -= ++*grow;
  }
  return (int64_t)y - x < (int64_t)h - first && (int64_t)x - y < (int64_t)w - second;
}

/* Puts @p w x @p h parts side by side, of which the first @p count are there. */
static bool tile(layout *l, const phs_target_level *level, uint32_t w, uint32_t h, uint32_t count) {
  phs_machine *m = l->m;
  double width = (double)m->width * w, height = (double)m->height * h;
  if (width > MOST_SIDE || height > MOST_SIDE || width * height * m->cores_per_node > MOST_PLACES) {
    return refuse(l, level, "has more cores, or more in a row, than can be numbered", NULL);
  }
  uint32_t old_width = m->width, old_height = m->height;
  uint32_t new_width = (uint32_t)width, new_height = (uint32_t)height;
  uint8_t *grid = phs_arena_array(m->arena, (size_t)new_width * new_height, 1);
  if (!grid) {
    return false;
  }
  for (uint32_t py = 0; py < h; py++) {
    for (uint32_t px = 0; px < w; px++) {
      bool there = count > 0 && is_part(level, w, h, px, py);
      for (uint32_t y = 0; there && y < old_height; y++) {
        memcpy(grid + (size_t)(py * old_height + y) * new_width + px * old_width,
               l->present + (size_t)y * old_width, old_width);
      }
      count -= there;
    }
  }
  l->present = grid;
  m->width = new_width;
  m->height = new_height;
  return true;
}

static bool given_sides(const phs_target_level *level, uint32_t *w, uint32_t *h) {
  if (level->fabric < PHS_FABRIC_MESH || level->width.state != PHS_FIGURE_KNOWN ||
      level->height.state != PHS_FIGURE_KNOWN ||
      level->width.most * level->height.most > MOST_PLACES) {
    return false;
  }
  *w = (uint32_t)level->width.most;
  *h = (uint32_t)level->height.most;
  return true;
}

/* Three hexagons of 3 n^2 nodes, at (0, 0), (n, 2n) and (2n, n), fill a torus of 3n x 3n
 * (SpiNNMachine, SpiNNakerTriadGeometry: 12 x 12 chips of three boards). */
static bool lay_triads(layout *l, const phs_target_level *level, const char *part,
                       uint32_t boards) {
  uint32_t n = l->hexagon, w, h;
  if (boards % 3 != 0) {
    return refuse(l, level, "has hexagonal parts, which fill a torus only by threes",
                  "give a multiple of 3 as 'count'");
  }
  squarest(boards / 3, &h, &w);
  l->present = phs_arena_array(l->m->arena, (size_t)9 * n * n, 1);
  if (!l->present) {
    return false;
  }
  memset(l->present, 1, (size_t)9 * n * n);
  l->m->width = l->m->height = 3 * n;
  l->hexagon = 0;
  phs_domain *k = &l->m->domain[l->m->domain_count - 1];
  k->width = k->height = 3 * n;
  k->cores *= 3;
  k->name = phs_arena_printf(l->m->arena, "three %ss", k->name);
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    k->capacity[c] *= 3;
  }
  return k->name &&
         assume_sides(l, level,
                      phs_arena_printf(l->m->arena, "blocks of %u x %u nodes, three %s each", 3 * n,
                                       3 * n, part),
                      w, h) &&
         tile(l, level, w, h, w * h);
}

/* How the links of this level go with those inside. */
static void join_links(layout *l, const phs_target_level *level, bool several) {
  phs_machine *m = l->m;
  bool hexagonal = is_hexagonal(level->fabric);
  bool says = level->fabric >= PHS_FABRIC_MESH || !l->meshed;
  if (!several) {
    return;
  }
  l->closed_inside = l->closed_inside || (m->wrap_x && level->fabric != PHS_FABRIC_CONTINUED);
  m->wrap_x = m->wrap_y = is_closed(level->fabric);
  if (says && level->fabric != PHS_FABRIC_CONTINUED) {
    l->mixed = l->mixed || (l->meshed && hexagonal != m->hexagonal);
    m->hexagonal = hexagonal && (m->hexagonal || !l->meshed);
    l->meshed = true;
  }
}

/* A hexagon of 3 n^2 in a square of 2n x 2n. */
static uint32_t hexagon_of(const phs_target_level *level, uint32_t w, uint32_t h) {
  uint32_t n = w / 2;
  return level->fabric == PHS_FABRIC_HEXAGONAL_MESH && w == h && w == 2 * n &&
                 level->count.most == 3.0 * n * n
             ? n
             : 0;
}

static void hold(const phs_machine *m, int at, double *capacity) {
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    double amount;
    capacity[c] = phs_target_holds(m->target, at, (phs_capacity)c, &amount) ? amount : INFINITY;
  }
}

static uint32_t count_present(const layout *l) {
  uint32_t n = 0;
  for (size_t i = 0; i < (size_t)l->m->width * l->m->height; i++) {
    n += l->present[i];
  }
  return n;
}

static bool lay_level(layout *l, int at) {
  phs_machine *m = l->m;
  const phs_target_level *level = &m->target->level[at];
  uint32_t count, w = 1, h = 1;
  const char *part = parts_words(l, at);
  if (!part || !count_parts(l, level, &count)) {
    return false;
  }
  bool triads = level->fabric == PHS_FABRIC_CONTINUED && l->hexagon && count > 1;
  join_links(l, level, count > 1);
  if (triads && !lay_triads(l, level, part, count)) {
    return false;
  }
  if (!triads) {
    uint32_t hexagon = count > 1 ? 0 : l->hexagon;
    if (!given_sides(level, &w, &h)) {
      if (level->fabric == PHS_FABRIC_CONTINUED || is_closed(level->fabric)) {
        squarest(count, &h, &w);
      } else {
        assume_mesh(count, &w, &h);
      }
      if (!assume_sides(l, level, part, w, h)) {
        return false;
      }
    } else if (m->width == 1 && m->height == 1) {
      hexagon = hexagon_of(level, w, h);
    }
    l->hexagon = hexagon;
    if (!tile(l, level, w, h, count)) {
      return false;
    }
  }
  phs_domain *k = &m->domain[m->domain_count++];
  *k = (phs_domain){.name = level->name, .width = m->width, .height = m->height};
  k->cores = count_present(l) * m->cores_per_node;
  hold(m, at, k->capacity);
  return true;
}

/* The outermost level limits nothing that is not said of it, and has no border. */
static bool is_needed(const phs_machine *m) {
  const phs_target_level *last = &m->target->level[m->target->level_count - 1];
  bool limits = false;
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    limits = limits || last->capacity[c].state == PHS_FIGURE_KNOWN;
  }
  return limits || m->domain_count == 1;
}

static bool finish(layout *l, double off_chip_weight) {
  phs_machine *m = l->m;
  m->grid_count = m->width * m->height;
  m->node_count = count_present(l);
  m->present = m->node_count == m->grid_count ? NULL : l->present;
  m->core_count = (uint64_t)m->node_count * m->cores_per_node;
  m->wrap_x = m->wrap_x && m->width > 1;
  m->wrap_y = m->wrap_y && m->height > 1;
  if (m->domain_count > 0 && !is_needed(m)) {
    m->domain_count--;
  }
  for (int d = 0; d < m->domain_count; d++) {
    phs_domain *k = &m->domain[d];
    k->blocks_x = m->width / k->width;
    k->blocks_y = m->height / k->height;
    m->off_domain[d] = off_chip_weight;
  }
  const char *name = m->target->name;
  if (l->closed_inside &&
      !assume(l, phs_arena_printf(m->arena,
                                  "a torus of %s that is part of a greater mesh is taken for a "
                                  "mesh for counting hops",
                                  name))) {
    return false;
  }
  return !l->mixed ||
         assume(l, phs_arena_printf(m->arena,
                                    "%s has hexagonal and other meshes: all are taken for meshes "
                                    "without diagonals for counting hops",
                                    name));
}

/* The levels whose parts reach each other alike make one node. */
static bool make_node(layout *l) {
  phs_machine *m = l->m;
  const phs_target_description *d = m->target;
  double cores = 1;
  while (l->node_level + 1 < d->level_count &&
         d->level[l->node_level + 1].fabric == PHS_FABRIC_LOCAL) {
    uint32_t count;
    if (!count_parts(l, &d->level[++l->node_level], &count)) {
      return false;
    }
    cores *= count;
  }
  if (cores > MOST_PLACES) {
    return refuse(l, &d->level[l->node_level], "has more cores than can be numbered", NULL);
  }
  m->cores_per_node = (uint32_t)cores;
  m->node_name = d->level[l->node_level].name;
  for (int c = 0; c < PHS_CAPACITIES; c++) {
    const phs_figure *f = &d->level[0].capacity[c];
    m->core_capacity[c] = f->state == PHS_FIGURE_KNOWN ? f->most : INFINITY;
  }
  hold(m, l->node_level, m->node_capacity);
  m->width = m->height = 1;
  l->present = phs_arena_alloc(m->arena, 1);
  if (!l->present) {
    return false;
  }
  l->present[0] = 1;
  return true;
}

phasor_status phs_machine_create(const phs_target_description *target, double off_chip_weight,
                                 phs_diag *diag, phs_machine **out) {
  phs_arena *arena = phs_arena_create();
  phs_machine *m = arena ? PHS_NEW(arena, phs_machine) : NULL;
  unsigned errors = diag->errors;
  phasor_status status = PHASOR_ERROR_INTERNAL;
  if (!m) {
    goto cleanup;
  }
  m->arena = arena;
  m->target = target;
  layout l = {.m = m, .diag = diag};
  l.sentence = PHS_NEW_ARRAY(arena, const char *, 2 * PHS_TARGET_MAX_LEVELS + 2);
  bool ok = l.sentence && make_node(&l);
  for (int i = l.node_level + 1; ok && i < target->level_count; i++) {
    ok = lay_level(&l, i);
  }
  ok = ok && finish(&l, off_chip_weight);
  m->assumption = l.sentence;
  if (ok) {
    *out = m;
    return PHASOR_OK;
  }
  status = diag->errors > errors ? phs_code_status(PHS_MAP_MACHINE) : PHASOR_ERROR_INTERNAL;
cleanup:
  phs_arena_destroy(arena);
  return status;
}
