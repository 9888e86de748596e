/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Each mistake in a description is told at its place, with a remedy. */
#include "target_case.h"

static void open_case(target_case *c) {
  memset(c, 0, sizeof *c);
  snprintf(c->folder, sizeof c->folder, "/tmp/phasor-target-XXXXXX");
  assert_non_null(mkdtemp(c->folder));
  snprintf(c->path, sizeof c->path, "%.60s/target.yaml", c->folder);
}

static void close_case(const target_case *c) {
  unlink(c->path);
  assert_int_equal(rmdir(c->folder), 0);
}

/* Loads @p size bytes as a file. NULL after an error. */
static const phs_target_description *load(target_case *c, const char *text, size_t size) {
  const phs_target_description *d = NULL;
  phs_diag diag = {.fn = target_hear, .user = c};
  c->count = 0;
  FILE *f = fopen(c->path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(text, 1, size, f), size);
  assert_int_equal(fclose(f), 0);
  phasor_status status = phs_target_load(c->path, &diag, &d);
  assert_true((status == PHASOR_OK) == (d != NULL)); /* never silent, never both */
  assert_true(d || (c->count > 0 && diag.errors > 0));
  return d;
}

#define HEAD                                                                                       \
  "phasor-target: 1\n"                                                                             \
  "name: t\n"                                                                                      \
  "title: a test\n"                                                                                \
  "family: other\n"                                                                                \
  "sources: {a: {title: paper}}\n"
#define CORE "levels:\n  - {name: core, source: a, capacities: {neurons: 4}}\n"

static const char good[] =
    HEAD CORE "  - name: chip\n"
              "    source: a\n"
              "    count: 6\n"
              "    fabric: mesh\n"
              "    width: 3\n"
              "    height: {value: 2, note: rows}\n"
              "    links: {all: {energy: 2 pJ}, north_south: {energy: unknown, time: 3 ns}}\n"
              "formats: {source: a, delay_steps: [1, 16], weight_bits: [1, 8]}\n"
              "timing: {source: a, barrier: {level: chip, parts: [1, 6], time: [1 us, 1 us]}}\n";

static void values(void **state) {
  (void)state;
  target_case c;
  open_case(&c);
  const phs_target_description *d = load(&c, good, strlen(good));
  if (!d) {
    fail_msg("%u:%u %s", c.line, c.column, c.message);
  }
  const phs_target_level *chip = &d->level[1];
  assert_int_equal(c.count, 0);
  assert_true(chip->link[PHS_AXIS_EAST_WEST].energy.most == 2e6); /* aJ */
  assert_int_equal(chip->link[PHS_AXIS_EAST_WEST].time.state, PHS_FIGURE_ABSENT);
  assert_int_equal(chip->link[PHS_AXIS_NORTH_SOUTH].energy.state, PHS_FIGURE_UNKNOWN);
  assert_true(fabs(chip->link[PHS_AXIS_NORTH_SOUTH].time.most - 3e-6) < 1e-18); /* ms */
  assert_int_equal(chip->link[PHS_AXIS_DIAGONAL].energy.state, PHS_FIGURE_ABSENT);
  assert_string_equal(chip->height.note, "rows");
  assert_string_equal(chip->height.source->title, "paper");
  assert_int_equal(chip->height.line, 13);
  assert_int_equal(chip->height.column, 13);
  assert_int_equal(d->format[PHS_FORMAT_DELAY_STEPS].count, 2);
  double n;
  assert_true(phs_target_holds(d, 1, PHS_CAPACITY_NEURONS, &n) && n == 24);
  assert_false(phs_target_holds(d, 1, PHS_CAPACITY_SYNAPSES, &n));
  phs_target_free(d);
  close_case(&c);
}

typedef struct mistake {
  const char *code, *part; /**< of the message */
  const char *text;        /**< with an '@' before the place; without one it is the beginning */
} mistake;

static const mistake mistakes[] = {
    {"PHS0880", "'neurons' has no source",
     HEAD "levels:\n  - {name: core, capacities: {neurons: @4}}\n"},
    {"PHS0880", "'time' has no source",
     HEAD CORE "events: {neuron_update: {time: {value: @1 ns}}}\n"},
    {"PHS0881", "there is no source 'b'",
     HEAD "levels:\n  - {name: core, source: @b, capacities: {neurons: 4}}\n"},
    {"PHS0882", "is the first and has no parts",
     HEAD "levels:\n  - {name: core, source: a, count: @4}\n"},
    {"PHS0882", "needs a 'count'", HEAD CORE "  - @{name: chip, fabric: mesh}\n"},
    {"PHS0882", "needs a 'fabric'", HEAD CORE "  - @{name: chip, count: unknown}\n"},
    {"PHS0882", "two levels 'core'", HEAD CORE "  - @{name: core}\n"},
    {"PHS0882", "no level 'tile'",
     HEAD CORE "timing: {barrier: {level: @tile, parts: unknown, time: unknown}}\n"},
    {"PHS0883", "6 parts, but is 3 wide and 3 high",
     HEAD CORE "  - {name: chip, source: a, count: @6, fabric: mesh, width: 3, height: 3}\n"},
    {"PHS0883", "12 parts, but is 4 wide and 4 high", /* only hexagons lack corners */
     HEAD CORE "  - {name: chip, source: a, count: @12, fabric: mesh, width: 4, height: 4}\n"},
    {"PHS0883", "11 parts, but is 4 wide and 4 high", /* 5 is neither k (k + 1) nor k k */
     HEAD CORE
     "  - {name: chip, source: a, count: @11, fabric: hexagonal_mesh, width: 4, height: 4}\n"},
    {"PHS0883", "17 parts, but is 4 wide and 4 high",
     HEAD CORE
     "  - {name: chip, source: a, count: @17, fabric: hexagonal_mesh, width: 4, height: 4}\n"},
    {"PHS0883", "6 parts, of which 6 are reserved",
     HEAD CORE "  - {name: chip, source: a, count: 6, reserved: @6, fabric: local}\n"},
    {"PHS0884", "'delay_steps' takes a list of two numbers, not '5'",
     HEAD CORE "formats: {source: a, delay_steps: @5}\n"},
    {"PHS0884", "'delay_steps' has 3 values",
     HEAD CORE "formats: {source: a, delay_steps: @[1, 2, 3]}\n"},
    {"PHS0884", "do not ascend", HEAD CORE "formats: {source: a, weight_bits: [8, @8]}\n"},
    {"PHS0884", "takes one number, not a list",
     HEAD CORE "formats: {source: a, decay_bits: @[8]}\n"},
    {"PHS0884", "2 numbers of parts, but 1 times",
     HEAD CORE "  - {name: chip, count: unknown, fabric: local}\n"
               "timing: {source: a, barrier: {level: chip, parts: [1, 2], time: @[1 us]}}\n"},
    {"PHS0885", "no target 'loihi3' to extend",
     "phasor-target: 1\nname: t\ntitle: a test\nextends: @loihi3\n"},
    {"PHS0885", "more than 8 deep",
     "phasor-target: 1\nname: t\ntitle: a test\nextends: @target.yaml\n"},
    {"PHS0725", "cannot be read",
     "phasor-target: 1\nname: t\ntitle: a test\nextends: @none.yaml\n"},
    {"PHS0886", "no links of the kind 'diagonal'",
     HEAD CORE "  - {name: chip, count: unknown, fabric: mesh, links: {diagonal: @{}}}\n"},
    {"PHS0886", "no mesh or torus, but a 'width'",
     HEAD CORE "  - {name: chip, count: unknown, fabric: local, width: @unknown}\n"},
    {"PHS0708", "has no key 'neruons'",
     HEAD "levels:\n  - {name: core, source: a, capacities: {@neruons: 4}}\n"},
    {"PHS0709", "needs the key 'family'", "phasor-target: 1\nname: t\ntitle: a test\n"},
    {"PHS0709", "needs the key 'levels'", HEAD},
    {"PHS0718", "'time' is voltage", HEAD CORE "events: {source: a, draw: {time: @3 mV}}\n"},
    {"PHS0717", "'energy' has no unit", HEAD CORE "events: {source: a, draw: {energy: @3}}\n"},
    {"PHS0719", "'neurons' is -4",
     HEAD "levels:\n  - {name: core, source: a, capacities: {neurons: @-4}}\n"},
    {"PHS0719", "must be a whole number",
     HEAD "levels:\n  - {name: core, source: a, capacities: {neurons: @4.5}}\n"},
    {"PHS0719", "'count' is 0",
     HEAD CORE "  - {name: chip, source: a, count: @0, fabric: local}\n"},
    {"PHS0719", "'time' is -3 ns", HEAD CORE "events: {source: a, draw: {time: @-3 ns}}\n"},
    {"PHS0719", "of format 2", "phasor-target: @2\nname: t\ntitle: a test\nfamily: other\n"},
};

/* The text without its '@', whose line and column are returned. */
static char *take_place(const char *text, uint32_t *line, uint32_t *column) {
  char *copy = strdup(text), *at = copy ? strchr(copy, '@') : NULL;
  assert_non_null(copy);
  *line = *column = 1;
  for (const char *p = copy; at && p < at; p++) {
    *line += *p == '\n';
    *column = *p == '\n' ? 1 : *column + 1;
  }
  if (at) {
    memmove(at, at + 1, strlen(at));
  }
  return copy;
}

static void told_at_their_place(void **state) {
  (void)state;
  target_case c;
  int wrong = 0;
  open_case(&c);
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    const mistake *m = &mistakes[i];
    uint32_t line, column;
    char *text = take_place(m->text, &line, &column);
    const phs_target_description *d = load(&c, text, strlen(text));
    if (d || strcmp(c.code, m->code) != 0 || !strstr(c.message, m->part) || c.line != line ||
        c.column != column) {
      print_message("%s '%s' %u:%u, not %s:%u:%u %s\n", m->code, m->part, line, column, c.code,
                    c.line, c.column, c.message);
      wrong++;
    }
    phs_target_free(d);
    free(text);
  }
  close_case(&c);
  assert_int_equal(wrong, 0);
}

/* The examples of docs/format/target.md are what it says they are. */
static void documented(void **state) {
  (void)state;
  target_case c;
  int count = 0;
  open_case(&c);
  FILE *f = fopen(PHASOR_SOURCE_DIR "/docs/format/target.md", "rb");
  assert_non_null(f);
  char *text = calloc(1, 65536);
  assert_non_null(text);
  assert_true(fread(text, 1, 65535, f) < 65535);
  fclose(f);
  for (const char *at = text; (at = strstr(at, "```yaml\n")); count++) {
    at += strlen("```yaml\n");
    const phs_target_description *d = load(&c, at, (size_t)(strstr(at, "```") - at));
    if (!d) {
      fail_msg("example %d: %u:%u %s", count + 1, c.line, c.column, c.message);
    }
    const phs_figure *bits = &d->level[0].capacity[PHS_CAPACITY_SYNAPSE_BITS];
    assert_true(bits->most == (count == 0 ? 524288 : 1572864));
    assert_string_equal(bits->source->key, count == 0 ? "sheet" : "guess");
    phs_target_free(d);
  }
  assert_int_equal(count, 2);
  free(text);
  close_case(&c);
}

static void unknown_name(void **state) {
  (void)state;
  target_case c = {0};
  phs_diag diag = {.fn = target_hear, .user = &c};
  const phs_target_description *d = NULL;
  assert_int_equal(phs_target_load("loihi", &diag, &d), PHASOR_ERROR_USAGE);
  assert_string_equal(c.code, "PHS0510");
  assert_non_null(strstr(c.help, "loihi1"));
  assert_int_equal(phs_target_load("/nowhere/t.yaml", &diag, &d), PHASOR_ERROR_IO);
  assert_null(d);
}

/* Damaged files end in a diagnostic or a description, never in anything else. */
static void damaged(void **state) {
  (void)state;
  target_case c;
  open_case(&c);
  static const char bytes[] = {0, '\n', ' ', '{', '}', '[', ':', '-', '9', '"', '#', '&', '*', -1};
  const char *samples[] = {good, NULL, NULL};
  size_t size[3] = {strlen(good)};
  samples[1] = phs_shipped_target_text("loihi1", &size[1]);
  samples[2] = phs_shipped_target_text("spinnaker1-4chip", &size[2]);
  uint64_t x = 88172645463325252u; /* xorshift (Marsaglia 2003) */
  int refused = 0;
  for (int run = 0; run < 600; run++) {
    int s = run % 3;
    char *text = malloc(size[s]);
    assert_non_null(text);
    memcpy(text, samples[s], size[s]);
    for (int k = 0; k <= run % 4; k++) {
      x ^= x << 13, x ^= x >> 7, x ^= x << 17;
      text[x % size[s]] = bytes[(x >> 32) % sizeof bytes];
    }
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    size_t n = run % 5 == 0 ? x % size[s] : size[s]; /* cut, now and then */
    const phs_target_description *d = load(&c, text, n);
    if (d) {
      phs_buf b = {0};
      phs_target_print(d, &b);
      assert_false(b.failed);
      phs_buf_free(&b);
    }
    refused += !d;
    phs_target_free(d);
    free(text);
  }
  assert_true(refused > 200);
  close_case(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values),     cmocka_unit_test(told_at_their_place),
      cmocka_unit_test(documented), cmocka_unit_test(unknown_name),
      cmocka_unit_test(damaged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
