/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file small.h  A map small enough to be checked with a pencil, on loihi1 (tiles of 4 cores):
 *
 *   in    10 inputs, 0.5 messages a step each
 *   a&b   6 neurons, 0.25 messages a step each: 4 on core 0, 2 on core 1
 *
 * in -> a&b all to all: 60 synapses, 40 on core 0, 20 on core 1, held dense
 * a&b -> a&b one to one: 6 synapses, 4 and 2, held by index (made.h: each slice sends to both
 * cores) 16 bits a synapse. Cores at places 0 and 4: the first cores of tiles 0,0 and 1,0.
 */
#ifndef TESTS_SMALL_H
#define TESTS_SMALL_H

#include "made.h"

static inline void small_map(made_case *m, const made_options *options) {
  made_options o = options ? *options : (made_options){0};
  o.per_core = 4;
  o.fan = 2;
  o.stride = 4;
  made_load(m, "loihi1");
  m->work = graph_begin();
  m->work->name = "small";
  graph_population(m->work, PHS_POPULATION_INPUT, 1, 1, 10, 0.5f);
  graph_population(m->work, PHS_POPULATION_NEURONS, 1, 1, 6, 0.25f);
  graph_dense(m->work, 0, 1);
  graph_one_to_one(m->work, 1, 1);
  m->work->population[0].name = "in";
  m->work->population[1].name = "a&b";
  m->work->projection[0].name = "forward";
  m->work->projection[1].name = "back";
  graph_end(m->work);
  made_map(m, &o);
}

#endif
