/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Weights and biases of layers. */
#include "import/yaml/layers.h"

#include <math.h>

/* Numbers of nested lists, row-major, and the shape that the first items show. */
static bool collect(yml_layer_making *l, const yml_node *n, int depth, yml_array *out, double *v) {
  if (n->kind == YML_SCALAR) {
    double x;
    if (depth != out->shape.rank) {
      return YML_FAIL(l->r, PHS_YAML_COUNT, n, "make all lists of one depth equally long",
                      "a number stands where a list belongs");
    }
    bool ok = yml_quantity(l->r, l->e->scope, n, yml_plain, "weights", &x);
    v[out->count++] = ok ? x : 0;
    return ok;
  }
  if (n->kind != YML_LIST || depth == out->shape.rank ||
      n->count != (size_t)out->shape.dim[depth]) {
    return YML_FAIL(l->r, PHS_YAML_COUNT, n, "make all lists of one depth equally long",
                    "the lists of numbers do not form an array");
  }
  bool ok = true;
  for (size_t i = 0; i < n->count && !yml_full(l->r); i++) {
    ok = collect(l, n->item[i], depth + 1, out, v) && ok;
  }
  return ok;
}

static bool read_lists(yml_layer_making *l, const yml_node *n, yml_array *out) {
  size_t count = 1;
  for (const yml_node *k = n; k->kind == YML_LIST; k = k->item[0]) {
    if (out->shape.rank == PHS_MAX_RANK || k->count == 0) {
      return YML_FAIL(l->r, PHS_YAML_COUNT, k, NULL,
                      "lists of numbers have 1 to %d levels, none empty", PHS_MAX_RANK);
    }
    out->shape.dim[out->shape.rank++] = (int64_t)k->count;
    count *= k->count; /* bounded by YML_MAX_EXPANDED where the lists form an array */
    if (count > YML_MAX_EXPANDED) {
      return YML_FAIL(l->r, PHS_YAML_LIMIT, k, "give a .npy file",
                      "the lists have too many numbers");
    }
  }
  double *v = PHS_NEW_ARRAY(l->r->scratch, double, count);
  out->v = v;
  return v ? collect(l, n, 0, out, v) : yml_no_memory(l->r);
}

static bool check_shape(yml_layer_making *l, const yml_node *n, const phs_shape *have,
                        const phs_shape *want, const char *what) {
  char a[128], b[128];
  return phs_shape_equal(have, want) ||
         YML_FAIL(l->r, PHS_YAML_SHAPE, n, "store the array with this shape",
                  "'%s' has shape %s, but %s is needed", what, phs_shape_print(have, a, sizeof a),
                  phs_shape_print(want, b, sizeof b));
}

/* Weights that have a shape of their own: from a file or lists. @p given is false for others. */
bool yml_weights_given(yml_layer_making *l, const yml_node *n, yml_array *out, bool *given) {
  const yml_node *file = n;
  *out = (yml_array){.count = 0};
  *given = true;
  if (n->kind == YML_LIST) {
    return read_lists(l, n, out);
  }
  if (n->kind == YML_MAP && yml_get(n, "file")) {
    yml_field f[VALUE_KEYS];
    double factor;
    if (!yml_decode(l->r, l->e->scope, n, &yml_value_file, f) ||
        !yml_unit(l->r, f[VALUE_UNIT].node, yml_plain, "weights", &factor)) {
      return false;
    }
    file = f[VALUE_FILE].node;
  } else if (n->kind == YML_MAP || n->text[0] == '=' || !yml_names_array(n->text)) {
    *given = false;
    return true;
  }
  return yml_array_read(l->r, file, out);
}

/* @p want's values: given ones, one for all, or random ones. */
bool yml_weights_read(yml_layer_making *l, const yml_node *n, const yml_array *given,
                      const phs_shape *want, const char *what, phs_tensor *out) {
  size_t count = phs_shape_count(want);
  const double *v = given ? given->v : NULL;
  phs_distribution d;
  if (given && !check_shape(l, n, &given->shape, want, what)) {
    return false;
  }
  if (!given) {
    if (!yml_distribution(l->r, l->e->scope, n, yml_plain, what, &d) ||
        !(v = yml_draw(l->r, n, &d, yml_format(l->r, "%s.%s", l->e->name, what), count,
                       l->r->scratch))) {
      return false;
    }
  }
  float *f = PHS_NEW_ARRAY(l->r->arena, float, count);
  if (!f) {
    return yml_no_memory(l->r);
  }
  for (size_t i = 0; i < count; i++) {
    f[i] = (float)v[i] + 0.0f; /* a bias of -0 is +0 */
    if (!isfinite(f[i])) {
      return YML_FAIL(l->r, PHS_YAML_RANGE, n, "choose smaller values",
                      "value %zu of '%s' is beyond 3.4e38", i, what);
    }
  }
  *out = (phs_tensor){*want, f};
  return true;
}

bool yml_bias_read(yml_layer_making *l, const yml_field *f, int64_t count, phs_tensor *out) {
  yml_array a;
  bool given;
  phs_shape want = {.rank = 1, .dim = {count}};
  return !f->node || (yml_weights_given(l, f->node, &a, &given) &&
                      yml_weights_read(l, f->node, given ? &a : NULL, &want, "bias", out));
}

bool yml_weights_check(yml_layer_making *l, const phs_shape *s) {
  int64_t count = 1;
  for (int i = 0; i < s->rank; i++) {
    if (__builtin_mul_overflow(count, s->dim[i], &count) || count > YML_MAX_VALUES) {
      char text[128];
      return YML_FAIL(l->r, PHS_YAML_LIMIT, l->node, "make the layer smaller",
                      "weights of shape %s are more than 2^28 values",
                      phs_shape_print(s, text, sizeof text));
    }
  }
  return true;
}
