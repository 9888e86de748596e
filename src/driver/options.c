/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The option table: one row an option, from which parsing, help, manual page and completion follow.
 */
#include "driver/options.h"

#include "base/locale.h"
#include "phasor/list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct setting {
  phs_diag *diag;
  phasor_options *o;
  const phasor_option_info *info;
  const char *text; /* of the value, in the arena; NULL for options without an argument */
  void *member;
  char dashed[32]; /* "--name", for diagnostics */
} setting;

typedef phasor_status (*setter)(const setting *x);

static phasor_status refuse(const setting *x, const char *allowed) {
  phs_report(x->diag, PHS_OPTION_VALUE, &(phs_place){.where = x->dashed}, NULL,
             "--%s: '%s' is not %s", x->info->name, x->text, allowed);
  return PHASOR_ERROR_USAGE;
}

static phasor_status set_text(const setting *x) {
  if (*x->text == 0) {
    return refuse(x, "a name: it is empty");
  }
  *(const char **)x->member = x->text;
  return PHASOR_OK;
}

static phasor_status set_flag(const setting *x) {
  *(bool *)x->member = true;
  return PHASOR_OK;
}

static phasor_status set_seconds(const setting *x) {
  double value;
  if (!phs_parse_double(x->text, &value) || !(value > 0) || value > 1e9) {
    return refuse(x, "a number of seconds above 0 (at most 1e9)");
  }
  *(double *)x->member = value;
  return PHASOR_OK;
}

static phasor_status set_transient(const setting *x) {
  double value;
  if (!phs_parse_double(x->text, &value) || value < 0 || value > 1e9) {
    return refuse(x, "a number of seconds of at least 0 (at most 1e9)");
  }
  *(double *)x->member = value;
  x->o->transient_given = true;
  return PHASOR_OK;
}

static phasor_status set_tolerance(const setting *x) {
  double value;
  if (!phs_parse_double(x->text, &value) || value < 0) {
    return refuse(x, "a number of at least 0");
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

static phasor_status set_steps(const setting *x) {
  int64_t value;
  if (!parse_integer(x->text, 1, 1000000000, &value)) {
    return refuse(x, "a whole number from 1 to 1000000000");
  }
  *(int64_t *)x->member = value;
  return PHASOR_OK;
}

static phasor_status set_seed(const setting *x) {
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
static phasor_status set_bytes(const setting *x) {
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

static phasor_status set_jobs(const setting *x) {
  int64_t value;
  if (!parse_integer(x->text, 1, 1024, &value)) {
    return refuse(x, "a number of threads from 1 to 1024");
  }
  *(int *)x->member = (int)value;
  return PHASOR_OK;
}

static phasor_status set_level(const setting *x) {
  int64_t value;
  if (!parse_integer(x->text, 0, 3, &value)) {
    return refuse(x, "0, 1, 2 or 3");
  }
  *(int *)x->member = (int)value;
  return PHASOR_OK;
}

/* Which of "a|b|c" the text is, or -1 with a diagnostic. */
static int choice(const setting *x) {
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

static phasor_status set_time_unit(const setting *x) {
  static const phs_time_unit units[] = {PHS_TIME_SECONDS, PHS_TIME_MILLISECONDS, PHS_TIME_STEPS};
  int i = choice(x);
  if (i < 0) {
    return PHASOR_ERROR_USAGE;
  }
  *(phs_time_unit *)x->member = units[i];
  return PHASOR_OK;
}

static phasor_status set_event_value(const setting *x) {
  int i = choice(x);
  if (i < 0) {
    return PHASOR_ERROR_USAGE;
  }
  *(bool *)x->member = i == 1;
  return PHASOR_OK;
}

static phasor_status set_choice(const setting *x) {
  if (choice(x) < 0) {
    return PHASOR_ERROR_USAGE;
  }
  *(const char **)x->member = x->text;
  return PHASOR_OK;
}

static phasor_status set_preset(const setting *x) {
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

static phasor_status append(const setting *x, phs_pair pair) {
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

static phasor_status report_convention(const setting *x, const char *key) {
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

static phasor_status set_convention(const setting *x) {
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
static phasor_status set_constant(const setting *x) {
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
static phasor_status set_input(const setting *x) {
  if (*x->text == 0) {
    return refuse(x, "a file: it is empty");
  }
  return append(x, (phs_pair){.file = x->text});
}

/* NODE.VAR=FILE: the node's own name may hold dots, the file's may hold anything. */
static phasor_status set_quantity(const setting *x) {
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
  return append(x, (phs_pair){node, dot + 1, equal + 1});
}

#define CHECK "check build run verify inspect"
#define ALL "check build run verify opt inspect"
#define MODEL_COMMANDS "check build run verify"
#define RUNS "run verify"

#define MEMBER(m) offsetof(struct phasor_options, m)

static const struct row {
  phasor_option_info info;
  setter set;
  size_t member;
} rows[] = {
    {{"target", 't', "NAME", NULL, false, MODEL_COMMANDS,
      "target: reference (the interpreter), cpu (this host), cpu:TRIPLE, or one of `phasorc list "
      "targets`"},
     set_text,
     MEMBER(target)},
    {{"preset", 0, "NAME", NULL, false, CHECK,
      "framework convention: nir (default), snntorch, norse, spyx, sinabs, rockpool, lava, nest"},
     set_preset,
     MEMBER(preset)},
    {{"convention", 0, "KEY=VALUE", NULL, true, CHECK,
      "one convention over the preset; `phasorc explain preset NAME` shows keys and values"},
     set_convention,
     MEMBER(conventions)},
    {{"dt", 0, "SECONDS", NULL, false, CHECK,
      "length of a time step, where the model does not tell it"},
     set_seconds,
     MEMBER(dt)},
    {{"time-unit", 0, "UNIT", "s|ms|steps", false, CHECK,
      "unit of the model's time constants where the file does not say: s (default), ms or steps"},
     set_time_unit,
     MEMBER(time_unit)},
    {{"emit", 0, "KIND", "net|opt|map|llvm|asm|obj|header|so|exe|phx", false, "build",
      "artefact: net or opt (MLIR text), llvm, asm, obj, header, so, exe; by default what -o's "
      "suffix says, else "
      "exe for cpu and opt for reference"},
     set_choice,
     MEMBER(emit)},
    {{"passes", 0, "PIPELINE", NULL, false, "check build run verify opt",
      "textual pass pipeline instead of the default, Phasor's and MLIR's passes in any mixture"},
     set_text,
     MEMBER(passes)},
    {{"opt-level", 'O', "N", NULL, false, "build run verify",
      "code generation effort, 0 to 3 (default 2)"},
     set_level,
     MEMBER(opt_level)},
    {{"cpu", 0, "NAME", NULL, false, "build run verify",
      "processor to generate code for, by LLVM's name (default: this host's own, generic for "
      "cpu:TRIPLE)"},
     set_text,
     MEMBER(cpu)},
    {{"symbol", 0, "PREFIX", NULL, false, "build",
      "prefix of the generated program's C symbols (default: the model's name)"},
     set_text,
     MEMBER(symbol)},
    {{"input", 'i', "[NODE=]FILE", NULL, true, RUNS,
      "input: .csv (a row a step, a column an input), .npy ([steps, ...] or [batch, steps, ...]), "
      ".spikes (a line a spike), N-MNIST .bin, Prophesee .dat"},
     set_input,
     MEMBER(inputs)},
    {{"bin", 0, "SECONDS", NULL, false, RUNS,
      "length of a step of event files (default: the model's dt)"},
     set_seconds,
     MEMBER(bin)},
    {{"event-value", 0, "HOW", "count|binary", false, RUNS,
      "value of an input in a step of an event file: the count of its events (default), or 1 if "
      "there was any"},
     set_event_value,
     MEMBER(binary_events)},
    {{"steps", 0, "N", NULL, false, RUNS,
      "number of steps: longer inputs are cut, shorter ones followed by silence"},
     set_steps,
     MEMBER(steps)},
    {{"transient", 0, "SECONDS", NULL, false, "run",
      "time at the beginning that the statistics of spikes leave out (default 0)"},
     set_transient,
     MEMBER(transient)},
    {{"seed", 0, "N", NULL, false, CHECK,
      "seed of the random numbers of a YAML model (default: its own, or 0)"},
     set_seed,
     MEMBER(seed)},
    {{"set", 0, "NAME=VALUE", NULL, true, CHECK,
      "a constant of a YAML model, as it would stand there: --set scale=0.1, --set J='0.2 mV'"},
     set_constant,
     MEMBER(settings)},
    {{"synapses", 0, "HOW", "auto|store|recompute", false, MODEL_COMMANDS,
      "synapses in tables, or made again when a source spikes: auto (default) stores what fits; "
      "never changes a result"},
     set_choice,
     MEMBER(synapses)},
    {{"synapse-memory", 0, "BYTES", NULL, false, MODEL_COMMANDS,
      "memory for tables of synapses, for example 500M (default: 6GiB)"},
     set_bytes,
     MEMBER(synapse_memory)},
    {{"jobs", 'j', "N", NULL, false, "check build run verify opt",
      "threads (default 1): samples side by side, or parts of a network; never changes a result"},
     set_jobs,
     MEMBER(jobs)},
    {{"record", 0, "NODE.VAR=FILE", NULL, true, RUNS,
      "record spikes, v, i, ... or out of a node, steps x neurons, as .csv or .npy; spikes also as "
      ".spikes, a line each"},
     set_quantity,
     MEMBER(records)},
    {{"golden", 0, "NODE.VAR=FILE", NULL, true, "verify",
      "compare the target's run with a recording of another tool, .csv, .npy or .spikes"},
     set_quantity,
     MEMBER(goldens)},
    {{"tolerance", 0, "VALUE", NULL, false, "verify",
      "largest absolute difference from a golden file that is no difference (default 0)"},
     set_tolerance,
     MEMBER(tolerance)},
    {{"output", 'o', "FILE", NULL, false, "build run opt",
      "output of build and opt (\"-\": standard output), recorded network output of run"},
     set_text,
     MEMBER(output)},
    {{"report", 0, "FILE.json", NULL, false, "build run", "what was built or run, in numbers"},
     set_text,
     MEMBER(report)},
    {{"disassemble", 0, NULL, NULL, false, "inspect", "show the program's code too"},
     set_flag,
     MEMBER(disassemble)},
    {{"print-ir", 0, NULL, NULL, false, "check build run verify opt",
      "print the IR after each pass, to stderr"},
     set_flag,
     MEMBER(print_ir)},
    {{"timing", 0, NULL, NULL, false, ALL, "time per stage and pass, on stderr"},
     set_flag,
     MEMBER(timing)},
};

_Static_assert(sizeof rows / sizeof *rows <= PHS_MAX_OPTIONS, "raise PHS_MAX_OPTIONS");
enum { ROWS = sizeof rows / sizeof *rows };

const struct phasor_options phs_default_options = {.jobs = 1, .opt_level = 2};

size_t phasor_option_count(void) {
  return ROWS;
}

const phasor_option_info *phasor_option_get(size_t i) {
  return i < ROWS ? &rows[i].info : NULL;
}

phasor_options *phasor_options_create(void) {
  phasor_options *o = malloc(sizeof *o);
  if (o) {
    *o = phs_default_options;
    o->arena = phs_arena_create();
    if (!o->arena) {
      free(o);
      o = NULL;
    }
  }
  return o;
}

void phasor_options_destroy(phasor_options *o) {
  if (o) {
    phs_arena_destroy(o->arena);
    free(o);
  }
}

static size_t find_row(const char *name) {
  size_t i = 0;
  while (i < ROWS && strcmp(rows[i].info.name, name) != 0) {
    i++;
  }
  return i;
}

static phasor_status unknown_option(phs_diag *diag, const char *name) {
  const char *names[ROWS];
  for (size_t k = 0; k < ROWS; k++) {
    names[k] = rows[k].info.name;
  }
  const char *near = phasor_nearest(name, names, ROWS);
  char help[128];
  snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
  phs_report(diag, PHS_UNKNOWN_OPTION, NULL, near ? help : NULL, "there is no option '%s'", name);
  return PHASOR_ERROR_USAGE;
}

phasor_status phasor_options_set(phasor_session *s, phasor_options *o, const char *name,
                                 const char *value) {
  size_t i = find_row(name);
  if (i == ROWS) {
    return unknown_option(&s->diag, name);
  }
  const phasor_option_info *info = &rows[i].info;
  if ((value != NULL) != (info->argument != NULL)) {
    phs_report(&s->diag, PHS_OPTION_ARGUMENT, NULL, NULL,
               value ? "--%s takes no value" : "--%s needs a value: %s", name, info->argument);
    return PHASOR_ERROR_USAGE;
  }
  const char *text = value ? phs_arena_strdup(o->arena, value) : "";
  if (!text) {
    return phs_no_memory(&s->diag, "options");
  }
  setting x = {&s->diag, o, info, text, (char *)o + rows[i].member, ""};
  snprintf(x.dashed, sizeof x.dashed, "--%s", name);
  phasor_status status = rows[i].set(&x);
  if (status == PHASOR_OK) {
    o->value[i] = (phs_option_value){true, text};
  }
  return status;
}

const char *phasor_options_get(const phasor_options *o, const char *name) {
  size_t i = find_row(name);
  return i < ROWS && o->value[i].given ? o->value[i].text : NULL;
}

const phasor_options *phs_options_or_default(const phasor_options *o) {
  return o ? o : &phs_default_options;
}

bool phs_options_given(const phasor_options *o, const char *name) {
  size_t i = find_row(name);
  return i < ROWS && o->value[i].given;
}

const char *phs_options_import_given(const phasor_options *o) {
  static const char *const names[] = {"preset", "convention", "dt", "time-unit", "set"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    if (phs_options_given(o, names[k])) {
      return names[k];
    }
  }
  return NULL;
}

void phs_options_import(const phasor_options *o, phs_import_options *out) {
  const phs_preset *preset = o->preset ? phs_preset_find(o->preset) : NULL;
  *out = (phs_import_options){.conventions = (preset ? preset : &phs_presets[0])->conventions,
                              .dt = o->dt,
                              .time_unit = o->time_unit};
  for (size_t i = 0; i < o->conventions.count; i++) {
    phs_convention_set(&out->conventions, o->conventions.item[i].node, o->conventions.item[i].file);
  }
}
