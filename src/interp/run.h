/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file run.h  What the files of the interpreter share. Everything here hangs off the
 * interpreter's arena. */
#ifndef PHS_INTERP_RUN_H
#define PHS_INTERP_RUN_H

#include "base/arena.h"
#include "interp/interp.h"
#include "random/draw.h"
#include "synapses/rows.h"

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

/** What a source keeps. */
typedef struct phs_source_run {
  size_t next; /**< TRAIN: first event that is still to come; CURRENT: how many pieces have begun */
  phs_poisson *counts; /**< POISSON: one for each distinct mean */
  uint32_t *which;     /**< POISSON: of `counts`, for each element; NULL: the first for all */
} phs_source_run;

/** The synapses of a projection, one after the other: by source, then tile, then rank. */
typedef struct phs_synapse_table {
  size_t sources;
  size_t *first; /**< of each source, and the end */
  uint32_t *target;
  uint16_t *delay; /**< steps - delay_low; NULL: all 0 */
  float *weight;   /**< NULL where it is not asked for */
  int32_t delay_low;
  int32_t delay_most; /**< the greatest delay that occurs; at least 1 */
} phs_synapse_table;

/** Fixed synapses and what is on its way through them: `depth` slots of one value for each target,
 * f32 sums or (counted) i32 counts. */
typedef struct phs_synapses_run {
  phs_synapse_table *table; /**< for each projection */
  size_t depth, count;
  float *sum;
  int32_t *number;
} phs_synapses_run;

/** Plastic synapses: arrays of phs_plasticity's names. */
typedef struct phs_plastic_run {
  phs_synapse_table table; /**< its weights are those before the first step */
  size_t synapses;
  float *w, *e, *P, *Q;
  float *past; /**< x of the last `delay` steps */
  size_t delay;
} phs_plastic_run;

/** One op while it runs. */
typedef struct phs_op_run {
  phs_quantity out; /**< flatten and output share their operand's data */
  int state_count;
  const char *const *state_name;
  float *state[PHS_MAX_STATES];
  phs_ring *ring;           /**< delays */
  phs_equations *equations; /**< neurons without an update function */
  phs_update *update;       /**< neurons with one */
  phs_source_run *source;
  phs_synapses_run *synapses; /**< of fixed weights */
  phs_plastic_run *plastic;
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
/** Reports PHS_RUN_NETWORK: op's name, then what is wrong with it. Always false. */
bool phs_interp_refuse(const phs_net *net, const phs_op *op, phs_diag *diag, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* check_sparse.c */
bool phs_interp_check_synapses(const phs_net *net, const phs_op *op, phs_diag *diag);
bool phs_interp_check_source(const phs_net *net, const phs_op *op, phs_diag *diag);
/** Operands that a synapses op of this form has. */
int phs_synapses_operands(const phs_synapses *s);

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

/* check_update.c: a checked update function, or NULL with a diagnostic. */
phs_update *phs_update_create(phs_arena *arena, const phs_net *net, const phs_op *op,
                              phs_diag *diag);
/** Number of operands of an instruction. */
int phs_scalar_arity(phs_scalar_op op);

/* step_opt.c: populations by their update functions. */
/** @param all the runs of all ops: the operands' are read. */
void phs_update_step(const phs_update *u, const phs_op *op, const phs_op_run *all, phs_op_run *run);

/* source.c: NULL with a diagnostic. */
phs_source_run *phs_source_create(phs_arena *arena, const phs_op *op, phs_diag *diag);
void phs_source_reset(phs_source_run *run);
void phs_source_step(const phs_source *s, uint64_t step, phs_source_run *run,
                     const phs_quantity *out);

/* synapses.c */
/** Makes every row of @p projection; false with a diagnostic. */
bool phs_synapse_table_make(phs_arena *arena, const phs_net *net, const phs_projection *projection,
                            bool weighted, phs_synapse_table *out, phs_diag *diag);
/** Reports PHS_RUN_SYNAPSE_MEMORY. */
void phs_synapse_table_too_large(const phs_net *net, const phs_projection *projection,
                                 double synapses, phs_diag *diag);
phs_synapses_run *phs_synapses_create(phs_arena *arena, const phs_net *net, const phs_op *op,
                                      phs_diag *diag);
void phs_synapses_reset(phs_synapses_run *run);
/** At the op's place: what arrives in this step. @p init NULL: nothing to start from. */
void phs_synapses_arrive(phs_synapses_run *run, const phs_synapses *s, uint64_t step,
                         const float *init, float *y);
/** At the end of the step: the spikes of this step set out. */
void phs_synapses_send(phs_synapses_run *run, const phs_op *op, uint64_t step,
                       const phs_op_run *all);

/* plastic.c: the same for weights that change. */
phs_plastic_run *phs_plastic_run_create(phs_arena *arena, const phs_net *net, const phs_op *op,
                                        phs_diag *diag);
void phs_plastic_run_reset(phs_plastic_run *run, size_t targets);
void phs_plastic_run_arrive(phs_plastic_run *run, const phs_plasticity *rule, uint64_t step,
                            const float *init, float *y, size_t targets);
/** @p reward 0 where there is none. */
void phs_plastic_run_learn(phs_plastic_run *run, const phs_plasticity *rule, uint64_t step,
                           const phs_quantity *x, const phs_quantity *z, float reward);

#endif
