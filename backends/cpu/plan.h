/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file plan.h  Where everything of a program lies: results, states and scratch in the state block,
 * weights in the blob of constants. Decided once, before any code is made; the text of the program,
 * the blob, the header and the JIT read it.
 *
 * Every buffer starts at a multiple of 64 bytes and is followed by room up to the next one, so
 * vector loops run over whole vectors; what they compute in the surplus lanes is never looked at.
 * 64 more bytes end the block.
 */
#ifndef PHS_CPU_PLAN_H
#define PHS_CPU_PLAN_H

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
  size_t ring;   /**< delay: [depth][elements]; slot t mod depth is written at the end of step t */
  size_t clock;  /**< delay: i64, t mod depth */
  int64_t depth; /**< delay: the longest, in steps; 0: the result is the operand of the same step */
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
} phs_cpu_op;

typedef struct phs_cpu_plan {
  phs_arena *arena;
  const phs_net *net;
  const phs_cpu_target *target;
  const char *symbol;
  int input_count, output_count;
  int *input, *output; /**< op indices, in op order */
  phs_cpu_op *op;
  size_t list; /**< scratch: indices of the non-zero elements of one value, u32 */
  size_t state_size, blob_size;
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
/** Bytes of one element in memory. */
size_t phs_cpu_elem_size(phs_elem e);

#endif
