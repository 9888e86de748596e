/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file format_axis.h  Windows axis by axis: how many targets of an interval each source
 * coordinate has. A window is a product of its axes, so the numbers of synapses of its axons are
 * products of these.
 */
#ifndef PHS_MAP_FORMAT_AXIS_H
#define PHS_MAP_FORMAT_AXIS_H

#include "map/format.h"

/** Sources of one axis (coordinates, or variants of the kernel) with the same number of targets. */
typedef struct phs_axis_class {
  uint64_t sources;
  uint32_t targets;
} phs_axis_class;

/** Memory that is used again from call to call; zero-initialised, freed with
 * phs_axis_scratch_free(). */
typedef struct phs_axis_scratch {
  uint32_t *mark;
  size_t mark_room;
  phs_axis_class *class[PHS_MAP_RANK], *variant[PHS_MAP_RANK];
  size_t class_room[PHS_MAP_RANK], variant_room[PHS_MAP_RANK];
  size_t class_count[PHS_MAP_RANK], variant_count[PHS_MAP_RANK];
  phs_axon_class *axon;
  size_t axon_count, axon_room;
} phs_axis_scratch;

void phs_axis_scratch_free(phs_axis_scratch *s);

/**
 * Classes of one axis of a window.
 * @param low, high interval of target coordinates, half open
 * @param from, to  interval of source coordinates that count, within the source's grid
 * @return false without memory. scratch->class[axis], ascending in targets
 */
bool phs_axis_classes(const phs_window_axis *a, int axis, uint32_t low, uint32_t high,
                      uint32_t from, uint32_t to, phs_axis_scratch *scratch);
/**
 * Variants of the kernel on one axis: sets of taps that source coordinates use. Those of a source
 * near the border of the interval are clipped, and stored by themselves.
 * @return false without memory, or with too many taps to tell (then none is shared)
 */
bool phs_axis_variants(const phs_window_axis *a, int axis, uint32_t low, uint32_t high,
                       uint32_t from, uint32_t to, phs_axis_scratch *scratch);

/** What one projection takes of a slice. */
typedef struct phs_block_cost {
  uint64_t axons, synapses, bits;
  phs_synapse_format format;
} phs_block_cost;

/**
 * A WINDOW projection onto a box; exact where the projection is.
 * @param source boxes of sources that count, apart from each other; a kernel is shared where all
 * sources do
 * @return false without memory
 */
bool phs_window_cost(const phs_work *w, uint32_t projection, const phs_machine *machine,
                     const phs_box *source, size_t boxes, const phs_box *target,
                     phs_axis_scratch *scratch, phs_block_cost *out);
/**
 * A RECIPE projection onto a box of @p targets neurons: bounds that hold with all but certainty.
 * @param axons, synapses expected
 * @param longest expected synapses of the source that has most
 */
void phs_recipe_cost(const phs_work *w, uint32_t projection, const phs_machine *machine,
                     uint32_t sources, uint32_t targets, double axons, double synapses,
                     double longest, phs_block_cost *out);
/** Expected synapses of the source that has most, where the family pads rows to it; else 0. */
double phs_recipe_longest(const phs_work *w, uint32_t projection, const phs_machine *machine,
                          const phs_box *target);

/** Bits of the recipe and of what its rows share, on a core with @p targets of its targets; 0: no
 * such format here. */
uint64_t phs_recipe_bits(const phs_work *w, uint32_t projection, const phs_synapse_widths *widths,
                         uint32_t targets);
/** @p axons times @p bits, at most UINT64_MAX. */
uint64_t phs_bits_times(uint64_t axons, uint64_t bits);
uint64_t phs_bits_plus(uint64_t a, uint64_t b);
/** The cheapest of the formats that hold axons one by one. */
uint64_t phs_synapse_cheapest(const phs_synapse_widths *s, uint32_t targets,
                              const phs_axon_class *classes, size_t count,
                              phs_synapse_format *format);

/** Of a header word for each axon of a shared kernel. */
#define PHS_SHARED_AXON_BITS 64

#endif
