/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Inputs, layers and populations by their names. */
#include "import/yaml/yaml.h"

#include <string.h>

static const yml_table *table_of(yml_element_kind kind) {
  return kind == YML_INPUT ? &yml_input : kind == YML_LAYER ? &yml_layer : &yml_population;
}

static bool keep(yml_reader *r, yml_element *e) {
  if (r->in->element_count == r->in->element_cap) {
    int cap = r->in->element_cap ? 2 * r->in->element_cap : 32;
    yml_element **more = PHS_NEW_ARRAY(r->scratch, yml_element *, (size_t)cap);
    if (!more) {
      return yml_no_memory(r);
    }
    if (r->in->element_count) {
      memcpy(more, r->in->element, (size_t)r->in->element_count * sizeof(yml_element *));
    }
    r->in->element = more;
    r->in->element_cap = cap;
  }
  if (!yml_index_add(r->scratch, &r->in->elements, e->name, r->in->element_count) ||
      !yml_index_add(r->scratch, &r->in->names, e->name, r->in->element_count)) {
    return yml_no_memory(r);
  }
  r->in->element[r->in->element_count++] = e;
  return true;
}

static bool add(yml_reader *r, yml_scope *scope, const yml_pair *p, yml_element_kind kind) {
  if (!yml_check_name(r, p->key)) {
    return false;
  }
  yml_element *e = PHS_NEW(r->scratch, yml_element);
  const char *name = phs_arena_printf(r->arena, "%s%s", scope->prefix, p->key->text);
  if (!e || !name) {
    return yml_no_memory(r);
  }
  long before = yml_index_find(&r->in->elements, name);
  if (before >= 0) {
    const yml_node *first = r->in->element[before]->key;
    return YML_FAIL(r, PHS_YAML_DUPLICATE_NAME, p->key,
                    "choose another name: inputs, layers and populations share them",
                    "the name '%s' is taken already: %s:%u", p->key->text, first->source->file,
                    first->line);
  }
  if (r->in->element_count == YML_MAX_ELEMENTS) {
    return YML_FAIL(r, PHS_YAML_LIMIT, p->key, "make populations of many neurons",
                    "the network has more than %d inputs, layers and populations",
                    YML_MAX_ELEMENTS);
  }
  *e = (yml_element){.kind = kind,
                     .name = name,
                     .local = p->key->text,
                     .key = p->key,
                     .node = p->value,
                     .scope = scope};
  e->field = yml_decode_new(r, scope, p->value, table_of(kind));
  return keep(r, e) && e->field;
}

static bool add_input(yml_reader *r, yml_scope *scope, const yml_pair *p) {
  return add(r, scope, p, YML_INPUT);
}

static bool add_layer(yml_reader *r, yml_scope *scope, const yml_pair *p) {
  return add(r, scope, p, YML_LAYER);
}

static bool add_population(yml_reader *r, yml_scope *scope, const yml_pair *p) {
  return add(r, scope, p, YML_POPULATION);
}

/* What a port names is there, whether something uses it or not. */
static bool check_port(yml_reader *r, yml_scope *scope, const yml_pair *p) {
  return yml_check_name(r, p->key) && yml_find_element(r, scope, p->value);
}

bool yml_collect_elements(yml_reader *r, yml_scope *scope) {
  bool ok = yml_each(r, scope, FILE_INPUTS, add_input);
  ok = yml_each(r, scope, FILE_LAYERS, add_layer) && ok;
  ok = yml_each(r, scope, FILE_POPULATIONS, add_population) && ok;
  for (yml_scope *i = scope->instance; i && !yml_full(r); i = i->next) {
    ok = yml_collect_elements(r, i) && ok;
  }
  return (!scope->parent || yml_each(r, scope, NET_PORTS, check_port)) && ok;
}

/* ---- references ---- */

static yml_element *unknown(yml_reader *r, const yml_scope *scope, const yml_node *n) {
  if (r->in->incomplete) {
    return NULL;
  }
  const char **name = PHS_NEW_ARRAY(r->scratch, const char *, (size_t)r->in->element_count + 1);
  size_t count = 0, prefix = strlen(scope->prefix);
  for (int i = 0; name && i < r->in->element_count; i++) {
    const yml_element *e = r->in->element[i];
    if (strncmp(e->name, scope->prefix, prefix) == 0) {
      name[count++] = e->name + prefix;
    }
  }
  if (!name) {
    yml_no_memory(r);
    return NULL;
  }
  const char *known = yml_format(r, "names: %s", yml_join(r, name, count));
  YML_FAIL(r, PHS_YAML_UNKNOWN_NAME, n,
           yml_did_you_mean(r, n->text, name, count, count ? known : "define it first"),
           "there is no input, layer or population '%s'", yml_safe(r, n->text));
  return NULL;
}

/* "left.in": the port of an instance. */
static yml_element *find_port(yml_reader *r, yml_scope *scope, const yml_node *n, const char *dot) {
  size_t length = (size_t)(dot - n->text);
  for (yml_scope *i = scope->instance; i; i = i->next) {
    if (strlen(i->name) != length || strncmp(i->name, n->text, length) != 0) {
      continue;
    }
    const yml_field *ports = &i->part[0][NET_PORTS];
    const yml_node *map = ports->node && ports->node->kind == YML_MAP ? ports->node : NULL;
    const yml_node *inner = map ? yml_get(map, dot + 1) : NULL;
    if (inner && yml_want(r, inner, YML_SCALAR, dot + 1)) {
      return yml_find_element(r, i, inner);
    }
    const char **name = PHS_NEW_ARRAY(r->scratch, const char *, map ? map->count : 1);
    for (size_t k = 0; name && map && k < map->count; k++) {
      name[k] = map->pair[k].key->text;
    }
    if (name && !inner) {
      YML_FAIL_IN(r, PHS_YAML_UNKNOWN_NAME, n, length + 1,
                  yml_did_you_mean(r, dot + 1, name, map ? map->count : 0,
                                   "add it to the sub-network's ports"),
                  "the instance '%s' has no port '%s'", i->name, yml_safe(r, dot + 1));
    }
    return NULL;
  }
  for (int k = 0; k < scope->part_count; k++) { /* an instance with an error, which has been told */
    const yml_field *f = &scope->part[k][FILE_INSTANCES];
    const char *name = phs_arena_printf(r->scratch, "%.*s", (int)length, n->text);
    if (f->node && !f->bad && name && yml_get(f->node, name)) {
      return NULL;
    }
  }
  return unknown(r, scope, n);
}

yml_element *yml_find_element(yml_reader *r, yml_scope *scope, const yml_node *n) {
  if (!yml_want(r, n, YML_SCALAR, "name")) {
    return NULL;
  }
  const char *name = phs_arena_printf(r->scratch, "%s%s", scope->prefix, n->text);
  if (!name) {
    yml_no_memory(r);
    return NULL;
  }
  long i = yml_index_find(&r->in->elements, name);
  if (i >= 0) {
    return r->in->element[i];
  }
  const char *dot = strchr(n->text, '.');
  return dot ? find_port(r, scope, n, dot) : unknown(r, scope, n);
}

bool yml_names(yml_reader *r, const yml_node *n, const yml_node *const **name, size_t *count) {
  if (n->kind == YML_LIST) {
    *name = n->item;
    *count = n->count;
    return n->count > 0 ||
           YML_FAIL(r, PHS_YAML_TYPE, n, "give at least one name", "the list of names is empty");
  }
  const yml_node **one = PHS_NEW(r->scratch, const yml_node *);
  if (!one) {
    return yml_no_memory(r);
  }
  *one = n;
  *name = one;
  *count = 1;
  return true;
}

/* ---- values ---- */

bool yml_settle(yml_reader *r, yml_element *e, const yml_node *from) {
  if (e->state == 2) {
    return true;
  }
  if (e->state == 0 && e->field && r->in->settling < 256) {
    e->state = 1;
    r->in->settling++;
    bool ok = e->kind == YML_INPUT   ? yml_settle_input(r, e)
              : e->kind == YML_LAYER ? yml_settle_layer(r, e)
                                     : yml_settle_population(r, e);
    r->in->settling--;
    e->state = ok ? 2 : 3;
    return ok;
  }
  if (e->state == 1) {
    YML_FAIL(r, PHS_YAML_CYCLE, from ? from : e->key,
             "use a projection, which takes time, or give the population a size",
             "'%s' follows from itself without a delay", e->name);
  } else if (e->state == 0 && e->field) {
    YML_FAIL(r, PHS_YAML_LIMIT, e->key, "put layers before what reads them",
             "'%s' is read by more than 256 layers that stand before it", e->name);
  }
  e->state = 3;
  return yml_failed(r, PHS_YAML_VALUE);
}

yml_element *yml_source_element(yml_reader *r, yml_scope *scope, const yml_node *n) {
  yml_element *e = yml_find_element(r, scope, n);
  if (!e || !yml_settle(r, e, n)) {
    return NULL;
  }
  if (!e->draft) {
    YML_FAIL(r, PHS_YAML_CONTRADICTION, n, "give the input a size instead of 'to'",
             "the input '%s' goes to populations by its own 'to'", e->local);
    return NULL;
  }
  return e;
}

bool yml_check_shape(yml_reader *r, const yml_node *n, const phs_shape *s) {
  int64_t count = 1;
  for (int i = 0; i < s->rank; i++) {
    if (s->dim[i] < 1 || __builtin_mul_overflow(count, s->dim[i], &count) || count > INT32_MAX) {
      char text[128];
      return YML_FAIL(r, PHS_YAML_LIMIT, n, "use fewer elements",
                      "the shape %s has more than 2^31 - 1 elements",
                      phs_shape_print(s, text, sizeof text));
    }
  }
  return true;
}

static bool read_shape(yml_reader *r, yml_scope *scope, const yml_node *n, phs_shape *out) {
  if (!yml_want(r, n, YML_LIST, "shape")) {
    return false;
  }
  if (n->count < 1 || n->count > PHS_MAX_RANK) {
    return YML_FAIL(r, PHS_YAML_COUNT, n, NULL, "'shape' has %zu sizes; it can have 1 to %d",
                    n->count, PHS_MAX_RANK);
  }
  bool ok = true;
  out->rank = (int)n->count;
  for (size_t i = 0; i < n->count; i++) {
    ok = yml_count(r, scope, n->item[i], "shape", 1, INT32_MAX, &out->dim[i]) && ok;
  }
  return ok && yml_check_shape(r, n, out);
}

bool yml_size_or_shape(yml_reader *r, yml_scope *scope, const yml_field *size,
                       const yml_field *shape, phs_shape *out) {
  *out = (phs_shape){.rank = 0};
  if (size->node && shape->node) {
    return YML_FAIL(r, PHS_YAML_CONTRADICTION, shape->node, "keep one of them",
                    "either 'size' or 'shape' says how many elements there are, not both");
  }
  if (size->node) {
    *out = (phs_shape){.rank = 1, .dim = {size->count}};
  }
  return !shape->node || read_shape(r, scope, shape->node, out);
}

yml_draft *yml_sum(yml_reader *r, yml_scope *scope, const yml_node *names, const char *name) {
  const yml_node *const *list;
  size_t count;
  char a[128], b[128];
  if (!yml_names(r, names, &list, &count)) {
    return NULL;
  }
  yml_draft **from = PHS_NEW_ARRAY(r->scratch, yml_draft *, count);
  if (!from) {
    yml_no_memory(r);
    return NULL;
  }
  for (size_t i = 0; i < count; i++) {
    yml_element *e = yml_source_element(r, scope, list[i]);
    if (!e) {
      return NULL;
    }
    from[i] = e->draft;
    if (!phs_shape_equal(&from[i]->op.shape, &from[0]->op.shape)) {
      YML_FAIL(r, PHS_YAML_SHAPE, list[i], "make the shapes equal",
               "'%s' has shape %s, but '%s' has %s: they cannot be summed", list[i]->text,
               phs_shape_print(&from[i]->op.shape, a, sizeof a), list[0]->text,
               phs_shape_print(&from[0]->op.shape, b, sizeof b));
      return NULL;
    }
  }
  if (count == 1) {
    return from[0];
  }
  yml_draft *sum =
      yml_draft_new(r, YML_AT_OTHERS, PHS_OP_ADD, yml_unique(r, name), names, (int)count);
  if (sum) {
    sum->op.shape = from[0]->op.shape;
    sum->op.elem = PHS_F32;
    memcpy(sum->operand, from, count * sizeof(yml_draft *));
  }
  return sum;
}
