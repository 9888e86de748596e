/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Succeeds when every line of standard input is one JSON object, by a parser of its own; copies
 * them on. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  char *line = NULL;
  size_t cap = 0;
  long lines = 0;
  ssize_t n;
  int status = 0;
  while ((n = getline(&line, &cap, stdin)) > 0) {
    json_error_t error;
    json_t *value = json_loadb(line, (size_t)n, JSON_REJECT_DUPLICATES, &error);
    lines++;
    if (!json_is_object(value)) {
      fprintf(stderr, "line %ld is not a JSON object: %s\n%s", lines,
              value ? "another value" : error.text, line);
      status = 1;
    }
    json_decref(value);
    fwrite(line, 1, (size_t)n, stdout);
  }
  free(line);
  if (lines == 0) {
    fputs("no JSON at all\n", stderr);
    status = 1;
  }
  return status;
}
