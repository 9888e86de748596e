/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file partition_graph.h  A network as a hypergraph: atoms (single neurons of populations with
 * listed synapses, boxes of the others) and what they send. Used before placing, and after it with
 * the distances of places.
 */
#ifndef PHS_MAP_PARTITION_GRAPH_H
#define PHS_MAP_PARTITION_GRAPH_H

#include "map/hypergraph.h"
#include "map/partition.h"

/** What never lies on two cores. Atoms of a population are numbered together, row-major where they
 * form a grid. */
typedef struct phs_atoms {
  phs_arena *arena;
  const phs_work *work;
  const phs_machine *machine;
  uint32_t count;
  uint32_t *first;  /**< [population_count + 1]; inputs have none */
  phs_box *box;     /**< [count], of populations that are not fine: bounding boxes */
  phs_tiling *grid; /**< [population_count]: a regular grid of atoms; n[0] == 0: irregular */
  bool *fine;       /**< [population_count]: each neuron is an atom */
} phs_atoms;

/** Atoms that cut each tile in about @p pieces. @return NULL without memory */
phs_atoms *phs_atoms_of_tilings(const phs_work *w, const phs_machine *machine,
                                const phs_tiling *tiling, uint32_t pieces);
/** Atoms that cut each slice of a map in about @p pieces; listed slices in neurons.
 * @param core set to the map's core of each atom, in the atoms' arena */
phs_atoms *phs_atoms_of_map(const phs_map *m, uint32_t pieces, uint32_t **core);
/** NULL is allowed. */
void phs_atoms_free(phs_atoms *a);
/** Whether populations are treated neuron by neuron: they have listed synapses. */
bool phs_population_is_fine(const phs_work *w, uint32_t population);

/** Whether a partition of atoms may find more than tiles: not for rules, whose neurons are reached
 * alike, or by their distance. */
bool phs_work_has_structure(const phs_work *w);

/** A hypergraph over atoms, and the limits of parts. Owns its arrays. */
typedef struct phs_atom_graph {
  phs_hypergraph h;
  phs_hyper_limits limits;
  phs_capacity dimension[PHS_HYPER_DIMS];
  uint64_t *row;
  uint32_t *pin, *source, *neurons;
  float *weight, *load;
} phs_atom_graph;

/**
 * @param shared what a part is taken to hold of memories that atoms share (kernels), times the
 * share that an atom has of a core that is full of its population: 1 is exact for such cores
 * @param tile  [population_count] boxes that fill a core
 * @param bits_per_synapse [projection_count], of LIST projections
 * @param most_pins give up beyond
 * @return PHASOR_OK; PHASOR_ERROR_TARGET, unreported, beyond most_pins; PHASOR_ERROR_INTERNAL
 */
phasor_status phs_atom_graph_create(const phs_atoms *a, const phs_box *tile, double shared,
                                    const double *bits_per_synapse, uint64_t most_pins,
                                    phs_atom_graph *out);
/** Fills loads, dimensions and limits in; part of phs_atom_graph_create(), and to change `shared`
 * alone. @return false without memory */
bool phs_atom_graph_load(phs_atom_graph *g, const phs_atoms *a, const phs_box *tile, double shared,
                         const double *bits_per_synapse);
void phs_atom_graph_free(phs_atom_graph *g);

/** The plan of a partition of atoms; parts without atoms are allowed. NULL without memory. */
phs_plan *phs_plan_of_atoms(const phs_atoms *a, const uint32_t *part, uint32_t parts,
                            const char *name);

/** Expected bits of a synapse of each LIST projection, by the blocks of a measured map (NULL:
 * by the widths alone). @return [projection_count], to be freed; NULL without memory */
double *phs_bits_per_synapse(const phs_work *w, const phs_machine *machine,
                             const phs_map *measured);

#endif
