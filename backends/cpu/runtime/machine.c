/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "machine.h"
#include "block.h"
#include "model.h"

#if MODEL(TABLES_SIZE) > 0

static void make_part(void *user, size_t part, size_t parts, phs_crew *crew) {
  phs_machine *m = user;
  MODEL(tables_init_part)(m->tables, part, parts, phs_crew_wait, crew);
}

static bool make_tables(phs_machine *m) {
  m->tables = phs_block_alloc(MODEL(TABLES_SIZE));
  if (m->tables) {
    phs_crew_run(m->crew, make_part, m);
  }
  return m->tables;
}

void phs_machine_init(phs_machine *m) {
  MODEL(init)(m->state, m->tables);
}

#else

static bool make_tables(phs_machine *m) {
  (void)m;
  return true;
}

void phs_machine_init(phs_machine *m) {
  MODEL(init)(m->state);
}

#endif

bool phs_machine_open(phs_machine *m, int threads) {
  *m = (phs_machine){.state = phs_block_alloc(MODEL(STATE_SIZE)), .crew = phs_crew_create(threads)};
  return m->state && m->crew && make_tables(m);
}

void phs_machine_close(phs_machine *m) {
  phs_crew_destroy(m->crew);
  phs_block_free(m->state, MODEL(STATE_SIZE));
  phs_block_free(m->tables, MODEL(TABLES_SIZE));
}

static void step_part(void *user, size_t part, size_t parts, phs_crew *crew) {
  phs_machine *m = user;
  MODEL(step_part)(m->state, m->inputs, NULL, part, parts, phs_crew_wait, crew);
}

void phs_machine_step(phs_machine *m, const float *const *inputs) {
  m->inputs = inputs;
  phs_crew_run(m->crew, step_part, m);
}
