/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ir/context.h"

#include "base/buf.h"
#include "ir/dialect.h"

#include <mlir-c/Dialect/IRDL.h>
#include <mlir-c/RegisterEverything.h>

#include <pthread.h>
#include <stdlib.h>

/* Upstream's pass registry is one for the process and not guarded against two registrations at a
 * time. */
static pthread_once_t passes_once = PTHREAD_ONCE_INIT;

static const char *const dialects[] = {"irdl", "builtin", "func", "ml_program", "arith", "math"};

void phs_ir_to_buf(MlirStringRef text, void *buf) {
  phs_buf_add(buf, text.data, text.length);
}

static phs_code code_of(const phs_ir *ir, MlirDiagnosticSeverity severity) {
  if (severity != MlirDiagnosticError) {
    return PHS_IR_MLIR_NOTE;
  }
  return ir->parsing ? PHS_IR_PARSE : PHS_IR_MLIR;
}

static void report_one(phs_ir *ir, MlirDiagnostic d) {
  phs_buf text = {0};
  mlirDiagnosticPrint(d, phs_ir_to_buf, &text);
  /* One line: MLIR sometimes prints whole ops. */
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] == '\n') {
      text.data[i] = ' ';
    }
  }
  phs_place place = phs_ir_place(ir, mlirDiagnosticGetLocation(d));
  phs_report(ir->diag, code_of(ir, mlirDiagnosticGetSeverity(d)), &place, NULL, "%s",
             phs_buf_cstr(&text));
  phs_buf_free(&text);
}

static MlirLogicalResult on_diagnostic(MlirDiagnostic d, void *user) {
  phs_ir *ir = user;
  report_one(ir, d);
  for (intptr_t i = 0; i < mlirDiagnosticGetNumNotes(d); i++) {
    report_one(ir, mlirDiagnosticGetNote(d, i));
  }
  return mlirLogicalResultSuccess();
}

static bool load_irdl(phs_ir *ir, const char *text, size_t size) {
  MlirModule module = mlirModuleCreateParse(ir->context, mlirStringRefCreate(text, size));
  if (mlirModuleIsNull(module)) {
    return false;
  }
  bool ok = mlirLogicalResultIsSuccess(mlirLoadIRDLDialects(module));
  mlirModuleDestroy(module);
  return ok;
}

static bool load_dialects(phs_ir *ir) {
  MlirDialectRegistry registry = mlirDialectRegistryCreate();
  mlirRegisterAllDialects(registry);
  mlirContextAppendDialectRegistry(ir->context, registry);
  mlirDialectRegistryDestroy(registry);
  for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
    mlirContextGetOrLoadDialect(ir->context, phs_ref(dialects[i]));
  }
  return load_irdl(ir, phs_dialect_text, phs_dialect_text_size) &&
         load_irdl(ir, phs_map_dialect_text, phs_map_dialect_text_size);
}

phs_ir *phs_ir_create(phs_diag *diag) {
  pthread_once(&passes_once, mlirRegisterAllPasses);
  phs_ir *ir = calloc(1, sizeof *ir);
  phs_arena *arena = phs_arena_create();
  if (!ir || !arena) {
    free(ir);
    phs_arena_destroy(arena);
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for an MLIR context");
    return NULL;
  }
  ir->arena = arena;
  ir->diag = diag;
  ir->context = mlirContextCreateWithThreading(false);
  ir->handler = mlirContextAttachDiagnosticHandler(ir->context, on_diagnostic, ir, NULL);
  if (!load_dialects(ir)) {
    phs_report(diag, PHS_INTERNAL, NULL, NULL, "the phasor dialect does not load");
    phs_ir_destroy(ir);
    return NULL;
  }
  return ir;
}

void phs_ir_destroy(phs_ir *ir) {
  if (!ir) {
    return;
  }
  mlirContextDetachDiagnosticHandler(ir->context, ir->handler);
  mlirContextDestroy(ir->context);
  phs_blobs_free(&ir->blobs);
  phs_arena_destroy(ir->arena);
  free(ir->source);
  free(ir);
}

MlirContext phs_ir_context(const phs_ir *ir) {
  return ir->context;
}
