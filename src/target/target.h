/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file target.h  Descriptions of targets: what a chip or machine holds, how its parts are joined,
 * its number formats, what its events cost. Read from YAML; docs/format/target.md is the format.
 *
 * No number has a default. A figure is known, with a source; or unknown, because no public source
 * gives it; or absent, because the target has no such thing (then it limits nothing). Times are in
 * ms, energies in aJ, powers in fW, frequencies in 1/ms (the coherent system of units/units.h).
 */
#ifndef PHS_TARGET_TARGET_H
#define PHS_TARGET_TARGET_H

#include "base/arena.h"
#include "base/buf.h"
#include "diag/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHS_TARGET_MAX_LEVELS 12
#define PHS_TARGET_MAX_VALUES 16

/** Where numbers come from. */
typedef struct phs_target_source {
  const char *key;   /**< as figures name it */
  const char *title; /**< paper, data sheet, document */
  const char *where; /**< address, file, page; NULL: the title is enough to find it */
} phs_target_source;

typedef enum phs_figure_state {
  PHS_FIGURE_ABSENT, /**< the target has no such thing */
  PHS_FIGURE_UNKNOWN,
  PHS_FIGURE_KNOWN
} phs_figure_state;

/** A number, a range (two values) or choices (ascending). */
typedef struct phs_figure {
  phs_figure_state state;
  int count;                       /**< of values; 0 unless known */
  const double *value;             /**< ascending; NULL unless known */
  double least, most;              /**< the first and the last of them */
  const phs_target_source *source; /**< never NULL where known */
  const char *note;                /**< or NULL */
  const char *file;                /**< where it stands, for messages; NULL if absent */
  uint32_t line, column;
} phs_figure;

typedef enum phs_target_family {
  PHS_FAMILY_CPU,
  PHS_FAMILY_LOIHI,
  PHS_FAMILY_SPINNAKER,
  PHS_FAMILY_TRUENORTH,
  PHS_FAMILY_OTHER
} phs_target_family;

/** How the parts of a level are joined. */
typedef enum phs_fabric {
  PHS_FABRIC_NONE,           /**< nothing said: the innermost level */
  PHS_FABRIC_UNKNOWN,        /**< joined somehow */
  PHS_FABRIC_LOCAL,          /**< each to each alike, as by a bus or a shared memory */
  PHS_FABRIC_CONTINUED,      /**< the mesh inside goes on over the edges of the parts, and is closed
                                around the outermost level of this kind */
  PHS_FABRIC_MESH,           /**< to four neighbours */
  PHS_FABRIC_TORUS,          /**< the same, closed at the edges */
  PHS_FABRIC_HEXAGONAL_MESH, /**< to six neighbours: those of a mesh, and along one diagonal */
  PHS_FABRIC_HEXAGONAL_TORUS
} phs_fabric;

/** Directions in which a hop may cost differently. */
typedef enum phs_axis {
  PHS_AXIS_EAST_WEST,
  PHS_AXIS_NORTH_SOUTH,
  PHS_AXIS_DIAGONAL,
  PHS_AXES
} phs_axis;

/** What one of something costs. */
typedef struct phs_target_cost {
  phs_figure energy, time;
} phs_target_cost;

/** What one part of a level holds; plain counts. */
typedef enum phs_capacity {
  PHS_CAPACITY_NEURONS,
  PHS_CAPACITY_SYNAPSES,
  PHS_CAPACITY_SYNAPSE_BITS,
  PHS_CAPACITY_COMPARTMENT_FORMATS,
  PHS_CAPACITY_THRESHOLD_FORMATS,
  PHS_CAPACITY_SYNAPSE_FORMATS,
  PHS_CAPACITY_TRACE_FORMATS,
  PHS_CAPACITY_AXONS_IN,
  PHS_CAPACITY_AXONS_OUT,
  PHS_CAPACITY_AXON_TYPES,
  PHS_CAPACITY_ROUTER_ENTRIES,
  PHS_CAPACITY_CODE_BYTES,
  PHS_CAPACITY_DATA_BYTES,
  PHS_CAPACITY_SHARED_BYTES,
  PHS_CAPACITY_EMBEDDED_PROCESSORS,
  PHS_CAPACITIES
} phs_capacity;

/** How numbers are held; plain counts. */
typedef enum phs_format {
  PHS_FORMAT_WEIGHT_BITS,
  PHS_FORMAT_WEIGHT_EXPONENT,
  PHS_FORMAT_INDEX_BITS,
  PHS_FORMAT_DELAY_BITS,
  PHS_FORMAT_DELAY_STEPS,
  PHS_FORMAT_TAG_BITS,
  PHS_FORMAT_SYNAPSE_BLOCK,
  PHS_FORMAT_SYNAPSE_HEADER_BITS,
  PHS_FORMAT_SYNAPSE_WORD_BITS,
  PHS_FORMAT_ACCUMULATOR_BITS,
  PHS_FORMAT_CURRENT_BITS,
  PHS_FORMAT_STATE_BITS,
  PHS_FORMAT_STATE_FRACTION_BITS,
  PHS_FORMAT_DECAY_BITS,
  PHS_FORMAT_THRESHOLD_BITS,
  PHS_FORMAT_THRESHOLD_SHIFT,
  PHS_FORMAT_BIAS_BITS,
  PHS_FORMAT_BIAS_EXPONENT,
  PHS_FORMAT_NOISE_EXPONENT,
  PHS_FORMAT_REFRACTORY_STEPS,
  PHS_FORMAT_MESSAGE_BITS,
  PHS_FORMAT_KEY_BITS,
  PHS_FORMATS
} phs_format;

/** What happens while a network runs. */
typedef enum phs_event {
  PHS_EVENT_NEURON_ACCESS,
  PHS_EVENT_NEURON_UPDATE,
  PHS_EVENT_NEURON_UPDATE_NOISE,
  PHS_EVENT_NEURON_SPIKE,
  PHS_EVENT_SYNAPSE,
  PHS_EVENT_SYNAPSE_DENSE,
  PHS_EVENT_SYNAPSE_SPARSE,
  PHS_EVENT_SYNAPSE_CONVOLUTION,
  PHS_EVENT_DENDRITE,
  PHS_EVENT_DRAW,
  PHS_EVENT_MESSAGE_IN,
  PHS_EVENT_MESSAGE_OUT,
  PHS_EVENT_PACKET,
  PHS_EVENT_PACKET_PAYLOAD,
  PHS_EVENTS
} phs_event;

/** A cache or memory of a level. */
typedef struct phs_target_memory {
  const char *name;
  phs_figure bytes;
  phs_figure latency;          /**< ms, of a dependent load */
  phs_figure read_bytes_per_s; /**< by one core, a plain number */
} phs_target_memory;

/** Cores, chips, boards: each level is made of parts of the level before it. */
typedef struct phs_target_level {
  const char *name;    /**< "core", "tile", "chip" */
  phs_figure count;    /**< of parts in one of these; absent in the innermost level */
  phs_figure reserved; /**< of them, not for networks */
  phs_fabric fabric;
  phs_figure width, height;            /**< of a mesh or torus, in parts */
  phs_target_cost link[PHS_AXES];      /**< of one hop from part to part */
  phs_figure capacity[PHS_CAPACITIES]; /**< of one of these */
  phs_figure idle_power, active_power; /**< of one; active: what working adds */
  phs_target_memory *memory;
  int memory_count;
  const char *file;
  uint32_t line, column;
} phs_target_level;

/** A target. Everything lives in `arena`. */
typedef struct phs_target_description {
  phs_arena *arena;
  const char *name, *title, *summary;
  const char *file; /**< as it was named */
  phs_target_family family;
  const phs_target_source **source;
  int source_count;
  phs_target_level *level; /**< from the inside out; level[0] is a core */
  int level_count;
  phs_figure format[PHS_FORMATS];
  phs_target_cost event[PHS_EVENTS];
  phs_figure step, clock;    /**< ms; 1/ms */
  const char *barrier_level; /**< that the barrier counts; NULL: no barrier is described */
  phs_figure barrier_parts, barrier_time; /**< the end of a step, by how many parts are in use */
} phs_target_description;

/** Name of shipped target @p i, or NULL past the last. */
const char *phs_shipped_target(size_t i);
/** The text of a shipped target, or NULL. */
const char *phs_shipped_target_text(const char *name, size_t *size);
/** Whether @p name is the path of a description: it ends in .yaml or .yml. */
bool phs_target_is_path(const char *name);

/**
 * Reads a description: a shipped one by its name, or the file @p name.
 * @param out the description, to be freed with phs_target_free(); unchanged after an error
 * @return PHASOR_OK, or the status of the errors that were reported
 */
phasor_status phs_target_load(const char *name, phs_diag *diag, const phs_target_description **out);
/** NULL is allowed. */
void phs_target_free(const phs_target_description *d);

/** Level @p name, or -1. */
int phs_target_level_find(const phs_target_description *d, const char *name);
/**
 * How many parts of level @p inner one part of level @p outer has, less those that are reserved.
 * @param certain false where a number on the way is unknown to be reserved: then it is a bound
 * @return false where a count on the way is unknown
 */
bool phs_target_parts(const phs_target_description *d, int outer, int inner, double *parts,
                      bool *certain);
/** What one part of level @p at holds: its own capacity, or that of the level nearest inside it
 * times the parts; false where unknown or absent. */
bool phs_target_holds(const phs_target_description *d, int at, phs_capacity what, double *amount);

/** "synapse_bits": a capacity and a family as descriptions call them. */
const char *phs_capacity_name(phs_capacity c);
const char *phs_family_name(phs_target_family f);

/** All about a target as text: tables with value, unit and source. */
void phs_target_print(const phs_target_description *d, phs_buf *out);
/** The format as a JSON schema. */
void phs_target_schema(phs_buf *out);

#endif
