/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Small tables. Routes are put in an order, rare ones first, and all entries of a route stand
 * together. An entry then may match what it likes of the keys of routes before it, which have been
 * matched already, of its own, and of keys that nobody sends: only keys of routes after it must not
 * be matched. So the entries of each route are a cover of its keys by as few ternary cubes as a
 * greedy union of cubes finds, against the keys of later routes and those that go straight on by
 * default. Ordered covering (Mundy, Heathcote, Garside: "On-chip order-exploiting routing table
 * minimization for a multicast supercomputer network", HPSR 2016) uses the same freedom, with
 * entries ordered by how much they match; tests hold this against it. */
#include "map/route.h"

#include <string.h>

typedef struct table {
  uint32_t *key, *mask, *rank; /* [count] atoms by rank of their route */
  uint8_t *done;
  uint32_t count;
  uint32_t *straight_key, *straight_mask, *straight_route; /* [straight]: not yet caught */
  uint32_t straight;
} table;

void phs_table_room_free(phs_table_room *t) {
  free(t->key);
  free(t->best);
  *t = (phs_table_room){0};
}

static uint32_t *take(uint32_t **at, size_t count) {
  uint32_t *p = *at;
  *at += count;
  return p;
}

static bool make_room(phs_table_room *t, size_t count) {
  if (count <= t->room) {
    return true;
  }
  phs_table_room_free(t);
  size_t room = 2 * count + 64;
  uint32_t *at = phs_room(16 * room, sizeof *at);
  t->best = phs_room(room, sizeof *t->best);
  t->key = at;
  if (!at || !t->best) {
    phs_table_room_free(t);
    return false;
  }
  t->room = room;
  t->key = take(&at, room);
  t->mask = take(&at, room);
  t->rank = take(&at, room);
  t->straight_key = take(&at, room);
  t->straight_mask = take(&at, room);
  t->straight_route = take(&at, room);
  t->route = take(&at, room);
  t->route_count = take(&at, room);
  t->route_order = take(&at, room);
  t->route_first = take(&at, room + 1);
  t->slot = take(&at, 4 * room);
  t->done = (uint8_t *)take(&at, room / 4);
  return true;
}

/* Numbers the routes: rank[i] is that of atom i, for now. @return how many */
static uint32_t number_routes(const phs_atom *atom, size_t count, phs_table_room *t) {
  size_t slots = 4;
  while (slots < 2 * count) {
    slots *= 2;
  }
  memset(t->slot, 0, slots * sizeof *t->slot);
  uint32_t routes = 0;
  for (size_t i = 0; i < count; i++) {
    if (atom[i].straight) {
      continue;
    }
    size_t at = (atom[i].route * UINT32_C(0x9e3779b9) >> 7) & (slots - 1);
    while (t->slot[at] && t->route[t->slot[at] - 1] != atom[i].route) {
      at = (at + 1) & (slots - 1);
    }
    if (!t->slot[at]) {
      t->route[routes] = atom[i].route;
      t->route_count[routes] = 0;
      t->slot[at] = ++routes;
    }
    t->rank[i] = t->slot[at] - 1;
    t->route_count[t->rank[i]]++;
  }
  return routes;
}

/* Routes by number of atoms, then by route. */
static void order_routes(phs_table_room *t, uint32_t routes) {
  for (uint32_t i = 0; i < routes; i++) {
    uint32_t j = i;
    for (; j > 0; j--) {
      uint32_t before = t->route_order[j - 1];
      bool after = t->route_count[before] != t->route_count[i]
                       ? t->route_count[before] < t->route_count[i]
                       : t->route[before] < t->route[i];
      if (after) {
        break;
      }
      t->route_order[j] = before;
    }
    t->route_order[j] = i;
  }
}

/* Atoms to arrays, by rank of their route and as given within it. */
static table arrange(const phs_atom *atom, size_t count, phs_table_room *t, uint32_t routes) {
  table x = {t->key,          t->mask,          t->rank,           t->done, 0,
             t->straight_key, t->straight_mask, t->straight_route, 0};
  for (uint32_t i = 0; i < routes; i++) {
    t->route_first[i] = x.count;
    x.count += t->route_count[t->route_order[i]];
  }
  t->route_first[routes] = x.count;
  uint32_t *next = t->slot; /* by number of the route */
  for (uint32_t i = 0; i < routes; i++) {
    next[t->route_order[i]] = t->route_first[i];
  }
  for (size_t i = 0; i < count; i++) {
    if (atom[i].straight) {
      x.straight_key[x.straight] = atom[i].key;
      x.straight_mask[x.straight] = atom[i].mask;
      x.straight_route[x.straight++] = atom[i].route;
    } else {
      uint32_t at = next[t->rank[i]]++;
      x.key[at] = atom[i].key;
      x.mask[at] = atom[i].mask;
    }
  }
  memset(x.done, 0, x.count);
  return x;
}

/* Whether a cube meets an atom from `first` on: sixteen at a time, which compilers vectorise. */
static bool meets_atom(const table *x, uint32_t first, uint32_t key, uint32_t mask) {
  uint32_t i = first;
  for (; i + 16 <= x->count; i += 16) {
    uint32_t hits = 0;
    for (uint32_t k = 0; k < 16; k++) {
      hits += ((x->key[i + k] ^ key) & x->mask[i + k] & mask) == 0;
    }
    if (hits) {
      return true;
    }
  }
  for (; i < x->count; i++) {
    if (((x->key[i] ^ key) & x->mask[i] & mask) == 0) {
      return true;
    }
  }
  return false;
}

/* Whether it meets a straight atom that goes elsewhere than @p route. */
static bool meets_straight(const table *x, uint32_t route, uint32_t key, uint32_t mask) {
  uint32_t i = 0;
  for (; i + 16 <= x->straight; i += 16) {
    uint32_t hits = 0;
    for (uint32_t k = 0; k < 16; k++) {
      hits += (((x->straight_key[i + k] ^ key) & x->straight_mask[i + k] & mask) == 0) &
              (x->straight_route[i + k] != route);
    }
    if (hits) {
      return true;
    }
  }
  for (; i < x->straight; i++) {
    if (((x->straight_key[i] ^ key) & x->straight_mask[i] & mask) == 0 &&
        x->straight_route[i] != route) {
      return true;
    }
  }
  return false;
}

/* Straight atoms all of whose keys an entry has caught need no more care. */
static void catch_straight(table *x, uint32_t key, uint32_t mask) {
  for (uint32_t i = 0; i < x->straight;) {
    bool inside = (mask & ~x->straight_mask[i]) == 0 && ((x->straight_key[i] ^ key) & mask) == 0;
    if (inside) {
      uint32_t last = --x->straight;
      x->straight_key[i] = x->straight_key[last];
      x->straight_mask[i] = x->straight_mask[last];
      x->straight_route[i] = x->straight_route[last];
    } else {
      i++;
    }
  }
}

/* Entries for atoms first <= i < end, all of @p route. A union that meets what it must not stays
 * so when it grows, so that each atom is tried once for each entry. */
static size_t cover(table *x, uint32_t first, uint32_t end, uint32_t route, phs_route_entry *out) {
  size_t count = 0;
  for (uint32_t i = first; i < end; i++) {
    if (x->done[i]) {
      continue;
    }
    uint32_t key = x->key[i], mask = x->mask[i];
    for (uint32_t j = i + 1; j < end; j++) {
      if (x->done[j]) {
        continue;
      }
      uint32_t wide = mask & x->mask[j] & ~(key ^ x->key[j]);
      bool bad = wide != mask && (meets_atom(x, end, key & wide, wide) ||
                                  meets_straight(x, route, key & wide, wide));
      if (!bad) {
        mask = wide;
        key &= wide;
        x->done[j] = 1;
      }
    }
    catch_straight(x, key, mask);
    out[count++] = (phs_route_entry){key, mask, route};
  }
  return count;
}

size_t phs_table_minimise(const phs_atom *atom, size_t count, phs_table_room *room,
                          phs_route_entry *out) {
  if (!make_room(room, count)) {
    return SIZE_MAX;
  }
  uint32_t routes = number_routes(atom, count, room);
  order_routes(room, routes);
  table x = arrange(atom, count, room, routes);
  size_t entries = 0;
  for (uint32_t i = 0; i < routes; i++) {
    entries += cover(&x, room->route_first[i], room->route_first[i + 1],
                     room->route[room->route_order[i]], out + entries);
  }
  return entries;
}
