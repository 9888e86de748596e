/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Variable-length strings, read from HDF5's global heap without libhdf5: versions 1.10 do not check
 * the heap's object headers, so that one changed byte there makes them crash or never return (found
 * by tests/fuzz). Layout: "HDF5 File Format Specification", III.E Global Heap, and IV.A.2.d for the
 * references: length (4 bytes), address of the collection, index (4).
 */
#include "import/nir/nir.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct heap_object {
  uint64_t at, length; /* in the collection; at 0: there is none */
} heap_object;

/* The collection looked at last: strings of one dataset mostly share one. */
typedef struct collection {
  uint64_t address;
  unsigned char *data;
  uint64_t size;
  heap_object *object; /* of each index up to the largest */
  uint64_t largest;
} collection;

typedef struct heap_reader {
  nir_reader *r;
  const nir_data *d;
  size_t address_size, length_size;
  uint64_t base;   /* of addresses: the size of the user block */
  uint64_t effort; /* bytes that may still be read: collections are not read for ever */
  collection at;
} heap_reader;

static uint64_t little_endian(const unsigned char *p, size_t n) {
  uint64_t v = 0;
  for (size_t i = n; i-- > 0;) {
    v = v << 8 | p[i];
  }
  return v;
}

static bool damaged(heap_reader *h, const char *what, uint64_t value) {
  return NIR_FAIL(h->r, PHS_NIR_DAMAGED, h->d->where,
                  "copy the file again or export the model again",
                  "the strings cannot be read: %s %" PRIu64, what, value);
}

static bool read_at(heap_reader *h, uint64_t at, void *out, uint64_t n) {
  if (at > h->r->file_size || n > h->r->file_size - at || n > h->effort) {
    return damaged(h, "they refer to byte", at);
  }
  h->effort -= n;
  return (fseeko(h->r->bytes, (off_t)at, SEEK_SET) == 0 &&
          fread(out, 1, (size_t)n, h->r->bytes) == n) ||
         damaged(h, "reading failed at byte", at);
}

/* Walks over the objects of the collection. With a table, notes where each is; without, finds the
 * largest index. */
static bool walk_objects(heap_reader *h, uint64_t *largest) {
  collection *c = &h->at;
  size_t header = 8 + h->length_size;
  for (uint64_t at = header; at + header <= c->size;) {
    uint64_t index = little_endian(c->data + at, 2);
    uint64_t n = little_endian(c->data + at + 8, h->length_size);
    if (index == 0) { /* the rest is free */
      return true;
    }
    if (n > c->size - at - header) {
      return damaged(h, "a heap object is longer than its collection at byte", c->address + at);
    }
    if (c->object) {
      c->object[index] = (heap_object){at + header, n};
    }
    *largest = index > *largest ? index : *largest;
    at += header + ((n + 7) & ~(uint64_t)7);
  }
  return true;
}

static bool index_objects(heap_reader *h) {
  collection *c = &h->at;
  free(c->object);
  c->object = NULL;
  c->largest = 0;
  if (!walk_objects(h, &c->largest)) {
    return false;
  }
  c->object = calloc((size_t)c->largest + 1, sizeof *c->object);
  return c->object ? walk_objects(h, &c->largest) : nir_no_memory(h->r);
}

static bool load(heap_reader *h, uint64_t address) {
  collection *c = &h->at;
  unsigned char head[16] = {0};
  if (c->data && c->address == address) {
    return true;
  }
  free(c->data);
  c->data = NULL;
  if (!read_at(h, address, head, 8 + h->length_size)) {
    return false;
  }
  if (memcmp(head, "GCOL\1", 5) != 0) {
    return damaged(h, "there is no heap collection at byte", address);
  }
  c->size = little_endian(head + 8, h->length_size);
  if (c->size < 16 || c->size > h->r->file_size - address) {
    return damaged(h, "a heap collection is damaged at byte", address);
  }
  c->address = address;
  c->data = malloc((size_t)c->size);
  if (!c->data) {
    return nir_no_memory(h->r);
  }
  return read_at(h, address, c->data, c->size) && index_objects(h);
}

/* The string that one reference means; an undefined one is empty. */
static bool follow(heap_reader *h, const unsigned char *reference, const char **out) {
  uint64_t n = little_endian(reference, 4), address = little_endian(reference + 4, h->address_size);
  uint64_t index = little_endian(reference + 4 + h->address_size, 4);
  *out = "";
  if (n == 0 || address == 0) {
    return true;
  }
  if (address > h->r->file_size || !load(h, address + h->base)) {
    return h->r->status != PHASOR_OK ? false : damaged(h, "they refer to byte", address);
  }
  if (index > h->at.largest || h->at.object[index].at == 0) {
    return damaged(h, "the heap collection has no object", index);
  }
  if (n > h->at.object[index].length || n >= h->r->string_budget) {
    return damaged(h, "a string has more bytes than are stored:", n);
  }
  h->r->string_budget -= n + 1;
  char *s = phs_arena_alloc(h->r->scratch, (size_t)n + 1);
  if (!s) {
    return nir_no_memory(h->r);
  }
  memcpy(s, h->at.data + h->at.object[index].at, (size_t)n);
  *out = s;
  return true;
}

static bool file_layout(heap_reader *h) {
  hsize_t user_block = 0;
  hid_t plist = H5Fget_create_plist(h->r->id);
  bool ok = plist >= 0 && H5Pget_sizes(plist, &h->address_size, &h->length_size) >= 0 &&
            H5Pget_userblock(plist, &user_block) >= 0 && h->address_size <= 8 &&
            h->length_size <= 8;
  h->base = user_block;
  if (plist >= 0) {
    H5Pclose(plist);
  }
  return ok || damaged(h, "the file's address size is", h->address_size);
}

bool nir_read_heap_strings(nir_reader *r, const nir_data *d, uint64_t offset, const char **out) {
  heap_reader h = {.r = r, .d = d, .effort = 64 * r->file_size + ((uint64_t)64 << 20)};
  unsigned char *references = NULL;
  bool ok = file_layout(&h);
  size_t each = 8 + h.address_size, size = 0;
  if (ok && (__builtin_mul_overflow(d->count, each, &size) || size > r->file_size)) {
    ok = damaged(&h, "references of bytes:", size);
  }
  references = ok ? malloc(size + 1) : NULL;
  if (ok && !references) {
    ok = nir_no_memory(r);
  }
  ok = ok && read_at(&h, offset, references, size);
  for (size_t i = 0; ok && i < d->count; i++) {
    ok = follow(&h, references + i * each, &out[i]);
  }
  free(references);
  free(h.at.data);
  free(h.at.object);
  return ok;
}
