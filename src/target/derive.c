/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What follows from the numbers of a description. */
#include "target/target.h"

#include <string.h>

int phs_target_level_find(const phs_target_description *d, const char *name) {
  for (int i = 0; i < d->level_count; i++) {
    if (strcmp(d->level[i].name, name) == 0) {
      return i;
    }
  }
  return -1;
}

bool phs_target_parts(const phs_target_description *d, int outer, int inner, double *parts,
                      bool *certain) {
  *parts = 1;
  *certain = true;
  for (int i = inner + 1; i <= outer; i++) {
    const phs_target_level *l = &d->level[i];
    if (l->count.state != PHS_FIGURE_KNOWN) {
      return false;
    }
    *parts *= l->count.most - (l->reserved.state == PHS_FIGURE_KNOWN ? l->reserved.most : 0);
    *certain = *certain && l->reserved.state != PHS_FIGURE_UNKNOWN;
  }
  return true;
}

bool phs_target_holds(const phs_target_description *d, int at, phs_capacity what, double *amount) {
  bool certain;
  for (int i = at; i >= 0; i--) {
    const phs_figure *f = &d->level[i].capacity[what];
    if (f->state == PHS_FIGURE_KNOWN && phs_target_parts(d, at, i, amount, &certain)) {
      *amount *= f->most;
      return true;
    }
  }
  return false;
}
