/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Writing artefacts. */
#include "phasor/build.h"

#include "backends/cpu/cpu.h"
#include "backends/cpu/tempdir.h"
#include "base/buf.h"
#include "driver/mapping.h"
#include "driver/network.h"
#include "driver/output.h"
#include "driver/overwrite.h"
#include "driver/report.h"
#include "driver/targets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum emit_kind {
  EMIT_NET,
  EMIT_OPT,
  EMIT_MAP,
  EMIT_LLVM,
  EMIT_ASM,
  EMIT_OBJ,
  EMIT_HEADER,
  EMIT_SO,
  EMIT_EXE,
  EMIT_LATER
} emit_kind;

static const struct {
  const char *name, *suffix;
  emit_kind kind;
  phs_cpu_kind cpu; /* from EMIT_LLVM on */
  bool text;
} kinds[] = {
    {"net", ".net.mlir", EMIT_NET, 0, true},
    {"opt", ".opt.mlir", EMIT_OPT, 0, true},
    {"llvm", ".ll", EMIT_LLVM, PHS_CPU_LLVM, true},
    {"asm", ".s", EMIT_ASM, PHS_CPU_ASM, true},
    {"obj", ".o", EMIT_OBJ, PHS_CPU_OBJ, false},
    {"header", ".h", EMIT_HEADER, PHS_CPU_HEADER, true},
    {"so", ".so", EMIT_SO, PHS_CPU_SO, false},
    {"exe", "", EMIT_EXE, PHS_CPU_EXE, false},
    {"map", ".map.mlir", EMIT_MAP, 0, true},
    {"phx", ".phx", EMIT_LATER, 0, false},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* One build, decided. */
typedef struct plan {
  phs_target target;
  size_t kind;     /* row of kinds */
  char *made_path; /* when `output` was not given */
  const char *path;
} plan;

static bool ends_with(const char *s, const char *end) {
  size_t n = strlen(s), m = strlen(end);
  return n > m && strcmp(s + n - m, end) == 0;
}

/* What is to be built: --emit, else the suffix of -o, else what the target is for. */
static size_t choose_kind(const phasor_options *o, const phs_target *target) {
  static const char *const usual[] = {
      [PHS_TARGET_REFERENCE] = "opt", [PHS_TARGET_CPU] = "exe", [PHS_TARGET_MAPPED] = "map"};
  size_t fallback = 0;
  while (strcmp(kinds[fallback].name, usual[target->kind]) != 0) {
    fallback++;
  }
  for (size_t i = 0; i < KINDS; i++) {
    if (o->emit ? strcmp(o->emit, kinds[i].name) == 0
                : o->output && kinds[i].suffix[0] && ends_with(o->output, kinds[i].suffix)) {
      return i;
    }
  }
  return fallback;
}

static phasor_status refuse_kind(const phasor_options *o, const phs_target *target, size_t kind,
                                 phasor_network *n) {
  phs_diag *diag = &n->session->diag;
  phs_place place = {.where = "--emit"};
  const char *name = kinds[kind].name;
  if (kinds[kind].kind == EMIT_LATER) {
    phs_report(diag, PHS_EMIT_LATER, &place, "--emit=map shows where everything goes",
               "--emit=%s is not available in this version", name);
    return PHASOR_ERROR_TARGET;
  }
  bool has = kinds[kind].kind == EMIT_MAP
                 ? target->description != NULL
                 : kinds[kind].kind < EMIT_LLVM || target->kind == PHS_TARGET_CPU;
  if (!has) {
    phs_report(diag, PHS_EMIT_TARGET, &place,
               kinds[kind].kind == EMIT_MAP ? "use -t cpu, or a chip of `phasorc list targets`"
                                            : "use -t cpu",
               "target '%s' has no artefact '%s'", o->target ? o->target : "reference", name);
    return PHASOR_ERROR_USAGE;
  }
  if (kinds[kind].kind == EMIT_NET && n->net->discrete) {
    phs_report(diag, PHS_LEVEL_LOST, &(phs_place){.file = n->path}, "use --emit=opt",
               "a file at level opt does not hold the network as it was imported");
    return PHASOR_ERROR_USAGE;
  }
  if (!kinds[kind].text && o->output && strcmp(o->output, "-") == 0) {
    phs_report(diag, PHS_EMIT_STDOUT, &place, "give -o FILE",
               "--emit=%s cannot go to the standard output", name);
    return PHASOR_ERROR_USAGE;
  }
  return PHASOR_OK;
}

/* Length of the model's file name without folder and suffixes; what it begins with in @p stem. */
static int stem_of(const phasor_network *n, const char **stem) {
  static const char *const suffixes[] = {".net", ".opt"};
  const char *slash = strrchr(n->path, '/');
  const char *base = slash ? slash + 1 : n->path;
  const char *dot = strrchr(base, '.');
  size_t length = dot && dot != base ? (size_t)(dot - base) : strlen(base);
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
    size_t size = strlen(suffixes[i]);
    if (length > size && memcmp(base + length - size, suffixes[i], size) == 0) {
      length -= size;
    }
  }
  bool usable = strcmp(n->path, "-") != 0 && length > 0 && base[0] != '-';
  *stem = usable ? base : n->net->name;
  return (int)(usable ? length : strlen(n->net->name));
}

static phasor_status make_plan(phasor_network *n, const phasor_options *o, plan *p) {
  phs_diag *diag = &n->session->diag;
  phasor_status status = PHASOR_OK;
  bool plain = o->emit && (strcmp(o->emit, "net") == 0 || strcmp(o->emit, "opt") == 0);
  *p = (plan){.target = {PHS_TARGET_REFERENCE, NULL, NULL}};
  if (o->target) {
    status = phs_target_find(o->target, diag, &p->target);
  } else if (!plain) {
    phs_report(diag, PHS_OPTION_MISSING, NULL, "for example -t cpu",
               "build needs a target: -t NAME");
    status = PHASOR_ERROR_USAGE;
  }
  if (status != PHASOR_OK) {
    return status;
  }
  p->kind = choose_kind(o, &p->target);
  status = refuse_kind(o, &p->target, p->kind, n);
  if (status == PHASOR_OK && !o->output) {
    const char *stem;
    int length = stem_of(n, &stem);
    size_t size = (size_t)length + 16;
    p->made_path = malloc(size);
    if (!p->made_path) {
      return phs_no_memory(diag, "the output's name");
    }
    snprintf(p->made_path, size, "%.*s%s", length, stem, kinds[p->kind].suffix);
  }
  p->path = o->output ? o->output : p->made_path;
  return status;
}

static void to_file(MlirStringRef text, void *user) {
  fwrite(text.data, 1, text.length, user);
}

static phasor_status print_module(MlirModule module, const char *path, phs_diag *diag) {
  phs_output out;
  phasor_status status = phs_output_open(&out, path, diag);
  if (status != PHASOR_OK) {
    return status;
  }
  phs_ir_print(module, to_file, out.file);
  return phs_output_close(&out, diag);
}

static phasor_status emit_net(phasor_network *n, const char *path) {
  MlirModule module = {0};
  phasor_status status = phs_network_need_ir(n);
  if (status == PHASOR_OK) {
    status = phs_ir_from_net(n->ir, n->net, &module);
  }
  if (status == PHASOR_OK) {
    status = print_module(module, path, &n->session->diag);
    mlirModuleDestroy(module);
  }
  return status;
}

static phasor_status copy_file(const char *from, const char *to, phs_diag *diag) {
  size_t size;
  char *text = phs_read_file(from, &size, diag);
  phasor_status status = text ? phs_output_write(to, text, size, diag) : PHASOR_ERROR_IO;
  free(text);
  return status;
}

/* The back end writes to paths: the standard output takes a way round by a private folder. */
static phasor_status emit_to_stdout(phasor_network *n, const phs_cpu_options *options,
                                    phs_cpu_kind kind) {
  phs_tempdir folder = {0};
  phs_diag *diag = &n->session->diag;
  phasor_status status = phs_tempdir_create(&folder, diag);
  const char *path = status == PHASOR_OK ? phs_tempdir_file(&folder, "out", diag) : NULL;
  if (path) {
    status = phs_cpu_build(n->ir, n->opt_module, n->opt, options, kind, path, diag);
    if (status == PHASOR_OK) {
      status = copy_file(path, "-", diag);
    }
  } else if (status == PHASOR_OK) {
    status = PHASOR_ERROR_INTERNAL;
  }
  phs_tempdir_remove(&folder);
  return status;
}

static phasor_status emit(phasor_network *n, const phasor_options *o, const plan *p) {
  emit_kind kind = kinds[p->kind].kind;
  phasor_status status = phs_network_need_step(n);
  if (status != PHASOR_OK) {
    return status;
  }
  if (kind == EMIT_NET) {
    return emit_net(n, p->path);
  }
  status = phs_network_optimise(n, o);
  if (status != PHASOR_OK) {
    return status;
  }
  if (kind == EMIT_OPT) {
    return print_module(n->opt_module, p->path, &n->session->diag);
  }
  phs_cpu_options options = {.triple = p->target.triple,
                             .cpu = o->cpu,
                             .opt_level = o->opt_level,
                             .symbol = o->symbol,
                             .steps = n->extras.steps};
  double began = phs_stage_begin(n->session, "generate code");
  status = strcmp(p->path, "-") == 0
               ? emit_to_stdout(n, &options, kinds[p->kind].cpu)
               : phs_cpu_build(n->ir, n->opt_module, n->opt, &options, kinds[p->kind].cpu, p->path,
                               &n->session->diag);
  phs_stage_end(n->session, "generate code", began);
  return status;
}

/* Maps the network and writes the map and its report; the report also of one that was refused. */
static phasor_status emit_map(phasor_network *n, const phasor_options *o, const plan *p,
                              phs_output *report) {
  phs_mapping mapping = {0};
  phs_mapping_log log;
  phasor_status status = phs_network_need_step(n), written;
  phs_mapping_log_begin(&log, n->session);
  if (status == PHASOR_OK) {
    status = phs_mapping_make(n, o, &p->target, &mapping);
  }
  phs_mapping_log_end(&log);
  if (status == PHASOR_OK) {
    status = phs_mapping_write(n, &mapping, p->path);
  }
  written = phs_mapping_report(n, o, &mapping, &log, status, report);
  phs_mapping_free(&mapping);
  phs_mapping_log_free(&log);
  return status == PHASOR_OK ? written : status;
}

phasor_status phasor_build(phasor_network *n, const phasor_options *o, char **path) {
  o = phs_options_or_default(o);
  plan p;
  phasor_status status = make_plan(n, o, &p);
  phs_output report = {0};
  bool map = false;
  if (status == PHASOR_OK) {
    status = phs_check_overwrite(n, o, &o->records, p.path);
  }
  if (status == PHASOR_OK) {
    map = kinds[p.kind].kind == EMIT_MAP;
    status = phs_report_open(o, p.path, map, &n->session->diag, &report);
  }
  if (status == PHASOR_OK) {
    status = map ? emit_map(n, o, &p, &report) : emit(n, o, &p);
  }
  if (map) {
    phs_output_abort(&report);
  } else if (status == PHASOR_OK) {
    status = phs_report_build(n, o, kinds[p.kind].name, p.path, &report);
  } else {
    phs_output_abort(&report);
  }
  if (status == PHASOR_OK && path && !(*path = strdup(p.path))) {
    status = phs_no_memory(&n->session->diag, "the output's name");
  }
  free(p.made_path);
  return status;
}

phasor_status phasor_transform(phasor_session *s, const char *path, const phasor_options *o) {
  o = phs_options_or_default(o);
  if (!o->passes) {
    phs_report(&s->diag, PHS_OPTION_MISSING, NULL, "`phasorc list passes` lists the passes",
               "opt needs a pipeline: --passes=PIPELINE");
    return PHASOR_ERROR_USAGE;
  }
  phs_diag silent = {0}; /* what cannot be read or told is reported below */
  phs_file_format format =
      strcmp(path, "-") == 0 ? PHS_FORMAT_UNKNOWN : phs_detect_format(path, &silent);
  if (format == PHS_FORMAT_NIR || format == PHS_FORMAT_YAML) {
    phs_report(&s->diag, PHS_OPT_NEEDS_MLIR, &(phs_place){.file = path},
               "`phasorc build MODEL --emit=net` makes the text of a model, with --passes=PIPELINE "
               "--emit=opt what passes make of it",
               "opt takes MLIR text, and this is a model in %s",
               format == PHS_FORMAT_NIR ? "NIR" : "YAML");
    return PHASOR_ERROR_MODEL;
  }
  size_t size;
  char *text = phs_read_file(path, &size, &s->diag);
  if (!text) {
    return PHASOR_ERROR_IO;
  }
  MlirModule module = {0};
  phs_ir *ir = phs_ir_create(&s->diag);
  phasor_status status =
      ir ? phs_ir_parse(ir, text, size, strcmp(path, "-") == 0 ? "<stdin>" : path, &module)
         : PHASOR_ERROR_INTERNAL;
  free(text);
  if (status == PHASOR_OK) {
    double began = phs_stage_begin(s, "passes");
    phs_pipeline_options options = {.print_ir_after_all = o->print_ir, .timing = o->timing};
    status = phs_ir_run(ir, module, o->passes, &options);
    phs_stage_end(s, "passes", began);
  }
  if (status == PHASOR_OK) {
    status = print_module(module, o->output ? o->output : "-", &s->diag);
  }
  if (!mlirModuleIsNull(module)) {
    mlirModuleDestroy(module);
  }
  phs_ir_destroy(ir);
  return status;
}
