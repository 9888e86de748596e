/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasorc: the command line. Everything it does goes through the public headers. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void show(void *user, const phasor_diagnostic *d) {
  cli *c = user;
  char *text = phasor_diagnostic_text(d, c->style, c->colour);
  cli_progress_clear(c->progress);
  fputs(text ? text : "phasorc: error[PHS0001]: out of memory\n", stderr);
  free(text);
}

void cli_print(const char *text) {
  /* Names from files must not reach the terminal as commands; every line feed here is ours. */
  for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
    if ((*s < 0x20 && *s != '\n' && *s != '\t') || *s == 0x7F) {
      printf("\\x%02x", *s);
    } else {
      putchar(*s);
    }
  }
}

void cli_print_json(const char *text) {
  putchar('"');
  for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
    if (*s == '"' || *s == '\\') {
      printf("\\%c", *s);
    } else if (*s < 0x20 || *s == 0x7F) {
      printf("\\u%04x", *s);
    } else {
      putchar(*s);
    }
  }
  putchar('"');
}

void cli_results(cli *c) {
  phasor_session_set_progress(c->session, NULL, NULL);
  cli_progress_stop(c->progress);
  c->progress = NULL;
}

/* Whether the library itself writes to the terminal that the progress line is on. */
static bool shares_terminal(const cli *c) {
  const char *output = phasor_options_get(c->options, "output");
  return c->progress_mode == CLI_PROGRESS_LINE && isatty(STDOUT_FILENO) &&
         (output ? strcmp(output, "-") == 0 : c->command->run == cmd_opt);
}

static void print_time(const cli *c, const char *stage, double seconds) {
  if (c->style == PHASOR_STYLE_JSON) {
    fprintf(stderr, "{\"stage\":\"%s\",\"milliseconds\":%.3f}\n", stage, 1e3 * seconds);
  } else {
    fprintf(stderr, "time: %-16s %10.3f ms\n", stage, 1e3 * seconds);
  }
}

static void print_timing(const cli *c) {
  double seconds, sum = 0;
  const char *name;
  for (size_t i = 0; (name = phasor_session_stage(c->session, i, &seconds)); i++) {
    print_time(c, name, seconds);
    sum += seconds;
  }
  print_time(c, "together", sum);
}

static phasor_status dispatch(cli *c, int argc, char **argv) {
  phasor_status status = cli_parse(c, argc, argv);
  if (status != PHASOR_OK) {
    return status;
  }
  if (c->version) {
    printf("phasorc %s\n", phasor_version());
    return PHASOR_OK;
  }
  if (c->help && c->command) {
    cli_help_command(c->command, stdout);
    return PHASOR_OK;
  }
  if (c->help) {
    cli_help_all(stdout);
    return PHASOR_OK;
  }
  if (!c->command) {
    return cli_refuse(c, "PHS0505", "`phasorc help` lists the commands", "phasorc needs a command");
  }
  if (c->style == PHASOR_STYLE_JSON && c->progress_mode == CLI_PROGRESS_PLAIN) {
    c->progress_mode = CLI_PROGRESS_JSON;
  }
  c->progress = cli_progress_start(shares_terminal(c) ? CLI_PROGRESS_NONE : c->progress_mode);
  if (c->progress) {
    phasor_session_set_progress(c->session, cli_progress_update, c->progress);
  }
  status = c->command->run(c);
  cli_results(c);
  if (c->timing) {
    print_timing(c);
  }
  return status;
}

/* What is still buffered must reach its reader too, or the command has failed. */
static phasor_status finish_output(cli *c, phasor_status status) {
  errno = 0;
  if (!ferror(stdout) && fflush(stdout) == 0) {
    return status;
  }
  int error = errno ? errno : EIO;
  if (status == PHASOR_OK || status == PHASOR_ERROR_DIFFERS) {
    phasor_session_report(c->session, "PHS0409", "standard output", NULL, NULL, strerror(error));
    return PHASOR_ERROR_IO;
  }
  return status;
}

int main(int argc, char **argv) {
  /* A reader that goes away is a write error, which is reported, not a death by signal. */
  signal(SIGPIPE, SIG_IGN);
  cli c = {0};
  c.colour = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
  c.progress_mode = isatty(STDERR_FILENO) ? CLI_PROGRESS_LINE : CLI_PROGRESS_NONE;
  c.session = phasor_session_create(show, &c);
  c.options = phasor_options_create();
  phasor_status status = PHASOR_ERROR_INTERNAL;
  if (c.session && c.options) {
    status = dispatch(&c, argc, argv);
    status = finish_output(&c, status);
    if (status != PHASOR_OK && status != PHASOR_ERROR_DIFFERS &&
        phasor_session_errors(c.session) == 0) {
      status = phasor_session_report(c.session, "PHS0002", NULL, NULL, NULL,
                                     "the command failed without saying why");
    }
  } else {
    fputs("phasorc: error[PHS0001]: out of memory\n", stderr);
  }
  phasor_options_destroy(c.options);
  phasor_session_destroy(c.session);
#ifndef __SANITIZE_ADDRESS__
  /* Everything is flushed. What libraries do at exit may not end well after a damaged file. */
  _exit((int)status);
#endif
  return (int)status;
}
