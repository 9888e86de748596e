/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The object that --emit=obj writes, linked into this process. */
#include "backends/cpu/codegen.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/options.h"
#include "backends/cpu/runtime/block.h"
#include "backends/cpu/runtime/crew.h"
#include "interp/interp.h"

#include <llvm-c/LLJIT.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*barrier)(void *user);

struct phs_cpu_program {
  phs_cpu_plan *plan;
  LLVMOrcLLJITRef jit;
  int threads;
  char *tables;
  void (*init)(void *state, const void *tables); /* without tables it takes one argument less */
  void (*step)(void *state, const float *const *inputs, void *const *outputs);
  void (*step_part)(void *state, const float *const *inputs, void *const *outputs, size_t part,
                    size_t parts, barrier wait, void *user);
  void (*tables_init_part)(void *tables, size_t part, size_t parts, barrier wait, void *user);
};

struct phs_cpu_run {
  const phs_cpu_program *program;
  char *state;
  phs_crew *crew; /* NULL: the caller alone */
  const float *const *inputs;
};

static bool jit_failed(LLVMErrorRef error, phs_diag *diag) {
  if (!error) {
    return false;
  }
  char *message = LLVMGetErrorMessage(error);
  phs_report(diag, PHS_INTERNAL, NULL, NULL, "the program cannot be linked into this process: %s",
             message);
  LLVMDisposeErrorMessage(message);
  return true;
}

/* Address of an exported function; 0 with a diagnostic. */
static LLVMOrcExecutorAddress look_up(const phs_cpu_program *p, const char *name, phs_diag *diag) {
  LLVMOrcExecutorAddress address = 0;
  char *full = phs_arena_printf(p->plan->arena, "%s_%s", p->plan->symbol, name);
  if (!full) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for a symbol name");
    return 0;
  }
  return jit_failed(LLVMOrcLLJITLookup(p->jit, &address, full), diag) ? 0 : address;
}

/* Sets the function pointer at @p out. */
static bool find(const phs_cpu_program *p, const char *name, void *out, phs_diag *diag) {
  LLVMOrcExecutorAddress address = look_up(p, name, diag);
  memcpy(out, &address, sizeof address);
  return address != 0;
}

/* A buffer of the object that the linker owns: the file mapped once more, not copied. */
static LLVMMemoryBufferRef buffer_of(const phs_cpu_object *object, phs_diag *diag) {
  char path[40], *message = NULL;
  LLVMMemoryBufferRef buffer = NULL;
  snprintf(path, sizeof path, "/proc/self/fd/%d", object->file);
  if (LLVMCreateMemoryBufferWithContentsOfFile(path, &buffer, &message)) {
    phs_report(diag, PHS_INTERNAL, NULL, NULL, "the object cannot be read back: %s", message);
    LLVMDisposeMessage(message);
    return NULL;
  }
  return buffer;
}

static bool link_object(phs_cpu_program *p, const phs_cpu_object *object, phs_diag *diag) {
  LLVMOrcDefinitionGeneratorRef process;
  if (jit_failed(LLVMOrcCreateLLJIT(&p->jit, NULL), diag)) {
    return false;
  }
  LLVMOrcJITDylibRef library = LLVMOrcLLJITGetMainJITDylib(p->jit);
  if (jit_failed(LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess(
                     &process, LLVMOrcLLJITGetGlobalPrefix(p->jit), NULL, NULL),
                 diag)) {
    return false;
  }
  LLVMOrcJITDylibAddGenerator(library, process); /* memcpy, memset and the functions of libm */
  LLVMMemoryBufferRef buffer = buffer_of(object, diag);
  if (!buffer || jit_failed(LLVMOrcLLJITAddObjectFile(p->jit, library, buffer), diag)) {
    return false;
  }
  return find(p, "init", &p->init, diag) && find(p, "step", &p->step, diag) &&
         find(p, "step_part", &p->step_part, diag) &&
         (p->plan->table_size == 0 || find(p, "tables_init_part", &p->tables_init_part, diag));
}

static void make_part(void *user, size_t part, size_t parts, phs_crew *crew) {
  const phs_cpu_program *p = user;
  p->tables_init_part(p->tables, part, parts, phs_crew_wait, crew);
}

static bool make_tables(phs_cpu_program *p, phs_diag *diag) {
  if (p->plan->table_size == 0) {
    return true;
  }
  p->tables = phs_block_alloc(p->plan->table_size);
  phs_crew *crew = p->tables ? phs_crew_create(p->threads) : NULL;
  if (!crew) {
    phs_report(diag, PHS_NO_MEMORY, NULL,
               "make synapses when they are needed: --synapses=recompute",
               "no memory for %zu bytes of synapses", p->plan->table_size);
    return false;
  }
  phs_crew_run(crew, make_part, p);
  phs_crew_destroy(crew);
  return true;
}

phs_cpu_program *phs_cpu_load(phs_ir *ir, MlirModule module, const phs_net *net,
                              const phs_cpu_options *options, phs_diag *diag) {
  (void)module;
  phs_cpu_choice choice;
  phs_cpu_code code = {0};
  phs_cpu_object object = {0};
  phs_cpu_program *p = calloc(1, sizeof *p);
  if (!p) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for a program");
    return NULL;
  }
  bool ok = phs_cpu_choose(options, diag, &choice) == PHASOR_OK;
  if (ok && !phs_cpu_target_is_host(choice.target)) {
    phs_report(diag, PHS_CPU_FOREIGN, NULL,
               "build it with --emit=exe and run it there or under qemu-user; here use -t cpu",
               "a program for %s cannot run in this process", choice.target->triple);
    ok = false;
  }
  ok = ok && phs_cpu_plan_create(net, choice.target, choice.symbol, diag, &p->plan) == PHASOR_OK;
  ok = ok && phs_cpu_code_create(phs_ir_context(ir), p->plan, choice.native, choice.cpu,
                                 choice.opt_level, true, diag, &code) == PHASOR_OK;
  ok = ok && phs_cpu_code_object(&code, diag, &object) == PHASOR_OK;
  phs_cpu_code_destroy(&code);
  ok = ok && link_object(p, &object, diag);
  phs_cpu_object_free(&object);
  p->threads = options && options->threads > 1 ? options->threads : 1;
  ok = ok && make_tables(p, diag);
  if (!ok) {
    phs_cpu_unload(p);
    return NULL;
  }
  return p;
}

void phs_cpu_unload(phs_cpu_program *p) {
  if (!p) {
    return;
  }
  if (p->jit) {
    LLVMConsumeError(LLVMOrcDisposeLLJIT(p->jit));
  }
  if (p->tables) {
    phs_block_free(p->tables, p->plan->table_size);
  }
  phs_cpu_plan_destroy(p->plan);
  free(p);
}

size_t phs_cpu_table_bytes(const phs_cpu_program *p) {
  return p->plan->table_size;
}

size_t phs_cpu_state_bytes(const phs_cpu_program *p) {
  return p->plan->state_size;
}

phs_cpu_run *phs_cpu_run_create(const phs_cpu_program *p) {
  return phs_cpu_run_create_threads(p, p->threads);
}

phs_cpu_run *phs_cpu_run_create_threads(const phs_cpu_program *p, int threads) {
  phs_cpu_run *r = calloc(1, sizeof *r);
  if (!r) {
    return NULL;
  }
  *r = (phs_cpu_run){.program = p, .state = phs_block_alloc(p->plan->state_size)};
  if (threads > 1) {
    r->crew = phs_crew_create(threads);
  }
  if (!r->state || (threads > 1 && !r->crew)) {
    phs_cpu_run_destroy(r);
    return NULL;
  }
  p->init(r->state, p->tables);
  return r;
}

void phs_cpu_run_destroy(phs_cpu_run *r) {
  if (r) {
    phs_crew_destroy(r->crew);
    phs_block_free(r->state, r->program->plan->state_size);
    free(r);
  }
}

void phs_cpu_run_reset(phs_cpu_run *r) {
  r->program->init(r->state, r->program->tables);
}

static void step_part(void *user, size_t part, size_t parts, phs_crew *crew) {
  phs_cpu_run *r = user;
  r->program->step_part(r->state, r->inputs, NULL, part, parts, phs_crew_wait, crew);
}

void phs_cpu_run_step(phs_cpu_run *r, const float *const *inputs) {
  if (r->crew) {
    r->inputs = inputs;
    phs_crew_run(r->crew, step_part, r);
  } else {
    r->program->step(r->state, inputs, NULL);
  }
}

bool phs_cpu_run_quantity(const phs_cpu_run *r, int op, const char *var, struct phs_quantity *out) {
  size_t offset;
  if (!phs_cpu_plan_quantity(r->program->plan, op, var, &out->elem, &out->count, &offset)) {
    return false;
  }
  out->data = r->state + offset;
  return true;
}
