/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file text.h  The forms of a report, each from the same figures. */
#ifndef PHS_REPORT_TEXT_H
#define PHS_REPORT_TEXT_H

#include "report/figures.h"
#include "report/report.h"

void phs_figures_text(phs_figures *f, phs_buf *out);
void phs_figures_json(phs_figures *f, phs_buf *out);
void phs_figures_html(phs_figures *f, phs_diag *diag, phs_buf *out);

#endif
