/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/option_values.h"

#include "base/locale.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static phasor_status refuse(const phs_option_use *x, const char *allowed) {
  phs_report(x->diag, PHS_OPTION_VALUE, &(phs_place){.where = x->dashed}, NULL,
             "--%s: '%s' is not %s", x->info->name, x->text, allowed);
  return PHASOR_ERROR_USAGE;
}

phasor_status phs_set_text(const phs_option_use *x) {
  if (*x->text == 0) {
    return refuse(x, "a name: it is empty");
  }
  *(const char **)x->member = x->text;
  return PHASOR_OK;
}

phasor_status phs_set_flag(const phs_option_use *x) {
  *(bool *)x->member = true;
  return PHASOR_OK;
}

phasor_status phs_set_seconds(const phs_option_use *x) {
  double value;
  if (!phs_parse_double(x->text, &value) || !(value > 0) || value > 1e9) {
    return refuse(x, "a number of seconds above 0 (at most 1e9)");
  }
  *(double *)x->member = value;
  return PHASOR_OK;
}

phasor_status phs_set_transient(const phs_option_use *x) {
  double value;
  if (!phs_parse_double(x->text, &value) || value < 0 || value > 1e9) {
    return refuse(x, "a number of seconds of at least 0 (at most 1e9)");
  }
  *(double *)x->member = value;
  x->o->transient_given = true;
  return PHASOR_OK;
}

phasor_status phs_set_tolerance(const phs_option_use *x) {
  double value;
  if (!phs_parse_double(x->text, &value) || value < 0) {
    return refuse(x, "a number of at least 0");
  }
  *(double *)x->member = value;
  return PHASOR_OK;
}

phasor_status phs_set_amount(const phs_option_use *x) {
  double value;
  if (!phs_parse_double(x->text, &value) || !(value > 0) || value > 1e9) {
    return refuse(x, "a number above 0 (at most 1e9)");
  }
  *(double *)x->member = value;
  return PHASOR_OK;
}

static bool parse_integer(const char *text, int64_t low, int64_t high, int64_t *out) {
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  *out = value;
  return end != text && *end == 0 && errno == 0 && value >= low && value <= high;
}

phasor_status phs_set_steps(const phs_option_use *x) {
  int64_t value;
  if (!parse_integer(x->text, 1, 1000000000, &value)) {
    return refuse(x, "a whole number from 1 to 1000000000");
  }
  *(int64_t *)x->member = value;
  return PHASOR_OK;
}

phasor_status phs_set_seed(const phs_option_use *x) {
  char *end;
  errno = 0;
  unsigned long long value = strtoull(x->text, &end, 0);
  if (end == x->text || *end || errno || strchr(x->text, '-')) {
    return refuse(x, "a whole number from 0 to 18446744073709551615");
  }
  *(uint64_t *)x->member = value;
  x->o->seed_given = true;
  return PHASOR_OK;
}

/* "500M": decimal multiples as of disks and networks, KiB to TiB binary ones. */
phasor_status phs_set_bytes(const phs_option_use *x) {
  static const char units[] = "kMGT";
  char number[32];
  double value = 0;
  size_t digits = strspn(x->text, "0123456789.");
  snprintf(number, sizeof number, "%.*s", (int)(digits < sizeof number ? digits : 0), x->text);
  bool ok = phs_parse_double(number, &value);
  const char *end = x->text + digits;
  const char *unit = *end ? strchr(units, *end == 'K' ? 'k' : *end) : NULL;
  if (ok && unit) {
    bool binary = end[1] == 'i';
    for (long k = unit - units; k >= 0; k--) {
      value *= binary ? 1024 : 1000;
    }
    end += binary ? 2 : 1;
  }
  end += *end == 'B';
  if (!ok || *end || value < 1 || value > 1e18) {
    return refuse(x, "a number of bytes, such as 500000000, 500M or 4GiB");
  }
  *(uint64_t *)x->member = (uint64_t)value;
  return PHASOR_OK;
}

phasor_status phs_set_jobs(const phs_option_use *x) {
  int64_t value;
  if (!parse_integer(x->text, 1, 1024, &value)) {
    return refuse(x, "a number of threads from 1 to 1024");
  }
  *(int *)x->member = (int)value;
  return PHASOR_OK;
}

phasor_status phs_set_level(const phs_option_use *x) {
  int64_t value;
  if (!parse_integer(x->text, 0, 3, &value)) {
    return refuse(x, "0, 1, 2 or 3");
  }
  *(int *)x->member = (int)value;
  return PHASOR_OK;
}

/* Which of "a|b|c" the text is, or -1 with a diagnostic. */
static int choice(const phs_option_use *x) {
  const char *at = x->info->choices;
  for (int i = 0;; i++) {
    size_t n = strcspn(at, "|");
    if (strlen(x->text) == n && strncmp(at, x->text, n) == 0) {
      return i;
    }
    if (at[n] == 0) {
      break;
    }
    at += n + 1;
  }
  char allowed[256];
  snprintf(allowed, sizeof allowed, "one of %s", x->info->choices);
  refuse(x, allowed);
  return -1;
}

phasor_status phs_set_time_unit(const phs_option_use *x) {
  static const phs_time_unit units[] = {PHS_TIME_SECONDS, PHS_TIME_MILLISECONDS, PHS_TIME_STEPS};
  int i = choice(x);
  if (i < 0) {
    return PHASOR_ERROR_USAGE;
  }
  *(phs_time_unit *)x->member = units[i];
  return PHASOR_OK;
}

phasor_status phs_set_event_value(const phs_option_use *x) {
  int i = choice(x);
  if (i < 0) {
    return PHASOR_ERROR_USAGE;
  }
  *(bool *)x->member = i == 1;
  return PHASOR_OK;
}

phasor_status phs_set_choice(const phs_option_use *x) {
  if (choice(x) < 0) {
    return PHASOR_ERROR_USAGE;
  }
  *(const char **)x->member = x->text;
  return PHASOR_OK;
}

phasor_status phs_set_preset(const phs_option_use *x) {
  if (phs_preset_find(x->text)) {
    *(const char **)x->member = x->text;
    return PHASOR_OK;
  }
  const char *names[64];
  size_t count = phs_preset_count < 64 ? phs_preset_count : 64;
  for (size_t i = 0; i < count; i++) {
    names[i] = phs_presets[i].name;
  }
  const char *near = phasor_nearest(x->text, names, count);
  char help[128];
  snprintf(help, sizeof help, near ? "did you mean '%s'?" : "`phasorc list presets` lists them%s",
           near ? near : "");
  phs_report(x->diag, PHS_UNKNOWN_PRESET, &(phs_place){.where = x->dashed}, help,
             "there is no preset '%s'", x->text);
  return PHASOR_ERROR_USAGE;
}

static phasor_status append(const phs_option_use *x, phs_pair pair) {
  phs_pairs *list = x->member;
  if (list->count == list->cap) {
    size_t cap = list->cap ? 2 * list->cap : 8;
    phs_pair *grown = PHS_NEW_ARRAY(x->o->arena, phs_pair, cap);
    if (!grown) {
      return phs_no_memory(x->diag, "options");
    }
    if (list->count) {
      memcpy(grown, list->item, list->count * sizeof *grown);
    }
    list->item = grown;
    list->cap = cap;
  }
  list->item[list->count++] = pair;
  return PHASOR_OK;
}

static phasor_status report_convention(const phs_option_use *x, const char *key) {
  const char *keys[64];
  size_t count = phs_convention_key_count() < 64 ? phs_convention_key_count() : 64;
  for (size_t i = 0; i < count; i++) {
    keys[i] = phs_convention_key(i);
  }
  const char *near = phasor_nearest(key, keys, count);
  char help[512] = "the keys are ";
  if (near) {
    snprintf(help, sizeof help, "did you mean '%s'?", near);
  } else {
    for (size_t i = 0, at = strlen(help); i < count && at < sizeof help; i++) {
      at += (size_t)snprintf(help + at, sizeof help - at, "%s%s", i ? ", " : "", keys[i]);
    }
  }
  phs_report(x->diag, PHS_UNKNOWN_CONVENTION, &(phs_place){.where = x->dashed}, help,
             "there is no convention '%s'", key);
  return PHASOR_ERROR_USAGE;
}

phasor_status phs_set_convention(const phs_option_use *x) {
  const char *equal = strchr(x->text, '=');
  if (!equal || equal == x->text) {
    return refuse(x, "KEY=VALUE");
  }
  char *key = phs_arena_copy(x->o->arena, x->text, (size_t)(equal - x->text) + 1);
  if (!key) {
    return phs_no_memory(x->diag, "options");
  }
  key[equal - x->text] = 0;
  phs_conventions scratch = phs_presets[0].conventions;
  phs_convention_result result = phs_convention_set(&scratch, key, equal + 1);
  if (result == PHS_CONVENTION_NO_KEY) {
    return report_convention(x, key);
  }
  if (result == PHS_CONVENTION_NO_VALUE) {
    const char *choices = "";
    for (size_t i = 0; i < phs_convention_key_count(); i++) {
      choices = strcmp(phs_convention_key(i), key) == 0 ? phs_convention_choices(i) : choices;
    }
    char help[256];
    snprintf(help, sizeof help, "%s takes %s", key, choices);
    phs_report(x->diag, PHS_CONVENTION_VALUE, &(phs_place){.where = x->dashed}, help,
               "convention %s cannot be '%s'", key, equal + 1);
    return PHASOR_ERROR_USAGE;
  }
  return append(x, (phs_pair){.node = key, .file = equal + 1});
}

/* NAME=VALUE, the value as it would stand in the model. */
phasor_status phs_set_constant(const phs_option_use *x) {
  char *name = phs_arena_strdup(x->o->arena, x->text);
  char *equal = name ? strchr(name, '=') : NULL;
  if (!name) {
    return phs_no_memory(x->diag, "options");
  }
  if (!equal || equal == name || equal[1] == 0) {
    return refuse(x, "NAME=VALUE (for example scale=0.5, or J='0.1 mV')");
  }
  *equal = 0;
  return append(x, (phs_pair){.node = name, .file = equal + 1});
}

/* [NODE=]FILE. Which of the two a name with "=" in it is, is known once the network's inputs are.
 */
phasor_status phs_set_input(const phs_option_use *x) {
  if (*x->text == 0) {
    return refuse(x, "a file: it is empty");
  }
  return append(x, (phs_pair){.file = x->text});
}

/* NODE.VAR=FILE: the node's own name may hold dots, the file's may hold anything. */
phasor_status phs_set_quantity(const phs_option_use *x) {
  char *node = phs_arena_strdup(x->o->arena, x->text);
  if (!node) {
    return phs_no_memory(x->diag, "options");
  }
  char *equal = strchr(node, '=');
  if (equal) {
    *equal = 0;
  }
  char *dot = strrchr(node, '.');
  if (!equal || !dot || dot == node || dot[1] == 0 || equal[1] == 0) {
    return refuse(x, "NODE.VAR=FILE (for example lif1.spikes=out.csv)");
  }
  *dot = 0;
  return append(x, (phs_pair){.node = node, .var = dot + 1, .file = equal + 1});
}
