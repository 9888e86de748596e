/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file yaml.h  Inside the YAML importer. The way of a model:
 *   ../../yaml                   files, trees with places, mappings against tables, quantities
 *   tables.c, schema.c           what may stand where
 *   scope.c, settings.c          includes and instances; what is said once
 *   constants.c, expression.c    named quantities; expressions
 *   draw.c, values.c, weights.c  distributions; values for each neuron, for each weight
 *   array.c, array_hdf5.c, csv.c files of numbers
 *   model.c                      models written as equations
 *   elements.c                   names of inputs, layers, populations; what they say:
 *   inputs.c, sources.c, spikes.c, layers.c, populations.c, receptors.c
 *   projections.c, rules.c, list.c, plasticity.c   synapses
 *   build.c, records.c           ops in their order; outputs and records
 *
 * Functions that return bool give false after they have reported an error. Everything that the
 * network keeps lives in its arena, everything else in `scratch`.
 */
#ifndef PHS_IMPORT_YAML_YAML_H
#define PHS_IMPORT_YAML_YAML_H

#include "equations/expression.h"
#include "equations/model.h"
#include "import/import.h"
#include "import/yaml/tables.h"
#include "units/units.h"
#include "yaml/reader.h"

#define YML_MAX_FILES 256
#define YML_MAX_ELEMENTS 16384
#define YML_MAX_INSTANCES 16384
#define YML_MAX_CONSTANTS ((size_t)1 << 20) /* of all instances together */
#define YML_MAX_PROJECTIONS 65536
#define YML_MAX_NESTING 16 /* instances in instances, includes in includes */
#define YML_MAX_SIZE ((int64_t)1 << 31)
#define YML_MAX_VALUES ((int64_t)1 << 28) /* of one file */
#define YML_MAX_DRAWN ((size_t)1 << 26)   /* values drawn at import */
#define YML_MAX_EVENTS ((int64_t)1 << 24) /* spikes of one input */
#define YML_MAX_DELAY 65535               /* steps */

typedef struct yml_element yml_element;
typedef struct yml_draft yml_draft;

/* ---- scope.c ---- */

typedef struct yml_constant {
  const char *name;
  const yml_node *key, *node;
  yml_scope *scope; /**< whose names its expression sees */
  int state;        /**< 0 new, 1 being evaluated, 2 done, 3 failed */
  phs_value value;
  bool used;
} yml_constant;

/** A network: the model itself, or one instance of a sub-network. */
struct yml_scope {
  const char *prefix; /**< "" or "left/" */
  yml_scope *parent;  /**< the scope that the instance stands in, or NULL */
  int depth;
  int part_count, part_cap;
  yml_field **part; /**< fields of YML_TABLE_MODEL_FILE for the model (one a file), of
                       YML_TABLE_NETWORK for an instance */
  yml_constant **constant;
  size_t constant_count, constant_cap;
  yml_index constants;
  yml_scope *instance, *last; /**< the instances in it, by `next` */
  yml_scope *next;
  const char *name; /**< of the instance, as its scope calls it */
  const yml_node *key;
};

/** Reads a model file and what it includes into the root scope. */
bool yml_read_files(yml_reader *r, const char *path);
/** Step, seed, duration, conventions. */
bool yml_read_settings(yml_reader *r);
/** Makes the instances of @p scope, and theirs. */
bool yml_read_instances(yml_reader *r, yml_scope *scope);
/** Walks over the pairs of a section in all parts of a scope. */
typedef bool (*yml_each_fn)(yml_reader *r, yml_scope *scope, const yml_pair *pair);
bool yml_each(yml_reader *r, yml_scope *scope, int section, yml_each_fn fn);

/* ---- the reader ---- */

/** What a reader of models keeps: yml_reader.in. Its arena is the network's. */
struct yml_import {
  const phs_yaml_options *options;
  phs_net *net;
  uint64_t seed;
  double dt;       /**< ms */
  int64_t steps;   /**< of the duration; 0: not given */
  double duration; /**< ms; 0: not given */
  yml_scope *root;
  const yml_node *document; /**< of the model itself; NULL: it cannot be read */
  yml_element **element;    /**< in the order of the files */
  int element_count, element_cap;
  yml_index elements;
  struct yml_use *use;           /**< models that were compiled */
  yml_draft *first[4], *last[4]; /**< by yml_place_of */
  int draft_count;
  yml_index names;    /**< of ops and projections */
  yml_index suffixes; /**< names wanted more than once, with their last number */
  size_t values_left; /**< that may still be drawn */
  int projection_count, instance_count;
  size_t constant_count;
  int constant_depth;       /**< constants being evaluated for others */
  int settling;             /**< elements being settled for others */
  bool incomplete;          /**< a file or section is not there, which has been told: names may be
                               defined in it */
  const char *unknown_name; /**< the last name of an expression that is no constant */
  bool constant_wrong;      /**< an expression failed for a constant that was told of already */
};

/* ---- constants.c, expression.c ---- */

bool yml_read_constants(yml_reader *r, yml_scope *scope);
/** Finds a constant in @p scope or around it. */
yml_constant *yml_constant_find(yml_scope *scope, const char *name);
bool yml_constant_value(yml_reader *r, yml_constant *c);
/** A time in steps: a multiple of dt within 1e-6. */
bool yml_steps(yml_reader *r, const yml_node *n, double ms, const char *what, int64_t *out);

/** What texts of models mean. */
extern const yml_language yml_expressions;

/* ---- draw.c ---- */

/** A constant or a distribution. */
bool yml_distribution(yml_reader *r, yml_scope *scope, const yml_node *n, phs_dimension want,
                      const char *what, phs_distribution *out);
/** @p count values of @p d by the stream @p name; NULL after an error. */
double *yml_draw(yml_reader *r, const yml_node *n, const phs_distribution *d, const char *name,
                 size_t count, phs_arena *arena);

/* ---- array.c, array_hdf5.c, csv.c ---- */

/** Numbers of a file: .npy, or .h5 with the path of a dataset ("file.h5:/a/b"). */
typedef struct yml_array {
  phs_shape shape;
  const double *v; /**< row-major, finite and within binary32; scratch */
  size_t count;
} yml_array;
bool yml_array_read(yml_reader *r, const yml_node *n, yml_array *out);
bool yml_array_hdf5(yml_reader *r, const yml_node *n, const char *file, const char *path,
                    yml_array *out);
/** yml_load() of a file of numbers; false after an error at @p n, which names it. */
bool yml_load_numbers(yml_reader *r, const yml_node *n, const char *path, unsigned char **data,
                      size_t *size);
/** Notes a file that was read, so that no output replaces it. */
bool yml_note_file(yml_reader *r, const char *path);
/** Rows of numbers from a .csv, .npy or .h5 file: @p least to @p most columns. */
bool yml_rows_read(yml_reader *r, const yml_node *n, int least, int most, yml_array *out);
/** Whether a text names a file of numbers (.npy, .h5, .hdf5). */
bool yml_names_array(const char *text);

/** A value, list, distribution, expression or file: 1 value or @p count. */
bool yml_values(yml_reader *r, yml_scope *scope, const yml_node *n, size_t count,
                phs_dimension want, const char *what, const char *stream, phs_param64 *out);

/* ---- elements.c ---- */

typedef enum yml_element_kind { YML_INPUT, YML_LAYER, YML_POPULATION } yml_element_kind;

/** A model of a population. */
typedef struct yml_model {
  phs_model nir;                /**< PHS_MODEL_CUSTOM: by equations */
  const phs_equations_model *m; /**< by equations */
  int parameter_count, state_count, receptor_count;
  const phs_model_name *parameter, *state, *receptor;
  bool spikes;
} yml_model;

/** What arrives at one receptor of a population. */
typedef struct yml_group yml_group;
typedef struct yml_feed_item {
  yml_draft *from;
  struct yml_feed_item *next;
} yml_feed_item;
typedef struct yml_arrivals {
  yml_group *group, *last; /**< synapses ops, in the order of their chain */
  yml_feed_item *feed, **last_feed;
} yml_arrivals;

struct yml_element {
  yml_element_kind kind;
  const char *name;  /**< with prefix; the network's arena */
  const char *local; /**< in its scope */
  const yml_node *key, *node;
  yml_scope *scope;
  yml_field *field; /**< of its table; NULL after errors */
  int state;        /**< 0 not settled, 1 being settled, 2 settled, 3 failed */
  yml_draft *draft; /**< the op that gives its value; NULL: an input with `to` */
  bool has_unit;    /**< a current whose dimension is known */
  phs_dimension unit;
  bool has_grid; /**< of a population: extents of its axes */
  double extent[PHS_MAX_RANK];
  const yml_model *model;
  yml_arrivals *arrivals; /**< one for each receptor */
};

bool yml_collect_elements(yml_reader *r, yml_scope *scope);
/** What the scalar @p n names in @p scope: an element, or a port "left.in". NULL after an error. */
yml_element *yml_find_element(yml_reader *r, yml_scope *scope, const yml_node *n);
/** Names: one, or a list of them. @p name: the nodes; scratch. */
bool yml_names(yml_reader *r, const yml_node *n, const yml_node *const **name, size_t *count);
/** Finds shape and element type of @p e, and makes its op. @p from: who asks, or NULL. */
bool yml_settle(yml_reader *r, yml_element *e, const yml_node *from);
/** yml_find_element(), settled, with a value of its own; NULL after an error. */
yml_element *yml_source_element(yml_reader *r, yml_scope *scope, const yml_node *n);
/** `size` or `shape`; rank 0: neither was given. */
bool yml_size_or_shape(yml_reader *r, yml_scope *scope, const yml_field *size,
                       const yml_field *shape, phs_shape *out);
/** Number of elements of @p s; false with an error at @p n beyond 2^31 - 1. */
bool yml_check_shape(yml_reader *r, const yml_node *n, const phs_shape *s);

/** The sum of what @p names name: one op; for layers and populations without a size. */
yml_draft *yml_sum(yml_reader *r, yml_scope *scope, const yml_node *names, const char *name);

bool yml_settle_input(yml_reader *r, yml_element *e);
bool yml_settle_layer(yml_reader *r, yml_element *e);
bool yml_settle_population(yml_reader *r, yml_element *e);

/* ---- model.c ---- */

/** The model that @p n names; NULL after an error. */
const yml_model *yml_model_get(yml_reader *r, const yml_node *n);
/** Compiles the own models, used or not. */
bool yml_check_models(yml_reader *r);

/* ---- drafts: ops whose operands are drafts ---- */

struct yml_draft {
  phs_op op;
  yml_draft **operand; /**< op.operand_count */
  int index;
  int state; /**< of the ordering */
  const yml_node *node;
  yml_draft *next;
};

typedef enum yml_place_of {
  YML_AT_INPUTS,
  YML_AT_SYNAPSES,
  YML_AT_OTHERS,
  YML_AT_OUTPUTS
} yml_place_of;
/** A new op at the end of its part, with room for @p operands; NULL without memory (reported). */
yml_draft *yml_draft_new(yml_reader *r, yml_place_of place, phs_op_kind kind, const char *name,
                         const yml_node *node, int operands);
/** @p name, or with "#2", "#3", ... where it is taken; registered. In the network's arena. */
const char *yml_unique(yml_reader *r, const char *name);

/* ---- receptors.c ---- */

/** Index of the receptor that @p n names; for @p n NULL the default. @p current: it is for a
 * current. */
bool yml_receptor_find(yml_reader *r, const yml_element *to, const yml_node *n, bool current,
                       int *out);
phs_dimension yml_receptor_unit(const yml_element *to, int receptor);
const char *yml_receptor_name(const yml_element *to, int receptor);
/** Lets @p from arrive at a receptor of @p to in the same step. */
bool yml_feed(yml_reader *r, yml_element *to, int receptor, yml_draft *from, const yml_node *node);
/** All `input` keys of populations. */
bool yml_connect_feeds(yml_reader *r);
/** Operands of all populations, from what arrives at them. */
bool yml_finish_receptors(yml_reader *r);

/* ---- inputs.c ---- */

/** All inputs with `to`. */
bool yml_connect_inputs(yml_reader *r);
/** A source op: its own, or one for each neuron of @p to. */
yml_draft *yml_make_source(yml_reader *r, yml_element *input, yml_element *to, int receptor,
                           const char *name);

/* ---- projections.c, rules.c, list.c, plasticity.c ---- */

bool yml_read_projections(yml_reader *r, yml_scope *scope);
/** One projection from @p from to @p to. */
typedef struct yml_link {
  yml_scope *scope;
  yml_element *to;
  int receptor;
  yml_draft *from;
  const char *name; /**< the network's arena */
  const yml_node *node;
  const yml_node *weight, *delay, *plasticity; /**< or NULL */
  phs_recipe recipe; /**< rule, counts, options; weight, delay and key are filled in */
  phs_synapse_mode mode;
} yml_link;
bool yml_add_link(yml_reader *r, yml_link *l);
/** Fills the rule of l->recipe. */
bool yml_read_rule(yml_reader *r, const yml_node *n, const yml_element *from, yml_link *l);
bool yml_read_list(yml_reader *r, const yml_node *n, yml_link *l);
bool yml_read_plasticity(yml_reader *r, const yml_link *l, phs_plasticity *out, yml_draft **reward);
/** Makes the synapses ops of all populations. */
bool yml_finish_groups(yml_reader *r, yml_element *to, int receptor, yml_draft **last);

/* ---- build.c ---- */

/** Sums, zero currents, the order; fills the network. */
bool yml_build(yml_reader *r);
bool yml_read_outputs(yml_reader *r);
bool yml_read_records(yml_reader *r, phs_yaml_extras *out);

#endif
