/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file interp.h  The reference interpreter: evaluates a network, discretised or not, slowly and
 * plainly.
 *
 * It is the oracle: every back end's program must give these very bits. Networks at level `net` are
 * stepped by the equations of docs/conventions.md written out in C (step_net.c); networks at level
 * `opt` by their kernels (step_opt.c): two implementations that tests hold against each other.
 */
#ifndef PHS_INTERP_INTERP_H
#define PHS_INTERP_INTERP_H

#include "diag/diag.h"
#include "net/net.h"

typedef struct phs_interp phs_interp;

/** A fresh run of @p net, which must outlive it, before its first step. Every synapse is made and
 * kept: 4 to 10 bytes each. NULL with a diagnostic on failure. */
phs_interp *phs_interp_create(const phs_net *net, phs_diag *diag);
void phs_interp_destroy(phs_interp *it);
/** Back to the state after creation. */
void phs_interp_reset(phs_interp *it);
/**
 * One step.
 * @param inputs one pointer for each PHS_OP_INPUT, in op order: its elements, row-major f32,
 * finite; borrowed for the call
 */
void phs_interp_step(phs_interp *it, const float *const *inputs);

/** A quantity that can be looked at after each step: an op's result, or one of a population's
 * states. */
typedef struct phs_quantity {
  phs_elem elem;
  size_t count;
  const void *data; /**< uint8_t (0/1) for PHS_I1, int32_t for PHS_I32, float for PHS_F32; valid
                       until destroy */
} phs_quantity;
/**
 * @param var "out" (any op's result), "spikes" (result of a spiking population or source), "w"
 * (weights of plastic synapses, by source, then tile, then rank), or a state name ("v", "i")
 * @return false when the op has no such quantity. States are as after the reset of the step.
 */
bool phs_interp_quantity(const phs_interp *it, int op, const char *var, phs_quantity *out);

#endif
