/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file work_build.h  Making work graphs: what the files of phs_work_create() share. */
#ifndef PHS_MAP_WORK_BUILD_H
#define PHS_MAP_WORK_BUILD_H

#include "map/window.h"

typedef struct phs_dims {
  uint32_t dim[PHS_MAP_RANK];
} phs_dims;

static inline bool phs_dims_equal(const phs_dims *a, const phs_dims *b) {
  return a->dim[0] == b->dim[0] && a->dim[1] == b->dim[1] && a->dim[2] == b->dim[2];
}

/** What is known of a set of weights. */
typedef struct phs_weights {
  uint64_t count, kept; /**< kept: neither 0 nor pruned */
  double low, high;     /**< of the kept ones */
  bool integer;         /**< all kept ones are integers of at most 24 bits */
  uint64_t nonzero;     /**< before pruning */
  double sum, dropped;  /**< magnitudes: of all, of those pruned; 0 where nothing is pruned */
} phs_weights;

/** Looks at @p n weights. */
void phs_weights_scan(const float *w, size_t n, double prune_below, phs_weights *out);
/** The same of values that a distribution gives. */
void phs_weights_drawn(const phs_distribution *d, phs_weights *out);
static inline bool phs_weight_kept(float w, float prune_below) {
  return w != 0.0F && (w < 0.0F ? -w : w) >= prune_below;
}

typedef enum phs_path_kind {
  PHS_PATH_IDENTITY, /**< element by element */
  PHS_PATH_WINDOW,
  PHS_PATH_LIST,
  PHS_PATH_RECIPE
} phs_path_kind;

/** The way from a receptor of neurons backwards to some op: what arrives of its result. */
typedef struct phs_path {
  phs_path_kind kind;
  phs_window_axis axis[PHS_MAP_RANK]; /**< WINDOW: from the target's grid to `grid` */
  phs_dims grid;
  bool exact;
  bool shift;          /**< weights depend on offsets alone */
  bool overlap;        /**< several ways between one pair: weights add up */
  int64_t least, most; /**< delay in steps */
  int named;           /**< op that gives the projection its name, or -1 */
  int weighted;        /**< ops with weights on the way */
  phs_weights weights; /**< of the last of them */
  bool mixed, negative;
  double factor;                    /**< of all else */
  const phs_projection *projection; /**< that is named instead of the op, or NULL */
  const phs_recipe *recipe;         /**< RECIPE, LIST of a recipe */
  int list;                         /**< LIST of a linear op, or -1 */
  bool counted, plastic;
} phs_path;

/** A projection before populations have numbers. */
typedef struct phs_link {
  int source, target; /**< ops */
  int receptor;
  phs_path path;
} phs_link;

/** Different rules of distance whose expected numbers of synapses are kept: each takes some 10 ms,
 * and networks repeat few of them thousands of times. */
#define PHS_KEPT_RULES 16

typedef struct phs_work_build {
  const phs_net *net;
  const phs_work_options *o;
  phs_diag *diag;
  phasor_status status; /**< of what was reported */
  phs_arena *scratch;
  phs_work *w;
  phs_dims *grid;       /**< [op_count] of populations */
  uint8_t *scanned;     /**< [op_count] */
  phs_weights *weights; /**< [op_count] of linear, conv, scale */
  phs_link *link;       /**< malloc'd */
  size_t link_count, link_room;
  phs_pruned *pruned; /**< malloc'd */
  size_t pruned_count, pruned_room;
  uint32_t *population;                   /**< [op_count] or UINT32_MAX */
  const phs_recipe *rule[PHS_KEPT_RULES]; /**< the last ones */
  double expected[PHS_KEPT_RULES];
  uint32_t rule_count; /**< ever kept */
} phs_work_build;

static inline bool phs_op_is_population(const phs_op *op) {
  return op->kind == PHS_OP_NEURONS || op->kind == PHS_OP_SOURCE || op->kind == PHS_OP_INPUT;
}
/** Element k of the result is element k of the operands (scaled, delayed, added). */
static inline bool phs_op_is_elementwise(const phs_op *op) {
  return op->kind == PHS_OP_SCALE || op->kind == PHS_OP_FLATTEN || op->kind == PHS_OP_ADD ||
         op->kind == PHS_OP_DELAY || op->kind == PHS_OP_OUTPUT;
}
/** A current that is constant from the first step on: a bias. */
bool phs_source_is_bias(const phs_op *op);
/** Index of the operand that an op starts its sums with, or -1. */
int phs_op_init(const phs_op *op);
phs_place phs_work_place(const phs_net *n, const phs_op *op);

/** work_grid.c: channels, height, width of a shape. */
phs_dims phs_shape_dims(const phs_shape *s);
/** Grids of all populations. */
bool phs_work_grids(phs_work_build *b);

/** work_compose.c: @p path, which ends at the result of an op, goes on to its operand. */
typedef struct phs_op_window {
  phs_window_axis axis[PHS_MAP_RANK];
  phs_dims out, in;
  bool all; /**< all of the operand for every element of the result, whatever their grids */
  bool exact;
} phs_op_window;
void phs_path_through(phs_path *path, const phs_dims *target, const phs_op_window *v);
/** Makes a path's window one into a grid @p to of as many elements. */
void phs_path_regrid(phs_path *path, const phs_dims *target, const phs_dims *to);
/** Every target has all of @p in, as a bound. */
void phs_path_bound(phs_path *path, const phs_dims *in);
/** Mids of window @p b, and sources of window @p a of each: one window. @p exact becomes false
 * where it is only a bound, @p overlap true where a pair has several ways. */
phs_window_axis phs_axis_compose(const phs_window_axis *b, const phs_window_axis *a,
                                 uint32_t targets, uint32_t mids, uint32_t sources, bool *exact,
                                 bool *overlap);

/** work_walk.c: fills link. False with a diagnostic, or without memory. */
bool phs_work_walk(phs_work_build *b);

typedef enum phs_path_step {
  PHS_PATH_ENTER,
  PHS_PATH_SKIP, /**< nothing comes that way */
  PHS_PATH_FAIL  /**< without memory */
} phs_path_step;
/** work_ops.c: a path to the result of op @p at goes on to its operand @p i.
 * @param target grid of the neurons where it begins */
phs_path_step phs_path_enter(phs_work_build *b, const phs_dims *target, int at, int i,
                             phs_path *path);
/** Weights of a linear, conv or scale op, looked at once. */
const phs_weights *phs_work_weights(phs_work_build *b, int op);
bool phs_work_note_pruned(phs_work_build *b, const char *name, const phs_weights *w,
                          double synapses_each);

/** work_list.c: a link's synapses one by one, in the work graph's arena. False without memory. */
bool phs_list_of_linear(phs_work_build *b, const phs_op *op, phs_csr *out);
bool phs_list_of_recipe(phs_work_build *b, const phs_recipe *r, phs_csr *out);
bool phs_list_of_identity(phs_work_build *b, uint32_t count, phs_csr *out);

/** work_expect.c: phs_recipe_expected(), once for rules that are alike. */
double phs_work_expected(phs_work_build *b, const phs_recipe *r);

/** work_neurons.c: formats and thresholds of neurons. */
bool phs_work_formats(phs_work_build *b, const phs_op *op, phs_population *p);
/** work_rates.c: what populations are expected to send. */
bool phs_work_rates(phs_work_build *b);

#endif
