/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Making the tables of a program from its recipes. */
#include "backends/cpu/program/program.h"
#include "backends/cpu/program/row.h"

/* The recipe of the blob, with pointers in place of offsets. */
static void place_recipe(const char *blob, uint64_t from, phs_recipe *out) {
  *out = *(const phs_recipe *)(blob + from);
  phs_synapse_list *l = &out->list;
  l->source = l->source ? (const uint32_t *)(blob + (uintptr_t)l->source) : NULL;
  l->target = l->target ? (const uint32_t *)(blob + (uintptr_t)l->target) : NULL;
  l->weight = l->weight ? (const float *)(blob + (uintptr_t)l->weight) : NULL;
  l->delay = l->delay ? (const int32_t *)(blob + (uintptr_t)l->delay) : NULL;
}

static void prepare(const char *blob, const phs_program_projection *p, char *tables) {
  phs_program_rows *r = (phs_program_rows *)(tables + p->rows);
  if (p->form == PHS_PROGRAM_EACH) {
    return;
  }
  place_recipe(blob, p->recipe, &r->recipe);
  phs_rows_prepare(&r->recipe, tables + p->shared, &r->rows);
}

static void fill(const phs_program_projection *p, char *tables, uint32_t tile) {
  const phs_program_rows *r = (const phs_program_rows *)(tables + p->rows);
  phs_row scratch = phs_program_row(tables + p->scratch, p->longest, tile);
  if (p->form == PHS_PROGRAM_STORED) {
    phs_store_fill(&p->store, &r->rows, tile, r->rows.tiles, tables + p->table, &scratch);
  } else if (p->form == PHS_PROGRAM_PLASTIC && tile == 0) {
    phs_plastic_fill(&p->layout, &r->rows, tables + p->table, &scratch);
  }
}

void phs_program_tables(const char *blob, const phs_program_info *info, char *tables, uint64_t part,
                        uint64_t parts, phs_program_barrier barrier, void *user) {
  for (int filling = 0; filling <= 1; filling++) {
    uint64_t job = 0; /* dealt out in turn, whatever it is */
    for (uint64_t i = 0; i < info->count; i++) {
      const uint64_t *all = (const uint64_t *)(blob + info->synapses);
      const phs_program_synapses *op = (const phs_program_synapses *)(blob + all[i]);
      const phs_program_projection *p = (const phs_program_projection *)(blob + op->projection);
      for (uint32_t k = 0; k < op->projection_count; k++) {
        uint32_t jobs = filling ? op->tiles : 1;
        for (uint32_t tile = 0; tile < jobs; tile++) {
          if (job++ % parts != part) {
            continue;
          }
          if (filling) {
            fill(&p[k], tables, tile);
          } else {
            prepare(blob, &p[k], tables);
          }
        }
      }
    }
    if (parts > 1) {
      barrier(user);
    }
  }
}
