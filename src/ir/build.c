/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ir/build.h"

#include "base/buf.h"

#include <stdio.h>
#include <xxhash.h>

/* Up to so many elements are written out in the text. */
#define INLINE_ELEMENTS 16

MlirAttribute phs_attr_string(phs_ir *ir, const char *s) {
  return mlirStringAttrGet(ir->context, phs_ref(s));
}

MlirAttribute phs_attr_i64(phs_ir *ir, int64_t v) {
  return mlirIntegerAttrGet(mlirIntegerTypeGet(ir->context, 64), v);
}

MlirAttribute phs_attr_u64(phs_ir *ir, uint64_t v) {
  return mlirIntegerAttrGet(mlirIntegerTypeUnsignedGet(ir->context, 64), (int64_t)v);
}

MlirAttribute phs_attr_f64(phs_ir *ir, double v) {
  return mlirFloatAttrDoubleGet(ir->context, mlirF64TypeGet(ir->context), v);
}

MlirAttribute phs_attr_f32(phs_ir *ir, float v) {
  return mlirFloatAttrDoubleGet(ir->context, mlirF32TypeGet(ir->context), (double)v);
}

MlirAttribute phs_attr_f64_list(phs_ir *ir, const double *v, int n) {
  MlirAttribute list[8];
  for (int i = 0; i < n; i++) {
    list[i] = phs_attr_f64(ir, v[i]);
  }
  return mlirArrayAttrGet(ir->context, n, list);
}

MlirAttribute phs_attr_bool(phs_ir *ir, bool v) {
  return mlirBoolAttrGet(ir->context, v);
}

MlirAttribute phs_attr_i64_array(phs_ir *ir, const int64_t *v, int n) {
  return mlirDenseI64ArrayGet(ir->context, n, v);
}

MlirAttribute phs_attr_symbol(phs_ir *ir, const char *name) {
  return mlirFlatSymbolRefAttrGet(ir->context, phs_ref(name));
}

MlirAttribute phs_attr_dictionary(phs_ir *ir, const char *const *keys, const MlirAttribute *values,
                                  size_t n) {
  MlirNamedAttribute list[32];
  for (size_t i = 0; i < n && i < 32; i++) {
    list[i] = mlirNamedAttributeGet(mlirIdentifierGet(ir->context, phs_ref(keys[i])), values[i]);
  }
  return mlirDictionaryAttrGet(ir->context, (intptr_t)n, list);
}

MlirAttribute phs_attr_strings(phs_ir *ir, const char *const *s, int n) {
  MlirAttribute list[PHS_MAX_STATES];
  for (int i = 0; i < n; i++) {
    list[i] = phs_attr_string(ir, s[i]);
  }
  return mlirArrayAttrGet(ir->context, n, list);
}

MlirType phs_type_value(phs_ir *ir, const phs_shape *shape, phs_elem elem) {
  MlirType type = elem == PHS_F32 ? mlirF32TypeGet(ir->context)
                                  : mlirIntegerTypeGet(ir->context, elem == PHS_I1 ? 1 : 32);
  return mlirRankedTensorTypeGet(shape->rank, shape->dim, type, mlirAttributeGetNull());
}

size_t phs_element_size(phs_element kind) {
  return kind == PHS_ELEMENT_F32 || kind == PHS_ELEMENT_I32 ? 4 : 8;
}

static MlirType elements_type(phs_ir *ir, phs_element kind, const phs_shape *shape) {
  MlirType type = kind == PHS_ELEMENT_F32   ? mlirF32TypeGet(ir->context)
                  : kind == PHS_ELEMENT_F64 ? mlirF64TypeGet(ir->context)
                  : kind == PHS_ELEMENT_I32 ? mlirIntegerTypeGet(ir->context, 32)
                                            : mlirIntegerTypeGet(ir->context, 64);
  return mlirRankedTensorTypeGet(shape->rank, shape->dim, type, mlirAttributeGetNull());
}

/* Whether n values are equal to the bit. */
static bool uniform(const void *data, size_t size, size_t n) {
  return n > 0 && memcmp(data, (const char *)data + size, (n - 1) * size) == 0;
}

/* An attribute made earlier whose data are surely there as long as needed and equal, or null. */
static MlirAttribute known(phs_ir *ir, MlirType type, uint64_t hash, const void *data, size_t size,
                           bool copy) {
  for (size_t i = 0; i < ir->blobs.count; i++) {
    phs_blob *b = &ir->blobs.list[i];
    if (b->hash != hash || b->size != size || mlirAttributeIsNull(b->attribute) ||
        !mlirTypeEqual(mlirAttributeGetType(b->attribute), type)) {
      continue;
    }
    bool alive = b->lasting || b->generation == ir->blobs.generation;
    if (alive ? memcmp(b->data, data, size) == 0 : !copy && b->data == data) {
      b->generation = ir->blobs.generation;
      return b->attribute;
    }
  }
  return mlirAttributeGetNull();
}

/* The name that the context gave the resource: "dense_resource<NAME> : ...". */
static void add_blob(phs_ir *ir, MlirAttribute attribute, uint64_t hash, const void *data,
                     size_t size, bool copy) {
  phs_buf text = {0};
  mlirAttributePrint(attribute, phs_ir_to_buf, &text);
  const char *open = strchr(phs_buf_cstr(&text), '<'), *close = strchr(phs_buf_cstr(&text), '>');
  phs_blob *b =
      open && close ? phs_blobs_add(&ir->blobs, open + 1, (size_t)(close - open) - 1) : NULL;
  if (b) {
    b->data = data;
    b->size = size;
    b->lasting = copy;
    b->hash = hash;
    b->generation = ir->blobs.generation;
    b->attribute = attribute;
  } else {
    phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the table of weights");
    ir->out_of_memory = true;
  }
  phs_buf_free(&text);
}

MlirAttribute phs_attr_elements(phs_ir *ir, phs_element kind, const phs_shape *shape,
                                const void *data, bool copy) {
  size_t n = phs_shape_count(shape), size = n * phs_element_size(kind);
  MlirType type = elements_type(ir, kind, shape);
  if (uniform(data, phs_element_size(kind), n)) {
    return mlirDenseElementsAttrRawBufferGet(type, phs_element_size(kind), data);
  }
  if (n <= INLINE_ELEMENTS) {
    return mlirDenseElementsAttrRawBufferGet(type, size, data);
  }
  XXH64_hash_t seed =
      XXH3_64bits(shape->dim, (size_t)shape->rank * sizeof *shape->dim) + (unsigned)kind;
  uint64_t hash = XXH3_64bits_withSeed(data, size, seed);
  MlirAttribute attribute = known(ir, type, hash, data, size, copy);
  if (!mlirAttributeIsNull(attribute)) {
    return attribute;
  }
  if (copy) {
    const void *original = data;
    data = phs_arena_copy(ir->arena, data, size);
    if (!data) {
      phs_report(ir->diag, PHS_NO_MEMORY, NULL, NULL, "no memory for %zu bytes of weights", size);
      ir->out_of_memory = true;
      return mlirDenseElementsAttrRawBufferGet(type, phs_element_size(kind), original);
    }
  }
  char name[32];
  snprintf(name, sizeof name, "w_%016llx", (unsigned long long)hash);
  /* Immutable: MLIR takes the pointer as it is and never writes through it. */
  attribute =
      mlirUnmanagedDenseResourceElementsAttrGet(type, phs_ref(name), (void *)(uintptr_t)data, size,
                                                phs_element_size(kind), false, NULL, NULL);
  add_blob(ir, attribute, hash, data, size, copy);
  return attribute;
}

MlirAttribute phs_attr_per_element(phs_ir *ir, phs_element kind, const phs_shape *shape,
                                   const void *data, size_t n, bool copy) {
  static const phs_shape scalar = {0};
  return phs_attr_elements(ir, kind, uniform(data, phs_element_size(kind), n) ? &scalar : shape,
                           data, copy);
}

void phs_attr_add(phs_ir *ir, phs_attr_list *l, const char *name, MlirAttribute value) {
  l->list[l->count++] = mlirNamedAttributeGet(mlirIdentifierGet(ir->context, phs_ref(name)), value);
}

MlirAttribute phs_attr_list_dictionary(phs_ir *ir, const phs_attr_list *l) {
  return mlirDictionaryAttrGet(ir->context, l->count, l->list);
}

MlirOperation phs_ir_make(phs_ir *ir, const char *name, MlirLocation at, const MlirValue *operands,
                          int operand_count, const MlirType *results, int result_count,
                          const phs_attr_list *attributes) {
  (void)ir;
  MlirOperationState state = mlirOperationStateGet(phs_ref(name), at);
  mlirOperationStateAddOperands(&state, operand_count, operands);
  mlirOperationStateAddResults(&state, result_count, results);
  if (attributes) {
    mlirOperationStateAddAttributes(&state, attributes->count, attributes->list);
  }
  return mlirOperationCreate(&state);
}
