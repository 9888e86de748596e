/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file context.h  Inside of a phs_ir, for src/ir and passes alone. */
#ifndef PHS_IR_CONTEXT_H
#define PHS_IR_CONTEXT_H

#include "ir/blobs.h"
#include "ir/ir.h"

#include <mlir-c/BuiltinAttributes.h>
#include <mlir-c/BuiltinTypes.h>
#include <mlir-c/Diagnostics.h>

#include <string.h>

struct phs_ir {
  MlirContext context;
  phs_diag *diag;
  MlirDiagnosticHandlerID handler;
  phs_arena *arena; /**< strings and the weights that passes make; lives as long as the context */
  phs_blobs blobs;
  bool parsing;       /**< MLIR's errors are about the text, not about the module */
  bool out_of_memory; /**< reported while building attributes, which goes on with others */
  /* The text that was parsed last, without its weights, for excerpts. */
  char *source;
  size_t source_size;
  uint32_t found_line; /**< a line of it whose offset is known, or 0 */
  size_t found_offset;
  const char *source_file; /**< MLIR's parser of modules gives no name to what it reads */
  char line[256];          /**< holds the last excerpt */
};

/** A string of MLIR's from one of C's; nothing is copied. */
static inline MlirStringRef phs_ref(const char *s) {
  return mlirStringRefCreate(s, strlen(s));
}
static inline bool phs_ref_equal(MlirStringRef a, const char *b) {
  return a.length == strlen(b) && memcmp(a.data, b, a.length) == 0;
}
/** The registered name of an op, "phasor.linear". */
static inline MlirStringRef phs_op_name(MlirOperation op) {
  return mlirIdentifierStr(mlirOperationGetName(op));
}
static inline bool phs_op_is(MlirOperation op, const char *name) {
  return phs_ref_equal(phs_op_name(op), name);
}

/** Where a location points to. Strings live as long as the context, the excerpt until the next
 * call. */
phs_place phs_ir_place(phs_ir *ir, MlirLocation location);
/** The location of an op of a network: its line in a text, or the name of its place, or unknown. */
MlirLocation phs_ir_location(phs_ir *ir, const char *file, const char *where, uint32_t line,
                             uint32_t column);

/** Reads the data of all dense_resource attributes of a parsed module into the table of blobs. */
phasor_status phs_ir_collect_resources(phs_ir *ir, MlirModule module);

/** The first op of the module's body that is a function of that name, or a null op. */
MlirOperation phs_ir_find_function(MlirModule module, MlirStringRef symbol);

/** MlirStringCallback that appends to a phs_buf. */
void phs_ir_to_buf(MlirStringRef text, void *buf);

#endif
