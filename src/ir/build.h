/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file build.h  Making attributes, types, ops and functions of the dialect; for src/ir and
 * passes. */
#ifndef PHS_IR_BUILD_H
#define PHS_IR_BUILD_H

#include "ir/context.h"

/** What the elements of an elements attribute are. */
typedef enum phs_element {
  PHS_ELEMENT_F32,
  PHS_ELEMENT_F64,
  PHS_ELEMENT_I64,
  PHS_ELEMENT_I32
} phs_element;
/** Bytes of one. */
size_t phs_element_size(phs_element kind);

MlirAttribute phs_attr_string(phs_ir *ir, const char *s);
MlirAttribute phs_attr_i64(phs_ir *ir, int64_t v);
/** Unsigned: 5 : ui64. */
MlirAttribute phs_attr_u64(phs_ir *ir, uint64_t v);
MlirAttribute phs_attr_f64(phs_ir *ir, double v);
MlirAttribute phs_attr_f32(phs_ir *ir, float v);
/** [1.0, 2.0], up to 8 numbers. */
MlirAttribute phs_attr_f64_list(phs_ir *ir, const double *v, int n);
MlirAttribute phs_attr_bool(phs_ir *ir, bool v);
MlirAttribute phs_attr_i64_array(phs_ir *ir, const int64_t *v, int n);
MlirAttribute phs_attr_symbol(phs_ir *ir, const char *name);
/** {key = value, ...} */
MlirAttribute phs_attr_dictionary(phs_ir *ir, const char *const *keys, const MlirAttribute *values,
                                  size_t n);
/** The names of states: ["v", "i"]. */
MlirAttribute phs_attr_strings(phs_ir *ir, const char *const *s, int n);

/** tensor<SHAPE x ELEM> of a value in the network. */
MlirType phs_type_value(phs_ir *ir, const phs_shape *shape, phs_elem elem);

/**
 * Values as an attribute of type tensor<SHAPE x ELEMENT>: inline when they are all equal or few,
 * else a resource that is named by its content and refers to @p data without a copy.
 * @param copy refer to a copy that the ir keeps, unless it has one; else to @p data, which must
 * outlive the module
 */
MlirAttribute phs_attr_elements(phs_ir *ir, phs_element kind, const phs_shape *shape,
                                const void *data, bool copy);
/** A value for each of @p shape's elements: n == 1 or n equal values give a rank-0 attribute,
 * others one of that shape. */
MlirAttribute phs_attr_per_element(phs_ir *ir, phs_element kind, const phs_shape *shape,
                                   const void *data, size_t n, bool copy);

/** Attributes of a dialect op under construction. */
typedef struct phs_attr_list {
  MlirNamedAttribute list[24];
  int count;
} phs_attr_list;
void phs_attr_add(phs_ir *ir, phs_attr_list *l, const char *name, MlirAttribute value);
/** The list as a dictionary. */
MlirAttribute phs_attr_list_dictionary(phs_ir *ir, const phs_attr_list *l);

/** An op of any name, detached: the caller inserts or destroys it. A null op when MLIR refuses it
 * (it has reported). */
MlirOperation phs_ir_make(phs_ir *ir, const char *name, MlirLocation at, const MlirValue *operands,
                          int operand_count, const MlirType *results, int result_count,
                          const phs_attr_list *attributes);
/**
 * The dialect op that @p op stands for (every kind but INPUT and OUTPUT), detached.
 * @param operands a value for each of op->operand_count
 * @param copy as in phs_attr_elements(), for the op's arrays
 */
MlirOperation phs_ir_make_op(phs_ir *ir, const char *file, const phs_op *op,
                             const MlirValue *operands, bool copy);
/** The attributes of an argument or a result of the network: {phasor.name = "a"}. */
MlirAttribute phs_ir_make_port(phs_ir *ir, const phs_op *op);
/** The attributes `keep` and `aliases` of an op, where it has them. */
void phs_ir_put_marks(phs_ir *ir, phs_attr_list *l, const phs_op *op);
/** Whether @p op converts spikes or counts to f32, as in front of several values of several types:
 * IRDL wants variadic operands to be of one type. Such ops are no ops of the network. */
bool phs_ir_is_conversion(MlirOperation op);
/** Whether @p op is a projection: part of the phasor.synapses that reads it, no op of the network.
 */
bool phs_ir_is_projection(MlirOperation op);
/** The projection that operand @p k of phasor.synapses is; a null op when it is none. */
MlirOperation phs_ir_projection(MlirOperation synapses, intptr_t k);
/**
 * Puts in front of op @p op what stands between its operands and it: conversions to f32 where a sum
 * or a population has operands of several types, and the projections of synapses. At the end of @p
 * block or, when @p before is not null, before that op; changes @p operands.
 * @param copy as in phs_attr_elements(), for the arrays of projections
 * @return false when MLIR refuses an op (it has reported)
 */
bool phs_ir_make_operands(phs_ir *ir, const char *file, const phs_op *op, MlirValue *operands,
                          MlirBlock block, MlirOperation before, bool copy);
/** What operand @p k of an op of the network stands for: looks through conversions and projections.
 */
MlirValue phs_ir_operand(MlirOperation op, intptr_t k);
/** The attributes of a source, and of synapses but for their projections; for make_op.c. */
void phs_ir_put_source(phs_ir *ir, phs_attr_list *l, const phs_op *op, bool copy);
void phs_ir_put_synapses(phs_ir *ir, phs_attr_list *l, const phs_op *op);
/** The phasor.projection of a recipe, detached. */
MlirOperation phs_ir_make_projection(phs_ir *ir, const char *file, const phs_op *op, int index,
                                     MlirValue source, bool copy);
/** The private func.func that @p kernel stands for, detached. */
MlirOperation phs_ir_make_function(phs_ir *ir, const phs_kernel *kernel, const char *symbol);

/** The scalar instruction of the op @p name ("arith.addf"), or -1. */
int phs_scalar_op_find(MlirStringRef name);
/** Number of register operands, 1..3 (0 for constants). */
int phs_scalar_op_arity(phs_scalar_op op);
/** Name of an op kind in the dialect ("phasor.linear"); NULL for inputs and outputs. */
const char *phs_op_kind_name(phs_op_kind kind);

#endif
