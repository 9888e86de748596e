/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file baselines.h  Other ways to assign neurons to cores, behind one interface. */
#ifndef PERF_MAPPING_BASELINES_H
#define PERF_MAPPING_BASELINES_H

#include "map/map.h"

/**
 * Assigns every neuron of a network to one of @p cores cores.
 * @param core [population_count] arrays to fill, NULL for inputs
 * @return the number of cores in use, numbered without gaps; 0: cannot be done
 */
typedef uint32_t (*bench_assign)(const phs_work *w, const phs_machine *machine, uint32_t cores,
                                 uint64_t seed, uint32_t **core);

/** Populations one after another, a new core where one is full. */
uint32_t bench_linear(const phs_work *w, const phs_machine *m, uint32_t cores, uint64_t seed,
                      uint32_t **core);
/** Each population cut linearly into blocks of at most a core, one core a block: what
 * nengo-loihi's greedy allocator does with the blocks it is given. */
uint32_t bench_greedy(const phs_work *w, const phs_machine *m, uint32_t cores, uint64_t seed,
                      uint32_t **core);
uint32_t bench_random(const phs_work *w, const phs_machine *m, uint32_t cores, uint64_t seed,
                      uint32_t **core);
#ifdef PHASOR_HAVE_METIS
/** METIS_PartGraphKway: vertices are neurons, edges synapses weighted by rate; neurons and synapses
 * balanced. */
uint32_t bench_metis(const phs_work *w, const phs_machine *m, uint32_t cores, uint64_t seed,
                     uint32_t **core);
#endif

#endif
