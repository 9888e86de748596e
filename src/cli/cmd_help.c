/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"

phasor_status cmd_help(cli *c) {
  if (c->man) {
    cli_help_man(stdout);
    return PHASOR_OK;
  }
  if (c->completion) {
    cli_help_completion(stdout);
    return PHASOR_OK;
  }
  if (c->arg_count == 0) {
    cli_help_all(stdout);
    return PHASOR_OK;
  }
  const cli_command *command = cli_find_command(c->arg[0]);
  if (!command) {
    const char *names[32];
    char help[128];
    for (size_t i = 0; i < cli_command_count; i++) {
      names[i] = cli_commands[i].name;
    }
    const char *near = cli_did_you_mean(c->arg[0], names, cli_command_count, help, sizeof help);
    return cli_refuse(c, "PHS0501", near ? near : "`phasorc help` lists the commands",
                      "there is no command '%s'", c->arg[0]);
  }
  cli_help_command(command, stdout);
  return PHASOR_OK;
}
