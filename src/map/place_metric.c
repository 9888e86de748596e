/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Distances as tables. */
#include "map/place_parts.h"

#include <stdlib.h>

/* Cost between nodes beyond the hop into and out of a router. */
static double cost(const phs_machine *m, uint32_t a, uint32_t b) {
  return a == b ? 0 : phs_machine_cost(m, a * m->cores_per_node, b * m->cores_per_node) - 1;
}

static bool allocate(phs_arena *arena, plc_metric *d, bool hexagonal) {
  d->stride = 2 * d->width;
  d->x = PHS_NEW_ARRAY(arena, float, (size_t)d->width * d->width);
  d->y = PHS_NEW_ARRAY(arena, float, (size_t)d->height * d->height);
  d->hexagon = hexagonal ? PHS_NEW_ARRAY(arena, uint16_t, (size_t)2 * d->height * d->stride) : NULL;
  return d->x && d->y && (d->hexagon || !hexagonal);
}

/* Hexagonal grids without borders have all of the distance in one table. */
static bool any_side(const plc_metric *d) {
  bool any = false;
  for (size_t i = 0; i < (size_t)d->width * d->width; i++) {
    any = any || d->x[i] != 0;
  }
  for (size_t i = 0; i < (size_t)d->height * d->height; i++) {
    any = any || d->y[i] != 0;
  }
  return any;
}

bool plc_metric_create(const phs_machine *m, phs_arena *arena, plc_metric *out) {
  *out = (plc_metric){.width = m->width, .height = m->height};
  uint32_t w = m->width, h = m->height;
  if (!allocate(arena, out, m->hexagonal)) {
    return false;
  }
  for (uint32_t a = 0; a < w; a++) {
    for (uint32_t b = 0; b < w; b++) {
      double links = m->hexagonal ? phs_machine_links(m, a, b) : 0;
      out->x[a * w + b] = (float)(cost(m, a, b) - links);
    }
  }
  for (uint32_t a = 0; a < h; a++) {
    for (uint32_t b = 0; b < h; b++) {
      double links = m->hexagonal ? phs_machine_links(m, a * w, b * w) : 0;
      out->y[a * h + b] = (float)(cost(m, a * w, b * w) - links);
    }
  }
  /* by displacement: from a corner, or any other if the displacement is negative */
  for (int64_t dy = 1 - (int64_t)h; out->hexagon && dy < h; dy++) {
    for (int64_t dx = 1 - (int64_t)w; dx < w; dx++) {
      int64_t ax = dx < 0 ? -dx : 0, ay = dy < 0 ? -dy : 0;
      uint32_t a = (uint32_t)(ay * w + ax), b = (uint32_t)((ay + dy) * w + ax + dx);
      out->hexagon[(dy + h - 1) * out->stride + dx + w - 1] = (uint16_t)phs_machine_links(m, a, b);
    }
  }
  out->sides = any_side(out);
  return true;
}

bool plc_metric_coarsen(const plc_metric *fine, uint32_t w, uint32_t h, phs_arena *arena,
                        plc_metric *out) {
  *out = (plc_metric){.width = fine->width / w, .height = fine->height / h};
  uint32_t width = out->width, height = out->height;
  if (!allocate(arena, out, fine->hexagon != NULL)) {
    return false;
  }
  for (uint32_t a = 0; a < width; a++) {
    for (uint32_t b = 0; b < width; b++) {
      out->x[a * width + b] = fine->x[(size_t)(a * w) * fine->width + b * w];
    }
  }
  for (uint32_t a = 0; a < height; a++) {
    for (uint32_t b = 0; b < height; b++) {
      out->y[a * height + b] = fine->y[(size_t)(a * h) * fine->height + b * h];
    }
  }
  for (int64_t dy = 1 - (int64_t)height; fine->hexagon && dy < height; dy++) {
    for (int64_t dx = 1 - (int64_t)width; dx < width; dx++) {
      out->hexagon[(dy + height - 1) * out->stride + dx + width - 1] =
          fine->hexagon[(dy * h + fine->height - 1) * fine->stride + dx * w + fine->width - 1];
    }
  }
  out->sides = any_side(out);
  return true;
}
