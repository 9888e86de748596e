/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file recipe.h  A projection as a recipe: a rule, a distribution of weights, one of delays, and a
 * stream of random numbers. Which synapses it means is defined in rows.h; nothing else is needed to
 * make any row of them at any time, in any order, on any thread.
 *
 * Plain data without pointers into libc: compiled programs carry it as it is.
 */
#ifndef PHS_SYNAPSES_RECIPE_H
#define PHS_SYNAPSES_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum phs_rule {
  PHS_RULE_ONE_TO_ONE,         /**< source i to target i; equal sizes */
  PHS_RULE_ALL_TO_ALL,         /**< every pair */
  PHS_RULE_FIXED_PROBABILITY,  /**< every pair with `probability`, independently */
  PHS_RULE_FIXED_INDEGREE,     /**< `number` synapses on each target */
  PHS_RULE_FIXED_OUTDEGREE,    /**< `number` synapses from each source */
  PHS_RULE_FIXED_TOTAL_NUMBER, /**< `number` synapses in all */
  PHS_RULE_DISTANCE,           /**< every pair with a probability of its distance on a grid */
  PHS_RULE_LIST                /**< given one by one */
} phs_rule;

typedef enum phs_profile {
  PHS_PROFILE_GAUSSIAN,    /**< probability exp(-d^2 / (2 width^2)) */
  PHS_PROFILE_EXPONENTIAL, /**< probability exp(-d / width) */
  PHS_PROFILE_DISC         /**< probability for d <= width, 0 beyond */
} phs_profile;

#define PHS_GRID_RANK 3

/** Positions of a population: element i of the row-major grid `dim` lies at the centre of its cell;
 * the grid spans `extent` (any unit of length), so that populations of different resolution cover
 * the same sheet. */
typedef struct phs_grid {
  int32_t rank; /**< 1 to PHS_GRID_RANK */
  int32_t dim[PHS_GRID_RANK];
  double extent[PHS_GRID_RANK];
} phs_grid;

typedef enum phs_distribution_kind {
  PHS_DIST_CONSTANT,   /**< a */
  PHS_DIST_UNIFORM,    /**< between a and b */
  PHS_DIST_NORMAL,     /**< mean a, standard deviation b */
  PHS_DIST_LOGNORMAL,  /**< exp of a normal of mean a, standard deviation b */
  PHS_DIST_EXPONENTIAL /**< mean a */
} phs_distribution_kind;

typedef enum phs_bound {
  PHS_BOUND_NONE,
  PHS_BOUND_CLIP,  /**< values beyond become the bound */
  PHS_BOUND_REDRAW /**< values beyond are drawn again */
} phs_bound;

typedef struct phs_distribution {
  phs_distribution_kind kind;
  phs_bound bound;
  double a, b;
  double low, high; /**< bounds; -INFINITY, INFINITY where open */
} phs_distribution;

/** Synapses given one by one, ordered by source; synapses of one source keep the order of the file.
 * weight or delay NULL: drawn from the recipe's distribution. */
typedef struct phs_synapse_list {
  size_t count;
  const uint32_t *source, *target;
  const float *weight;
  const int32_t *delay; /**< steps */
} phs_synapse_list;

typedef struct phs_recipe {
  phs_rule rule;
  uint32_t source_count, target_count; /**< at most 2^31 - 1 */
  bool same_population;                /**< source and target are one: autapses are possible */
  bool autapses;                       /**< a neuron may project to itself */
  bool multapses; /**< several synapses between one pair; indegree, outdegree, total number */
  double probability;
  uint64_t number;
  phs_profile profile; /**< distance */
  bool periodic;       /**< distance: opposite edges touch */
  double width;        /**< distance: in the unit of the grids' extents */
  double cutoff;       /**< distance: none beyond; INFINITY: none */
  phs_grid source_grid, target_grid;
  phs_synapse_list list;
  phs_distribution weight; /**< in the receptor's unit */
  phs_distribution delay;  /**< in steps, rounded to the nearest (halves up), at least 1 */
  uint64_t key;            /**< of the projection's random stream */
} phs_recipe;

/** What a back end does about a projection's synapses. */
typedef enum phs_synapse_mode {
  PHS_SYNAPSES_AUTO,     /**< not decided yet */
  PHS_SYNAPSES_STORE,    /**< a table made once */
  PHS_SYNAPSES_RECOMPUTE /**< a source's rows are made again whenever it spikes */
} phs_synapse_mode;

#endif
