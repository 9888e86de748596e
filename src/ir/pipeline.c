/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Textual pipelines that mix Phasor's passes with upstream's: MLIR's parser does not know external
 * passes, so the text is split here and both kinds go onto one pass manager. */
#include "base/buf.h"
#include "base/nearest.h"
#include "ir/context.h"
#include "passes.h"

#include <mlir-c/Pass.h>

#include <stdio.h>
#include <stdlib.h>

/* One use of a pass of ours; what MLIR hands back when it runs. */
typedef struct pass_use {
  phs_ir *ir;
  const phs_pass *pass;
  const char *values[PHS_MAX_PASS_OPTIONS];
  phasor_status *status;
} pass_use;

typedef struct pipeline {
  phs_ir *ir;
  MlirOpPassManager manager;
  phs_arena *arena;
  phasor_status status; /* of parsing, then of our passes */
  int depth;
} pipeline;

static phasor_status add_elements(pipeline *p, const char *text, size_t length);

/* ---- one pass of ours ---- */

static void run_pass(MlirOperation op, MlirExternalPass external, void *user) {
  pass_use *use = user;
  MlirModule module = mlirModuleFromOperation(op);
  phs_diag *diag = use->ir->diag;
  unsigned before = diag->errors;
  phasor_status status = use->pass->run(use->ir, module, use->values);
  if (status == PHASOR_OK && use->ir->out_of_memory) {
    status = PHASOR_ERROR_INTERNAL;
  }
  if (status == PHASOR_OK) {
    status = phs_ir_check(use->ir, module);
  }
  if (status != PHASOR_OK) {
    if (diag->errors == before) {
      phs_report(diag, PHS_INTERNAL, NULL, NULL, "the pass %s failed without saying why",
                 use->pass->info.name);
    }
    *use->status = status;
    mlirExternalPassSignalFailure(external);
  }
}

/* The uses lie in the pipeline's arena, so nothing is made or freed with the pass. */
static void *clone_use(void *user) {
  return user;
}
static void nothing(void *user) {
  (void)user;
}

static phasor_status fail(pipeline *p, phs_code code, const char *help, const char *fmt,
                          const char *text, size_t length) {
  phs_place place = {.where = "--passes"};
  int n = length < 200 ? (int)length : 200;
  phs_report(p->ir->diag, code, &place, help, fmt, n, text);
  return phs_code_status(code);
}

static phasor_status no_memory(pipeline *p) {
  phs_report(p->ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the pass pipeline");
  return PHASOR_ERROR_INTERNAL;
}

static bool takes(const phs_pass_option *o, const char *value) {
  for (int i = 0; i < 4 && o->values[i]; i++) {
    if (strcmp(o->values[i], value) == 0) {
      return true;
    }
  }
  return o->values[0] == NULL;
}

/* "key=value key=value" between the braces. */
static phasor_status set_options(pipeline *p, pass_use *use, const char *text, size_t length) {
  char *copy = phs_arena_alloc(p->arena, length + 1);
  if (!copy) {
    return no_memory(p);
  }
  memcpy(copy, text, length);
  char *rest = copy;
  for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
    char *equals = strchr(word, '=');
    const phs_pass_option *o = use->pass->option;
    size_t key = equals ? (size_t)(equals - word) : strlen(word);
    while (o->name && (strlen(o->name) != key || memcmp(o->name, word, key) != 0)) {
      o++;
    }
    if (!o->name) {
      return fail(p, PHS_PIPELINE_OPTION, "see `phasorc explain pass NAME`",
                  "the pass has no option '%.*s'", word, key);
    }
    if (!equals || !takes(o, equals + 1)) {
      return fail(p, PHS_PIPELINE_OPTION, o->text, "'%.*s' is not a value of the option", word,
                  strlen(word));
    }
    use->values[o - use->pass->option] = equals + 1;
  }
  return PHASOR_OK;
}

static phasor_status add_ours(pipeline *p, const phs_pass *pass, const char *options,
                              size_t length) {
  pass_use *use = PHS_NEW(p->arena, pass_use);
  if (!use) {
    return no_memory(p);
  }
  *use = (pass_use){.ir = p->ir, .pass = pass, .status = &p->status};
  for (int i = 0; i < PHS_MAX_PASS_OPTIONS && pass->option[i].name; i++) {
    use->values[i] = pass->option[i].fallback;
  }
  phasor_status status = length ? set_options(p, use, options, length) : PHASOR_OK;
  if (status != PHASOR_OK) {
    return status;
  }
  MlirExternalPassCallbacks callbacks = {
      .construct = nothing, .destruct = nothing, .clone = clone_use, .run = run_pass};
  /* The descriptor's address is the pass's identity. */
  MlirPass made = mlirCreateExternalPass(mlirTypeIDCreate(pass), phs_ref(pass->info.name),
                                         phs_ref(pass->info.name), phs_ref(pass->info.summary),
                                         phs_ref("builtin.module"), 0, NULL, callbacks, use);
  mlirOpPassManagerAddOwnedPass(p->manager, made);
  return PHASOR_OK;
}

/* ---- upstream's ---- */

static phasor_status unknown(pipeline *p, const char *name, size_t length) {
  static const char *const upstream[] = {"canonicalize", "cse", "inline", "symbol-dce", "sccp"};
  size_t ours = phs_pass_count(), count = ours + sizeof upstream / sizeof *upstream;
  const char **known = PHS_NEW_ARRAY(p->arena, const char *, count);
  const char *word = phs_arena_printf(p->arena, "%.*s", (int)(length < 200 ? length : 200), name);
  if (!known || !word) {
    return no_memory(p);
  }
  for (size_t i = 0; i < count; i++) {
    known[i] = i < ours ? phs_pass_get(i)->name : upstream[i - ours];
  }
  const char *near = phs_nearest(word, known, count);
  char help[128] = "`phasorc list passes` lists Phasor's passes";
  if (near) {
    snprintf(help, sizeof help, "did you mean '%s'?", near);
  }
  return fail(p, PHS_PIPELINE_UNKNOWN, help, "there is no pass '%.*s'", name, length);
}

static phasor_status add_upstream(pipeline *p, const char *text, size_t length, size_t name) {
  phs_buf message = {0};
  unsigned before = p->ir->diag->errors;
  if (mlirLogicalResultIsSuccess(mlirOpPassManagerAddPipeline(
          p->manager, mlirStringRefCreate(text, length), phs_ir_to_buf, &message))) {
    phs_buf_free(&message);
    return PHASOR_OK;
  }
  phasor_status status = PHASOR_ERROR_USAGE;
  if (strstr(phs_buf_cstr(&message), "does not refer to a registered pass") &&
      text[name == length ? 0 : name] != '(') {
    status = unknown(p, text, name);
  } else if (p->ir->diag->errors == before) {
    for (size_t i = 0; i < message.len; i++) {
      message.data[i] = message.data[i] == '\n' ? ' ' : message.data[i];
    }
    const char *why = message.len ? message.data : "MLIR's parser gives no reason";
    fail(p, PHS_PIPELINE_SYNTAX, "example: phasor-discretize,func.func(canonicalize),cse",
         "MLIR refuses the pipeline: %.*s", why, strlen(why));
  }
  phs_buf_free(&message);
  return status;
}

/* ---- splitting ---- */

static void trim(const char **text, size_t *length) {
  while (*length && strchr(" \t\n", **text)) {
    ++*text;
    --*length;
  }
  while (*length && strchr(" \t\n", (*text)[*length - 1])) {
    --*length;
  }
}

static phasor_status add_element(pipeline *p, const char *text, size_t length) {
  trim(&text, &length);
  size_t name = 0;
  while (name < length && !strchr("{( ", text[name])) {
    name++;
  }
  if (name == 0) {
    return fail(p, PHS_PIPELINE_SYNTAX, "write names with commas between",
                "a pass is missing at '%.*s'", text, length);
  }
  if (name + 2 <= length && strncmp(text, "builtin.module(", name + 1) == 0 &&
      text[length - 1] == ')') {
    return add_elements(p, text + name + 1, length - name - 2);
  }
  const phs_pass *ours = phs_pass_find(text, name);
  if (!ours) {
    return add_upstream(p, text, length, name);
  }
  if (name == length) {
    return add_ours(p, ours, "", 0);
  }
  if (text[name] != '{' || text[length - 1] != '}') {
    return fail(p, PHS_PIPELINE_SYNTAX, "options follow in braces: name{key=value}",
                "cannot read '%.*s'", text, length);
  }
  return add_ours(p, ours, text + name + 1, length - name - 2);
}

/* Splits at the commas outside of brackets. */
static phasor_status add_elements(pipeline *p, const char *text, size_t length) {
  size_t start = 0;
  int open = 0;
  if (++p->depth > 16) {
    return fail(p, PHS_PIPELINE_SYNTAX, NULL, "pipelines are nested too deeply at '%.*s'", text,
                length);
  }
  for (size_t i = 0; i <= length; i++) {
    if (i < length && strchr("({", text[i])) {
      open++;
    } else if (i < length && strchr(")}", text[i])) {
      open--;
    }
    if (open < 0 || (i == length && open != 0)) {
      return fail(p, PHS_PIPELINE_SYNTAX, "close what was opened",
                  "brackets do not match in '%.*s'", text, length);
    }
    if ((i == length || text[i] == ',') && open == 0) {
      phasor_status status = add_element(p, text + start, i - start);
      if (status != PHASOR_OK) {
        return status;
      }
      start = i + 1;
    }
  }
  p->depth--;
  return PHASOR_OK;
}

static phasor_status run_manager(pipeline *p, MlirPassManager manager, MlirModule module,
                                 const phs_pipeline_options *options) {
  if (options && options->print_ir_after_all) {
    MlirOpPrintingFlags flags = mlirOpPrintingFlagsCreate();
    mlirOpPrintingFlagsElideLargeResourceString(flags, 64);
    mlirPassManagerEnableIRPrinting(manager, false, true, true, false, false, flags,
                                    mlirStringRefCreate("", 0));
    mlirOpPrintingFlagsDestroy(flags);
  }
  if (options && options->timing) {
    mlirPassManagerEnableTiming(manager);
  }
  unsigned before = p->ir->diag->errors;
  if (mlirLogicalResultIsSuccess(mlirPassManagerRunOnOp(manager, mlirModuleGetOperation(module)))) {
    return PHASOR_OK;
  }
  if (p->ir->diag->errors == before) {
    phs_report(p->ir->diag, PHS_IR_MLIR, NULL, NULL, "an upstream pass failed without saying why");
  }
  return p->status != PHASOR_OK ? p->status : PHASOR_ERROR_MODEL;
}

phasor_status phs_ir_run(phs_ir *ir, MlirModule module, const char *text,
                         const phs_pipeline_options *options) {
  pipeline p = {.ir = ir, .arena = phs_arena_create()};
  if (!p.arena) {
    return no_memory(&p);
  }
  size_t length = strlen(text);
  trim(&text, &length);
  MlirPassManager manager = mlirPassManagerCreate(ir->context);
  mlirPassManagerEnableVerifier(manager, true);
  p.manager = mlirPassManagerGetAsOpPassManager(manager);
  phasor_status status = length ? add_elements(&p, text, length) : PHASOR_OK;
  if (status == PHASOR_OK && length) {
    status = run_manager(&p, manager, module, options);
  }
  mlirPassManagerDestroy(manager);
  phs_arena_destroy(p.arena);
  return status;
}
