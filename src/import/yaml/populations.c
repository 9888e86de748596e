/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Populations: shape, parameters, initial values. */
#include "import/yaml/yaml.h"

#include <math.h>
#include <string.h>

static bool read_grid(yml_reader *r, yml_element *e, const phs_shape *shape) {
  yml_field f[GRID_KEYS];
  const yml_node *n = e->field[POP_GRID].node;
  if (!yml_decode(r, e->scope, n, &yml_grid, f) ||
      !yml_want(r, f[GRID_EXTENT].node, YML_LIST, "extent")) {
    return false;
  }
  const yml_node *list = f[GRID_EXTENT].node;
  if (list->count != (size_t)shape->rank || shape->rank > PHS_GRID_RANK) {
    return YML_FAIL(r, PHS_YAML_COUNT, list, "give one length for each axis of 'shape'",
                    "the grid has %zu lengths, but the shape has %d axes; at most %d can be a grid",
                    list->count, shape->rank, PHS_GRID_RANK);
  }
  bool ok = true;
  for (size_t i = 0; i < list->count; i++) {
    ok = yml_quantity(r, e->scope, list->item[i], yml_length, "extent", &e->extent[i]) && ok;
    if (ok && !(e->extent[i] > 0)) {
      ok = YML_FAIL(r, PHS_YAML_RANGE, list->item[i], "give a length above 0", "'extent' is %g um",
                    e->extent[i]);
    }
  }
  e->has_grid = ok;
  return ok;
}

/* The shape that the first of `input` has, for a population without a size. */
static bool shape_of_input(yml_reader *r, yml_element *e, phs_shape *out) {
  const yml_node *n = e->field[POP_INPUT].node;
  if (n && n->kind == YML_MAP && n->count > 0) {
    n = n->pair[0].value;
  }
  if (n && n->kind == YML_LIST && n->count > 0) {
    n = n->item[0];
  }
  if (!n || n->kind != YML_SCALAR) {
    return YML_FAIL(r, PHS_YAML_MISSING_KEY, e->node, "add 'size'",
                    "the population '%s' has no size", e->local);
  }
  yml_element *from = yml_source_element(r, e->scope, n);
  if (from) {
    *out = from->draft->op.shape;
  }
  return from != NULL;
}

/* The index of a parameter or state by name, or -1 after an error. */
static int find_name(yml_reader *r, const yml_node *key, const phs_model_name *list, int count,
                     const char *model, const char *what) {
  const char **name = PHS_NEW_ARRAY(r->scratch, const char *, (size_t)count + 1);
  if (!name) {
    yml_no_memory(r);
    return -1;
  }
  for (int i = 0; i < count; i++) {
    name[i] = list[i].name;
    if (strcmp(name[i], key->text) == 0) {
      return i;
    }
  }
  YML_FAIL(r, PHS_YAML_UNKNOWN_NAME, key,
           yml_did_you_mean(
               r, key->text, name, (size_t)count,
               yml_format(r, "%ss: %s", what, count ? yml_join(r, name, (size_t)count) : "none")),
           "the model '%s' has no %s '%s'", model, what, yml_safe(r, key->text));
  return -1;
}

/* A mapping of names to values, into @p out. */
static bool read_named(yml_reader *r, yml_element *e, const yml_node *map, const char *what,
                       const phs_model_name *list, int count, size_t neurons, phs_param64 *out) {
  if (!map || yml_is_null(map)) {
    return true;
  }
  if (!yml_want(r, map, YML_MAP, what)) {
    return false;
  }
  bool ok = true;
  for (size_t k = 0; k < map->count && !yml_full(r); k++) {
    const yml_pair *p = &map->pair[k];
    int i = find_name(r, p->key, list, count, e->field[POP_MODEL].text, what);
    ok = i >= 0 &&
         yml_values(r, e->scope, p->value, neurons, list[i].dimension, list[i].name,
                    yml_format(r, "%s.%s", e->name, list[i].name), &out[i]) &&
         ok;
  }
  return ok;
}

/* ---- NIR's models ---- */

static bool check_positive(yml_reader *r, const yml_element *e, const char *name,
                           const phs_param64 *v) {
  const yml_node *map = e->field[POP_PARAMETERS].node;
  const yml_node *at = map && yml_get(map, name) ? yml_get(map, name) : e->key;
  for (size_t i = 0; i < v->n; i++) {
    if (!(v->v[i] > 0)) {
      return YML_FAIL(r, PHS_YAML_RANGE, at, "give a time above 0 ms",
                      "'%s' is %g ms; a time constant is above 0", name, v->v[i]);
    }
  }
  return true;
}

/* Times from ms to seconds, the unit of NIR. */
static bool in_seconds(yml_reader *r, phs_param64 *v) {
  double *s = PHS_NEW_ARRAY(r->arena, double, v->n);
  for (size_t i = 0; s && i < v->n; i++) {
    s[i] = v->v[i] / 1000;
  }
  v->v = s;
  return s || yml_no_memory(r);
}

static bool check_conventions(yml_reader *r, const yml_element *e, const phs_neurons *n) {
  const phs_conventions *c = &r->in->net->conventions;
  int t = phs_model_param(n->model, "v_threshold"), v = phs_model_param(n->model, "v_reset");
  if (c->spikes_per_step != PHS_MANY || t < 0) {
    return true;
  }
  if (c->reset == PHS_SUBTRACT_GUARDED) {
    return YML_FAIL(r, PHS_NIR_CONVENTION, e->key, "choose spikes_per_step: one, or another reset",
                    "spikes_per_step: many does not go with reset: subtract_guarded");
  }
  size_t count = n->param[t].n > n->param[v].n ? n->param[t].n : n->param[v].n;
  for (size_t i = 0; i < count; i++) {
    double threshold = n->param[t].v[n->param[t].n > 1 ? i : 0];
    double reset = n->param[v].v[n->param[v].n > 1 ? i : 0];
    if (!(threshold > reset)) {
      return YML_FAIL(
          r, PHS_NIR_CONVENTION, e->key, "raise v_threshold",
          "spikes_per_step: many needs v_threshold above v_reset, but they are %g and %g",
          threshold, reset);
    }
  }
  return true;
}

static bool make_nir(yml_reader *r, yml_element *e, phs_op *op) {
  const yml_model *m = e->model;
  const phs_model_info *info = phs_model_get(m->nir);
  phs_neurons *n = &op->neurons;
  n->model = m->nir;
  n->state_count = info->state_count;
  memcpy(n->state, info->state, sizeof info->state);
  bool counts =
      r->in->net->conventions.spikes_per_step == PHS_MANY && m->nir != PHS_MODEL_THRESHOLD;
  op->elem = !info->spiking ? PHS_F32 : counts ? PHS_I32 : PHS_I1;
  const yml_node *other = e->field[POP_INITIAL].node  ? e->field[POP_INITIAL].node
                          : e->field[POP_METHOD].node ? e->field[POP_METHOD].node
                                                      : NULL;
  if (other) {
    return YML_FAIL(r, PHS_YAML_CONTRADICTION, other,
                    "leave it out; 'conventions' say how NIR's models are computed",
                    "NIR's models have neither 'initial' nor 'method': their states start at 0");
  }
  if (!read_named(r, e, e->field[POP_PARAMETERS].node, "parameter", m->parameter,
                  m->parameter_count, phs_shape_count(&op->shape), n->param)) {
    return false;
  }
  for (int i = 0; i < m->parameter_count; i++) {
    if (!n->param[i].v && isnan(m->parameter[i].value)) {
      return YML_FAIL(r, PHS_YAML_MISSING_KEY, e->node,
                      yml_format(r, "add parameters: {%s: 20 ms}", m->parameter[i].name),
                      "the model '%s' needs the parameter '%s'", info->name, m->parameter[i].name);
    }
    if (!n->param[i].v) {
      n->param[i] = (phs_param64){
          phs_arena_copy(r->arena, &m->parameter[i].value, sizeof m->parameter[i].value), 1};
    }
    if (!n->param[i].v) {
      return yml_no_memory(r);
    }
    if (phs_dimension_equal(m->parameter[i].dimension, yml_time) &&
        (!check_positive(r, e, m->parameter[i].name, &n->param[i]) ||
         !in_seconds(r, &n->param[i]))) {
      return false;
    }
  }
  return check_conventions(r, e, n);
}

/* ---- models by equations ---- */

static bool make_equations(yml_reader *r, yml_element *e, phs_op *op) {
  const yml_model *m = e->model;
  size_t neurons = phs_shape_count(&op->shape);
  phs_param64 *parameter = PHS_NEW_ARRAY(r->scratch, phs_param64, (size_t)m->parameter_count);
  phs_param64 *initial = PHS_NEW_ARRAY(r->scratch, phs_param64, (size_t)m->state_count);
  if (!parameter || !initial) {
    return yml_no_memory(r);
  }
  bool ok = read_named(r, e, e->field[POP_PARAMETERS].node, "parameter", m->parameter,
                       m->parameter_count, neurons, parameter);
  ok = read_named(r, e, e->field[POP_INITIAL].node, "state", m->state, m->state_count, neurons,
                  initial) &&
       ok;
  phs_model_use use = {.parameter = parameter,
                       .initial = initial,
                       .count = neurons,
                       .dt = r->in->dt,
                       .method = (phs_method)e->field[POP_METHOD].word,
                       .place = yml_place(e->key)};
  if (!ok) {
    return false;
  }
  op->neurons.model = PHS_MODEL_CUSTOM;
  phasor_status status =
      phs_model_instantiate(r->arena, m->m, &use, &r->diag, &op->neurons, &op->elem);
  if (status != PHASOR_OK && r->status == PHASOR_OK) {
    r->status = status;
  }
  op->neurons.model = PHS_MODEL_CUSTOM;
  return status == PHASOR_OK;
}

bool yml_settle_population(yml_reader *r, yml_element *e) {
  phs_shape shape;
  const yml_field *f = e->field;
  e->model = yml_model_get(r, f[POP_MODEL].node);
  bool ok = yml_size_or_shape(r, e->scope, &f[POP_SIZE], &f[POP_SHAPE], &shape) &&
            (shape.rank > 0 || shape_of_input(r, e, &shape)) &&
            (!f[POP_GRID].node || read_grid(r, e, &shape));
  if (!ok || !e->model) {
    return false;
  }
  e->draft =
      yml_draft_new(r, YML_AT_OTHERS, PHS_OP_NEURONS, e->name, e->key, e->model->receptor_count);
  e->arrivals = PHS_NEW_ARRAY(r->scratch, yml_arrivals, (size_t)e->model->receptor_count);
  if (!e->draft || !e->arrivals) {
    return yml_no_memory(r);
  }
  e->draft->op.shape = shape;
  return e->model->nir == PHS_MODEL_CUSTOM ? make_equations(r, e, &e->draft->op)
                                           : make_nir(r, e, &e->draft->op);
}
