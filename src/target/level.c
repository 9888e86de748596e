/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Cores, chips, boards. */
#include "target/read.h"

#include <string.h>

static bool has_sides(phs_fabric f) {
  return f >= PHS_FABRIC_MESH;
}

static bool is_hexagonal(phs_fabric f) {
  return f == PHS_FABRIC_HEXAGONAL_MESH || f == PHS_FABRIC_HEXAGONAL_TORUS;
}

static bool read_links(tgt_reader *t, const yml_field *f, const phs_target_source *source,
                       phs_target_level *l) {
  yml_field part[LINKS_KEYS];
  bool ok = true;
  if (!f->node) {
    return true;
  }
  if (!yml_decode(&t->y, NULL, f->node, &tgt_links, part) ||
      !tgt_source_of(t, &part[LINKS_SOURCE], source, &source)) {
    return false;
  }
  for (int i = 0; i < PHS_AXES; i++) {
    const yml_field *own = &part[i];
    bool none = i == PHS_AXIS_DIAGONAL ? !is_hexagonal(l->fabric) : !has_sides(l->fabric);
    if (own->node && none) {
      ok = YML_FAIL(&t->y, PHS_TARGET_FABRIC, own->node, "write 'all', or choose another fabric",
                    "the fabric of level '%s' has no links of the kind '%s'", l->name,
                    own->key->name);
      continue;
    }
    bool wanted = i != PHS_AXIS_DIAGONAL || is_hexagonal(l->fabric);
    const yml_field *from = own->node ? own : &part[LINKS_ALL];
    ok = (!wanted || tgt_read_cost(t, from, source, &l->link[i])) && ok;
  }
  return ok;
}

static bool read_capacities(tgt_reader *t, const yml_field *f, const phs_target_source *source,
                            phs_target_level *l) {
  yml_field part[CAPACITIES_KEYS];
  bool ok = true;
  if (!f->node) {
    return true;
  }
  if (!yml_decode(&t->y, NULL, f->node, &tgt_capacities, part) ||
      !tgt_source_of(t, &part[CAPACITIES_SOURCE], source, &source)) {
    return false;
  }
  for (int i = 0; i < PHS_CAPACITIES; i++) {
    ok = tgt_read_figure(t, &part[i], source, &l->capacity[i]) && ok;
  }
  return ok;
}

static bool read_power(tgt_reader *t, const yml_field *f, const phs_target_source *source,
                       phs_target_level *l) {
  yml_field part[POWER_KEYS];
  if (!f->node) {
    return true;
  }
  bool ok = yml_decode(&t->y, NULL, f->node, &tgt_power, part) &&
            tgt_source_of(t, &part[POWER_SOURCE], source, &source);
  return ok && tgt_read_figure(t, &part[POWER_IDLE], source, &l->idle_power) &&
         tgt_read_figure(t, &part[POWER_ACTIVE], source, &l->active_power);
}

static bool read_memory(tgt_reader *t, const yml_pair *pair, const phs_target_source *source,
                        phs_target_memory *m) {
  yml_field part[MEMORY_KEYS];
  bool ok = yml_check_name(&t->y, pair->key) &&
            yml_decode(&t->y, NULL, pair->value, &tgt_memory, part) &&
            tgt_source_of(t, &part[MEMORY_SOURCE], source, &source);
  m->name = tgt_text(t, pair->key);
  return ok && m->name && tgt_read_figure(t, &part[MEMORY_BYTES], source, &m->bytes) &&
         tgt_read_figure(t, &part[MEMORY_LATENCY], source, &m->latency) &&
         tgt_read_figure(t, &part[MEMORY_READ], source, &m->read_bytes_per_s);
}

static bool read_memories(tgt_reader *t, const yml_field *f, const phs_target_source *source,
                          phs_target_level *l) {
  size_t count = f->node ? f->node->count : 0;
  bool ok = true;
  if (count == 0) {
    return true;
  }
  l->memory = PHS_NEW_ARRAY(t->y.arena, phs_target_memory, count);
  if (!l->memory) {
    return yml_no_memory(&t->y);
  }
  l->memory_count = (int)count;
  for (size_t i = 0; i < count; i++) {
    ok = read_memory(t, &f->node->pair[i], source, &l->memory[i]) && ok;
  }
  return ok;
}

/* What only some levels have. */
static bool check_kind(tgt_reader *t, const yml_node *n, const yml_field *f, int at,
                       const phs_target_level *l) {
  static const int outer[] = {LEVEL_COUNT, LEVEL_FABRIC};
  for (size_t i = 0; i < sizeof outer / sizeof *outer; i++) {
    const yml_node *given = f[outer[i]].node;
    bool missing = at == t->d->level_count && !given;
    if (at == 0 ? given != NULL : missing) {
      return YML_FAIL(&t->y, PHS_TARGET_LEVEL, given ? given : n,
                      given ? "begin with a level for one core"
                            : "say of how many parts it is made",
                      given ? "level '%s' is the first and has no parts, but a '%s'"
                            : "level '%s' is made of parts and needs a '%s'",
                      l->name, tgt_level.key[outer[i]].name);
    }
  }
  for (int i = LEVEL_WIDTH; i <= LEVEL_LINKS; i++) {
    if (f[i].node && (i == LEVEL_LINKS ? at == 0 : !has_sides(l->fabric))) {
      return YML_FAIL(&t->y, PHS_TARGET_FABRIC, f[i].node, "leave it out",
                      "level '%s' has no mesh or torus, but a '%s'", l->name,
                      tgt_level.key[i].name);
    }
  }
  return true;
}

/* Whether a hexagonal mesh may lack so many parts of its rectangle: two corners off the diagonal,
 * triangles of k rows each or of k and k - 1. */
static bool is_two_corners(const phs_target_level *l, double lacking) {
  double shorter = l->width.most < l->height.most ? l->width.most : l->height.most;
  for (double k = 1; k < shorter && l->fabric == PHS_FABRIC_HEXAGONAL_MESH; k++) {
    if (lacking == k * k || lacking == k * (k + 1)) {
      return true;
    }
  }
  return false;
}

static bool check_counts(tgt_reader *t, const yml_node *n, const yml_field *f,
                         const phs_target_level *l) {
  const phs_figure *c = &l->count, *w = &l->width, *h = &l->height, *r = &l->reserved;
  const yml_node *count = f[LEVEL_COUNT].node ? f[LEVEL_COUNT].node : n;
  bool known = c->state == PHS_FIGURE_KNOWN;
  if (known && c->most < 1) {
    return YML_FAIL(&t->y, PHS_YAML_RANGE, count, NULL,
                    "'count' is 0; a level has at least one part");
  }
  if (known && w->state == PHS_FIGURE_KNOWN && h->state == PHS_FIGURE_KNOWN &&
      w->most * h->most != c->most && !is_two_corners(l, w->most * h->most - c->most)) {
    return YML_FAIL(&t->y, PHS_TARGET_SHAPE, count, "correct one of them",
                    "level '%s' has %.0f parts, but is %.0f wide and %.0f high", l->name, c->most,
                    w->most, h->most);
  }
  if (known && r->state == PHS_FIGURE_KNOWN && r->most >= c->most) {
    return YML_FAIL(&t->y, PHS_TARGET_SHAPE, f[LEVEL_RESERVED].node ? f[LEVEL_RESERVED].node : n,
                    "correct one of them", "level '%s' has %.0f parts, of which %.0f are reserved",
                    l->name, c->most, r->most);
  }
  return true;
}

/* A level as it begins: new, or as what is extended left it. */
static bool begin_level(tgt_reader *t, const yml_node *n, const yml_field *f, int at,
                        phs_target_level *l) {
  if (at == t->d->level_count) {
    *l = (phs_target_level){.name = tgt_text(t, f[LEVEL_NAME].node),
                            .file = n->source->file,
                            .line = n->line,
                            .column = n->column};
  }
  if (f[LEVEL_FABRIC].node) { /* sides and links are those of a fabric */
    l->fabric = (phs_fabric)(f[LEVEL_FABRIC].word + 1);
    l->width = l->height = (phs_figure){0};
    memset(l->link, 0, sizeof l->link);
  }
  return l->name != NULL;
}

static bool read_level(tgt_reader *t, const yml_node *n, const yml_field *f, int at,
                       phs_target_level *l) {
  const phs_target_source *source = NULL;
  bool ok = begin_level(t, n, f, at, l) && check_kind(t, n, f, at, l) &&
            tgt_source_of(t, &f[LEVEL_SOURCE], NULL, &source);
  ok = ok && tgt_read_figure(t, &f[LEVEL_COUNT], source, &l->count) &&
       tgt_read_figure(t, &f[LEVEL_RESERVED], source, &l->reserved) &&
       tgt_read_figure(t, &f[LEVEL_WIDTH], source, &l->width) &&
       tgt_read_figure(t, &f[LEVEL_HEIGHT], source, &l->height) && check_counts(t, n, f, l);
  if (!ok) {
    return false;
  }
  ok = read_links(t, &f[LEVEL_LINKS], source, l);
  ok = read_capacities(t, &f[LEVEL_CAPACITIES], source, l) && ok;
  ok = read_power(t, &f[LEVEL_POWER], source, l) && ok;
  return read_memories(t, &f[LEVEL_MEMORIES], source, l) && ok;
}

/* A level goes behind the last one, unless one of its name is extended. */
static bool add_level(tgt_reader *t, const yml_node *n) {
  phs_target_description *d = t->d;
  yml_field f[LEVEL_KEYS];
  if (!yml_decode(&t->y, NULL, n, &tgt_level, f)) {
    return false;
  }
  int at = phs_target_level_find(d, f[LEVEL_NAME].text);
  if (at >= 0 && (t->seen >> at & 1)) {
    return YML_FAIL(&t->y, PHS_TARGET_LEVEL, n, "give each level a name of its own",
                    "there are two levels '%s'", f[LEVEL_NAME].text);
  }
  at = at >= 0 ? at : d->level_count;
  if (at == PHS_TARGET_MAX_LEVELS) {
    return YML_FAIL(&t->y, PHS_TARGET_LEVEL, n, "leave some out", "there are more than %d levels",
                    PHS_TARGET_MAX_LEVELS);
  }
  if (!read_level(t, n, f, at, &d->level[at])) {
    return false;
  }
  t->seen |= 1u << at;
  d->level_count += at == d->level_count;
  return true;
}

bool tgt_read_levels(tgt_reader *t, const yml_field *f) {
  bool ok = true;
  t->seen = 0;
  if (!f->node || !yml_want(&t->y, f->node, YML_LIST, f->key->name)) {
    return !f->node;
  }
  for (size_t i = 0; i < f->node->count && ok; i++) {
    ok = add_level(t, f->node->item[i]);
  }
  return ok;
}
