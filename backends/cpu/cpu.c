/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/cpu.h"
#include "backends/cpu/codegen.h"
#include "backends/cpu/header.h"
#include "backends/cpu/link.h"
#include "backends/cpu/options.h"
#include "backends/cpu/write.h"

#include <string.h>

static phasor_status build_text(phs_cpu_code *code, phs_cpu_kind kind, const char *path,
                                phs_diag *diag) {
  if (kind == PHS_CPU_LLVM) {
    char *text = LLVMPrintModuleToString(code->module);
    phasor_status status = phs_cpu_write(path, text, strlen(text), diag);
    LLVMDisposeMessage(text);
    return status;
  }
  LLVMMemoryBufferRef memory;
  phasor_status status = phs_cpu_code_assembly(code, &memory, diag);
  if (status == PHASOR_OK) {
    status = phs_cpu_write(path, LLVMGetBufferStart(memory), LLVMGetBufferSize(memory), diag);
    LLVMDisposeMemoryBuffer(memory);
  }
  return status;
}

static phasor_status build_object(phs_cpu_code *code, const char *path, phs_diag *diag) {
  phs_cpu_object object = {0};
  phasor_status status = phs_cpu_code_object(code, diag, &object);
  if (status == PHASOR_OK) {
    status = phs_cpu_write(path, object.data, object.size, diag);
  }
  phs_cpu_object_free(&object);
  return status;
}

static phasor_status build_header(const phs_cpu_plan *plan, const char *path, phs_diag *diag) {
  phs_buf text = {0};
  phasor_status status = PHASOR_ERROR_INTERNAL;
  phs_cpu_header(plan, &text);
  if (text.failed) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the program's header");
  } else {
    status = phs_cpu_write(path, text.data, text.len, diag);
  }
  phs_buf_free(&text);
  return status;
}

static phasor_status build_code(phs_ir *ir, const phs_cpu_plan *plan, const phs_cpu_choice *choice,
                                phs_cpu_kind kind, const char *path, phs_diag *diag) {
  phs_cpu_code code;
  bool text = kind == PHS_CPU_LLVM || kind == PHS_CPU_ASM;
  phasor_status status = phs_cpu_code_create(phs_ir_context(ir), plan, choice->native, choice->cpu,
                                             choice->opt_level, !text, diag, &code);
  if (status == PHASOR_OK && text) {
    status = build_text(&code, kind, path, diag);
  } else if (status == PHASOR_OK && kind == PHS_CPU_OBJ) {
    status = build_object(&code, path, diag);
  } else if (status == PHASOR_OK) {
    status = phs_cpu_link(&code, plan, kind == PHS_CPU_EXE, path, diag);
  }
  phs_cpu_code_destroy(&code);
  return status;
}

phasor_status phs_cpu_check(const phs_net *net, const phs_cpu_options *options, phs_diag *diag) {
  phs_cpu_choice choice;
  phs_cpu_plan *plan = NULL;
  phasor_status status = phs_cpu_choose(options, diag, &choice);
  if (status == PHASOR_OK) {
    status = phs_cpu_plan_create(net, choice.target, "network", diag, &plan);
  }
  phs_cpu_plan_destroy(plan);
  return status;
}

phasor_status phs_cpu_build(phs_ir *ir, MlirModule module, const phs_net *net,
                            const phs_cpu_options *options, phs_cpu_kind kind, const char *path,
                            phs_diag *diag) {
  (void)module; /* the network holds the update functions in a plainer form */
  phs_cpu_choice choice;
  phs_cpu_plan *plan = NULL;
  phasor_status status = phs_cpu_choose(options, diag, &choice);
  if (status == PHASOR_OK) {
    status = phs_cpu_plan_create(net, choice.target, choice.symbol, diag, &plan);
  }
  if (status == PHASOR_OK) {
    plan->steps = options ? options->steps : 0;
    status = kind == PHS_CPU_HEADER ? build_header(plan, path, diag)
                                    : build_code(ir, plan, &choice, kind, path, diag);
  }
  phs_cpu_plan_destroy(plan);
  return status;
}
