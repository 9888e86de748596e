/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Heat maps over the floor of a machine. */
#include "report/floor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEVEL_UNUSED = PHS_COLOUR_LEVELS, LEVEL_BEYOND, LEVELS };

static void colour(cairo_t *cr, int level) {
  if (level < PHS_COLOUR_LEVELS) {
    phs_colour_ramp(cr, level);
  } else if (level == LEVEL_UNUSED) {
    phs_colour_unused(cr);
  } else {
    phs_colour_beyond(cr);
  }
}

static int level_of(float share) {
  return isnan(share)               ? -1
         : share < 0                ? LEVEL_UNUSED
         : (double)share > 1 + 1e-6 ? LEVEL_BEYOND
                                    : phs_colour_level((double)share);
}

static uint32_t clamp(uint32_t v, uint32_t least, uint32_t most) {
  return v < least ? least : v > most ? most : v;
}

void phs_draw_plates(cairo_t *cr, const phs_floor *f) {
  const phs_machine *m = f->machine;
  for (int d = 0; m && d < m->domain_count; d++) {
    const phs_domain *domain = &m->domain[d];
    if (f->gap[d] <= 0) {
      continue;
    }
    phs_colour_plate(cr);
    for (uint32_t b = 0; b < domain->blocks_x * domain->blocks_y; b++) {
      uint32_t x = b % domain->blocks_x * domain->width, y = b / domain->blocks_x * domain->height;
      uint32_t x1 = clamp(x + domain->width, f->window.x0, f->window.x1) - f->window.x0;
      uint32_t y1 = clamp(y + domain->height, f->window.y0, f->window.y1) - f->window.y0;
      double left, top, right, bottom;
      x = clamp(x, f->window.x0, f->window.x1) - f->window.x0;
      y = clamp(y, f->window.y0, f->window.y1) - f->window.y0;
      if (x >= x1 || y >= y1) {
        continue;
      }
      phs_floor_corner(f, ((uint64_t)(y1 - 1) * f->columns + x) * f->cells_per_node, &left, &top);
      phs_floor_corner(f, ((uint64_t)y * f->columns + x1 - 1) * f->cells_per_node, &right, &bottom);
      double e = f->raster ? 0 : fmin(1.5, f->gap[d] / 3); /* plates reach over their nodes */
      cairo_rectangle(cr, left - e, top - e, right - left + f->sub_x * f->cell + 2 * e,
                      bottom - top + f->sub_y * f->cell + 2 * e);
    }
    cairo_fill(cr);
  }
}

/* Cells by level, so that each level is one path. */
static uint64_t *sorted(const phs_floor *f, const float *share, uint64_t *start) {
  uint64_t *list =
      f->cell_count < SIZE_MAX / sizeof *list ? malloc((f->cell_count + 1) * sizeof *list) : NULL;
  for (int l = 0; l <= LEVELS; l++) {
    start[l] = 0;
  }
  for (uint64_t i = 0; i < f->cell_count; i++) {
    int l = level_of(share[i]);
    start[l + 1] += l >= 0;
  }
  for (int l = 0; l < LEVELS; l++) {
    start[l + 1] += start[l];
  }
  for (uint64_t i = 0; list && i < f->cell_count; i++) {
    int l = level_of(share[i]);
    if (l >= 0) {
      list[start[l]++] = i;
    }
  }
  for (int l = LEVELS; l > 0; l--) {
    start[l] = start[l - 1];
  }
  start[0] = 0;
  return list;
}

static bool cells(cairo_t *cr, const phs_floor *f, const float *share) {
  uint64_t start[LEVELS + 1];
  uint64_t *list = sorted(f, share, start);
  double inset = f->raster ? 0 : fmin(0.5, 0.08 * f->cell);
  for (int l = 0; list && l < LEVELS; l++) {
    colour(cr, l);
    for (uint64_t i = start[l]; i < start[l + 1]; i++) {
      double x, y;
      phs_floor_corner(f, list[i], &x, &y);
      cairo_rectangle(cr, x + inset, y + inset, f->cell - 2 * inset, f->cell - 2 * inset);
      if (f->raster) {
        cairo_fill(cr);
      }
    }
    cairo_fill(cr);
  }
  free(list);
  return list;
}

void phs_draw_heat(phs_picture *p, const phs_floor *f, const float *share) {
  if (!f->raster) {
    cairo_save(p->cr);
    cairo_translate(p->cr, f->left, f->top);
    phs_draw_plates(p->cr, f);
    p->failed |= !cells(p->cr, f, share);
    cairo_restore(p->cr);
    return;
  }
  int w = (int)ceil(fmax(f->width, 1)), h = (int)ceil(fmax(f->height, 1));
  cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, w, h);
  cairo_t *cr = cairo_create(image);
  cairo_set_antialias(cr, CAIRO_ANTIALIAS_NONE);
  phs_draw_plates(cr, f);
  p->failed |= !cells(cr, f, share) || cairo_status(cr) != CAIRO_STATUS_SUCCESS;
  cairo_destroy(cr);
  phs_picture_image(p, image, f->left, f->top, w * f->scale, h * f->scale);
  cairo_surface_destroy(image);
}

/* 1, 2, 5, 10, ...: the least that leaves so much between labels. */
static uint32_t step_of(double each, double room) {
  uint32_t step = 1;
  for (int i = 0; each * step < room && step < 1u << 30; i++) {
    step = i % 3 == 1 ? step / 2 * 5 : step * 2;
  }
  return step;
}

void phs_draw_axes(phs_picture *p, const phs_floor *f) {
  char text[24];
  double x, y, half = f->sub_x * f->cell / 2;
  uint32_t step = step_of((f->sub_x * f->cell + f->pad) * f->scale, 34);
  if (!f->machine) {
    return;
  }
  for (uint32_t c = 0; c < f->columns; c += step) {
    phs_floor_corner(f, (uint64_t)c * f->cells_per_node, &x, &y);
    snprintf(text, sizeof text, "%u", f->window.x0 + c * f->merge);
    phs_picture_text(p, f->left + (x + half) * f->scale, f->top + f->height * f->scale + 15,
                     PHS_ANCHOR_MIDDLE, "m", text);
  }
  half = f->sub_y * f->cell / 2;
  step = step_of((f->sub_y * f->cell + f->pad) * f->scale, 18);
  for (uint32_t r = 0; r < f->rows; r += step) {
    phs_floor_corner(f, (uint64_t)r * f->columns * f->cells_per_node, &x, &y);
    snprintf(text, sizeof text, "%u", f->window.y0 + r * f->merge);
    phs_picture_text(p, f->left - 8, f->top + (y + half) * f->scale + 4, PHS_ANCHOR_END, "m", text);
  }
}
