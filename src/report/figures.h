/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file figures.h  The numbers of a report, computed once from a map for all forms. Plain arrays
 * in an arena of their own. Values that are no finite numbers count as 0. */
#ifndef PHS_REPORT_FIGURES_H
#define PHS_REPORT_FIGURES_H

#include "map/map.h"
#include "report/floor.h"

#define PHS_REPORT_BINS 20       /**< of histograms: 5 % each, the last with all above */
#define PHS_REPORT_PERCENTILES 7 /**< least, 25, 50, 75, 90, 99, most */
#define PHS_REPORT_DEPTHS (PHS_TARGET_MAX_LEVELS + 1)

extern const double phs_report_percent[PHS_REPORT_PERCENTILES];

/** A kind of parts of the machine: cores, nodes, domains from the inside out. */
typedef struct phs_part_kind {
  const char *name;       /**< "core", "tile", "chip" */
  uint64_t total, used;   /**< that the machine has; that hold a slice */
  const double *use;      /**< [count * PHS_CAPACITIES], by number; NULL: not placed */
  const double *limit;    /**< [PHS_CAPACITIES], INFINITY where there is none */
  uint64_t count;         /**< numbers that `use` has */
  const uint8_t *in_use;  /**< [count], or NULL: all */
  const float *occupancy; /**< [count]: the fullest capacity with a limit, 1 is full */
  const uint8_t *fullest; /**< [count]: that phs_capacity, or PHS_CAPACITIES */
} phs_part_kind;

/** One capacity of one kind of parts, over those in use. */
typedef struct phs_use_row {
  int kind;
  phs_capacity what;
  double limit; /**< INFINITY: none */
  double total, mean, most;
  uint64_t most_at; /**< the first part that has most */
  double percentile[PHS_REPORT_PERCENTILES];
  uint64_t bin[PHS_REPORT_BINS]; /**< parts by occupancy; where there is a limit */
} phs_use_row;

typedef struct phs_population_row {
  uint32_t slices, partial, cores; /**< partial: of the slices */
  double synapses, bits;           /**< that come onto its neurons, as stored */
  double rate;                     /**< messages a step */
  double deliveries, local;        /**< to other cores; to the own ones */
} phs_population_row;

typedef struct phs_projection_row {
  uint32_t blocks; /**< slices that hold synapses of it */
  double synapses, bits, axons;
  uint32_t formats[PHS_SYNAPSE_FORMATS]; /**< blocks by format */
} phs_projection_row;

/** All projections from one population to another. */
typedef struct phs_pair_row {
  uint32_t source, target, projections;
  double synapses;          /**< of the work graph */
  double deliveries, local; /**< messages a step to other cores, to the own one. A message to a core
                               where several populations want it is shared among them alike. */
} phs_pair_row;

/** Energy of one step, in J; `known` false where the target does not give all that it takes. */
typedef struct phs_energy_row {
  bool known;
  double events; /**< of a step */
  double joule;
} phs_energy_row;

typedef struct phs_link_figures {
  double axis[PHS_AXES]; /**< messages a step times links within the innermost domain */
  double border;         /**< over borders of domains */
  phs_energy_row energy[PHS_AXES], border_energy;
  uint64_t links_used;
  double mean_load; /**< of those with a load */
} phs_link_figures;

typedef struct phs_figures {
  phs_arena *arena;
  const phs_map *map;
  bool cut, measured, placed, routed; /**< which stages there are results of */
  int kind_count;
  phs_part_kind kind[PHS_REPORT_DEPTHS + 1]; /**< 0: cores in use, by logical number; 1: nodes by
                                                grid number; 2 + d: blocks of domain d */
  uint32_t row_count;
  phs_use_row *row;
  const phs_use_row *tightest; /**< with the highest occupancy, or NULL */
  phs_population_row *population;
  phs_projection_row *projection;
  uint32_t pair_count;
  phs_pair_row *pair; /**< by source, then target */
  double synapses, bits;
  phs_link_figures links;
  phs_energy_row send, receive; /**< of messages at cores */
  phs_window window;     /**< of the machine, for pictures: all nodes that hold or pass anything */
  uint32_t *by_fullness; /**< [core_count]: cores, the fullest first, then by number */
  uint32_t unknown_count;
  const char **unknown; /**< what is not known, in sentences */
} phs_figures;

/** NULL without memory; freed with phs_figures_free(). @p m outlives it. */
phs_figures *phs_figures_create(const phs_map *m);
/** NULL is allowed. */
void phs_figures_free(phs_figures *f);

/** @p value, or 0 where it is below 0 or no finite number. */
double phs_report_sane(double value);
/** @p use of @p limit: 1 is full; 0 without a limit. */
double phs_report_share(double use, double limit);
/** Tables, links: parts of phs_figures_create(). False without memory. */
bool phs_figures_uses(phs_figures *f);
bool phs_figures_network(phs_figures *f);
bool phs_figures_links(phs_figures *f);

#endif
