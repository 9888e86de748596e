/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver/inputs.h"

#include "phasor/list.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Line @p number of a text file into @p out, cut to its size; false when it cannot be had. */
static bool read_line(const char *path, uint32_t number, char *out, size_t size) {
  FILE *f = fopen(path, "rb");
  uint32_t line = 1;
  size_t at = 0;
  int c;
  while (f && line <= number && (c = fgetc(f)) != EOF) {
    if (line == number && c != '\n' && at + 1 < size) {
      out[at++] = (char)c;
    }
    line += c == '\n';
  }
  out[at] = 0;
  if (f) {
    fclose(f);
  }
  return at > 0;
}

phasor_status phs_report_stimulus(phs_diag *diag, const char *path, const phs_stimulus_error *e) {
  static const phs_code codes[] = {
      [PHS_STIM_OK] = PHS_INTERNAL,         [PHS_STIM_IO] = PHS_INPUT_IO,
      [PHS_STIM_FORMAT] = PHS_INPUT_FORMAT, [PHS_STIM_SHAPE] = PHS_INPUT_SHAPE,
      [PHS_STIM_VALUE] = PHS_INPUT_VALUE,   [PHS_STIM_OPTION] = PHS_INPUT_OPTION,
      [PHS_STIM_NO_MEMORY] = PHS_NO_MEMORY,
  };
  char where[40];
  snprintf(where, sizeof where, "byte %" PRIu64, e->byte);
  phs_place place = {.file = path, .line = e->line, .column = e->column};
  char excerpt[4096];
  if (e->line && read_line(path, e->line, excerpt, sizeof excerpt)) {
    place.excerpt = excerpt;
  }
  /* Binary files have no lines; byte 0 says no more than the file does. */
  place.where = e->line == 0 && e->byte > 0 ? where : NULL;
  phs_report(diag, codes[e->kind], &place, e->help[0] ? e->help : NULL, "%s", e->message);
  return phs_code_status(codes[e->kind]);
}

static bool find_inputs(const phs_net *net, phs_inputs *in) {
  size_t room = (size_t)net->op_count + 1;
  in->op = malloc(room * sizeof *in->op);
  in->stimulus = calloc(room, sizeof *in->stimulus);
  if (!in->op || !in->stimulus) {
    return false;
  }
  for (int i = 0; i < net->op_count; i++) {
    if (net->op[i].kind == PHS_OP_INPUT) {
      in->op[in->count++] = i;
    }
  }
  return true;
}

/* The names of all inputs: "a, b, c". */
static void list_inputs(const phs_net *net, const phs_inputs *in, char *out, size_t size) {
  size_t at = 0;
  out[0] = 0;
  for (int i = 0; i < in->count && at < size; i++) {
    at += (size_t)snprintf(out + at, size - at, "%s%s", i ? ", " : "", net->op[in->op[i]].name);
  }
}

static bool file_exists(const char *path) {
  FILE *f = fopen(path, "rb");
  if (f) {
    fclose(f);
  }
  return f != NULL;
}

/* Which input `name`, the part before '=', is, or -1. */
static int input_named(const phs_net *net, const phs_inputs *in, const char *name) {
  int op = phs_net_find(net, name);
  for (int i = 0; i < in->count; i++) {
    if (in->op[i] == op) {
      return i;
    }
  }
  return -1;
}

static phasor_status unknown_input(const phs_net *net, const phs_inputs *in, const char *name,
                                   phs_diag *diag) {
  const char **names = malloc(((size_t)in->count + 1) * sizeof *names);
  for (int i = 0; names && i < in->count; i++) {
    names[i] = net->op[in->op[i]].name;
  }
  const char *near = names ? phasor_nearest(name, names, (size_t)in->count) : NULL;
  char help[512] = "its inputs are ";
  if (near) {
    snprintf(help, sizeof help, "did you mean '%s'?", near);
  } else {
    list_inputs(net, in, help + strlen(help), sizeof help - strlen(help));
  }
  phs_report(diag, PHS_UNKNOWN_NODE, &(phs_place){.file = net->file, .where = "--input"}, help,
             "the network has no input '%s'", name);
  free(names);
  return PHASOR_ERROR_USAGE;
}

/* Which input the argument of -i is for, and its file. */
static phasor_status which_input(const phs_net *net, const phs_inputs *in, const char *text,
                                 phs_diag *diag, int *index, const char **file) {
  const char *equal = strchr(text, '=');
  char name[512];
  *index = -1;
  if (equal && equal != text && (size_t)(equal - text) < sizeof name) {
    memcpy(name, text, (size_t)(equal - text));
    name[equal - text] = 0;
    *index = input_named(net, in, name);
    *file = equal + 1;
    if (*index >= 0 && **file == 0) {
      phs_report(diag, PHS_INPUT_UNNAMED, &(phs_place){.where = "--input"}, "give -i NODE=FILE",
                 "no file follows '%s'", text);
      return PHASOR_ERROR_USAGE;
    }
    if (*index >= 0) {
      return PHASOR_OK;
    }
    if (!file_exists(text)) {
      return unknown_input(net, in, name, diag);
    }
  }
  *file = text;
  if (in->count == 1) {
    *index = 0;
    return PHASOR_OK;
  }
  char help[512];
  list_inputs(net, in, help, sizeof help);
  phs_report(diag, PHS_INPUT_UNNAMED, &(phs_place){.file = text, .where = "--input"},
             in->count ? help : NULL,
             in->count
                 ? "which of the network's %d inputs the file is for is not said: -i NODE=FILE"
                 : "the network has %d inputs, so it takes no file",
             in->count);
  return PHASOR_ERROR_USAGE;
}

static phasor_status read_one(const phs_net *net, const phs_inputs *in, int index, const char *file,
                              const phasor_options *o, phs_diag *diag) {
  const phs_op *op = &net->op[in->op[index]];
  phs_stimulus *stimulus = &in->stimulus[index];
  if (stimulus->data) {
    phs_report(diag, PHS_INPUT_TWICE, &(phs_place){.file = file, .where = "--input"}, NULL,
               "input '%s' has two files", op->name);
    return PHASOR_ERROR_USAGE;
  }
  phs_stimulus_options options = {.bin = o->bin == 0 && net->has_time ? net->dt : o->bin,
                                  .steps = (size_t)o->steps,
                                  .binary = o->binary_events,
                                  .rank = op->shape.rank,
                                  .dim = op->shape.dim};
  phs_stimulus_error error = {0};
  if (!phs_stimulus_read(file, &options, stimulus, &error)) {
    return phs_report_stimulus(diag, file, &error);
  }
  if (stimulus->late) {
    phs_report(diag, PHS_LATE_EVENTS, &(phs_place){.file = file, .where = "--steps"},
               "give more --steps to keep them apart",
               "%zu of %zu events come after step %zu and count in that last step", stimulus->late,
               stimulus->events, stimulus->steps);
  }
  size_t width = phs_shape_count(&op->shape);
  if (stimulus->width != width) {
    char shape[256];
    phs_report(diag, PHS_INPUT_SHAPE, &(phs_place){.file = file},
               "each row holds one time step of the whole input",
               "%zu values a step, but input '%s' of shape %s has %zu", stimulus->width, op->name,
               phs_shape_print(&op->shape, shape, sizeof shape), width);
    return PHASOR_ERROR_MODEL;
  }
  return PHASOR_OK;
}

/* Events that are binned at another step than the network's: the network would see them slower or
 * faster. */
static void check_bin(const phs_net *net, phs_inputs *in, const phasor_options *o, phs_diag *diag) {
  in->bin = o->bin;
  if (o->bin > 0 && net->has_time && fabs(o->bin - net->dt) > 1e-6 * net->dt) {
    phs_report(diag, PHS_BIN_DIFFERS, &(phs_place){.file = net->file, .where = "--bin"},
               "make --bin and --dt the same", "--bin is %g s, but a step of the network is %g s",
               o->bin, net->dt);
  }
}

static phasor_status check_all_given(const phs_net *net, const phs_inputs *in, phs_diag *diag) {
  for (int i = 0; i < in->count; i++) {
    if (!in->stimulus[i].data) {
      char help[512];
      snprintf(help, sizeof help,
               in->count == 1 ? "give it with -i FILE" : "give it with -i %s=FILE",
               net->op[in->op[i]].name);
      phs_report(diag, PHS_INPUT_MISSING, &(phs_place){.file = net->file, .where = "--input"}, help,
                 "input '%s' has no file", net->op[in->op[i]].name);
      return PHASOR_ERROR_USAGE;
    }
  }
  return PHASOR_OK;
}

static phasor_status set_length(const phasor_network *n, phs_inputs *in, const phasor_options *o) {
  const phs_net *net = n->net;
  phs_diag *diag = &n->session->diag;
  in->steps = o->steps    ? (size_t)o->steps
              : in->count ? in->stimulus[0].steps
                          : (size_t)n->extras.steps;
  in->samples = in->count ? in->stimulus[0].batch : 1;
  for (int i = 0; i < in->count; i++) {
    phs_stimulus *s = &in->stimulus[i];
    in->batched |= s->batched;
    if (s->batch != in->samples || (!o->steps && s->steps != in->steps)) {
      phs_report(diag, PHS_INPUT_DISAGREE, &(phs_place){.file = net->file, .where = "--input"},
                 s->batch == in->samples ? "--steps N cuts or fills them" : NULL,
                 "input '%s' has %zu samples of %zu steps, input '%s' has %zu of %zu",
                 net->op[in->op[i]].name, s->batch, s->steps, net->op[in->op[0]].name, in->samples,
                 in->steps);
      return PHASOR_ERROR_MODEL;
    }
    phs_stimulus_error error = {0};
    if (s->steps != in->steps && !phs_stimulus_set_steps(s, in->steps, &error)) {
      return phs_report_stimulus(diag, net->op[in->op[i]].name, &error);
    }
  }
  if (in->steps == 0) {
    phs_report(diag, PHS_STEPS_UNKNOWN, &(phs_place){.file = net->file},
               strcmp(net->format, "yaml") == 0 ? "give --steps N, or the model a `duration`"
                                                : "give --steps N",
               "the network has no inputs, so how many steps to run is not known");
    return PHASOR_ERROR_USAGE;
  }
  return PHASOR_OK;
}

phasor_status phs_inputs_read(const phasor_network *n, const phasor_options *o, phs_inputs *out) {
  phs_inputs in = {0};
  const phs_net *net = n->net;
  phasor_session *s = n->session;
  phs_diag *diag = &s->diag;
  double began = phs_stage_begin(s, "read inputs");
  phasor_status status = find_inputs(net, &in) ? PHASOR_OK : phs_no_memory(diag, "the inputs");
  for (size_t i = 0; status == PHASOR_OK && i < o->inputs.count; i++) {
    int index;
    const char *file;
    status = which_input(net, &in, o->inputs.item[i].file, diag, &index, &file);
    if (status == PHASOR_OK) {
      status = read_one(net, &in, index, file, o, diag);
    }
  }
  if (status == PHASOR_OK) {
    status = check_all_given(net, &in, diag);
  }
  if (status == PHASOR_OK) {
    status = set_length(n, &in, o);
  }
  if (status == PHASOR_OK) {
    check_bin(net, &in, o, diag);
  }
  phs_stage_end(s, "read inputs", began);
  if (status != PHASOR_OK) {
    phs_inputs_free(&in);
    return status;
  }
  *out = in;
  return PHASOR_OK;
}

void phs_inputs_row(const phs_inputs *in, size_t sample, size_t step, const float **row) {
  for (int i = 0; i < in->count; i++) {
    const phs_stimulus *s = &in->stimulus[i];
    row[i] = s->data + (sample * s->steps + step) * s->width;
  }
}

void phs_inputs_free(phs_inputs *in) {
  for (int i = 0; in->stimulus && i < in->count; i++) {
    phs_stimulus_free(&in->stimulus[i]);
  }
  free(in->stimulus);
  free(in->op);
  *in = (phs_inputs){0};
}
