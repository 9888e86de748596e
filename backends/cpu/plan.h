/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file plan.h  Where everything of a program lies: results, states and scratch in the state block,
 * weights and recipes in the blob of constants, synapses in the tables. Decided once, before any
 * code is made; the text of the program, the blob, the header and the JIT read it.
 *
 * Every buffer starts at a multiple of 64 bytes and is followed by room up to the next one, so
 * vector loops run over whole vectors; what they compute in the surplus lanes is never looked at.
 * 64 more bytes end the block.
 */
#ifndef PHS_CPU_PLAN_H
#define PHS_CPU_PLAN_H

#include "backends/cpu/program/program.h"
#include "backends/cpu/target.h"
#include "diag/diag.h"
#include "net/net.h"

#define PHS_CPU_NONE SIZE_MAX
#define PHS_CPU_ALIGN 64

/** A window over the last two dimensions; a 1-d convolution is one of height 1. */
typedef struct phs_cpu_window {
  int64_t in[2], out[2], kernel[2], stride[2], pad[2], dilation[2];
} phs_cpu_window;

typedef struct phs_cpu_op {
  int root; /**< the op whose buffer holds the result: itself, or the operand of a flatten or output
               op */
  size_t out;    /**< result in the state block: bytes 0/1, i32 or f32, row-major */
  size_t *state; /**< neurons: f32 arrays */
  size_t ring;   /**< delay: [depth][elements]; slot t mod depth is written at the end of step t.
                    synapses: as phs_program_synapses.ring */
  int64_t depth; /**< delay: the longest, in steps; 0: the result is the operand of the same step.
                    synapses: slots of the ring */
  bool uniform;  /**< delay: one for all elements */
  size_t acc;    /**< conv: [positions][groups][row]; linear over leading dimensions: one row */
  int64_t lead;  /**< linear: product of the leading dimensions */
  int64_t source,
      target;            /**< linear: elements in and out of one row; conv: channels of one group */
  size_t row;            /**< linear, conv: targets of one source, rounded up to whole vectors */
  int lanes;             /**< floats in a vector */
  phs_cpu_window window; /**< conv, pool */
  /* in the blob; PHS_CPU_NONE where there is none */
  size_t weight; /**< linear: [lead][source][row]; conv: [channel in][k...][row] */
  size_t bias;   /**< linear: [lead][row]; conv: [groups][row] */
  size_t *coeff; /**< neurons: one value for each neuron, and the last one repeated up to a whole
                    vector */
  size_t factor; /**< scale: likewise */
  size_t steps;  /**< delay: i32 for each element */
  size_t initial[PHS_MAX_STATES]; /**< neurons: states before the first step, where they differ */
  size_t descriptor;              /**< source, synapses: phs_program_source, _synapses */
  const phs_program_synapses *synapses;
  const phs_program_projection *projection; /**< of synapses */
  size_t list; /**< spike lists, where a projection reads the result; else PHS_CPU_NONE */
  int domain;  /**< whose parts make the result; -1: part 0 makes it alone */
} phs_cpu_op;

/** Ops that work on one range of elements, and whose results the same part makes: of `count`
 * elements, whole tiles. */
typedef struct phs_cpu_domain {
  size_t count;
  size_t before; /**< tiles of earlier domains, by which odd tiles are dealt out in turn */
} phs_cpu_domain;

/** Constant data that lies in the blob as it is. */
typedef struct phs_cpu_data_piece {
  size_t offset, bytes;
  const void *data;
  struct phs_cpu_data_piece *next;
} phs_cpu_data_piece;

typedef struct phs_cpu_plan {
  phs_arena *arena;
  const phs_net *net;
  const phs_cpu_target *target;
  const char *symbol;
  int64_t steps; /**< of an executable that is not told; 0: none */
  int input_count, output_count;
  int *input, *output; /**< op indices, in op order */
  phs_cpu_op *op;
  int domain_count;
  phs_cpu_domain *domain;
  size_t list;   /**< scratch: indices of the non-zero elements of one value, u32 */
  size_t time;   /**< in the state: i64, number of the step, from 0 */
  size_t tables; /**< in the state: pointer to the tables, where there are any */
  size_t info;   /**< in the blob: phs_program_info, where there are tables */
  phs_cpu_data_piece *data, *last_data; /**< in the order of their offsets */
  size_t state_size, blob_size, table_size;
} phs_cpu_plan;

/**
 * Lays out the program of @p net.
 * @param symbol prefix of the exported symbols, or NULL for the network's name
 * @param[out] out freed with phs_cpu_plan_destroy(); refers to @p net
 */
phasor_status phs_cpu_plan_create(const phs_net *net, const phs_cpu_target *target,
                                  const char *symbol, phs_diag *diag, phs_cpu_plan **out);
void phs_cpu_plan_destroy(phs_cpu_plan *p);

/** Whether the op's result is the running sum of a fan-in, which is nothing that users look at. */
bool phs_cpu_plan_partial(const phs_op *op);
/** Where quantity @p var of op @p op lies; as phs_interp_quantity(). */
bool phs_cpu_plan_quantity(const phs_cpu_plan *p, int op, const char *var, phs_elem *elem,
                           size_t *count, size_t *offset);
/** Its shape: the op's, but for weights, which lie in one row. */
phs_shape phs_cpu_quantity_shape(const phs_cpu_plan *p, int op, const char *var, size_t count);
/** Bytes of one element in memory. */
size_t phs_cpu_elem_size(phs_elem e);

#endif
