/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file format_recipe.h  What a recipe takes of a slice. */
#ifndef PHS_MAP_FORMAT_RECIPE_H
#define PHS_MAP_FORMAT_RECIPE_H

#include "map/format_axis.h"

/** Expected axons and synapses between two boxes. */
typedef void (*phs_pair_fn)(void *user, const phs_work *w, uint32_t projection,
                            const phs_box *source, const phs_box *target, double *axons,
                            double *synapses);
/** As phs_work_axons() and phs_work_synapses() say. */
void phs_pair_plain(void *user, const phs_work *w, uint32_t projection, const phs_box *source,
                    const phs_box *target, double *axons, double *synapses);

/**
 * A RECIPE projection onto a box, from the sources in @p source (boxes apart from each other): of
 * distance rules the sum over tiles about as large as the target, since expectations over boxes of
 * very different sizes are coarse.
 * @param pair what gives the expectations: a cache, or phs_pair_plain
 */
void phs_recipe_box_cost(const phs_work *w, uint32_t projection, const phs_machine *machine,
                         const phs_box *source, size_t boxes, const phs_box *target,
                         phs_pair_fn pair, void *user, phs_block_cost *out);

#endif
