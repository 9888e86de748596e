/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* From a file to a network, and from there to its optimised form. */
#include "base/buf.h"
#include "driver/network.h"
#include "driver/pipeline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *phs_read_file(const char *path, size_t *size, phs_diag *diag) {
  phs_buf text = {0};
  int error = 0;
  FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
  if (!f) {
    error = errno;
  } else {
    char block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0 && !text.failed) {
      phs_buf_add(&text, block, n);
    }
    error = ferror(f) ? errno : 0;
    if (f != stdin) {
      fclose(f);
    }
  }
  if (error) {
    phs_report(diag, PHS_MODEL_IO, &(phs_place){.file = path}, NULL, "cannot read the file: %s",
               strerror(error));
  } else if (text.failed) {
    phs_no_memory(diag, "the file");
  } else {
    phs_buf_add(&text, "", 0);
    *size = text.len;
    return text.data ? text.data : calloc(1, 1);
  }
  phs_buf_free(&text);
  return NULL;
}

phasor_status phs_network_need_ir(phasor_network *n) {
  if (!n->ir) {
    n->ir = phs_ir_create(&n->session->diag);
  }
  return n->ir ? PHASOR_OK : PHASOR_ERROR_INTERNAL;
}

/* NAME=VALUE pairs as the importer takes them, in @p arena. */
static const phs_setting *settings(phs_arena *arena, const phs_pairs *pairs) {
  phs_setting *out = PHS_NEW_ARRAY(arena, phs_setting, pairs->count + 1);
  for (size_t i = 0; out && i < pairs->count; i++) {
    out[i] = (phs_setting){pairs->item[i].node, pairs->item[i].file};
  }
  return out;
}

static void note_without_effect(const phasor_network *n, const phasor_options *o,
                                const char *option) {
  if (phs_options_given(o, option)) {
    char dashed[32];
    snprintf(dashed, sizeof dashed, "--%s", option);
    phs_report(&n->session->diag, PHS_NO_EFFECT, &(phs_place){.file = n->path, .where = dashed},
               "leave it out", "%s has no effect on this model", dashed);
  }
}

static bool refuse_constants(const phasor_network *n, const phasor_options *o) {
  if (o->settings.count) {
    phs_report(&n->session->diag, PHS_NO_CONSTANTS, &(phs_place){.file = n->path, .where = "--set"},
               "leave the option out", "the model has no constant '%s': it is not a YAML model",
               o->settings.item[0].node);
  }
  return o->settings.count > 0;
}

static phasor_status load_yaml(phasor_network *n, const phasor_options *o) {
  phs_arena *arena = phs_arena_create();
  phs_yaml_options import = {.dt = o->dt,
                             .seed_given = o->seed_given,
                             .seed = o->seed,
                             .set_count = o->settings.count,
                             .set = arena ? settings(arena, &o->settings) : NULL,
                             .preset = o->preset,
                             .convention_count = o->conventions.count,
                             .convention = arena ? settings(arena, &o->conventions) : NULL};
  phasor_status status =
      import.set && import.convention
          ? phs_import_yaml(n->path, &import, &n->session->diag, &n->net, &n->extras)
          : phs_no_memory(&n->session->diag, "the options");
  phs_arena_destroy(arena);
  if (status == PHASOR_OK) {
    note_without_effect(n, o, "time-unit");
  }
  return status;
}

static phasor_status load_mlir(phasor_network *n, const phasor_options *o) {
  const char *given = phs_options_import_given(o);
  if (given) {
    phs_report(&n->session->diag, PHS_FIXED_IN_FILE, &(phs_place){.file = n->path},
               "leave the option out, or give it where the network is imported",
               "--%s cannot be used with an MLIR file, which states it itself", given);
    return PHASOR_ERROR_USAGE;
  }
  size_t size;
  char *text = phs_read_file(n->path, &size, &n->session->diag);
  if (!text) {
    return PHASOR_ERROR_IO;
  }
  phasor_status status = phs_network_need_ir(n);
  if (status == PHASOR_OK) {
    status = phs_ir_parse(n->ir, text, size, n->path, &n->source);
  }
  free(text);
  note_without_effect(n, o, "seed");
  return status == PHASOR_OK ? phs_ir_to_net(n->ir, n->source, &n->net) : status;
}

static bool is_elf(const char *path) {
  char magic[4] = "";
  FILE *f = fopen(path, "rb");
  bool elf = f && fread(magic, 1, sizeof magic, f) == sizeof magic &&
             memcmp(magic, "\177ELF", sizeof magic) == 0;
  if (f) {
    fclose(f);
  }
  return elf;
}

static phasor_status load_file(phasor_network *n, const phasor_options *o, bool to_check) {
  phs_diag *diag = &n->session->diag;
  unsigned before = diag->errors;
  phs_import_options import;
  if (is_elf(n->path)) {
    phs_report(
        diag, PHS_FORMAT_LATER, &(phs_place){.file = n->path},
        "run an executable by itself; give the model with -t cpu; `phasorc inspect` looks into it",
        "this is a compiled program, not a model");
    return PHASOR_ERROR_MODEL;
  }
  switch (phs_detect_format(n->path, diag)) {
  case PHS_FORMAT_NIR:
    if (refuse_constants(n, o)) {
      return PHASOR_ERROR_USAGE;
    }
    note_without_effect(n, o, "seed");
    phs_options_import(o, &import);
    import.provisional_dt = to_check;
    return phs_import_nir(n->path, &import, diag, &n->net);
  case PHS_FORMAT_MLIR:
    return load_mlir(n, o);
  case PHS_FORMAT_YAML:
    return load_yaml(n, o);
  case PHS_FORMAT_PHX:
    phs_report(diag, PHS_FORMAT_LATER, &(phs_place){.file = n->path}, "start from the model",
               ".phx images cannot be read by this version");
    return PHASOR_ERROR_MODEL;
  default:
    break;
  }
  /* The detector has said why; what it could not open is an I/O error, anything else is not a
   * model. */
  FILE *f = fopen(n->path, "rb");
  bool readable = f && (fgetc(f) != EOF || !ferror(f));
  int error = errno;
  if (f) {
    fclose(f);
  }
  if (diag->errors == before) {
    phs_report(diag, PHS_MODEL_IO, &(phs_place){.file = n->path}, NULL, "cannot read the file: %s",
               strerror(error));
  }
  return readable ? PHASOR_ERROR_MODEL : PHASOR_ERROR_IO;
}

/* The name of the preset that the conventions are, preferring the one that was asked for. */
static const char *preset_name(const phs_conventions *c, const char *asked) {
  const phs_preset *preset = asked ? phs_preset_find(asked) : NULL;
  if (preset && phs_conventions_equal(&preset->conventions, c)) {
    return preset->name;
  }
  for (size_t i = 0; i < phs_preset_count; i++) {
    if (phs_conventions_equal(&phs_presets[i].conventions, c)) {
      return phs_presets[i].name;
    }
  }
  return "custom";
}

static phasor_status load(phasor_session *s, const char *path, const phasor_options *o,
                          bool to_check, phasor_network **out) {
  o = phs_options_or_default(o);
  phasor_network *n = calloc(1, sizeof *n);
  if (!n || !(n->path = strdup(path))) {
    free(n);
    return phs_no_memory(&s->diag, "the network");
  }
  n->session = s;
  double began = phs_stage_begin(s, "import");
  phasor_status status = load_file(n, o, to_check);
  phs_stage_end(s, "import", began);
  if (status != PHASOR_OK) {
    phasor_network_destroy(n);
    return status;
  }
  n->preset = preset_name(&n->net->conventions, o->preset);
  *out = n;
  return PHASOR_OK;
}

phasor_status phasor_network_load(phasor_session *s, const char *path, const phasor_options *o,
                                  phasor_network **out) {
  return load(s, path, o, false, out);
}

phasor_status phasor_network_load_to_check(phasor_session *s, const char *path,
                                           const phasor_options *o, phasor_network **out) {
  return load(s, path, o, true, out);
}

phasor_status phs_network_need_step(const phasor_network *n) {
  if (!n->net->dt_provisional) {
    return PHASOR_OK;
  }
  phs_report(&n->session->diag, PHS_NIR_NO_DT, &(phs_place){.file = n->path}, "give --dt SECONDS",
             "the network was loaded to be checked, without the length of a step");
  return PHASOR_ERROR_USAGE;
}

static void drop_optimised(phasor_network *n) {
  if (n->opt != n->net) {
    phs_net_destroy(n->opt);
  }
  if (!mlirModuleIsNull(n->opt_module)) {
    mlirModuleDestroy(n->opt_module);
  }
  free(n->passes);
  n->opt = NULL;
  n->opt_module = (MlirModule){0};
  n->passes = NULL;
}

void phasor_network_destroy(phasor_network *n) {
  if (!n) {
    return;
  }
  /* Modules refer to the network's weights, networks read from modules to those of the ir. */
  drop_optimised(n);
  if (!mlirModuleIsNull(n->source)) {
    mlirModuleDestroy(n->source);
  }
  phs_ir_destroy(n->ir);
  phs_net_destroy(n->net);
  free(n->path);
  free(n);
}

/* A linear or conv op that adds to what came before (`init`) gives the running sum of a fan-in.
 * What a user calls the node's result is its own share: a twin without `init`, of the node's name,
 * computes that beside the sum, whose bits stay as they are. */
static bool add_twin(phs_net *net, int index) {
  phs_op *ops = PHS_NEW_ARRAY(net->arena, phs_op, (size_t)net->op_count + 1);
  char *name = phs_arena_printf(net->arena, "%s#sum", net->op[index].name);
  if (!ops || !name) {
    return false;
  }
  memcpy(ops, net->op, (size_t)net->op_count * sizeof *ops);
  phs_op *twin = &ops[net->op_count];
  *twin = ops[index];
  twin->operand_count = 1;
  twin->keep = true;
  ops[index].name = name;
  ops[index].alias_count = 0;
  net->op = ops;
  net->op_count++;
  return true;
}

static bool is_running_sum(const phs_op *op) {
  return (op->kind == PHS_OP_LINEAR || op->kind == PHS_OP_CONV) && op->operand_count > 1;
}

phasor_status phs_network_keep(phasor_network *n, const phs_pairs *pairs) {
  for (size_t i = 0; i < pairs->count; i++) {
    int op = phs_net_find(n->net, pairs->item[i].node);
    if (op < 0 || n->net->op[op].keep) {
      continue;
    }
    if (!is_running_sum(&n->net->op[op])) {
      n->net->op[op].keep = true;
    } else if (!add_twin(n->net, op)) {
      return phs_no_memory(&n->session->diag, "the recordings");
    }
    drop_optimised(n); /* what was made before may have lost the node */
  }
  return PHASOR_OK;
}

phasor_status phs_network_optimise(phasor_network *n, const phasor_options *o) {
  return phs_network_optimise_for(n, o, false);
}

phasor_status phs_network_optimise_for(phasor_network *n, const phasor_options *o, bool retime) {
  char *passes = NULL;
  phasor_status status = phs_pipeline_choose(n, o, retime, &passes);
  if (status != PHASOR_OK) {
    return status;
  }
  if (n->passes && strcmp(n->passes, passes) == 0) {
    free(passes);
    return PHASOR_OK;
  }
  drop_optimised(n);
  double began = phs_stage_begin(n->session, "optimise");
  status = phs_network_need_ir(n);
  if (status == PHASOR_OK) {
    status = phs_ir_from_net(n->ir, n->net, &n->opt_module);
  }
  if (status == PHASOR_OK && *passes) {
    phs_pipeline_options options = {.print_ir_after_all = o->print_ir, .timing = o->timing};
    status = phs_ir_run(n->ir, n->opt_module, passes, &options);
  }
  if (status == PHASOR_OK) {
    status = phs_ir_to_net(n->ir, n->opt_module, &n->opt);
  }
  if (status == PHASOR_OK) {
    n->passes = passes;
  } else {
    free(passes);
    drop_optimised(n);
  }
  phs_stage_end(n->session, "optimise", began);
  return status;
}
