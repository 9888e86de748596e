/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Filling sites within capacities. */
#include "map/place_parts.h"

#include <stdlib.h>

/* The greatest share of a capacity that an item takes. */
static double share(const plc_state *s, uint32_t item) {
  double most = 0;
  for (int i = 0; i < s->limit_count; i++) {
    double part = s->limit[i].demand[item] / s->limit[i].capacity;
    most = part > most ? part : most;
  }
  return most;
}

/* Where the search for a free site goes on: full ones at the beginning are not looked at again. */
static bool put_first(plc_state *s, const uint32_t *site, uint32_t sites, uint32_t item,
                      uint32_t *open) {
  while (*open < sites && s->item[(size_t)site[*open] * s->slots + s->slots - 1] != PLC_NONE) {
    ++*open; /* slots are filled in order while nothing is taken out */
  }
  for (uint32_t i = *open; i < sites; i++) {
    if (plc_fits(s, item, site[i])) {
      plc_put(s, item, site[i]);
      return true;
    }
  }
  return false;
}

bool plc_pack(plc_state *s, const uint32_t *site, uint32_t sites, const uint32_t *item) {
  uint32_t n = s->graph->core_count, next = 0, at = 0;
  while (next < n && at < sites) {
    if (plc_fits(s, item[next], site[at])) {
      plc_put(s, item[next++], site[at]);
    } else {
      at++;
    }
  }
  for (uint32_t open = 0; next < n; next++) {
    if (!put_first(s, site, sites, item[next], &open)) {
      return false;
    }
  }
  return true;
}

typedef struct ranked {
  double share;
  uint32_t item;
} ranked;

static int greater_first(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->share != y->share) {
    return x->share < y->share ? 1 : -1;
  }
  return (x->item > y->item) - (x->item < y->item);
}

bool plc_pack_greatest(plc_state *s, const uint32_t *site, uint32_t sites, uint32_t *item) {
  uint32_t n = s->graph->core_count, open = 0;
  ranked *r = malloc(((size_t)n + 1) * sizeof *r);
  bool ok = r != NULL;
  plc_clear(s);
  for (uint32_t i = 0; r && i < n; i++) {
    r[i] = (ranked){share(s, i), i};
  }
  if (r) {
    qsort(r, n, sizeof *r, greater_first);
  }
  for (uint32_t i = 0; ok && i < n; i++) {
    item[i] = r[i].item;
    ok = put_first(s, site, sites, item[i], &open);
  }
  free(r);
  return ok;
}

/* Around position @p at of the list, nearer ones first. */
static bool put_near(plc_state *s, const uint32_t *site, uint32_t sites, uint32_t item,
                     uint32_t at) {
  for (uint32_t d = 0; d < sites; d++) {
    if (at >= d && plc_fits(s, item, site[at - d])) {
      plc_put(s, item, site[at - d]);
      return true;
    }
    if (d < sites - at && plc_fits(s, item, site[at + d])) {
      plc_put(s, item, site[at + d]);
      return true;
    }
  }
  return false;
}

bool plc_settle(plc_state *s, const uint32_t *site, uint32_t sites, const uint32_t *wish) {
  uint32_t n = s->graph->core_count;
  uint32_t *rank = calloc((size_t)s->metric.width * s->metric.height, sizeof *rank);
  bool ok = rank != NULL;
  plc_clear(s);
  for (uint32_t i = 0; ok && i < sites; i++) {
    rank[site[i]] = i;
  }
  for (uint32_t i = 0; ok && i < n; i++) {
    if (plc_fits(s, i, plc_site(s, wish[i]))) {
      plc_put(s, i, plc_site(s, wish[i]));
    }
  }
  for (uint32_t i = 0; ok && i < n; i++) {
    ok = s->slot[i] != PLC_NONE || put_near(s, site, sites, i, rank[plc_site(s, wish[i])]);
  }
  free(rank);
  return ok;
}
