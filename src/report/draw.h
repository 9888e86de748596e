/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file draw.h  The pictures of a report. Each appends one <svg> and returns false, with nothing
 * appended, where it could not be made or there is nothing to show. */
#ifndef PHS_REPORT_DRAW_H
#define PHS_REPORT_DRAW_H

#include "report/figures.h"
#include "report/picture.h"

/** Cores by their fullest capacity, where they lie. */
bool phs_draw_cores(phs_figures *f, phs_buf *out);
/** Links by messages a step; of large machines the worst link of each node. */
bool phs_draw_links(phs_figures *f, phs_buf *out);
/** Routing tables by their entries. */
bool phs_draw_routers(phs_figures *f, phs_buf *out);
/** How full parts are, for each capacity with a limit. */
bool phs_draw_histograms(phs_figures *f, phs_buf *out);
/** Populations and the messages between them. @p note: what was left out; or NULL */
bool phs_draw_graph(phs_figures *f, phs_diag *diag, phs_buf *out, const char **note);

#endif
