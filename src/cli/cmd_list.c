/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/cli.h"
#include "phasor/list.h"

#include <string.h>

static void print_entry(const phasor_entry *e, phasor_style style) {
  /* The first line of a longer text is the summary. */
  int n = (int)strcspn(e->summary, "\n");
  if (style == PHASOR_STYLE_JSON) {
    fputs("{\"name\":", stdout);
    cli_print_json(e->name);
    fputs(",\"summary\":", stdout);
    char line[512];
    snprintf(line, sizeof line, "%.*s", n, e->summary);
    cli_print_json(line);
    fputs("}\n", stdout);
  } else {
    printf("%-18s %.*s\n", e->name, n, e->summary);
  }
}

phasor_status cmd_list(cli *c) {
  const char *names[16], *name;
  size_t count = 0;
  for (; (name = phasor_list_name(count)); count++) {
    names[count] = name;
    if (c->arg_count == 0) {
      printf("%s\n", name);
    }
  }
  phasor_entry entry;
  if (c->arg_count == 0) {
    return PHASOR_OK;
  }
  for (size_t i = 0; i < count; i++) {
    if (strcmp(names[i], c->arg[0]) == 0) {
      for (size_t k = 0; phasor_list_entry(names[i], k, &entry); k++) {
        print_entry(&entry, c->style);
      }
      return PHASOR_OK;
    }
  }
  char help[128];
  const char *near = cli_did_you_mean(c->arg[0], names, count, help, sizeof help);
  return cli_refuse(c, "PHS0524",
                    near ? near : "there are: targets, passes, presets, models, backends",
                    "there is no list '%s'", c->arg[0]);
}
