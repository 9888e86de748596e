/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Inputs: values from outside, and sources of spikes and currents. */
#include "import/yaml/sources.h"
#include "random/draw.h"

static const yml_table *const kind_table[] = {
    [INPUT_EXTERNAL] = &yml_external, [INPUT_POISSON] = &yml_poisson, [INPUT_SPIKES] = &yml_spikes,
    [INPUT_REGULAR] = &yml_regular,   [INPUT_CURRENT] = &yml_current, [INPUT_NOISE] = &yml_noise};

/* ---- sizes ---- */

/* Shape of a source of its own. */
static bool own_shape(yml_making *m, int kind, phs_shape *out) {
  const yml_field *f = m->field;
  *out = (phs_shape){.rank = 0};
  if (f && !yml_size_or_shape(m->r, m->e->scope, &f[0], &f[1], out)) {
    return false;
  }
  const yml_node *times = kind == INPUT_SPIKES ? f[SPIKES_TIMES].node : NULL;
  if (out->rank == 0 && times && times->kind == YML_LIST) {
    bool each = times->count > 0 && times->item[0]->kind == YML_LIST;
    *out = (phs_shape){.rank = 1, .dim = {each ? (int64_t)times->count : 1}};
  }
  return out->rank > 0 ||
         YML_FAIL(m->r, PHS_YAML_MISSING_KEY, m->node, "add 'size', or a population under 'to'",
                  "the input '%s' has no size", m->e->local);
}

yml_draft *yml_make_source(yml_reader *r, yml_element *e, yml_element *to, int receptor,
                           const char *name) {
  int kind = yml_chosen(&yml_input, e->field);
  const yml_node *n = e->field[kind].node;
  yml_making m = {.r = r, .e = e, .node = n, .name = name};
  phs_shape shape;
  bool bare = kind == INPUT_CURRENT && n->kind != YML_MAP;
  bool drawn = n->kind == YML_MAP && kind == INPUT_CURRENT && !yml_get(n, "value") &&
               !yml_get(n, "steps") && !yml_get(n, "size") && n->count > 0;
  if (!bare && !drawn && !(m.field = yml_decode_new(r, e->scope, n, kind_table[kind]))) {
    return NULL;
  }
  if (to && m.field && (m.field[0].node || m.field[1].node)) {
    const yml_node *size = m.field[0].node ? m.field[0].node : m.field[1].node;
    YML_FAIL(r, PHS_YAML_CONTRADICTION, size, "leave it out",
             "with 'to' an input has the size of the population");
    return NULL;
  }
  if (to) {
    shape = to->draft->op.shape;
  } else if (!own_shape(&m, kind, &shape)) {
    return NULL;
  }
  yml_draft *d = yml_draft_new(
      r, YML_AT_INPUTS, kind == INPUT_EXTERNAL ? PHS_OP_INPUT : PHS_OP_SOURCE, name, e->key, 0);
  if (!d) {
    return NULL;
  }
  m.op = &d->op;
  m.count = phs_shape_count(&shape);
  d->op.shape = shape;
  d->op.elem = PHS_F32;
  if (kind == INPUT_EXTERNAL) {
    return d;
  }
  d->op.source.key = phs_stream_key(r->in->seed, name);
  if (kind == INPUT_CURRENT || kind == INPUT_NOISE) {
    d->op.source.kind = kind == INPUT_NOISE ? PHS_SOURCE_NOISE : PHS_SOURCE_CURRENT;
    if (to) {
      m.unit = yml_receptor_unit(to, receptor);
    } else if (!yml_make_unit(&m)) {
      return NULL;
    }
    e->unit = m.unit;
    e->has_unit = !to;
  }
  bool (*const make[])(yml_making *) = {[INPUT_POISSON] = yml_make_poisson,
                                        [INPUT_SPIKES] = yml_make_spikes,
                                        [INPUT_REGULAR] = yml_make_regular,
                                        [INPUT_CURRENT] = yml_make_current,
                                        [INPUT_NOISE] = yml_make_noise};
  return make[kind](&m) ? d : NULL;
}

bool yml_settle_input(yml_reader *r, yml_element *e) {
  if (e->field[INPUT_TO].node) {
    return true; /* made for each target by yml_connect_inputs() */
  }
  static const int only_to[] = {INPUT_RECEPTOR, INPUT_WEIGHT, INPUT_DELAY};
  for (size_t i = 0; i < 3; i++) {
    const yml_field *f = &e->field[only_to[i]];
    if (f->node) {
      return YML_FAIL(r, PHS_YAML_CONTRADICTION, f->node, "add 'to', or use a projection",
                      "'%s' has a meaning only together with 'to'", f->key->name);
    }
  }
  e->draft = yml_make_source(r, e, NULL, 0, e->name);
  return e->draft != NULL;
}

/* ---- inputs that go to populations ---- */

static bool connect_spikes(yml_reader *r, yml_element *e, yml_element *to, int receptor,
                           yml_draft *source) {
  const yml_node *weight = e->field[INPUT_WEIGHT].node;
  size_t count = phs_shape_count(&source->op.shape);
  if (!weight) {
    return YML_FAIL(r, PHS_YAML_MISSING_KEY, e->key, "add 'weight'",
                    "the spikes of '%s' need a weight", e->local);
  }
  yml_link l = {.scope = e->scope,
                .to = to,
                .receptor = receptor,
                .from = source,
                .name = source->op.name,
                .node = e->key,
                .weight = weight,
                .delay = e->field[INPUT_DELAY].node,
                .recipe = {.rule = PHS_RULE_ONE_TO_ONE,
                           .source_count = (uint32_t)count,
                           .target_count = (uint32_t)count,
                           .autapses = true,
                           .multapses = true}};
  return yml_add_link(r, &l);
}

static bool connect(yml_reader *r, yml_element *e, const yml_node *target, bool alone) {
  int kind = yml_chosen(&yml_input, e->field), receptor;
  bool current = kind == INPUT_CURRENT || kind == INPUT_NOISE;
  yml_element *to = yml_find_element(r, e->scope, target);
  if (!to || !yml_settle(r, to, target)) {
    return false;
  }
  if (to->kind != YML_POPULATION) {
    return YML_FAIL(r, PHS_YAML_TYPE, target, "name a population", "'%s' is no population",
                    to->local);
  }
  const char *name = alone ? e->name : yml_unique(r, yml_format(r, "%s>%s", e->name, to->name));
  if (!yml_receptor_find(r, to, e->field[INPUT_RECEPTOR].node, current, &receptor)) {
    return false;
  }
  yml_draft *source = yml_make_source(r, e, to, receptor, name);
  if (!source) {
    return false;
  }
  return current ? yml_feed(r, to, receptor, source, e->key)
                 : connect_spikes(r, e, to, receptor, source);
}

static bool connect_one(yml_reader *r, yml_element *e) {
  const yml_node *const *to;
  size_t count;
  int kind = yml_chosen(&yml_input, e->field);
  const yml_field *weight = &e->field[INPUT_WEIGHT], *delay = &e->field[INPUT_DELAY];
  if (kind == INPUT_EXTERNAL) {
    return YML_FAIL(r, PHS_YAML_CONTRADICTION, e->field[INPUT_TO].node,
                    "name it under 'input' of the population, or in a projection",
                    "an external input has a size of its own, and no 'to'");
  }
  if ((kind == INPUT_CURRENT || kind == INPUT_NOISE) && (weight->node || delay->node)) {
    return YML_FAIL(r, PHS_YAML_CONTRADICTION, weight->node ? weight->node : delay->node,
                    "leave it out", "a current arrives as it is, without weight and delay");
  }
  if (!yml_names(r, e->field[INPUT_TO].node, &to, &count)) {
    return false;
  }
  bool ok = true;
  for (size_t i = 0; i < count && !yml_full(r); i++) {
    ok = connect(r, e, to[i], count == 1) && ok;
  }
  return ok;
}

bool yml_connect_inputs(yml_reader *r) {
  bool ok = true;
  for (int i = 0; i < r->in->element_count && !yml_full(r); i++) {
    yml_element *e = r->in->element[i];
    if (e->kind == YML_INPUT && e->field && e->field[INPUT_TO].node) {
      ok = connect_one(r, e) && ok;
    }
  }
  return ok;
}
