/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "net/conventions.h"

#include "base/locale.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LATENCY 1024
#define MAX_NAMES 4
/* Members that are not named have the first value of each key: euler, current_first, gt, to_value,
 * one, none, active, 0, held, per_step. */
const phs_preset phs_presets[] = {
    {"nir",
     {.integrator = PHS_EULER},
     "NIR's equations read plainly, one step at a time: forward Euler, the current before the "
     "voltage, spike if v > v_threshold, reset to v_reset in the same step, recurrent "
     "connections one step late.\n"
     "The default. It equals `snntorch`; use it where nothing is known about the exporter.\n"},
    {"snntorch",
     {.integrator = PHS_EULER},
     "snnTorch as it runs the networks that it exports: forward Euler, v > threshold, reset to "
     "the reset value, the recurrent layer with its bias acting from the first step.\n"
     "Checked against the recorded first-layer spikes of the NIR paper's Braille network (bias, "
     "reset to zero; snnTorch, 119 spikes in 256 steps): no bit differs.\n"
     "Networks trained with snnTorch's subtractive reset: add `--convention "
     "reset=subtract_guarded`, which carries its guard against resetting twice.\n"},
    {"norse",
     {.recurrent_start = PHS_SILENT},
     "Norse: as `nir`, but the recurrent branch, its bias included, is silent in the first "
     "step.\n"
     "Checked against the recorded first-layer spikes of the NIR paper's Braille network (Norse, "
     "118 spikes in 256 steps): no bit differs. Against the voltage trace of the paper's single "
     "LIF neuron: to 2e-7, spikes in the same steps.\n"},
    {"spyx",
     {.reset = PHS_SUBTRACT, .layer_latency = 1},
     "Spyx: subtractive reset whatever the file is called, and each layer one step late.\n"
     "The rule reproduces Spyx's recorded first-layer spikes of both Braille networks of the NIR "
     "paper. The tests here hold it as a property: one layer under `spyx` equals the same layer "
     "under reset=subtract, one step later.\n"},
    {"sinabs",
     {.integrator = PHS_EXACT,
      .spikes_per_step = PHS_MANY,
      .reset = PHS_SUBTRACT,
      .lower_clip = PHS_CLIP_MINUS_THRESHOLD,
      .compare = PHS_GE},
     "Sinabs: several spikes a step, subtractive reset, the membrane clipped below at minus the "
     "threshold, spike if v >= threshold, exponential decay.\n"
     "Checked on the NIR paper's N-MNIST network (cnn_sinabs): class 4 for the recorded digit 4, "
     "and the spike totals of each layer equal an independent simulator's (with compare=gt, for "
     "which they were counted).\n"},
    {"rockpool",
     {.integrator = PHS_EXP_UNSCALED, .spikes_per_step = PHS_MANY, .reset = PHS_SUBTRACT},
     "Rockpool: exponential decay of the state with the input scaled by dt/tau, several spikes a "
     "step, subtractive reset.\n"
     "Checked against Rockpool's voltage trace of the NIR paper's single LIF neuron: to 2e-7.\n"
     "Rockpool also drops the bias of recurrent layers, with a warning; this preset keeps it.\n"},
    {"lava",
     {.layer_latency = 1},
     "Lava's floating-point processes: as `nir`, each layer one step late.\n"
     "Checked against Lava's voltage trace of the NIR paper's single LIF neuron: to 2e-4, one "
     "row later. Loihi's integer arithmetic is a matter of the target, not of this preset.\n"},
    {"nest",
     {.integrator = PHS_EXACT, .order = PHS_VOLTAGE_FIRST, .compare = PHS_GE, .spike = PHS_DIRAC},
     "NEST and other exact integrators: the propagator of the linear equations, the voltage "
     "driven by the current at the start of the step, spikes as Dirac pulses of area 1, v >= "
     "threshold.\n"
     "The exact integrator is checked against the event-driven solution of the NIR paper's "
     "single LIF neuron (spikes in the same steps).\n"},
};
const size_t phs_preset_count = sizeof phs_presets / sizeof *phs_presets;

const phs_preset *phs_preset_find(const char *name) {
  for (size_t i = 0; i < phs_preset_count; i++) {
    if (strcmp(phs_presets[i].name, name) == 0) {
      return &phs_presets[i];
    }
  }
  return NULL;
}

typedef enum key_kind { KEY_NAMES, KEY_CLIP, KEY_LATENCY } key_kind;

/* One key. Enumerators of phs_conventions count from 0 in the order of `name`. */
typedef struct key_info {
  const char *key;
  key_kind kind;
  size_t offset, size;
  const char *name[MAX_NAMES];
  const char *choices;
} key_info;

#define FIELD(member) offsetof(phs_conventions, member), sizeof(((phs_conventions *)NULL)->member)

static const key_info keys[] = {
    {"integrator",
     KEY_NAMES,
     FIELD(integrator),
     {"euler", "exact", "exp_unscaled"},
     "euler, exact, exp_unscaled"},
    {"order",
     KEY_NAMES,
     FIELD(order),
     {"current_first", "voltage_first"},
     "current_first, voltage_first"},
    {"compare", KEY_NAMES, FIELD(compare), {"gt", "ge"}, "gt, ge"},
    {"reset",
     KEY_NAMES,
     FIELD(reset),
     {"to_value", "subtract", "subtract_guarded"},
     "to_value, subtract, subtract_guarded"},
    {"spikes_per_step", KEY_NAMES, FIELD(spikes_per_step), {"one", "many"}, "one, many"},
    {"lower_clip",
     KEY_CLIP,
     FIELD(lower_clip),
     {"none", "minus_threshold"},
     "none, minus_threshold, a finite number"},
    {"recurrent_start", KEY_NAMES, FIELD(recurrent_start), {"active", "silent"}, "active, silent"},
    {"layer_latency",
     KEY_LATENCY,
     FIELD(layer_latency),
     {NULL},
     "a whole number of steps from 0 to 1024"},
    {"spike", KEY_NAMES, FIELD(spike), {"held", "dirac"}, "held, dirac"},
    {"if_input", KEY_NAMES, FIELD(if_input), {"per_step", "per_time"}, "per_step, per_time"},
};
#define KEY_COUNT (sizeof keys / sizeof *keys)

_Static_assert(sizeof(phs_integrator) == sizeof(unsigned) && sizeof(int) == sizeof(unsigned),
               "the table reads every enumeration as an unsigned");

static unsigned field_get(const phs_conventions *c, const key_info *k) {
  unsigned value;
  memcpy(&value, (const char *)c + k->offset, sizeof value);
  return value;
}

static void field_set(phs_conventions *c, const key_info *k, unsigned value) {
  memcpy((char *)c + k->offset, &value, sizeof value);
}

size_t phs_convention_key_count(void) {
  return KEY_COUNT;
}

const char *phs_convention_key(size_t i) {
  return i < KEY_COUNT ? keys[i].key : NULL;
}

const char *phs_convention_choices(size_t i) {
  return i < KEY_COUNT ? keys[i].choices : NULL;
}

/* Index of @p value among the names of @p k, or -1. */
static int name_index(const key_info *k, const char *value) {
  for (int i = 0; i < MAX_NAMES && k->name[i]; i++) {
    if (strcmp(k->name[i], value) == 0) {
      return i;
    }
  }
  return -1;
}

/* A decimal number that is finite in binary32, which is what the clip is rounded to. */
static bool parse_finite(const char *text, double *out) {
  if (text[0] == 0 || strspn(text, "+-.0123456789eE") != strlen(text)) {
    return false; /* strtod would also take spaces, hexadecimal digits, infinities and NaN */
  }
  double value;
  if (!phs_parse_double(text, &value) || !isfinite((float)value)) {
    return false;
  }
  *out = value;
  return true;
}

static bool parse_latency(const char *text, unsigned *out) {
  size_t digits = strspn(text, "0123456789");
  if (digits == 0 || text[digits] != 0 || digits > 9) {
    return false;
  }
  unsigned long value = strtoul(text, NULL, 10);
  *out = (unsigned)value;
  return value <= MAX_LATENCY;
}

phs_convention_result phs_convention_set(phs_conventions *c, const char *key, const char *value) {
  const key_info *k = NULL;
  for (size_t i = 0; i < KEY_COUNT && !k; i++) {
    k = strcmp(keys[i].key, key) == 0 ? &keys[i] : NULL;
  }
  if (!k) {
    return PHS_CONVENTION_NO_KEY;
  }
  int found = name_index(k, value);
  unsigned latency;
  if (found >= 0) {
    field_set(c, k, (unsigned)found);
    if (k->kind == KEY_CLIP) {
      c->lower_clip_value = 0;
    }
  } else if (k->kind == KEY_CLIP && parse_finite(value, &c->lower_clip_value)) {
    c->lower_clip = PHS_CLIP_VALUE;
  } else if (k->kind == KEY_LATENCY && parse_latency(value, &latency)) {
    c->layer_latency = (int)latency;
  } else {
    return PHS_CONVENTION_NO_VALUE;
  }
  return PHS_CONVENTION_OK;
}

/* The shortest decimal that reads back to the same double. */
static void print_double(double value, char *out, size_t size) {
  locale_t before = phs_locale_c();
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) {
      break;
    }
  }
  phs_locale_restore(before);
  snprintf(out, size, "%s", text);
}

void phs_convention_get(const phs_conventions *c, size_t i, char *out, size_t size) {
  if (i >= KEY_COUNT) {
    snprintf(out, size, "%s", "");
    return;
  }
  const key_info *k = &keys[i];
  unsigned value = field_get(c, k);
  if (k->kind == KEY_LATENCY) {
    snprintf(out, size, "%d", c->layer_latency);
  } else if (k->kind == KEY_CLIP && value == PHS_CLIP_VALUE) {
    print_double(c->lower_clip_value, out, size);
  } else {
    snprintf(out, size, "%s", k->name[value]);
  }
}

bool phs_conventions_equal(const phs_conventions *a, const phs_conventions *b) {
  for (size_t i = 0; i < KEY_COUNT; i++) {
    if (field_get(a, &keys[i]) != field_get(b, &keys[i])) {
      return false;
    }
  }
  return a->lower_clip != PHS_CLIP_VALUE || a->lower_clip_value == b->lower_clip_value;
}
