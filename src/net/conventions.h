/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file conventions.h  What frameworks differ in, as named options, and the presets that bundle
 * them. The equations behind each value are in docs/conventions.md.
 */
#ifndef PHS_NET_CONVENTIONS_H
#define PHS_NET_CONVENTIONS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum phs_integrator { PHS_EULER, PHS_EXACT, PHS_EXP_UNSCALED } phs_integrator;
typedef enum phs_order { PHS_CURRENT_FIRST, PHS_VOLTAGE_FIRST } phs_order;
typedef enum phs_compare { PHS_GT, PHS_GE } phs_compare;
typedef enum phs_reset { PHS_TO_VALUE, PHS_SUBTRACT, PHS_SUBTRACT_GUARDED } phs_reset;
typedef enum phs_spikes_per_step { PHS_ONE, PHS_MANY } phs_spikes_per_step;
typedef enum phs_lower_clip {
  PHS_CLIP_NONE,
  PHS_CLIP_MINUS_THRESHOLD,
  PHS_CLIP_VALUE
} phs_lower_clip;
typedef enum phs_recurrent_start { PHS_ACTIVE, PHS_SILENT } phs_recurrent_start;
typedef enum phs_spike { PHS_HELD, PHS_DIRAC } phs_spike;
/** How I and IF, which have no time constant, take their input: v += r x (every framework), or v +=
 * r dt x (the ODE). */
typedef enum phs_if_input { PHS_PER_STEP, PHS_PER_TIME } phs_if_input;

typedef struct phs_conventions {
  phs_integrator integrator;
  phs_order order;
  phs_compare compare;
  phs_reset reset;
  phs_spikes_per_step spikes_per_step;
  phs_lower_clip lower_clip;
  double lower_clip_value; /**< with PHS_CLIP_VALUE; finite */
  phs_recurrent_start recurrent_start;
  int layer_latency; /**< steps, 0..1024 */
  phs_spike spike;
  phs_if_input if_input;
} phs_conventions;

typedef struct phs_preset {
  const char *name;
  phs_conventions conventions;
  const char *text; /**< what it stands for, for `phasorc explain preset NAME` */
} phs_preset;

/** The presets, `nir` (the default) first. */
extern const phs_preset phs_presets[];
extern const size_t phs_preset_count;
/** NULL when there is no such preset. */
const phs_preset *phs_preset_find(const char *name);

/** Number of convention keys, and key @p i ("integrator"), in the order in which they print. */
size_t phs_convention_key_count(void);
const char *phs_convention_key(size_t i);
/** The values that key @p i may take, for messages: "euler, exact, exp_unscaled". */
const char *phs_convention_choices(size_t i);

typedef enum phs_convention_result {
  PHS_CONVENTION_OK,
  PHS_CONVENTION_NO_KEY,
  PHS_CONVENTION_NO_VALUE
} phs_convention_result;
/** Sets the convention @p key to the value written as @p value. */
phs_convention_result phs_convention_set(phs_conventions *c, const char *key, const char *value);
/** Writes the value of key @p i as text ("euler", "0", "minus_threshold") to @p out. */
void phs_convention_get(const phs_conventions *c, size_t i, char *out, size_t size);
bool phs_conventions_equal(const phs_conventions *a, const phs_conventions *b);

#endif
