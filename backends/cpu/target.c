/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/target.h"
#include "base/buf.h"

#include <llvm-c/Core.h>
#include <llvm-c/Target.h>
#include <string.h>

/* LLVM only warns about a processor that it does not know, so the choice is ours to check. */
static const char *const x86_cpus[] = {"generic",
                                       "x86-64",
                                       "x86-64-v2",
                                       "x86-64-v3",
                                       "x86-64-v4",
                                       "nehalem",
                                       "westmere",
                                       "sandybridge",
                                       "ivybridge",
                                       "haswell",
                                       "broadwell",
                                       "skylake",
                                       "skylake-avx512",
                                       "cascadelake",
                                       "icelake-client",
                                       "icelake-server",
                                       "tigerlake",
                                       "alderlake",
                                       "sapphirerapids",
                                       "graniterapids",
                                       "silvermont",
                                       "goldmont",
                                       "tremont",
                                       "gracemont",
                                       "btver2",
                                       "znver1",
                                       "znver2",
                                       "znver3",
                                       "znver4",
                                       "znver5",
                                       NULL};
static const char *const arm_cpus[] = {
    "generic",     "cortex-a35",  "cortex-a53",  "cortex-a55",  "cortex-a57", "cortex-a72",
    "cortex-a73",  "cortex-a75",  "cortex-a76",  "cortex-a77",  "cortex-a78", "cortex-a510",
    "cortex-a710", "cortex-a715", "cortex-a720", "cortex-x1",   "cortex-x2",  "cortex-x3",
    "neoverse-n1", "neoverse-n2", "neoverse-v1", "neoverse-v2", "apple-m1",   "apple-m2",
    "ampere1",     "a64fx",       NULL};
static const char *const riscv_cpus[] = {
    "generic",      "generic-rv64",        "rocket-rv64", "sifive-u54",
    "sifive-u74",   "sifive-p450",         "sifive-p670", "sifive-x280",
    "spacemit-x60", "syntacore-scr4-rv64", "veyron-v1",   NULL};

static const phs_cpu_target targets[] = {
    {"x86_64-linux-gnu", "gcc-x86-64-linux-gnu libc6-dev-amd64-cross", "", "", x86_cpus, 16},
    {"aarch64-linux-gnu", "gcc-aarch64-linux-gnu libc6-dev-arm64-cross", "", "", arm_cpus, 16},
    {"riscv64-linux-gnu", "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross",
     "+m,+a,+f,+d,+c,+zicsr,+zifencei", "lp64d", riscv_cpus, 4},
};
enum { TARGET_COUNT = sizeof targets / sizeof *targets };

#if defined(__x86_64__)
static const char host_triple[] = "x86_64-linux-gnu";
#elif defined(__aarch64__)
static const char host_triple[] = "aarch64-linux-gnu";
#elif defined(__riscv)
static const char host_triple[] = "riscv64-linux-gnu";
#else
static const char host_triple[] = "(this machine)";
#endif

const phs_cpu_target *phs_cpu_target_find(const char *triple, phs_diag *diag) {
  const char *wanted = triple ? triple : host_triple;
  phs_buf known = {0};
  for (size_t i = 0; i < TARGET_COUNT; i++) {
    if (strcmp(targets[i].triple, wanted) == 0) {
      phs_buf_free(&known);
      return &targets[i];
    }
    phs_buf_printf(&known, "%scpu:%s", i ? ", " : "use one of: cpu, ", targets[i].triple);
  }
  phs_report(diag, PHS_CPU_TRIPLE, NULL, phs_buf_cstr(&known),
             "the CPU back end does not know the target triple '%s'", wanted);
  phs_buf_free(&known);
  return NULL;
}

bool phs_cpu_target_is_host(const phs_cpu_target *t) {
  return strcmp(t->triple, host_triple) == 0;
}

static bool cpu_known(const phs_cpu_target *t, const char *cpu, phs_diag *diag) {
  phs_buf known = {0};
  bool found = false;
  for (size_t i = 0; t->cpu[i]; i++) {
    found = found || strcmp(t->cpu[i], cpu) == 0;
    phs_buf_printf(&known, "%s%s", i ? ", " : "use one of: ", t->cpu[i]);
  }
  if (!found) {
    phs_report(diag, PHS_CPU_PROCESSOR, NULL, phs_buf_cstr(&known), "'%s' is not a processor of %s",
               cpu, t->triple);
  }
  phs_buf_free(&known);
  return found;
}

/* Registers LLVM's code generators; doing so again changes nothing. */
static void initialize(void) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  LLVMInitializeX86AsmParser();
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64Target();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64AsmPrinter();
  LLVMInitializeAArch64AsmParser();
  LLVMInitializeRISCVTargetInfo();
  LLVMInitializeRISCVTarget();
  LLVMInitializeRISCVTargetMC();
  LLVMInitializeRISCVAsmPrinter();
  LLVMInitializeRISCVAsmParser();
}

LLVMTargetMachineRef phs_cpu_target_machine(const phs_cpu_target *t, bool native, const char *cpu,
                                            int opt_level, phs_diag *diag) {
  static const LLVMCodeGenOptLevel levels[] = {LLVMCodeGenLevelNone, LLVMCodeGenLevelLess,
                                               LLVMCodeGenLevelDefault, LLVMCodeGenLevelAggressive};
  char *host_cpu = NULL, *host_features = NULL, *error = NULL;
  LLVMTargetMachineRef machine = NULL;
  LLVMTargetRef target;
  if (cpu && !cpu_known(t, cpu, diag)) {
    return NULL;
  }
  initialize();
  LLVMTargetMachineOptionsRef o = LLVMCreateTargetMachineOptions();
  char *triple = LLVMNormalizeTargetTriple(t->triple);
  if (LLVMGetTargetFromTriple(triple, &target, &error)) {
    phs_report(diag, PHS_INTERNAL, NULL, NULL, "LLVM has no target %s: %s", t->triple, error);
    goto cleanup;
  }
  if (native && !cpu) {
    host_cpu = LLVMGetHostCPUName();
    host_features = LLVMGetHostCPUFeatures();
  }
  LLVMTargetMachineOptionsSetCPU(o, host_cpu ? host_cpu : cpu ? cpu : "generic");
  LLVMTargetMachineOptionsSetFeatures(o, host_features ? host_features : t->features);
  LLVMTargetMachineOptionsSetABI(o, t->abi);
  LLVMTargetMachineOptionsSetCodeGenOptLevel(o, levels[opt_level]);
  LLVMTargetMachineOptionsSetRelocMode(o, LLVMRelocPIC);
  machine = LLVMCreateTargetMachineWithOptions(target, triple, o);
  if (!machine) {
    phs_report(diag, PHS_INTERNAL, NULL, NULL, "LLVM makes no code generator for %s", t->triple);
  }
cleanup:
  LLVMDisposeMessage(triple);
  LLVMDisposeMessage(host_cpu);
  LLVMDisposeMessage(host_features);
  LLVMDisposeMessage(error);
  LLVMDisposeTargetMachineOptions(o);
  return machine;
}
