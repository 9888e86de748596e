/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* NumPy arrays of values, and lava's lists of events in them. */
#include "vm/npy_header.h"

#include <float.h>
#include <stdlib.h>

typedef struct array {
  phs_stim_bytes file;
  phs_npy_header h;
  const phs_stimulus_options *options;
  phs_stim_sensor sensor;
} array;

static double element(const array *a, uint64_t k) {
  return phs_npy_element(&a->file, &a->h, k);
}

static uint64_t element_byte(const array *a, uint64_t k) {
  return a->h.start + k * a->h.size;
}

static bool value(const array *a, uint64_t k, float *out, phs_stimulus_error *e) {
  double x = element(a, k);
  /* Half a unit above the largest binary32 rounds to infinity. */
  if (!(x > -0x1.ffffffp127 && x < 0x1.ffffffp127)) {
    return phs_stim_fail_at(e, PHS_STIM_VALUE, element_byte(a, k),
                            "inputs must be finite 32-bit floats",
                            "element %llu of the array is %g", (unsigned long long)k, x);
  }
  *out = (float)x;
  return true;
}

/** What the axes of an array mean. */
typedef struct layout {
  uint64_t batch, steps, width;
  bool batched;
} layout;

static uint64_t product(const phs_npy_header *h, int from) {
  uint64_t n = 1;
  for (int i = from; i < h->rank; i++) {
    n *= (uint64_t)h->dim[i]; /* the header's check has shown that the whole product fits */
  }
  return n;
}

/** Whether the axes from @p from on are those of the network's input. */
static bool same_axes(const phs_npy_header *h, int from, const phs_stimulus_options *o) {
  if (h->rank - from != o->rank) {
    return false;
  }
  for (int i = 0; i < o->rank; i++) {
    if (h->dim[from + i] != o->dim[i]) {
      return false;
    }
  }
  return true;
}

/** Number of axes before those of one step: 1 for [steps, ...], 2 for [batch, steps, ...], 0 when
 * nothing fits. */
static int leading_axes(const phs_npy_header *h, const phs_stimulus_options *o, uint64_t width) {
  if (width == 0) {
    return h->rank == 3 ? 2 : h->rank == 1 || h->rank == 2 ? 1 : 0;
  }
  for (int n = 1; n <= 2; n++) {
    if (h->rank >= n && same_axes(h, n, o)) {
      return n;
    }
  }
  for (int n = 1; n <= 2; n++) {
    if (h->rank >= n && product(h, n) == width) {
      return n;
    }
  }
  return 0;
}

static bool find_layout(const array *a, layout *out, phs_stimulus_error *e) {
  const phs_npy_header *h = &a->h;
  const phs_stimulus_options *o = a->options;
  char have[96], want[96];
  int n = leading_axes(h, o, phs_stim_width(o));
  if (n == 0) {
    bool turned = o->dim && h->rank == 2 && (uint64_t)h->dim[0] == phs_stim_width(o);
    return phs_stim_fail(e, PHS_STIM_SHAPE,
                         turned ? "the array seems to be [inputs, steps]: transpose it"
                                : "give [steps, ...] or [batch, steps, ...] with the shape of the "
                                  "network's input at the end",
                         "an array %s does not fit the network's input %s",
                         phs_stim_shape(h->rank, h->dim, have, sizeof have),
                         o->dim ? phs_stim_shape(o->rank, o->dim, want, sizeof want) : "(unknown)");
  }
  out->batched = n == 2;
  out->batch = n == 2 ? (uint64_t)h->dim[0] : 1;
  out->steps = (uint64_t)h->dim[n - 1];
  out->width = product(h, n);
  return true;
}

static bool read_values(const array *a, phs_stimulus *out, phs_stimulus_error *e) {
  const phs_npy_header *h = &a->h;
  uint64_t stride[PHS_STIM_MAX_AXES], at[PHS_STIM_MAX_AXES] = {0}, k = 0;
  layout l = {0};
  if (!find_layout(a, &l, e) ||
      !phs_stim_allocate(out, l.batch, l.steps, l.width, "split the file", e)) {
    return false;
  }
  out->batched = l.batched;
  /* k: where the element at index `at`, which runs row-major, lies in the file. */
  phs_npy_strides(h, stride);
  for (uint64_t to = 0; to < h->count; to++) {
    if (!value(a, k, &out->data[to], e)) {
      return false;
    }
    for (int i = h->rank - 1; i >= 0; i--) {
      k += stride[i];
      if (++at[i] < (uint64_t)h->dim[i]) {
        break;
      }
      k -= stride[i] * (uint64_t)h->dim[i];
      at[i] = 0;
    }
  }
  return true;
}

/** Column @p column of event @p k as a whole number of at most @p max. */
static bool whole(const array *a, uint64_t k, int column, const char *name, uint64_t max,
                  uint64_t *out, phs_stimulus_error *e) {
  uint64_t columns = (uint64_t)a->h.dim[1];
  uint64_t i =
      a->h.fortran ? (uint64_t)column * (uint64_t)a->h.dim[0] + k : k * columns + (uint64_t)column;
  double x = element(a, i);
  if (!(x >= 0 && x <= (double)max && x == (double)(uint64_t)x)) {
    return phs_stim_fail_at(e, x >= 0 && x > (double)max ? PHS_STIM_SHAPE : PHS_STIM_VALUE,
                            element_byte(a, i),
                            "an array of three columns is a list of events: neuron, 0, time in ms",
                            "event %llu has %s = %.9g, a whole number from 0 to %llu is needed",
                            (unsigned long long)k, name, x, (unsigned long long)max);
  }
  *out = (uint64_t)x;
  return true;
}

static bool list_event(void *user, uint64_t k, phs_stim_event *out, phs_stimulus_error *e) {
  const array *a = user;
  uint64_t channel, i = a->h.fortran ? 2 * (uint64_t)a->h.dim[0] + k : k * 3 + 2;
  double ms = element(a, i);
  if (!(ms >= 0 && ms <= DBL_MAX)) {
    return phs_stim_fail_at(e, PHS_STIM_VALUE, element_byte(a, i),
                            "times are milliseconds since the start",
                            "event %llu has the time %g ms", (unsigned long long)k, ms);
  }
  out->step = phs_stim_step_near(ms * 1e-3, a->options->bin);
  return whole(a, k, 0, "neuron", phs_stim_width(a->options) - 1, &out->index, e) &&
         whole(a, k, 1, "channel", 0, &channel, e);
}

bool phs_stim_read_npy(phs_stim_input *in, const phs_stimulus_options *o, phs_stimulus *out,
                       phs_stimulus_error *e) {
  array a = {.options = o};
  bool ok = false;
  if (!phs_stim_load(in, &a.file, e) || !phs_npy_header_read(&a.file, &a.h, e)) {
    goto cleanup;
  }
  uint64_t width = phs_stim_width(o);
  if (a.h.rank == 2 && a.h.dim[1] == 3 && width != 3 && width != 0) {
    ok = phs_stim_need_bin(o, e) &&
         phs_stim_accumulate(list_event, &a, (uint64_t)a.h.dim[0], o, out, e);
  } else {
    ok = read_values(&a, out, e);
  }
cleanup:
  free(a.file.data);
  return ok;
}
