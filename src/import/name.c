/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "import/name.h"

#include <stdbool.h>
#include <string.h>

const char *phs_import_name(phs_arena *a, const char *path) {
  static const char *const reserved[] = {
      "auto",     "break",   "case",   "char",     "const",  "continue", "default",
      "do",       "double",  "else",   "enum",     "extern", "float",    "for",
      "goto",     "if",      "inline", "int",      "long",   "main",     "register",
      "restrict", "return",  "short",  "signed",   "sizeof", "static",   "struct",
      "switch",   "typedef", "union",  "unsigned", "void",   "volatile", "while"};
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
  const char *dot = strrchr(base, '.');
  size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);
  bool letter = n > 0 && ((base[0] >= 'a' && base[0] <= 'z') || (base[0] >= 'A' && base[0] <= 'Z'));
  char *name = phs_arena_printf(a, "%s%.*s", letter ? "" : "net_", (int)(n > 200 ? 200 : n), base);
  for (char *c = name; c && *c; c++) {
    bool ok = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
    *c = ok ? *c : '_';
  }
  for (size_t i = 0; name && i < sizeof reserved / sizeof *reserved; i++) {
    if (strcmp(name, reserved[i]) == 0) {
      return phs_arena_printf(a, "net_%s", name);
    }
  }
  return name;
}
