/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file run.h  What the files of the interpreter share. Everything here hangs off the
 * interpreter's arena. */
#ifndef PHS_INTERP_RUN_H
#define PHS_INTERP_RUN_H

#include "base/arena.h"
#include "interp/interp.h"

/** The elements of a value that are not zero, ascending, as f32. */
typedef struct phs_events {
  size_t *index;
  float *value;
  size_t count;
} phs_events;

/** The delay line of one PHS_OP_DELAY: for each element a ring of `steps` values. */
typedef struct phs_ring {
  size_t elem_size, count;
  const int64_t *steps; /**< one for all elements, or one for each */
  size_t *offset; /**< first value of each element's ring in `data`; NULL with one number of steps
                     for all */
  unsigned char *data;
  size_t bytes;
} phs_ring;

/** Coefficients of a population at level `net`; which of them are used depends on the model. */
typedef struct phs_equations {
  phs_model model;
  phs_conventions conventions;
  bool leak;     /**< some L is not 0 */
  size_t stride; /**< 0: one value of each coefficient for all neurons; 1: one for each */
  float *A, *B, *L, *S, *K, *R, *thr, *D, *Vr, *C;
} phs_equations;

/** A register of an update function: f32 in `f`; integers in `i`, i32 and i64 signed, i1 as 0 or 1.
 */
typedef union phs_register {
  float f;
  int64_t i;
} phs_register;

/** A checked update function. */
typedef struct phs_update {
  const phs_kernel *kernel;
  phs_scalar_type *type; /**< of each register */
  phs_register *reg;
} phs_update;

/** One op while it runs. */
typedef struct phs_op_run {
  phs_quantity out; /**< flatten and output share their operand's data */
  int state_count;
  const char *const *state_name;
  float *state[PHS_MAX_STATES];
  phs_ring *ring;           /**< delays */
  phs_equations *equations; /**< neurons without an update function */
  phs_update *update;       /**< neurons with one */
} phs_op_run;

struct phs_interp {
  const phs_net *net;
  phs_arena *arena;
  phs_op_run *op; /**< for each op of the network */
  phs_events events;
  uint64_t step;
};

size_t phs_elem_size(phs_elem e);
/** Element @p i of @p q as f32. */
float phs_quantity_at(const phs_quantity *q, size_t i);
/** The place of an op, for diagnostics. */
phs_place phs_op_place(const phs_net *net, const phs_op *op);

/* check.c: whether op @p index fits its operands; reports what does not. */
bool phs_interp_check_op(const phs_net *net, int index, phs_diag *diag);

/* ops.c: stateless ops; `y` has been checked to fit. @p init is NULL where there is none. */
void phs_run_linear(const phs_op *op, const phs_quantity *x, const float *init, float *y,
                    phs_events *scratch);
void phs_run_conv(const phs_op *op, const phs_shape *x_shape, const phs_quantity *x,
                  const float *init, float *y, phs_events *scratch);
void phs_run_pool(const phs_op *op, const phs_shape *x_shape, const phs_quantity *x, float *y);
void phs_run_scale(const phs_op *op, const phs_quantity *x, float *y);

/* delay.c: NULL with a diagnostic when the line cannot be made. */
phs_ring *phs_ring_create(phs_arena *arena, const phs_net *net, int index, phs_diag *diag);
/** The delayed values of this step; @p x (read where the delay is 0 steps) is the operand's result.
 */
void phs_ring_read(const phs_ring *r, uint64_t step, const void *x, void *y);
/** At the end of the step: stores the operand's values. */
void phs_ring_write(phs_ring *r, uint64_t step, const void *x);

/* step_net.c: populations by the equations of docs/conventions.md. */
phs_equations *phs_equations_create(phs_arena *arena, const phs_net *net, const phs_op *op,
                                    phs_diag *diag);
void phs_equations_step(const phs_equations *e, const phs_quantity *x, phs_op_run *run);

/* step_opt.c: populations by their update functions. */
phs_update *phs_update_create(phs_arena *arena, const phs_net *net, const phs_op *op,
                              phs_diag *diag);
void phs_update_step(const phs_update *u, const phs_neurons *n, const phs_quantity *x,
                     phs_op_run *run);

#endif
