/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* From argv to options: --name=value, --name value, -n value, -nvalue; "--" ends the options. */
#include "cli/cli.h"

#include "phasor/list.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_OPTIONS = 64 };

/* The options in the order in which they came; which command takes them is known at the end. */
typedef struct given {
  const phasor_option_info *option;
  const char *value;
} given;

typedef struct parser {
  cli *c;
  given *option;
  size_t option_count;
} parser;

phasor_status cli_refuse(cli *c, const char *code, const char *help, const char *fmt, ...) {
  char message[1024];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  return phasor_session_report(c->session, code, NULL, NULL, help, message);
}

const char *cli_did_you_mean(const char *word, const char *const *candidates, size_t count,
                             char *out, size_t size) {
  const char *near = phasor_nearest(word, candidates, count);
  if (!near) {
    return NULL;
  }
  snprintf(out, size, "did you mean '%s'?", near);
  return out;
}

static const phasor_option_info *find_long(const char *name, size_t length) {
  const phasor_option_info *o;
  for (size_t i = 0; (o = cli_option(i)); i++) {
    if (strlen(o->name) == length && strncmp(o->name, name, length) == 0) {
      return o;
    }
  }
  return NULL;
}

static const phasor_option_info *find_letter(char letter) {
  const phasor_option_info *o;
  for (size_t i = 0; (o = cli_option(i)); i++) {
    if (o->letter && o->letter == letter) {
      return o;
    }
  }
  return NULL;
}

static phasor_status unknown_option(cli *c, const char *text, size_t length) {
  char name[128], help[256];
  const char *names[MAX_OPTIONS];
  size_t count = 0;
  const phasor_option_info *o;
  for (size_t i = 0; (o = cli_option(i)) && count < MAX_OPTIONS; i++) {
    names[count++] = o->name;
  }
  const char *word = text + strspn(text, "-");
  length -= (size_t)(word - text);
  snprintf(name, sizeof name, "%.*s", (int)length, word);
  const char *near = phasor_nearest(name, names, count);
  snprintf(help, sizeof help,
           near ? "did you mean '--%s'?"
                : "`phasorc help` lists the commands, `phasorc help COMMAND` their options%s",
           near ? near : "");
  return cli_refuse(c, "PHS0502", help, "there is no option '%.*s'",
                    (int)(length + (size_t)(word - text)), text);
}

/* Puts one option on the list. @p value: what stood behind "=" or the letter, or NULL. @p next: the
 * next argument. */
static phasor_status take(parser *p, const phasor_option_info *o, const char *value,
                          const char *next, int *used) {
  *used = 0;
  if (!o->argument && value) {
    return cli_refuse(p->c, "PHS0504", NULL, "--%s takes no value", o->name);
  }
  if (o->argument && !value) {
    if (!next) {
      return cli_refuse(p->c, "PHS0504", NULL, "--%s needs a value: %s", o->name, o->argument);
    }
    value = next;
    *used = 1;
  }
  for (size_t i = 0; i < p->option_count; i++) {
    if (p->option[i].option == o && o->argument && !o->repeatable) {
      return cli_refuse(p->c, "PHS0508", NULL, "--%s is given twice", o->name);
    }
  }
  p->option[p->option_count++] = (given){o, value};
  return PHASOR_OK;
}

static phasor_status parse_long(parser *p, const char *text, const char *next, int *used) {
  const char *equal = strchr(text, '=');
  size_t length = equal ? (size_t)(equal - text) : strlen(text);
  const phasor_option_info *o = find_long(text + 2, length - 2);
  return o ? take(p, o, equal ? equal + 1 : NULL, next, used) : unknown_option(p->c, text, length);
}

static phasor_status parse_short(parser *p, const char *text, const char *next, int *used) {
  const phasor_option_info *o = find_letter(text[1]);
  if (!o || (!o->argument && text[2])) {
    return unknown_option(p->c, text, strcspn(text, "="));
  }
  return take(p, o, text[2] ? text + 2 : NULL, next, used);
}

static bool is_file(const char *path) {
  return access(path, F_OK) == 0;
}

/* The first word is a command, or a model to build. */
static phasor_status first_word(cli *c, const char *word) {
  c->command = cli_find_command(word);
  if (c->command) {
    return PHASOR_OK;
  }
  if (strpbrk(word, "./") || is_file(word)) {
    c->command = cli_find_command("build");
    c->arg[c->arg_count++] = word;
    return PHASOR_OK;
  }
  const char *names[32];
  char help[128];
  for (size_t i = 0; i < cli_command_count; i++) {
    names[i] = cli_commands[i].name;
  }
  const char *near = cli_did_you_mean(word, names, cli_command_count, help, sizeof help);
  return cli_refuse(c, "PHS0501", near ? near : "`phasorc help` lists the commands",
                    "there is no command '%s'", word);
}

static phasor_status parse_word(cli *c, const char *word) {
  if (!c->command) {
    return first_word(c, word);
  }
  if (c->arg_count == CLI_MAX_ARGS || c->arg_count == c->command->max_args) {
    return cli_refuse(c, "PHS0506", "input files come with -i, outputs with -o",
                      "%s takes no further argument '%s'", c->command->name, word);
  }
  c->arg[c->arg_count++] = word;
  return PHASOR_OK;
}

/* Options that say how to print, first of all: what follows may have something to print. */
static phasor_status apply_own(cli *c, const given *g) {
  const char *name = g->option->name, *choices = g->option->choices;
  if (choices) {
    size_t n = strlen(g->value), at = 0;
    while (choices[at] &&
           !(strcspn(choices + at, "|") == n && strncmp(choices + at, g->value, n) == 0)) {
      at += strcspn(choices + at, "|");
      at += choices[at] == '|';
    }
    if (!choices[at]) {
      return cli_refuse(c, "PHS0503", NULL, "--%s: '%s' is not one of %s", name, g->value, choices);
    }
  }
  if (strcmp(name, "message-format") == 0) {
    c->style = *g->value == 't'   ? PHASOR_STYLE_TEXT
               : *g->value == 's' ? PHASOR_STYLE_SHORT
                                  : PHASOR_STYLE_JSON;
  } else if (strcmp(name, "color") == 0 && strcmp(g->value, "auto") != 0) {
    c->colour = strcmp(g->value, "always") == 0;
  } else if (strcmp(name, "progress") == 0) {
    c->progress_mode = CLI_PROGRESS_PLAIN;
  } else if (strcmp(name, "completion") == 0) {
    c->completion = g->value;
  } else if (strcmp(name, "man") == 0) {
    c->man = true;
  } else if (strcmp(name, "help") == 0) {
    c->help = true;
  } else if (strcmp(name, "version") == 0) {
    c->version = true;
  }
  return PHASOR_OK;
}

static bool own(const given *g) {
  return g->option >= cli_options && g->option < cli_options + cli_option_count;
}

static phasor_status apply(parser *p) {
  cli *c = p->c;
  phasor_status status = PHASOR_OK;
  for (size_t i = 0; status == PHASOR_OK && i < p->option_count; i++) {
    if (own(&p->option[i])) {
      status = apply_own(c, &p->option[i]);
    }
  }
  if (status != PHASOR_OK || c->help || c->version || !c->command) {
    return status;
  }
  for (size_t i = 0; i < p->option_count; i++) {
    const phasor_option_info *o = p->option[i].option;
    if (!cli_takes(c->command, o)) {
      char help[192];
      snprintf(help, sizeof help, "it belongs to: %s", o->commands);
      return cli_refuse(c, "PHS0507", help, "%s does not take --%s", c->command->name, o->name);
    }
  }
  for (size_t i = 0; status == PHASOR_OK && i < p->option_count; i++) {
    if (own(&p->option[i])) {
      continue;
    }
    bool timing = strcmp(p->option[i].option->name, "timing") == 0;
    c->timing = c->timing || timing;
    if (!timing || c->style != PHASOR_STYLE_JSON) { /* MLIR's table of passes is text */
      status =
          phasor_options_set(c->session, c->options, p->option[i].option->name, p->option[i].value);
    }
  }
  return status;
}

/* --message-format counts for diagnostics about the command line itself, so it is looked for before
 * everything else. */
static void look_for_format(cli *c, int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    const char *value = strncmp(argv[i], "--message-format=", 17) == 0             ? argv[i] + 17
                        : strcmp(argv[i], "--message-format") == 0 && i + 1 < argc ? argv[i + 1]
                                                                                   : "";
    c->style = strcmp(value, "json") == 0    ? PHASOR_STYLE_JSON
               : strcmp(value, "short") == 0 ? PHASOR_STYLE_SHORT
                                             : c->style;
  }
}

phasor_status cli_parse(cli *c, int argc, char **argv) {
  parser p = {.c = c, .option = calloc((size_t)argc + 1, sizeof *p.option)};
  phasor_status status = p.option ? PHASOR_OK : PHASOR_ERROR_INTERNAL;
  bool options = true;
  look_for_format(c, argc, argv);
  for (int i = 1, used; status == PHASOR_OK && i < argc; i += 1 + used) {
    const char *next = i + 1 < argc ? argv[i + 1] : NULL;
    used = 0;
    if (options && strcmp(argv[i], "--") == 0) {
      options = false;
    } else if (options && strncmp(argv[i], "--", 2) == 0) {
      status = parse_long(&p, argv[i], next, &used);
    } else if (options && argv[i][0] == '-' && argv[i][1]) {
      status = parse_short(&p, argv[i], next, &used);
    } else {
      status = parse_word(c, argv[i]);
    }
  }
  if (status == PHASOR_OK) {
    status = apply(&p);
  }
  if (status == PHASOR_OK && c->command && !c->help && !c->version &&
      c->arg_count < c->command->min_args) {
    char help[256];
    snprintf(help, sizeof help, "the form is: phasorc %s %s", c->command->name, c->command->form);
    status = cli_refuse(c, "PHS0505", help, "%s needs %s", c->command->name,
                        c->command->run == cmd_explain ? "a code or a name" : "a file");
  }
  free(p.option);
  return status;
}
