/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file tables.h  What may stand where in a YAML model: one table a mapping, one row a key. The
 * decoder of src/yaml and the JSON schema (schema.c) both follow from these tables.
 */
#ifndef PHS_IMPORT_YAML_TABLES_H
#define PHS_IMPORT_YAML_TABLES_H

#include "yaml/tables.h"

/** Forms that a value can have beside mappings by tables; the schema has a definition of each. */
typedef enum yml_form {
  YML_F_NONE,
  YML_F_VALUE,       /**< a quantity or expression of any dimension */
  YML_F_VALUES,      /**< one a neuron: a value, list, distribution or file */
  YML_F_DRAW,        /**< a value or distribution */
  YML_F_NAMES,       /**< a name or a list of names */
  YML_F_FEED,        /**< names, or receptors to names */
  YML_F_TEXTS,       /**< a list of texts */
  YML_F_STATEMENT,   /**< text: part of a model */
  YML_F_RECEPTOR,    /**< text, or a mapping by the receptor table */
  YML_F_PARAMETERS,  /**< names to values, each for all neurons or one a neuron */
  YML_F_CONSTANTS,   /**< names to values */
  YML_F_SHAPE,       /**< a list of sizes */
  YML_F_LENGTHS,     /**< a list of lengths */
  YML_F_PAIR,        /**< a list of two values */
  YML_F_WINDOW,      /**< a whole number, or one for each dimension */
  YML_F_PADDING,     /**< the same, or "same" */
  YML_F_WEIGHTS,     /**< a value, nested list, distribution or file */
  YML_F_TIMES,       /**< lists of times, or a file */
  YML_F_STEPS,       /**< lists of a time and a value */
  YML_F_CURRENT,     /**< a value, or a mapping by the current table */
  YML_F_SYNAPSES,    /**< a file, or lists of source, target, weight, delay */
  YML_F_PROJECTIONS, /**< names to projections, or a list of them */
  YML_F_INSTANCE,    /**< a network's name, or a mapping by the instance table */
  YML_F_PORTS,       /**< names to names */
  YML_F_OUTPUTS,     /**< names, or names to names */
  YML_F_RECORDS,     /**< a list of mappings by the record table */
  YML_F_CONVENTIONS, /**< names to words */
  YML_F_RULE,        /**< a rule's word, or a mapping by the rule table */
  YML_F_COUNT
} yml_form;

extern const yml_table yml_model_file, yml_network, yml_model_table, yml_receptor, yml_population,
    yml_grid, yml_projection, yml_rule, yml_distance, yml_list_file, yml_distribution_table,
    yml_value_file, yml_plasticity, yml_stdp, yml_reward_stdp, yml_input, yml_external, yml_poisson,
    yml_spikes, yml_regular, yml_current, yml_noise, yml_spike_file, yml_layer, yml_dense, yml_conv,
    yml_pool, yml_flatten, yml_scale, yml_instance, yml_record;

enum {
  FILE_PHASOR,
  FILE_NETWORK,
  FILE_DT,
  FILE_SEED,
  FILE_DURATION,
  FILE_CONVENTIONS,
  FILE_CONSTANTS,
  FILE_INCLUDE,
  FILE_MODELS,
  FILE_INPUTS,
  FILE_LAYERS,
  FILE_POPULATIONS,
  FILE_PROJECTIONS,
  FILE_NETWORKS,
  FILE_INSTANCES,
  FILE_OUTPUTS,
  FILE_RECORD,
  FILE_KEYS
};
/* Of a sub-network: the same places for what both have. */
enum { NET_PORTS = FILE_KEYS };
enum {
  MODEL_SUMMARY,
  MODEL_PARAMETERS,
  MODEL_EQUATIONS,
  MODEL_RECEPTORS,
  MODEL_THRESHOLD,
  MODEL_RESET,
  MODEL_REFRACTORY,
  MODEL_OUTPUT,
  MODEL_INITIAL,
  MODEL_METHOD,
  MODEL_KEYS
};
enum { RECEPTOR_UNIT, RECEPTOR_ON, RECEPTOR_KEYS };
enum {
  POP_SIZE,
  POP_SHAPE,
  POP_GRID,
  POP_MODEL,
  POP_PARAMETERS,
  POP_INITIAL,
  POP_METHOD,
  POP_INPUT,
  POP_KEYS
};
enum { GRID_EXTENT, GRID_KEYS };
enum {
  PROJ_NAME,
  PROJ_FROM,
  PROJ_TO,
  PROJ_RECEPTOR,
  PROJ_RULE,
  PROJ_AUTAPSES,
  PROJ_MULTAPSES,
  PROJ_WEIGHT,
  PROJ_DELAY,
  PROJ_SYNAPSES,
  PROJ_PLASTICITY,
  PROJ_KEYS
};
enum { /* in the order of phs_rule */
       RULE_ONE_TO_ONE,
       RULE_ALL_TO_ALL,
       RULE_FIXED_PROBABILITY,
       RULE_FIXED_INDEGREE,
       RULE_FIXED_OUTDEGREE,
       RULE_FIXED_TOTAL_NUMBER,
       RULE_DISTANCE,
       RULE_LIST,
       RULE_KEYS
};
enum {
  DIST_GAUSSIAN,
  DIST_EXPONENTIAL,
  DIST_DISC,
  DIST_PROBABILITY,
  DIST_CUTOFF,
  DIST_PERIODIC,
  DIST_KEYS
};
enum { LIST_FILE, LIST_WEIGHT_UNIT, LIST_DELAY_UNIT, LIST_KEYS };
enum {
  DRAW_UNIFORM,
  DRAW_NORMAL,
  DRAW_LOGNORMAL,
  DRAW_EXPONENTIAL,
  DRAW_CLIP,
  DRAW_REDRAW,
  DRAW_KEYS
};
enum { VALUE_FILE, VALUE_UNIT, VALUE_KEYS };
enum { PLASTICITY_STDP, PLASTICITY_REWARD, PLASTICITY_KEYS };
enum {
  STDP_TAU_PLUS,
  STDP_TAU_MINUS,
  STDP_A_PLUS,
  STDP_A_MINUS,
  STDP_W_MIN,
  STDP_W_MAX,
  STDP_MU_PLUS,
  STDP_MU_MINUS,
  STDP_KEYS,
  REWARD_TAU_E = STDP_KEYS, /* instead of the exponents below in yml_reward_stdp */
  REWARD_RATE,
  REWARD_REWARD,
  REWARD_KEYS
};
enum {
  INPUT_EXTERNAL,
  INPUT_POISSON,
  INPUT_SPIKES,
  INPUT_REGULAR,
  INPUT_CURRENT,
  INPUT_NOISE,
  INPUT_TO,
  INPUT_RECEPTOR,
  INPUT_WEIGHT,
  INPUT_DELAY,
  INPUT_KEYS
};
enum { EXTERNAL_SIZE, EXTERNAL_SHAPE, EXTERNAL_KEYS };
enum {
  POISSON_SIZE,
  POISSON_SHAPE,
  POISSON_RATE,
  POISSON_COUNT,
  POISSON_START,
  POISSON_STOP,
  POISSON_KEYS
};
enum { SPIKES_SIZE, SPIKES_SHAPE, SPIKES_TIMES, SPIKES_KEYS };
enum { REGULAR_SIZE, REGULAR_SHAPE, REGULAR_RATE, REGULAR_START, REGULAR_STOP, REGULAR_KEYS };
enum {
  CURRENT_SIZE,
  CURRENT_SHAPE,
  CURRENT_VALUE,
  CURRENT_STEPS,
  CURRENT_START,
  CURRENT_STOP,
  CURRENT_KEYS
};
enum { NOISE_SIZE, NOISE_SHAPE, NOISE_MEAN, NOISE_SD, NOISE_START, NOISE_STOP, NOISE_KEYS };
enum { SPIKE_FILE, SPIKE_UNIT, SPIKE_KEYS };
enum {
  LAYER_FROM,
  LAYER_DENSE,
  LAYER_CONV1D,
  LAYER_CONV2D,
  LAYER_POOL_SUM,
  LAYER_POOL_AVG,
  LAYER_FLATTEN,
  LAYER_SCALE,
  LAYER_KEYS
};
enum { DENSE_UNITS, DENSE_WEIGHTS, DENSE_BIAS, DENSE_KEYS };
enum {
  CONV_CHANNELS,
  CONV_KERNEL,
  CONV_STRIDE,
  CONV_PADDING,
  CONV_DILATION,
  CONV_GROUPS,
  CONV_WEIGHTS,
  CONV_BIAS,
  CONV_KEYS
};
enum { POOL_KERNEL, POOL_STRIDE, POOL_PADDING, POOL_KEYS };
enum { FLATTEN_START, FLATTEN_END, FLATTEN_KEYS };
enum { SCALE_FACTOR, SCALE_KEYS };
enum { INSTANCE_NETWORK, INSTANCE_CONSTANTS, INSTANCE_KEYS };
enum { RECORD_NODE, RECORD_VARIABLE, RECORD_FILE, RECORD_EVERY, RECORD_KEYS };

/** The format as a JSON schema (draft 2020-12): adds its text to @p out. */
void yml_schema(phs_buf *out);

#endif
