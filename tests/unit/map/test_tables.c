/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Minimised tables: every key goes where it went before; how small they get. */
#include "routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { KEYS = 1 << 12, MOST = 600 };

static const uint32_t exact = UINT32_MAX;

static size_t minimise(const phs_atom *atom, size_t count, phs_route_entry *out) {
  phs_table_room room = {0};
  size_t n = phs_table_minimise(atom, count, &room, out);
  assert_true(n <= count);
  phs_table_room_free(&room);
  return n;
}

static const phs_route_entry *match(const phs_route_entry *entry, size_t count, uint32_t key) {
  for (size_t i = 0; i < count; i++) {
    if ((key & entry[i].mask) == entry[i].key) {
      return &entry[i];
    }
  }
  return NULL;
}

/* All keys of the first KEYS that an atom has. */
static void hold_keys(const phs_atom *atom, size_t atoms, const phs_route_entry *entry,
                      size_t count) {
  for (uint32_t key = 0; key < KEYS; key++) {
    for (size_t i = 0; i < atoms; i++) {
      if ((key & atom[i].mask) == atom[i].key) {
        const phs_route_entry *e = match(entry, count, key);
        assert_true(e ? e->route == atom[i].route : atom[i].straight);
      }
    }
  }
}

/* Keys 0 to 3 go one way: one entry of two free bits does for them. */
static void test_union(void **state) {
  (void)state;
  phs_atom a[4] = {0};
  phs_route_entry out[4];
  for (uint32_t i = 0; i < 4; i++) {
    a[i] = (phs_atom){.key = i, .mask = exact, .route = 1};
  }
  assert_int_equal(minimise(a, 4, out), 1);
  hold_keys(a, 4, out, 1);
}

/* 0, 1 and 3 go one way, 2 another. Without an order that takes three entries; with 2 first, one
 * that matches all four keys may follow. */
static void test_order(void **state) {
  (void)state;
  const phs_atom a[] = {{.key = 0x0, .mask = exact, .route = 1},
                        {.key = 0x1, .mask = exact, .route = 1},
                        {.key = 0x3, .mask = exact, .route = 1},
                        {.key = 0x2, .mask = exact, .route = 4}};
  phs_route_entry out[4];
  size_t n = minimise(a, 4, out);
  assert_int_equal(n, 2);
  assert_int_equal(out[0].key, 2); /* first match wins */
  assert_int_equal(out[0].route, 4);
  hold_keys(a, 4, out, n);
}

/* What goes straight on needs no entry, and forbids others to match it; but an entry of the same
 * route may. */
static void test_straight(void **state) {
  (void)state;
  phs_atom a[] = {{.key = 0x0, .mask = exact, .route = 1},
                  {.key = 0x1, .mask = exact, .route = 8, .straight = true},
                  {.key = 0x3, .mask = exact, .route = 1}};
  phs_route_entry out[3];
  size_t n = minimise(a, 3, out);
  assert_int_equal(n, 2); /* 0 and 3 cannot be one entry: it would match 1 */
  hold_keys(a, 3, out, n);
  a[1].route = 1;
  n = minimise(a, 3, out);
  assert_int_equal(n, 1);
  hold_keys(a, 3, out, n);
  const phs_atom alone = {.key = 7, .mask = exact, .route = 8, .straight = true};
  assert_int_equal(minimise(&alone, 1, out), 0);
}

/* Disjoint blocks of random sizes and gaps, as keys are; routes drawn unevenly. */
static size_t draw_atoms(uint64_t *seed, phs_atom *atom, uint32_t routes, uint32_t straight) {
  size_t count = 0;
  for (uint32_t at = 0; at < KEYS && count < MOST;) {
    uint32_t size = 1u << (1 + routes_draw(seed, 5));
    at = (at + size - 1) / size * size;
    if (at >= KEYS) {
      break;
    }
    uint32_t r = routes_draw(seed, routes);
    r = routes_draw(seed, r + 1); /* small numbers are drawn more often */
    bool on = routes_draw(seed, 100) < straight;
    atom[count++] = (phs_atom){.key = at,
                               .mask = ~(size - 1),
                               .route = on ? 1u << (r % 6) : 1u << (6 + r % 20) | r >> 2,
                               .straight = on};
    at += size + (routes_draw(seed, 3) == 0 ? 32 : 0);
  }
  return count;
}

static void test_random(void **state) {
  (void)state;
  static phs_atom atom[MOST];
  static phs_route_entry out[MOST];
  for (uint64_t seed = 1; seed <= 300; seed++) {
    uint64_t s = seed;
    size_t count =
        draw_atoms(&s, atom, 1 + (uint32_t)seed % 23, seed % 3 == 0 ? 0 : (uint32_t)seed % 60);
    size_t n = minimise(atom, count, out);
    hold_keys(atom, count, out, n);
  }
}

/* Atoms need not be blocks: any ternary cubes without common keys. */
static void test_cubes(void **state) {
  (void)state;
  static phs_atom atom[MOST];
  static phs_route_entry out[MOST];
  for (uint64_t seed = 1; seed <= 200; seed++) {
    uint64_t s = seed;
    size_t count = 0;
    for (int i = 0; i < 200; i++) {
      uint32_t mask = ~(routes_draw(&s, KEYS) & routes_draw(&s, KEYS));
      phs_atom a = {.key = routes_draw(&s, KEYS) & mask,
                    .mask = mask,
                    .route = 1u << routes_draw(&s, 9),
                    .straight = routes_draw(&s, 4) == 0};
      bool meets = false;
      for (size_t k = 0; k < count && !meets; k++) {
        meets = ((a.key ^ atom[k].key) & a.mask & atom[k].mask) == 0;
      }
      if (!meets) {
        atom[count++] = a;
      }
    }
    size_t n = minimise(atom, count, out);
    hold_keys(atom, count, out, n);
  }
}

/* ---- Ordered covering, plainly, to be held against ---- */

typedef struct oc_entry {
  uint32_t key, mask, route;
  bool straight; /* one atom, of this kind */
  uint32_t atoms[MOST];
  uint32_t atom_count;
} oc_entry;

typedef struct oc_table {
  oc_entry *entry;
  size_t count;
  const phs_atom *atom;
} oc_table;

static int generality(uint32_t mask) {
  return __builtin_popcount(~mask);
}

static bool cubes_meet(uint32_t k, uint32_t m, uint32_t key, uint32_t mask) {
  return ((k ^ key) & m & mask) == 0;
}

static size_t oc_place(const oc_table *t, int g) {
  size_t i = 0;
  while (i < t->count && generality(t->entry[i].mask) <= g) {
    i++;
  }
  return i;
}

static void oc_span(const oc_table *t, const bool *in, uint32_t *key, uint32_t *mask) {
  uint32_t ones = 0, zeros = 0, common = UINT32_MAX;
  for (size_t i = 0; i < t->count; i++) {
    if (in[i]) {
      ones |= t->entry[i].key;
      zeros |= ~t->entry[i].key;
      common &= t->entry[i].mask;
    }
  }
  *mask = common & ~(ones & zeros);
  *key = ones & *mask;
}

static size_t oc_size(const oc_table *t, const bool *in) {
  size_t n = 0;
  for (size_t i = 0; i < t->count; i++) {
    n += in[i];
  }
  return n;
}

/* Entries that would move below one that they meet stay out. @return whether any went out */
static bool oc_up_check(const oc_table *t, bool *in) {
  uint32_t key, mask;
  oc_span(t, in, &key, &mask);
  size_t place = oc_place(t, generality(mask));
  bool changed = false;
  for (size_t i = t->count; i-- > 0;) {
    for (size_t j = i + 1; in[i] && j < place; j++) {
      const oc_entry *a = &t->entry[i], *b = &t->entry[j];
      if (!in[j] && a->route != b->route && cubes_meet(a->key, a->mask, b->key, b->mask)) {
        in[i] = false;
        changed = true;
      }
    }
  }
  return changed;
}

/* Removes what makes the union meet atoms of entries below it. */
static bool oc_down_check(const oc_table *t, bool *in) {
  bool changed = false;
  while (oc_size(t, in) > 1) {
    uint32_t key, mask, best_bits = 0, best_key = 0;
    int least = 33;
    oc_span(t, in, &key, &mask);
    for (size_t i = oc_place(t, generality(mask)); i < t->count; i++) {
      for (uint32_t k = 0; !in[i] && k < t->entry[i].atom_count; k++) {
        const phs_atom *a = &t->atom[t->entry[i].atoms[k]];
        if (cubes_meet(key, mask, a->key, a->mask)) {
          uint32_t bits = ~mask & a->mask; /* that can be set to keep it out */
          if (__builtin_popcount(bits) < least) {
            least = __builtin_popcount(bits);
            best_bits = bits;
            best_key = a->key;
          }
        }
      }
    }
    if (least == 33) {
      return changed;
    }
    size_t fewest = SIZE_MAX;
    uint32_t choice = 0;
    for (uint32_t b = 0; b < 32; b++) {
      size_t out = 0;
      for (size_t i = 0; i < t->count && best_bits >> b & 1; i++) {
        const oc_entry *e = &t->entry[i];
        out += in[i] && (!(e->mask >> b & 1) || !((e->key ^ best_key) >> b & 1));
      }
      if (best_bits >> b & 1 && out < fewest) {
        fewest = out;
        choice = b;
      }
    }
    for (size_t i = 0; i < t->count; i++) {
      const oc_entry *e = &t->entry[i];
      bool goes = least == 0 || !(e->mask >> choice & 1) || !((e->key ^ best_key) >> choice & 1);
      in[i] = in[i] && !goes;
    }
    changed = true;
  }
  return changed;
}

static void oc_merge(oc_table *t, const bool *in) {
  static oc_entry merged;
  uint32_t key, mask;
  oc_span(t, in, &key, &mask);
  merged = (oc_entry){.key = key, .mask = mask};
  size_t kept = 0;
  for (size_t i = 0; i < t->count; i++) {
    if (in[i]) {
      merged.route = t->entry[i].route;
      for (uint32_t k = 0; k < t->entry[i].atom_count; k++) {
        merged.atoms[merged.atom_count++] = t->entry[i].atoms[k];
      }
    } else {
      t->entry[kept++] = t->entry[i];
    }
  }
  t->count = kept;
  size_t place = oc_place(t, generality(mask));
  memmove(&t->entry[place + 1], &t->entry[place], (kept - place) * sizeof *t->entry);
  t->entry[place] = merged;
  t->count++;
}

static size_t ordered_covering(const phs_atom *atom, size_t count, phs_route_entry *out) {
  static oc_entry entry[MOST + 1];
  static bool in[MOST], best[MOST];
  oc_table t = {entry, 0, atom};
  for (size_t i = 0; i < count; i++) { /* by generality, stable */
    oc_entry e = {atom[i].key, atom[i].mask, atom[i].route, atom[i].straight, {(uint32_t)i}, 1};
    size_t place = oc_place(&t, generality(e.mask));
    memmove(&entry[place + 1], &entry[place], (t.count - place) * sizeof *entry);
    entry[place] = e;
    t.count++;
  }
  for (;;) {
    size_t most = 1;
    for (size_t i = 0; i < t.count; i++) {
      bool first = true;
      for (size_t k = 0; k < i; k++) {
        first = first && entry[k].route != entry[i].route;
      }
      if (!first) {
        continue;
      }
      for (size_t k = 0; k < t.count; k++) {
        in[k] = entry[k].route == entry[i].route;
      }
      if (oc_size(&t, in) <= most) {
        continue;
      }
      for (bool again = true; again && oc_size(&t, in) > most;) {
        again = oc_down_check(&t, in);
        again = oc_up_check(&t, in) || again;
      }
      if (oc_size(&t, in) > most) {
        most = oc_size(&t, in);
        memcpy(best, in, sizeof best);
      }
    }
    if (most == 1) {
      break;
    }
    oc_merge(&t, best);
  }
  size_t left = 0; /* straight ones go where nothing below meets them */
  for (size_t i = 0; i < t.count; i++) {
    bool goes = entry[i].straight;
    for (size_t j = i + 1; j < t.count && goes; j++) {
      goes = !cubes_meet(entry[i].key, entry[i].mask, entry[j].key, entry[j].mask);
    }
    if (!goes) {
      out[left++] = (phs_route_entry){entry[i].key, entry[i].mask, entry[i].route};
    }
  }
  return left;
}

/* Over random tables, entries in all are fewer than ordered covering's. */
static void test_ordered_covering(void **state) {
  (void)state;
  static phs_atom atom[MOST];
  static phs_route_entry out[MOST];
  size_t ours = 0, theirs = 0, atoms = 0, worse = 0;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    uint64_t s = seed;
    size_t count = draw_atoms(&s, atom, 2 + (uint32_t)seed % 23, (uint32_t)seed % 50);
    size_t oc = ordered_covering(atom, count, out);
    hold_keys(atom, count, out, oc);
    size_t n = minimise(atom, count, out);
    worse += n > oc;
    ours += n;
    theirs += oc;
    atoms += count;
  }
  print_message("%zu atoms: %zu entries, ordered covering %zu; more in %zu of 60\n", atoms, ours,
                theirs, worse);
  assert_true(ours <= theirs);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_union),    cmocka_unit_test(test_order),
      cmocka_unit_test(test_straight), cmocka_unit_test(test_random),
      cmocka_unit_test(test_cubes),    cmocka_unit_test(test_ordered_covering),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
