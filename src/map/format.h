/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file format.h  What synapses and neurons take of a core's memories, to the bit, by the number
 * formats of the target. docs/mapping.md has the formulas and where they come from.
 */
#ifndef PHS_MAP_FORMAT_H
#define PHS_MAP_FORMAT_H

#include "map/map.h"

/** Widths for one projection on one machine, in bits. */
typedef struct phs_synapse_widths {
  int weight, delay, tag, index; /**< of one synapse; index: for INDEX */
  int header;                    /**< of a block of an axon's synapses */
  int block;                     /**< synapses in a block at most; 0: no limit */
  int word;                      /**< blocks end on multiples of it; at least 1 */
  bool padded;                   /**< all axons of a block take as much as the longest */
  bool dense, bitmap, listed, shared, recipe; /**< formats that the family has */
} phs_synapse_widths;

/** @param targets neurons of the slice: what an index has to tell apart */
void phs_synapse_widths_of(const phs_work *w, uint32_t projection, const phs_machine *machine,
                           uint32_t targets, phs_synapse_widths *out);
/** Whether the description gives every width that the formulas take. Where it does not, the missing
 * terms are left out, and all bits are lower bounds. */
bool phs_synapse_bits_known(const phs_machine *machine);
/** Bits of one axon's synapses: @p synapses onto a slice of @p targets neurons. */
uint64_t phs_axon_bits(const phs_synapse_widths *s, phs_synapse_format format, uint32_t synapses,
                       uint32_t targets);

/** How the numbers of synapses of axons are distributed: @p axons have @p synapses each. */
typedef struct phs_axon_class {
  uint64_t axons;
  uint32_t synapses;
} phs_axon_class;
/**
 * The cheapest format that the family has, of a projection onto a slice of @p targets neurons.
 * SHARED is not among them: what it takes depends on the boxes (phs_box_use(), phs_map_measure()).
 * @return its bits; @p format is set
 */
uint64_t phs_synapse_choose_format(const phs_work *w, uint32_t projection,
                                   const phs_machine *machine, uint32_t targets,
                                   const phs_axon_class *classes, size_t count,
                                   phs_synapse_format *format);

/**
 * What one box of a population's neurons takes, were it a slice alone on its core: what slicing is
 * planned with. Not for populations with LIST projections, whose share is left out.
 * @param use [PHS_CAPACITIES], set
 */
void phs_box_use(const phs_work *w, const phs_machine *machine, uint32_t population,
                 const phs_box *box, double *use);

/** What a count with expectation @p mean, a sum of independent chances, does not exceed but with a
 * probability below 1e-9 (that of a Poisson number, which has the heavier tail): mean + 6
 * sqrt(mean)
 * + 7, and for means below 1 the least k with mean^(k + 1) / (k + 1)! < 1e-9; at most @p most. */
double phs_recipe_bound(double mean, double most);

/** Bytes of a core's data memory for @p neurons of a population (states, coefficients, ring
 * buffers); 0 where the target does not count them. */
double phs_neuron_data_bytes(const phs_work *w, const phs_machine *machine, uint32_t population,
                             uint64_t neurons);

#endif
