/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What arrives at the receptors of populations. */
#include "import/yaml/yaml.h"

#include <string.h>

static int receptor_count(const yml_element *to) {
  return to->model->receptor_count;
}

const char *yml_receptor_name(const yml_element *to, int receptor) {
  return to->model->receptor[receptor].name;
}

phs_dimension yml_receptor_unit(const yml_element *to, int receptor) {
  return to->model->receptor[receptor].dimension;
}

bool yml_receptor_find(yml_reader *r, const yml_element *to, const yml_node *n, bool current,
                       int *out) {
  int count = receptor_count(to);
  const char **name = PHS_NEW_ARRAY(r->scratch, const char *, (size_t)count + 1);
  if (!name) {
    return yml_no_memory(r);
  }
  for (int i = 0; i < count; i++) {
    name[i] = yml_receptor_name(to, i);
    if (n ? strcmp(name[i], n->text) == 0 : current && strcmp(name[i], "current") == 0) {
      *out = i;
      return true;
    }
  }
  *out = 0;
  if (!n && count > 0) {
    return true;
  }
  const yml_node *at = n ? n : to->key;
  return YML_FAIL(
      r, PHS_YAML_UNKNOWN_NAME, at,
      n ? yml_did_you_mean(
              r, n->text, name, (size_t)count,
              yml_format(r, "receptors: %s", count ? yml_join(r, name, (size_t)count) : "none"))
        : "give the model a receptor",
      "the model of '%s' has no receptor%s%s", to->local, n ? " " : "",
      n ? yml_safe(r, n->text) : "");
}

bool yml_feed(yml_reader *r, yml_element *to, int receptor, yml_draft *from, const yml_node *node) {
  char a[128], b[128];
  yml_arrivals *in = &to->arrivals[receptor];
  yml_feed_item *item = PHS_NEW(r->scratch, yml_feed_item);
  if (!item) {
    return yml_no_memory(r);
  }
  if (!phs_shape_equal(&from->op.shape, &to->draft->op.shape)) {
    return YML_FAIL(r, PHS_YAML_SHAPE, node,
                    phs_shape_count(&from->op.shape) == phs_shape_count(&to->draft->op.shape)
                        ? "put a flatten layer between them, or give the population this shape"
                        : "make the sizes equal; a projection connects different sizes",
                    "'%s' has shape %s, but '%s' has %s", from->op.name,
                    phs_shape_print(&from->op.shape, a, sizeof a), to->name,
                    phs_shape_print(&to->draft->op.shape, b, sizeof b));
  }
  item->from = from;
  *(in->last_feed ? in->last_feed : &in->feed) = item;
  in->last_feed = &item->next;
  return true;
}

static bool feed_names(yml_reader *r, yml_element *to, int receptor, const yml_node *names) {
  const yml_node *const *name;
  size_t count;
  bool ok = yml_names(r, names, &name, &count);
  for (size_t i = 0; ok && i < count; i++) {
    yml_element *from = yml_source_element(r, to->scope, name[i]);
    ok = from &&
         (!from->has_unit ||
          yml_check_dimension(r, name[i], from->unit, yml_receptor_unit(to, receptor), "input")) &&
         yml_feed(r, to, receptor, from->draft, name[i]);
  }
  return ok;
}

/* `input`: a name, a list of names, or receptors with such. */
static bool feed_population(yml_reader *r, yml_element *to, const yml_node *n) {
  int receptor;
  if (n->kind != YML_MAP) {
    return yml_receptor_find(r, to, NULL, true, &receptor) && feed_names(r, to, receptor, n);
  }
  bool ok = true;
  for (size_t i = 0; i < n->count && !yml_full(r); i++) {
    ok = yml_receptor_find(r, to, n->pair[i].key, true, &receptor) &&
         feed_names(r, to, receptor, n->pair[i].value) && ok;
  }
  return ok;
}

bool yml_connect_feeds(yml_reader *r) {
  bool ok = true;
  for (int i = 0; i < r->in->element_count && !yml_full(r); i++) {
    yml_element *e = r->in->element[i];
    const yml_node *n =
        e->kind == YML_POPULATION && e->state == 2 ? e->field[POP_INPUT].node : NULL;
    ok = (!n || feed_population(r, e, n)) && ok;
  }
  return ok;
}

/* ---- operands ---- */

/* A constant 0 for a receptor at which nothing arrives. */
static yml_draft *nothing(yml_reader *r, const yml_element *to, const char *name) {
  yml_draft *d = yml_draft_new(r, YML_AT_INPUTS, PHS_OP_SOURCE, name, to->key, 0);
  int64_t *step = PHS_NEW(r->arena, int64_t);
  phs_param32 *value = PHS_NEW(r->arena, phs_param32);
  float *zero = PHS_NEW(r->arena, float);
  if (!d || !step || !value || !zero) {
    yml_no_memory(r);
    return NULL;
  }
  *value = (phs_param32){zero, 1};
  d->op.shape = to->draft->op.shape;
  d->op.elem = PHS_F32;
  d->op.source = (phs_source){.kind = PHS_SOURCE_CURRENT,
                              .stop = INT64_MAX,
                              .piece_count = 1,
                              .piece_step = step,
                              .piece_value = value};
  return d;
}

static yml_draft *sum_of(yml_reader *r, const yml_element *to, const char *name, yml_draft *chain,
                         const yml_feed_item *feed, int count) {
  yml_draft *d = yml_draft_new(r, YML_AT_OTHERS, PHS_OP_ADD, name, to->key, count);
  if (!d) {
    return NULL;
  }
  d->op.shape = to->draft->op.shape;
  d->op.elem = PHS_F32;
  int k = 0;
  if (chain) {
    d->operand[k++] = chain;
  }
  for (; feed; feed = feed->next) {
    d->operand[k++] = feed->from;
  }
  return d;
}

/* conventions.layer_latency: the summed input of a population of NIR's arrives later. */
static yml_draft *delayed(yml_reader *r, const yml_element *to, yml_draft *in) {
  yml_draft *d = yml_draft_new(r, YML_AT_OTHERS, PHS_OP_DELAY,
                               yml_unique(r, yml_format(r, "%s#latency", to->name)), to->key, 1);
  int64_t *steps = PHS_NEW(r->arena, int64_t);
  if (!d || !steps) {
    yml_no_memory(r);
    return NULL;
  }
  *steps = r->in->net->conventions.layer_latency;
  d->operand[0] = in;
  d->op.shape = in->op.shape;
  d->op.elem = in->op.elem;
  d->op.delay.steps = (phs_steps){steps, 1};
  return d;
}

static yml_draft *operand_of(yml_reader *r, yml_element *to, int receptor) {
  yml_arrivals *in = &to->arrivals[receptor];
  const char *base = yml_format(r, "%s#%s", to->name, yml_receptor_name(to, receptor));
  yml_draft *chain = NULL, *out;
  int count = 0;
  if (!yml_finish_groups(r, to, receptor, &chain)) {
    return NULL;
  }
  count = chain != NULL;
  for (const yml_feed_item *f = in->feed; f; f = f->next) {
    count++;
  }
  if (count == 0) {
    out = nothing(r, to, yml_unique(r, base));
  } else if (count == 1) {
    out = chain ? chain : in->feed->from;
  } else {
    out = sum_of(r, to, yml_unique(r, yml_format(r, "%s#sum", base)), chain, in->feed, count);
  }
  bool late =
      out && to->model->nir != PHS_MODEL_CUSTOM && r->in->net->conventions.layer_latency > 0;
  return late ? delayed(r, to, out) : out;
}

bool yml_finish_receptors(yml_reader *r) {
  bool ok = true;
  for (int i = 0; i < r->in->element_count; i++) {
    yml_element *e = r->in->element[i];
    for (int k = 0; e->kind == YML_POPULATION && e->state == 2 && k < receptor_count(e); k++) {
      e->draft->operand[k] = operand_of(r, e, k);
      ok = e->draft->operand[k] && ok;
    }
  }
  return ok;
}
