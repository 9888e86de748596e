/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define _GNU_SOURCE /* memfd_create */
#include "backends/cpu/codegen.h"

#include "backends/cpu/bitcode.h"
#include "backends/cpu/blob.h"
#include "backends/cpu/lower.h"
#include "backends/cpu/tables.h"

#include <errno.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/Error.h>
#include <llvm-c/Linker.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <mlir-c/Pass.h>
#include <mlir-c/RegisterEverything.h>
#include <mlir-c/Target/LLVMIR.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Plain IEEE arithmetic all the way: none of these passes, nor LLVM's at any level, contracts or
 * reorders operations that carry no fast-math flags, and ours carry none. */
static const char pipeline[] = "convert-scf-to-cf,convert-to-llvm,reconcile-unrealized-casts";

static phasor_status internal(phs_diag *diag, const char *what, const char *detail) {
  phs_report(diag, PHS_INTERNAL, NULL, NULL, "%s%s%s", what, detail ? ": " : "",
             detail ? detail : "");
  return PHASOR_ERROR_INTERNAL;
}

static void ignore(MlirStringRef text, void *user) {
  (void)text;
  (void)user;
}

/* Runs MLIR's lowering over the text and translates the result. */
static phasor_status translate(MlirContext context, const phs_buf *text, phs_diag *diag,
                               phs_cpu_code *code) {
  MlirModule module = mlirModuleCreateParse(context, mlirStringRefCreate(text->data, text->len));
  if (mlirModuleIsNull(module)) {
    return internal(diag, "MLIR does not read the text of the program", NULL);
  }
  MlirOperation op = mlirModuleGetOperation(module);
  MlirPassManager manager = mlirPassManagerCreate(context);
  mlirPassManagerEnableVerifier(
      manager, false); /* the parser has verified, and the translation will complain */
  phasor_status status = PHASOR_OK;
  if (mlirLogicalResultIsFailure(
          mlirOpPassManagerAddPipeline(mlirPassManagerGetAsOpPassManager(manager),
                                       mlirStringRefCreateFromCString(pipeline), ignore, NULL)) ||
      mlirLogicalResultIsFailure(mlirPassManagerRunOnOp(manager, op))) {
    status = internal(diag, "MLIR does not lower the program", NULL);
  } else {
    code->module = mlirTranslateModuleToLLVMIR(op, code->context);
    if (!code->module) {
      status = internal(diag, "MLIR does not translate the program to LLVM", NULL);
    }
  }
  mlirPassManagerDestroy(manager);
  mlirModuleDestroy(module);
  return status;
}

/* Has the assembler include the blob, under the name by which this process knows the unnamed file.
 */
static phasor_status attach_blob(phs_cpu_code *code, const phs_cpu_plan *plan, phs_diag *diag) {
  code->blob = phs_cpu_blob_write(plan, diag);
  if (!code->blob) {
    return PHASOR_ERROR_IO;
  }
  phs_buf s = {0};
  phs_buf_printf(&s,
                 ".section .rodata.%s_weights,\"a\",%%progbits\n.balign %d\n.type "
                 "%s_weights,%%object\n%s_weights:\n"
                 ".incbin \"/proc/self/fd/%d\"\n.size %s_weights, %zu\n.text\n",
                 plan->symbol, PHS_CPU_ALIGN, plan->symbol, plan->symbol, fileno(code->blob),
                 plan->symbol, plan->blob_size);
  phs_cpu_tables(plan, &s);
  if (s.failed) {
    phs_buf_free(&s);
    return internal(diag, "no memory for a line of assembly", NULL);
  }
  LLVMAppendModuleInlineAsm(code->module, s.data, s.len);
  phs_buf_free(&s);
  return PHASOR_OK;
}

static void keep_error(LLVMDiagnosticInfoRef info, void *user) {
  phs_cpu_code *code = user;
  if (LLVMGetDiagInfoSeverity(info) == LLVMDSError && !code->error) {
    code->error = LLVMGetDiagInfoDescription(info);
  }
}

/* Nothing of it is seen outside, and the program's processor is its processor. */
static void adopt(LLVMModuleRef carried) {
  static const char *const attributes[] = {"target-cpu", "target-features", "tune-cpu"};
  for (LLVMValueRef f = LLVMGetFirstFunction(carried); f; f = LLVMGetNextFunction(f)) {
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
      LLVMRemoveStringAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                                       attributes[i], (unsigned)strlen(attributes[i]));
    }
  }
}

static void keep_inside(LLVMModuleRef module) {
  for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f)) {
    size_t length;
    const char *name = LLVMGetValueName2(f, &length);
    if (!LLVMIsDeclaration(f) && length > 4 && memcmp(name, "phs_", 4) == 0) {
      LLVMSetVisibility(f, LLVMDefaultVisibility);
      LLVMSetLinkage(f, LLVMInternalLinkage);
    }
  }
}

/* Links the C that sources and synapses call (program/program.h). */
static phasor_status link_carried(phs_cpu_code *code, const phs_cpu_plan *plan, phs_diag *diag) {
  const phs_bitcode_file *file = phs_bitcode;
  while (file->triple && strcmp(file->triple, plan->target->triple) != 0) {
    file++;
  }
  if (!file->triple) {
    return internal(diag, "no bitcode for this machine", plan->target->triple);
  }
  LLVMModuleRef carried = NULL;
  LLVMMemoryBufferRef memory = LLVMCreateMemoryBufferWithMemoryRange((const char *)file->data,
                                                                     *file->size, "bitcode", false);
  LLVMBool failed = LLVMParseBitcodeInContext2(code->context, memory, &carried);
  LLVMDisposeMemoryBuffer(memory);
  if (failed) {
    return internal(diag, "LLVM does not read the bitcode that programs carry", code->error);
  }
  adopt(carried);
  if (LLVMLinkModules2(code->module, carried)) { /* takes it, whatever comes of it */
    return internal(diag, "LLVM does not link what programs carry", code->error);
  }
  keep_inside(code->module);
  return PHASOR_OK;
}

static phasor_status optimize(phs_cpu_code *code, int opt_level, phs_diag *diag) {
  static const char *const passes[] = {"globaldce,default<O0>", "globaldce,default<O1>",
                                       "globaldce,default<O2>", "globaldce,default<O3>"};
  LLVMPassBuilderOptionsRef o = LLVMCreatePassBuilderOptions();
  LLVMErrorRef error = LLVMRunPasses(code->module, passes[opt_level], code->machine, o);
  LLVMDisposePassBuilderOptions(o);
  if (!error) {
    return PHASOR_OK;
  }
  char *message = LLVMGetErrorMessage(error);
  phasor_status status = internal(diag, "LLVM does not optimise the program", message);
  LLVMDisposeErrorMessage(message);
  return status;
}

phasor_status phs_cpu_code_create(MlirContext context, const phs_cpu_plan *plan, bool native,
                                  const char *cpu, int opt_level, bool with_blob, phs_diag *diag,
                                  phs_cpu_code *out) {
  phs_buf text = {0};
  *out =
      (phs_cpu_code){.machine = phs_cpu_target_machine(plan->target, native, cpu, opt_level, diag)};
  if (!out->machine) {
    return PHASOR_ERROR_TARGET;
  }
  mlirRegisterAllLLVMTranslations(context);
  out->context = LLVMContextCreate();
  LLVMContextSetDiagnosticHandler(out->context, keep_error, out);
  phasor_status status = phs_cpu_lower(plan, diag, &text);
  if (status == PHASOR_OK) {
    status = translate(context, &text, diag, out);
  }
  phs_buf_free(&text);
  if (status != PHASOR_OK) {
    return status;
  }
  char *triple = LLVMGetTargetMachineTriple(out->machine);
  LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(out->machine);
  LLVMSetTarget(out->module, triple);
  LLVMSetModuleDataLayout(out->module, layout);
  LLVMSetModuleIdentifier(out->module, plan->symbol, strlen(plan->symbol));
  LLVMSetSourceFileName(out->module, plan->symbol, strlen(plan->symbol));
  LLVMDisposeTargetData(layout);
  LLVMDisposeMessage(triple);
  if (plan->data) {
    status = link_carried(out, plan, diag);
  }
  if (status == PHASOR_OK) {
    status = optimize(out, opt_level, diag);
  }
  if (status == PHASOR_OK && with_blob) {
    status = attach_blob(out, plan, diag);
  }
  return status;
}

void phs_cpu_code_destroy(phs_cpu_code *code) {
  if (code->module) {
    LLVMDisposeModule(code->module);
  }
  if (code->context) {
    LLVMContextDispose(code->context);
  }
  if (code->machine) {
    LLVMDisposeTargetMachine(code->machine);
  }
  if (code->blob) {
    fclose(code->blob);
  }
  LLVMDisposeMessage(code->error);
  *code = (phs_cpu_code){0};
}

static phasor_status emit(phs_cpu_code *code, LLVMCodeGenFileType kind, const char *path,
                          LLVMMemoryBufferRef *memory, phs_diag *diag) {
  char *message = NULL;
  LLVMBool failed =
      path ? LLVMTargetMachineEmitToFile(code->machine, code->module, path, kind, &message)
           : LLVMTargetMachineEmitToMemoryBuffer(code->machine, code->module, kind, &message,
                                                 memory);
  phasor_status status = PHASOR_OK;
  if (failed || code->error) {
    status = internal(diag, "LLVM does not write the program", code->error ? code->error : message);
    if (!failed && !path) {
      LLVMDisposeMemoryBuffer(*memory);
    }
  }
  LLVMDisposeMessage(message);
  return status;
}

/*
 * LLVM ends the process when a file that it writes does not fit on the disk. So it writes to
 * memory, in the one way that does not copy: a file without a name or a disk.
 */
phasor_status phs_cpu_code_object(phs_cpu_code *code, phs_diag *diag, phs_cpu_object *out) {
  char path[40];
  int fd = memfd_create("object", MFD_CLOEXEC);
  if (fd < 0) {
    return internal(diag, "no memory for the object file", strerror(errno));
  }
  out->file = fd;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  phasor_status status = emit(code, LLVMObjectFile, path, NULL, diag);
  struct stat st;
  if (status != PHASOR_OK) {
    return status;
  }
  if (fstat(fd, &st) == 0 && st.st_size > 0) {
    void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (data != MAP_FAILED) {
      out->data = data;
      out->size = (size_t)st.st_size;
      return PHASOR_OK;
    }
  }
  return internal(diag, "the object file cannot be read back", strerror(errno));
}

void phs_cpu_object_free(phs_cpu_object *o) {
  if (o->data) {
    munmap((void *)(uintptr_t)o->data, o->size);
  }
  if (o->file) {
    close(o->file);
  }
  *o = (phs_cpu_object){0};
}

phasor_status phs_cpu_code_assembly(phs_cpu_code *code, LLVMMemoryBufferRef *memory,
                                    phs_diag *diag) {
  return emit(code, LLVMAssemblyFile, NULL, memory, diag);
}
