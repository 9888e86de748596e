/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Each model has one thing wrong with it, and gets one diagnostic: its code, its place, which the
 * text marks with "@@", and words that it must contain, in the message or the remedy.
 */
#include "yaml_case.h"

#define HEAD "phasor: 1\ndt: 0.1 ms\n"
/* A population of NIR's, one by equations with receptors in pA, and an input. */
#define NET                                                                                        \
  HEAD "inputs:\n  src: {poisson: {rate: 8 Hz, size: 4}}\n"                                        \
       "populations:\n  a: {size: 4, model: if}\n  b: {size: 3, model: iaf_psc_exp}\n"

typedef struct wrong {
  const char *code, *words, *text;
} wrong;

/* @p text without its mark; where that stood. */
static void unmark(const char *text, char *out, size_t size, uint32_t *line, uint32_t *column) {
  const char *mark = strstr(text, "@@");
  assert_non_null(mark);
  assert_true(strlen(text) < size);
  *line = *column = 1;
  for (const char *p = text; p < mark; p++) {
    *column = *p == '\n' ? 1 : *column + 1;
    *line += *p == '\n';
  }
  memcpy(out, text, (size_t)(mark - text));
  strcpy(out + (mark - text), mark + 2);
}

static void show(const yaml_case *c) {
  for (int i = 0; i < c->count; i++) {
    const told *t = &c->told[i];
    print_message("  %s:%u:%u %s: %s\n    %s\n    help: %s\n", t->file, t->line, t->column, t->code,
                  t->message, t->excerpt, t->help);
  }
}

static void expect_told(const yaml_case *c, const wrong *w, uint32_t line, uint32_t column,
                        const char *plain) {
  const told *t = &c->told[0];
  const char *start = plain;
  for (uint32_t l = 1; l < line; l++) {
    start = strchr(start, '\n') + 1;
  }
  bool ok = c->count == 1 && strcmp(t->code, w->code) == 0 && t->line == line &&
            t->column == column && (strstr(t->message, w->words) || strstr(t->help, w->words)) &&
            strlen(t->excerpt) == strcspn(start, "\n") &&
            strncmp(t->excerpt, start, strlen(t->excerpt)) == 0 && strcmp(t->file, c->path) == 0;
  if (!ok) {
    print_message("expected one %s at %u:%u with '%s', but got:\n", w->code, line, column,
                  w->words);
    show(c);
    print_message("of\n%s\n", w->text);
  }
  assert_true(ok);
}

static void expect(const wrong *w) {
  char text[4096];
  uint32_t line, column;
  yaml_case c;
  unmark(w->text, text, sizeof text, &line, &column);
  y_open(&c);
  y_npy(&c, "three.npy", "(3,)", (const double[]){1, 2, 3}, 3);
  y_text(&c, "bad.npy", "no array");
  y_run(&c, text, NULL);
  expect_told(&c, w, line, column, text);
  y_close(&c);
}

#define CASES(name, ...)                                                                           \
  static void name(void **state) {                                                                 \
    (void)state;                                                                                   \
    const wrong list[] = {__VA_ARGS__};                                                            \
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {                                      \
      expect(&list[i]);                                                                            \
    }                                                                                              \
  }

CASES(texts, {"PHS0701", "indentation", HEAD "populations:\n  a: {size: 4\n@@"},
      {"PHS0701", "spaces", HEAD "populations:\n@@\ta: 1\n"},
      {"PHS0702", "0x07 is a control character", HEAD "network: a@@\x07\n"},
      {"PHS0702", "0xff is not UTF-8", HEAD "# caf\xc3\xa9 @@\xff\n"},
      {"PHS0702", "line separator", HEAD "# @@\xe2\x80\xa8\n"},
      {"PHS0702", "NUL", HEAD "network: @@\"a\\0b\"\n"},
      {"PHS0703", "64 deep",
       HEAD "constants: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[@@[1]]]]\n"},
      {"PHS0704", "first in line 1",
       "phasor: 1\ndt: 0.1 ms\n@@phasor: 1\npopulations: {a: {size: 1, model: if}}\n"},
      {"PHS0705", "second document", NET "@@--- \nphasor: 1\n"},
      {"PHS0706", "no anchor '&x'", HEAD "populations: {a: @@*x}\n"},
      {"PHS0706", "inside", HEAD "populations: &p {a: @@*p}\n"},
      {"PHS0707", "!thing", HEAD "populations: @@!thing {a: {size: 1, model: if}}\n"},
      {"PHS0710", "mapping", HEAD "populations:\n  a: {<<: [@@1, 2]}\n"}, )

CASES(keys, {"PHS0708", "did you mean 'populations'?", NET "@@popluations: {}\n"},
      {"PHS0708", "did you mean 'model'?",
       HEAD "populations:\n  a: {size: 1, model: if, @@modle: if}\n"},
      {"PHS0709", "'model'", HEAD "populations:\n  a: @@{size: 1}\n"},
      {"PHS0709", "size", HEAD "populations:\n  a: @@{model: if}\n"},
      {"PHS0709", "one of the keys", NET "  c: {size: 1, model: if}\nlayers:\n  l: @@{from: a}\n"},
      {"PHS0709", "dt: 0.1 ms", "@@phasor: 1\npopulations: {a: {size: 1, model: if}}\n"},
      {"PHS0709", "'weight'", NET "projections:\n- @@{from: src, to: a, rule: one_to_one}\n"},
      {"PHS0709", "'tau'", HEAD "populations:\n  a: @@{size: 1, model: lif}\n"},
      {"PHS0710", "true or false",
       NET "projections:\n- {from: src, to: a, rule: one_to_one, weight: 1, autapses: @@1}\n"},
      {"PHS0710", "a list", HEAD "populations: @@[1]\n"},
      {"PHS0709", "'model'", HEAD "populations:\n  a:@@\n  b: {size: 1, model: if}\n"},
      {"PHS0710", "mapping", HEAD "populations:\n  a: @@12\n"},
      {"PHS0711", "did you mean 'store'?",
       NET "projections:\n- {from: src, to: a, rule: one_to_one, weight: 1, synapses: @@stored}\n"},
      {"PHS0711", "there is no rule",
       NET "projections:\n- {from: src, to: a, rule: @@onetoone, weight: 1}\n"},
      {"PHS0711", "euler, exact", NET "conventions: {integrator: @@rk4}\n"},
      {"PHS0711", "did you mean 'snntorch'?", NET "conventions: {preset: @@snntorhc}\n"},
      {"PHS0708", "did you mean 'integrator'?", NET "conventions: {@@integrater: euler}\n"}, )

/* What is misspelt is not also missing. */
CASES(misspelt, {"PHS0708", "'model'", HEAD "populations:\n  a: {size: 1, @@modle: if}\n"},
      {"PHS0708", "'poisson'", HEAD "inputs:\n  s: {@@poison: {rate: 8 Hz, size: 4}}\n"},
      {"PHS0708", "'fixed_indegree'",
       NET "projections:\n- {from: src, to: a, rule: {@@fixed_indegre: 5}, weight: 1}\n"},
      {"PHS0708", "known keys: uniform",
       NET "projections:\n- {from: src, to: a, rule: one_to_one, weight: {@@gauss: [0, 1]}}\n"},
      {"PHS0708", "'populations'",
       HEAD "@@population: {a: {size: 1, model: if}}\noutputs: [a]\nrecord: [{node: a, variable: "
            "spikes}]\n"},
      {"PHS0708", "'constants'",
       HEAD "@@constant: {N: 3}\npopulations: {a: {size: \"= N\", model: if}}\n"},
      {"PHS0708", "'dt'", "phasor: 1\n@@dtt: 1 ms\npopulations: {a: {size: 1, model: if}}\n"},
      {"PHS0725", "No such file", HEAD "include: [@@none.yaml]\noutputs: [a]\n"},
      {"PHS0708", "a blank", HEAD "populations:\n  a: {@@size:3, model: if}\n"}, )

CASES(contradictions,
      {"PHS0712", "'size' or 'shape'",
       HEAD "populations:\n  a: {size: 4, shape: @@[2, 2], model: if}\n"},
      {"PHS0712", "either 'uniform' or 'normal'",
       NET "projections:\n- {from: src, to: a, rule: one_to_one, weight: {uniform: [0, 1], normal: "
           "@@[0, 1]}}\n"},
      {"PHS0712", "clipped or drawn again",
       NET "projections:\n- {from: src, to: a, rule: one_to_one, weight: {normal: [0, 1], clip: "
           "[0, 1], redraw: @@[0, 1]}}\n"},
      {"PHS0712", "gives the weights",
       NET "projections:\n- {from: src, to: a, rule: {list: [[0, 1, 0.5]]}, weight: @@2}\n"},
      {"PHS0712", "nothing but autapses",
       NET "projections:\n- {from: a, to: a, rule: @@one_to_one, autapses: false, weight: 1}\n"},
      {"PHS0712", "together with 'to'",
       HEAD "inputs:\n  s: {poisson: {rate: 8 Hz, size: 4}, weight: @@1}\n"},
      {"PHS0712", "no 'to'",
       HEAD
       "inputs:\n  x: {external: {size: 4}, to: @@a}\npopulations:\n  a: {size: 4, model: if}\n"},
      {"PHS0712", "size of the population",
       HEAD "inputs:\n  x: {poisson: {rate: 8 Hz, size: @@4}, to: a, weight: 1}\npopulations:\n  "
            "a: {size: 4, model: if}\n"},
      {"PHS0712", "its own 'to'",
       HEAD "inputs:\n  x: {poisson: {rate: 8 Hz}, to: a, weight: 1}\npopulations:\n  a: {size: 4, "
            "model: if}\nprojections:\n- {from: @@x, to: a, rule: all_to_all, weight: 1}\n"},
      {"PHS0712", "without weight",
       HEAD
       "inputs:\n  x: {current: 3, to: a, weight: @@1}\npopulations:\n  a: {size: 4, model: if}\n"},
      {"PHS0712", "'steps' do not go",
       HEAD "inputs:\n  x: {current: {value: 3, steps: @@[[0 ms, 1]], size: 1}}\n"},
      {"PHS0712", "start at 0",
       HEAD "populations:\n  a: {size: 4, model: if, initial: @@{v: 1}}\n"},
      {"PHS0712", "no one meaning",
       HEAD "inputs: {x: {external: {shape: [1, 3, 3]}}}\nlayers:\n  l: {from: x, conv2d: "
            "{channels: 1, kernel: 3, stride: 2, padding: @@same, weights: 1}}\n"}, )

CASES(names, {"PHS0713", "'2a'", HEAD "populations:\n  @@2a: {size: 1, model: if}\n"},
      {"PHS0713", "difference",
       HEAD "constants:\n  @@a-b: 1\npopulations:\n  c: {size: 1, model: if}\n"},
      {"PHS0714", "taken already",
       HEAD "inputs:\n  a: {external: {size: 1}}\npopulations:\n  @@a: {size: 1, model: if}\n"},
      {"PHS0714", "taken already",
       NET "projections:\n- {name: @@a, from: src, to: a, rule: one_to_one, weight: 1}\n"},
      {"PHS0715", "did you mean 'src'?",
       NET "projections:\n- {from: @@scr, to: a, rule: one_to_one, weight: 1}\n"},
      {"PHS0715", "did you mean 'iaf_psc_exp'?",
       HEAD "populations:\n  a: {size: 1, model: @@iaf_psc_xep}\n"},
      {"PHS0715", "did you mean 'tau_m'?",
       HEAD "populations:\n  a: {size: 1, model: iaf_psc_exp, parameters: {@@tau_n: 1 ms}}\n"},
      {"PHS0715", "did you mean 'V_m'?",
       HEAD "populations:\n  a: {size: 1, model: iaf_psc_exp, initial: {@@V_n: 1 mV}}\n"},
      {"PHS0715", "did you mean 'inh'?",
       NET "projections:\n- {from: src, to: b, receptor: @@ihn, rule: all_to_all, weight: 1 pA}\n"},
      {"PHS0715", "did you mean 'scale'?",
       HEAD "constants: {scale: 2}\npopulations:\n  a: {size: \"= 3 * @@scael\", model: if}\n"},
      {"PHS0715", "did you mean 'spikes'?", NET "record:\n- {node: a, variable: @@spike}\n"},
      {"PHS0715", "to record", NET "record:\n- {node: @@zz, variable: spikes}\n"},
      {"PHS0715", "sub-network", NET "instances: {left: @@column}\n"},
      {"PHS0715", "no port 'out'",
       NET "networks:\n  n: {populations: {p: {size: 4, model: if}}, ports: {in: p}}\ninstances: "
           "{left: n}\nprojections:\n- {from: a, to: left.@@out, rule: one_to_one, weight: 1}\n"},
      {"PHS0715", "no constant 'K'",
       NET "networks:\n  n: {constants: {J: 1}, populations: {p: {size: 4, model: "
           "if}}}\ninstances: {left: {network: n, constants: {@@K: 2}}}\n"}, )

CASES(quantities,
      {"PHS0716", "",
       HEAD "populations:\n  a: {size: 1, model: lif, parameters: {tau: 20 @@mx}}\n"},
      {"PHS0716", "", HEAD "populations:\n  a: {size: \"= 2 +@@\", model: if}\n"},
      {"PHS0716", "= N", HEAD "constants: {N: 3}\npopulations:\n  a: {size: @@N, model: if}\n"},
      {"PHS0717", "'20 ms'",
       HEAD "populations:\n  a: {size: 1, model: lif, parameters: {tau: @@20}}\n"},
      {"PHS0717", "'0.1 ms'", "phasor: 1\ndt: @@0.1\npopulations:\n  a: {size: 1, model: if}\n"},
      {"PHS0717", "'8 Hz'", HEAD "inputs:\n  s: {poisson: {rate: @@8, size: 4}}\n"},
      {"PHS0717", "pA", NET "projections:\n- {from: src, to: b, rule: all_to_all, weight: @@1}\n"},
      {"PHS0717", "{file: three.npy, unit:",
       HEAD "populations:\n  a: {size: 3, model: lif, parameters: {tau: @@three.npy}}\n"},
      {"PHS0717", "file: spikes.csv",
       HEAD "inputs:\n  s: {spikes: {times: @@spikes.csv, size: 3}}\n"},
      {"PHS0718", "time is needed",
       HEAD "populations:\n  a: {size: 1, model: lif, parameters: {tau: @@20 mV}}\n"},
      {"PHS0718", "without a unit",
       NET "projections:\n- {from: src, to: a, rule: all_to_all, weight: @@1 mV}\n"},
      {"PHS0718", "current is needed",
       NET "projections:\n- {from: src, to: b, rule: all_to_all, weight: @@1 mV}\n"},
      {"PHS0718", "current is needed",
       NET "  c: {size: 1, model: iaf_psc_exp}\nlayers: {}\n"
           "seed: 1\nconstants: {J: 1 mV}\nprojections:\n- {from: src, to: b, rule: all_to_all, "
           "weight: @@\"= 2 * J\"}\n"}, )

CASES(ranges,
      {"PHS0719", "at most 1",
       NET "projections:\n- {from: src, to: a, rule: {fixed_probability: @@1.5}, weight: 1}\n"},
      {"PHS0719", "whole number", HEAD "populations:\n  a: {size: @@2.5, model: if}\n"},
      {"PHS0719", "from 1 to", HEAD "populations:\n  a: {size: @@0, model: if}\n"},
      {"PHS0719", "above 0",
       HEAD "populations:\n  a: {size: 1, model: lif, parameters: {tau: @@0 ms}}\n"},
      {"PHS0719", "at least one step",
       NET "projections:\n- {from: src, to: a, rule: all_to_all, weight: 1, delay: @@0 ms}\n"},
      {"PHS0719", "65535",
       NET "projections:\n- {from: src, to: a, rule: all_to_all, weight: 1, delay: @@10 s}\n"},
      {"PHS0719", "within the bounds",
       NET "projections:\n- {from: src, to: a, rule: all_to_all, weight: {normal: [0, 1], redraw: "
           "@@[9, 10]}}\n"},
      {"PHS0719", "swap them",
       NET "projections:\n- {from: src, to: a, rule: all_to_all, weight: {uniform: @@[2, 1]}}\n"},
      {"PHS0719", "standard deviation",
       NET "projections:\n- {from: src, to: a, rule: all_to_all, weight: {normal: [2, @@-1]}}\n"},
      {"PHS0719", "median",
       NET
       "projections:\n- {from: src, to: a, rule: all_to_all, weight: {lognormal: [@@-2, 1]}}\n"},
      {"PHS0719", "spikes a step", HEAD "inputs:\n  s: {poisson: {rate: @@-8 Hz, size: 4}}\n"},
      {"PHS0719", "sort the steps",
       HEAD "inputs:\n  s: {current: {steps: [[1 ms, 2], @@[1 ms, 3]], size: 1}}\n"},
      {"PHS0719", "reads format 1", "phasor: @@2\nnothing: known\n"},
      {"PHS0720", "take 1.5 ms or 1.6 ms",
       NET "projections:\n- {from: src, to: a, rule: all_to_all, weight: 1, delay: @@1.55 ms}\n"},
      {"PHS0720", "take 0.1 ms",
       NET "projections:\n- {from: src, to: a, rule: all_to_all, weight: 1, delay: @@0.05 ms}\n"},
      {"PHS0720", "'duration'", NET "duration: @@0.25 ms\n"},
      {"PHS0720", "'start'",
       HEAD "inputs:\n  s: {poisson: {rate: 8 Hz, size: 4, start: @@0.33 ms}}\n"},
      {"PHS0721", "3 values, but 4",
       HEAD "populations:\n  a: {size: 4, model: if, parameters: {r: @@[1, 2, 3]}}\n"},
      {"PHS0721", "3 values, but 4",
       HEAD "populations:\n  a: {size: 4, model: if, parameters: {r: @@three.npy}}\n"},
      {"PHS0721", "2 lists, but the input has 3",
       HEAD "inputs:\n  s: {spikes: {times: @@[[1 ms], [2 ms]], size: 3}}\n"},
      {"PHS0721", "one length for each",
       HEAD "populations:\n  a: {shape: [2, 2], grid: {extent: @@[1 mm]}, model: if}\n"}, )

CASES(
    structure,
    {"PHS0722", "[4]",
     HEAD
     "inputs: {x: {external: {size: 4}}}\npopulations:\n  a: {size: 3, model: if, input: @@x}\n"},
    {"PHS0722", "flatten",
     HEAD "inputs: {x: {external: {shape: [2, 2]}}}\nlayers:\n  l: {from: x, dense: @@{units: 2, "
          "weights: 1}}\n"},
    {"PHS0722", "[2, 4] is needed",
     HEAD "inputs: {x: {external: {size: 4}}}\nlayers:\n  l: {from: x, dense: {units: 2, weights: "
          "@@[[1, 2], [3, 4]]}}\n"},
    {"PHS0722", "kernel",
     HEAD "inputs: {x: {external: {shape: [1, 3, 3]}}}\nlayers:\n  l: {from: x, conv2d: "
          "@@{channels: 1, kernel: 4, weights: 1}}\n"},
    {"PHS0722", "cannot be summed",
     HEAD "inputs: {x: {external: {size: 4}}, y: {external: {size: 5}}}\nlayers:\n  l: {from: [x, "
          "@@y], scale: {factor: 2}}\n"},
    {"PHS0723", "defined by itself",
     HEAD "constants:\n  a: @@\"= b\"\n  b: \"= a\"\npopulations:\n  c: {size: 1, model: if}\n"},
    {"PHS0723", "no delay",
     HEAD
     "populations:\n  @@a: {size: 4, model: if, input: b}\n  b: {size: 4, model: if, input: a}\n"},
    {"PHS0723", "follows from itself",
     HEAD "layers:\n  a: {from: b, scale: {factor: 1}}\n  b: {from: @@a, scale: {factor: 1}}\n"},
    {"PHS0728", "equal sizes",
     NET "projections:\n- {from: src, to: b, rule: @@one_to_one, weight: 1 pA}\n"},
    {"PHS0715", "'col'",
     NET "networks:\n  col: {populations: {e: {size: 1, model: if}}, ports: {in: e}}\n"
         "instances: {r: @@coll}\n"
         "projections:\n- {from: src, to: r.in, rule: all_to_all, weight: 1}\n"},
    {"PHS0728", "no grid",
     NET "projections:\n- {from: src, to: a, rule: {distance: @@{gaussian: 1 um}}, weight: 1}\n"},
    {"PHS0728", "5 synapses do not fit",
     NET "projections:\n- {from: src, to: a, rule: {fixed_indegree: @@5}, multapses: false, "
         "weight: 1}\n"},
    {"PHS0729", "do not spike",
     HEAD "inputs:\n  s: {poisson: {rate: 8 Hz, size: 1}}\npopulations:\n  p: {size: 1, model: "
          "i}\nprojections:\n- {from: s, to: p, rule: all_to_all, weight: 0, plasticity: @@{stdp: "
          "{tau_plus: 20 ms, tau_minus: 20 ms, A_plus: 0.01, A_minus: 0.01, w_max: 1}}}\n"},
    {"PHS0729", "2 pA, but they are to stay from w_min = 0 pA to w_max = 1 pA",
     NET "projections:\n- {from: src, to: b, rule: all_to_all, weight: @@2 pA, plasticity: {stdp: "
         "{tau_plus: 20 ms, tau_minus: 20 ms, A_plus: 0.01, A_minus: 0.01, w_max: 1 pA}}}\n"},
    {"PHS0730", "nothing in it", "@@phasor: 1\ndt: 1 ms\n"}, )

CASES(files,
      {"PHS0725", "No such file",
       HEAD "populations:\n  a: {size: 4, model: if, parameters: {r: @@none.npy}}\n"},
      {"PHS0725", "No such file",
       HEAD "include: [@@none.yaml]\npopulations:\n  a: {size: 4, model: if}\n"},
      {"PHS0726", "not a .npy file",
       HEAD "populations:\n  a: {size: 4, model: if, parameters: {r: @@bad.npy}}\n"},
      {"PHS0726", "PATH",
       HEAD "populations:\n  a: {size: 4, model: if, parameters: {r: @@data.h5}}\n"},
      {"PHS0726", "source 4",
       NET "projections:\n- {from: src, to: a, rule: {list: [[@@4, 0]]}, weight: 1}\n"},
      {"PHS0724", "part of the model already",
       HEAD "include: [@@model.yaml]\npopulations:\n  a: {size: 4, model: if}\n"}, )

static void settings_of_the_command_line(void **state) {
  (void)state;
  yaml_case c;
  const phs_setting set = {"scael", "2"};
  const phs_yaml_options o = {.set = &set, .set_count = 1};
  y_open(&c);
  y_run(&c, HEAD "constants: {scale: 1}\npopulations: {a: {size: \"= scale\", model: if}}\n", &o);
  assert_int_equal(c.status, PHASOR_ERROR_USAGE);
  assert_int_equal(c.count, 1);
  assert_string_equal(c.told[0].code, "PHS0727");
  assert_string_equal(c.told[0].help, "did you mean 'scale'?");
  assert_string_equal(c.told[0].excerpt, "scael=2");
  y_close(&c);
}

static void empty_file(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_run(&c, "# nothing\n", NULL);
  assert_int_equal(c.count, 1);
  assert_string_equal(c.told[0].code, "PHS0705");
  y_close(&c);
}

static void several_errors_in_one_run(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_run(&c,
        HEAD "populations:\n"
             "  a: {size: 0, model: if}\n"
             "  b: {size: 1, model: lif, parameters: {tau: 20}}\n"
             "  c: {size: 1, modle: if}\n"
             "projections:\n"
             "  - {from: d, to: e, rule: one_to_one, weight: 1}\n",
        NULL);
  static const struct {
    const char *code;
    uint32_t line;
  } want[] = {{"PHS0719", 4}, {"PHS0708", 6}, {"PHS0717", 5}, {"PHS0715", 8}, {"PHS0715", 8}};
  show(&c);
  assert_int_equal(c.count, 5);
  for (int i = 0; i < 5; i++) {
    assert_string_equal(c.told[i].code, want[i].code);
    assert_int_equal(c.told[i].line, want[i].line);
  }
  y_close(&c);
}

/* At most 20 errors are told, however many there are. */
static void no_flood(void **state) {
  (void)state;
  yaml_case c;
  char text[4096] = HEAD "populations:\n";
  for (int i = 0; i < 100; i++) {
    snprintf(text + strlen(text), sizeof text - strlen(text), "  p%d: {size: 0, model: if}\n", i);
  }
  y_open(&c);
  y_run(&c, text, NULL);
  assert_int_equal(c.count, 20);
  y_close(&c);
}

/* An alias of an alias of ...: 2^40 values, written out. */
static void alias_bomb(void **state) {
  (void)state;
  yaml_case c;
  char text[4096] = HEAD "constants:\n  a0: &a0 [1, 1]\n";
  for (int i = 1; i < 40; i++) {
    snprintf(text + strlen(text), sizeof text - strlen(text), "  a%d: &a%d [*a%d, *a%d]\n", i, i,
             i - 1, i - 1);
  }
  y_open(&c);
  y_run(&c, text, NULL);
  assert_int_equal(c.count, 1);
  assert_string_equal(c.told[0].code, "PHS0703");
  assert_non_null(strstr(c.told[0].message, "aliases"));
  y_close(&c);
}

/* Sub-networks that use each other ten times over, eight deep. */
static void instance_bomb(void **state) {
  (void)state;
  yaml_case c;
  char text[4096] = HEAD "networks:\n  n0: {populations: {a: {size: 1, model: if}}}\n";
  for (int i = 1; i < 9; i++) {
    snprintf(text + strlen(text), sizeof text - strlen(text), "  n%d: {instances: {", i);
    for (int k = 0; k < 10; k++) {
      snprintf(text + strlen(text), sizeof text - strlen(text), "i%d: n%d, ", k, i - 1);
    }
    strcat(text, "}}\n");
  }
  strcat(text, "instances: {all: n8}\n");
  y_open(&c);
  y_run(&c, text, NULL);
  assert_true(c.count >= 1 && c.count <= 20);
  assert_string_equal(c.told[0].code, "PHS0703");
  assert_non_null(strstr(c.told[0].message, "16384 instances"));
  y_close(&c);
}

/* One error in a sub-network is told once, however often that is used. */
static void once_for_all_instances(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_run(&c,
        HEAD "networks: {n: {populations: {a: {size: 0, model: if}}, ports: {in: b}}}\n"
             "instances: {x: n, y: n, z: n}\n",
        NULL);
  show(&c);
  assert_int_equal(c.count, 2);
  assert_string_equal(c.told[0].code, "PHS0719");
  assert_string_equal(c.told[1].code, "PHS0715");
  y_close(&c);
}

/* Places in included files, and in texts of several lines. */
static void places(void **state) {
  (void)state;
  yaml_case c;
  y_open(&c);
  y_text(&c, "part.yaml", "phasor: 1\npopulations:\n  a: {size: 0, model: if}\n");
  y_run(&c, HEAD "include: [part.yaml]\n", NULL);
  assert_int_equal(c.count, 1);
  char path[192];
  snprintf(path, sizeof path, "%s/part.yaml", c.folder);
  assert_string_equal(c.told[0].file, path);
  assert_int_equal(c.told[0].line, 3);
  assert_int_equal(c.told[0].column, 13);
  y_close(&c);
  y_open(&c);
  y_run(&c,
        HEAD "models:\n"
             "  m:\n"
             "    parameters: {tau: 20 ms}\n"
             "    equations: |\n"
             "      # a comment\n"
             "      dv/dt = -v / tau2 : mV\n"
             "populations: {a: {size: 1, model: m}}\n",
        NULL);
  show(&c);
  assert_int_equal(c.count, 1);
  assert_int_equal(c.told[0].line, 8);
  assert_int_equal(c.told[0].column, 20);
  assert_string_equal(c.told[0].excerpt, "      dv/dt = -v / tau2 : mV");
  y_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts),         cmocka_unit_test(keys),
      cmocka_unit_test(misspelt),      cmocka_unit_test(contradictions),
      cmocka_unit_test(names),         cmocka_unit_test(quantities),
      cmocka_unit_test(ranges),        cmocka_unit_test(structure),
      cmocka_unit_test(files),         cmocka_unit_test(settings_of_the_command_line),
      cmocka_unit_test(empty_file),    cmocka_unit_test(several_errors_in_one_run),
      cmocka_unit_test(no_flood),      cmocka_unit_test(alias_bomb),
      cmocka_unit_test(instance_bomb), cmocka_unit_test(once_for_all_instances),
      cmocka_unit_test(places),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
