/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Distributions: read, and drawn from where values are needed at import. */
#include "random/draw.h"
#include "import/yaml/yaml.h"
#include "net/recipe_check.h"

#include <math.h>

#define MOST_DRAWS 1000

/* The two values of a pair. @p open: bounds, which may be infinite. */
static bool read_pair(yml_reader *r, yml_scope *scope, const yml_field *f, phs_dimension first,
                      phs_dimension second, bool open, double out[2]) {
  const yml_node *n = f->node;
  char have[64];
  if (n->kind != YML_LIST || n->count != 2) {
    return YML_FAIL(r, PHS_YAML_TYPE, n, f->key->doc, "'%s' takes a list of two values, not %s",
                    f->key->name,
                    n->kind == YML_LIST ? yml_format(r, "of %zu", n->count)
                                        : yml_describe(n, have, sizeof have));
  }
  bool (*read)(yml_reader *, yml_scope *, const yml_node *, phs_dimension, const char *, double *) =
      open ? yml_quantity_or_inf : yml_quantity;
  bool ok = read(r, scope, n->item[0], first, f->key->name, &out[0]);
  return read(r, scope, n->item[1], second, f->key->name, &out[1]) && ok;
}

static bool check_order(yml_reader *r, const yml_field *f, const double v[2]) {
  return v[0] <= v[1] ||
         YML_FAIL(r, PHS_YAML_RANGE, f->node, "swap them",
                  "'%s': the low value %g is above the high value %g", f->key->name, v[0], v[1]);
}

static bool check_spread(yml_reader *r, const yml_field *f, double sd) {
  return sd >= 0 || YML_FAIL(r, PHS_YAML_RANGE, f->node->item[1], "give 0 or more",
                             "'%s': the standard deviation is %g", f->key->name, sd);
}

static bool read_kind(yml_reader *r, yml_scope *scope, const yml_field *f, phs_dimension want,
                      phs_distribution *out) {
  double v[2] = {0, 0};
  switch ((int)(f->key - yml_distribution_table.key)) {
  case DRAW_UNIFORM:
    out->kind = PHS_DIST_UNIFORM;
    if (!read_pair(r, scope, f, want, want, false, v) || !check_order(r, f, v)) {
      return false;
    }
    break;
  case DRAW_NORMAL:
    out->kind = PHS_DIST_NORMAL;
    if (!read_pair(r, scope, f, want, want, false, v) || !check_spread(r, f, v[1])) {
      return false;
    }
    break;
  case DRAW_LOGNORMAL:
    out->kind = PHS_DIST_LOGNORMAL;
    if (!read_pair(r, scope, f, want, yml_plain, false, v) || !check_spread(r, f, v[1])) {
      return false;
    }
    if (!(v[0] > 0)) {
      return YML_FAIL(r, PHS_YAML_RANGE, f->node->item[0], "give a median above 0",
                      "'lognormal': the median is %g", v[0]);
    }
    v[0] = phs_log(v[0]);
    break;
  default:
    out->kind = PHS_DIST_EXPONENTIAL;
    if (!yml_quantity(r, scope, f->node, want, f->key->name, &v[0])) {
      return false;
    }
    break;
  }
  out->a = v[0];
  out->b = v[1];
  return true;
}

static bool read_bounds(yml_reader *r, yml_scope *scope, const yml_field *field, phs_dimension want,
                        phs_distribution *out) {
  const yml_field *clip = &field[DRAW_CLIP], *redraw = &field[DRAW_REDRAW];
  const yml_field *f = clip->node ? clip : redraw;
  double v[2];
  if (clip->node && redraw->node) {
    return YML_FAIL(r, PHS_YAML_CONTRADICTION, redraw->node, "keep one of them",
                    "values beyond the bounds are either clipped or drawn again, not both");
  }
  if (!f->node) {
    return true;
  }
  if (!read_pair(r, scope, f, want, want, true, v) || !check_order(r, f, v)) {
    return false;
  }
  out->bound = f == clip ? PHS_BOUND_CLIP : PHS_BOUND_REDRAW;
  out->low = v[0];
  out->high = v[1];
  double inside = phs_distribution_within(out);
  return f == clip || inside >= 0.01 ||
         YML_FAIL(r, PHS_YAML_RANGE, f->node, "widen the bounds, or use 'clip'",
                  "only %.2g of the values lie within the bounds; 'redraw' needs 0.01", inside);
}

bool yml_distribution(yml_reader *r, yml_scope *scope, const yml_node *n, phs_dimension want,
                      const char *what, phs_distribution *out) {
  yml_field field[DRAW_KEYS];
  *out = (phs_distribution){.low = -INFINITY, .high = INFINITY};
  if (n->kind != YML_MAP) {
    char have[64];
    if (n->kind == YML_LIST) {
      return YML_FAIL(r, PHS_YAML_TYPE, n, "write {uniform: [a, b]} for random values",
                      "'%s' takes one value or a distribution, not %s", what,
                      yml_describe(n, have, sizeof have));
    }
    return yml_quantity(r, scope, n, want, what, &out->a);
  }
  if (!yml_decode(r, scope, n, &yml_distribution_table, field)) {
    return false;
  }
  return read_kind(r, scope, &field[yml_chosen(&yml_distribution_table, field)], want, out) &&
         read_bounds(r, scope, field, want, out);
}

static double value_of(const phs_distribution *d, uint32_t word) {
  switch (d->kind) {
  case PHS_DIST_UNIFORM:
    return d->a + (d->b - d->a) * phs_uniform(word);
  case PHS_DIST_NORMAL:
    return d->a + d->b * phs_normal(word);
  case PHS_DIST_LOGNORMAL:
    return phs_exp(d->a + d->b * phs_normal(word));
  case PHS_DIST_EXPONENTIAL:
    return -d->a * phs_log(phs_uniform(word));
  default:
    return d->a;
  }
}

static double draw_one(const phs_distribution *d, uint64_t key, uint32_t i) {
  double v = d->a;
  if (d->kind == PHS_DIST_CONSTANT) {
    return v;
  }
  for (uint32_t draw = 0; draw < MOST_DRAWS; draw++) {
    uint32_t word[4], counter[4] = {i, 0, 0, draw};
    phs_philox(key, counter, word);
    v = value_of(d, word[0]);
    if (d->bound != PHS_BOUND_REDRAW || (v >= d->low && v <= d->high)) {
      break;
    }
  }
  return d->bound == PHS_BOUND_NONE ? v : fmin(d->high, fmax(d->low, v));
}

double *yml_draw(yml_reader *r, const yml_node *n, const phs_distribution *d, const char *name,
                 size_t count, phs_arena *arena) {
  if (count > r->in->values_left) {
    YML_FAIL(r, PHS_YAML_LIMIT, n, "use smaller populations, or one value for all",
             "more than 2^26 values are to be drawn");
    return NULL;
  }
  r->in->values_left -= count;
  double *out = PHS_NEW_ARRAY(arena, double, count);
  if (!out) {
    yml_no_memory(r);
    return NULL;
  }
  uint64_t key = phs_stream_key(r->in->seed, name);
  for (size_t i = 0; i < count; i++) {
    out[i] = draw_one(d, key, (uint32_t)i);
  }
  return out;
}
