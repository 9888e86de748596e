/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Shapes of all values, from the inputs on, around cycles, and back from nodes that know their own.
 */
#include "import/nir/nir.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct inference {
  nir_reader *r;
  nir_model *m;
  int *queue; /* a ring of nodes whose shapes are known and not yet passed on */
  bool *queued;
  int head, count;
  bool backward; /* also from a node to those before it */
} inference;

static void push(inference *s, int v) {
  if (!s->queued[v]) {
    s->queued[v] = true;
    s->queue[(s->head + s->count++) % s->m->node_count] = v;
  }
}

static bool check_size(nir_reader *r, const nir_node *n, const phs_shape *s) {
  int64_t count = 1;
  for (int i = 0; i < s->rank; i++) {
    if (__builtin_mul_overflow(count, s->dim[i], &count) || count > NIR_MAX_ELEMENTS) {
      return NIR_FAIL(r, PHS_NIR_TOO_LARGE, n->where, "check stride and padding",
                      "the output of shape %s has more than 2^31 elements", nir_shape(r, s));
    }
  }
  return true;
}

/* ---- what a node makes of its input ---- */

/* Error text for an input that a node cannot take; names the edge that it came over where there is
 * one. */
static bool cannot_take(inference *s, int v, int edge, const char *help, const char *need) {
  const nir_node *n = &s->m->node[v];
  if (edge < 0) {
    return NIR_FAIL(s->r, PHS_NIR_SHAPE, n->where, help, "%s '%s' takes %s, not %s",
                    nir_type_name(n->type), n->name, need, nir_shape(s->r, &n->in));
  }
  const nir_edge *e = &s->m->edge[edge];
  const nir_node *from = &s->m->node[e->from];
  return NIR_FAIL(s->r, PHS_NIR_SHAPE, n->where, help,
                  "edge %s: %s '%s' gives shape %s, but %s '%s' takes %s",
                  nir_edge_text(s->r, s->m, e), nir_type_name(from->type), from->name,
                  nir_shape(s->r, &from->out), nir_type_name(n->type), n->name, need);
}

/* The shape that node @p v fixes by its own parameters; false if it takes any. */
static bool own_shape(const nir_node *n, phs_shape *out) {
  if (nir_is_elementwise(n->type) && !n->one_for_all) {
    *out = n->param_shape;
    return true;
  }
  if (n->type == NIR_LINEAR || n->type == NIR_AFFINE) {
    *out = n->weight.shape;
    out->rank--;
    out->dim[out->rank - 1] = n->weight.shape.dim[out->rank];
    return true;
  }
  return false;
}

/* With "same" and a stride, NIR types the output like the input; some tools divide by the stride.
 * What follows decides. */
static int64_t same_size(const inference *s, int v, int axis, int64_t size, int64_t stride) {
  int64_t divided = (size + stride - 1) / stride;
  for (int k = s->m->out[v]; k < s->m->out[v + 1]; k++) {
    phs_shape next;
    const nir_node *to = &s->m->node[s->m->edge[s->m->out_edge[k]].to];
    if (own_shape(to, &next) && next.rank > axis + 1 &&
        next.dim[next.rank - (s->m->node[v].in.rank - 1) + axis] == divided) {
      return divided;
    }
  }
  return size;
}

/* One axis of a window that slides: its output size, and the padding at both ends. */
static bool slide(inference *s, int v, int axis, int64_t kernel, int64_t dilation, int64_t size,
                  int64_t *out) {
  nir_node *n = &s->m->node[v];
  int64_t span = dilation * (kernel - 1) + 1, stride = n->stride[axis];
  int64_t low = n->padding_kind == NIR_PAD_NUMBERS ? n->padding[axis] : 0, high = low;
  if (n->padding_kind == NIR_PAD_SAME) {
    *out = stride == 1 ? size : same_size(s, v, axis, size, stride);
    int64_t total = (*out - 1) * stride + span - size;
    total = total > 0 ? total : 0;
    low = total / 2; /* an odd one more stands at the end */
    high = total - low;
    if (stride != 1) {
      NIR_TELL(s->r, PHS_NIR_SAME_STRIDE, n->where, "store the padding as numbers",
               "padding \"same\" with stride %" PRId64 ": axis %d of %" PRId64 " becomes %" PRId64
               ", padded by %" PRId64 " before and %" PRId64 " after",
               stride, axis, size, *out, low, high);
    }
  } else if (size + low + high < span) {
    return NIR_FAIL(s->r, PHS_NIR_SHAPE, n->where, "use a smaller kernel or more padding",
                    "the kernel of '%s' spans %" PRId64 " elements of axis %d, which has %" PRId64
                    " with its padding",
                    n->name, span, axis, size + low + high);
  } else {
    *out = (size + low + high - span) / stride + 1;
  }
  n->pad_low[axis] = low;
  n->pad_high[axis] = high;
  return low + high <= 2 * NIR_MAX_GEOMETRY ||
         NIR_FAIL(s->r, PHS_NIR_RANGE, n->where, "check stride and dilation",
                  "%" PRId64 " elements of padding", low + high);
}

static void check_hint(inference *s, const nir_node *n, int axes) {
  const phs_shape *hint = &n->declared;
  if (hint->rank == 0) {
    return;
  }
  bool fits = hint->rank == axes || hint->rank == axes + 1;
  for (int i = 0; fits && i < axes; i++) {
    fits = hint->dim[hint->rank - axes + i] == n->in.dim[i + 1];
  }
  if (!fits) {
    NIR_TELL(s->r, PHS_NIR_PORT_SHAPE, n->where, "correct the dataset",
             "'input_shape' says %s, but %s arrives, which counts", nir_shape(s->r, hint),
             nir_shape(s->r, &n->in));
  }
}

static bool conv_output(inference *s, int v, int edge) {
  nir_node *n = &s->m->node[v];
  int axes = n->type == NIR_CONV1D ? 1 : 2;
  int64_t channels;
  char need[96];
  bool fits = !__builtin_mul_overflow(n->weight.shape.dim[1], n->groups, &channels);
  snprintf(need, sizeof need, axes == 1 ? "[%" PRId64 ", length]" : "[%" PRId64 ", height, width]",
           channels);
  if (!fits || n->in.rank != axes + 1 || n->in.dim[0] != channels) {
    return cannot_take(
        s, v, edge,
        "shapes exclude the batch and the time axis; channels are weight.shape[1] times groups",
        need);
  }
  check_hint(s, n, axes);
  n->out.rank = axes + 1;
  n->out.dim[0] = n->weight.shape.dim[0];
  for (int a = 0; a < axes; a++) {
    if (!slide(s, v, a, n->weight.shape.dim[2 + a], n->dilation[a], n->in.dim[1 + a],
               &n->out.dim[1 + a])) {
      return false;
    }
  }
  return check_size(s->r, n, &n->out);
}

static bool pool_output(inference *s, int v, int edge) {
  nir_node *n = &s->m->node[v];
  if (n->in.rank != 3) {
    return cannot_take(s, v, edge, "shapes exclude the batch and the time axis",
                       "[channels, height, width]");
  }
  n->out = n->in;
  for (int a = 0; a < 2; a++) {
    if (!slide(s, v, a, n->kernel[a], 1, n->in.dim[1 + a], &n->out.dim[1 + a])) {
      return false;
    }
  }
  return check_size(s->r, n, &n->out);
}

static bool flatten_output(inference *s, int v, int edge) {
  nir_node *n = &s->m->node[v];
  int rank = n->in.rank;
  bool batch =
      n->declared.rank == rank + 1 || (s->m->batched && n->declared.rank == 0 && n->start_dim > 0);
  int axes = rank + batch;
  int64_t start = n->start_dim < 0 ? n->start_dim + axes : n->start_dim;
  int64_t end = n->end_dim < 0 ? n->end_dim + axes : n->end_dim;
  if (start < 0 || end >= axes || start > end) {
    char need[128];
    snprintf(need, sizeof need, "more axes: start_dim is %" PRId64 ", end_dim %" PRId64,
             n->start_dim, n->end_dim);
    return cannot_take(
        s, v, edge,
        "axes are counted without the batch: to flatten all use start_dim 0 and end_dim -1", need);
  }
  if (batch) {
    NIR_TELL(s->r, PHS_NIR_BATCH, n->where, "export the model again without the batch axis",
             "start_dim %" PRId64 " and end_dim %" PRId64 " count a batch axis, which is left out",
             n->start_dim, n->end_dim);
    start -= start > 0;
    end -= end > 0;
  }
  n->start_dim = start;
  n->end_dim = end;
  n->out.rank = 0;
  for (int i = 0; i < rank; i++) {
    if (i > start && i <= end) {
      n->out.dim[n->out.rank - 1] *= n->in.dim[i];
    } else {
      n->out.dim[n->out.rank++] = n->in.dim[i];
    }
  }
  return true;
}

/* n->out from n->in, which arrived over @p edge (or -1). */
static bool find_output(inference *s, int v, int edge) {
  nir_node *n = &s->m->node[v];
  switch (n->type) {
  case NIR_CONV1D:
  case NIR_CONV2D:
    return conv_output(s, v, edge);
  case NIR_SUMPOOL2D:
  case NIR_AVGPOOL2D:
    return pool_output(s, v, edge);
  case NIR_FLATTEN:
    return flatten_output(s, v, edge);
  case NIR_LINEAR:
  case NIR_AFFINE:
    n->out = n->in;
    n->out.dim[n->out.rank - 1] = n->weight.shape.dim[n->weight.shape.rank - 2];
    return true;
  default:
    n->out = n->in;
    return true;
  }
}

/* ---- passing on ---- */

/* Axes of length one in front, which writers leave for a batch of one. */
static bool equal_but_batch(const phs_shape *longer, const phs_shape *shape) {
  int extra = longer->rank - shape->rank;
  for (int i = 0; i < extra; i++) {
    if (longer->dim[i] != 1) {
      return false;
    }
  }
  return extra > 0 &&
         memcmp(longer->dim + extra, shape->dim, (size_t)shape->rank * sizeof *shape->dim) == 0;
}

static void tell_about_params(inference *s, const nir_node *n, const phs_shape *own) {
  if (n->one_for_all && n->scalar) {
    NIR_TELL(s->r, PHS_NIR_SCALAR, n->where, "export one value for each neuron",
             "the parameters are single numbers: taken for each element of shape %s",
             nir_shape(s->r, &n->in));
  } else if (n->one_for_all && !phs_shape_equal(&n->param_shape, &n->in) &&
             phs_shape_count(&n->in) != 1) {
    NIR_TELL(s->r, PHS_NIR_SCALAR, n->where, "export one value for each neuron",
             "the parameters have shape %s: their value is taken for each element of shape %s",
             nir_shape(s->r, &n->param_shape), nir_shape(s->r, &n->in));
  } else if (own) {
    NIR_TELL(s->r, PHS_NIR_BATCH, n->where, "export the model again without the batch axis",
             "the parameters have shape %s, but %s arrives: the batch axis is left out",
             nir_shape(s->r, own), nir_shape(s->r, &n->in));
  }
}

/* Gives node @p v the input @p shape, which arrived over @p edge (or -1). Nodes with a shape of
 * their own keep it; whether everything fits is checked at the end. */
static bool settle(inference *s, int v, const phs_shape *shape, int edge) {
  nir_node *n = &s->m->node[v];
  phs_shape own;
  n->in = *shape;
  if (own_shape(n, &own)) {
    bool batch = nir_is_elementwise(n->type) && equal_but_batch(&own, shape);
    n->in = batch ? *shape : own;
    if (batch) {
      tell_about_params(s, n, &own);
    }
  } else if (nir_is_elementwise(n->type)) {
    tell_about_params(s, n, NULL);
  }
  n->in_known = true;
  if (!find_output(s, v, edge)) {
    return false;
  }
  n->out_known = true;
  push(s, v);
  return true;
}

static bool keeps_shape(const nir_node *n) {
  return nir_is_elementwise(n->type) || n->type == NIR_INPUT;
}

static bool pass_on(inference *s) {
  nir_model *m = s->m;
  while (s->count > 0) {
    int v = s->queue[s->head];
    s->head = (s->head + 1) % m->node_count;
    s->count--;
    s->queued[v] = false;
    for (int k = m->out[v]; k < m->out[v + 1]; k++) {
      int e = m->out_edge[k], w = m->edge[e].to;
      if (!m->node[w].in_known && !settle(s, w, &m->node[v].out, e)) {
        return false;
      }
    }
    for (int k = m->in[v]; s->backward && k < m->in[v + 1]; k++) {
      int u = m->edge[m->in_edge[k]].from;
      if (!m->node[u].in_known && keeps_shape(&m->node[u]) && !settle(s, u, &m->node[v].in, -1)) {
        return false;
      }
    }
  }
  return true;
}

/* ---- where to start ---- */

/* Whether @p shape is what node @p n takes with axes in front that do not belong there (batch, time
 * steps); then *out is the rest. @p exact is set when it is just what the node takes. */
static bool has_extra_axes(const nir_node *n, const phs_shape *shape, phs_shape *out, bool *exact) {
  phs_shape own;
  int axes = n->type == NIR_CONV1D ? 2 : 3;
  bool fixed = own_shape(n, &own);
  bool spatial = n->type == NIR_CONV1D || n->type == NIR_CONV2D || n->type == NIR_SUMPOOL2D ||
                 n->type == NIR_AVGPOOL2D;
  if (!fixed && !spatial) {
    return false;
  }
  int extra = shape->rank - (fixed ? own.rank : axes);
  if (extra < 0) {
    return false;
  }
  *out = (phs_shape){.rank = shape->rank - extra};
  memcpy(out->dim, shape->dim + extra, (size_t)out->rank * sizeof *out->dim);
  bool fits = fixed ? phs_shape_equal(out, &own)
                    : !n->weight.data || out->dim[0] == n->weight.shape.dim[1] * n->groups;
  *exact = *exact || (fits && extra == 0);
  return fits && extra > 0;
}

/* The declared shape of an Input, or what is left of it when axes must go. */
static void input_shape(inference *s, int v) {
  nir_model *m = s->m;
  nir_node *n = &m->node[v];
  phs_shape rest = {0}, found = {0};
  bool exact = false, extra = false;
  for (int k = m->out[v]; k < m->out[v + 1]; k++) {
    if (has_extra_axes(&m->node[m->edge[m->out_edge[k]].to], &n->declared, &rest, &exact)) {
      found = rest;
      extra = true;
    }
  }
  if (exact || !extra) {
    return;
  }
  bool batch = equal_but_batch(&n->declared, &found);
  m->batched = m->batched || batch;
  NIR_TELL(
      s->r, batch ? PHS_NIR_BATCH : PHS_NIR_PORT_SHAPE, n->where,
      "export the model again with the shape of one sample in one step",
      "the Input '%s' has shape %s, but what reads it takes %s: the axes in front are left out",
      n->name, nir_shape(s->r, &n->declared), nir_shape(s->r, &found));
  n->declared = found;
}

static bool from_inputs(inference *s) {
  for (int v = 0; v < s->m->node_count; v++) {
    nir_node *n = &s->m->node[v];
    if (n->type == NIR_INPUT && nir_is_leaf(n) && n->declared.rank > 0) {
      input_shape(s, v);
      if (!settle(s, v, &n->declared, -1)) {
        return false;
      }
    }
  }
  return pass_on(s);
}

/* From nodes that know their own shape and that no input reached. */
static bool from_parameters(inference *s) {
  for (int v = 0; v < s->m->node_count; v++) {
    phs_shape own;
    const nir_node *n = &s->m->node[v];
    if (nir_is_leaf(n) && !n->in_known && own_shape(n, &own) && !settle(s, v, &own, -1)) {
      return false;
    }
  }
  return pass_on(s);
}

/* Backwards through nodes that keep shapes, from all that is known. */
static bool from_behind(inference *s) {
  s->backward = true;
  for (int v = 0; v < s->m->node_count; v++) {
    if (nir_is_leaf(&s->m->node[v]) && s->m->node[v].in_known) {
      push(s, v);
    }
  }
  return pass_on(s);
}

/* Last: what datasets say that are otherwise only checked. */
static bool from_hints(inference *s) {
  for (int v = 0; v < s->m->node_count; v++) {
    const nir_node *n = &s->m->node[v];
    phs_shape hint = n->declared;
    if (!nir_is_leaf(n) || n->in_known) {
      continue;
    }
    if (n->type == NIR_CONV1D || n->type == NIR_CONV2D) {
      int axes = n->type == NIR_CONV1D ? 1 : 2;
      if (hint.rank != axes) {
        continue;
      }
      hint = (phs_shape){.rank = axes + 1,
                         .dim = {n->weight.shape.dim[1] * n->groups, hint.dim[0], hint.dim[1]}};
    } else if (n->type == NIR_FLATTEN) {
      for (int i = 0; i < hint.rank; i++) {
        hint.rank = hint.dim[i] < 1 || hint.dim[i] > NIR_MAX_ELEMENTS ? 0 : hint.rank;
      }
    } else if (nir_is_elementwise(n->type)) {
      hint = n->param_shape;
    }
    if (hint.rank > 0 && (!check_size(s->r, n, &hint) || !settle(s, v, &hint, -1) || !pass_on(s))) {
      return false;
    }
  }
  return true;
}

/* ---- checks ---- */

static bool check_edges(inference *s) {
  for (int i = 0; i < s->m->edge_count; i++) {
    const nir_edge *e = &s->m->edge[i];
    const nir_node *from = &s->m->node[e->from], *to = &s->m->node[e->to];
    if (phs_shape_equal(&from->out, &to->in)) {
      continue;
    }
    bool flat = to->type == NIR_LINEAR || to->type == NIR_AFFINE;
    const char *help = flat && phs_shape_count(&from->out) == phs_shape_count(&to->in)
                           ? "put a Flatten node with start_dim 0 between them"
                           : "make the two layers fit and export the model again";
    return NIR_FAIL(s->r, PHS_NIR_SHAPE, nir_edge_where(s->r, s->m, e), help,
                    "edge %s: %s '%s' gives shape %s, but %s '%s' takes %s",
                    nir_edge_text(s->r, s->m, e), nir_type_name(from->type), from->name,
                    nir_shape(s->r, &from->out), nir_type_name(to->type), to->name,
                    nir_shape(s->r, &to->in));
  }
  return true;
}

static bool check_known(inference *s) {
  for (int v = 0; v < s->m->node_count; v++) {
    const nir_node *n = &s->m->node[v];
    if (nir_is_leaf(n) && !n->in_known) {
      return NIR_FAIL(s->r, PHS_NIR_SHAPE_UNKNOWN, n->where, "store the shape in an Input node",
                      "the shape of %s '%s' follows from nothing in the file",
                      nir_type_name(n->type), n->name);
    }
  }
  return true;
}

/* What was declared otherwise, inserted or taken as usual: of no interest in a network that does
 * not fit. */
static void tell_about_oddities(inference *s) {
  for (int v = 0; v < s->m->node_count; v++) {
    const nir_node *n = &s->m->node[v];
    if (n->w_in_missing) {
      NIR_TELL(s->r, PHS_NIR_DEFAULT, n->where, "add the dataset if another value is meant",
               "no dataset 'w_in': taken as 1");
    }
    if (n->type != NIR_INPUT && n->type != NIR_OUTPUT) {
      continue;
    }
    const phs_shape *shape = nir_is_leaf(n)   ? &n->in
                             : n->source >= 0 ? &s->m->node[n->source].out
                                              : NULL;
    if (n->inserted) {
      NIR_TELL(s->r, PHS_NIR_INSERTED, n->where, "add the node and its edge when exporting",
               "%s '%s' of shape %s is %s the network", nir_type_name(n->type), n->name,
               nir_shape(s->r, &n->in),
               n->type == NIR_INPUT ? "taken as an input of" : "taken as an output of");
    } else if (shape && (n->declared.rank == 0 || !phs_shape_equal(shape, &n->declared))) {
      NIR_TELL(s->r, PHS_NIR_PORT_SHAPE, n->where, "correct the dataset 'shape'",
               n->declared.rank ? "%s '%s' says shape %s, but %s arrives, which counts"
                                : "%s '%s' has no usable shape%s; %s arrives, which counts",
               nir_type_name(n->type), n->name,
               n->declared.rank ? nir_shape(s->r, &n->declared) : "", nir_shape(s->r, shape));
    }
  }
}

bool nir_infer_shapes(nir_reader *r, nir_model *m) {
  inference s = {.r = r, .m = m};
  s.queue = PHS_NEW_ARRAY(r->scratch, int, (size_t)m->node_count);
  s.queued = PHS_NEW_ARRAY(r->scratch, bool, (size_t)m->node_count);
  if (!s.queue || !s.queued) {
    return nir_no_memory(r);
  }
  if (!from_inputs(&s) || !from_parameters(&s) || !from_behind(&s) || !from_hints(&s) ||
      !check_known(&s) || !check_edges(&s)) {
    return false;
  }
  tell_about_oddities(&s);
  return true;
}
