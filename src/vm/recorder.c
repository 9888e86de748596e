/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* realpath() */
#define _XOPEN_SOURCE 700
#include "vm/recorder.h"
#include "vm/number.h"
#include "vm/stimulus_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

size_t phs_record_size(phs_record_type type) {
  return type == PHS_RECORD_U8 ? 1 : 4;
}

static bool ends_in(const char *path, const char *suffix) {
  size_t n = strlen(path), m = strlen(suffix);
  return n >= m && strcmp(path + n - m, suffix) == 0;
}

phs_record_form phs_record_form_of(const char *path) {
  return ends_in(path, ".npy")      ? PHS_RECORD_NPY
         : ends_in(path, ".spikes") ? PHS_RECORD_SPIKES
                                    : PHS_RECORD_CSV;
}

/* The bits of element @p k. */
static uint32_t bits_of(phs_record_type type, const void *values, size_t k) {
  uint32_t bits;
  if (type == PHS_RECORD_U8) {
    return ((const uint8_t *)values)[k];
  }
  memcpy(&bits, (const unsigned char *)values + k * 4, 4);
  return bits;
}

static int32_t whole(uint32_t bits) {
  int32_t n;
  memcpy(&n, &bits, sizeof n);
  return n;
}

static void row_csv(phs_recorder *r, const void *row) {
  char text[32];
  for (size_t i = 0; i < r->width; i++) {
    uint32_t bits = bits_of(r->type, row, i);
    if (i > 0) {
      fputc(',', r->file);
    }
    if (r->type == PHS_RECORD_F32) {
      float x;
      memcpy(&x, &bits, sizeof x);
      fwrite(text, 1, phs_number_print(x, text), r->file);
    } else if (bits < 10) {
      fputc('0' + (int)bits, r->file);
    } else {
      fprintf(r->file, "%ld", r->type == PHS_RECORD_I32 ? (long)whole(bits) : (long)bits);
    }
  }
  fputc('\n', r->file);
}

static void head_npy(phs_recorder *r) {
  static const char *const names[] = {
      [PHS_RECORD_U8] = "|u1", [PHS_RECORD_I32] = "<i4", [PHS_RECORD_F32] = "<f4"};
  char text[256], shape[96];
  if (r->batch > 0) {
    snprintf(shape, sizeof shape, "(%zu, %zu, %zu)", r->batch, r->steps, r->width);
  } else {
    snprintf(shape, sizeof shape, "(%zu, %zu)", r->steps, r->width);
  }
  int n = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }",
                   names[r->type], shape);
  /* The header ends with a newline, and the values begin at a multiple of 64. */
  unsigned len = (10U + (unsigned)n + 1U + 63U) / 64U * 64U - 10U;
  const unsigned char head[10] = {
      0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)(len & 0xff), (unsigned char)(len >> 8)};
  fwrite(head, 1, sizeof head, r->file);
  fprintf(r->file, "%s%*s\n", text, (int)len - n - 1, "");
}

static void row_npy(phs_recorder *r, const void *row) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  fwrite(row, phs_record_size(r->type), r->width, r->file);
#else
  for (size_t k = 0; k < r->width; k++) {
    uint32_t bits = bits_of(r->type, row, k);
    for (size_t i = 0; i < phs_record_size(r->type); i++) {
      fputc((int)(bits >> (8 * i) & 0xff), r->file);
    }
  }
#endif
}

/* One line a spike; several in one step are as many lines. */
static void spikes_of(phs_recorder *r, size_t neuron, int32_t count) {
  size_t sample = r->steps ? r->row / r->steps : 0, step = r->steps ? r->row % r->steps : 0;
  for (int32_t k = 0; k < count; k++) {
    if (r->batch > 0) {
      fprintf(r->file, "%zu,", sample);
    }
    fprintf(r->file, "%zu,%zu\n", step, neuron);
  }
}

static void row_spikes(phs_recorder *r, const void *row) {
  const uint8_t *bytes = row;
  for (size_t i = 0; i < r->width; i++) {
    uint64_t any = 1;
    if (r->type == PHS_RECORD_U8 && i % 8 == 0 && i + 8 <= r->width) {
      memcpy(&any, bytes + i, sizeof any); /* most neurons are silent: eight at a time */
    }
    if (!any) {
      i += 7;
      continue;
    }
    spikes_of(r, i, whole(bits_of(r->type, row, i)));
  }
}

/* A new file beside @p target, its name into @p name (of strlen(target) + 16 bytes). */
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

static bool cannot_write(phs_stimulus_error *error, int why) {
  return phs_stim_fail(error, PHS_STIM_IO, "give a path in a folder that exists and may be written",
                       "cannot write: %s", strerror(why));
}

static bool open_file(phs_recorder *r, const char *path, phs_stimulus_error *error) {
  struct stat s;
  bool exists = stat(path, &s) == 0;
  if (exists && !S_ISREG(s.st_mode)) {
    r->file = fopen(path, "wb");
    return r->file || phs_stim_fail(error, PHS_STIM_IO, NULL, "cannot write: %s", strerror(errno));
  }
  char *real = exists ? realpath(path, NULL) : NULL;
  size_t size = strlen(real ? real : path) + 1;
  char *name = malloc(size + 16);
  r->staged.target = real ? real : malloc(size);
  if (!name || !r->staged.target) {
    free(name);
    phs_staged_discard(&r->staged);
    return phs_stim_fail(error, PHS_STIM_NO_MEMORY, NULL, "no memory to write a recording");
  }
  if (!real) {
    memcpy(r->staged.target, path, size);
  }
  r->file = temporary(r->staged.target, name);
  if (!r->file) {
    int why = errno;
    free(name);
    phs_staged_discard(&r->staged);
    return cannot_write(error, why);
  }
  r->staged.temp = name;
  return true;
}

bool phs_recorder_open(phs_recorder *r, const char *path, phs_stimulus_error *error) {
  memset(error, 0, sizeof *error);
  r->form = phs_record_form_of(path);
  if (r->form == PHS_RECORD_SPIKES && r->type == PHS_RECORD_F32) {
    return phs_stim_fail(error, PHS_STIM_OPTION, "write graded values as .npy or .csv",
                         "a .spikes file holds spikes, not graded values");
  }
  if (!open_file(r, path, error)) {
    return false;
  }
  errno = 0;
  if (r->form == PHS_RECORD_NPY) {
    head_npy(r);
  } else if (r->form == PHS_RECORD_SPIKES) {
    fputs(r->batch > 0 ? "sample,step,neuron\n" : "step,neuron\n", r->file);
  }
  return true;
}

bool phs_recorder_row(phs_recorder *r, const void *row) {
  static void (*const write[])(phs_recorder *, const void *) = {
      [PHS_RECORD_CSV] = row_csv, [PHS_RECORD_NPY] = row_npy, [PHS_RECORD_SPIKES] = row_spikes};
  errno = 0;
  write[r->form](r, row);
  r->row++;
  if (!r->why && ferror(r->file)) {
    r->why = errno ? errno : EIO;
  }
  return !r->why;
}

bool phs_recorder_close(phs_recorder *r, phs_staged *out, phs_stimulus_error *error) {
  memset(error, 0, sizeof *error);
  errno = 0;
  bool bad = ferror(r->file) != 0;
  int why = r->why ? r->why : EIO;
  if (fclose(r->file) != 0 && !bad) {
    bad = true;
    why = errno;
  }
  r->file = NULL;
  *out = r->staged;
  r->staged = (phs_staged){0};
  if (bad) {
    phs_staged_discard(out);
    return cannot_write(error, why);
  }
  return true;
}

void phs_recorder_abandon(phs_recorder *r) {
  if (r->file) {
    fclose(r->file);
    r->file = NULL;
  }
  phs_staged_discard(&r->staged);
}

bool phs_staged_commit(phs_staged *s, phs_stimulus_error *error) {
  memset(error, 0, sizeof *error);
  bool ok = !s->temp || rename(s->temp, s->target) == 0 || cannot_write(error, errno);
  if (ok) {
    free(s->temp);
    s->temp = NULL;
  }
  phs_staged_discard(s);
  return ok;
}

void phs_staged_discard(phs_staged *s) {
  if (s->temp) {
    remove(s->temp);
  }
  free(s->temp);
  free(s->target);
  *s = (phs_staged){0};
}
