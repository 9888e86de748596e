/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The main program of --emit=exe: runs the network over input files. Compiled together with the
 * program's header and src/vm for the target; the C library is all it needs. */
#include "machine.h"
#include "model.h"
#include "vm/recorder.h"
#include "vm/stimulus.h"
#include "vm/summary.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* Exit codes as phasorc's, and the codes that `phasorc explain` tells about. */
enum { MOST_THREADS = 1024 };
enum { EXIT_OK = 0, EXIT_MODEL = 1, EXIT_USAGE = 2, EXIT_IO = 4, EXIT_INTERNAL = 70 };
enum {
  INPUTS = MODEL(INPUT_COUNT),
  OUTPUTS = MODEL(OUTPUT_COUNT),
  QUANTITIES = MODEL(quantity_count)
};

typedef struct probe {
  const phasor_cpu_value *value;
  const char *path;
  phs_recorder recorder;
  phs_staged staged;
} probe;

typedef struct options {
  const char *input[INPUTS + 1];
  phs_stimulus_options stimulus;
  size_t steps;
  probe *probe;
  size_t probe_count;
  double transient;
  int threads;
  bool json, transient_given;
} options;

typedef struct session {
  options o;
  phs_stimulus stimulus[INPUTS + 1];
  size_t samples, steps;
  bool batched;
  phs_machine machine;
  phs_summary summary;
  phs_spike_meter *meter; /**< of each population, where there are statistics */
} session;

static void json_field(const char *key, const char *value) {
  fprintf(stderr, ",\"%s\":", key);
  if (value && *value) {
    phs_summary_string(value, stderr);
  } else {
    fputs("null", stderr);
  }
}

/* A diagnostic on standard error, as text or as phasorc's JSON: one object on one line. */
static int tell(const options *o, int status, const char *file, const phs_stimulus_error *e) {
  const char *code = status == EXIT_USAGE   ? "PHS0320"
                     : status == EXIT_MODEL ? "PHS0321"
                     : status == EXIT_IO    ? "PHS0322"
                                            : "PHS0001";
  char byte[40] = "";
  if (e->byte) {
    snprintf(byte, sizeof byte, "byte %llu", (unsigned long long)e->byte);
  }
  if (o->json) {
    fprintf(stderr, "{\"code\":\"%s\",\"severity\":\"error\"", code);
    json_field("message", e->message);
    json_field("file", file);
    if (e->line) {
      fprintf(stderr, ",\"where\":{\"line\":%u,\"column\":%u}", (unsigned)e->line,
              (unsigned)e->column);
    } else {
      json_field("where", byte);
    }
    json_field("help", e->help);
    fputs("}\n", stderr);
    return status;
  }
  fprintf(stderr, "error[%s]: ", code);
  if (file && e->line) {
    fprintf(stderr, "%s:%u:%u: ", file, (unsigned)e->line, (unsigned)e->column);
  } else if (file) {
    fprintf(stderr, "%s: %s%s", file, byte, *byte ? ": " : "");
  }
  fprintf(stderr, "%s\n", e->message);
  if (*e->help) {
    fprintf(stderr, "  help: %s\n", e->help);
  }
  return status;
}

static int fail(const options *o, int status, const char *help, const char *format, ...) {
  phs_stimulus_error e = {0};
  va_list ap;
  va_start(ap, format);
  vsnprintf(e.message, sizeof e.message, format, ap);
  va_end(ap);
  snprintf(e.help, sizeof e.help, "%s", help ? help : "");
  return tell(o, status, NULL, &e);
}

static int no_memory(const options *o) {
  return fail(o, EXIT_INTERNAL, NULL, "out of memory");
}

static int fail_file(const options *o, const char *path, const phs_stimulus_error *e) {
  return tell(o,
              e->kind == PHS_STIM_IO          ? EXIT_IO
              : e->kind == PHS_STIM_OPTION    ? EXIT_USAGE
              : e->kind == PHS_STIM_NO_MEMORY ? EXIT_INTERNAL
                                              : EXIT_MODEL,
              path, e);
}

static void usage(FILE *out) {
  fputs("usage: " MODEL_NAME " -i FILE [options]\n"
        "  -i FILE, -i NODE=FILE    input: .csv, .npy, .spikes, N-MNIST .bin, Prophesee .dat\n"
        "  --bin SECONDS            how much of an event file becomes one step (default: the "
        "model's dt)\n"
        "  --event-value=count|binary\n"
        "  --steps N                cut the inputs to N steps, or fill them with zeros\n"
        "  -j N                     threads that run the network together; never changes a result\n"
        "  --transient SECONDS      what the statistics leave out at the beginning\n"
        "  --record NODE.VAR=FILE   record spikes, v, i, out, ... of a node, .csv, .npy or, of "
        "spikes, "
        ".spikes; repeatable\n"
        "  -o FILE                  record the network's output\n"
        "  --message-format=text|json   how the summary prints\n"
        "inputs:",
        out);
  for (int i = 0; i < INPUTS; i++) {
    fprintf(out, " %s (%zu values)", MODEL(input)[i].node, MODEL(input)[i].count);
  }
  fputc('\n', out);
}

/* Equal but for '/' in a node's name that is matched by '.'. */
static bool same_name(const char *name, const char *wanted, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (!(name[i] == wanted[i] || (name[i] == '/' && wanted[i] == '.')) || !name[i]) {
      return false;
    }
  }
  return name[length] == 0;
}

static const phasor_cpu_value *find_quantity(const char *node, size_t length, const char *var,
                                             size_t var_length) {
  for (int exact = 1; exact >= 0; exact--) {
    for (int i = 0; i < QUANTITIES; i++) {
      const phasor_cpu_value *q = &MODEL(quantity)[i];
      bool node_fits = exact ? strlen(q->node) == length && memcmp(q->node, node, length) == 0
                             : same_name(q->node, node, length);
      if (node_fits && strlen(q->var) == var_length && memcmp(q->var, var, var_length) == 0) {
        return q;
      }
    }
  }
  return NULL;
}

static int add_probe(options *o, const phasor_cpu_value *value, const char *path) {
  probe *grown = realloc(o->probe, (o->probe_count + 1) * sizeof *grown);
  if (!grown) {
    return no_memory(o);
  }
  o->probe = grown;
  if (value->type == PHASOR_CPU_F32 && phs_record_form_of(path) == PHS_RECORD_SPIKES) {
    return fail(o, EXIT_USAGE, "graded values are .npy or .csv",
                "'%s' would hold graded values, and a .spikes file holds spikes", path);
  }
  grown[o->probe_count] = (probe){.value = value, .path = path};
  grown[o->probe_count].recorder.type = (phs_record_type)value->type;
  grown[o->probe_count++].recorder.width = value->count;
  return EXIT_OK;
}

/* NODE.VAR=FILE */
static int add_record(options *o, const char *text) {
  const char *equal = strchr(text, '='), *dot = NULL;
  for (const char *c = text; equal && c < equal; c++) {
    dot = *c == '.' ? c : dot;
  }
  if (!dot || !equal[1]) {
    return fail(o, EXIT_USAGE, "write --record NODE.VAR=FILE",
                "--record '%s' names no quantity and file", text);
  }
  const phasor_cpu_value *q =
      find_quantity(text, (size_t)(dot - text), dot + 1, (size_t)(equal - dot - 1));
  if (!q) {
    return fail(o, EXIT_USAGE, "the header that --emit=header writes lists all of them",
                "this program has no quantity '%.*s'", (int)(equal - text), text);
  }
  return add_probe(o, q, equal + 1);
}

static int add_input(options *o, const char *text) {
  const char *equal = strchr(text, '='), *path = text;
  int at = INPUTS == 1 ? 0 : -1;
  for (int i = 0; equal && i < INPUTS; i++) {
    if (same_name(MODEL(input)[i].node, text, (size_t)(equal - text))) {
      at = i;
      path = equal + 1;
    }
  }
  if (at < 0) {
    return fail(o, EXIT_USAGE, "write -i NODE=FILE, one for each input",
                "which of the %d inputs '%s' is for is not said", INPUTS, text);
  }
  if (o->input[at]) {
    return fail(o, EXIT_USAGE, NULL, "input '%s' has two files", MODEL(input)[at].node);
  }
  o->input[at] = path;
  return EXIT_OK;
}

static int set_output(options *o, const char *path) {
  if (OUTPUTS != 1) {
    return fail(o, EXIT_USAGE, "record each with --record NODE.out=FILE",
                "the network has %d outputs, so -o is not clear", OUTPUTS);
  }
  return add_probe(o, &MODEL(output)[0], path);
}

static int set_number(const options *o, const char *name, const char *value, double *out) {
  char *end;
  errno = 0;
  *out = strtod(value, &end);
  if (end == value || *end || errno || !(*out > 0) || *out > 1e15) {
    return fail(o, EXIT_USAGE, "give a number above 0", "%s '%s' is not one", name, value);
  }
  return EXIT_OK;
}

static int set_transient(options *o, const char *value) {
  o->transient_given = true;
  return strcmp(value, "0") == 0 ? EXIT_OK : set_number(o, "--transient", value, &o->transient);
}

static int set_steps(options *o, const char *value) {
  double n;
  int status = set_number(o, "--steps", value, &n);
  o->steps = status == EXIT_OK ? (size_t)n : 0;
  if (status == EXIT_OK && (double)o->steps != n) {
    return fail(o, EXIT_USAGE, "give a whole number", "--steps '%s' is not one", value);
  }
  return status;
}

static int set_threads(options *o, const char *value) {
  double n;
  int status = set_number(o, "-j", value, &n);
  o->threads = status == EXIT_OK && n <= MOST_THREADS ? (int)n : 0;
  if (status == EXIT_OK && (double)o->threads != n) {
    return fail(o, EXIT_USAGE, "give a whole number of threads", "-j '%s' is not from 1 to %d",
                value, MOST_THREADS);
  }
  return status;
}

static int set_option(options *o, const char *name, const char *value) {
  if (strcmp(name, "-i") == 0) {
    return add_input(o, value);
  }
  if (strcmp(name, "-o") == 0) {
    return set_output(o, value);
  }
  if (strcmp(name, "--record") == 0) {
    return add_record(o, value);
  }
  if (strcmp(name, "--bin") == 0) {
    return set_number(o, name, value, &o->stimulus.bin);
  }
  if (strcmp(name, "--steps") == 0) {
    return set_steps(o, value);
  }
  if (strcmp(name, "-j") == 0) {
    return set_threads(o, value);
  }
  if (strcmp(name, "--transient") == 0) {
    return set_transient(o, value);
  }
  if (strcmp(name, "--event-value") == 0 &&
      (strcmp(value, "count") == 0 || strcmp(value, "binary") == 0)) {
    o->stimulus.binary = *value == 'b';
    return EXIT_OK;
  }
  if (strcmp(name, "--message-format") == 0 &&
      (strcmp(value, "text") == 0 || strcmp(value, "json") == 0)) {
    o->json = *value == 'j';
    return EXIT_OK;
  }
  return fail(o, EXIT_USAGE, "--help lists the options",
              "there is no option '%s' with the value '%s'", name, value);
}

static bool known(const char *name) {
  static const char *const names[] = {
      "-i",      "-o",          "--record",      "--bin",           "-j",
      "--steps", "--transient", "--event-value", "--message-format"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(names[i], name) == 0) {
      return true;
    }
  }
  return false;
}

static int parse(options *o, int argc, char **argv) {
  int status = EXIT_OK;
  for (int i = 1; i < argc && status == EXIT_OK; i++) {
    char name[32];
    const char *equal = strncmp(argv[i], "--", 2) == 0 ? strchr(argv[i], '=') : NULL;
    size_t length = equal ? (size_t)(equal - argv[i]) : strlen(argv[i]);
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1),
             argv[i]);
    if (!known(name)) {
      status = fail(o, EXIT_USAGE, "--help lists the options", "unknown argument '%s'", argv[i]);
    } else if (!equal && i + 1 == argc) {
      status = fail(o, EXIT_USAGE, "--help lists the options", "%s needs a value", name);
    } else {
      status = set_option(o, name, equal ? equal + 1 : argv[++i]);
    }
  }
  return status;
}

static int read_input(session *s, int k) {
  const phasor_cpu_value *in = &MODEL(input)[k];
  phs_stimulus_options o = s->o.stimulus;
  phs_stimulus_error error = {0};
  o.steps = s->o.steps;
  if (o.bin == 0 && MODEL(HAS_TIME)) {
    o.bin = MODEL(DT);
  }
  o.rank = in->rank;
  o.dim = in->dim;
  if (!s->o.input[k]) {
    return fail(&s->o, EXIT_USAGE,
                INPUTS == 1 ? "give it with -i FILE" : "give it with -i NODE=FILE",
                "input '%s' has no file", in->node);
  }
  if (!phs_stimulus_read(s->o.input[k], &o, &s->stimulus[k], &error)) {
    return fail_file(&s->o, s->o.input[k], &error);
  }
  if (s->stimulus[k].width != in->count) {
    return fail(&s->o, EXIT_MODEL, "each row holds one time step of the whole input",
                "%s: %zu values a step, but input '%s' has %zu", s->o.input[k],
                s->stimulus[k].width, in->node, in->count);
  }
  if (s->o.steps && !phs_stimulus_set_steps(&s->stimulus[k], s->o.steps, &error)) {
    return fail_file(&s->o, s->o.input[k], &error);
  }
  return EXIT_OK;
}

static int read_inputs(session *s) {
  s->samples = 1;
  s->steps = s->o.steps || INPUTS > 0 ? s->o.steps : MODEL_STEPS;
  for (int k = 0; k < INPUTS; k++) {
    int status = read_input(s, k);
    if (status != EXIT_OK) {
      return status;
    }
    if (k == 0) {
      s->samples = s->stimulus[0].batch;
      s->steps = s->stimulus[0].steps;
    }
    s->batched = s->batched || s->stimulus[k].batched;
    if (s->stimulus[k].batch != s->samples || s->stimulus[k].steps != s->steps) {
      return fail(&s->o, EXIT_MODEL, "--steps N cuts or fills them",
                  "the inputs differ in samples or steps");
    }
  }
  return s->steps ? EXIT_OK
                  : fail(&s->o, EXIT_USAGE, "give --steps N",
                         "the network has no inputs, so how many steps to run is not known");
}

static bool is_population(const phasor_cpu_value *q) {
  return strcmp(q->var, "spikes") == 0;
}

/* A network without inputs runs by itself: what its spikes are like is worth knowing. */
static int prepare_meters(session *s) {
  phs_summary *m = &s->summary;
  size_t population = 0;
  if (INPUTS == 0 || s->o.transient_given) {
    phs_summary_measure(m, s->o.transient);
  }
  if (s->o.transient > 0 && !(s->o.transient < (double)m->steps * m->dt && m->has_time)) {
    return fail(&s->o, EXIT_USAGE, "give a shorter one, or more --steps",
                "--transient %g leaves nothing of the run", s->o.transient);
  }
  s->meter = calloc(m->population_count + 1, sizeof *s->meter);
  bool ok = s->meter != NULL;
  for (int i = 0; ok && m->bin && i < QUANTITIES; i++) {
    const phasor_cpu_value *q = &MODEL(quantity)[i];
    if (is_population(q)) {
      ok = phs_spike_meter_create(&s->meter[population++], (phs_record_type)q->type, q->count,
                                  m->bin);
    }
  }
  return ok ? EXIT_OK : no_memory(&s->o);
}

/* Begins the files of the recordings. */
static int open_records(session *s) {
  phs_stimulus_error error = {0};
  for (size_t i = 0; i < s->o.probe_count; i++) {
    probe *p = &s->o.probe[i];
    p->recorder.batch = s->batched ? s->samples : 0;
    p->recorder.steps = s->steps;
    if (!phs_recorder_open(&p->recorder, p->path, &error)) {
      return fail_file(&s->o, p->path, &error);
    }
  }
  return EXIT_OK;
}

/* Tables of the summary; the population at index i counts quantity population_index[i]. */
static int prepare(session *s) {
  phs_summary *m = &s->summary;
  *m = (phs_summary){.model = MODEL_NAME,
                     .steps = s->steps,
                     .samples = s->samples,
                     .dt = MODEL(DT),
                     .has_time = MODEL(HAS_TIME)};
  m->population = calloc(QUANTITIES + 1, sizeof *m->population);
  m->output = calloc(OUTPUTS + 1, sizeof *m->output);
  if (!m->population || !m->output ||
      !phs_machine_open(&s->machine, s->o.threads ? s->o.threads : 1)) {
    return no_memory(&s->o);
  }
  for (int i = 0; i < QUANTITIES; i++) {
    const phasor_cpu_value *q = &MODEL(quantity)[i];
    if (is_population(q)) {
      m->population[m->population_count++] =
          (phs_summary_population){.name = q->node, .neurons = q->count};
    }
  }
  for (int i = 0; i < OUTPUTS; i++) {
    const phasor_cpu_value *q = &MODEL(output)[i];
    double *total = s->samples <= SIZE_MAX / (q->count + 1)
                        ? calloc(s->samples * q->count + 1, sizeof *total)
                        : NULL;
    m->output[m->output_count++] =
        (phs_summary_output){q->node, (phs_record_type)q->type, q->count, total};
    if (!total) {
      return no_memory(&s->o);
    }
  }
  return prepare_meters(s);
}

/* Spikes of the population with index @p i of the summary. */
static void count_spikes(session *s, size_t i, const phasor_cpu_value *q, size_t step) {
  phs_summary *m = &s->summary;
  m->population[i].spikes +=
      phs_summary_sum((phs_record_type)q->type, q->count, s->machine.state + q->offset);
  if (m->bin && step == 0) {
    phs_spike_meter_reset(&s->meter[i]);
  }
  if (m->bin && step >= m->first_step) {
    phs_spike_meter_take(&s->meter[i], s->machine.state + q->offset);
  }
  if (m->bin && step + 1 == s->steps) {
    phs_spike_sums sums;
    phs_spike_meter_end(&s->meter[i], &sums);
    phs_spike_sums_add(&m->population[i].sums, &sums);
  }
}

/* Looks at the state block after one step; false when a recording cannot be written. */
static bool look(session *s, size_t sample, size_t step) {
  bool ok = true;
  size_t population = 0;
  for (int i = 0; i < QUANTITIES; i++) {
    const phasor_cpu_value *q = &MODEL(quantity)[i];
    if (is_population(q)) {
      count_spikes(s, population++, q, step);
    }
  }
  for (int i = 0; i < OUTPUTS; i++) {
    const phasor_cpu_value *q = &MODEL(output)[i];
    phs_summary_add(s->summary.output[i].total + sample * q->count, (phs_record_type)q->type,
                    q->count, s->machine.state + q->offset);
  }
  for (size_t i = 0; i < s->o.probe_count; i++) {
    probe *p = &s->o.probe[i];
    ok = phs_recorder_row(&p->recorder, s->machine.state + p->value->offset) && ok;
  }
  return ok;
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A recording that cannot be written ends the run early: finish() says so. */
static int loop(session *s) {
  const float *row[INPUTS + 1];
  double begin = seconds();
  bool ok = true;
  for (size_t b = 0; ok && b < s->samples; b++) {
    phs_machine_init(&s->machine);
    for (size_t t = 0; ok && t < s->steps; t++) {
      for (int k = 0; k < INPUTS; k++) {
        row[k] = s->stimulus[k].data + (b * s->steps + t) * MODEL(input)[k].count;
      }
      phs_machine_step(&s->machine, row);
      ok = look(s, b, t);
    }
  }
  s->summary.wall = seconds() - begin;
  return EXIT_OK;
}

static bool one_file(const char *a, const char *b) {
  struct stat x, y;
  return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
         x.st_ino == y.st_ino;
}

/* Outputs never replace what is read, nor each other. */
static int check_outputs(const session *s) {
  for (size_t i = 0; i < s->o.probe_count; i++) {
    const char *path = s->o.probe[i].path;
    for (int k = 0; k < INPUTS; k++) {
      if (one_file(path, s->o.input[k])) {
        return fail(&s->o, EXIT_USAGE, "write to another file", "the output '%s' is an input",
                    path);
      }
    }
    for (size_t k = 0; k < i; k++) {
      const char *other = s->o.probe[k].path;
      if (strcmp(path, other) == 0 || one_file(path, other)) {
        return fail(&s->o, EXIT_USAGE, "give each its own file", "two outputs go to '%s'", path);
      }
    }
  }
  return EXIT_OK;
}

static int finish(session *s) {
  phs_stimulus_error error = {0};
  for (size_t i = 0; i < s->o.probe_count; i++) {
    probe *p = &s->o.probe[i];
    if (!phs_recorder_close(&p->recorder, &p->staged, &error)) {
      return fail_file(&s->o, p->path, &error);
    }
  }
  for (size_t i = 0; i < s->o.probe_count; i++) {
    probe *p = &s->o.probe[i];
    if (!phs_staged_commit(&p->staged, &error)) {
      return fail_file(&s->o, p->path, &error);
    }
  }
  (s->o.json ? phs_summary_json : phs_summary_text)(&s->summary, stdout);
  return fflush(stdout) == 0 && !ferror(stdout)
             ? EXIT_OK
             : fail(&s->o, EXIT_IO, NULL, "the summary cannot be written");
}

static void clean_up(session *s) {
  for (int k = 0; k < INPUTS; k++) {
    phs_stimulus_free(&s->stimulus[k]);
  }
  for (size_t i = 0; i < s->o.probe_count; i++) {
    phs_staged_discard(&s->o.probe[i].staged);
    phs_recorder_abandon(&s->o.probe[i].recorder);
  }
  for (size_t i = 0; i < s->summary.output_count; i++) {
    free(s->summary.output[i].total);
  }
  for (size_t i = 0; s->meter && i < s->summary.population_count; i++) {
    phs_spike_meter_free(&s->meter[i]);
  }
  free(s->meter);
  free(s->o.probe);
  free(s->summary.output);
  free(s->summary.population);
  phs_machine_close(&s->machine);
}

int main(int argc, char **argv) {
  session s = {0};
  if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
    usage(stdout);
    return EXIT_OK;
  }
  for (int i = 1; i < argc;
       i++) { /* how to complain is known before anything is complained about */
    bool apart = strcmp(argv[i], "--message-format") == 0 && i + 1 < argc;
    s.o.json = s.o.json || strcmp(argv[i], "--message-format=json") == 0 ||
               (apart && strcmp(argv[i + 1], "json") == 0);
  }
  int status = parse(&s.o, argc, argv);
  status = status == EXIT_OK ? read_inputs(&s) : status;
  status = status == EXIT_OK ? check_outputs(&s) : status;
  status = status == EXIT_OK ? prepare(&s) : status;
  status = status == EXIT_OK ? open_records(&s) : status;
  status = status == EXIT_OK ? loop(&s) : status;
  status = status == EXIT_OK ? finish(&s) : status;
  clean_up(&s);
  return status;
}
