/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/draw.h"
#include "report/tables.h"

#include <math.h>

enum { ACROSS = 3, MOST_PANELS = 12 };
static const double panel_width = 340, panel_height = 176, plot_width = 260, plot_height = 96;

static void bars(phs_picture *p, const phs_use_row *r, double x, double y, uint64_t most) {
  double w = plot_width / PHS_REPORT_BINS;
  for (int b = 0; b < PHS_REPORT_BINS; b++) {
    double h = most ? plot_height * (double)r->bin[b] / (double)most : 0;
    if (r->bin[b] > 0) {
      h = fmax(h, 1.5); /* a single core is seen, too */
      phs_colour_ramp(p->cr, phs_colour_level((b + 0.5) / PHS_REPORT_BINS));
      cairo_rectangle(p->cr, x + b * w + 0.5, y + plot_height - h, w - 1, h);
      cairo_fill(p->cr);
    }
  }
  phs_colour_line(p->cr);
  cairo_set_line_width(p->cr, 1);
  cairo_move_to(p->cr, x, y + plot_height + 0.5);
  cairo_line_to(p->cr, x + plot_width, y + plot_height + 0.5);
  for (int i = 0; i <= 4; i++) {
    cairo_move_to(p->cr, x + plot_width * i / 4, y + plot_height + 0.5);
    cairo_line_to(p->cr, x + plot_width * i / 4, y + plot_height + 4.5);
  }
  cairo_stroke(p->cr);
}

static void panel(phs_picture *p, phs_figures *f, const phs_use_row *r, double left, double top) {
  static const char *const percent[] = {"0", "25 %", "50 %", "75 %", "100 %"};
  double x = left + 56, y = top + 40;
  uint64_t most = 0;
  for (int b = 0; b < PHS_REPORT_BINS; b++) {
    most = r->bin[b] > most ? r->bin[b] : most;
  }
  const char *title =
      phs_arena_printf(f->arena, "%s of a %s", phs_capacity_words(r->what), f->kind[r->kind].name);
  const char *limit =
      phs_arena_printf(f->arena, "100 %% is %s", phs_report_number(f->arena, r->limit));
  phs_picture_text(p, left + 8, top + 14, PHS_ANCHOR_START, "h", title ? title : "?");
  phs_picture_text(p, left + 8, top + 29, PHS_ANCHOR_START, "m", limit ? limit : "?");
  bars(p, r, x, y, most);
  phs_picture_text(p, x - 6, y + 4, PHS_ANCHOR_END, "m", phs_report_number(f->arena, (double)most));
  phs_picture_text(p, x - 6, y + plot_height + 4, PHS_ANCHOR_END, "m", "0");
  for (int i = 0; i <= 4; i++) {
    phs_picture_text(p, x + plot_width * i / 4, y + plot_height + 18, PHS_ANCHOR_MIDDLE, "m",
                     percent[i]);
  }
  for (int b = 0; b < PHS_REPORT_BINS; b++) {
    const char *hint =
        r->bin[b] == 0 ? NULL
                       : phs_arena_printf(f->arena, "%d to %d %%%s: %s", b * 100 / PHS_REPORT_BINS,
                                          (b + 1) * 100 / PHS_REPORT_BINS,
                                          b + 1 == PHS_REPORT_BINS ? " or more" : "",
                                          phs_report_number(f->arena, (double)r->bin[b]));
    if (hint) {
      phs_picture_hint(p, x + b * plot_width / PHS_REPORT_BINS, y, plot_width / PHS_REPORT_BINS,
                       plot_height, hint);
    }
  }
}

bool phs_draw_histograms(phs_figures *f, phs_buf *out) {
  const phs_use_row *row[MOST_PANELS];
  int n = 0;
  phs_picture p;
  for (uint32_t i = 0; i < f->row_count && n < MOST_PANELS; i++) {
    if (isfinite(f->row[i].limit) && f->row[i].most > 0 && f->kind[f->row[i].kind].used > 0) {
      row[n++] = &f->row[i];
    }
  }
  if (n == 0) {
    return false;
  }
  int down = (n + ACROSS - 1) / ACROSS;
  phs_picture_begin(&p, "histograms", "How many parts are how full, for each capacity",
                    PHS_PICTURE_WIDTH, down * panel_height);
  for (int i = 0; i < n; i++) {
    panel(&p, f, row[i], (i % ACROSS) * (panel_width + 24), i / ACROSS * panel_height);
  }
  return phs_picture_end(&p, out);
}
