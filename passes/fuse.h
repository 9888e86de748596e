/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file fuse.h  The rewrites of phasor-fuse, on a network as plain arrays. fuse.c brings modules in
 * and out.
 *
 * Ops are edited in place: they are changed or dropped, never added or moved, so an op's index
 * stays its identity and the order of evaluation stays right. A rewrite is exact when every op that
 * is still there and was not absorbed gives the same bits in every step; other rewrites need
 * `reassociate`. Ops marked `keep` are neither dropped nor changed.
 */
#ifndef PHS_PASSES_FUSE_H
#define PHS_PASSES_FUSE_H

#include "exact.h"

#include "diag/diag.h"
#include "net/net.h"

typedef enum phs_grid_state { PHS_GRID_NEW, PHS_GRID_OPEN, PHS_GRID_DONE } phs_grid_state;

/** What the pass notes beside each op. */
typedef struct phs_fuse_op {
  bool dropped;
  bool changed; /**< its attributes or its type; operands are always looked at */
  bool renamed; /**< aliases were added, or `keep` set */
  int uses;     /**< operand slots that name it */
  phs_grid_state grid_state;
  phs_value_grid grid;
} phs_fuse_op;

typedef struct phs_fuse {
  phs_net *net;   /**< edited; new weights, names and lists go to its arena */
  phs_diag *diag; /**< notes of what was dropped */
  bool reassociate;
  phs_fuse_op *op; /**< by op of the net */
  bool no_memory;
  int depth; /**< of phs_fuse_grid() calls */
} phs_fuse;

/**
 * Runs all rewrites on f->net until none applies; f->op is allocated here, from the net's arena.
 * Dropped ops stay in the net's array, with `dropped` set, until phs_fuse_compact().
 * @return false without memory: the net is then still right, but perhaps not fully rewritten
 */
bool phs_fuse_run(phs_fuse *f);
/** Takes dropped ops out of the net; indices change, f->op is of no use any more. */
bool phs_fuse_compact(phs_fuse *f);

/* The families of rewrites. Each goes over the ops once, in order, and says whether anything
 * changed. */
bool phs_fuse_share(phs_fuse *f);  /**< identical ops become one */
bool phs_fuse_drop(phs_fuse *f);   /**< ops that do nothing; flatten and delay chains */
bool phs_fuse_scale(phs_fuse *f);  /**< factors into weights, before and after */
bool phs_fuse_linear(phs_fuse *f); /**< linear after linear, parallel edges */
bool phs_fuse_pool(phs_fuse *f);   /**< pools into the convolution or linear op before or after */

/** Drops every op from which no output and no kept op can be reached; with a note where @p tell. */
bool phs_fuse_dead(phs_fuse *f, bool tell);

/* What the families share. */

/** The grid on which op @p i's result lies, worked out when first asked for. */
phs_value_grid phs_fuse_grid(phs_fuse *f, int i);
/** Whether op @p i may be absorbed by its only user. */
bool phs_fuse_private(const phs_fuse *f, int i);
/** The only user of op @p i and whether it is named in operand slot 0; -1 when it has several, or
 * none. */
int phs_fuse_user(const phs_fuse *f, int i);
/** Operand @p slot of op i becomes @p to; an op that loses its last use thereby is dropped unless
 * kept. */
void phs_fuse_set_operand(phs_fuse *f, int i, int slot, int to);
/** Op @p i, linear or convolution, starts from nothing instead of operand 1. */
void phs_fuse_drop_init(phs_fuse *f, int i);
/** Every use of @p from becomes one of @p to. */
void phs_fuse_replace(phs_fuse *f, int from, int to);
/** Takes op @p i out, which nothing uses any more. */
void phs_fuse_drop_op(phs_fuse *f, int i);
/** Op @p i was changed: it will be written anew, and phs_fuse_forget(). */
void phs_fuse_changed(phs_fuse *f, int i);
/** Op @p i gives other values now: forgets the grids that may rest on the old ones. */
void phs_fuse_forget(phs_fuse *f, int i);
/** Steps back from @p i over flattens that nothing else reads. */
int phs_fuse_before_flattens(const phs_fuse *f, int i);
/** Sets the element type of the flattens from @p i back to (not including) @p source, which have to
 * change with it. */
void phs_fuse_retype_flattens(phs_fuse *f, int i, int source, phs_elem elem);

/** Weights of a linear or convolution op as rows. */
phs_weight_rows phs_fuse_rows(const phs_op *op);
bool phs_fuse_is_rows(const phs_op *op);
/** Other weights of the same shape; a bias of -0 must have been made +0. */
void phs_fuse_set_weight(phs_op *op, const float *w);
/** A bias, also where there was none. */
void phs_fuse_set_bias(phs_op *op, const float *b);
/** Room for @p n floats; NULL notes that there is no memory. */
float *phs_fuse_floats(phs_fuse *f, size_t n);
bool phs_fuse_finite(const float *v, size_t n);

/* fuse_window.c: a convolution and a pool as one convolution, in either order. */
bool phs_fuse_pool_after_conv(phs_fuse *f, int pool);
bool phs_fuse_conv_after_pool(phs_fuse *f, int conv);

#endif
