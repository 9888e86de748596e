/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file partition.h  The parts of phs_map_partition(): plans (pieces of populations on cores that
 * are not measured yet), how they are made, packed, measured, repaired and compared.
 */
#ifndef PHS_MAP_PARTITION_H
#define PHS_MAP_PARTITION_H

#include "map/map.h"

/** What becomes a slice. */
typedef struct phs_piece {
  uint32_t population, core;
  bool listed; /**< order[population][first .. first + count), else the box */
  phs_slice_role role;
  phs_box box;
  uint32_t first, count;
  uint32_t owner; /**< PARTIAL: index of a piece */
  uint32_t first_part, part_count;
} phs_piece;

/** A partition before it is measured. Inputs have no pieces: phs_plan_install() gives them their
 * slices. */
typedef struct phs_plan {
  phs_arena *arena; /**< of `order` */
  const phs_work *work;
  const phs_machine *machine;
  const char *name; /**< for notes: "linear cut" */
  phs_piece *piece;
  uint32_t count, room, core_count;
  phs_part *part;
  uint32_t part_count, part_room;
  uint32_t **order; /**< [population_count]; NULL: not listed */
  bool full;        /**< linear slices as large as a core holds, the last one what is left; else
                       equal ones */
  bool no_memory;   /**< something could not be added: the plan is of no use */
} phs_plan;

/** Why a network does not fit. */
typedef enum phs_fit_kind {
  PHS_FIT_OK,
  PHS_FIT_ALONE, /**< one neuron takes more than a core has */
  PHS_FIT_CORES, /**< more cores than the machine has */
  PHS_FIT_LOST   /**< cutting never came to an end */
} phs_fit_kind;
typedef struct phs_fit {
  phs_fit_kind kind;
  uint32_t population; /**< ALONE, LOST */
  phs_capacity capacity;
  double value, limit;
  uint32_t cores; /**< CORES */
} phs_fit;

/** An empty plan, or NULL without memory. */
phs_plan *phs_plan_create(const phs_work *w, const phs_machine *machine, const char *name);
/** NULL is allowed. */
void phs_plan_free(phs_plan *p);
/** Adds a piece; the count is filled in for boxes. */
void phs_plan_add(phs_plan *p, phs_piece piece);
/** Adds a part. */
void phs_plan_add_part(phs_plan *p, phs_part part);
/** Lowest neuron of a piece. */
uint32_t phs_piece_lowest(const phs_plan *p, const phs_piece *piece);
/** Writes the plan into a map as slices and cores (numbered by their first slice), and an outside
 * slice for each input. @param core_of [plan's core_count], or NULL: new numbers of cores */
phasor_status phs_plan_install(const phs_plan *p, phs_map *m, uint32_t *core_of, phs_diag *diag);
/** The plan that a map shows: to be changed and installed again. NULL without memory. */
phs_plan *phs_plan_of_map(const phs_map *m);

/** What a core can hold: the least of its own limits and of the limits of what holds it. */
void phs_core_limits(const phs_machine *machine, double limit[PHS_CAPACITIES]);
/** The most exceeded capacity of a core, or PHS_CAPACITIES; @p ratio: use over limit. */
phs_capacity phs_core_exceeded(const phs_map *m, uint32_t core, const double *limit, double *ratio);
/** Installs, measures, cuts cores that are too full, until all fit. The plan is changed with it.
 * @return PHASOR_ERROR_TARGET with @p why, unreported, when it cannot be done */
phasor_status phs_plan_settle(phs_plan *p, phs_map *m, phs_fit *why, phs_diag *diag);
/** Deliveries of a measured map, before it is placed. */
double phs_map_deliveries(const phs_map *m);

/** Splits of a grid: along each dimension in so many nearly equal pieces. */
typedef struct phs_tiling {
  uint32_t n[PHS_MAP_RANK];
} phs_tiling;
static inline uint32_t phs_tiling_count(const phs_tiling *t) {
  return t->n[0] * t->n[1] * t->n[2];
}
/** Border @p i of @p n nearly equal pieces of @p length. */
static inline uint32_t phs_cut(uint32_t length, uint32_t n, uint32_t i) {
  return (uint32_t)((uint64_t)length * i / n);
}
/** Tile @p i of a tiling, row-major. */
phs_box phs_tile(const phs_population *p, const phs_tiling *t, uint32_t i);

/** What tilings may be made of. */
typedef enum phs_tile_style {
  PHS_TILES_FREE,     /**< whatever is cheapest */
  PHS_TILES_CHANNELS, /**< groups of channels, whole planes */
  PHS_TILES_ROWS,     /**< all channels of some rows */
  PHS_TILES_PLANE,    /**< all channels of a rectangle */
  PHS_TILES_FEW,      /**< no more of them than full cores */
  PHS_TILE_STYLES
} phs_tile_style;
/**
 * A tiling for each population, whose tiles fit a core each, with the least expected deliveries.
 * @param tiling [population_count]; n[0] = 0 where no tile fits
 */
void phs_tilings_choose(const phs_work *w, const phs_machine *machine, phs_tile_style style,
                        phs_tiling *tiling);

/** Use of a core by one box, with the expected share of LIST projections. */
void phs_piece_use(const phs_work *w, const phs_machine *machine, uint32_t population,
                   const phs_box *box, double use[PHS_CAPACITIES]);
/** Whether @p use is within @p limit; else the most exceeded capacity. */
bool phs_use_fits(const double *use, const double *limit, phs_capacity *worst);

/** The linear cut: each population in index order, in slices as equal as whole rows allow. */
phasor_status phs_slice_linear(phs_plan *p, const phs_map_options *o, phs_fit *why);
/** Cuts every population by its tiling (linearly where it has none). */
phasor_status phs_slice_tiles(phs_plan *p, const phs_tiling *tiling, const phs_map_options *o,
                              phs_fit *why);
/** Cuts runs of populations alike, and puts the same tiles of all of a run on one core, where that
 * takes fewer deliveries. @param single tilings of the populations alone */
phasor_status phs_slice_joint(phs_plan *p, const phs_tiling *single, const phs_map_options *o,
                              phs_fit *why);
/** The linear cut of one population; each slice a new core. */
phasor_status phs_slice_population(phs_plan *p, uint32_t population, const phs_map_options *o,
                                   phs_fit *why);
/** Boxes (at most 5) of a range of indices. */
int phs_range_boxes(const phs_population *p, uint32_t first, uint32_t end, phs_box out[5]);
/** Small cores become one where their sums fit. */
void phs_plan_pack(phs_plan *p);

/**
 * Slices of a population of which not even one neuron fits: sums by parts of the sources.
 * @return PHASOR_OK; PHASOR_ERROR_TARGET where the machine cannot or must not
 */
phasor_status phs_slice_split(phs_plan *p, uint32_t population, const phs_map_options *o);
/** Whether a machine's cores can send sums to each other. */
bool phs_machine_sends_sums(const phs_machine *machine);

/** Up to PHS_CANDIDATES plans, settled, the one with the least deliveries first. */
enum { PHS_CANDIDATES = 3 };
typedef struct phs_candidates {
  phs_plan *plan[PHS_CANDIDATES];
  double deliveries[PHS_CANDIDATES];
  int count;
  double *bits_per_synapse; /**< [projection_count]: of LIST projections, as the linear cut has
                               them */
} phs_candidates;
/** Makes and compares plans of the mode that the options say. @p m takes the notes alone. */
phasor_status phs_partition_candidates(phs_map *m, phs_candidates *out, phs_diag *diag);
void phs_candidates_free(phs_candidates *c);

/** Whether there are so many cores that nothing but direct cuts is tried. */
bool phs_partition_is_giant(const phs_map *m);
/** The direct cut: linear, or by tilings where these need no more cores; in the map, measured. */
phasor_status phs_partition_direct(phs_map *m, phs_diag *diag);
/** A map of the same network and machine for a trial. NULL without memory. */
phs_map *phs_map_trial(const phs_map *m);
/** Adds the plans of the good mode to candidates. */
phasor_status phs_partition_good(phs_map *m, phs_candidates *out, phs_diag *diag);
/** Takes over a settled plan, or frees it where there are better ones. */
void phs_candidates_add(phs_map *m, phs_candidates *c, phs_plan *p, const phs_map *settled);

/** Reports why a network does not fit, with what would. @return PHASOR_ERROR_TARGET */
phasor_status phs_fit_report(const phs_map *m, const phs_fit *why, phs_diag *diag);
phasor_status phs_map_no_memory(phs_diag *diag, const char *what);

static inline void phs_map_tell(const phs_map *m, const char *stage, double fraction) {
  if (m->options.progress) {
    m->options.progress(m->options.user, stage, fraction);
  }
}

#endif
