/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file read.h  Parts of the reader (read*.c) and the checker (check*.c) that share one state. */
#ifndef PHS_IR_READ_H
#define PHS_IR_READ_H

#include "ir/build.h"
#include "ir/names.h"
#include "ir/view.h"

/** Address of an MLIR object -> index; open addressing. */
typedef struct phs_ptrmap {
  const void **key;
  int *value;
  size_t cap, count;
} phs_ptrmap;
/** False without memory. */
bool phs_ptrmap_put(phs_ptrmap *m, const void *key, int value);
/** -1 when absent. */
int phs_ptrmap_get(const phs_ptrmap *m, const void *key);
void phs_ptrmap_free(phs_ptrmap *m);

typedef struct phs_reader {
  phs_ir *ir;
  MlirModule module;
  phs_arena *arena; /* the net's */
  phs_net *net;
  MlirOperation subgraph, output;
  MlirOperation *op;  /* by op of the net; null for inputs; the terminator for outputs */
  phs_ptrmap results; /* first result's address -> op */
  const phs_kernel **kernel;
  int kernel_count, kernel_cap;
  unsigned errors_before;
  bool no_memory;
} phs_reader;

/** Whether anything was reported since the start. */
bool phs_reader_failed(const phs_reader *r);
/** Reports at an op of MLIR's, or at an op of the net. */
void phs_reader_error(phs_reader *r, MlirOperation at, phs_code code, const char *help,
                      const char *fmt, ...) __attribute__((format(printf, 5, 6)));
#define phs_reader_no_memory(r) ((r)->no_memory = true)

/** A copy of a string of MLIR's in the net's arena. */
char *phs_reader_string(phs_reader *r, MlirStringRef s);

/** Reads the type of a value: tensor<...> of i1, i32 or f32. @p what is "result", "operand 0", ...
 */
bool phs_read_type(phs_reader *r, MlirOperation at, MlirType type, const char *what,
                   phs_shape *shape, phs_elem *elem);

/** Elements of an attribute as they lie in memory. */
typedef struct phs_elements {
  phs_shape shape;
  size_t count;
  const void *data; /**< `count` values, or one when `splat` */
  bool splat;
} phs_elements;
/** Reads a dense or dense_resource attribute of the wanted element type; reports and returns false
 * when it is not one. */
bool phs_read_elements(phs_reader *r, MlirOperation at, const char *name, MlirAttribute attribute,
                       phs_element kind, phs_elements *out);

/* Attributes of an op by name. All report and return false when the attribute is missing or of
 * another form. */
bool phs_read_string(phs_reader *r, MlirOperation op, const char *name, const char **out);
bool phs_read_int(phs_reader *r, MlirOperation op, const char *name, int64_t *out);
bool phs_read_ints(phs_reader *r, MlirOperation op, const char *name, int64_t *out, int count);
bool phs_read_tensor(phs_reader *r, MlirOperation op, const char *name, bool optional,
                     phs_tensor *out);
/** A value for each of @p count elements, or one for all (`n` 1). */
bool phs_read_param64(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                      size_t count, phs_param64 *out);
bool phs_read_param32(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                      size_t count, phs_param32 *out);
/** Exactly @p count values, written out if they are all one; in the net's arena or the ir's. */
bool phs_read_values(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                     phs_element kind, size_t count, const void **out);
bool phs_read_steps(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                    size_t count, phs_steps *out);
/** Reports each attribute that is not in @p allowed (NULL-terminated). */
bool phs_read_only(phs_reader *r, MlirOperation op, const char *const *allowed);

/* Single values, of an op or inside of its dictionaries (read_values.c). @p name is for messages;
 * reports and returns false where @p a is null or of another form. */
bool phs_read_number(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                     double *out);
bool phs_read_float(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a, float *out);
bool phs_read_unsigned(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                       uint64_t *out);
bool phs_read_integer(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                      int64_t *out);
bool phs_read_bool(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a, bool *out);
/** [1.0, 2.0]: exactly @p count numbers. */
bool phs_read_numbers(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a, int count,
                      double *out);
/** One of @p names. */
bool phs_read_word(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                   const phs_names *names, int *out);
/** Whether @p a is a dictionary with keys of @p allowed (NULL-terminated) alone. */
bool phs_read_dictionary(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                         const char *const *allowed);
/** An entry of a dictionary, or of an op; null when it has none. */
MlirAttribute phs_entry(MlirAttribute dictionary, const char *name);
MlirAttribute phs_attribute(MlirOperation op, const char *name);

/** The header of the network: level, dt, conventions, inputs and outputs' names. */
bool phs_read_header(phs_reader *r);
/** One op of the dialect into @p op (kind, name, attributes, result; not the operands). */
bool phs_read_op(phs_reader *r, MlirOperation from, phs_op *op);
/** Attributes of phasor.synapses with those of its projections, and of phasor.source. */
bool phs_read_synapses(phs_reader *r, MlirOperation from, phs_op *op);
bool phs_read_source(phs_reader *r, MlirOperation from, phs_op *op);
/** The update function of a population: found, or read once. NULL when it is not a right one
 * (reported). */
const phs_kernel *phs_read_kernel(phs_reader *r, MlirOperation population, MlirStringRef symbol);

/** Puts the ops of the net in the order of evaluation; reports cycles. */
bool phs_read_order(phs_reader *r);

/** Rules for one op beyond its form: shapes, ranges, values. */
void phs_check_op(phs_reader *r, int index);
/** An op that is looked at. */
typedef struct phs_check {
  phs_reader *r;
  const phs_op *op;
  MlirOperation at;
} phs_check;
/* By kind; in check_neurons.c, check_synapses.c and check_source.c. */
void phs_check_neurons(const phs_check *c);
void phs_check_synapses(const phs_check *c);
void phs_check_source(const phs_check *c);
/** A recipe by itself (check_recipe.c). @param at its phasor.projection */
void phs_check_recipe(phs_reader *r, MlirOperation at, const phs_projection *projection);
const phs_op *phs_check_operand(const phs_check *c, int k);
/** Reports "NAME: the WHAT has the shape A, but B is needed". */
void phs_check_shape(const phs_check *c, const char *what, const phs_shape *got,
                     const phs_shape *want, const char *help);
bool phs_check_elem(const phs_check *c, phs_elem elem);
/** Operand @p k is a value of f32 of the result's shape. */
void phs_check_init(const phs_check *c, int k);
/** Rules for the network: names, levels. */
void phs_check_net(phs_reader *r);
bool phs_all_finite32(const float *v, size_t n);
bool phs_all_finite64(const double *v, size_t n);
/** Smallest number of steps of a delay, once discretised with the net's dt. */
int64_t phs_delay_min_steps(const phs_net *net, const phs_op *op);

#endif
