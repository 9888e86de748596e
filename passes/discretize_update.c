/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The update function of a model under given conventions, composed of the pieces in models.mlir. */
#include "discretize.h"

#include <stdio.h>

static const char *const argument[] = {"s", "k", "a", "b", "r", "l", "thr", "d", "vr", "c"};

static bool has_current(const phs_update *u) {
  return u->model == PHS_MODEL_CUBALI || u->model == PHS_MODEL_CUBALIF;
}

static bool leaks(const phs_update *u) {
  return has_current(u) || u->model == PHS_MODEL_LI || u->model == PHS_MODEL_LIF;
}

bool phs_update_counts(const phs_update *u) {
  return phs_model_get(u->model)->spiking && u->model != PHS_MODEL_THRESHOLD &&
         u->conventions->spikes_per_step == PHS_MANY;
}

phs_update phs_update_of(const phs_conventions *c, phs_model model) {
  phs_update u = {.model = model, .conventions = c};
  bool *used = u.used;
  bool spiking = phs_model_get(model)->spiking, threshold = model == PHS_MODEL_THRESHOLD;
  used[PHS_C_S] = used[PHS_C_K] = used[PHS_C_R] = has_current(&u);
  used[PHS_C_A] = used[PHS_C_L] = leaks(&u);
  used[PHS_C_B] = !has_current(&u) && !threshold;
  used[PHS_C_THR] = spiking;
  if (spiking && !threshold) {
    used[PHS_C_VR] = c->reset == PHS_TO_VALUE;
    used[PHS_C_D] = c->reset != PHS_TO_VALUE || c->spikes_per_step == PHS_MANY;
    used[PHS_C_CLIP] = c->lower_clip == PHS_CLIP_VALUE;
  }
  return u;
}

bool phs_update_name(const phs_update *u, char *name, size_t size) {
  static const char *const resets[] = {"to_value", "subtract", "subtract_guarded"};
  const phs_conventions *c = u->conventions;
  const phs_model_info *info = phs_model_get(u->model);
  bool fires = info->spiking && u->model != PHS_MODEL_THRESHOLD;
  int n =
      snprintf(name, size, "%s%s%s%s%s%s%s%s", info->name,
               !has_current(u)                 ? ""
               : c->order == PHS_CURRENT_FIRST ? "_current_first"
                                               : "_voltage_first",
               u->used[PHS_C_L] ? "_leak" : "",
               !info->spiking         ? ""
               : c->compare == PHS_GT ? "_gt"
                                      : "_ge",
               fires ? "_" : "", fires ? resets[c->reset] : "", phs_update_counts(u) ? "_many" : "",
               !fires || c->lower_clip == PHS_CLIP_NONE    ? ""
               : c->lower_clip == PHS_CLIP_MINUS_THRESHOLD ? "_clip_minus_threshold"
                                                           : "_clip");
  return n > 0 && (size_t)n < size;
}

/* "%d = func.call @piece(%a, %b) : (f32, i1) -> f32"; `args` holds names with "z" and "g" for the
 * i1 ones. */
static void call(phs_buf *b, const char *result, const char *piece, const char *const *args,
                 const char *type) {
  phs_buf_printf(b, "  %%%s = func.call @%s(", result, piece);
  for (int i = 0; args[i]; i++) {
    phs_buf_printf(b, "%s%%%s", i ? ", " : "", args[i]);
  }
  phs_buf_puts(b, ") : (");
  for (int i = 0; args[i]; i++) {
    bool logical = args[i][1] == 0 && (args[i][0] == 'z' || args[i][0] == 'g');
    phs_buf_printf(b, "%s%s", i ? ", " : "", logical ? "i1" : "f32");
  }
  phs_buf_printf(b, ") -> %s\n", type);
}
#define CALL(b, result, piece, type, ...)                                                          \
  call(b, result, piece, (const char *const[]){__VA_ARGS__, NULL}, type)

/* Leaves the integrated membrane in %v1 (and the current in %i1). */
static void integrate(const phs_update *u, phs_buf *b) {
  if (!leaks(u)) {
    CALL(b, "v1", "accumulate", "f32", "v", "b", "x");
    return;
  }
  const char *drive = "x", *gain = "b";
  if (has_current(u)) {
    CALL(b, "i1", "leak", "f32", "i", "s", "x", "k");
    drive = u->conventions->order == PHS_CURRENT_FIRST ? "i1" : "i";
    gain = "r";
  }
  if (u->used[PHS_C_L]) {
    CALL(b, "v1", "leak_to_rest", "f32", "v", "a", drive, gain, "l");
  } else {
    CALL(b, "v1", "leak", "f32", "v", "a", drive, gain);
  }
}

/* From %v1 (and %v, its value before the step) to the output, whose name it returns, and the new
 * membrane %v2. */
static const char *fire(const phs_update *u, phs_buf *b) {
  const phs_conventions *c = u->conventions;
  const char *fires = c->compare == PHS_GT ? "fires_gt" : "fires_ge";
  if (phs_update_counts(u)) {
    CALL(b, "z", fires, "i1", "v1", "thr");
    CALL(b, "nf", c->compare == PHS_GT ? "count_gt" : "count_ge", "f32", "v1", "z", "thr", "d");
    phs_buf_puts(b, "  %n = arith.fptosi %nf : f32 to i32\n");
    if (c->reset == PHS_TO_VALUE) {
      CALL(b, "v2", "to_value", "f32", "v1", "z", "vr");
    } else {
      CALL(b, "v2", "subtract_many", "f32", "v1", "nf", "d");
    }
    return "n";
  }
  const char *v1 = "v1";
  if (c->reset == PHS_SUBTRACT_GUARDED) {
    CALL(b, "g", fires, "i1", "v", "thr");
    CALL(b, "v1g", "subtract", "f32", "v1", "g", "d");
    v1 = "v1g";
  }
  CALL(b, "z", fires, "i1", v1, "thr");
  if (c->reset == PHS_TO_VALUE) {
    CALL(b, "v2", "to_value", "f32", v1, "z", "vr");
  } else if (c->reset == PHS_SUBTRACT) {
    CALL(b, "v2", "subtract", "f32", v1, "z", "d");
  } else {
    CALL(b, "v2", "subtract_guarded", "f32", v1, "z", "g", "d");
  }
  return "z";
}

/* Name of the membrane after clipping. */
static const char *clip(const phs_update *u, phs_buf *b) {
  switch (u->conventions->lower_clip) {
  case PHS_CLIP_NONE:
    return "v2";
  case PHS_CLIP_MINUS_THRESHOLD:
    CALL(b, "v3", "clip_minus_threshold", "f32", "v2", "thr");
    return "v3";
  case PHS_CLIP_VALUE:
    break;
  }
  CALL(b, "v3", "clip", "f32", "v2", "c");
  return "v3";
}

void phs_update_text(const phs_update *u, const char *name, phs_buf *b) {
  const phs_model_info *info = phs_model_get(u->model);
  const char *type = !info->spiking ? "f32" : phs_update_counts(u) ? "i32" : "i1";
  phs_buf_printf(b, "func.func private @%s(%%x: f32", name);
  for (int i = 0; i < info->state_count; i++) {
    phs_buf_printf(b, ", %%%s: f32", info->state[i]);
  }
  for (int i = 0; i < PHS_C_COUNT; i++) {
    if (u->used[i]) {
      phs_buf_printf(b, ", %%%s: f32", argument[i]);
    }
  }
  phs_buf_printf(b, ") -> (%s%s%s) {\n", type, info->state_count > 0 ? ", f32" : "",
                 info->state_count > 1 ? ", f32" : "");
  const char *output = "v1", *v = "v1";
  if (u->model == PHS_MODEL_THRESHOLD) {
    CALL(b, "z", u->conventions->compare == PHS_GT ? "fires_gt" : "fires_ge", "i1", "x", "thr");
    output = "z";
  } else {
    integrate(u, b);
    if (info->spiking) {
      output = fire(u, b);
      v = clip(u, b);
    }
  }
  phs_buf_printf(b, "  return %%%s", output);
  if (info->state_count > 0) {
    phs_buf_printf(b, ", %%%s", v);
  }
  phs_buf_printf(b, "%s : %s%s%s\n}\n", info->state_count > 1 ? ", %i1" : "", type,
                 info->state_count > 0 ? ", f32" : "", info->state_count > 1 ? ", f32" : "");
}
