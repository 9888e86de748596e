/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Projections: every pair of source and target is one, and joins those that act alike. */
#include "import/yaml/yaml.h"
#include "random/draw.h"
#include "synapses/rows.h"

#include <float.h>
#include <math.h>
#include <string.h>

/** One synapses op of a receptor, while projections are added to it. */
struct yml_group {
  bool counted, plastic;
  float weight;
  phs_plasticity plasticity;
  yml_draft *reward; /* or NULL */
  const char *name;  /* of a plastic projection */
  const yml_node *node;
  phs_projection *projection;
  yml_draft **from;
  int count, cap;
  yml_group *next;
};

/* ---- weights and delays ---- */

static bool beyond(double v) {
  return isfinite(v) && fabs(v) > (double)FLT_MAX;
}

static bool read_weight(yml_reader *r, yml_link *l) {
  phs_recipe *p = &l->recipe;
  bool listed = p->rule == PHS_RULE_LIST && p->list.weight;
  p->weight = (phs_distribution){.low = -INFINITY, .high = INFINITY};
  if (!l->weight) {
    return listed || YML_FAIL(r, PHS_YAML_MISSING_KEY, l->node, "add 'weight'",
                              "the projection '%s' has no weight", l->name);
  }
  if (listed) {
    return YML_FAIL(r, PHS_YAML_CONTRADICTION, l->weight, "leave it out",
                    "the list of synapses gives the weights already");
  }
  return yml_distribution(r, l->scope, l->weight, yml_receptor_unit(l->to, l->receptor), "weight",
                          &p->weight);
}

/* Times become steps. */
static bool to_steps(yml_reader *r, const yml_node *n, phs_distribution *d) {
  if (d->kind == PHS_DIST_CONSTANT) {
    int64_t steps;
    if (!yml_steps(r, n, d->a, "delay", &steps)) {
      return false;
    }
    d->a = (double)steps;
    return steps >= 1 || YML_FAIL(r, PHS_YAML_RANGE, n, "give at least one step of dt",
                                  "the delay is %g ms; at least dt = %g ms is needed",
                                  (double)steps * r->in->dt, r->in->dt);
  }
  if (d->kind == PHS_DIST_LOGNORMAL) {
    d->a -= phs_log(r->in->dt);
  } else {
    d->a /= r->in->dt;
    d->b /= r->in->dt;
  }
  d->low /= r->in->dt;
  d->high /= r->in->dt;
  return true;
}

static bool read_delay(yml_reader *r, yml_link *l) {
  phs_recipe *p = &l->recipe;
  bool listed = p->rule == PHS_RULE_LIST && p->list.delay;
  p->delay = (phs_distribution){.a = 1, .low = -INFINITY, .high = INFINITY};
  if (!l->delay) {
    return true;
  }
  if (listed) {
    return YML_FAIL(r, PHS_YAML_CONTRADICTION, l->delay, "leave it out",
                    "the list of synapses gives the delays already");
  }
  if (!yml_distribution(r, l->scope, l->delay, yml_time, "delay", &p->delay) ||
      !to_steps(r, l->delay, &p->delay)) {
    return false;
  }
  /* The greatest delay counts even where it is improbable: rings of spikes are as long. */
  double most = p->delay.kind == PHS_DIST_CONSTANT ? p->delay.a : (double)phs_delay_high(p);
  return most <= YML_MAX_DELAY ||
         YML_FAIL(r, PHS_YAML_RANGE, l->delay, "clip the delays, or choose a longer dt",
                  "delays of up to %.0f steps are possible; at most %d are supported", most,
                  YML_MAX_DELAY);
}

/* ---- groups ---- */

static bool add_to(yml_reader *r, yml_group *g, const yml_link *l) {
  if (g->count == g->cap) {
    int cap = g->cap ? 2 * g->cap : 4;
    phs_projection *p = PHS_NEW_ARRAY(r->arena, phs_projection, (size_t)cap);
    yml_draft **from = PHS_NEW_ARRAY(r->scratch, yml_draft *, (size_t)cap);
    if (!p || !from) {
      return yml_no_memory(r);
    }
    if (g->count) {
      memcpy(p, g->projection, (size_t)g->count * sizeof *p);
      memcpy(from, g->from, (size_t)g->count * sizeof(yml_draft *));
    }
    g->projection = p;
    g->from = from;
    g->cap = cap;
  }
  g->projection[g->count] = (phs_projection){.name = l->name,
                                             .recipe = l->recipe,
                                             .mode = l->mode,
                                             .line = l->node->line,
                                             .column = l->node->column};
  g->from[g->count++] = l->from;
  return true;
}

static yml_group *new_group(yml_reader *r, yml_arrivals *in) {
  yml_group *g = PHS_NEW(r->scratch, yml_group);
  if (!g) {
    yml_no_memory(r);
    return NULL;
  }
  *(in->last ? &in->last->next : &in->group) = g;
  in->last = g;
  return g;
}

/* Projections whose weights are all one value are counted together, each value for itself; all
 * others of a receptor are one op. */
static yml_group *group_of(yml_reader *r, const yml_link *l) {
  yml_arrivals *in = &l->to->arrivals[l->receptor];
  const phs_recipe *p = &l->recipe;
  bool counted = p->weight.kind == PHS_DIST_CONSTANT && l->from->op.elem != PHS_F32 &&
                 !(p->rule == PHS_RULE_LIST && p->list.weight);
  float weight = counted ? (float)p->weight.a : 0;
  for (yml_group *g = in->group; g; g = g->next) {
    if (!g->plastic && g->counted == counted && (!counted || g->weight == weight)) {
      return g;
    }
  }
  yml_group *g = new_group(r, in);
  if (g) {
    g->counted = counted;
    g->weight = weight;
    g->node = l->node;
  }
  return g;
}

static yml_group *plastic_group(yml_reader *r, const yml_link *l) {
  phs_plasticity plasticity;
  yml_draft *reward = NULL;
  if (!yml_read_plasticity(r, l, &plasticity, &reward)) {
    return NULL;
  }
  yml_group *g = new_group(r, &l->to->arrivals[l->receptor]);
  if (g) {
    g->plastic = true;
    g->plasticity = plasticity;
    g->reward = reward;
    g->name = l->name;
    g->node = l->node;
  }
  return g;
}

bool yml_add_link(yml_reader *r, yml_link *l) {
  if (++r->in->projection_count > YML_MAX_PROJECTIONS) {
    return YML_FAIL(r, PHS_YAML_LIMIT, l->node, "use rules over larger populations",
                    "the network has more than %d projections", YML_MAX_PROJECTIONS);
  }
  l->recipe.key = phs_stream_key(r->in->seed, l->name);
  bool ok = read_weight(r, l);
  ok = read_delay(r, l) && ok;
  if (!ok) {
    return false;
  }
  if (beyond(l->recipe.weight.a) || beyond(l->recipe.weight.b)) {
    return YML_FAIL(r, PHS_YAML_RANGE, l->weight, "choose smaller weights",
                    "the weights are beyond 3.4e38");
  }
  yml_group *g = l->plasticity ? plastic_group(r, l) : group_of(r, l);
  return g && add_to(r, g, l);
}

/* ---- ops ---- */

/* Operands: sources, then the target and the reward of a plastic projection, then the sum before.
 */
static yml_draft *make_op(yml_reader *r, yml_element *to, const yml_group *g, const char *name,
                          yml_draft *init) {
  int operands = g->count + g->plastic + (g->reward != NULL) + (init != NULL);
  yml_draft *d = yml_draft_new(r, YML_AT_SYNAPSES, PHS_OP_SYNAPSES, name, g->node, operands);
  if (!d) {
    return NULL;
  }
  int k = g->count;
  memcpy(d->operand, g->from, (size_t)g->count * sizeof(yml_draft *));
  if (g->plastic) {
    d->operand[k++] = to->draft;
  }
  if (g->reward) {
    d->operand[k++] = g->reward;
  }
  if (init) {
    d->operand[k++] = init;
  }
  d->op.shape = to->draft->op.shape;
  d->op.elem = PHS_F32;
  d->op.synapses = (phs_synapses){.projection_count = g->count,
                                  .projection = g->projection,
                                  .counted = g->counted,
                                  .weight = g->weight,
                                  .has_init = init != NULL,
                                  .plasticity = g->plasticity};
  return d;
}

bool yml_finish_groups(yml_reader *r, yml_element *to, int receptor, yml_draft **last) {
  const char *base = yml_format(r, "%s#%s", to->name, yml_receptor_name(to, receptor));
  *last = NULL;
  for (const yml_group *g = to->arrivals[receptor].group; g; g = g->next) {
    *last = make_op(r, to, g, g->plastic ? g->name : yml_unique(r, base), *last);
    if (!*last) {
      return false;
    }
  }
  return true;
}

/* ---- the section ---- */

/* A projection of several pairs. */
typedef struct bundle {
  yml_scope *scope;
  const yml_node *name, *node; /* name: NULL where there is none */
  const yml_field *field;
  bool alone; /* it is one pair */
} bundle;

/* An element's name as the scope sees it. */
static const char *local_name(const yml_scope *scope, const yml_element *e) {
  size_t prefix = strlen(scope->prefix);
  return strncmp(e->name, scope->prefix, prefix) == 0 ? e->name + prefix : e->name;
}

/* "exc>inh", "left/exc>inh", or the name that was given; of several pairs "name:exc>inh". */
static const char *name_of(yml_reader *r, const bundle *b, const yml_element *from,
                           const yml_element *to) {
  const char *pair = yml_format(r, "%s>%s", local_name(b->scope, from), local_name(b->scope, to));
  const char *name = !b->name   ? pair
                     : b->alone ? b->name->text
                                : yml_format(r, "%s:%s", b->name->text, pair);
  return yml_unique(r, yml_format(r, "%s%s", b->scope->prefix, name));
}

static bool connect(yml_reader *r, const bundle *b, const yml_node *from_name,
                    const yml_node *to_name) {
  yml_element *from = yml_source_element(r, b->scope, from_name);
  yml_element *to = yml_find_element(r, b->scope, to_name);
  if (!from || !to || !yml_settle(r, to, to_name)) {
    return false;
  }
  if (to->kind != YML_POPULATION) {
    return YML_FAIL(r, PHS_YAML_TYPE, to_name, "name a population under 'to'",
                    "'%s' is no population: projections end at neurons", to->local);
  }
  yml_link l = {.scope = b->scope,
                .to = to,
                .from = from->draft,
                .node = b->node,
                .weight = b->field[PROJ_WEIGHT].node,
                .delay = b->field[PROJ_DELAY].node,
                .plasticity = b->field[PROJ_PLASTICITY].node,
                .mode = (phs_synapse_mode)b->field[PROJ_SYNAPSES].word};
  const yml_field *autapses = &b->field[PROJ_AUTAPSES], *multapses = &b->field[PROJ_MULTAPSES];
  l.recipe.source_count = (uint32_t)phs_shape_count(&from->draft->op.shape);
  l.recipe.target_count = (uint32_t)phs_shape_count(&to->draft->op.shape);
  l.recipe.same_population = from == to;
  l.recipe.autapses = !autapses->node || autapses->flag;
  l.recipe.multapses = !multapses->node || multapses->flag;
  if (!yml_receptor_find(r, to, b->field[PROJ_RECEPTOR].node, false, &l.receptor) ||
      !yml_read_rule(r, b->field[PROJ_RULE].node, from, &l)) {
    return false;
  }
  l.name = name_of(r, b, from, to);
  return yml_add_link(r, &l);
}

static bool read_one(yml_reader *r, yml_scope *scope, const yml_node *key, const yml_node *n) {
  bundle b = {.scope = scope, .node = key ? key : n, .name = key};
  const yml_node *const *from, *const *to;
  size_t from_count, to_count;
  yml_field field[PROJ_KEYS];
  if (key && !yml_check_name(r, key)) {
    return false;
  }
  if (!yml_decode(r, scope, n, &yml_projection, field) ||
      !yml_names(r, field[PROJ_FROM].node, &from, &from_count) ||
      !yml_names(r, field[PROJ_TO].node, &to, &to_count)) {
    return false;
  }
  b.field = field;
  b.alone = from_count == 1 && to_count == 1;
  if (field[PROJ_NAME].node) {
    if (key) {
      return YML_FAIL(r, PHS_YAML_CONTRADICTION, field[PROJ_NAME].node, "leave it out",
                      "the projection has a name already: '%s'", key->text);
    }
    b.name = field[PROJ_NAME].node;
  }
  if (b.name && b.alone &&
      yml_index_find(&r->in->names, yml_format(r, "%s%s", scope->prefix, b.name->text)) >= 0) {
    return YML_FAIL(r, PHS_YAML_DUPLICATE_NAME, b.name, "choose another name",
                    "the name '%s' is taken already", b.name->text);
  }
  bool ok = true;
  for (size_t i = 0; i < from_count; i++) {
    for (size_t k = 0; k < to_count && !yml_full(r); k++) {
      ok = connect(r, &b, from[i], to[k]) && ok;
    }
  }
  return ok;
}

static bool read_part(yml_reader *r, yml_scope *scope, const yml_node *n) {
  bool ok = true;
  if (n->kind == YML_SCALAR) {
    return yml_want(r, n, YML_MAP, "projections");
  }
  for (size_t i = 0; i < n->count && !yml_full(r); i++) {
    ok = (n->kind == YML_LIST ? read_one(r, scope, NULL, n->item[i])
                              : read_one(r, scope, n->pair[i].key, n->pair[i].value)) &&
         ok;
  }
  return ok;
}

bool yml_read_projections(yml_reader *r, yml_scope *scope) {
  bool ok = true;
  for (int i = 0; i < scope->part_count && !yml_full(r); i++) {
    const yml_field *f = &scope->part[i][FILE_PROJECTIONS];
    ok = (!f->node || yml_is_null(f->node) || read_part(r, scope, f->node)) && ok;
  }
  for (yml_scope *i = scope->instance; i && !yml_full(r); i = i->next) {
    ok = yml_read_projections(r, i) && ok;
  }
  return ok;
}
