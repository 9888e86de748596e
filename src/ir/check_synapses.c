/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rules of synapses: how projections, plasticity and values fit together. Those of a recipe by
 * itself are in check_recipe.c. */
#include "ir/read.h"

#include <math.h>

/* A counted op has one weight, and counts spikes. */
static void check_counted(const phs_check *c) {
  const phs_synapses *s = &c->op->synapses;
  if (!s->counted) {
    return;
  }
  if (!isfinite(s->weight)) {
    phs_reader_error(c->r, c->at, PHS_IR_NOT_FINITE, "weights are finite numbers",
                     "'%s': the weight of counted synapses is %g", c->op->name, (double)s->weight);
  }
  for (int k = 0; k < s->projection_count; k++) {
    const phs_projection *p = &s->projection[k];
    MlirOperation at = phs_ir_projection(c->at, k);
    if (p->recipe.weight.kind != PHS_DIST_CONSTANT || p->recipe.list.weight ||
        (float)p->recipe.weight.a != s->weight) {
      phs_reader_error(c->r, at, PHS_IR_RECIPE, "leave out `counted`, or give it this weight alone",
                       "projection '%s': counted synapses all weigh %.9g, those of the projection "
                       "do not",
                       p->name, (double)s->weight);
    }
    if (phs_check_operand(c, k)->elem == PHS_F32) {
      phs_reader_error(c->r, at, PHS_IR_TYPE, "spikes are i1 or i32",
                       "projection '%s': a source of f32 cannot be counted", p->name);
    }
  }
}

static bool is_factor(float v) {
  return v >= 0 && v <= 1;
}

static void plasticity_error(const phs_check *c, const char *help, const char *what, double v) {
  phs_reader_error(c->r, c->at, PHS_IR_PLASTICITY, help, "'%s': %s is %g", c->op->name, what, v);
}

static void check_numbers(const phs_check *c) {
  const phs_plasticity *p = &c->op->synapses.plasticity;
  static const char factor[] = "traces decay by a factor of 0 to 1 a step";
  static const char finite[] = "it must be finite";
  if (!is_factor(p->decay_plus)) {
    plasticity_error(c, factor, "decay_plus", (double)p->decay_plus);
  } else if (!is_factor(p->decay_minus)) {
    plasticity_error(c, factor, "decay_minus", (double)p->decay_minus);
  } else if (!isfinite(p->a_plus)) {
    plasticity_error(c, finite, "a_plus", (double)p->a_plus);
  } else if (!isfinite(p->a_minus)) {
    plasticity_error(c, finite, "a_minus", (double)p->a_minus);
  } else if (!isfinite(p->w_min)) {
    plasticity_error(c, finite, "w_min", (double)p->w_min);
  } else if (!isfinite(p->w_max)) {
    plasticity_error(c, finite, "w_max", (double)p->w_max);
  } else if (p->w_min > p->w_max) {
    plasticity_error(c, "w_min is at most w_max", "w_min", (double)p->w_min);
  } else if (p->kind == PHS_PLASTICITY_RSTDP && !is_factor(p->decay_e)) {
    plasticity_error(c, factor, "decay_e", (double)p->decay_e);
  } else if (p->kind == PHS_PLASTICITY_RSTDP && !isfinite(p->rate)) {
    plasticity_error(c, finite, "rate", (double)p->rate);
  }
}

static void check_plasticity(const phs_check *c) {
  const phs_synapses *s = &c->op->synapses;
  if (s->plasticity.kind == PHS_PLASTICITY_NONE) {
    return;
  }
  if (s->projection_count != 1 || s->counted) {
    phs_reader_error(c->r, c->at, PHS_IR_PLASTICITY, "put each into a phasor.synapses of its own",
                     "'%s': plastic synapses have 1 projection with weights of its own, not %d%s",
                     c->op->name, s->projection_count, s->counted ? ", counted" : "");
    return;
  }
  const phs_recipe *r = &s->projection[0].recipe;
  if (r->delay.kind != PHS_DIST_CONSTANT || r->list.delay) {
    phs_reader_error(c->r, phs_ir_projection(c->at, 0), PHS_IR_PLASTICITY,
                     "give all its synapses one delay",
                     "projection '%s': delays of plastic synapses differ", s->projection[0].name);
  }
  const phs_op *spikes = phs_check_operand(c, 1);
  phs_check_shape(c, "the targets' spikes", &spikes->shape, &c->op->shape,
                  "they are those of the population that the synapses reach");
  if (spikes->elem == PHS_F32) {
    phs_reader_error(c->r, c->at, PHS_IR_TYPE, "spikes are i1 or i32",
                     "'%s': the targets' spikes are of f32", c->op->name);
  }
  if (s->plasticity.kind == PHS_PLASTICITY_RSTDP) {
    const phs_op *reward = phs_check_operand(c, 2);
    if (reward->elem != PHS_F32 || phs_shape_count(&reward->shape) != 1) {
      phs_reader_error(c->r, c->at, PHS_IR_PLASTICITY, "a reward is one value of f32 a step",
                       "'%s': the reward has %zu elements", c->op->name,
                       phs_shape_count(&reward->shape));
    }
  }
  check_numbers(c);
}

void phs_check_synapses(const phs_check *c) {
  const phs_synapses *s = &c->op->synapses;
  phs_check_elem(c, PHS_F32);
  if (s->projection_count < 1) {
    phs_reader_error(c->r, c->at, PHS_IR_PROJECTION_USE, "use a phasor.source of no pieces instead",
                     "'%s': synapses have at least one projection", c->op->name);
  }
  for (int k = 0; k < s->projection_count; k++) {
    phs_check_recipe(c->r, phs_ir_projection(c->at, k), &s->projection[k]);
  }
  check_counted(c);
  check_plasticity(c);
  if (s->has_init) {
    phs_check_init(c, c->op->operand_count - 1);
  }
}
