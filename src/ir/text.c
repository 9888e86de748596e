/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/buf.h"
#include "ir/context.h"

#include <stdlib.h>

/* Longer texts have machine-made lines that nobody reads. */
#define EXCERPT_LIMIT ((size_t)4 << 20)

/* Keeps the text up to its weights, for excerpts; without memory there are none. */
static void keep_source(phs_ir *ir, const char *text, size_t size) {
  static const char weights[] = "\n{-#";
  size_t n = size < EXCERPT_LIMIT ? size : EXCERPT_LIMIT;
  for (size_t i = 0; i + 4 <= n; i++) {
    if (text[i] == '\n' && memcmp(text + i, weights, 4) == 0) {
      n = i;
    }
  }
  free(ir->source);
  ir->found_line = 0;
  ir->source = malloc(n + 1);
  ir->source_size = ir->source ? n : 0;
  if (ir->source) {
    memcpy(ir->source, text, n);
    ir->source[n] = 0;
  }
}

phasor_status phs_ir_parse(phs_ir *ir, const char *text, size_t size, const char *file,
                           MlirModule *out) {
  /* MLIR's parser wants a NUL after the text, which callers need not have given. */
  char *copy = size < SIZE_MAX ? malloc(size + 1) : NULL;
  if (!copy) {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for %zu bytes of module text", size);
    return PHASOR_ERROR_INTERNAL;
  }
  memcpy(copy, text, size);
  copy[size] = 0;
  keep_source(ir, copy, size);
  ir->blobs.generation++;
  ir->source_file = phs_arena_strdup(ir->arena, file);
  unsigned errors = ir->diag->errors;
  ir->parsing = true;
  MlirModule module = mlirModuleCreateParse(ir->context, mlirStringRefCreate(copy, size));
  ir->parsing = false;
  free(copy);
  if (mlirModuleIsNull(module)) {
    if (ir->diag->errors == errors) {
      phs_place place = {.file = file};
      phs_report(ir->diag, PHS_IR_PARSE, &place, NULL, "the file is not a module");
    }
    return PHASOR_ERROR_MODEL;
  }
  phasor_status status = phs_ir_collect_resources(ir, module);
  if (status != PHASOR_OK) {
    mlirModuleDestroy(module);
    return status;
  }
  *out = module;
  return PHASOR_OK;
}

static void print(MlirOperation op, MlirStringCallback callback, void *user) {
  MlirOpPrintingFlags flags = mlirOpPrintingFlagsCreate();
  mlirOperationPrintWithFlags(op, flags, callback, user);
  mlirOpPrintingFlagsDestroy(flags);
}

void phs_ir_print(MlirModule module, MlirStringCallback callback, void *user) {
  print(mlirModuleGetOperation(module), callback, user);
  callback(mlirStringRefCreate("\n", 1), user);
}

MlirOperation phs_ir_find_function(MlirModule module, MlirStringRef symbol) {
  MlirOperation op = mlirBlockGetFirstOperation(mlirModuleGetBody(module));
  for (; !mlirOperationIsNull(op); op = mlirOperationGetNextInBlock(op)) {
    if (!phs_op_is(op, "func.func")) {
      continue;
    }
    MlirAttribute name = mlirOperationGetAttributeByName(op, phs_ref("sym_name"));
    if (!mlirAttributeIsNull(name) && mlirAttributeIsAString(name) &&
        mlirStringRefEqual(mlirStringAttrGetValue(name), symbol)) {
      return op;
    }
  }
  return op;
}

char *phs_ir_print_function(MlirModule module, const char *symbol) {
  MlirOperation op = phs_ir_find_function(module, phs_ref(symbol));
  if (mlirOperationIsNull(op)) {
    return NULL;
  }
  phs_buf text = {0};
  print(op, phs_ir_to_buf, &text);
  if (text.failed) {
    phs_buf_free(&text);
  }
  return text.data;
}
