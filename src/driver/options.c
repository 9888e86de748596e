/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The option table: one row an option, from which parsing, help, manual page and completion follow.
 */
#include "driver/option_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK "check build run verify inspect"
#define ALL "check build run verify opt inspect"
#define MODEL_COMMANDS "check build run verify"
#define RUNS "run verify"
#define MAPS "check build"

#define MEMBER(m) offsetof(struct phasor_options, m)

static const struct row {
  phasor_option_info info;
  phs_option_setter set;
  size_t member;
} rows[] = {
    {{"target", 't', "NAME", NULL, false, MODEL_COMMANDS,
      "target: reference (the interpreter), cpu (this host), cpu:TRIPLE, or one of `phasorc list "
      "targets`"},
     phs_set_text,
     MEMBER(target)},
    {{"preset", 0, "NAME", NULL, false, CHECK,
      "framework convention: nir (default), snntorch, norse, spyx, sinabs, rockpool, lava, nest"},
     phs_set_preset,
     MEMBER(preset)},
    {{"convention", 0, "KEY=VALUE", NULL, true, CHECK,
      "one convention over the preset; `phasorc explain preset NAME` shows keys and values"},
     phs_set_convention,
     MEMBER(conventions)},
    {{"dt", 0, "SECONDS", NULL, false, CHECK,
      "length of a time step, where the model does not tell it"},
     phs_set_seconds,
     MEMBER(dt)},
    {{"time-unit", 0, "UNIT", "s|ms|steps", false, CHECK,
      "unit of the model's time constants where the file does not say: s (default), ms or steps"},
     phs_set_time_unit,
     MEMBER(time_unit)},
    {{"emit", 0, "KIND", "net|opt|map|llvm|asm|obj|header|so|exe|phx", false, "build",
      "artefact: net, opt or map (MLIR text), llvm, asm, obj, header, so, exe; by default what "
      "-o's "
      "suffix says, else "
      "exe for cpu, opt for reference and map for chips"},
     phs_set_choice,
     MEMBER(emit)},
    {{"passes", 0, "PIPELINE", NULL, false, "check build run verify opt",
      "textual pass pipeline instead of the default, Phasor's and MLIR's passes in any mixture"},
     phs_set_text,
     MEMBER(passes)},
    {{"opt-level", 'O', "N", NULL, false, "build run verify",
      "code generation effort, 0 to 3 (default 2)"},
     phs_set_level,
     MEMBER(opt_level)},
    {{"cpu", 0, "NAME", NULL, false, "build run verify",
      "processor to generate code for, by LLVM's name (default: this host's own, generic for "
      "cpu:TRIPLE)"},
     phs_set_text,
     MEMBER(cpu)},
    {{"symbol", 0, "PREFIX", NULL, false, "build",
      "prefix of the generated program's C symbols (default: the model's name)"},
     phs_set_text,
     MEMBER(symbol)},
    {{"input", 'i', "[NODE=]FILE", NULL, true, RUNS,
      "input: .csv (a row a step, a column an input), .npy ([steps, ...] or [batch, steps, ...]), "
      ".spikes (a line a spike), N-MNIST .bin, Prophesee .dat"},
     phs_set_input,
     MEMBER(inputs)},
    {{"bin", 0, "SECONDS", NULL, false, RUNS,
      "length of a step of event files (default: the model's dt)"},
     phs_set_seconds,
     MEMBER(bin)},
    {{"event-value", 0, "HOW", "count|binary", false, RUNS,
      "value of an input in a step of an event file: the count of its events (default), or 1 if "
      "there was any"},
     phs_set_event_value,
     MEMBER(binary_events)},
    {{"steps", 0, "N", NULL, false, RUNS,
      "number of steps: longer inputs are cut, shorter ones followed by silence"},
     phs_set_steps,
     MEMBER(steps)},
    {{"transient", 0, "SECONDS", NULL, false, "run",
      "time at the beginning that the statistics of spikes leave out (default 0)"},
     phs_set_transient,
     MEMBER(transient)},
    {{"seed", 0, "N", NULL, false, CHECK,
      "seed of the random numbers of a YAML model (default: its own, or 0)"},
     phs_set_seed,
     MEMBER(seed)},
    {{"set", 0, "NAME=VALUE", NULL, true, CHECK,
      "a constant of a YAML model, as it would stand there: --set scale=0.1, --set J='0.2 mV'"},
     phs_set_constant,
     MEMBER(settings)},
    {{"synapses", 0, "HOW", "auto|store|recompute", false, MODEL_COMMANDS,
      "synapses in tables, or made again when a source spikes: auto (default) stores what fits; "
      "never changes a result"},
     phs_set_choice,
     MEMBER(synapses)},
    {{"synapse-memory", 0, "BYTES", NULL, false, MODEL_COMMANDS,
      "memory for tables of synapses, for example 500M (default: 6GiB)"},
     phs_set_bytes,
     MEMBER(synapse_memory)},
    {{"map", 0, "HOW", "good|fast", false, MAPS,
      "effort of mapping onto a chip or machine: good (default) for little traffic, fast for a cut "
      "in order"},
     phs_set_choice,
     MEMBER(map)},
    {{"rate", 0, "MESSAGES", NULL, false, MAPS,
      "messages a step that a neuron is expected to send where nothing else says (default 0.05)"},
     phs_set_amount,
     MEMBER(rate)},
    {{"profile", 0, "FILE.json", NULL, false, "check build run",
      "messages a step of each neuron: run writes them, check and build map with them"},
     phs_set_text,
     MEMBER(profile)},
    {{"prune-below", 0, "WEIGHT", NULL, false, MAPS,
      "leave weights with a smaller magnitude out of the map, and say what that takes away"},
     phs_set_amount,
     MEMBER(prune_below)},
    {{"no-split", 0, NULL, NULL, false, MAPS,
      "refuse neurons whose synapses need several cores, instead of adding them up in parts"},
     phs_set_flag,
     MEMBER(no_split)},
    {{"off-chip-weight", 0, "HOPS", NULL, false, MAPS,
      "what crossing the border of a chip counts beside a hop when cores are placed (default 4)"},
     phs_set_amount,
     MEMBER(off_chip_weight)},
    {{"jobs", 'j', "N", NULL, false, "check build run verify opt",
      "threads (default 1): samples side by side, or parts of a network; never changes a result"},
     phs_set_jobs,
     MEMBER(jobs)},
    {{"record", 0, "NODE.VAR=FILE", NULL, true, RUNS,
      "record spikes, v, i, ... or out of a node, steps x neurons, as .csv or .npy; spikes also as "
      ".spikes, a line each"},
     phs_set_quantity,
     MEMBER(records)},
    {{"record-every", 0, "N", NULL, false, "run",
      "record graded quantities after every N-th step only (spikes after every one)"},
     phs_set_steps,
     MEMBER(record_every)},
    {{"golden", 0, "NODE.VAR=FILE", NULL, true, "verify",
      "compare the target's run with a recording of another tool, .csv, .npy or .spikes"},
     phs_set_quantity,
     MEMBER(goldens)},
    {{"tolerance", 0, "VALUE", NULL, false, "verify",
      "largest absolute difference from a golden file that is no difference (default 0)"},
     phs_set_tolerance,
     MEMBER(tolerance)},
    {{"output", 'o', "FILE", NULL, false, "build run opt",
      "output of build and opt (\"-\": standard output), recorded network output of run"},
     phs_set_text,
     MEMBER(output)},
    {{"report", 0, "FILE", NULL, false, "build run",
      "what was built or run, in numbers: .json; of a map also .html (with pictures) and .txt"},
     phs_set_text,
     MEMBER(report)},
    {{"disassemble", 0, NULL, NULL, false, "inspect", "show the program's code too"},
     phs_set_flag,
     MEMBER(disassemble)},
    {{"print-ir", 0, NULL, NULL, false, "check build run verify opt",
      "print the IR after each pass, to stderr"},
     phs_set_flag,
     MEMBER(print_ir)},
    {{"timing", 0, NULL, NULL, false, ALL, "time per stage and pass, on stderr"},
     phs_set_flag,
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
  phs_option_use x = {&s->diag, o, info, text, (char *)o + rows[i].member, ""};
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
