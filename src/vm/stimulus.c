/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "vm/stimulus_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void fill(phs_stimulus_error *e, phs_stimulus_error_kind kind, uint64_t byte,
                 const char *help, const char *fmt, va_list args) {
  memset(e, 0, sizeof *e);
  e->kind = kind;
  e->byte = byte;
  vsnprintf(e->message, sizeof e->message, fmt, args);
  snprintf(e->help, sizeof e->help, "%s", help ? help : "");
}

bool phs_stim_fail(phs_stimulus_error *e, phs_stimulus_error_kind kind, const char *help,
                   const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fill(e, kind, 0, help, fmt, args);
  va_end(args);
  return false;
}

bool phs_stim_fail_at(phs_stimulus_error *e, phs_stimulus_error_kind kind, uint64_t byte,
                      const char *help, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fill(e, kind, byte, help, fmt, args);
  va_end(args);
  return false;
}

bool phs_stim_load(phs_stim_input *in, phs_stim_bytes *out, phs_stimulus_error *e) {
  /* Twice the largest stimulus of 8-byte values: what is longer could not be used anyway. */
  const uint64_t limit = PHS_STIMULUS_MAX_VALUES * 16;
  size_t cap = 1 << 16;
  out->data = malloc(cap);
  out->len = in->head_len;
  if (!out->data) {
    return phs_stim_fail(e, PHS_STIM_NO_MEMORY, NULL, "no memory to read the input file");
  }
  memcpy(out->data, in->head, in->head_len);
  for (;;) {
    size_t got = fread(out->data + out->len, 1, cap - out->len, in->file);
    out->len += got;
    if (got == 0) {
      break;
    }
    if (out->len < cap) {
      continue;
    }
    unsigned char *more = cap <= SIZE_MAX / 2 && cap < limit ? realloc(out->data, cap * 2) : NULL;
    if (!more) {
      return phs_stim_fail(e, PHS_STIM_NO_MEMORY, "split the recording",
                           "no memory to read %zu bytes or more", cap);
    }
    out->data = more;
    cap *= 2;
  }
  if (ferror(in->file)) {
    return phs_stim_fail(e, PHS_STIM_IO, NULL, "cannot read: %s", strerror(errno));
  }
  return true;
}

char *phs_stim_shape(int rank, const int64_t *dim, char *out, size_t size) {
  size_t n = 0;
  n += (size_t)snprintf(out, size, "[");
  for (int i = 0; i < rank && n < size; i++) {
    n += (size_t)snprintf(out + n, size - n, "%s%lld", i ? ", " : "", (long long)dim[i]);
  }
  if (n < size) {
    snprintf(out + n, size - n, "]");
  }
  return out;
}

uint64_t phs_stim_width(const phs_stimulus_options *o) {
  uint64_t n = 1;
  if (!o->dim) {
    return 0;
  }
  for (int i = 0; i < o->rank; i++) {
    if (o->dim[i] <= 0 || __builtin_mul_overflow(n, (uint64_t)o->dim[i], &n)) {
      return 0;
    }
  }
  return n;
}

bool phs_stim_allocate(phs_stimulus *s, uint64_t batch, uint64_t steps, uint64_t width,
                       const char *help, phs_stimulus_error *e) {
  uint64_t n;
  if (__builtin_mul_overflow(batch, steps, &n) || __builtin_mul_overflow(n, width, &n) ||
      n > PHS_STIMULUS_MAX_VALUES || n > SIZE_MAX / sizeof(float)) {
    return phs_stim_fail(e, PHS_STIM_SHAPE, help,
                         "%llu samples x %llu steps x %llu inputs are more than the %llu values "
                         "that a stimulus can have",
                         (unsigned long long)batch, (unsigned long long)steps,
                         (unsigned long long)width, (unsigned long long)PHS_STIMULUS_MAX_VALUES);
  }
  s->data = calloc((size_t)n, sizeof(float));
  if (!s->data) {
    return phs_stim_fail(e, PHS_STIM_NO_MEMORY, help, "no memory for %llu input values",
                         (unsigned long long)n);
  }
  s->batch = (size_t)batch;
  s->steps = (size_t)steps;
  s->width = (size_t)width;
  return true;
}

static bool has_suffix(const char *path, const char *suffix) {
  size_t n = strlen(path), m = strlen(suffix);
  if (n < m) {
    return false;
  }
  for (size_t i = 0; i < m; i++) {
    char c = path[n - m + i];
    if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != suffix[i]) {
      return false;
    }
  }
  return true;
}

static bool read_kind(const char *path, phs_stim_input *in, const phs_stimulus_options *o,
                      phs_stimulus *out, phs_stimulus_error *e) {
  if (in->head_len == PHS_STIM_HEAD && memcmp(in->head, "\x93NUMPY", PHS_STIM_HEAD) == 0) {
    return phs_stim_read_npy(in, o, out, e);
  }
  if (has_suffix(path, ".csv")) {
    return phs_stim_read_csv(in, o, out, e);
  }
  if (has_suffix(path, ".spikes")) {
    return phs_stim_read_spikes(in, o, out, e);
  }
  if (has_suffix(path, ".bin")) {
    return phs_stim_read_nmnist(in, o, out, e);
  }
  if (has_suffix(path, ".dat")) {
    return phs_stim_read_dat(in, o, out, e);
  }
  if (has_suffix(path, ".npy")) {
    return phs_stim_fail(e, PHS_STIM_FORMAT, "write the file with numpy.save",
                         "not a .npy file: it does not begin with \\x93NUMPY");
  }
  if (has_suffix(path, ".npz")) {
    return phs_stim_fail(e, PHS_STIM_FORMAT, "unpack the archive and give one of its .npy files",
                         "a .npz archive is not read");
  }
  const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
  const char *dot = strrchr(base, '.');
  return phs_stim_fail(e, PHS_STIM_FORMAT,
                       "give a .csv, .npy, .spikes, N-MNIST .bin or Prophesee .dat file",
                       "unknown kind of input file: suffix '%.20s'", dot ? dot : "");
}

bool phs_stimulus_read(const char *path, const phs_stimulus_options *options, phs_stimulus *out,
                       phs_stimulus_error *error) {
  memset(out, 0, sizeof *out);
  memset(error, 0, sizeof *error);
  phs_stim_input in = {.file = fopen(path, "rb")};
  if (!in.file) {
    return phs_stim_fail(error, PHS_STIM_IO, NULL, "cannot open: %s", strerror(errno));
  }
  in.head_len = fread(in.head, 1, PHS_STIM_HEAD, in.file);
  bool ok;
  if (ferror(in.file)) {
    ok = phs_stim_fail(error, PHS_STIM_IO, NULL, "cannot read: %s", strerror(errno));
  } else {
    ok = read_kind(path, &in, options, out, error);
  }
  fclose(in.file);
  if (!ok) {
    phs_stimulus_free(out);
  }
  return ok;
}

bool phs_stimulus_set_steps(phs_stimulus *s, size_t steps, phs_stimulus_error *error) {
  phs_stimulus t = {0};
  if (steps == 0) {
    return phs_stim_fail(error, PHS_STIM_OPTION, "give at least one step", "0 steps");
  }
  if (steps == s->steps) {
    return true;
  }
  if (!phs_stim_allocate(&t, s->batch, steps, s->width, "ask for fewer steps", error)) {
    return false;
  }
  size_t keep = (steps < s->steps ? steps : s->steps) * s->width;
  for (size_t b = 0; b < s->batch; b++) {
    memcpy(t.data + b * steps * s->width, s->data + b * s->steps * s->width, keep * sizeof(float));
  }
  free(s->data);
  s->data = t.data;
  s->steps = steps;
  return true;
}

void phs_stimulus_free(phs_stimulus *s) {
  free(s->data);
  memset(s, 0, sizeof *s);
}
