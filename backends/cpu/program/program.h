/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file program.h  What generated code and the C that programs carry share: descriptions of sources
 * and synapses as constant data, and the functions that read them.
 *
 * Descriptions lie in the program's blob of constants; the compiler writes them for any machine, so
 * every field has one width and place on all of them (LP64, little-endian). Offsets count bytes
 * from the start of the blob (B), the tables (T) or the state block (S). Ranges lo, hi are
 * elements, whole tiles but for the last; arguments are pointers and 64-bit integers alone, which
 * every calling convention passes alike.
 *
 * Freestanding C, compiled to LLVM bitcode when Phasor is built (bitcode.cmake).
 */
#ifndef PHS_CPU_PROGRAM_PROGRAM_H
#define PHS_CPU_PROGRAM_PROGRAM_H

#include "synapses/plastic.h"
#include "synapses/store.h"

/** Element types in memory, as phs_elem. */
enum { PHS_PROGRAM_I1, PHS_PROGRAM_I32, PHS_PROGRAM_F32 };

/** How a projection delivers. */
enum {
  PHS_PROGRAM_STORED,     /**< rows from a table */
  PHS_PROGRAM_RECOMPUTED, /**< rows made when a source spikes */
  PHS_PROGRAM_EACH,       /**< element i to element i, one weight and delay: whole vectors */
  PHS_PROGRAM_PLASTIC
};

/** The lists of one source's elements that are not 0, tile by tile (S): u32 count[tiles], then from
 * the next multiple of 64 bytes on u16 [tiles][PHS_TILE]. */
static inline uint64_t phs_program_list_entries(uint64_t tiles) {
  return (4 * tiles + 63) & ~(uint64_t)63;
}

/** What tables hold of one projection (T): its recipe with pointers that are good here. */
typedef struct phs_program_rows {
  phs_recipe recipe;
  phs_rows rows;
} phs_program_rows;

typedef struct phs_program_projection {
  uint64_t recipe;  /**< B: phs_recipe; the arrays of its list by their offsets, 0 where absent */
  uint64_t rows;    /**< T: phs_program_rows */
  uint64_t shared;  /**< T: what rows share */
  uint64_t table;   /**< T: STORED, PLASTIC */
  uint64_t scratch; /**< T: one row for each tile, to fill the table; see phs_program_row_bytes */
  uint64_t remade;  /**< S: RECOMPUTED: one row for each tile */
  uint64_t x, list; /**< S: the source's result and lists */
  uint64_t plastic; /**< S: PLASTIC: weights and traces */
  phs_store_layout store;
  phs_plastic_layout layout; /**< PLASTIC */
  phs_plasticity rule;
  uint32_t form, elem;
  uint32_t sources, longest;
  uint32_t delay; /**< EACH: steps */
  float weight;   /**< EACH, not counted */
} phs_program_projection;

typedef struct phs_program_synapses {
  uint64_t ring;       /**< S: [tiles][depth][pitch]; f32, i32 where counted */
  uint64_t projection; /**< B: projection_count of them */
  uint32_t projection_count, counted;
  uint32_t tiles, depth, pitch, targets;
} phs_program_synapses;

/** All synapses of a program, for its tables. */
typedef struct phs_program_info {
  uint64_t synapses; /**< B: u64 [count]: B: phs_program_synapses */
  uint64_t count;
} phs_program_info;

/** Bytes of the arrays of one row of at most @p longest synapses. */
static inline uint64_t phs_program_row_bytes(uint64_t longest) {
  uint64_t half = (2 * longest + 63) & ~(uint64_t)63;
  return 4 * half;
}

/** Thresholds of one mean (B: u32 [count]). */
typedef struct phs_program_poisson {
  uint64_t threshold;
  uint64_t count;
} phs_program_poisson;

typedef struct phs_program_source {
  uint64_t key;
  int64_t start, stop;
  uint64_t count; /**< TRAIN: events; CURRENT: pieces; POISSON: phs_program_poisson at `a` */
  uint64_t a; /**< B: TRAIN, CURRENT: i64 steps; POISSON: phs_program_poisson; NOISE: f64 means */
  uint64_t b; /**< B: TRAIN: u32 elements; CURRENT: u64 [2]: offset and number of each piece's f32
                   values; POISSON: u32 for each element: which of `a`, 0: all have the first;
                   NOISE: f64 standard deviations */
  uint64_t a_count, b_count; /**< NOISE: 1 or as many as elements */
} phs_program_source;

typedef void (*phs_program_barrier)(void *user);

/** Fills the tables of a program; every part calls it, and none returns before all are done. */
void phs_program_tables(const char *blob, const phs_program_info *info, char *tables, uint64_t part,
                        uint64_t parts, phs_program_barrier barrier, void *user);

/** Lists the elements lo..hi of @p x that are not 0. */
void phs_program_list(char *list, uint64_t tiles, const void *x, uint64_t elem, uint64_t lo,
                      uint64_t hi);
/** Delivers what the sources' lists hold of step @p t into the tiles of targets lo..hi. */
void phs_program_deliver(char *state, const char *blob, const char *tables,
                         const phs_program_synapses *op, uint64_t t, uint64_t lo, uint64_t hi);

/** Plastic ops: see plastic.h for when. @p init, @p y: whole results, init NULL where there is
 * none. */
void phs_program_plastic_reset(char *state, const char *blob, const char *tables,
                               const phs_program_synapses *op);
void phs_program_plastic_arrive(char *state, const char *blob, const phs_program_synapses *op,
                                uint64_t t);
void phs_program_plastic_deliver(char *state, const char *blob, const char *tables,
                                 const phs_program_synapses *op, const float *init, float *y,
                                 uint64_t lo, uint64_t hi);
void phs_program_plastic_learn(char *state, const char *blob, const char *tables,
                               const phs_program_synapses *op, const void *z, uint64_t z_bytes,
                               const float *reward, uint64_t lo, uint64_t hi);
void phs_program_plastic_keep(char *state, const char *blob, const phs_program_synapses *op,
                              uint64_t t);

/** Elements lo..hi of a source in step @p t. */
void phs_program_poisson_step(int32_t *y, const char *blob, const phs_program_source *s, uint64_t t,
                              uint64_t lo, uint64_t hi);
void phs_program_noise_step(float *y, const char *blob, const phs_program_source *s, uint64_t t,
                            uint64_t lo, uint64_t hi);
void phs_program_train_step(int32_t *y, const char *blob, const phs_program_source *s, uint64_t t,
                            uint64_t lo, uint64_t hi);
/** @p y keeps its values from step to step. */
void phs_program_current_step(float *y, const char *blob, const phs_program_source *s, uint64_t t,
                              uint64_t lo, uint64_t hi);

#endif
