/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file discretize.h  Parts of phasor-discretize: which coefficients a population has, their
 * values, its function. */
#ifndef PHS_PASSES_DISCRETIZE_H
#define PHS_PASSES_DISCRETIZE_H

#include "base/buf.h"
#include "net/net.h"

/** Coefficients of update functions, in the order in which they are arguments; docs/conventions.md
 * has the equations. */
typedef enum phs_coefficient {
  PHS_C_S,    /**< factor of the synaptic current */
  PHS_C_K,    /**< gain of its input */
  PHS_C_A,    /**< factor of the membrane */
  PHS_C_B,    /**< gain of its input */
  PHS_C_R,    /**< gain of the synaptic current */
  PHS_C_L,    /**< what the resting value adds */
  PHS_C_THR,  /**< threshold */
  PHS_C_D,    /**< threshold minus reset value */
  PHS_C_VR,   /**< reset value */
  PHS_C_CLIP, /**< lower clip, where it is a value of its own */
  PHS_C_COUNT
} phs_coefficient;

/** What a population's update function depends on, its parameters apart. */
typedef struct phs_update {
  phs_model model;
  const phs_conventions *conventions;
  bool used[PHS_C_COUNT];
} phs_update;

/** The coefficients that the model needs under the conventions; L is only left in for populations
 * with a resting value. */
phs_update phs_update_of(const phs_conventions *c, phs_model model);
/** Whether the population counts its spikes: i32 instead of i1. */
bool phs_update_counts(const phs_update *u);

/** All coefficients of neuron @p n of a population, in double, before they are rounded. @p h is the
 * step. */
void phs_coefficients(const phs_conventions *c, double h, const phs_neurons *p, size_t n,
                      double out[PHS_C_COUNT]);

/** The function's name, "lif_gt_to_value", to @p name; @return false when it does not fit. */
bool phs_update_name(const phs_update *u, char *name, size_t size);
/** Appends the text of a func.func @p name that calls the pieces of models.mlir. */
void phs_update_text(const phs_update *u, const char *name, phs_buf *out);

/** The text of models.mlir, embedded at build time. */
extern const char phs_models_text[];
extern const size_t phs_models_text_size;

#endif
