/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"
#include "phasor/list.h"

#include <stdlib.h>
#include <string.h>

/* PHS0503 -> its page. */
static phasor_status explain_code(cli *c) {
  const char *text = phasor_explain(c->arg[0]);
  if (!text) {
    return cli_refuse(c, "PHS0525",
                      "codes look like PHS0503; or: explain target|pass|preset|model NAME",
                      "there is no diagnostic code '%s'", c->arg[0]);
  }
  if (c->style == PHASOR_STYLE_JSON) {
    fputs("{\"code\":", stdout);
    cli_print_json(c->arg[0]);
    fputs(",\"text\":", stdout);
    cli_print_json(text);
    fputs("}\n", stdout);
  } else {
    printf("%s\n", text);
  }
  return PHASOR_OK;
}

/* "preset" or "presets" -> "presets". */
static const char *find_list(const char *word) {
  const char *name;
  for (size_t i = 0; (name = phasor_list_name(i)); i++) {
    size_t n = strlen(name);
    if (strcmp(name, word) == 0 || (strncmp(name, word, strlen(word)) == 0 &&
                                    (strlen(word) == n - 1 || strcmp(word, "pass") == 0))) {
      return name;
    }
  }
  return NULL;
}

static phasor_status unknown_name(cli *c, const char *list) {
  const char *names[128];
  size_t count = 0;
  phasor_entry entry;
  for (; count < 128 && phasor_list_entry(list, count, &entry); count++) {
    names[count] = entry.name;
  }
  char help[128], all[128];
  snprintf(all, sizeof all, "`phasorc list %s` lists them", list);
  const char *near = cli_did_you_mean(c->arg[1], names, count, help, sizeof help);
  return cli_refuse(c, "PHS0524", near ? near : all, "there is no %s '%s'", c->arg[0], c->arg[1]);
}

static void print_page(const cli *c, const char *text) {
  if (c->style == PHASOR_STYLE_JSON) {
    fputs("{\"name\":", stdout);
    cli_print_json(c->arg[1]);
    fputs(",\"text\":", stdout);
    cli_print_json(text);
    fputs("}\n", stdout);
  } else {
    cli_print(text);
  }
}

/* Whether a name ends like the file of a target's description. */
static bool is_description(const char *name) {
  const char *dot = strrchr(name, '.');
  return dot && dot != name && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static phasor_status explain_description(cli *c) {
  char *text = NULL;
  phasor_status status = phasor_target_explain(c->session, c->arg[1], &text);
  if (status == PHASOR_OK) {
    print_page(c, text);
  }
  free(text);
  return status;
}

phasor_status cmd_explain(cli *c) {
  const char *list = find_list(c->arg[0]);
  if (c->arg_count == 1 && !list) {
    return explain_code(c);
  }
  if (c->arg_count == 1) {
    return cli_refuse(c, "PHS0505", NULL, "explain %s needs a name", c->arg[0]);
  }
  if (!list) {
    return cli_refuse(c, "PHS0524", "there are: target, pass, preset, model, backend",
                      "there is nothing called '%s' to explain", c->arg[0]);
  }
  if (strcmp(list, "targets") == 0 && is_description(c->arg[1])) {
    return explain_description(c);
  }
  char *text = phasor_list_explain(list, c->arg[1]);
  if (!text) {
    return unknown_name(c, list);
  }
  print_page(c, text);
  free(text);
  return PHASOR_OK;
}
