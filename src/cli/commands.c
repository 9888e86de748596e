/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The tables: commands, and the options of the command line alone. */
#include "cli/cli.h"

#include <string.h>

const cli_command cli_commands[] = {
    {"check", "MODEL [-t TARGET] [options]", "lint and legality; writes nothing",
     "Reads the model, reports everything that is wrong or odd about it, and prints one line about "
     "it. With -t also says "
     "whether the target can hold and express it.",
     1, 1, cmd_check},
    {"build", "MODEL -t TARGET [-o OUT] [--emit=KIND] [options]",
     "write a program or another artefact",
     "`phasorc MODEL -t TARGET` is the same. Without -o the output is named after the model, in "
     "the current directory.",
     1, 1, cmd_build},
    {"run", "MODEL [-t TARGET] [-i INPUT] [options]",
     "run a network, over input files if it has inputs",
     "Runs in the reference interpreter, or with -t cpu as native code in this process, and prints "
     "steps, spikes and mean "
     "rate of each population, irregularity and synchrony of a network that runs by itself, output "
     "counts and the largest output, and the wall time of the "
     "loop. A YAML model says how long to run and what to record where the options do not.",
     1, 1, cmd_run},
    {"verify", "MODEL -t TARGET [-i INPUT] [--golden NODE.VAR=FILE]... [options]",
     "compare a target's run with the reference and with recordings",
     "Compares the spikes of every population, every output and each --record'ed quantity with the "
     "reference interpreter on "
     "the same optimised network, and each --golden file with the target's run. Prints the number "
     "of differing values for each, "
     "and the first difference; samples, steps and neurons count from 0. Exit code 5 when anything "
     "differs. With -t reference "
     "the network as imported is held against its optimised form.",
     1, 1, cmd_verify},
    {"opt", "FILE.mlir --passes=PIPELINE [-o FILE]", "passes over IR text, IR text out",
     "FILE \"-\" is the standard input. `phasorc list passes` lists Phasor's passes; MLIR's own "
     "can be mixed with them.",
     1, 1, cmd_opt},
    {"inspect", "MODEL|IMAGE [--disassemble]",
     "ops of a model; sections, tables and code of a program", NULL, 1, 1, cmd_inspect},
    {"report", "FILE.json [--diff OLD.json] [-o OUT.html]",
     "pages from reports (not available in this version)", NULL, 0, CLI_MAX_ARGS, cmd_report},
    {"list", "targets|passes|presets|models|backends", "what there is", NULL, 0, 1, cmd_list},
    {"explain", "CODE | target NAME|FILE.yaml | pass NAME | preset NAME | model NAME",
     "all about one diagnostic code or name", NULL, 1, 2, cmd_explain},
    {"help", "[COMMAND] [--man | --completion=bash]",
     "this text, a command's options, the manual page, shell completion", NULL, 0, 1, cmd_help},
};
const size_t cli_command_count = sizeof cli_commands / sizeof *cli_commands;

#define ALL "check build run verify opt inspect report list explain help"

const phasor_option_info cli_options[] = {
    {"message-format", 0, "FORMAT", "text|short|json", false, ALL,
     "diagnostics as text (default), one line each, or one JSON object a line; results follow "
     "json"},
    {"color", 0, "WHEN", "auto|always|never", false, ALL,
     "colours: auto (default) on a terminal unless NO_COLOR is set"},
    {"progress", 0, NULL, NULL, false, "check build run verify opt",
     "progress as plain lines on stderr, also where that is no terminal"},
    {"diff", 0, "OLD.json", NULL, false, "report", "compare with another report"},
    {"man", 0, NULL, NULL, false, "help", "the manual page, for man -l"},
    {"completion", 0, "SHELL", "bash", false, "help", "a completion script for the shell"},
    {"help", 'h', NULL, NULL, false, ALL, "show the command's form and options"},
    {"version", 0, NULL, NULL, false, ALL, "print the version"},
};
const size_t cli_option_count = sizeof cli_options / sizeof *cli_options;

const cli_command *cli_find_command(const char *name) {
  for (size_t i = 0; i < cli_command_count; i++) {
    if (strcmp(cli_commands[i].name, name) == 0) {
      return &cli_commands[i];
    }
  }
  return NULL;
}

const phasor_option_info *cli_option(size_t i) {
  size_t library = phasor_option_count();
  return i < library                      ? phasor_option_get(i)
         : i < library + cli_option_count ? &cli_options[i - library]
                                          : NULL;
}

bool cli_takes(const cli_command *command, const phasor_option_info *option) {
  size_t n = strlen(command->name);
  for (const char *at = option->commands; at && *at;
       at += strcspn(at, " ") + (strchr(at, ' ') != NULL)) {
    if (strcspn(at, " ") == n && strncmp(at, command->name, n) == 0) {
      return true;
    }
  }
  return false;
}
