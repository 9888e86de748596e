/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rules of populations: models with their parameters, update functions with their states. */
#include "ir/read.h"

static void check_params(const phs_check *c) {
  const phs_neurons *n = &c->op->neurons;
  const phs_model_info *info = phs_model_get(n->model);
  for (int i = 0; i < info->param_count; i++) {
    const phs_param64 *p = &n->param[i];
    if (!p->v) {
      phs_reader_error(c->r, c->at, PHS_IR_PARAMETER, "add it to params",
                       "'%s': the model '%s' needs the parameter '%s'", c->op->name, info->name,
                       info->param[i]);
      continue;
    }
    for (size_t k = 0; strncmp(info->param[i], "tau", 3) == 0 && k < p->n; k++) {
      if (!(p->v[k] > 0)) {
        phs_reader_error(c->r, c->at, PHS_IR_TAU, "time constants are in seconds and above 0",
                         "'%s': %s of neuron %zu is %g", c->op->name, info->param[i], k, p->v[k]);
        break;
      }
    }
  }
  bool many = c->r->net->conventions.spikes_per_step == PHS_MANY && n->model != PHS_MODEL_THRESHOLD;
  phs_check_elem(c, !info->spiking ? PHS_F32 : many ? PHS_I32 : PHS_I1);
  if (c->r->net->discrete) {
    phs_reader_error(c->r, c->at, PHS_IR_LEVEL,
                     "run phasor-discretize, or write phasor.level = \"net\"",
                     "'%s': a population by model in a network of level opt", c->op->name);
  }
}

static void check_update(const phs_check *c) {
  const phs_neurons *n = &c->op->neurons;
  int inputs = c->op->operand_count, results = 1 + n->state_count;
  int args = inputs + n->state_count + n->coeff_count;
  if (n->kernel->arg_count != args || n->kernel->result_count != results) {
    phs_reader_error(c->r, c->at, PHS_IR_UPDATE,
                     "arguments: inputs, states, coefficients; results: output, states",
                     "'%s': @%s has %d arguments and %d results, but %d operands, %d states and %d "
                     "coefficients need %d and %d",
                     c->op->name, n->kernel->name, n->kernel->arg_count, n->kernel->result_count,
                     inputs, n->state_count, n->coeff_count, args, results);
    return;
  }
  phs_scalar_type t = n->kernel->output_type;
  phs_check_elem(c, t == PHS_S_I1 ? PHS_I1 : t == PHS_S_I32 ? PHS_I32 : PHS_F32);
  for (int i = 0; i < n->state_count; i++) {
    for (int k = 0; k < i; k++) {
      if (strcmp(n->state[i], n->state[k]) == 0) {
        phs_reader_error(c->r, c->at, PHS_IR_NAME, NULL, "'%s': two states are named '%s'",
                         c->op->name, n->state[i]);
      }
    }
  }
}

void phs_check_neurons(const phs_check *c) {
  for (int k = 0; k < c->op->operand_count; k++) {
    phs_check_shape(c, "an operand", &phs_check_operand(c, k)->shape, &c->op->shape,
                    "a population takes one current for each neuron and receptor");
  }
  int least = c->op->neurons.kernel ? 0 : 1, most = c->op->neurons.kernel ? PHS_MAX_RECEPTORS : 1;
  if (c->op->operand_count < least || c->op->operand_count > most) {
    phs_reader_error(c->r, c->at, PHS_IR_RANGE, "models take one current; update functions several",
                     "'%s': the population has %d operands; it must have %d to %d", c->op->name,
                     c->op->operand_count, least, most);
    return;
  }
  if (c->op->neurons.kernel) {
    check_update(c);
  } else {
    check_params(c);
  }
}
