/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file work_recipe.h  What rules mean for boxes of neurons, in expectation and without making
 * them: phs_work_sources() and the like for PHS_WIRING_RECIPE. */
#ifndef PHS_MAP_WORK_RECIPE_H
#define PHS_MAP_WORK_RECIPE_H

#include "map/work.h"

/** Boxes that hold every source (or target) of @p box that the rule can give; of the cells of a
 * distance rule those within its reach. */
phs_box phs_recipe_sources(const phs_work *w, const phs_work_projection *p, const phs_box *target);
phs_box phs_recipe_targets(const phs_work *w, const phs_work_projection *p, const phs_box *source);
/** Expected synapses between two boxes. */
double phs_recipe_synapses(const phs_work *w, const phs_work_projection *p, const phs_box *source,
                           const phs_box *target);
/** Expected neurons of @p source with a synapse onto @p target. */
double phs_recipe_axons(const phs_work *w, const phs_work_projection *p, const phs_box *source,
                        const phs_box *target);

/** Of a distance rule; PHS_RULE_DISTANCE with grids that are those of the populations. */
phs_box phs_distance_box(const phs_work *w, const phs_work_projection *p, const phs_box *box,
                         bool forwards);
/** @param axons set to the expected number; @return expected synapses */
double phs_distance_sum(const phs_work *w, const phs_work_projection *p, const phs_box *source,
                        const phs_box *target, double *axons);
/** Whether grid @p g is that of population @p p. */
bool phs_grid_fits(const phs_grid *g, const phs_population *p);

#endif
