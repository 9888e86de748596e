/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "vm/npy_header.h"

#include <string.h>

/** The header's Python literal, read from left to right. */
typedef struct cursor {
  const char *begin, *p, *end;
  size_t offset; /**< of begin in the file */
  phs_stimulus_error *error;
} cursor;

static bool fail(cursor *c, const char *what) {
  return phs_stim_fail_at(c->error, PHS_STIM_FORMAT, c->offset + (size_t)(c->p - c->begin),
                          "write the file with numpy.save", "damaged .npy header: %s", what);
}

static void blanks(cursor *c) {
  while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t' || *c->p == '\r')) {
    c->p++;
  }
}

static bool take(cursor *c, char ch) {
  blanks(c);
  if (c->p < c->end && *c->p == ch) {
    c->p++;
    return true;
  }
  return false;
}

/** A string in either kind of quotes, into out. */
static bool take_string(cursor *c, char *out, size_t size) {
  blanks(c);
  if (c->p == c->end || (*c->p != '\'' && *c->p != '"')) {
    return fail(c, "a string is missing");
  }
  char quote = *c->p++;
  size_t n = 0;
  while (c->p < c->end && *c->p != quote) {
    if (n + 1 >= size) {
      return fail(c, "a string is too long");
    }
    out[n++] = *c->p++;
  }
  out[n] = 0;
  return take(c, quote) ? true : fail(c, "a string has no end");
}

static bool take_descr(cursor *c, phs_npy_header *h) {
  char text[32];
  const char *help = "convert the array to float32, float64, bool or an integer type";
  blanks(c);
  size_t at = c->offset + (size_t)(c->p - c->begin);
  if (c->p < c->end && *c->p == '[') {
    return phs_stim_fail_at(c->error, PHS_STIM_FORMAT, at, help,
                            "arrays of records are not supported");
  }
  if (!take_string(c, text, sizeof text)) {
    return false;
  }
  size_t ordered = strchr("<>|=", text[0]) && text[0] ? 1 : 0;
  h->big = text[0] == '>';
  h->kind = text[ordered];
  const char *size = text + ordered + (h->kind ? 1 : 0);
  const char *sizes = h->kind == 'f'                     ? "48"
                      : h->kind == 'i' || h->kind == 'u' ? "1248"
                      : h->kind == 'b'                   ? "1"
                                                         : "";
  if (!size[0] || size[1] || !strchr(sizes, size[0])) {
    for (char *p = text; *p; p++) {
      *p = *p < 0x20 || *p > 0x7e ? '?' : *p;
    }
    return phs_stim_fail_at(c->error, PHS_STIM_FORMAT, at, help,
                            "elements of type '%s' are not supported", text);
  }
  h->size = (unsigned)(size[0] - '0');
  return true;
}

static bool take_bool(cursor *c, bool *out) {
  blanks(c);
  size_t left = (size_t)(c->end - c->p);
  if (left >= 4 && memcmp(c->p, "True", 4) == 0) {
    *out = true;
    c->p += 4;
    return true;
  }
  if (left >= 5 && memcmp(c->p, "False", 5) == 0) {
    *out = false;
    c->p += 5;
    return true;
  }
  return fail(c, "fortran_order is neither True nor False");
}

static bool take_size(cursor *c, int64_t *out) {
  blanks(c);
  if (c->p == c->end || *c->p < '0' || *c->p > '9') {
    return fail(c, "a size of shape is missing");
  }
  *out = 0;
  for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
    if (__builtin_mul_overflow(*out, 10, out) || __builtin_add_overflow(*out, *c->p - '0', out)) {
      return fail(c, "a size of shape is beyond 64 bits");
    }
  }
  if (c->p < c->end && *c->p == 'L') {
    c->p++; /* Python 2 wrote long numbers so */
  }
  return true;
}

static bool take_shape(cursor *c, phs_npy_header *h) {
  if (!take(c, '(')) {
    return fail(c, "shape is not a tuple");
  }
  h->rank = 0;
  while (!take(c, ')')) {
    if (h->rank == PHS_STIM_MAX_AXES) {
      return fail(c, "too many axes");
    }
    if (!take_size(c, &h->dim[h->rank++])) {
      return false;
    }
    if (!take(c, ',')) {
      return take(c, ')') ? true : fail(c, "shape has no end");
    }
  }
  return true;
}

static bool take_dictionary(cursor *c, phs_npy_header *h) {
  unsigned seen = 0;
  char key[32];
  if (!take(c, '{')) {
    return fail(c, "'{' is missing");
  }
  while (!take(c, '}')) {
    bool ok;
    if (!take_string(c, key, sizeof key)) {
      return false;
    }
    if (!take(c, ':')) {
      return fail(c, "':' is missing");
    }
    if (strcmp(key, "descr") == 0 && !(seen & 1)) {
      ok = take_descr(c, h);
      seen |= 1;
    } else if (strcmp(key, "fortran_order") == 0 && !(seen & 2)) {
      ok = take_bool(c, &h->fortran);
      seen |= 2;
    } else if (strcmp(key, "shape") == 0 && !(seen & 4)) {
      ok = take_shape(c, h);
      seen |= 4;
    } else {
      return fail(c, "an unknown key, or one that comes twice");
    }
    if (!ok) {
      return false;
    }
    if (!take(c, ',')) {
      if (!take(c, '}')) {
        return fail(c, "'}' is missing");
      }
      break;
    }
  }
  blanks(c);
  if (c->p != c->end || seen != 7) {
    return fail(c, c->p != c->end ? "text after '}'" : "descr, fortran_order or shape is missing");
  }
  return true;
}

/** Sizes against the length of the file. */
static bool check_size(const phs_stim_bytes *file, phs_npy_header *h, phs_stimulus_error *e) {
  char shape[128];
  uint64_t bytes;
  bool over = false;
  h->count = 1;
  for (int i = 0; i < h->rank; i++) {
    if (h->dim[i] == 0) {
      return phs_stim_fail(e, PHS_STIM_SHAPE, NULL, "the array %s has no values",
                           phs_stim_shape(h->rank, h->dim, shape, sizeof shape));
    }
    over = over || __builtin_mul_overflow(h->count, (uint64_t)h->dim[i], &h->count);
  }
  over = over || __builtin_mul_overflow(h->count, (uint64_t)h->size, &bytes);
  uint64_t have = file->len - h->start;
  if (over || bytes != have) {
    return phs_stim_fail_at(
        e, PHS_STIM_FORMAT, file->len,
        over || bytes > have ? "the file is cut" : "one file holds one array",
        "the array %s of %u-byte elements does not match the %llu bytes after the header",
        phs_stim_shape(h->rank, h->dim, shape, sizeof shape), h->size, (unsigned long long)have);
  }
  return true;
}

bool phs_npy_header_read(const phs_stim_bytes *file, phs_npy_header *out, phs_stimulus_error *e) {
  const unsigned char *b = file->data;
  uint64_t length;
  *out = (phs_npy_header){0};
  if (file->len < 12) {
    return phs_stim_fail_at(e, PHS_STIM_FORMAT, file->len, "the file is cut",
                            "damaged .npy file: its header is cut");
  }
  if (b[6] < 1 || b[6] > 3 || b[7] != 0) {
    return phs_stim_fail_at(e, PHS_STIM_FORMAT, 6, "write the file with numpy.save",
                            ".npy format %u.%u is unknown; 1.0, 2.0 and 3.0 are read", b[6], b[7]);
  }
  if (b[6] == 1) {
    length = (uint64_t)b[8] | (uint64_t)b[9] << 8;
    out->start = 10;
  } else {
    length = (uint64_t)b[8] | (uint64_t)b[9] << 8 | (uint64_t)b[10] << 16 | (uint64_t)b[11] << 24;
    out->start = 12;
  }
  if (length > file->len - out->start) {
    return phs_stim_fail_at(e, PHS_STIM_FORMAT, 8, "the file is cut",
                            "damaged .npy file: a header of %llu bytes, but %llu follow",
                            (unsigned long long)length,
                            (unsigned long long)(file->len - out->start));
  }
  const char *text = (const char *)b + out->start;
  cursor c = {.begin = text, .p = text, .end = text + length, .offset = out->start, .error = e};
  out->start += (size_t)length;
  return take_dictionary(&c, out) && check_size(file, out, e);
}

double phs_npy_element(const phs_stim_bytes *file, const phs_npy_header *h, uint64_t k) {
  const unsigned char *b = file->data + h->start + k * h->size;
  uint64_t bits = 0;
  for (unsigned i = 0; i < h->size; i++) {
    bits = bits << 8 | b[h->big ? i : h->size - 1 - i];
  }
  switch (h->kind) {
  case 'f':
    if (h->size == 4) {
      uint32_t low = (uint32_t)bits;
      float x;
      memcpy(&x, &low, sizeof x);
      return (double)x;
    } else {
      double x;
      memcpy(&x, &bits, sizeof x);
      return x;
    }
  case 'i': {
    uint64_t sign = (uint64_t)1 << (h->size * 8 - 1);
    return bits & sign ? -(double)((~bits & (sign - 1)) + 1) : (double)bits;
  }
  case 'b':
    return bits ? 1 : 0;
  default:
    return (double)bits;
  }
}

void phs_npy_strides(const phs_npy_header *h, uint64_t stride[PHS_STIM_MAX_AXES]) {
  uint64_t n = 1;
  for (int i = 0; i < h->rank; i++) {
    int axis = h->fortran ? i : h->rank - 1 - i;
    stride[axis] = n;
    n *= (uint64_t)h->dim[axis];
  }
}
