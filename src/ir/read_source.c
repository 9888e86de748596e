/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* phasor.source -> one op of the network. */
#include "ir/read.h"

#include <stdio.h>

/* {step = ..., NAME = ...}: both lists of one length, or neither. */
static bool read_steps(phs_reader *r, MlirOperation op, const char *what, MlirAttribute a,
                       size_t *count, const int64_t **step) {
  *count = 0;
  if (mlirDictionaryAttrGetNumElements(a) == 0) {
    return true;
  }
  phs_elements e;
  const void *data;
  char name[32];
  snprintf(name, sizeof name, "%s.step", what);
  if (!phs_read_elements(r, op, name, phs_entry(a, "step"), PHS_ELEMENT_I64, &e) ||
      !phs_read_values(r, op, name, phs_entry(a, "step"), PHS_ELEMENT_I64, e.count, &data)) {
    return false;
  }
  *count = e.count;
  *step = data;
  return true;
}

static bool read_events(phs_reader *r, MlirOperation op, phs_source *s) {
  static const char *const allowed[] = {"step", "element", NULL};
  MlirAttribute a = phs_attribute(op, "events");
  const void *element = NULL;
  if (!phs_read_dictionary(r, op, "events", a, allowed) ||
      !read_steps(r, op, "events", a, &s->event_count, &s->event_step) ||
      (s->event_count > 0 && !phs_read_values(r, op, "events.element", phs_entry(a, "element"),
                                              PHS_ELEMENT_I32, s->event_count, &element))) {
    return false;
  }
  s->event_element = element;
  return true;
}

/* One list with a value a piece, or a list of a value or several for each. */
static bool read_piece_values(phs_reader *r, MlirOperation op, MlirAttribute a, size_t neurons,
                              phs_source *s) {
  phs_param32 *value = PHS_NEW_ARRAY(r->arena, phs_param32, s->piece_count);
  if (!value) {
    phs_reader_no_memory(r);
    return false;
  }
  s->piece_value = value;
  if (!mlirAttributeIsNull(a) && mlirAttributeIsAArray(a)) {
    bool ok = mlirArrayAttrGetNumElements(a) == (intptr_t)s->piece_count;
    if (!ok) {
      phs_reader_error(r, op, PHS_IR_SHAPE, "lists that belong together have one length",
                       "attribute 'pieces.value' has %lld values, but there are %zu steps",
                       (long long)mlirArrayAttrGetNumElements(a), s->piece_count);
    }
    for (size_t k = 0; ok && k < s->piece_count; k++) {
      ok = phs_read_param32(r, op, "pieces.value", mlirArrayAttrGetElement(a, (intptr_t)k), neurons,
                            &value[k]);
    }
    return ok;
  }
  const void *data;
  if (!phs_read_values(r, op, "pieces.value", a, PHS_ELEMENT_F32, s->piece_count, &data)) {
    return false;
  }
  for (size_t k = 0; k < s->piece_count; k++) {
    value[k] = (phs_param32){.v = (const float *)data + k, .n = 1};
  }
  if (!phs_all_finite32(data, s->piece_count)) {
    phs_reader_error(r, op, PHS_IR_NOT_FINITE, "currents are finite numbers",
                     "attribute 'pieces.value' holds a NaN or an infinity");
    return false;
  }
  return true;
}

static bool read_pieces(phs_reader *r, MlirOperation op, size_t neurons, phs_source *s) {
  static const char *const allowed[] = {"step", "value", NULL};
  MlirAttribute a = phs_attribute(op, "pieces");
  return phs_read_dictionary(r, op, "pieces", a, allowed) &&
         read_steps(r, op, "pieces", a, &s->piece_count, &s->piece_step) &&
         (s->piece_count == 0 || read_piece_values(r, op, phs_entry(a, "value"), neurons, s));
}

static bool read_window(phs_reader *r, MlirOperation op, phs_source *s) {
  MlirAttribute stop = phs_attribute(op, "stop");
  return phs_read_integer(r, op, "start", phs_attribute(op, "start"), &s->start) &&
         (mlirAttributeIsNull(stop) || phs_read_integer(r, op, "stop", stop, &s->stop));
}

bool phs_read_source(phs_reader *r, MlirOperation from, phs_op *op) {
  static const char *const allowed[][9] = {
      [PHS_SOURCE_POISSON] = {"name", "kind", "start", "stop", "key", "mean"},
      [PHS_SOURCE_TRAIN] = {"name", "kind", "start", "stop", "events"},
      [PHS_SOURCE_CURRENT] = {"name", "kind", "pieces"},
      [PHS_SOURCE_NOISE] = {"name", "kind", "start", "stop", "key", "mean", "sd"},
  };
  phs_source *s = &op->source;
  size_t n = phs_shape_count(&op->shape);
  int kind = 0;
  *s = (phs_source){.stop = INT64_MAX};
  if (!phs_read_word(r, from, "kind", phs_attribute(from, "kind"), &phs_source_names, &kind) ||
      !phs_read_only(r, from, allowed[kind])) {
    return false;
  }
  s->kind = (phs_source_kind)kind;
  bool draws = kind == PHS_SOURCE_POISSON || kind == PHS_SOURCE_NOISE;
  return (kind == PHS_SOURCE_CURRENT || read_window(r, from, s)) &&
         (!draws ||
          (phs_read_unsigned(r, from, "key", phs_attribute(from, "key"), &s->key) &&
           phs_read_param64(r, from, "mean", phs_attribute(from, "mean"), n, &s->mean))) &&
         (kind != PHS_SOURCE_NOISE ||
          phs_read_param64(r, from, "sd", phs_attribute(from, "sd"), n, &s->sd)) &&
         (kind != PHS_SOURCE_TRAIN || read_events(r, from, s)) &&
         (kind != PHS_SOURCE_CURRENT || read_pieces(r, from, n, s));
}
