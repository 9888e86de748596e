/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Weights that change. */
#include "import/yaml/yaml.h"
#include "random/draw.h"

#include <math.h>

/* exp(-dt / tau). */
static float decay(const yml_reader *r, double tau) {
  return (float)phs_exp(-r->in->dt / tau);
}

/* The part of a weight that a pair changes: w_max stands for 1 where the change is additive. */
static float amplitude(double a, int mu, double w_max) {
  return (float)(mu ? a : a * w_max);
}

static bool check_ends(yml_reader *r, const yml_link *l) {
  const yml_node *n = l->plasticity;
  if (l->from->op.elem == PHS_F32) {
    return YML_FAIL(r, PHS_YAML_PLASTICITY, n, "let spikes send, or leave out the plasticity",
                    "'%s' sends numbers, not spikes", l->from->op.name);
  }
  if (l->to->draft->op.elem == PHS_F32) {
    return YML_FAIL(r, PHS_YAML_PLASTICITY, n, "take a model with a threshold",
                    "the neurons of '%s' do not spike", l->to->name);
  }
  if (l->recipe.delay.kind != PHS_DIST_CONSTANT ||
      (l->recipe.rule == PHS_RULE_LIST && l->recipe.list.delay)) {
    return YML_FAIL(r, PHS_YAML_PLASTICITY, l->delay ? l->delay : n, "give one delay for all",
                    "plastic synapses of a projection have one delay");
  }
  return true;
}

static bool read_weights(yml_reader *r, const yml_link *l, const yml_field *f, double *low,
                         double *high) {
  phs_dimension unit = yml_receptor_unit(l->to, l->receptor);
  *low = 0;
  bool ok =
      !f[STDP_W_MIN].node || yml_quantity(r, l->scope, f[STDP_W_MIN].node, unit, "w_min", low);
  ok = yml_quantity(r, l->scope, f[STDP_W_MAX].node, unit, "w_max", high) && ok;
  return ok && (*low <= *high || YML_FAIL(r, PHS_YAML_RANGE, f[STDP_W_MAX].node, "raise w_max",
                                          "w_max is %g, below w_min, %g", *high, *low));
}

/* What is known of the weights without drawing them lies within the bounds. */
static bool check_weights(yml_reader *r, const yml_link *l, double low, double high) {
  const phs_distribution *d = &l->recipe.weight;
  const double first = d->a, last = d->kind == PHS_DIST_UNIFORM ? d->b : d->a;
  const double worst = first < low ? first : last;
  char have[64], least[64], most[64];
  if ((d->kind != PHS_DIST_CONSTANT && d->kind != PHS_DIST_UNIFORM) || !l->weight ||
      (first >= low && last <= high)) {
    return true;
  }
  phs_dimension unit = yml_receptor_unit(l->to, l->receptor);
  return YML_FAIL(r, PHS_YAML_PLASTICITY, l->weight,
                  "choose weights within the bounds, or move the bounds",
                  "weights of %s, but they are to stay from w_min = %s to w_max = %s",
                  phs_quantity_print((phs_value){worst, unit}, have, sizeof have),
                  phs_quantity_print((phs_value){low, unit}, least, sizeof least),
                  phs_quantity_print((phs_value){high, unit}, most, sizeof most));
}

static bool find_reward(yml_reader *r, const yml_link *l, const yml_node *n, yml_draft **out) {
  yml_element *e = yml_source_element(r, l->scope, n);
  if (!e) {
    return false;
  }
  *out = e->draft;
  return phs_shape_count(&e->draft->op.shape) == 1 ||
         YML_FAIL(r, PHS_YAML_PLASTICITY, n, "name something of one element",
                  "the reward '%s' has %zu elements", e->local,
                  phs_shape_count(&e->draft->op.shape));
}

bool yml_read_plasticity(yml_reader *r, const yml_link *l, phs_plasticity *out,
                         yml_draft **reward) {
  yml_field kind[PLASTICITY_KEYS], f[REWARD_KEYS];
  double low, high;
  if (!yml_decode(r, l->scope, l->plasticity, &yml_plasticity, kind)) {
    return false;
  }
  int chosen = yml_chosen(&yml_plasticity, kind);
  bool rewarded = chosen == PLASTICITY_REWARD;
  if (!yml_decode(r, l->scope, kind[chosen].node, rewarded ? &yml_reward_stdp : &yml_stdp, f) ||
      !check_ends(r, l) || !read_weights(r, l, f, &low, &high) || !check_weights(r, l, low, high)) {
    return false;
  }
  *out = (phs_plasticity){
      .kind = rewarded ? PHS_PLASTICITY_RSTDP : PHS_PLASTICITY_STDP,
      .decay_plus = decay(r, f[STDP_TAU_PLUS].number),
      .decay_minus = decay(r, f[STDP_TAU_MINUS].number),
      .mu_plus = rewarded ? 0 : (int)f[STDP_MU_PLUS].count,
      .mu_minus = rewarded ? 0 : (int)f[STDP_MU_MINUS].count,
      .w_min = (float)low,
      .w_max = (float)high,
  };
  out->a_plus = amplitude(f[STDP_A_PLUS].number, out->mu_plus, high);
  out->a_minus = amplitude(f[STDP_A_MINUS].number, out->mu_minus, high);
  if (!isfinite(out->a_plus) || !isfinite(out->a_minus)) {
    return YML_FAIL(r, PHS_YAML_RANGE, l->plasticity, "choose smaller values",
                    "A_plus or A_minus times w_max is beyond 3.4e38");
  }
  if (rewarded) {
    out->decay_e = decay(r, f[REWARD_TAU_E].number);
    out->rate = f[REWARD_RATE].node ? (float)f[REWARD_RATE].number : 1;
    return find_reward(r, l, f[REWARD_REWARD].node, reward);
  }
  return true;
}
