/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/picture.h"

#include <math.h>

/* Viridis of matplotlib (CC0), every 16th of its 256 colours and the last. */
static const uint8_t anchor[17][3] = {
    {68, 1, 84},    {72, 24, 106},  {71, 45, 123},  {66, 64, 134},  {59, 82, 139},  {51, 99, 141},
    {44, 114, 142}, {38, 130, 142}, {33, 145, 140}, {31, 160, 136}, {40, 174, 128}, {63, 188, 115},
    {94, 201, 98},  {132, 212, 75}, {173, 220, 48}, {216, 226, 25}, {253, 231, 37}};

int phs_colour_level(double share) {
  double level = floor(share * PHS_COLOUR_LEVELS);
  return level < 0 ? 0 : level < PHS_COLOUR_LEVELS ? (int)level : PHS_COLOUR_LEVELS - 1;
}

void phs_colour_ramp(cairo_t *cr, int level) {
  double at = 16.0 * fmin(fmax(level, 0), PHS_COLOUR_LEVELS - 1) / (PHS_COLOUR_LEVELS - 1);
  int i = at < 15 ? (int)at : 15;
  double rgb[3];
  for (int k = 0; k < 3; k++) {
    rgb[k] = (anchor[i][k] + (at - i) * (anchor[i + 1][k] - anchor[i][k])) / 255;
  }
  cairo_set_source_rgb(cr, rgb[0], rgb[1], rgb[2]);
}

void phs_colour_unused(cairo_t *cr) {
  cairo_set_source_rgba(cr, 0.5, 0.5, 0.5, 0.22);
}

void phs_colour_plate(cairo_t *cr) {
  cairo_set_source_rgba(cr, 0.5, 0.5, 0.5, 0.12);
}

void phs_colour_line(cairo_t *cr) {
  cairo_set_source_rgb(cr, 0.55, 0.55, 0.55);
}

void phs_colour_beyond(cairo_t *cr) {
  cairo_set_source_rgb(cr, 0.9, 0.12, 0.16);
}

static double swatch(phs_picture *p, double x, double y, const char *label,
                     void (*colour)(cairo_t *)) {
  if (!label) {
    return x;
  }
  colour(p->cr);
  cairo_rectangle(p->cr, x, y, 12, 12);
  cairo_fill(p->cr);
  phs_picture_text(p, x + 18, y + 10.5, PHS_ANCHOR_START, "t", label);
  return x + 110;
}

void phs_draw_legend(phs_picture *p, double x, double y, const char *title, const char *const *tick,
                     int ticks, const char *unused, const char *beyond) {
  const double bar = 256, left = x + 8.0 + 6.6 * 34;
  phs_picture_text(p, left - 12, y + 10.5, PHS_ANCHOR_END, "t", title);
  for (int i = 0; i < PHS_COLOUR_LEVELS; i++) {
    phs_colour_ramp(p->cr, i);
    double at = i * bar / PHS_COLOUR_LEVELS; /* each goes on under the next: no seams */
    cairo_rectangle(p->cr, left + at, y, bar - at, 12);
    cairo_fill(p->cr);
  }
  for (int i = 0; i < ticks; i++) {
    phs_picture_text(p, left + bar * i / (ticks > 1 ? ticks - 1 : 1), y + 27, PHS_ANCHOR_MIDDLE,
                     "m", tick[i]);
  }
  swatch(p, swatch(p, left + bar + 40, y, unused, phs_colour_unused), y, beyond, phs_colour_beyond);
}
