/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Types and attributes, each with its own complaint. */
#include "base/buf.h"
#include "ir/read.h"

#include <stdio.h>

static bool read_shape(phs_reader *r, MlirOperation at, MlirType type, const char *what,
                       phs_shape *shape) {
  if (!mlirTypeIsARankedTensor(type) || !mlirShapedTypeHasStaticShape(type) ||
      mlirShapedTypeGetRank(type) > PHS_MAX_RANK) {
    phs_buf text = {0};
    mlirTypePrint(type, phs_ir_to_buf, &text);
    phs_reader_error(r, at, PHS_IR_TYPE, "use a tensor of known shape, of at most 8 dimensions",
                     "%s has the type '%s'", what, phs_buf_cstr(&text));
    phs_buf_free(&text);
    return false;
  }
  shape->rank = (int)mlirShapedTypeGetRank(type);
  int64_t count = 1;
  for (int i = 0; i < shape->rank; i++) {
    shape->dim[i] = mlirShapedTypeGetDimSize(type, i);
    if (shape->dim[i] < 1 || __builtin_mul_overflow(count, shape->dim[i], &count) ||
        count > PHS_IR_MAX_ELEMENTS) {
      char text[160];
      phs_reader_error(r, at, PHS_IR_TOO_LARGE,
                       "every dimension is at least 1, and the elements are at most 2^31",
                       "%s has the shape %s", what, phs_shape_print(shape, text, sizeof text));
      return false;
    }
  }
  return true;
}

bool phs_read_type(phs_reader *r, MlirOperation at, MlirType type, const char *what,
                   phs_shape *shape, phs_elem *elem) {
  if (!read_shape(r, at, type, what, shape)) {
    return false;
  }
  MlirType e = mlirShapedTypeGetElementType(type);
  if (mlirTypeIsAF32(e)) {
    *elem = PHS_F32;
  } else if (mlirTypeIsAInteger(e) && mlirIntegerTypeIsSignless(e) &&
             mlirIntegerTypeGetWidth(e) == 1) {
    *elem = PHS_I1;
  } else if (mlirTypeIsAInteger(e) && mlirIntegerTypeIsSignless(e) &&
             mlirIntegerTypeGetWidth(e) == 32) {
    *elem = PHS_I32;
  } else {
    phs_buf text = {0};
    mlirTypePrint(type, phs_ir_to_buf, &text);
    phs_reader_error(r, at, PHS_IR_TYPE, "values are of i1 (spikes), i32 (spike counts) or f32",
                     "%s has the type '%s'", what, phs_buf_cstr(&text));
    phs_buf_free(&text);
    return false;
  }
  return true;
}

static bool element_is(MlirType e, phs_element kind) {
  switch (kind) {
  case PHS_ELEMENT_F32:
    return mlirTypeIsAF32(e);
  case PHS_ELEMENT_F64:
    return mlirTypeIsAF64(e);
  case PHS_ELEMENT_I64:
  case PHS_ELEMENT_I32:
    break;
  }
  return mlirTypeIsAInteger(e) && mlirIntegerTypeIsSignless(e) &&
         mlirIntegerTypeGetWidth(e) == (kind == PHS_ELEMENT_I64 ? 64 : 32);
}

static const char *const element_names[] = {
    [PHS_ELEMENT_F32] = "f32",
    [PHS_ELEMENT_F64] = "f64",
    [PHS_ELEMENT_I64] = "i64",
    [PHS_ELEMENT_I32] = "i32",
};

/* The data of a resource; its size must be the shape's. */
static bool read_resource(phs_reader *r, MlirOperation at, const char *name, MlirAttribute a,
                          size_t size, phs_elements *out) {
  phs_buf text = {0};
  mlirAttributePrint(a, phs_ir_to_buf, &text);
  const char *open = strchr(phs_buf_cstr(&text), '<'), *close = strchr(phs_buf_cstr(&text), '>');
  bool ok = false;
  if (open && close) {
    int length = (int)(close - open - 1);
    const phs_blob *b = phs_blobs_find(&r->ir->blobs, open + 1, (size_t)length);
    ok = b && b->size == size;
    if (!b) {
      phs_reader_error(r, at, PHS_IR_RESOURCE, "print the module with its resources",
                       "attribute '%s': the module has no data for the resource '%.*s'", name,
                       length, open + 1);
    } else if (!ok) {
      phs_reader_error(r, at, PHS_IR_RESOURCE,
                       "the data are the elements, row-major and little-endian",
                       "attribute '%s': the resource '%s' holds %zu bytes, but the type needs %zu",
                       name, b->key, b->size, size);
    } else {
      out->data = b->data;
    }
  } else {
    phs_reader_no_memory(r);
  }
  phs_buf_free(&text);
  return ok;
}

bool phs_read_elements(phs_reader *r, MlirOperation at, const char *name, MlirAttribute a,
                       phs_element kind, phs_elements *out) {
  *out = (phs_elements){0};
  bool dense = !mlirAttributeIsNull(a) && mlirAttributeIsADenseElements(a);
  bool resource = !mlirAttributeIsNull(a) && mlirAttributeIsADenseResourceElements(a);
  char what[128];
  snprintf(what, sizeof what, "attribute '%s'", name);
  if (!dense && !resource) {
    phs_reader_error(r, at, PHS_IR_ATTRIBUTE, NULL,
                     "%s is missing, or not a dense or dense_resource tensor of %s", what,
                     element_names[kind]);
    return false;
  }
  MlirType type = mlirAttributeGetType(a);
  if (!read_shape(r, at, type, what, &out->shape)) {
    return false;
  }
  if (!element_is(mlirShapedTypeGetElementType(type), kind)) {
    phs_reader_error(r, at, PHS_IR_ATTRIBUTE, NULL, "%s is a tensor of another type than %s", what,
                     element_names[kind]);
    return false;
  }
  out->count = phs_shape_count(&out->shape);
  if (resource) {
    return read_resource(r, at, name, a, out->count * phs_element_size(kind), out);
  }
  out->splat = mlirDenseElementsAttrIsSplat(a);
  out->data = mlirDenseElementsAttrGetRawData(a);
  return true;
}

static void missing(phs_reader *r, MlirOperation op, const char *name, const char *form) {
  phs_reader_error(r, op, PHS_IR_ATTRIBUTE, NULL, "attribute '%s' is missing, or not %s", name,
                   form);
}

bool phs_read_string(phs_reader *r, MlirOperation op, const char *name, const char **out) {
  MlirAttribute a = mlirOperationGetAttributeByName(op, phs_ref(name));
  if (mlirAttributeIsNull(a) || !mlirAttributeIsAString(a)) {
    missing(r, op, name, "a string");
    return false;
  }
  *out = phs_reader_string(r, mlirStringAttrGetValue(a));
  return *out != NULL;
}

bool phs_read_int(phs_reader *r, MlirOperation op, const char *name, int64_t *out) {
  MlirAttribute a = mlirOperationGetAttributeByName(op, phs_ref(name));
  MlirType type = mlirAttributeIsNull(a) ? (MlirType){0} : mlirAttributeGetType(a);
  if (mlirAttributeIsNull(a) || !mlirAttributeIsAInteger(a) || !mlirTypeIsAInteger(type) ||
      !mlirIntegerTypeIsSignless(type) || mlirIntegerTypeGetWidth(type) > 64) {
    missing(r, op, name, "an integer");
    return false;
  }
  *out = mlirIntegerAttrGetValueInt(a);
  return true;
}

bool phs_read_ints(phs_reader *r, MlirOperation op, const char *name, int64_t *out, int count) {
  MlirAttribute a = mlirOperationGetAttributeByName(op, phs_ref(name));
  if (mlirAttributeIsNull(a) || !mlirAttributeIsADenseI64Array(a) ||
      mlirDenseArrayGetNumElements(a) != count) {
    phs_reader_error(r, op, PHS_IR_ATTRIBUTE, NULL,
                     "attribute '%s' is missing, or not %d integers (array<i64: ...>)", name,
                     count);
    return false;
  }
  for (int i = 0; i < count; i++) {
    out[i] = mlirDenseI64ArrayGetElement(a, i);
  }
  return true;
}

/* All elements in memory; a splat is written out. */
static const void *expand(phs_reader *r, const phs_elements *e, phs_element kind) {
  size_t size = phs_element_size(kind);
  if (!e->splat || e->count <= 1) {
    return e->data;
  }
  char *all = phs_arena_array(r->arena, e->count, size);
  for (size_t i = 0; all && i < e->count; i++) {
    memcpy(all + i * size, e->data, size);
  }
  if (!all) {
    phs_reader_no_memory(r);
  }
  return all;
}

bool phs_read_tensor(phs_reader *r, MlirOperation op, const char *name, bool optional,
                     phs_tensor *out) {
  MlirAttribute a = mlirOperationGetAttributeByName(op, phs_ref(name));
  phs_elements e;
  if (optional && mlirAttributeIsNull(a)) {
    *out = (phs_tensor){0};
    return true;
  }
  if (!phs_read_elements(r, op, name, a, PHS_ELEMENT_F32, &e)) {
    return false;
  }
  if (!phs_all_finite32(e.data, e.splat ? 1 : e.count)) {
    phs_reader_error(r, op, PHS_IR_NOT_FINITE, "weights are finite numbers",
                     "attribute '%s' holds a NaN or an infinity", name);
    return false;
  }
  out->shape = e.shape;
  out->data = expand(r, &e, PHS_ELEMENT_F32);
  return out->data != NULL;
}

/* n values for each of count elements, or one; anything else is reported. */
static bool read_each(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                      phs_element kind, size_t count, const void **data, size_t *n) {
  phs_elements e;
  if (!phs_read_elements(r, op, name, a, kind, &e)) {
    return false;
  }
  if (e.count != 1 && e.count != count) {
    phs_reader_error(r, op, PHS_IR_SHAPE, "give one value, or one for each element",
                     "attribute '%s' has %zu values, but there are %zu elements", name, e.count,
                     count);
    return false;
  }
  *data = e.data;
  *n = e.splat ? 1 : e.count;
  return true;
}

static bool expect_finite(phs_reader *r, MlirOperation op, const char *name, bool ok) {
  if (!ok) {
    phs_reader_error(r, op, PHS_IR_NOT_FINITE, "parameters are finite numbers",
                     "attribute '%s' holds a NaN or an infinity", name);
  }
  return ok;
}

bool phs_read_param64(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                      size_t count, phs_param64 *out) {
  const void *data;
  if (!read_each(r, op, name, a, PHS_ELEMENT_F64, count, &data, &out->n)) {
    return false;
  }
  out->v = data;
  return expect_finite(r, op, name, phs_all_finite64(out->v, out->n));
}

bool phs_read_param32(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                      size_t count, phs_param32 *out) {
  const void *data;
  if (!read_each(r, op, name, a, PHS_ELEMENT_F32, count, &data, &out->n)) {
    return false;
  }
  out->v = data;
  return expect_finite(r, op, name, phs_all_finite32(out->v, out->n));
}

bool phs_read_steps(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                    size_t count, phs_steps *out) {
  const void *data;
  if (!read_each(r, op, name, a, PHS_ELEMENT_I64, count, &data, &out->n)) {
    return false;
  }
  out->v = data;
  return true;
}

bool phs_read_values(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                     phs_element kind, size_t count, const void **out) {
  phs_elements e;
  if (!phs_read_elements(r, op, name, a, kind, &e)) {
    return false;
  }
  if (e.shape.rank != 1 || e.count != count) {
    char text[160];
    phs_reader_error(r, op, PHS_IR_SHAPE, "lists that belong together have one length",
                     "attribute '%s' has the shape %s, but [%zu] is needed", name,
                     phs_shape_print(&e.shape, text, sizeof text), count);
    return false;
  }
  *out = expand(r, &e, kind);
  return *out != NULL;
}

bool phs_read_only(phs_reader *r, MlirOperation op, const char *const *allowed) {
  bool ok = true;
  static const char *const always[] = {"keep", "aliases"};
  for (intptr_t i = 0; i < mlirOperationGetNumAttributes(op); i++) {
    MlirStringRef name = mlirIdentifierStr(mlirOperationGetAttribute(op, i).name);
    bool known = false;
    /* Projections are parts of an op: they are neither kept nor merged by themselves. */
    for (size_t a = 0; !phs_ir_is_projection(op) && a < sizeof always / sizeof *always; a++) {
      known = known || phs_ref_equal(name, always[a]);
    }
    for (const char *const *a = allowed; *a && !known; a++) {
      known = phs_ref_equal(name, *a);
    }
    if (!known) {
      MlirStringRef kind = phs_op_name(op);
      phs_reader_error(r, op, PHS_IR_UNKNOWN_ATTRIBUTE, "remove it, or mend its name",
                       "'%.*s' has no attribute '%.*s'", (int)kind.length, kind.data,
                       (int)name.length, name.data);
      ok = false;
    }
  }
  return ok;
}
