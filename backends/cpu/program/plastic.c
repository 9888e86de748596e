/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Plastic synapses in a step: src/synapses/plastic.c with its blocks found. */
#include "backends/cpu/program/program.h"
#include "backends/cpu/program/row.h"

static const phs_program_projection *projection(const char *blob, const phs_program_synapses *op) {
  return (const phs_program_projection *)(blob + op->projection);
}

void phs_program_plastic_reset(char *state, const char *blob, const char *tables,
                               const phs_program_synapses *op) {
  const phs_program_projection *p = projection(blob, op);
  phs_row scratch = phs_program_row(state + p->remade, p->longest, 0);
  phs_plastic_reset(&p->layout, &((const phs_program_rows *)(tables + p->rows))->rows,
                    state + p->plastic, &scratch);
}

void phs_program_plastic_arrive(char *state, const char *blob, const phs_program_synapses *op,
                                uint64_t t) {
  const phs_program_projection *p = projection(blob, op);
  phs_plastic_arrive(&p->layout, &p->rule, state + p->plastic, t);
}

void phs_program_plastic_deliver(char *state, const char *blob, const char *tables,
                                 const phs_program_synapses *op, const float *init, float *y,
                                 uint64_t lo, uint64_t hi) {
  const phs_program_projection *p = projection(blob, op);
  for (uint64_t i = lo; i < hi; i += PHS_TILE) {
    phs_plastic_deliver(&p->layout, &p->rule, tables + p->table, state + p->plastic,
                        (uint32_t)(i / PHS_TILE), init, y);
  }
}

void phs_program_plastic_learn(char *state, const char *blob, const char *tables,
                               const phs_program_synapses *op, const void *z, uint64_t z_bytes,
                               const float *reward, uint64_t lo, uint64_t hi) {
  const phs_program_projection *p = projection(blob, op);
  for (uint64_t i = lo; i < hi; i += PHS_TILE) {
    phs_plastic_learn(&p->layout, &p->rule, tables + p->table, state + p->plastic,
                      (uint32_t)(i / PHS_TILE), z, (uint32_t)z_bytes, reward ? *reward : 0);
  }
}

void phs_program_plastic_keep(char *state, const char *blob, const phs_program_synapses *op,
                              uint64_t t) {
  const phs_program_projection *p = projection(blob, op);
  phs_plastic_keep(&p->layout, state + p->plastic, state + p->x, t);
}
