/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file net.h  A network as plain arrays: what importers fill, src/ir turns into the `phasor`
 * dialect and back, and the interpreter (later the mappers) read. One op here is one op of the
 * dialect.
 *
 * A network is a list of ops in the order of evaluation; each op has one result. Operands name
 * earlier ops, except those of PHS_OP_DELAY and the sources of PHS_OP_SYNAPSES, which may name any
 * op: a delay gives what its operand was `steps` steps ago, and zeros before that.
 *
 * Arithmetic is IEEE binary32, round to nearest, no contraction, no reassociation:
 *
 * - linear, conv: acc = init (or 0); acc += bias if there is one (acc = bias without init); then,
 *   for every source element with x != 0 in ascending row-major index, acc += w * (float)x.
 * - pool: acc = 0; for every source element inside the window in ascending index with x != 0,
 *   acc += (float)x; avg then divides by the number of window elements, padding included.
 * - scale: y = s * (float)x.
 * - add: y = ((float)x0 + (float)x1) + ...
 * - synapses: see phs_synapses.
 * - source: see phs_source.
 *
 * A bias of -0 is stored as +0, so that leaving out zero sources and adding their zero products are
 * the same to the bit.
 *
 * Every array hangs off the network's arena and is freed with it.
 */
#ifndef PHS_NET_NET_H
#define PHS_NET_NET_H

#include "base/arena.h"
#include "net/conventions.h"
#include "net/kernel.h"
#include "phasor/base.h"
#include "synapses/plasticity.h"
#include "synapses/recipe.h"

#define PHS_MAX_RANK 8

/** Element type of a value: a spike, a spike count, a graded value. */
typedef enum phs_elem { PHS_I1, PHS_I32, PHS_F32 } phs_elem;

/** Shape of one value in one step (no batch, no time). A scalar has rank 0 and one element. */
typedef struct phs_shape {
  int rank;
  int64_t dim[PHS_MAX_RANK];
} phs_shape;

/** Number of elements; importers have made sure that it fits (at most 2^40). */
size_t phs_shape_count(const phs_shape *s);
bool phs_shape_equal(const phs_shape *a, const phs_shape *b);
/** "[16, 34, 34]" into @p out, cut to @p size. Returns @p out. */
char *phs_shape_print(const phs_shape *s, char *out, size_t size);

/** Weights or biases, row-major. */
typedef struct phs_tensor {
  phs_shape shape;
  const float *data; /**< phs_shape_count(&shape) values, finite; NULL: absent */
} phs_tensor;

/** A value for each neuron: n == 1 stands for all of them. */
typedef struct phs_param64 {
  const double *v;
  size_t n;
} phs_param64;
typedef struct phs_param32 {
  const float *v;
  size_t n;
} phs_param32;
typedef struct phs_steps {
  const int64_t *v;
  size_t n;
} phs_steps;

typedef enum phs_op_kind {
  PHS_OP_INPUT,    /**< a named input of the network; f32 */
  PHS_OP_OUTPUT,   /**< names its operand as an output; the result is the operand */
  PHS_OP_LINEAR,   /**< y = W x + b (+ init); operands x [, init]; f32 */
  PHS_OP_CONV,     /**< cross-correlation in 1 or 2 dimensions; operands x [, init]; f32 */
  PHS_OP_POOL,     /**< sum or mean over windows; f32 */
  PHS_OP_SCALE,    /**< y = s x elementwise; f32 */
  PHS_OP_FLATTEN,  /**< merges dimensions; element type of the operand */
  PHS_OP_ADD,      /**< elementwise sum of one or more operands of one shape; f32 */
  PHS_OP_DELAY,    /**< y(t) = x(t - steps); element type of the operand; stateful */
  PHS_OP_NEURONS,  /**< a population of neurons; operands: its inputs (one current, or one for each
                      receptor of its update function); stateful */
  PHS_OP_SYNAPSES, /**< sparse projections onto one receptor of one population; f32; stateful */
  PHS_OP_SOURCE,   /**< spikes or currents that the network makes itself; no operands */
} phs_op_kind;

/** NIR's neuron models. PHS_CUSTOM: described by a kernel alone (every model is, once discretised).
 */
typedef enum phs_model {
  PHS_MODEL_I,
  PHS_MODEL_IF,
  PHS_MODEL_LI,
  PHS_MODEL_LIF,
  PHS_MODEL_CUBALI,
  PHS_MODEL_CUBALIF,
  PHS_MODEL_THRESHOLD,
  PHS_MODEL_CUSTOM
} phs_model;

#define PHS_MAX_MODEL_PARAMS 8
#define PHS_MAX_STATES 16
/* of update functions */
#define PHS_MAX_RECEPTORS 64
#define PHS_MAX_COEFFICIENTS 1024

/** A model's name, parameters and states, as in the dialect. */
typedef struct phs_model_info {
  const char *name; /**< "cuba_lif" */
  bool spiking;     /**< result: i1 or i32 (spikes_per_step many), else f32 */
  int param_count;
  const char *param[PHS_MAX_MODEL_PARAMS]; /**< order of phs_neurons.param: see models.c; times in
                                              seconds */
  int state_count;
  const char *state[PHS_MAX_STATES]; /**< "v" before "i" */
} phs_model_info;

const phs_model_info *phs_model_get(phs_model m);
/** PHS_MODEL_CUSTOM when there is no such name. */
phs_model phs_model_find(const char *name);
/** Index of a parameter of the model, or -1. */
int phs_model_param(phs_model m, const char *name);

typedef struct phs_neurons {
  phs_model model;
  /* before discretisation: parameters in the model's order, `kernel` NULL */
  phs_param64 param[PHS_MAX_MODEL_PARAMS];
  /* after: the update function and its coefficients; states start at 0 */
  const phs_kernel *kernel;
  int state_count;
  const char *state[PHS_MAX_STATES];
  int coeff_count;
  phs_param32 *coeff;
  phs_param32 initial[PHS_MAX_STATES]; /**< states before the first step; v NULL: 0. Only with
                                          `kernel`. */
} phs_neurons;

/** One projection of a PHS_OP_SYNAPSES: from the operand of the same index. */
typedef struct phs_projection {
  const char *name;
  phs_recipe recipe; /**< target_count: elements of the op's result; source_count: of the operand */
  phs_synapse_mode
      mode; /**< how to hold the synapses: a matter of back ends, never of the result */
  uint32_t line, column; /**< place in a text source, or 0 */
} phs_projection;

/**
 * Sparse projections: acc_j = sum of w x_i(t - d) over the synapses (i, j, w, d) of all
 * projections, in the order in which they were sent: by the step t - d ascending, then projection,
 * then source i, then tile and rank within the row (src/synapses/rows.h). Products and sums are
 * f32, from 0. y = acc, or init + acc. With `counted` all weights are `weight`, and acc_j = weight
 * * (float)n, where n is the sum of x_i(t - d) as an integer: exact. Sources are i1, i32 or (not
 * counted) f32; x = 0 sends nothing. x before step 0 is 0.
 *
 * The order is that of a ring buffer: stored rows and rows made again when a source spikes then add
 * alike.
 */
typedef struct phs_synapses {
  int projection_count;
  phs_projection *projection;
  bool counted;
  float weight;
  bool has_init; /**< the last operand */
  phs_plasticity plasticity;
} phs_synapses;

typedef enum phs_source_kind {
  PHS_SOURCE_POISSON, /**< i32 spike counts of independent Poisson processes */
  PHS_SOURCE_TRAIN,   /**< i32 spike counts: given spike times */
  PHS_SOURCE_CURRENT, /**< f32: piecewise constant */
  PHS_SOURCE_NOISE    /**< f32: independent normal values, one a step */
} phs_source_kind;

/**
 * A source of spikes or currents. Outside of the steps start <= t < stop it gives 0 (CURRENT: its
 * pieces say).
 * POISSON and NOISE draw word (i mod 4) of Philox4x32-10 with `key` and the counter (t low, t high,
 * i / 4, kind) for element i in step t, and turn it into a count (phs_poisson_draw) or a value,
 * (float)(mean + sd * phs_normal(word)) in binary64, by src/random/draw.h.
 */
typedef struct phs_source {
  phs_source_kind kind;
  uint64_t key;
  int64_t start, stop;
  phs_param64 mean;   /**< POISSON: expected spikes a step; NOISE: mean */
  phs_param64 sd;     /**< NOISE: standard deviation */
  size_t event_count; /**< TRAIN: ordered by step, then element; copies count */
  const int64_t *event_step;
  const uint32_t *event_element;
  size_t
      piece_count; /**< CURRENT: value k from piece_step[k] (ascending) until the next; 0 before */
  const int64_t *piece_step;
  const phs_param32 *piece_value; /**< n = 1 or one for each element */
} phs_source;

typedef struct phs_conv {
  phs_tensor weight; /**< [C_out, C_in / groups, k...]; not flipped */
  phs_tensor bias;   /**< [C_out] or absent */
  int dims;          /**< 1 or 2; dimension 0 is the only one of a 1-d convolution, else height */
  int64_t stride[2], pad_low[2], pad_high[2], dilation[2], groups;
} phs_conv;

typedef struct phs_pool {
  bool average;
  int64_t kernel[2], stride[2], pad_low[2], pad_high[2];
} phs_pool;

typedef struct phs_op {
  phs_op_kind kind;
  const char
      *name; /**< the node's name in the model, "/" between nested graphs; unique among ops that are
                not delays/adds made by the importer (those have names with a '#') */
  const char *where;     /**< HDF5 path or other place in the source, or NULL */
  uint32_t line, column; /**< place in a text source, or 0 */
  phs_shape shape;       /**< of the result */
  phs_elem elem;         /**< of the result */
  int operand_count;
  int *operand;    /**< indices into phs_net.op */
  bool keep;       /**< its result is looked at from outside: passes neither drop nor change it */
  int64_t start;   /**< first step in which the op is evaluated; before it the result is 0, states
                      stay as they are. Only populations with a kernel, linear and conv. */
  int alias_count; /**< names of ops that turned out to be the same as this one and were merged into
                      it */
  const char *const *alias;
  union {
    struct {
      phs_tensor weight; /**< [..., out, in]; leading dimensions run along those of x */
      phs_tensor bias;   /**< [..., out] or absent */
    } linear;
    phs_conv conv;
    phs_pool pool;
    struct {
      phs_param32 factor; /**< n = 1 or the number of elements */
    } scale;
    struct {
      int start, end; /**< dimensions start..end (inclusive, non-negative) become one */
    } flatten;
    struct {
      phs_param64 seconds; /**< a NIR Delay before discretisation; v NULL afterwards and for
                              recurrent delays */
      phs_steps steps; /**< v NULL before discretisation of a NIR Delay; each >= 0 (0 only outside
                          cycles) */
    } delay;
    struct {
      int64_t latency; /**< steps by which the value comes later than in the model it was made of:
                          phasor-retime's account */
    } output;
    phs_neurons neurons;
    phs_synapses synapses;
    phs_source source;
  };
} phs_op;

typedef struct phs_net {
  phs_arena *arena;
  const char *name;   /**< an identifier derived from the file name */
  const char *file;   /**< the source as the user named it, or NULL */
  const char *format; /**< "nir", "yaml", "mlir" */
  phs_conventions conventions;
  double dt; /**< seconds a step; 1 when the model has no time scale (then time counts in steps) */
  bool dt_provisional; /**< dt stands in for an unknown step: nothing may be built or run */
  bool has_time;       /**< the model has time constants or delays, or dt was given */
  bool discrete; /**< false: `net` level, true: `opt` level (every neurons op has a kernel, every
                    delay has steps) */
  int op_count;
  phs_op *op;
} phs_net;

/** An empty network with its own arena, or NULL without memory. */
phs_net *phs_net_create(void);
/** Frees the network and its arena; NULL is allowed. */
void phs_net_destroy(phs_net *n);
/** Index of the op that a user means by @p name ("lif1.lif"; for nested graphs "lif1/lif" or, where
 * that is unambiguous, "lif1.lif"), or -1. Names of merged ops find the op that stands for them. */
int phs_net_find(const phs_net *n, const char *name);
/** The projection that a user means by @p name, by the rules of phs_net_find(); NULL where there is
 * none or several could be meant. @p op (may be NULL): index of its PHS_OP_SYNAPSES. */
const phs_projection *phs_net_find_projection(const phs_net *n, const char *name, int *op);

#endif
