/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file plasticity.h  How weights change by spikes: the definition that the interpreter
 * (src/interp/plastic.c) and programs (plastic.h) share.
 */
#ifndef PHS_SYNAPSES_PLASTICITY_H
#define PHS_SYNAPSES_PLASTICITY_H

#include <stdint.h>

/** Traces that have decayed below this are 0: what they would still change is nothing, and numbers
 * at the end of binary32's range take processors many times as long. */
#define PHS_TRACE_LEAST 0x1p-100F

typedef enum phs_plasticity_kind {
  PHS_PLASTICITY_NONE,
  PHS_PLASTICITY_STDP, /**< pair-based, all to all, by traces (Song, Miller & Abbott 2000;
                          Morrison, Diesmann & Gerstner 2008) */
  PHS_PLASTICITY_RSTDP /**< the same changes an eligibility trace, which reward turns into weight
                          (Izhikevich 2007) */
} phs_plasticity_kind;

/**
 * Plastic weights. The op then has one projection, whose delays are all `delay` = d steps, and
 * operands: the source x, the target population's spikes z (read at the end of the step; may stand
 * later), the reward r (RSTDP; one f32 element; likewise), then init. Let P be a trace for each
 * source, Q one for each target, both 0 at first, w the weights, e (RSTDP) an eligibility for each
 * synapse, 0 at first. In step t, all f32, synapses by source, then tile, then rank:
 *
 * At the op's place:  P = decay_plus * P; Q = decay_minus * Q;
 *   for every source i with x_i(t-d) != 0: for each of its synapses: acc_j += w * x_i(t-d);
 *   then STDP: w = clip(w - a_minus * g * Q_j), g = w with mu_minus 1, else 1 with mu_minus 0;
 *        RSTDP: e = e - a_minus * Q_j; then P_i = P_i + 1 (once a source).
 * At the end of the step, with z: for every target j with z_j != 0, each of its synapses:
 *   STDP: w = clip(w + a_plus * g * P_i), g = w_max - w with mu_plus 1, else 1;
 *   RSTDP: e = e + a_plus * P_i; then Q_j = Q_j + 1.
 * RSTDP, last in the step: if r != 0: w = clip(w + (rate * r) * e) for all; then e = decay_e * e.
 * Wherever a trace (P, Q, e) decays, a product below PHS_TRACE_LEAST in magnitude becomes 0.
 * clip(w) is the least of w_max and the greatest of w_min and w.
 * Products are taken from left to right: a_minus * g * Q is (a_minus * g) * Q, and a_minus * Q
 * where g is 1.
 */
typedef struct phs_plasticity {
  phs_plasticity_kind kind;
  float decay_plus, decay_minus; /**< exp(-dt / tau) of P and Q */
  float a_plus, a_minus;
  int32_t mu_plus, mu_minus; /**< 0 additive, 1 multiplicative */
  float w_min, w_max;
  float decay_e, rate; /**< RSTDP */
} phs_plasticity;

#endif
