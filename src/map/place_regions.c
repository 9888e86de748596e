/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What regions hold: sizes of items by the capacities of chips, and bounds of cuts. */
#include "map/place_bisect.h"

#include <math.h>
#include <stdlib.h>

static uint32_t sites_of(const plc_bisector *b, const plc_region *r) {
  uint32_t w = b->s->metric.width + 1;
  return b->present[r->y1 * w + r->x1] - b->present[r->y0 * w + r->x1] -
         b->present[r->y1 * w + r->x0] + b->present[r->y0 * w + r->x0];
}

/* Blocks of the limited domain in a region, or 0 where it has not several. */
static int64_t blocks_of(const plc_bisector *b, const plc_region *r) {
  if (!b->block_size || b->domain < 0) {
    return 0;
  }
  const phs_domain *k = &b->s->machine->domain[b->domain];
  return (int64_t)((r->x1 - r->x0) / k->width) * ((r->y1 - r->y0) / k->height);
}

/* Sizes of the items of a region, and bounds of its first half's. */
void plc_bound(const plc_bisector *b, const plc_region *r, const plc_halves *h, plc_cut *c,
               int64_t *size) {
  int64_t blocks[2] = {blocks_of(b, &h->half[0]), blocks_of(b, &h->half[1])}, room[2], total = 0;
  bool whole = blocks[0] > 0 && blocks[1] > 0;
  const int64_t *of = whole ? b->block_size : b->site_size;
  for (int i = 0; i < 2; i++) {
    room[i] = (whole ? blocks[i] : (int64_t)sites_of(b, &h->half[i])) * PLC_UNIT;
  }
  for (uint32_t i = 0; i < r->count; i++) {
    size[i] = of[b->order[r->first + i]];
    total += size[i];
  }
  double part = room[0] + room[1] > 0 ? (double)room[0] / (double)(room[0] + room[1]) : 0;
  c->aim = (int64_t)(part * (double)total);
  c->least = total > room[1] ? total - room[1] : 0;
  c->most = total < room[0] ? total : room[0];
  if (c->least > c->most) { /* too much for both: what remains is settled later */
    c->least = c->most = c->aim;
  }
}

/* Whole numbers of equal items that a block holds: 122 of them in a chip are 122 / 122 of it. */
static int64_t size_of(double share, bool rounded) {
  if (rounded && share > 0 && share < 1) {
    share = 1 / floor(1 / share + 1e-9);
  }
  return (int64_t)(share * PLC_UNIT);
}

static int64_t fill_sizes(const plc_bisector *b, int domain, bool rounded, int64_t *size) {
  const plc_state *s = b->s;
  double cores = domain < 0 ? s->slots : s->machine->domain[domain].cores;
  int64_t total = 0;
  for (uint32_t i = 0; i < s->graph->core_count; i++) {
    double share = 1 / cores;
    for (int k = 0; k < s->limit_count; k++) {
      const plc_limit *l = &s->limit[k];
      double part = l->domain == domain ? l->demand[i] / l->capacity : 0;
      share = part > share ? part : share;
    }
    size[i] = size_of(share, rounded);
    total += size[i];
  }
  return total;
}

static bool count_present(plc_bisector *b) {
  const plc_state *s = b->s;
  uint32_t w = s->metric.width, h = s->metric.height;
  b->present = calloc((size_t)(w + 1) * (h + 1), sizeof *b->present);
  for (uint32_t y = 0; b->present && y < h; y++) {
    for (uint32_t x = 0, row = 0; x < w; x++) {
      row += plc_present(s, y * w + x);
      b->present[(y + 1) * (w + 1) + x + 1] = b->present[y * (w + 1) + x + 1] + row;
    }
  }
  return b->present != NULL;
}

bool plc_make_sizes(plc_bisector *b) {
  const plc_state *s = b->s;
  size_t n = (size_t)s->graph->core_count + 1;
  const phs_machine *m = s->machine;
  b->domain = plc_domains(s);
  for (int k = 0; k < s->limit_count; k++) {
    int d = s->limit[k].domain;
    b->domain = d >= 0 && d < b->domain ? d : b->domain;
  }
  b->site_size = malloc(n * sizeof *b->site_size);
  if (!b->site_size || !count_present(b)) {
    return false;
  }
  if (fill_sizes(b, -1, true, b->site_size) >
      (int64_t)b->present[(s->metric.width + 1) * (s->metric.height + 1) - 1] * PLC_UNIT) {
    fill_sizes(b, -1, false, b->site_size);
  }
  if (b->domain == plc_domains(s)) {
    b->domain = -1;
    return true;
  }
  const phs_domain *d = &m->domain[b->domain];
  b->block_size = malloc(n * sizeof *b->block_size);
  if (b->block_size && fill_sizes(b, b->domain, true, b->block_size) >
                           (int64_t)d->blocks_x * d->blocks_y * PLC_UNIT) {
    fill_sizes(b, b->domain, false, b->block_size);
  }
  return b->block_size != NULL;
}

/* Sides of a rectangle of @p count parts of @p w x @p h, as square as can be, in @p columns x @p
 * rows of them. */
static void enclose(uint32_t count, uint32_t w, uint32_t h, uint32_t columns, uint32_t rows,
                    uint32_t *x, uint32_t *y) {
  double side = sqrt((double)count * w * h);
  double wide = ceil(side / w);
  *x = wide < 1 ? 1 : wide > columns ? columns : (uint32_t)wide;
  *y = (count + *x - 1) / *x;
  if (*y > rows) {
    *y = rows;
    *x = (count + *y - 1) / *y;
    *x = *x > columns ? columns : *x;
  }
}

/* As much of the machine as the items need, so that they lie together. */
plc_region plc_whole_region(const plc_bisector *b) {
  const plc_state *s = b->s;
  const phs_machine *m = s->machine;
  uint32_t n = s->graph->core_count;
  uint32_t width = s->metric.width, height = s->metric.height;
  plc_region r = {0, 0, width, height, 0, n, 0, 0};
  int64_t sites = 0, blocks = 0;
  for (uint32_t i = 0; i < n; i++) {
    sites += b->site_size[i];
    blocks += b->block_size ? b->block_size[i] : 0;
  }
  if (s->present) {
    return r;
  }
  int d = b->block_size ? b->domain : 0;
  const phs_domain *k = d >= 0 && d < plc_domains(s) ? &m->domain[d] : NULL;
  if (k && !b->block_size) {
    blocks = (int64_t)((double)sites / k->width / k->height);
  }
  uint32_t need = (uint32_t)((blocks + PLC_UNIT - 1) / PLC_UNIT), x, y;
  if (k && k->blocks_x * k->blocks_y > 1 && need > 1) {
    enclose(need, k->width, k->height, k->blocks_x, k->blocks_y, &x, &y);
    r.x1 = x * k->width;
    r.y1 = y * k->height;
    return r;
  }
  enclose((uint32_t)((sites + PLC_UNIT - 1) / PLC_UNIT), 1, 1, k ? k->width : width,
          k ? k->height : height, &x, &y);
  r.x1 = x;
  r.y1 = y;
  return r;
}
