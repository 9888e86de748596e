/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Help, manual page and completion, all from the two tables. */
#include "cli/cli.h"

#include <string.h>

static void option_form(const phasor_option_info *o, char *out, size_t size) {
  char letter[8] = "";
  if (o->letter) {
    snprintf(letter, sizeof letter, "-%c, ", o->letter);
  }
  snprintf(out, size, "%s--%s%s%s", letter, o->name, o->argument ? "=" : "",
           o->argument ? (o->choices ? o->choices : o->argument) : "");
}

/* Words of @p text in lines of at most @p width, behind @p indent spaces; the first line is already
 * at @p column. */
static void wrap(const char *text, int column, int indent, int width, FILE *out) {
  while (*text) {
    int n = (int)strcspn(text, " ");
    if (column > indent && column + 1 + n > width) {
      fprintf(out, "\n%*s", indent, "");
      column = indent;
    } else if (column > indent) {
      fputc(' ', out);
      column++;
    }
    fwrite(text, 1, (size_t)n, out);
    column += n;
    text += n;
    text += strspn(text, " ");
  }
  fputc('\n', out);
}

void cli_help_all(FILE *out) {
  fputs("phasorc: a compiler for spiking neural networks\n\n", out);
  for (size_t i = 0; i < cli_command_count; i++) {
    fprintf(out, "  phasorc %-8s %s\n", cli_commands[i].name, cli_commands[i].form);
    fprintf(out, "                   %s\n", cli_commands[i].summary);
  }
  fputs("  phasorc MODEL -t TARGET\n                   the same as build\n\n", out);
  fputs("`phasorc help COMMAND` shows a command's options.\n"
        "Exit codes: 0 success, 1 the model or its data has errors, 2 wrong command line, 3 the "
        "target cannot hold or\n"
        "express it, 4 reading or writing failed, 5 verify found a difference, 6 version mismatch, "
        "70 internal error.\n",
        out);
}

void cli_help_command(const cli_command *command, FILE *out) {
  const phasor_option_info *o;
  fprintf(out, "phasorc %s %s\n", command->name, command->form);
  wrap(command->summary, 0, 0, 100, out);
  if (command->text) {
    fputc('\n', out);
    wrap(command->text, 0, 0, 100, out);
  }
  fputs("\noptions:\n", out);
  for (size_t i = 0; (o = cli_option(i)); i++) {
    char form[160];
    if (!cli_takes(command, o)) {
      continue;
    }
    option_form(o, form, sizeof form);
    int column = fprintf(out, "  %s", form);
    if (column < 28) {
      fprintf(out, "%*s", 28 - column, "");
    } else {
      fprintf(out, "\n%28s", "");
    }
    wrap(o->help, 28, 28, 100, out);
    if (o->repeatable) {
      fprintf(out, "%28s(repeatable)\n", "");
    }
  }
}

/* Text for roff: backslashes and dashes stay what they are, no line begins with a control
 * character. */
static void roff(const char *text, FILE *out) {
  if (*text == '.' || *text == '\'') {
    fputs("\\&", out);
  }
  for (; *text; text++) {
    if (*text == '\\') {
      fputs("\\e", out);
    } else if (*text == '-') {
      fputs("\\-", out);
    } else {
      fputc(*text, out);
    }
  }
}

static void man_options(FILE *out) {
  const phasor_option_info *o;
  fputs(".SH OPTIONS\n", out);
  for (size_t i = 0; (o = cli_option(i)); i++) {
    char form[160];
    option_form(o, form, sizeof form);
    fputs(".TP\n.B ", out);
    roff(form, out);
    fputc('\n', out);
    roff(o->help, out);
    fputs(" (", out);
    roff(o->commands, out);
    fputs(o->repeatable ? "; repeatable)\n" : ")\n", out);
  }
}

void cli_help_man(FILE *out) {
  fprintf(out, ".TH PHASORC 1 \"\" \"Phasor %s\" \"Phasor\"\n", phasor_version());
  fputs(".SH NAME\nphasorc \\- compiler for spiking neural networks\n.SH SYNOPSIS\n", out);
  for (size_t i = 0; i < cli_command_count; i++) {
    fprintf(out, "%s.B phasorc %s\n", i ? ".br\n" : "", cli_commands[i].name);
    roff(cli_commands[i].form, out);
    fputc('\n', out);
  }
  fputs(".SH COMMANDS\n", out);
  for (size_t i = 0; i < cli_command_count; i++) {
    fprintf(out, ".TP\n.B %s\n", cli_commands[i].name);
    roff(cli_commands[i].summary, out);
    fputs(".\n", out);
    if (cli_commands[i].text) {
      roff(cli_commands[i].text, out);
      fputc('\n', out);
    }
  }
  man_options(out);
  fputs(".SH EXIT STATUS\n"
        ".TP\n.B 0\nsuccess; warnings may have been reported\n"
        ".TP\n.B 1\nthe model or its data has errors\n"
        ".TP\n.B 2\nthe command line is wrong\n"
        ".TP\n.B 3\nvalid, but the target cannot hold or express it\n"
        ".TP\n.B 4\nreading or writing failed\n"
        ".TP\n.B 5\nverify found a difference beyond the tolerance\n"
        ".TP\n.B 6\nversion or plug\\-in incompatibility\n"
        ".TP\n.B 70\ninternal error\n",
        out);
}

/* "a|b|c" with spaces. */
static void words(const char *choices, FILE *out) {
  for (; *choices; choices++) {
    fputc(*choices == '|' ? ' ' : *choices, out);
  }
}

static void completion_values(FILE *out) {
  const phasor_option_info *o;
  fputs("  case \"$prev\" in\n", out);
  for (size_t i = 0; (o = cli_option(i)); i++) {
    if (o->choices) {
      fprintf(out, "    --%s) COMPREPLY=($(compgen -W \"", o->name);
      words(o->choices, out);
      fputs("\" -- \"$cur\")); return ;;\n", out);
    }
  }
  fputs("    -t|--target) COMPREPLY=($(compgen -W \"$(phasorc list targets | cut -d' ' -f1)\" -- "
        "\"$cur\")); return ;;\n"
        "    --preset) COMPREPLY=($(compgen -W \"$(phasorc list presets | cut -d' ' -f1)\" -- "
        "\"$cur\")); return ;;\n"
        "    list) COMPREPLY=($(compgen -W \"targets passes presets models backends\" -- "
        "\"$cur\")); return ;;\n"
        "  esac\n",
        out);
}

void cli_help_completion(FILE *out) {
  const phasor_option_info *o;
  fputs("# bash completion for phasorc\n_phasorc() {\n"
        "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\" "
        "options=\"\"\n"
        "  if [ \"$cur\" = \"=\" ]; then cur=\"\"; fi\n"
        "  if [ \"$prev\" = \"=\" ] && [ \"$COMP_CWORD\" -ge 2 ]; then "
        "prev=\"${COMP_WORDS[COMP_CWORD-2]}\"; fi\n",
        out);
  completion_values(out);
  fputs("  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -f -W \"", out);
  for (size_t i = 0; i < cli_command_count; i++) {
    fprintf(out, "%s%s", i ? " " : "", cli_commands[i].name);
  }
  fputs("\" -- \"$cur\")); return\n  fi\n  case \"${COMP_WORDS[1]}\" in\n", out);
  for (size_t k = 0; k < cli_command_count; k++) {
    fprintf(out, "    %s) options=\"", cli_commands[k].name);
    for (size_t i = 0; (o = cli_option(i)); i++) {
      if (cli_takes(&cli_commands[k], o)) {
        fprintf(out, "--%s%s ", o->name, o->argument ? "=" : "");
      }
    }
    fputs("\" ;;\n", out);
  }
  fputs("  esac\n"
        "  if [ \"${cur#-}\" != \"$cur\" ]; then COMPREPLY=($(compgen -W \"$options\" -- "
        "\"$cur\"));\n"
        "    case \"${COMPREPLY[0]}\" in *=) compopt -o nospace ;; esac\n"
        "  else COMPREPLY=($(compgen -f -- \"$cur\")); fi\n}\ncomplete -o filenames -F _phasorc "
        "phasorc\n",
        out);
}
