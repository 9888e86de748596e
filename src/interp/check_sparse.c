/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Whether sources and sparse projections can be stepped. */
#include "interp/run.h"

#include "net/recipe_check.h"

#include <math.h>
#include <stdio.h>

/* ---- synapses ---- */

int phs_synapses_operands(const phs_synapses *s) {
  int more = s->plasticity.kind == PHS_PLASTICITY_RSTDP  ? 2
             : s->plasticity.kind == PHS_PLASTICITY_STDP ? 1
                                                         : 0;
  return s->projection_count + more + (s->has_init ? 1 : 0);
}

static bool check_projection(const phs_net *net, const phs_op *op, int k, phs_diag *diag) {
  const phs_projection *p = &op->synapses.projection[k];
  const phs_op *x = &net->op[op->operand[k]];
  if (op->synapses.counted && x->elem == PHS_F32) {
    return phs_interp_refuse(net, op, diag, "counts the spikes of '%s', which is f32", x->name);
  }
  if (p->recipe.source_count != phs_shape_count(&x->shape) ||
      p->recipe.target_count != phs_shape_count(&op->shape)) {
    return phs_interp_refuse(net, op, diag, "has a projection '%s' of other sizes", p->name);
  }
  phs_buf what = {0};
  bool wrong = phs_recipe_wrong(&p->recipe, &what);
  if (wrong) {
    phs_place place = {.file = net->file, .line = p->line, .column = p->column};
    phs_report(diag, PHS_RUN_RECIPE, &place, NULL, "projection '%s' %s", p->name,
               phs_buf_cstr(&what));
  }
  phs_buf_free(&what);
  return !wrong;
}

static bool wrong_plasticity(const phs_net *net, const phs_op *op, phs_diag *diag,
                             const char *what) {
  phs_place place = phs_op_place(net, op);
  phs_report(diag, PHS_RUN_PLASTICITY, &place, NULL, "plastic synapses '%s': %s", op->name, what);
  return false;
}

static bool is_decay(float d) {
  return d >= 0 && d <= 1;
}

static bool check_rule(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_plasticity *p = &op->synapses.plasticity;
  if (p->kind != PHS_PLASTICITY_STDP && p->kind != PHS_PLASTICITY_RSTDP) {
    return wrong_plasticity(net, op, diag, "no such rule");
  }
  bool rewarded = p->kind == PHS_PLASTICITY_RSTDP;
  if (!is_decay(p->decay_plus) || !is_decay(p->decay_minus) ||
      (rewarded && !is_decay(p->decay_e))) {
    return wrong_plasticity(net, op, diag, "a decay does not lie between 0 and 1");
  }
  if (!isfinite(p->a_plus) || !isfinite(p->a_minus) || !isfinite(p->w_min) || !isfinite(p->w_max) ||
      (rewarded && !isfinite(p->rate))) {
    return wrong_plasticity(net, op, diag, "a number is not finite");
  }
  if (p->w_min > p->w_max) {
    return wrong_plasticity(net, op, diag, "w_min is above w_max");
  }
  if (p->mu_plus < 0 || p->mu_plus > 1 || p->mu_minus < 0 || p->mu_minus > 1) {
    return wrong_plasticity(net, op, diag, "mu_plus and mu_minus are 0 or 1");
  }
  return true;
}

static bool check_plastic(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_synapses *s = &op->synapses;
  if (!check_rule(net, op, diag)) {
    return false;
  }
  if (s->projection_count != 1 || s->counted) {
    return wrong_plasticity(net, op, diag, "they are one projection, with weights of their own");
  }
  const phs_recipe *r = &s->projection[0].recipe;
  if (phs_delay_low(r) != phs_delay_high(r)) {
    return wrong_plasticity(net, op, diag, "their delays are not all one");
  }
  const phs_op *z = &net->op[op->operand[1]];
  if (z->elem == PHS_F32 || phs_shape_count(&z->shape) != phs_shape_count(&op->shape)) {
    return phs_interp_refuse(net, op, diag, "learns from '%s', which are no spikes of its targets",
                             z->name);
  }
  if (s->plasticity.kind == PHS_PLASTICITY_RSTDP) {
    const phs_op *r1 = &net->op[op->operand[2]];
    if (r1->elem != PHS_F32 || phs_shape_count(&r1->shape) != 1) {
      return phs_interp_refuse(net, op, diag, "is rewarded by '%s', which is not one f32",
                               r1->name);
    }
  }
  return true;
}

bool phs_interp_check_synapses(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_synapses *s = &op->synapses;
  if (op->elem != PHS_F32) {
    return phs_interp_refuse(net, op, diag, "has the wrong element type");
  }
  if (s->projection_count < 1) {
    return phs_interp_refuse(net, op, diag, "has no projection");
  }
  for (int k = 0; k < s->projection_count; k++) {
    if (!check_projection(net, op, k, diag)) {
      return false;
    }
  }
  if (s->counted && !isfinite(s->weight)) {
    return phs_interp_refuse(net, op, diag, "has a weight that is not finite");
  }
  if (s->has_init) {
    const phs_op *init = &net->op[op->operand[op->operand_count - 1]];
    if (init->elem != PHS_F32 || !phs_shape_equal(&init->shape, &op->shape)) {
      return phs_interp_refuse(net, op, diag, "starts from '%s', which is not f32 of its own shape",
                               init->name);
    }
  }
  return s->plasticity.kind == PHS_PLASTICITY_NONE || check_plastic(net, op, diag);
}

/* ---- sources ---- */

static bool wrong_source(const phs_net *net, const phs_op *op, phs_diag *diag, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static bool wrong_source(const phs_net *net, const phs_op *op, phs_diag *diag, const char *fmt,
                         ...) {
  char what[192];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(what, sizeof what, fmt, ap);
  va_end(ap);
  phs_place place = phs_op_place(net, op);
  phs_report(diag, PHS_RUN_SOURCE, &place, NULL, "source '%s' %s", op->name, what);
  return false;
}

/* One value, or one for each element, from `low` to `high`. */
static bool check_values(const phs_net *net, const phs_op *op, const phs_param64 *p,
                         const char *name, double low, double high, phs_diag *diag) {
  if (!p->v || (p->n != 1 && p->n != phs_shape_count(&op->shape))) {
    return phs_interp_refuse(net, op, diag, "has %zu values of %s", p->v ? p->n : 0, name);
  }
  for (size_t i = 0; i < p->n; i++) {
    if (!(p->v[i] >= low && p->v[i] <= high) || !isfinite(p->v[i])) {
      return wrong_source(net, op, diag, "has the %s %g for element %zu; possible are %g to %g",
                          name, p->v[i], i, low, high);
    }
  }
  return true;
}

static bool check_train(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_source *s = &op->source;
  size_t count = phs_shape_count(&op->shape);
  if (s->event_count && (!s->event_step || !s->event_element)) {
    return phs_interp_refuse(net, op, diag, "has spikes without times or elements");
  }
  for (size_t k = 0; k < s->event_count; k++) {
    if (s->event_element[k] >= count) {
      return wrong_source(net, op, diag, "has a spike of element %u; it has %zu elements",
                          s->event_element[k], count);
    }
    if (s->event_step[k] < (k ? s->event_step[k - 1] : 0)) {
      return wrong_source(net, op, diag, "has spike %zu in step %lld; times ascend from 0", k,
                          (long long)s->event_step[k]);
    }
  }
  return true;
}

static bool check_pieces(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_source *s = &op->source;
  if (s->piece_count && (!s->piece_step || !s->piece_value)) {
    return phs_interp_refuse(net, op, diag, "has pieces without times or values");
  }
  for (size_t k = 0; k < s->piece_count; k++) {
    const phs_param32 *v = &s->piece_value[k];
    if (k && s->piece_step[k] < s->piece_step[k - 1]) {
      return wrong_source(net, op, diag, "has piece %zu from step %lld; times ascend", k,
                          (long long)s->piece_step[k]);
    }
    if (!v->v || (v->n != 1 && v->n != phs_shape_count(&op->shape))) {
      return phs_interp_refuse(net, op, diag, "has %zu values in piece %zu", v->v ? v->n : 0, k);
    }
    for (size_t i = 0; i < v->n; i++) {
      if (!isfinite(v->v[i])) {
        return wrong_source(net, op, diag, "has a value in piece %zu that is not finite", k);
      }
    }
  }
  return true;
}

bool phs_interp_check_source(const phs_net *net, const phs_op *op, phs_diag *diag) {
  const phs_source *s = &op->source;
  bool counts = s->kind == PHS_SOURCE_POISSON || s->kind == PHS_SOURCE_TRAIN;
  if (op->elem != (counts ? PHS_I32 : PHS_F32)) {
    return phs_interp_refuse(net, op, diag, "has the wrong element type");
  }
  switch (s->kind) {
  case PHS_SOURCE_POISSON:
    return check_values(net, op, &s->mean, "mean", 0, PHS_POISSON_MOST, diag);
  case PHS_SOURCE_TRAIN:
    return check_train(net, op, diag);
  case PHS_SOURCE_CURRENT:
    return check_pieces(net, op, diag);
  case PHS_SOURCE_NOISE:
    return check_values(net, op, &s->mean, "mean", -1e30, 1e30, diag) &&
           check_values(net, op, &s->sd, "standard deviation", 0, 1e30, diag);
  }
  return phs_interp_refuse(net, op, diag, "is of no known kind");
}
