/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* realpath() */
#define _XOPEN_SOURCE 700
#include "vm/recording.h"
#include "vm/number.h"
#include "vm/stimulus_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static size_t item_size(phs_record_type type) {
  return type == PHS_RECORD_U8 ? 1 : 4;
}

bool phs_recording_append(phs_recording *r, const void *row) {
  size_t bytes;
  if (__builtin_mul_overflow(r->width, item_size(r->type), &bytes)) {
    return false;
  }
  if (r->rows == r->cap) {
    size_t cap = r->cap ? r->cap : 32, size;
    if ((r->cap && __builtin_mul_overflow(cap, (size_t)2, &cap)) ||
        __builtin_mul_overflow(cap, bytes, &size)) {
      return false;
    }
    void *more = realloc(r->data, size ? size : 1);
    if (!more) {
      return false;
    }
    r->data = more;
    r->cap = cap;
  }
  if (bytes > 0) {
    memcpy((unsigned char *)r->data + r->rows * bytes, row, bytes);
  }
  r->rows++;
  return true;
}

void phs_recording_free(phs_recording *r) {
  free(r->data);
  memset(r, 0, sizeof *r);
}

/** The bits of element @p k. */
static uint32_t bits_of(const phs_recording *r, size_t k) {
  uint32_t bits;
  if (r->type == PHS_RECORD_U8) {
    return ((const uint8_t *)r->data)[k];
  }
  memcpy(&bits, (const unsigned char *)r->data + k * 4, 4);
  return bits;
}

static void write_csv(const phs_recording *r, FILE *f) {
  char text[32];
  for (size_t row = 0; row < r->rows; row++) {
    for (size_t i = 0; i < r->width; i++) {
      uint32_t bits = bits_of(r, row * r->width + i);
      if (i > 0) {
        fputc(',', f);
      }
      if (r->type == PHS_RECORD_F32) {
        float x;
        memcpy(&x, &bits, sizeof x);
        fwrite(text, 1, phs_number_print(x, text), f);
      } else if (r->type == PHS_RECORD_I32) {
        int32_t n;
        memcpy(&n, &bits, sizeof n);
        fprintf(f, "%ld", (long)n);
      } else if (bits < 10) {
        fputc('0' + (int)bits, f);
      } else {
        fprintf(f, "%u", (unsigned)bits);
      }
    }
    fputc('\n', f);
  }
}

static void write_npy(const phs_recording *r, FILE *f) {
  static const char *const names[] = {
      [PHS_RECORD_U8] = "|u1", [PHS_RECORD_I32] = "<i4", [PHS_RECORD_F32] = "<f4"};
  char text[256], shape[96];
  if (r->batch > 0) {
    snprintf(shape, sizeof shape, "(%zu, %zu, %zu)", r->batch, r->rows / r->batch, r->width);
  } else {
    snprintf(shape, sizeof shape, "(%zu, %zu)", r->rows, r->width);
  }
  int n = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }",
                   names[r->type], shape);
  /* The header ends with a newline, and the values begin at a multiple of 64. */
  unsigned len = (10U + (unsigned)n + 1U + 63U) / 64U * 64U - 10U;
  const unsigned char head[10] = {
      0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)(len & 0xff), (unsigned char)(len >> 8)};
  fwrite(head, 1, sizeof head, f);
  fprintf(f, "%s%*s\n", text, (int)len - n - 1, "");
  size_t count = r->rows * r->width;
  for (size_t k = 0; k < count; k++) {
    uint32_t bits = bits_of(r, k);
    for (size_t i = 0; i < item_size(r->type); i++) {
      fputc((int)(bits >> (8 * i) & 0xff), f);
    }
  }
}

static bool ends_in_npy(const char *path) {
  size_t n = strlen(path);
  return n >= 4 && strcmp(path + n - 4, ".npy") == 0;
}

/** Writes and closes @p f; false with errno. */
static bool fill(const phs_recording *r, const char *path, FILE *f) {
  errno = 0;
  (ends_in_npy(path) ? write_npy : write_csv)(r, f);
  bool bad = ferror(f) != 0;
  int why = errno;
  if (fclose(f) != 0 && !bad) {
    return false;
  }
  errno = why ? why : EIO;
  return !bad;
}

/** A new file beside @p target, its name into @p name (of strlen(target) + 16 bytes). */
static FILE *temporary(const char *target, char *name) {
  for (int n = 0; n < 1000; n++) {
    sprintf(name, "%s.tmp%d", target, n);
    FILE *f = fopen(name, "wbx");
    if (f || errno != EEXIST) {
      return f;
    }
  }
  return NULL;
}

static bool cannot_write(phs_stimulus_error *error) {
  return phs_stim_fail(error, PHS_STIM_IO, "give a path in a folder that exists and may be written",
                       "cannot write: %s", strerror(errno));
}

bool phs_recording_stage(const phs_recording *r, const char *path, phs_staged *out,
                         phs_stimulus_error *error) {
  struct stat s;
  memset(error, 0, sizeof *error);
  *out = (phs_staged){0};
  bool exists = stat(path, &s) == 0;
  if (exists && !S_ISREG(s.st_mode)) {
    /* A device or a pipe is written to, not replaced. */
    FILE *f = fopen(path, "wb");
    return (f && fill(r, path, f)) ||
           phs_stim_fail(error, PHS_STIM_IO, NULL, "cannot write: %s", strerror(errno));
  }
  /* The file behind a link, not the link, is replaced. */
  char *real = exists ? realpath(path, NULL) : NULL;
  size_t size = strlen(real ? real : path) + 1;
  char *name = malloc(size + 16);
  out->target = real ? real : malloc(size);
  out->temp = name;
  if (!name || !out->target) {
    phs_recording_discard(out);
    return phs_stim_fail(error, PHS_STIM_NO_MEMORY, NULL, "no memory to write a recording");
  }
  if (!real) {
    memcpy(out->target, path, size);
  }
  FILE *f = temporary(out->target, name);
  if (f && fill(r, path, f)) {
    return true;
  }
  int why = errno;
  if (!f) { /* nothing was made that could be removed */
    free(out->temp);
    out->temp = NULL;
  }
  phs_recording_discard(out);
  errno = why;
  return cannot_write(error);
}

bool phs_recording_commit(phs_staged *s, phs_stimulus_error *error) {
  memset(error, 0, sizeof *error);
  bool ok = !s->temp || rename(s->temp, s->target) == 0 || cannot_write(error);
  if (ok) {
    free(s->temp);
    s->temp = NULL;
  }
  phs_recording_discard(s);
  return ok;
}

void phs_recording_discard(phs_staged *s) {
  if (s->temp) {
    remove(s->temp);
  }
  free(s->temp);
  free(s->target);
  *s = (phs_staged){0};
}

bool phs_recording_write(const phs_recording *r, const char *path, phs_stimulus_error *error) {
  phs_staged staged;
  return phs_recording_stage(r, path, &staged, error) && phs_recording_commit(&staged, error);
}
