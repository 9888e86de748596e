/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/locale.h"

#include <math.h>
#include <stdlib.h>

locale_t phs_locale_c(void) {
  locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  return c ? uselocale(c) : (locale_t)0;
}

void phs_locale_restore(locale_t before) {
  if (before) {
    freelocale(uselocale(before));
  }
}

bool phs_parse_double(const char *text, double *out) {
  locale_t before = phs_locale_c();
  char *end;
  double value = strtod(text, &end);
  phs_locale_restore(before);
  if (end == text || *end != 0 || !isfinite(value)) {
    return false;
  }
  *out = value;
  return true;
}
