/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file map.h  A network on a machine: slices of populations, cores that hold them, places of the
 * cores, messages between them, memories, routes. Each stage fills its part and nothing later
 * changes it (but phs_map_refine(), which moves neurons between cores before routing):
 *
 *   phs_map_partition() slices, cores     phs_map_measure() flows, blocks, use of cores
 *   phs_map_place()     core.place        phs_map_route()   routing
 *   phs_map_check() holds all of it against the work graph and the machine, independently
 *
 * phs_map_network() calls them in order. Everything lives in the map's arena; nothing depends on
 * the number of threads.
 */
#ifndef PHS_MAP_MAP_H
#define PHS_MAP_MAP_H

#include "map/machine.h"
#include "map/work.h"

#define PHS_OUTSIDE UINT32_MAX
#define PHS_UNPLACED UINT32_MAX

typedef enum phs_map_mode {
  PHS_MAP_GOOD, /**< least traffic */
  PHS_MAP_FAST  /**< a linear cut, placed along a space-filling curve */
} phs_map_mode;

/** Told where a long stage stands; @p fraction from 0 to 1, or below 0. */
typedef void (*phs_map_progress)(void *user, const char *stage, double fraction);

typedef struct phs_map_options {
  phs_map_mode mode;
  uint64_t seed;
  int jobs;
  bool no_split; /**< refuse fan-in beyond a core instead of splitting it */
  phs_map_progress progress;
  void *user;
} phs_map_options;

/** How the synapses of one projection onto one slice are held. */
typedef enum phs_synapse_format {
  PHS_SYNAPSES_DENSE,  /**< a weight for every target of the slice, zeros included */
  PHS_SYNAPSES_BITMAP, /**< a bit for every target, weights of those that are set */
  PHS_SYNAPSES_INDEX,  /**< index and weight (and delay) of each synapse */
  PHS_SYNAPSES_SHARED, /**< the kernel once, for each axon where it applies */
  PHS_SYNAPSES_RECIPE, /**< made again from the rule when a spike comes */
  PHS_SYNAPSE_FORMATS
} phs_synapse_format;
/** "dense", "bitmap", "index", "shared", "recipe". */
const char *phs_synapse_format_name(phs_synapse_format f);

typedef enum phs_slice_role {
  PHS_SLICE_NEURONS,
  PHS_SLICE_PARTIAL /**< adds up a part of the synapses of its owner's neurons and sends the sums */
} phs_slice_role;

/** Which synapses of a projection a slice holds, where not all of its neurons': those from sources
 * first <= i < end. */
typedef struct phs_part {
  uint32_t projection, first, end;
} phs_part;

/** Neurons of one population on one core. */
typedef struct phs_slice {
  uint32_t population;
  uint32_t core;  /**< index into phs_map.core; PHS_OUTSIDE for inputs */
  bool listed;    /**< its neurons are phs_map.order[population][first .. first + count), ascending;
                     else the box */
  phs_box box;    /**< where not listed */
  uint32_t first; /**< where listed */
  uint32_t count;
  phs_slice_role role;
  uint32_t owner;                  /**< PARTIAL: the slice that gets its sums; else itself */
  uint32_t first_part, part_count; /**< phs_map.part; part_count 0: all synapses of its neurons */
} phs_slice;

/** A core in use, before it has a place. */
typedef struct phs_core {
  uint32_t first_slice, slice_count; /**< phs_map.slice_of */
  uint32_t place;                    /**< of the machine, or PHS_UNPLACED */
} phs_core;

/** Messages from slices to cores. An axon is one neuron with a synapse on a core. */
typedef struct phs_flows {
  uint64_t *row;   /**< [slice_count + 1] */
  uint32_t *core;  /**< destinations of a slice, ascending; its own core, too, where it projects
                      onto itself */
  uint32_t *axons; /**< neurons of the slice with a synapse there; of recipes a bound that holds
                      with all but certainty (format.h) */
  float *rate;     /**< expected messages a step of those neurons */
} phs_flows;

/** Memory of one projection's synapses onto one slice. */
typedef struct phs_block {
  uint32_t projection;
  phs_synapse_format format;
  uint32_t axons;    /**< sources with a synapse here */
  uint64_t synapses; /**< of recipes a bound */
  uint64_t bits;
} phs_block;

/** An entry of a routing table: keys with (key & mask) == entry.key go where `route` says. */
typedef struct phs_route_entry {
  uint32_t key, mask;
  uint32_t route; /**< bit d < 6: link in phs_direction d; bit 6 + k: core k of the node */
} phs_route_entry;

/** Keys and tables of machines that route by multicast tables. */
typedef struct phs_tables {
  uint32_t *key,
      *mask;     /**< [slice_count]: neuron i of the slice sends key + i; mask 0: sends nothing */
  uint64_t *row; /**< [grid_count + 1] */
  phs_route_entry *entry; /**< first match wins; what matches none goes straight on */
  uint32_t *before;       /**< [grid_count]: entries before minimisation, default routes left out */
  uint64_t total, total_before;
  uint32_t most, most_before; /**< of one node */
} phs_tables;

typedef struct phs_routing {
  float *load; /**< [grid_count * PHS_DIRECTIONS]: messages a step that leave the node that way */
  double worst_load;
  uint32_t worst_node;
  phs_direction worst_direction;
  double links; /**< messages a step times links crossed, as routed (a multicast tree once) */
  double border_links; /**< of them over borders of domain 0 */
  phs_tables *tables;  /**< or NULL: each message carries its destination */
} phs_routing;

/** Sums over all flows, in messages a step. */
typedef struct phs_traffic {
  double messages;      /**< that neurons send: a spike counts once */
  double deliveries;    /**< times destination cores other than their own */
  double spike_hops;    /**< times phs_machine_hops(): the figure that mapping minimises */
  double weighted_hops; /**< times phs_machine_cost() */
  double from_outside;  /**< deliveries of inputs; not in the others */
} phs_traffic;

typedef struct phs_map {
  phs_arena *arena;
  const phs_work *work;       /**< borrowed */
  const phs_machine *machine; /**< borrowed */
  phs_map_options options;
  /* phs_map_partition() */
  uint32_t slice_count, core_count;
  phs_slice *slice; /**< by population, then ascending within it */
  phs_core *core;
  uint32_t *slice_of;    /**< slices of cores, core by core, ascending */
  uint32_t *first_slice; /**< [population_count + 1]: a population's slices */
  uint32_t **order;      /**< [population_count]: permutation of listed populations, else NULL */
  phs_part *part;
  uint32_t part_count;
  /* phs_map_measure() */
  phs_arena *measured; /**< of the arrays below: measuring again frees them first */
  phs_flows flows;
  uint64_t *block_row; /**< [slice_count + 1] */
  phs_block *block;
  double *use; /**< [core_count * PHS_CAPACITIES] */
  /* phs_map_place() */
  phs_traffic traffic;
  /* phs_map_route() */
  phs_routing routing;
  /* what was tried, decided and given up, in order; sentences for people */
  char **note;
  size_t note_count, note_room;
} phs_map;

static inline double *phs_core_use(const phs_map *m, uint32_t core) {
  return m->use + (size_t)core * PHS_CAPACITIES;
}

/** An empty map. NULL without memory. */
phs_map *phs_map_create(const phs_work *w, const phs_machine *machine, const phs_map_options *o);
/** NULL is allowed. */
void phs_map_free(phs_map *m);
/** Adds a note; without memory it is dropped. */
void phs_map_note(phs_map *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Index among a slice's neurons of neuron @p index of its population, or UINT32_MAX. */
uint32_t phs_slice_find(const phs_map *m, uint32_t slice, uint32_t index);
/** Neuron @p i of a slice: its index in the population. */
uint32_t phs_slice_neuron(const phs_map *m, uint32_t slice, uint32_t i);
/** Messages a step that a slice's neurons send. */
double phs_slice_rate(const phs_map *m, uint32_t slice);

/**
 * A map from any assignment of neurons to cores: what baselines and tests start from.
 * @param core [population_count] arrays of a logical core for each neuron (NULL for inputs);
 * cores are numbered from 0 without gaps
 */
phasor_status phs_map_assign(phs_map *m, const uint32_t *const *core, uint32_t core_count,
                             phs_diag *diag);
/** Cuts the network into slices on cores, within every capacity; `measure`d on return. */
phasor_status phs_map_partition(phs_map *m, phs_diag *diag);
/** Flows, blocks and use of the slices as they are. */
phasor_status phs_map_measure(phs_map *m, phs_diag *diag);
/** Gives each core a place, within the capacities of nodes and domains; sums the traffic. */
phasor_status phs_map_place(phs_map *m, phs_diag *diag);
/** Sums of the flows over the places. */
void phs_map_traffic(phs_map *m);
/** Moves neurons between placed cores where that lessens the weighted hops; measured on return. */
phasor_status phs_map_refine(phs_map *m, phs_diag *diag);
/** Routes, loads of links; keys and tables where the machine has router entries. */
phasor_status phs_map_route(phs_map *m, phs_diag *diag);
/**
 * Checks a finished map, with nothing taken from the stages but the result: every neuron once,
 * every synapse served once, capacities of cores, nodes, domains and routers, one core a place,
 * every key arrives where its flows say and nowhere else.
 * @return PHASOR_OK, or PHASOR_ERROR_INTERNAL with a diagnostic for the first violation
 */
phasor_status phs_map_check(const phs_map *m, phs_diag *diag);

/** All stages. @param out freed with phs_map_free(), before the work graph and the machine */
phasor_status phs_map_network(const phs_work *w, const phs_machine *machine,
                              const phs_map_options *o, phs_diag *diag, phs_map **out);
/** The same. @param tried after a failure a map with the notes of what was tried, of use for
 * nothing else and freed like @p out, or NULL; NULL after success */
phasor_status phs_map_network_tried(const phs_work *w, const phs_machine *machine,
                                    const phs_map_options *o, phs_diag *diag, phs_map **out,
                                    phs_map **tried);

/** "neurons", "synapse bits": what a capacity counts, in words of messages. */
const char *phs_capacity_words(phs_capacity c);

#endif
