/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Projections, synapses and sources as ops of the dialect. */
#include "ir/build.h"
#include "ir/names.h"

#include <stdlib.h>

/* {normal = [mean, sd], clip = [low, high]} */
static MlirAttribute distribution(phs_ir *ir, const phs_distribution *d) {
  phs_attr_list l = {0};
  phs_attr_add(ir, &l, phs_distribution_names.word[d->kind],
               phs_attr_f64_list(ir, (double[]){d->a, d->b}, phs_distribution_arity(d->kind)));
  if (d->bound != PHS_BOUND_NONE) {
    phs_attr_add(ir, &l, phs_bound_names.word[d->bound],
                 phs_attr_f64_list(ir, (double[]){d->low, d->high}, 2));
  }
  return phs_attr_list_dictionary(ir, &l);
}

static MlirAttribute grid(phs_ir *ir, const phs_grid *g) {
  int64_t dim[PHS_GRID_RANK] = {0};
  for (int i = 0; i < g->rank; i++) {
    dim[i] = g->dim[i];
  }
  phs_attr_list l = {0};
  phs_attr_add(ir, &l, "dim", phs_attr_i64_array(ir, dim, g->rank));
  phs_attr_add(ir, &l, "extent", phs_attr_f64_list(ir, g->extent, g->rank));
  return phs_attr_list_dictionary(ir, &l);
}

static MlirAttribute distance(phs_ir *ir, const phs_recipe *r) {
  phs_attr_list l = {0};
  phs_attr_add(ir, &l, "profile", phs_attr_string(ir, phs_profile_names.word[r->profile]));
  phs_attr_add(ir, &l, "width", phs_attr_f64(ir, r->width));
  phs_attr_add(ir, &l, "cutoff", phs_attr_f64(ir, r->cutoff));
  phs_attr_add(ir, &l, "periodic", phs_attr_bool(ir, r->periodic));
  phs_attr_add(ir, &l, "source", grid(ir, &r->source_grid));
  phs_attr_add(ir, &l, "target", grid(ir, &r->target_grid));
  return phs_attr_list_dictionary(ir, &l);
}

/* A list of @p n values; none where there are none, as tensors have at least one element. */
static void put_values(phs_ir *ir, phs_attr_list *l, const char *name, phs_element kind,
                       const void *data, size_t n, bool copy) {
  if (data && n > 0) {
    phs_shape shape = {.rank = 1, .dim = {(int64_t)n}};
    phs_attr_add(ir, l, name, phs_attr_elements(ir, kind, &shape, data, copy));
  }
}

static MlirAttribute list(phs_ir *ir, const phs_synapse_list *s, bool copy) {
  phs_attr_list l = {0};
  put_values(ir, &l, "source", PHS_ELEMENT_I32, s->source, s->count, copy);
  put_values(ir, &l, "target", PHS_ELEMENT_I32, s->target, s->count, copy);
  put_values(ir, &l, "weight", PHS_ELEMENT_F32, s->weight, s->count, copy);
  put_values(ir, &l, "delay", PHS_ELEMENT_I32, s->delay, s->count, copy);
  return phs_attr_list_dictionary(ir, &l);
}

static void put_rule(phs_ir *ir, phs_attr_list *l, const phs_recipe *r, bool copy) {
  phs_attr_add(ir, l, "rule", phs_attr_string(ir, phs_rule_names.word[r->rule]));
  switch (r->rule) {
  case PHS_RULE_FIXED_PROBABILITY:
    phs_attr_add(ir, l, "probability", phs_attr_f64(ir, r->probability));
    break;
  case PHS_RULE_FIXED_INDEGREE:
  case PHS_RULE_FIXED_OUTDEGREE:
  case PHS_RULE_FIXED_TOTAL_NUMBER:
    phs_attr_add(ir, l, "number", phs_attr_u64(ir, r->number));
    break;
  case PHS_RULE_DISTANCE:
    phs_attr_add(ir, l, "probability", phs_attr_f64(ir, r->probability));
    phs_attr_add(ir, l, "distance", distance(ir, r));
    break;
  case PHS_RULE_LIST:
    phs_attr_add(ir, l, "list", list(ir, &r->list, copy));
    break;
  case PHS_RULE_ONE_TO_ONE:
  case PHS_RULE_ALL_TO_ALL:
    break;
  }
}

MlirOperation phs_ir_make_projection(phs_ir *ir, const char *file, const phs_op *op, int index,
                                     MlirValue source, bool copy) {
  const phs_projection *p = &op->synapses.projection[index];
  const phs_recipe *r = &p->recipe;
  phs_attr_list l = {0};
  phs_attr_add(ir, &l, "name", phs_attr_string(ir, p->name ? p->name : op->name));
  put_rule(ir, &l, r, copy);
  phs_attr_add(ir, &l, "same_population", phs_attr_bool(ir, r->same_population));
  phs_attr_add(ir, &l, "autapses", phs_attr_bool(ir, r->autapses));
  phs_attr_add(ir, &l, "multapses", phs_attr_bool(ir, r->multapses));
  phs_attr_add(ir, &l, "weight", distribution(ir, &r->weight));
  phs_attr_add(ir, &l, "delay", distribution(ir, &r->delay));
  phs_attr_add(ir, &l, "key", phs_attr_u64(ir, r->key));
  phs_attr_add(ir, &l, "mode", phs_attr_string(ir, phs_mode_names.word[p->mode]));
  MlirType type = mlirTypeParseGet(ir->context, phs_ref("!phasor.rows"));
  return phs_ir_make(ir, "phasor.projection",
                     phs_ir_location(ir, file, p->line ? NULL : op->where, p->line, p->column),
                     &source, 1, &type, 1, &l);
}

static MlirAttribute plasticity(phs_ir *ir, const phs_plasticity *p) {
  const struct {
    const char *name;
    float value;
  } numbers[] = {
      {"decay_plus", p->decay_plus}, {"decay_minus", p->decay_minus},
      {"a_plus", p->a_plus},         {"a_minus", p->a_minus},
      {"w_min", p->w_min},           {"w_max", p->w_max},
      {"decay_e", p->decay_e},       {"rate", p->rate},
  };
  size_t n = sizeof numbers / sizeof *numbers - (p->kind == PHS_PLASTICITY_RSTDP ? 0 : 2);
  phs_attr_list l = {0};
  phs_attr_add(ir, &l, "kind", phs_attr_string(ir, phs_plasticity_names.word[p->kind]));
  for (size_t i = 0; i < n; i++) {
    phs_attr_add(ir, &l, numbers[i].name, phs_attr_f32(ir, numbers[i].value));
  }
  phs_attr_add(ir, &l, "mu_plus", phs_attr_i64(ir, p->mu_plus));
  phs_attr_add(ir, &l, "mu_minus", phs_attr_i64(ir, p->mu_minus));
  return phs_attr_list_dictionary(ir, &l);
}

void phs_ir_put_synapses(phs_ir *ir, phs_attr_list *l, const phs_op *op) {
  const phs_synapses *s = &op->synapses;
  phs_plasticity_kind kind = s->plasticity.kind;
  const int32_t sizes[] = {s->projection_count, kind != PHS_PLASTICITY_NONE,
                           kind == PHS_PLASTICITY_RSTDP, s->has_init};
  phs_attr_add(ir, l, "operandSegmentSizes", mlirDenseI32ArrayGet(ir->context, 4, sizes));
  if (s->counted) {
    phs_attr_add(ir, l, "counted", phs_attr_f32(ir, s->weight));
  }
  if (kind != PHS_PLASTICITY_NONE) {
    phs_attr_add(ir, l, "plasticity", plasticity(ir, &s->plasticity));
  }
}

static MlirAttribute events(phs_ir *ir, const phs_source *s, bool copy) {
  phs_attr_list l = {0};
  put_values(ir, &l, "step", PHS_ELEMENT_I64, s->event_step, s->event_count, copy);
  put_values(ir, &l, "element", PHS_ELEMENT_I32, s->event_element, s->event_count, copy);
  return phs_attr_list_dictionary(ir, &l);
}

/* One value a piece in one list, or a list of what each piece has. */
static MlirAttribute piece_values(phs_ir *ir, const phs_op *op, bool copy) {
  const phs_source *s = &op->source;
  bool single = true;
  for (size_t k = 0; k < s->piece_count; k++) {
    single = single && s->piece_value[k].n == 1;
  }
  float *all = single ? malloc(s->piece_count * sizeof *all) : NULL;
  MlirAttribute *each = single ? NULL : malloc(s->piece_count * sizeof *each), made = {0};
  phs_shape shape = {.rank = 1, .dim = {(int64_t)s->piece_count}};
  phs_shape flat = {.rank = 1, .dim = {(int64_t)phs_shape_count(&op->shape)}};
  for (size_t k = 0; all && k < s->piece_count; k++) {
    all[k] = s->piece_value[k].v[0];
  }
  for (size_t k = 0; each && k < s->piece_count; k++) {
    each[k] = phs_attr_per_element(ir, PHS_ELEMENT_F32, &flat, s->piece_value[k].v,
                                   s->piece_value[k].n, copy);
  }
  if (all) {
    made = phs_attr_elements(ir, PHS_ELEMENT_F32, &shape, all, true);
  } else if (each) {
    made = mlirArrayAttrGet(ir->context, (intptr_t)s->piece_count, each);
  } else {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the pieces of '%s'", op->name);
    ir->out_of_memory = true;
    made = mlirArrayAttrGet(ir->context, 0, NULL);
  }
  free(all);
  free(each);
  return made;
}

static MlirAttribute pieces(phs_ir *ir, const phs_op *op, bool copy) {
  phs_attr_list l = {0};
  if (op->source.piece_count > 0) {
    put_values(ir, &l, "step", PHS_ELEMENT_I64, op->source.piece_step, op->source.piece_count,
               copy);
    phs_attr_add(ir, &l, "value", piece_values(ir, op, copy));
  }
  return phs_attr_list_dictionary(ir, &l);
}

static void put_moment(phs_ir *ir, phs_attr_list *l, const char *name, const phs_op *op,
                       const phs_param64 *p, bool copy) {
  phs_shape flat = {.rank = 1, .dim = {(int64_t)phs_shape_count(&op->shape)}};
  phs_attr_add(ir, l, name, phs_attr_per_element(ir, PHS_ELEMENT_F64, &flat, p->v, p->n, copy));
}

void phs_ir_put_source(phs_ir *ir, phs_attr_list *l, const phs_op *op, bool copy) {
  const phs_source *s = &op->source;
  phs_attr_add(ir, l, "kind", phs_attr_string(ir, phs_source_names.word[s->kind]));
  if (s->kind != PHS_SOURCE_CURRENT) {
    phs_attr_add(ir, l, "start", phs_attr_i64(ir, s->start));
  }
  if (s->kind != PHS_SOURCE_CURRENT && s->stop != INT64_MAX) {
    phs_attr_add(ir, l, "stop", phs_attr_i64(ir, s->stop));
  }
  switch (s->kind) {
  case PHS_SOURCE_NOISE:
    put_moment(ir, l, "sd", op, &s->sd, copy);
    /* fall through */
  case PHS_SOURCE_POISSON:
    put_moment(ir, l, "mean", op, &s->mean, copy);
    phs_attr_add(ir, l, "key", phs_attr_u64(ir, s->key));
    break;
  case PHS_SOURCE_TRAIN:
    phs_attr_add(ir, l, "events", events(ir, s, copy));
    break;
  case PHS_SOURCE_CURRENT:
    phs_attr_add(ir, l, "pieces", pieces(ir, op, copy));
    break;
  }
}
