/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file place_bisect.h  Inside of recursive bisection: regions of the grid, and what goes into
 * them.
 */
#ifndef PHS_MAP_PLACE_BISECT_H
#define PHS_MAP_PLACE_BISECT_H

#include "map/place_parts.h"

#include <stdatomic.h>

/** Size of what a block, or a site, holds. */
#define PLC_UNIT (1 << 24)

typedef struct plc_region {
  uint32_t x0, y0, x1, y1; /* sites, half open */
  uint32_t first, count;   /* of order */
  uint32_t column, row;    /* for its colour */
} plc_region;

typedef struct plc_bisector {
  const plc_state *s;
  const float *x, *y; /* coordinates to cut by, or NULL */
  int jobs;
  uint64_t seed;
  int tries;           /* of each cut */
  int domain;          /* whose blocks have limits, or -1 */
  int64_t *block_size; /* [items] of UNIT for a block of it; NULL: none has */
  int64_t *site_size;  /* [items] of UNIT for a site */
  uint32_t *order;     /* [items] region by region */
  uint32_t *owner;     /* [items] region at this depth */
  uint32_t *local;     /* [items] index in its region */
  uint8_t *side;       /* [items] by order */
  uint32_t *at;        /* [items] centres of their regions */
  uint32_t *present;   /* [(width + 1) * (height + 1)] sites below and to the left */
  plc_region *region, *next;
  uint32_t regions, nexts;
  uint32_t depth, colour, sweep;
  atomic_bool failed; /* without memory; set by any thread */
} plc_bisector;

/* Half of what a region is cut into. */
typedef struct plc_halves {
  plc_region half[2];
  uint32_t centre[2];
} plc_halves;

/** Kinds of blocks that the sites have. */
static inline int plc_domains(const plc_state *s) {
  return s->machine ? s->machine->domain_count : 0;
}
/** Sizes of items, and which sites are there. False without memory. */
bool plc_make_sizes(plc_bisector *b);
/** As much of the machine as the items need, so that they lie together. */
plc_region plc_whole_region(const plc_bisector *b);
/** Sizes of the items of a region, and bounds of its first half's. @param size [r->count] out */
void plc_bound(const plc_bisector *b, const plc_region *r, const plc_halves *h, plc_cut *c,
               int64_t *size);

#endif
