/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file cli.h  The command line over the public library. */
#ifndef PHS_CLI_CLI_H
#define PHS_CLI_CLI_H

#include "cli/progress.h"
#include "phasor/network.h"
#include "phasor/run.h"

#include <stdio.h>

enum { CLI_MAX_ARGS = 4 };

/** One invocation. */
typedef struct cli {
  phasor_session *session;
  phasor_options *options;
  phasor_style style;
  bool colour, help, version, man, timing;
  const char *completion;
  const struct cli_command *command; /**< NULL until known */
  const char *arg[CLI_MAX_ARGS];
  int arg_count;
  cli_progress *progress;
  cli_progress_mode progress_mode;
} cli;

typedef phasor_status (*cli_run)(cli *c);

/** One row of the command table. */
typedef struct cli_command {
  const char *name;
  const char *form; /**< "MODEL -t TARGET [-o OUT]" */
  const char *summary;
  const char *text; /**< more, for help and manual; may be NULL */
  int min_args, max_args;
  cli_run run;
} cli_command;
extern const cli_command cli_commands[];
extern const size_t cli_command_count;
const cli_command *cli_find_command(const char *name);

/** Options of the command line alone; same form as the library's. */
extern const phasor_option_info cli_options[];
extern const size_t cli_option_count;
/** Row @p i of both tables together, or NULL. */
const phasor_option_info *cli_option(size_t i);
bool cli_takes(const cli_command *command, const phasor_option_info *option);

/** Reads the arguments; a diagnostic and PHASOR_ERROR_USAGE when they are wrong. */
phasor_status cli_parse(cli *c, int argc, char **argv);

/** Reports a usage error under @p code. */
phasor_status cli_refuse(cli *c, const char *code, const char *help, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/** "did you mean 'X'?" in @p out, or NULL when nothing is near. */
const char *cli_did_you_mean(const char *word, const char *const *candidates, size_t count,
                             char *out, size_t size);

/** phasor_network_load() of the first argument, with a diagnostic where libhdf5 dies of the file.
 */
phasor_status cli_load(cli *c, phasor_network **out);
/** The same for any @p load, which is handed @p user. */
phasor_status cli_guarded(cli *c, phasor_status (*load)(cli *c, void *user), void *user);
/** phasor_run() or phasor_verify(). */
typedef phasor_status (*cli_runner)(phasor_network *n, const phasor_options *o,
                                    phasor_result **out);
/** Loads the first argument, hands it to @p runner and prints the result. */
phasor_status cli_run_network(cli *c, cli_runner runner);
/** Ends the progress line: what follows are results. */
void cli_results(cli *c);
/** Prints what the network's last mapping came to: a line; members of a JSON object, each behind a
 * comma. Nothing where there was none. */
void cli_print_mapping(const phasor_network *n);
void cli_print_mapping_json(const phasor_network *n);
/** Writes text from the library to standard output, fit for a terminal. */
void cli_print(const char *text);
/** Writes @p text as a JSON string. */
void cli_print_json(const char *text);

void cli_help_all(FILE *out);
void cli_help_command(const cli_command *command, FILE *out);
void cli_help_man(FILE *out);
void cli_help_completion(FILE *out);

phasor_status cmd_check(cli *c);
phasor_status cmd_build(cli *c);
phasor_status cmd_run(cli *c);
phasor_status cmd_verify(cli *c);
phasor_status cmd_opt(cli *c);
phasor_status cmd_inspect(cli *c);
phasor_status cmd_report(cli *c);
phasor_status cmd_list(cli *c);
phasor_status cmd_explain(cli *c);
phasor_status cmd_help(cli *c);

#endif
