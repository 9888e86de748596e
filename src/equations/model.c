/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Compiling models, and what is known of compiled ones. */
#include "equations/model_internal.h"

static bool list_states(phs_equations_model *m) {
  m->state = PHS_NEW_ARRAY(m->arena, phs_model_name, (size_t)m->state_count);
  for (int i = 0; m->state && i < m->state_count; i++) {
    m->state[i] =
        (phs_model_name){.name = m->equation[i].name, .dimension = m->equation[i].dimension};
  }
  return m->state != NULL;
}

phs_equations_model *phs_model_compile(phs_arena *arena, const phs_model_source *source,
                                       phs_diag *diag) {
  unsigned errors = diag->errors;
  phs_equations_model *m = PHS_NEW(arena, phs_equations_model);
  if (!m) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the model '%s'", source->name);
    return NULL;
  }
  m->arena = arena;
  m->source = source;
  phs_model_read_parameters(m, diag);
  phs_model_read_equations(m, diag);
  phs_model_read_receptors(m, diag);
  m->threshold = phs_model_read_formula(m, &source->threshold, diag);
  phs_model_read_statements(m, &source->reset, &m->reset, diag);
  m->refractory = phs_model_read_formula(m, &source->refractory, diag);
  m->output = phs_model_read_formula(m, &source->output, diag);
  phs_model_read_statements(m, &source->initial, &m->initial, diag);
  phs_model_check(m, diag);
  if (diag->errors == errors && !list_states(m)) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the model '%s'", source->name);
  }
  return diag->errors == errors ? m : NULL;
}

int phs_model_parameter_list(const phs_equations_model *m, const phs_model_name **out) {
  *out = m->parameter;
  return m->parameter_count;
}

int phs_model_state_list(const phs_equations_model *m, const phs_model_name **out) {
  *out = m->state;
  return m->state_count;
}

int phs_model_receptor_list(const phs_equations_model *m, const phs_model_name **out) {
  *out = m->receptor;
  return m->receptor_count;
}

bool phs_model_spikes(const phs_equations_model *m) {
  return m->threshold.text && !m->output.text;
}
