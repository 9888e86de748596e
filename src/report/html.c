/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/text.h"

void phs_figures_html(phs_figures *f, phs_diag *diag, phs_buf *out) {
  (void)f;
  (void)diag;
  phs_buf_puts(out, "\n");
}
