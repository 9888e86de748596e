/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* Of what stays in memory until the run has ended; more than this is surely a mistake. */
#define MAX_RECORDING ((size_t)1 << 33)

phs_record_type phs_record_type_of(phs_elem e) {
  return e == PHS_I1 ? PHS_RECORD_U8 : e == PHS_I32 ? PHS_RECORD_I32 : PHS_RECORD_F32;
}

double phs_record_value(phs_record_type type, const void *data, size_t i) {
  switch (type) {
  case PHS_RECORD_U8:
    return ((const uint8_t *)data)[i];
  case PHS_RECORD_I32:
    return ((const int32_t *)data)[i];
  default:
    return (double)((const float *)data)[i];
  }
}

phasor_status phs_probes_create(const phasor_program *p, const phs_pairs *pairs, const char *option,
                                phs_probes *out) {
  phs_diag *diag = &p->network->session->diag;
  phs_probes made = {calloc(pairs->count + 1, sizeof *made.item), 0};
  if (!made.item) {
    return phs_no_memory(diag, "the recordings");
  }
  for (size_t i = 0; i < pairs->count; i++) {
    const phs_pair *pair = &pairs->item[i];
    /* A node that the optimiser merged away is still a name of the model, and deserves another
     * answer. */
    int op = phs_net_find(p->net, pair->node);
    int known = op >= 0 ? op : phs_find_node(diag, p->network->net, pair->node, option);
    phs_quantity q = {0};
    phasor_status status = known < 0 ? PHASOR_ERROR_USAGE : PHASOR_OK;
    if (status == PHASOR_OK && op < 0) {
      phs_report(diag, PHS_UNKNOWN_QUANTITY,
                 &(phs_place){.file = p->network->net->file, .where = option},
                 "-t reference without --passes keeps every node",
                 "the optimiser merged node '%s' into another", pair->node);
      status = PHASOR_ERROR_USAGE;
    }
    if (status == PHASOR_OK) {
      status = phs_engine_need_quantity(p, op, pair->var, option, &q);
    }
    if (status == PHASOR_OK && q.elem == PHS_F32 &&
        phs_record_form_of(pair->file) == PHS_RECORD_SPIKES) {
      phs_report(diag, PHS_RECORD_NOT_SPIKES, &(phs_place){.file = pair->file, .where = option},
                 "graded values are .npy or .csv",
                 "%s of '%s' are graded values, and a .spikes file holds spikes", pair->var,
                 pair->node);
      status = PHASOR_ERROR_USAGE;
    }
    if (status != PHASOR_OK) {
      phs_probes_free(&made);
      return status;
    }
    made.item[made.count++] =
        (phs_probe){.op = op,
                    .node = pair->node,
                    .var = pair->var,
                    .file = pair->file,
                    .every = pair->every && q.elem == PHS_F32 ? (size_t)pair->every : 1,
                    .rec = {.type = phs_record_type_of(q.elem), .width = q.count}};
  }
  *out = made;
  return PHASOR_OK;
}

/* The summary is there already. */
static phasor_status no_stdout(phs_diag *diag) {
  phs_report(diag, PHS_EMIT_STDOUT, NULL, "give a file: .csv, .npy or .spikes",
             "recordings cannot go to the standard output, where the summary is");
  return PHASOR_ERROR_USAGE;
}

phasor_status phs_probes_check_files(const phs_probes *p, const char *other, phs_diag *diag) {
  if (other && strcmp(other, "-") == 0) {
    return no_stdout(diag);
  }
  for (size_t i = 0; i < p->count; i++) {
    if (strcmp(p->item[i].file, "-") == 0) {
      return no_stdout(diag);
    }
    bool twice = other && strcmp(other, p->item[i].file) == 0;
    for (size_t k = 0; k < i; k++) {
      twice |= strcmp(p->item[k].file, p->item[i].file) == 0;
    }
    if (twice) {
      phs_report(diag, PHS_RECORD_TWICE, &(phs_place){.file = p->item[i].file},
                 "give each its own file", "two outputs go to this file");
      return PHASOR_ERROR_USAGE;
    }
  }
  return PHASOR_OK;
}

/* Rows of one sample. */
static size_t rows_of(const phs_probe *p, const phs_inputs *in) {
  return in->steps / p->every;
}

phasor_status phs_probes_allocate(phs_probes *p, const phs_inputs *in, phs_diag *diag) {
  size_t total = 0;
  for (size_t i = 0; i < p->count; i++) {
    phs_recording *r = &p->item[i].rec;
    size_t rows, bytes;
    if (__builtin_mul_overflow(in->samples, rows_of(&p->item[i], in), &rows) ||
        __builtin_mul_overflow(rows, r->width, &bytes) ||
        __builtin_mul_overflow(bytes, phs_record_size(r->type), &bytes) ||
        __builtin_add_overflow(total, bytes, &total) || total > MAX_RECORDING) {
      phs_report(diag, PHS_RECORD_TOO_LARGE,
                 &(phs_place){.file = p->item[i].file, .where = "--record"},
                 "record fewer quantities, or fewer --steps",
                 "%zu samples of %zu steps of %zu values are more than the limit of 8 GiB for all "
                 "recordings",
                 in->samples, in->steps, r->width);
      return PHASOR_ERROR_USAGE;
    }
    r->batch = in->batched ? in->samples : 0;
    r->rows = rows;
    r->data = malloc(bytes ? bytes : 1);
    if (!r->data) {
      return phs_no_memory(diag, "a recording");
    }
  }
  return PHASOR_OK;
}

bool phs_probes_take(phs_probes *p, const phasor_program *engine, const phs_inputs *in,
                     size_t sample, size_t step) {
  bool ok = true;
  for (size_t i = 0; i < p->count; i++) {
    phs_probe *probe = &p->item[i];
    phs_recording *r = &probe->rec;
    phs_quantity q;
    if ((step + 1) % probe->every != 0 || !phs_engine_quantity(engine, probe->op, probe->var, &q)) {
      continue;
    }
    if (probe->out.file) {
      ok &= phs_recorder_row(&probe->out, q.data);
    } else {
      size_t row = r->width * phs_record_size(r->type);
      size_t at = sample * rows_of(probe, in) + step / probe->every;
      memcpy((char *)r->data + at * row, q.data, row);
    }
  }
  return ok;
}

static phasor_status cannot_write(const phs_probe *p, const phs_stimulus_error *error,
                                  phs_diag *diag) {
  phs_code code = error->kind == PHS_STIM_NO_MEMORY ? PHS_NO_MEMORY : PHS_OUTPUT_IO;
  phs_report(diag, code, &(phs_place){.file = p->file}, error->help[0] ? error->help : NULL, "%s",
             error->message);
  return phs_code_status(code);
}

/* Whether the rows of @p p will find room beside its file. Spikes are few, and what is no regular
 * file takes what it takes. */
static phasor_status check_room(const phs_probe *p, const phs_inputs *in, phs_diag *diag) {
  const char *slash = strrchr(p->file, '/');
  char *folder = slash ? strndup(p->file, (size_t)(slash - p->file) + 1) : strdup(".");
  phs_record_form form = phs_record_form_of(p->file);
  struct stat s;
  struct statvfs disk;
  bool known = folder && form != PHS_RECORD_SPIKES && statvfs(folder, &disk) == 0 &&
               (stat(p->file, &s) != 0 || S_ISREG(s.st_mode));
  free(folder);
  /* Digit and comma: the least that a value takes. */
  double bytes = form == PHS_RECORD_NPY ? (double)phs_record_size(p->rec.type) : 2;
  bytes *= (double)in->samples * (double)rows_of(p, in) * (double)p->rec.width;
  double room = known ? (double)disk.f_bavail * (double)disk.f_frsize : 0;
  if (!known || bytes <= room) {
    return PHASOR_OK;
  }
  phs_report(diag, PHS_RECORD_TOO_LARGE, &(phs_place){.file = p->file, .where = "--record"},
             "record fewer --steps, or spikes as .spikes",
             "%zu samples of %zu steps of %zu values take %.3g GB, but %.3g GB are free there",
             in->samples, in->steps, p->rec.width, 1e-9 * bytes, 1e-9 * room);
  return PHASOR_ERROR_USAGE;
}

phasor_status phs_probes_open(phs_probes *p, const phs_inputs *in, phs_diag *diag) {
  phs_stimulus_error error = {0};
  phasor_status status = PHASOR_OK;
  for (size_t i = 0; status == PHASOR_OK && i < p->count; i++) {
    phs_probe *probe = &p->item[i];
    probe->out = (phs_recorder){.type = probe->rec.type,
                                .width = probe->rec.width,
                                .batch = in->batched ? in->samples : 0,
                                .steps = rows_of(probe, in)};
    status = check_room(probe, in, diag);
    if (status == PHASOR_OK && !phs_recorder_open(&probe->out, probe->file, &error)) {
      status = cannot_write(probe, &error, diag);
    }
  }
  return status;
}

static bool stage(phs_probe *p, phs_stimulus_error *error) {
  return p->out.file ? phs_recorder_close(&p->out, &p->staged, error)
                     : phs_recording_stage(&p->rec, p->file, &p->staged, error);
}

phasor_status phs_probes_write(phs_probes *sets, size_t count, phs_diag *diag) {
  phs_stimulus_error error = {0};
  for (size_t k = 0; k < count; k++) {
    for (size_t i = 0; i < sets[k].count; i++) {
      phs_probe *p = &sets[k].item[i];
      if (p->file && !stage(p, &error)) {
        return cannot_write(p, &error, diag);
      }
    }
  }
  for (size_t k = 0; k < count; k++) {
    for (size_t i = 0; i < sets[k].count; i++) {
      phs_probe *p = &sets[k].item[i];
      if (p->file && !phs_staged_commit(&p->staged, &error)) {
        return cannot_write(p, &error, diag);
      }
    }
  }
  return PHASOR_OK;
}

void phs_probes_free(phs_probes *p) {
  for (size_t i = 0; p->item && i < p->count; i++) {
    phs_recorder_abandon(&p->item[i].out);
    phs_staged_discard(&p->item[i].staged);
    phs_recording_free(&p->item[i].rec);
  }
  free(p->item);
  *p = (phs_probes){0};
}
