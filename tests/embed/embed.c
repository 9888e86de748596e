/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A program with Phasor inside: loads, looks, builds, steps and runs a network. Expected values are
 * worked out by hand in tests/cli/run.test. */
#include <phasor/build.h>
#include <phasor/list.h>
#include <phasor/network.h>
#include <phasor/run.h>
#include <phasor/session.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                    \
      failures++;                                                                                  \
    }                                                                                              \
  } while (0)

/* The last diagnostic, kept beyond the callback. */
typedef struct seen {
  unsigned count;
  char code[16], help[256];
} seen;

static void note(void *user, const phasor_diagnostic *d) {
  seen *s = user;
  s->count++;
  snprintf(s->code, sizeof s->code, "%s", d->code);
  snprintf(s->help, sizeof s->help, "%s", d->help ? d->help : "");
}

static void look(const phasor_network *n) {
  phasor_network_info info;
  phasor_op_info op;
  phasor_network_describe(n, &info);
  CHECK(info.populations == 1 && info.neurons == 2 && info.synapses == 4 && info.inputs == 1 &&
        info.outputs == 1);
  CHECK(strcmp(info.preset, "nir") == 0 && !info.discrete && info.has_time && info.dt == 1e-3);
  CHECK(phasor_network_op(n, 1, &op) && strcmp(op.name, "fc1") == 0 &&
        strcmp(op.kind, "linear") == 0);
  CHECK(op.rank == 1 && op.dim[0] == 2 && op.parameters == 4);
  CHECK(phasor_network_op(n, 2, &op) && strcmp(op.model, "if") == 0 && strcmp(op.type, "i1") == 0);
  CHECK(op.state_count == 1 && strcmp(phasor_network_state(n, 2, 0), "v") == 0 &&
        !phasor_network_state(n, 2, 1));
  CHECK(!phasor_network_op(n, 4, &op));
  const char *key;
  char value[32];
  CHECK(phasor_network_convention(n, 0, &key, value, sizeof value) &&
        strcmp(key, "integrator") == 0 && strcmp(value, "euler") == 0);
}

static void step(phasor_session *s, phasor_network *n, const char *target) {
  static const float rows[3][2] = {{1, 0}, {0, 1}, {1, 1}};
  static const float v[3][2] = {{1, 0.25f}, {0, -0.75f}, {0, -1.5f}};
  static const uint8_t z[3][2] = {{0, 0}, {1, 0}, {1, 0}};
  phasor_options *o = phasor_options_create();
  phasor_program *p = NULL;
  CHECK(phasor_options_set(s, o, "target", target) == PHASOR_OK);
  CHECK(phasor_program_create(n, o, &p) == PHASOR_OK);
  for (int round = 0; p && round < 2; round++) {
    phasor_program_reset(p);
    for (int t = 0; t < 3; t++) {
      const float *inputs[1] = {rows[t]};
      phasor_view spikes, voltage;
      phasor_program_step(p, inputs);
      CHECK(phasor_program_view(p, "if1", "spikes", &spikes) == PHASOR_OK);
      CHECK(phasor_program_view(p, "if1", "v", &voltage) == PHASOR_OK);
      CHECK(spikes.type == PHASOR_I1 && spikes.count == 2 && memcmp(spikes.data, z[t], 2) == 0);
      CHECK(voltage.type == PHASOR_F32 && voltage.count == 2 &&
            memcmp(voltage.data, v[t], sizeof v[t]) == 0);
    }
  }
  phasor_view none;
  CHECK(!p || phasor_program_view(p, "nobody", "v", &none) == PHASOR_ERROR_USAGE);
  phasor_program_destroy(p);
  phasor_options_destroy(o);
}

static void run(phasor_session *s, phasor_network *n, const char *input) {
  phasor_options *o = phasor_options_create();
  phasor_result *r = NULL;
  CHECK(phasor_options_set(s, o, "input", input) == PHASOR_OK);
  CHECK(phasor_run(n, o, &r) == PHASOR_OK);
  if (r) {
    phasor_run_info info;
    uint64_t neurons;
    double spikes;
    size_t count;
    const double *sums;
    phasor_result_run(r, &info);
    CHECK(info.samples == 1 && info.steps == 3 && info.populations == 1 && info.outputs == 1);
    CHECK(strcmp(phasor_result_population(r, 0, &neurons, &spikes), "if1") == 0 && neurons == 2 &&
          spikes == 2);
    CHECK(!phasor_result_population(r, 1, &neurons, &spikes));
    CHECK(phasor_result_output(r, 0, &count, &sums) && count == 2 && sums[0] == 2 && sums[1] == 0);
    CHECK(strstr(phasor_result_text(r, PHASOR_STYLE_TEXT), "largest output: 0"));
    CHECK(phasor_result_text(r, PHASOR_STYLE_JSON)[0] == '{');
  }
  phasor_result_destroy(r);
  r = NULL;
  CHECK(phasor_verify(n, o, &r) == PHASOR_OK);
  phasor_comparison c;
  CHECK(r && phasor_result_comparison(r, 0, &c) && c.values == 6 && c.differing == 0);
  CHECK(r && !phasor_result_comparison(r, 99, &c));
  phasor_result_destroy(r);
  phasor_options_destroy(o);
}

static void build(phasor_session *s, phasor_network *n, const char *path) {
  phasor_options *o = phasor_options_create();
  char *written = NULL;
  CHECK(phasor_options_set(s, o, "target", "cpu") == PHASOR_OK);
  CHECK(phasor_options_set(s, o, "emit", "obj") == PHASOR_OK);
  CHECK(phasor_options_set(s, o, "output", path) == PHASOR_OK);
  CHECK(strcmp(phasor_options_get(o, "emit"), "obj") == 0 && !phasor_options_get(o, "dt"));
  CHECK(phasor_check(n, o) == PHASOR_OK);
  CHECK(phasor_build(n, o, &written) == PHASOR_OK && written && strcmp(written, path) == 0);
  char *text = NULL;
  CHECK(phasor_inspect(s, path, NULL, PHASOR_STYLE_TEXT, &text) == PHASOR_OK &&
        strstr(text, ".text"));
  free(text);
  free(written);
  remove(path);
  phasor_options_destroy(o);
}

/* Clocks that spike in every second step; two thirds by tests/cli/statistics.test. */
static void statistics(phasor_session *s, const char *model) {
  phasor_options *o = phasor_options_create();
  phasor_network *n = NULL;
  phasor_result *r = NULL;
  phasor_statistics z;
  CHECK(phasor_options_set(s, o, "steps", "60") == PHASOR_OK);
  CHECK(phasor_network_load(s, model, NULL, &n) == PHASOR_OK && phasor_run(n, o, &r) == PHASOR_OK);
  CHECK(r && phasor_result_statistics(r, 0, &z) && z.first_step == 0 && z.spikes == 120 &&
        z.rate_hz == 500 && z.cv_isi == 0 && z.cv_neurons == 4 && z.synchrony > 0.666 &&
        z.synchrony < 0.667);
  CHECK(r && !phasor_result_statistics(r, 1, &z));
  phasor_result_destroy(r);
  phasor_network_destroy(n);
  phasor_options_destroy(o);
}

/* A model in YAML, its constants set; by hand in tests/cli/yaml.test. */
static void yaml(phasor_session *s, const char *model, const char *record) {
  phasor_options *o = phasor_options_create();
  phasor_network *n = NULL;
  phasor_program *p = NULL;
  phasor_network_info info;
  phasor_synapse_info synapses;
  phasor_view z = {0};
  CHECK(phasor_options_set(s, o, "set", "N=5") == PHASOR_OK &&
        phasor_options_set(s, o, "target", "cpu") == PHASOR_OK &&
        phasor_options_set(s, o, "jobs", "2") == PHASOR_OK &&
        phasor_options_set(s, o, "synapses", "store") == PHASOR_OK);
  CHECK(phasor_network_load(s, model, o, &n) == PHASOR_OK);
  if (n) {
    phasor_network_describe(n, &info);
    CHECK(strcmp(info.format, "yaml") == 0 && info.neurons == 10 && info.synapses == 5 &&
          info.projections == 1);
    CHECK(phasor_network_synapses(n, o, &synapses) && synapses.projections == 1 &&
          synapses.stored == 1 && synapses.synapses == 5 && synapses.table_bytes > 0);
    CHECK(phasor_program_create(n, o, &p) == PHASOR_OK);
  }
  for (int t = 0; p && t < 12; t++) {
    phasor_program_step(p, NULL);
    CHECK(phasor_program_view(p, "echo", "spikes", &z) == PHASOR_OK && z.count == 5 &&
          ((const uint8_t *)z.data)[4] == (t == 5 || t == 9));
  }
  phasor_program_destroy(p);
  phasor_result *r = NULL;
  phasor_run_info run;
  CHECK(phasor_options_set(s, o, "record", record) == PHASOR_OK);
  CHECK(n && phasor_run(n, o, &r) == PHASOR_OK);
  if (r) {
    phasor_result_run(r, &run);
    CHECK(run.steps == 12 && run.populations == 2);
  }
  phasor_result_destroy(r);
  phasor_network_destroy(n);
  phasor_options_destroy(o);
}

static void diagnostics(phasor_session *s, seen *d) {
  phasor_options *o = phasor_options_create();
  phasor_network *n = NULL;
  CHECK(phasor_options_set(s, o, "presett", "nir") == PHASOR_ERROR_USAGE &&
        strcmp(d->code, "PHS0502") == 0);
  CHECK(strstr(d->help, "'preset'") != NULL);
  CHECK(phasor_options_set(s, o, "preset", "norze") == PHASOR_ERROR_USAGE &&
        strcmp(d->code, "PHS0513") == 0);
  CHECK(phasor_options_set(s, o, "timing", "yes") == PHASOR_ERROR_USAGE &&
        strcmp(d->code, "PHS0504") == 0);
  CHECK(phasor_network_load(s, "/nowhere/x.nir", NULL, &n) == PHASOR_ERROR_IO && !n);
  CHECK(phasor_explain(d->code) != NULL && phasor_explain("PHS9999") == NULL);
  /* A code that does not exist is a defect of the caller. */
  CHECK(phasor_session_report(s, "PHS9999", NULL, NULL, NULL, "x") == PHASOR_ERROR_INTERNAL);
  CHECK(phasor_session_errors(s) == d->count);
  phasor_options_destroy(o);
}

static void lists(void) {
  phasor_entry e;
  CHECK(strcmp(phasor_list_name(0), "targets") == 0 && phasor_list_entry("targets", 0, &e));
  CHECK(strcmp(e.name, "reference") == 0 && !phasor_list_entry("nothing", 0, &e));
  char *text = phasor_list_explain("presets", "norse");
  CHECK(text && strstr(text, "silent"));
  free(text);
  CHECK(phasor_list_explain("presets", "nobody") == NULL);
  phasor_session *s = phasor_session_create(NULL, NULL);
  CHECK(s && phasor_target_explain(s, "loihi1", &text) == PHASOR_OK);
  CHECK(strstr(text, "\ncores: 128\n"));
  free(text);
  CHECK(phasor_target_explain(s, "/nowhere/t.yaml", &text) == PHASOR_ERROR_IO);
  CHECK(phasor_session_errors(s) == 1);
  phasor_session_destroy(s);
  const char *words[] = {"alpha", "beta"};
  CHECK(phasor_nearest("alhpa", words, 2) == words[0] && !phasor_nearest("omega", words, 2));
  for (size_t i = 0; i < phasor_option_count(); i++) {
    CHECK(phasor_option_get(i)->help[0] != 0);
  }
  CHECK(phasor_option_get(phasor_option_count()) == NULL);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fputs("usage: embed FOLDER-OF-MODELS FOLDER\n", stderr);
    return 2;
  }
  char input[4096], object[4096], model[4096], record[4096];
  snprintf(input, sizeof input, "%s/embed_in.csv", argv[2]);
  snprintf(object, sizeof object, "%s/embed.o", argv[2]);
  FILE *f = fopen(input, "w");
  CHECK(f && fputs("1,0\n0,1\n1,1\n", f) >= 0);
  if (f) {
    fclose(f);
  }
  CHECK(strcmp(phasor_version(), PHASOR_VERSION_STRING) == 0);
  lists();
  seen d = {0};
  phasor_session *s = phasor_session_create(note, &d);
  phasor_network *n = NULL;
  snprintf(model, sizeof model, "%s/tiny.mlir", argv[1]);
  CHECK(phasor_network_load(s, model, NULL, &n) == PHASOR_OK);
  if (n) {
    look(n);
    step(s, n, "reference");
    step(s, n, "cpu");
    run(s, n, input);
    build(s, n, object);
    CHECK(d.count == 2); /* the two unknown nodes */
  }
  phasor_network_destroy(n);
  snprintf(model, sizeof model, "%s/clock.mlir", argv[1]);
  statistics(s, model);
  snprintf(model, sizeof model, "%s/echo.yaml", argv[1]);
  snprintf(record, sizeof record, "echo.v=%s/embed_v.npy", argv[2]);
  yaml(s, model, record);
  CHECK(d.count == 2);
  diagnostics(s, &d);
  phasor_session_destroy(s);
  printf("embed: %d failures\n", failures);
  return failures != 0;
}
