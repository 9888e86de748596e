/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file picture.h  Pictures in an HTML page: shapes drawn by cairo on an SVG surface, text and
 * tooltips written over them as SVG elements, so that no byte depends on the fonts of the machine.
 * What cairo numbers for itself (ids of surfaces, counted over the whole process) is numbered anew,
 * with the picture's own prefix. Shapes use colours that stand on light and dark ground alike.
 */
#ifndef PHS_REPORT_PICTURE_H
#define PHS_REPORT_PICTURE_H

#include "base/buf.h"

#include <cairo.h>
#include <stdint.h>

#define PHS_PICTURE_WIDTH 1080.0 /**< units of a page: as wide as text */

typedef struct phs_picture {
  const char *id, *label; /**< prefix of ids; what it shows, for those who cannot see it */
  double width, height;
  cairo_surface_t *surface;
  cairo_t *cr;
  phs_buf bytes, under, over; /**< what cairo wrote; elements below and above it */
  bool failed;
} phs_picture;

/** @p id and @p label borrowed until phs_picture_end(). */
void phs_picture_begin(phs_picture *p, const char *id, const char *label, double width,
                       double height);
/**
 * Appends the picture as one <svg> element to @p out and frees it.
 * @return false, with nothing appended, where cairo failed or memory ended
 */
bool phs_picture_end(phs_picture *p, phs_buf *out);

typedef enum phs_anchor { PHS_ANCHOR_START, PHS_ANCHOR_MIDDLE, PHS_ANCHOR_END } phs_anchor;

/** Text with its base line at @p y. @p style: classes of the page ("t", "m": muted, "h": bold). */
void phs_picture_text(phs_picture *p, double x, double y, phs_anchor anchor, const char *style,
                      const char *text);
/** A tooltip over a rectangle. */
void phs_picture_hint(phs_picture *p, double x, double y, double w, double h, const char *text);
/** Pixels, drawn with cairo on an image surface of @p image, stretched over a rectangle. */
void phs_picture_image(phs_picture *p, cairo_surface_t *image, double x, double y, double w,
                       double h);

/* ---- colours ---- */

#define PHS_COLOUR_LEVELS 64
/** Viridis: lightness rises evenly, readable without seeing colours. @p level clamped. */
void phs_colour_ramp(cairo_t *cr, int level);
/** Level of a share, 0 to 1. */
int phs_colour_level(double share);
/** Parts not in use; plates behind parts; lines; beyond a limit; of populations by kind. */
void phs_colour_unused(cairo_t *cr);
void phs_colour_plate(cairo_t *cr);
void phs_colour_line(cairo_t *cr);
void phs_colour_beyond(cairo_t *cr);
/** A bar of the ramp with @p ticks labels (evenly spaced, the first at 0), at @p x, @p y, and a
 * swatch for unused parts; 34 units high. @p unused: its label, or NULL */
void phs_draw_legend(phs_picture *p, double x, double y, const char *title, const char *const *tick,
                     int ticks, const char *unused, const char *beyond);

#endif
