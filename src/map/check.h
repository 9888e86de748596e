/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file check.h  The checker of maps, in parts. Nothing here uses the stages' own code: what a
 * result should be is computed another way, plainly. */
#ifndef PHS_MAP_CHECK_H
#define PHS_MAP_CHECK_H

#include "map/map.h"

/** Reports a violation; returns PHASOR_ERROR_INTERNAL. */
phasor_status phs_map_violation(phs_diag *diag, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** Every neuron on one core, every source range of a split fan-in in one slice, indices in range.
 */
phasor_status phs_check_slices(const phs_map *m, phs_diag *diag);
/** Blocks and flows hold every synapse: compared with all synapses one by one in networks of up to
 * @p most, else on samples. */
phasor_status phs_map_check_synapses(const phs_map *m, uint64_t most, phs_diag *diag);
/** Capacities of cores, nodes and domains; one core a place; the use that is reported. */
phasor_status phs_check_capacities(const phs_map *m, phs_diag *diag);

#endif
