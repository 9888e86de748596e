/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file hypergraph.h  Multilevel partitioning of directed hypergraphs under vectors of capacities.
 *
 * Vertices are neurons or groups of them. A net is what one vertex sends: its source, and its pins,
 * the vertices with a synapse from it. Minimised is the sum over nets of weight times the number of
 * parts, other than the source's own, that hold a pin: messages to deliver.
 */
#ifndef PHS_MAP_HYPERGRAPH_H
#define PHS_MAP_HYPERGRAPH_H

#include "phasor/base.h"

#define PHS_HYPER_DIMS 8
#define PHS_NO_VERTEX UINT32_MAX

typedef struct phs_hypergraph {
  uint32_t vertex_count, net_count;
  const uint64_t *row;     /**< [net_count + 1] */
  const uint32_t *pin;     /**< vertices; none twice in a net */
  const uint32_t *source;  /**< [net_count], or NULL: net i comes from vertex i; PHS_NO_VERTEX: from
                              outside */
  const float *weight;     /**< [net_count] messages a step; NULL: 1 each */
  const uint32_t *neurons; /**< [net_count] neurons that the net stands for: axons; NULL: 1 each */
  int dims;
  const float *load; /**< [vertex_count * dims] */
} phs_hypergraph;

typedef struct phs_hyper_limits {
  double capacity[PHS_HYPER_DIMS]; /**< of a part, for each dimension of loads */
  double
      axons_in; /**< of a part: sum of `neurons` over nets that have a pin in it, INFINITY: none */
  double
      axons_out; /**< sum over nets from it of `neurons` times parts with a pin, its own included */
  uint32_t most_parts;
} phs_hyper_limits;

typedef struct phs_hyper_options {
  uint64_t seed;
  int jobs;
  int effort; /**< 0: order as it is, cut where full; 1: good */
  void (*progress)(void *user, double fraction);
  void *user;
} phs_hyper_options;

typedef struct phs_hyper_result {
  uint32_t parts;
  double cost;
  /* where limits cannot be kept: what is to blame */
  uint32_t vertex; /**< that fits into no part even alone, or PHS_NO_VERTEX */
  int dimension;   /**< exceeded; dims: axons in; dims + 1: axons out; -1: parts */
} phs_hyper_result;

/**
 * @param[in,out] part [vertex_count]; out: numbered from 0 without gaps
 * @return PHASOR_OK; PHASOR_ERROR_TARGET when the limits cannot be kept (result says why);
 * PHASOR_ERROR_INTERNAL without memory. The same for every number of jobs.
 */
phasor_status phs_hyper_partition(const phs_hypergraph *h, const phs_hyper_limits *limits,
                                  const phs_hyper_options *o, uint32_t *part,
                                  phs_hyper_result *result);
/** The cost of a partition, computed plainly. */
double phs_hyper_cost(const phs_hypergraph *h, const uint32_t *part);
/**
 * Moves and swaps vertices between parts within the limits, where parts have distances:
 * minimises the sum over nets of weight times distance(part of source, part of pins).
 * @param distance of two parts, symmetric, 0 from a part to itself
 */
phasor_status phs_hyper_refine(const phs_hypergraph *h, const phs_hyper_limits *limits,
                               const phs_hyper_options *o, uint32_t parts,
                               double (*distance)(const void *user, uint32_t a, uint32_t b),
                               const void *user, uint32_t *part, double *cost);

#endif
