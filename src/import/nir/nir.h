/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file nir.h  Inside the NIR importer. The way of a file:
 *   hdf5.c, data.c, heap.c  datasets, with every failure turned into a diagnostic
 *   spec.c, node.c   what each node type holds; one node's parameters
 *   graph.c, edges.c groups and edges, names resolved
 *   leaves.c         nested graphs dissolved, missing inputs and outputs inserted
 *   shape.c          every node's input and output shape
 *   time.c           step length, units, checks of values against it
 *   build.c          ops for phs_schedule()
 *
 * Functions that return bool give false after they have reported an error (or run out of memory,
 * also reported). Everything that the network keeps lives in its arena, everything else in
 * `scratch`.
 */
#ifndef PHS_IMPORT_NIR_NIR_H
#define PHS_IMPORT_NIR_NIR_H

#include "base/utf8.h"
#include "import/import.h"
#include "net/schedule.h"

#define H5_USE_110_API 1 /* newer libraries keep these signatures under this name */
#include <hdf5.h>
#include <stdio.h>

/* Limits; docs/nir.md lists them. */
#define NIR_MAX_NODES 16384
#define NIR_MAX_EDGES 1000000
#define NIR_MAX_DEPTH 64
#define NIR_MAX_NAME 1024
#define NIR_MAX_STRING 65536
#define NIR_MAX_ELEMENTS ((int64_t)1 << 31)
#define NIR_MAX_GEOMETRY ((int64_t)1 << 24)
#define NIR_MAX_DELAY_STEPS 1000000
/** Bytes that may be read beyond four times the size of the file. */
#define NIR_SLACK ((uint64_t)512 << 20)

typedef struct nir_reader {
  const char *file;
  phs_diag *diag;
  const phs_import_options *options;
  phs_net *net;
  phs_arena *scratch;
  FILE *bytes;                /**< the file, for what libhdf5 does not read safely */
  hid_t id;                   /**< the HDF5 file */
  hid_t link_access;          /**< refuses external links */
  hid_t transfer;             /**< bounds what variable-length strings may take */
  uint64_t file_size, budget; /**< bytes; what may still be read */
  uint64_t string_budget;
  phasor_status status; /**< of the first error */
} nir_reader;

/** Reports an error of @p code at the HDF5 path @p where, and is false. */
#define NIR_FAIL(r, code, where_, help, ...)                                                       \
  (phs_report((r)->diag, (code), &(phs_place){.file = (r)->file, .where = (where_)}, (help),       \
              __VA_ARGS__),                                                                        \
   nir_failed((r), (code)))
/** Reports a warning or note. */
#define NIR_TELL(r, code, where_, help, ...)                                                       \
  phs_report((r)->diag, (code), &(phs_place){.file = (r)->file, .where = (where_)}, (help),        \
             __VA_ARGS__)
bool nir_failed(nir_reader *r, phs_code code);
bool nir_no_memory(nir_reader *r);
/** Text from the file for a message, in scratch; never NULL. */
static inline const char *nir_printable(nir_reader *r, const char *s) {
  return phs_utf8_quote(r->scratch, s, PHS_UTF8_QUOTE);
}

/* ---- hdf5.c: files, groups, links; driver.c ---- */

/** Opens an HDF5 file through a driver that never reads beyond its end; negative on failure. */
hid_t nir_open_file(const char *path);

/** How libhdf5 printed errors before. */
typedef struct nir_silence {
  H5E_auto2_t print;
  void *data;
} nir_silence;
/** Takes the turn to call libhdf5, which prints nothing until nir_leave(). */
void nir_enter(nir_silence *s);
void nir_leave(const nir_silence *s);

bool nir_open(nir_reader *r);
void nir_close(nir_reader *r);
typedef enum nir_kind { NIR_ABSENT, NIR_GROUP, NIR_DATASET, NIR_BAD } nir_kind;
/** Opens the member @p name of @p group; NIR_BAD after an error. @p where is the member's path. */
nir_kind nir_open_member(nir_reader *r, hid_t group, const char *name, const char *where,
                         hid_t *out);
/** Opens a group; an error when it is missing or something else. */
bool nir_open_group(nir_reader *r, hid_t group, const char *name, const char *where, hid_t *out);
/** Names of the members of @p group, sorted by bytes, in scratch. */
bool nir_members(nir_reader *r, hid_t group, const char *where, const char ***names, int *count);
/** What libhdf5 says about the last failure, in scratch. */
const char *nir_hdf5_reason(nir_reader *r);
/** What to do about it; static. */
const char *nir_hdf5_remedy(nir_reader *r);

/* ---- data.c: datasets ---- */

typedef struct nir_data {
  hid_t id, type;
  const char *where;
  H5T_class_t kind;
  size_t elem_size;
  phs_shape shape;
  size_t count;
} nir_data;

typedef enum nir_found { NIR_MISSING, NIR_FOUND, NIR_ERROR } nir_found;
/** Opens a dataset and checks that it can be read: layout, filters, sizes. */
nir_found nir_data_open(nir_reader *r, hid_t group, const char *group_where, const char *name,
                        nir_data *out);
void nir_data_close(nir_data *d);
/** Reads numbers of any type; in @p a. Non-finite values and numbers beyond binary32 are errors. */
bool nir_read_f64(nir_reader *r, const nir_data *d, phs_arena *a, const double **out);
bool nir_read_f32(nir_reader *r, const nir_data *d, phs_arena *a, const float **out);
/** Reads whole numbers of any type; in scratch. */
bool nir_read_i64(nir_reader *r, const nir_data *d, const int64_t **out);
/** Reads strings of any kind; in scratch. */
bool nir_read_strings(nir_reader *r, const nir_data *d, const char ***out);
/** Reads variable-length strings whose references lie in the file from @p offset on (heap.c). */
bool nir_read_heap_strings(nir_reader *r, const nir_data *d, uint64_t offset, const char **out);
/** "[3, 4]: index (1, 2)" of the flat index @p i, in scratch. */
const char *nir_index(nir_reader *r, const phs_shape *shape, size_t i);
const char *nir_shape(nir_reader *r, const phs_shape *shape);

/* ---- spec.c: node types ---- */

typedef enum nir_type {
  NIR_INPUT,
  NIR_OUTPUT,
  NIR_NIRGRAPH,
  NIR_LINEAR,
  NIR_AFFINE,
  NIR_SCALE,
  NIR_CONV1D,
  NIR_CONV2D,
  NIR_SUMPOOL2D,
  NIR_AVGPOOL2D,
  NIR_FLATTEN,
  NIR_DELAY,
  NIR_THRESHOLD,
  NIR_I,
  NIR_IF,
  NIR_LI,
  NIR_LIF,
  NIR_CUBALI,
  NIR_CUBALIF,
  NIR_TYPE_COUNT
} nir_type;

const char *nir_type_name(nir_type t);
/** NIR_TYPE_COUNT when there is no such type. */
nir_type nir_type_find(const char *name);
/** Types whose output has the shape of their input, each element for itself: neurons, Delay, Scale,
 * Threshold. */
bool nir_is_elementwise(nir_type t);
/** The neuron model; PHS_MODEL_CUSTOM for other types. */
phs_model nir_type_model(nir_type t);
/** Datasets that a node of the type may have (but type, metadata and stored types); ends with NULL.
 */
const char *const *nir_type_datasets(nir_type t);

typedef enum nir_padding { NIR_PAD_NUMBERS, NIR_PAD_SAME, NIR_PAD_VALID } nir_padding;

typedef struct nir_node {
  const char *name;  /**< qualified: "sub/lif"; of the root graph "" */
  const char *local; /**< in its graph */
  const char *where;
  nir_type type;
  int parent;       /**< the graph that it is in, or -1 */
  const int *child; /**< of a graph: its nodes, sorted by name as bytes */
  int child_count;
  int graph_edge_first, graph_edge_count; /**< of a graph: its edges in nir_model.edge */
  int port[2]; /**< of a graph: 1 + the node that edges into it ([0]) and out of it ([1]) mean; 0:
                  not looked up */
  bool passes_on; /**< Input or Output inside the network: an identity */
  bool is_end;    /**< Input or Output of the network */
  bool inserted;  /**< not in the file */
  int source;     /**< of an identity: a node whose value passes through it, or -1 */

  phs_shape declared; /**< shape of Input and Output, input_shape of a convolution, input_type of
                         Flatten; rank 0: none */
  phs_tensor weight, bias;
  int64_t kernel[2], stride[2], padding[2], dilation[2], groups;
  nir_padding padding_kind;
  int64_t start_dim, end_dim;
  phs_param64 param[PHS_MAX_MODEL_PARAMS]; /**< in the model's order; Delay, Scale: the first */
  phs_shape param_shape; /**< that all parameters with more than one element agree in */
  bool one_for_all;      /**< no parameter has more than one element */
  bool scalar;           /**< all parameters are of rank 0 */
  bool w_in_missing;

  bool in_known, out_known;
  phs_shape in, out;
  int64_t pad_low[2], pad_high[2];
} nir_node;

typedef struct nir_edge {
  int from, to;
  int graph, row; /**< the graph whose list it is from, and the row there; row -1: inserted */
} nir_edge;

typedef struct nir_model {
  nir_node *node;
  int node_count, node_cap;
  nir_edge *edge;
  int edge_count, edge_cap;
  bool batched; /**< an Input had a batch axis of length one */
  int *in, *in_edge, *out,
      *out_edge; /**< after nir_flatten(): edges by target and by source, as offsets and numbers */
} nir_model;

/* ---- stages ---- */

/** Reads the parameters of one node from its group. */
bool nir_read_node(nir_reader *r, hid_t group, nir_node *n);
/** Reads all groups below /node and all edges. */
bool nir_read_model(nir_reader *r, nir_model *m);
/** Reads the edges of graph @p g and resolves their names; the nodes must be there. */
bool nir_read_edges(nir_reader *r, nir_model *m, hid_t group, int g);
bool nir_add_edge(nir_reader *r, nir_model *m, nir_edge e);
/** A new node, zeroed; -1 without memory or beyond the limit (reported). */
int nir_add_node(nir_reader *r, nir_model *m, int parent, const char *local, const char *where);
/** "a -> b" by the names of the nodes, in scratch. */
const char *nir_edge_text(nir_reader *r, const nir_model *m, const nir_edge *e);
/** Path of the edge list that an edge comes from. */
const char *nir_edge_where(nir_reader *r, const nir_model *m, const nir_edge *e);
/** Whether the node takes part in the network: no graph, no identity. */
bool nir_is_leaf(const nir_node *n);
/** Dissolves nested graphs and identities; inserts what is missing. Afterwards edges connect leaves
 * only. */
bool nir_flatten(nir_reader *r, nir_model *m);
bool nir_infer_shapes(nir_reader *r, nir_model *m);
/** Sets net->dt and has_time; turns time parameters into seconds; checks values. */
bool nir_resolve_time(nir_reader *r, nir_model *m);
/** Ops and their order. */
bool nir_build(nir_reader *r, nir_model *m);

#endif
