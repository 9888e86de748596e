/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Single values: attributes of an op, and entries of its dictionaries. */
#include "ir/read.h"

MlirAttribute phs_entry(MlirAttribute dictionary, const char *name) {
  return mlirDictionaryAttrGetElementByName(dictionary, phs_ref(name));
}

MlirAttribute phs_attribute(MlirOperation op, const char *name) {
  return mlirOperationGetAttributeByName(op, phs_ref(name));
}

static bool wrong(phs_reader *r, MlirOperation op, const char *name, const char *form) {
  phs_reader_error(r, op, PHS_IR_ATTRIBUTE, NULL, "attribute '%s' is missing, or not %s", name,
                   form);
  return false;
}

static bool is_float(MlirAttribute a, bool (*of_type)(MlirType)) {
  return !mlirAttributeIsNull(a) && mlirAttributeIsAFloat(a) && of_type(mlirAttributeGetType(a));
}

bool phs_read_number(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                     double *out) {
  if (!is_float(a, mlirTypeIsAF64)) {
    return wrong(r, op, name, "a number (f64)");
  }
  *out = mlirFloatAttrGetValueDouble(a);
  return true;
}

bool phs_read_float(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                    float *out) {
  if (!is_float(a, mlirTypeIsAF32)) {
    return wrong(r, op, name, "a number (f32)");
  }
  *out = (float)mlirFloatAttrGetValueDouble(a);
  return true;
}

static bool is_integer(MlirAttribute a, bool (*of_sign)(MlirType)) {
  if (mlirAttributeIsNull(a) || !mlirAttributeIsAInteger(a)) {
    return false;
  }
  MlirType type = mlirAttributeGetType(a);
  return mlirTypeIsAInteger(type) && of_sign(type) && mlirIntegerTypeGetWidth(type) == 64;
}

bool phs_read_unsigned(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                       uint64_t *out) {
  if (!is_integer(a, mlirIntegerTypeIsUnsigned)) {
    return wrong(r, op, name, "an unsigned integer (ui64)");
  }
  *out = mlirIntegerAttrGetValueUInt(a);
  return true;
}

bool phs_read_integer(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                      int64_t *out) {
  if (!is_integer(a, mlirIntegerTypeIsSignless)) {
    return wrong(r, op, name, "an integer (i64)");
  }
  *out = mlirIntegerAttrGetValueInt(a);
  return true;
}

bool phs_read_bool(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a, bool *out) {
  if (mlirAttributeIsNull(a) || !mlirAttributeIsABool(a)) {
    return wrong(r, op, name, "true or false");
  }
  *out = mlirBoolAttrGetValue(a);
  return true;
}

bool phs_read_numbers(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a, int count,
                      double *out) {
  bool ok = !mlirAttributeIsNull(a) && mlirAttributeIsAArray(a) &&
            mlirArrayAttrGetNumElements(a) == count;
  for (int i = 0; ok && i < count; i++) {
    MlirAttribute one = mlirArrayAttrGetElement(a, i);
    ok = is_float(one, mlirTypeIsAF64);
    out[i] = ok ? mlirFloatAttrGetValueDouble(one) : 0;
  }
  if (!ok) {
    phs_reader_error(r, op, PHS_IR_ATTRIBUTE, NULL,
                     "attribute '%s' is missing, or not a list of %d number%s (f64)", name, count,
                     count == 1 ? "" : "s");
  }
  return ok;
}

bool phs_read_word(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                   const phs_names *names, int *out) {
  if (mlirAttributeIsNull(a) || !mlirAttributeIsAString(a)) {
    return wrong(r, op, name, "a string");
  }
  MlirStringRef word = mlirStringAttrGetValue(a);
  for (int i = 0; word.length > 0 && i < names->count; i++) {
    if (phs_ref_equal(word, names->word[i])) {
      *out = i;
      return true;
    }
  }
  phs_reader_error(r, op, PHS_IR_ATTRIBUTE, names->all, "attribute '%s' is \"%.*s\"", name,
                   (int)(word.length < 100 ? word.length : 100), word.data);
  return false;
}

bool phs_read_dictionary(phs_reader *r, MlirOperation op, const char *name, MlirAttribute a,
                         const char *const *allowed) {
  if (mlirAttributeIsNull(a) || !mlirAttributeIsADictionary(a)) {
    return wrong(r, op, name, "a dictionary");
  }
  for (intptr_t i = 0; i < mlirDictionaryAttrGetNumElements(a); i++) {
    MlirStringRef key = mlirIdentifierStr(mlirDictionaryAttrGetElement(a, i).name);
    const char *const *known = allowed;
    while (*known && !phs_ref_equal(key, *known)) {
      known++;
    }
    if (!*known) {
      phs_reader_error(r, op, PHS_IR_UNKNOWN_ATTRIBUTE, "remove it, or mend its name",
                       "attribute '%s' has no entry '%.*s'", name,
                       (int)(key.length < 100 ? key.length : 100), key.data);
      return false;
    }
  }
  return true;
}
