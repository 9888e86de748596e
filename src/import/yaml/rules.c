/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Which synapses a projection has. */
#include "import/yaml/yaml.h"
#include "synapses/rows.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- distance ---- */

static bool copy_grid(yml_reader *r, const yml_node *n, const yml_element *e, phs_grid *out) {
  if (!e->has_grid) {
    return YML_FAIL(r, PHS_YAML_RULE, n,
                    e->kind == YML_POPULATION
                        ? "add shape: [28, 28] and grid: {extent: [1 mm, 1 mm]} to it"
                        : "let a population send: only populations have positions",
                    "a rule of distance needs positions, and '%s' has no grid", e->local);
  }
  const phs_shape *s = &e->draft->op.shape;
  out->rank = s->rank;
  for (int i = 0; i < s->rank; i++) {
    out->dim[i] = (int32_t)s->dim[i];
    out->extent[i] = e->extent[i];
  }
  return true;
}

static bool check_grids(yml_reader *r, const yml_node *n, const phs_recipe *p) {
  if (p->source_grid.rank != p->target_grid.rank) {
    return YML_FAIL(r, PHS_YAML_RULE, n, "give both grids the same axes",
                    "the grids have %d and %d axes", (int)p->source_grid.rank,
                    (int)p->target_grid.rank);
  }
  for (int i = 0; p->periodic && i < p->source_grid.rank; i++) {
    if (fabs(p->source_grid.extent[i] - p->target_grid.extent[i]) >
        1e-9 * p->target_grid.extent[i]) {
      return YML_FAIL(r, PHS_YAML_RULE, n, "give both grids the same extent",
                      "edges cannot touch: the grids cover %g um and %g um along axis %d",
                      p->source_grid.extent[i], p->target_grid.extent[i], i);
    }
  }
  return true;
}

static bool read_distance(yml_reader *r, const yml_node *n, const yml_element *from, yml_link *l) {
  yml_field f[DIST_KEYS];
  phs_recipe *p = &l->recipe;
  if (!yml_decode(r, l->scope, n, &yml_distance, f)) {
    return false;
  }
  int kind = yml_chosen(&yml_distance, f);
  p->profile = kind == DIST_GAUSSIAN      ? PHS_PROFILE_GAUSSIAN
               : kind == DIST_EXPONENTIAL ? PHS_PROFILE_EXPONENTIAL
                                          : PHS_PROFILE_DISC;
  p->width = f[kind].number;
  p->probability = f[DIST_PROBABILITY].node ? f[DIST_PROBABILITY].number : 1;
  p->cutoff = f[DIST_CUTOFF].node ? f[DIST_CUTOFF].number : INFINITY;
  p->periodic = f[DIST_PERIODIC].flag;
  return copy_grid(r, n, from, &p->source_grid) && copy_grid(r, n, l->to, &p->target_grid) &&
         check_grids(r, n, p);
}

/* ---- numbers ---- */

/* How many synapses a rule of fixed numbers can place at most without multapses. */
static bool check_room(yml_reader *r, const yml_node *n, const yml_link *l) {
  const phs_recipe *p = &l->recipe;
  uint64_t sources = p->source_count, targets = p->target_count;
  uint64_t self = p->same_population && !p->autapses;
  uint64_t most = p->rule == PHS_RULE_FIXED_INDEGREE    ? sources - self
                  : p->rule == PHS_RULE_FIXED_OUTDEGREE ? targets - self
                                                        : sources * targets - self * sources;
  if (p->number == 0 || (p->multapses && most > 0) || p->number <= most) {
    return true;
  }
  return YML_FAIL(
      r, PHS_YAML_RULE, n, most > 0 ? "allow multapses, or ask for fewer" : "allow autapses",
      "%" PRIu64 " synapses do not fit: there are %" PRIu64 " different pairs to choose from%s",
      p->number, most, most > 0 ? ", and no multapses" : "");
}

static bool check_one_to_one(yml_reader *r, const yml_node *n, const yml_link *l) {
  const phs_recipe *p = &l->recipe;
  if (p->source_count != p->target_count) {
    return YML_FAIL(r, PHS_YAML_RULE, n, "make the sizes equal, or take another rule",
                    "one_to_one needs equal sizes, but there are %u sources and %u targets",
                    p->source_count, p->target_count);
  }
  return !p->same_population || p->autapses ||
         YML_FAIL(r, PHS_YAML_CONTRADICTION, n, "allow autapses, or take another rule",
                  "one_to_one within a population has nothing but autapses");
}

/* `rule: all_to_all` */
static bool read_word(yml_reader *r, const yml_node *n, int *rule) {
  const char *name[RULE_KEYS];
  for (int i = 0; i < RULE_KEYS; i++) {
    name[i] = yml_rule.key[i].name;
    if (strcmp(name[i], n->text) == 0) {
      *rule = i;
      return yml_rule.key[i].type == YML_T_FLAG ||
             YML_FAIL(r, PHS_YAML_TYPE, n, yml_format(r, "write {%s: VALUE}", name[i]),
                      "the rule '%s' needs a value", name[i]);
    }
  }
  return YML_FAIL(r, PHS_YAML_CHOICE, n,
                  yml_did_you_mean(r, n->text, name, RULE_KEYS,
                                   yml_format(r, "rules: %s", yml_join(r, name, RULE_KEYS))),
                  "there is no rule '%s'", yml_safe(r, n->text));
}

/* What the rows of a rule take to make them must fit into memory. */
static bool check_rows(yml_reader *r, const yml_node *n, const yml_link *l) {
  phs_recipe p = l->recipe;
  p.weight = p.delay = (phs_distribution){.a = 1};
  return phs_rows_bytes(&p) <= (size_t)1 << 36 ||
         YML_FAIL(r, PHS_YAML_LIMIT, n, "ask for fewer synapses",
                  "the rule needs more memory than 64 GiB");
}

bool yml_read_rule(yml_reader *r, const yml_node *n, const yml_element *from, yml_link *l) {
  yml_field f[RULE_KEYS] = {0};
  phs_recipe *p = &l->recipe;
  int rule = 0;
  if (n->kind == YML_SCALAR && !yml_is_null(n)) {
    if (!read_word(r, n, &rule)) {
      return false;
    }
  } else if (!yml_decode(r, l->scope, n, &yml_rule, f)) {
    return false;
  } else {
    rule = yml_chosen(&yml_rule, f);
  }
  const yml_node *at = f[rule].node ? f[rule].node : n;
  p->rule = (phs_rule)rule;
  switch (rule) {
  case RULE_ONE_TO_ONE:
    return check_one_to_one(r, n, l);
  case RULE_FIXED_PROBABILITY:
    p->probability = f[rule].number;
    return true;
  case RULE_FIXED_INDEGREE:
  case RULE_FIXED_OUTDEGREE:
  case RULE_FIXED_TOTAL_NUMBER:
    p->number = (uint64_t)f[rule].count;
    return check_room(r, at, l) && check_rows(r, at, l);
  case RULE_DISTANCE:
    return read_distance(r, at, from, l);
  case RULE_LIST:
    return yml_read_list(r, at, l);
  default:
    return true;
  }
}
