/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ir/read.h"

#include <math.h>

static const char *const header_attributes[] = {
    "sym_name",     "sym_visibility", "function_type",   "arg_attrs",          "res_attrs",
    "phasor.level", "phasor.dt",      "phasor.has_time", "phasor.conventions", NULL};

static MlirAttribute get(const phs_reader *r, const char *name) {
  return mlirOperationGetAttributeByName(r->subgraph, phs_ref(name));
}

static void bad(phs_reader *r, const char *name, const char *form) {
  phs_reader_error(r, r->subgraph, PHS_IR_HEADER, NULL,
                   "the network's attribute '%s' is missing, or not %s", name, form);
}

static void read_level(phs_reader *r) {
  MlirAttribute a = get(r, "phasor.level");
  if (mlirAttributeIsNull(a) || !mlirAttributeIsAString(a)) {
    bad(r, "phasor.level", "\"net\" or \"opt\"");
    return;
  }
  MlirStringRef level = mlirStringAttrGetValue(a);
  r->net->discrete = phs_ref_equal(level, "opt");
  if (!r->net->discrete && !phs_ref_equal(level, "net")) {
    bad(r, "phasor.level", "\"net\" or \"opt\"");
  }
}

static void read_time(phs_reader *r) {
  MlirAttribute dt = get(r, "phasor.dt"), has_time = get(r, "phasor.has_time");
  if (mlirAttributeIsNull(dt) || !mlirAttributeIsAFloat(dt) ||
      !mlirTypeIsAF64(mlirAttributeGetType(dt))) {
    bad(r, "phasor.dt", "a number of seconds (f64)");
  } else {
    r->net->dt = mlirFloatAttrGetValueDouble(dt);
    if (!isfinite(r->net->dt) || r->net->dt <= 0) {
      phs_reader_error(r, r->subgraph, PHS_IR_HEADER, NULL,
                       "phasor.dt is %g; it must be above 0 and finite", r->net->dt);
    }
  }
  if (mlirAttributeIsNull(has_time) || !mlirAttributeIsABool(has_time)) {
    bad(r, "phasor.has_time", "true or false");
  } else {
    r->net->has_time = mlirBoolAttrGetValue(has_time);
  }
}

static void read_conventions(phs_reader *r) {
  MlirAttribute all = get(r, "phasor.conventions");
  r->net->conventions = phs_presets[0].conventions;
  if (mlirAttributeIsNull(all) || !mlirAttributeIsADictionary(all)) {
    bad(r, "phasor.conventions", "a dictionary of strings");
    return;
  }
  for (intptr_t i = 0; i < mlirDictionaryAttrGetNumElements(all); i++) {
    MlirNamedAttribute one = mlirDictionaryAttrGetElement(all, i);
    const char *key = phs_reader_string(r, mlirIdentifierStr(one.name));
    const char *value = mlirAttributeIsAString(one.attribute)
                            ? phs_reader_string(r, mlirStringAttrGetValue(one.attribute))
                            : "";
    if (!key || !value) {
      return;
    }
    phs_convention_result result = phs_convention_set(&r->net->conventions, key, value);
    if (result == PHS_CONVENTION_NO_KEY) {
      phs_reader_error(r, r->subgraph, PHS_IR_HEADER, "see docs/conventions.md",
                       "there is no convention '%s'", key);
    } else if (result == PHS_CONVENTION_NO_VALUE) {
      phs_reader_error(r, r->subgraph, PHS_IR_HEADER, "see docs/conventions.md",
                       "the convention '%s' has no value '%s'", key, value);
    }
  }
  for (size_t i = 0; i < phs_convention_key_count(); i++) {
    if (mlirAttributeIsNull(
            mlirDictionaryAttrGetElementByName(all, phs_ref(phs_convention_key(i))))) {
      phs_reader_error(r, r->subgraph, PHS_IR_HEADER, phs_convention_choices(i),
                       "phasor.conventions lacks '%s'", phs_convention_key(i));
    }
  }
}

bool phs_read_header(phs_reader *r) {
  phs_read_only(r, r->subgraph, header_attributes);
  MlirAttribute name = get(r, "sym_name");
  if (!mlirAttributeIsNull(name) && mlirAttributeIsAString(name)) {
    r->net->name = phs_reader_string(r, mlirStringAttrGetValue(name));
  }
  read_level(r);
  read_time(r);
  read_conventions(r);
  return !phs_reader_failed(r);
}
