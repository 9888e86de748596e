/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The text report. Every number of the small map can be found with a pencil: see small.h. */
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../decimal_comma.h"
#include "page.h"

/* Traffic: core 0 sends 4 x 0.25 = 1 message a step to core 1 (one link: 2 hops), core 1 sends 0.5
 * back: 3 spike-hops, 1.5 messages over links at 3 pJ each. Inputs send 5 messages to two cores. */
static const char golden[] =
    "model     : small\n"
    "machine   : loihi1: Loihi 1, one chip\n"
    "mode      : good\n"
    "in use    : 2 of 128 cores (1.6 %), 2 of 32 tiles (6.2 %), 1 of 1 chip (100.0 %)\n"
    "fullest   : synapse formats of core 0: 2 of 8 (25.0 %)\n"
    "network   : 6 neurons in 2 populations, 66 synapses in 2 projections\n"
    "memory    : 66 synapses in 1,056 bits (16 bits each), 3 slices\n"
    "traffic   : 1.5 messages a step, 1.5 deliveries to other cores, 10 from outside\n"
    "hops      : 3 spike-hops a step (2 a delivery)\n"
    "links     : 1.5 messages a step times links, 0 of them over borders; 2 links in use\n"
    "worst link: 1 messages a step, tile 0,0 to the east (the mean is 0.75)\n"
    "tables    : none: each message carries its destination\n"
    "energy    : 4.5 pJ a step for links\n"
    "unknown   : what a chip holds (nothing is limited): embedded processors\n"
    "note      : a note\n"
    "\n"
    "Capacities, over the parts in use\n"
    "part  capacity                    limit  in all  mean  median  90 %  99 %  most  of limit  "
    "fullest\n"
    "core  neurons                     1,024       6     3       2     4     4     4     0.4 %  "
    "core 0\n"
    "core  synapses                        -      66    33      22    44    44    44         -  "
    "core 0\n"
    "core  bits of synapse memory  1,048,576   1,056   528     352   704   704   704     0.1 %  "
    "core 0\n"
    "core  synapse formats                 8       4     2       2     2     2     2    25.0 %  "
    "core 0\n"
    "core  input axons                 4,096      32    16      16    16    16    16     0.4 %  "
    "core 0\n"
    "core  output axons                4,096      12     6       4     8     8     8     0.2 %  "
    "core 0\n"
    "\n"
    "Cores\n"
    "core  place  neurons  synapses           bits  axons in  axons out  slices    full  by        "
    "       populations\n"
    "   0  0,0.0  4/1,024        44  704/1,048,576  16/4,096    8/4,096       1  25.0 %  synapse "
    "formats  a&b\n"
    "   1  1,0.0  2/1,024        22  352/1,048,576  16/4,096    4/4,096       1  25.0 %  synapse "
    "formats  a&b\n"
    "\n"
    "Populations; messages a step\n"
    "population  kind     neurons  cores  slices  partial  synapses onto   bits  messages  "
    "deliveries  own core\n"
    "in          input         10      0       1        0              0      0         5          "
    "10         0\n"
    "a&b         neurons        6      2       2        0             66  1,056       1.5         "
    "1.5       1.5\n"
    "\n"
    "Projections\n"
    "projection  from  to   wiring  synapses  stored  bits  bits each  format  slices  axons\n"
    "forward     in    a&b  window        60      60   960         16  dense        2      6\n"
    "back        a&b   a&b  window         6       6    96         16  index        2      6\n"
    "\n"
    "Links with the most messages\n"
    "from  direction  to   border of  messages a step  of the worst\n"
    "0,0   east       1,0  -                        1       100.0 %\n"
    "1,0   west       0,0  -                      0.5        50.0 %\n";

static void test_golden(void **state) {
  (void)state;
  made_case m = {0};
  small_map(&m, NULL);
  phs_map_note(m.map, "a note");
  phs_buf b = report_of(m.map, PHS_REPORT_TEXT);
  assert_string_equal(b.data, golden);
  phs_buf_free(&b);
  made_free(&m);
}

static void test_decimal_comma(void **state) {
  (void)state;
  made_case m = {0};
  small_map(&m, NULL);
  phs_buf plain[PHS_REPORT_FORMS];
  for (int f = 0; f < PHS_REPORT_FORMS; f++) {
    plain[f] = report_of(m.map, (phs_report_form)f);
  }
  if (set_decimal_comma()) {
    for (int f = 0; f < PHS_REPORT_FORMS; f++) {
      phs_buf b = report_of(m.map, (phs_report_form)f);
      assert_string_equal(b.data, plain[f].data);
      phs_buf_free(&b);
    }
    setlocale(LC_ALL, "C");
  }
  for (int f = 0; f < PHS_REPORT_FORMS; f++) {
    phs_buf_free(&plain[f]);
  }
  made_free(&m);
}

/* Names of models may hold anything: a name cannot make a line of its own, or move the cursor. */
static void test_names(void **state) {
  (void)state;
  made_case m = {0};
  small_map(&m, NULL);
  m.work->name = "x\nfullest   : nothing\x1b[2J";
  m.work->population[1].name = "a\tb\r\xff";
  phs_map_note(m.map, "one\ntwo");
  phs_buf b = report_of(m.map, PHS_REPORT_TEXT);
  assert_non_null(strstr(b.data, "model     : x\\x0afullest   : nothing\\x1b[2J\n"));
  assert_non_null(strstr(b.data, "\na\\x09b\\x0d\\xff  neurons "));
  assert_non_null(strstr(b.data, "note      : one\\x0atwo\n"));
  for (const char *s = b.data; *s; s++) {
    assert_true((unsigned char)*s >= 0x20 || *s == '\n');
  }
  phs_buf_free(&b);
  made_free(&m);
}

/* Of many cores the fullest are named: here those of the first population, by number. */
static void test_many_cores(void **state) {
  (void)state;
  made_case m = {0};
  made_load(&m, "truenorth");
  m.work = graph_begin();
  graph_population(m.work, PHS_POPULATION_NEURONS, 1, 1, 100, 0.1f);
  graph_population(m.work, PHS_POPULATION_NEURONS, 1, 1, 5000, 0.1f);
  graph_one_to_one(m.work, 1, 1);
  graph_end(m.work);
  made_map(&m, &(made_options){.per_core = 10, .fan = 1, .stride = 1});
  for (uint32_t c = 0; c < 10; c++) {
    phs_core_use(m.map, c)[PHS_CAPACITY_NEURONS] = 200 + c;
  }
  phs_buf b = report_of(m.map, PHS_REPORT_TEXT);
  const char *cores = strstr(b.data, "\nCores; the 100 fullest of 510\n");
  assert_non_null(cores);
  const char *row = strchr(strchr(cores + 1, '\n') + 1, '\n'); /* after the heading */
  for (unsigned i = 0; i < 10; i++) {
    unsigned core, x, neurons;
    assert_int_equal(sscanf(row, " %u %u,0 %u/256 ", &core, &x, &neurons), 3);
    assert_int_equal(core, 9 - i);
    assert_int_equal(x, 9 - i);
    assert_int_equal(neurons, 209 - i);
    row = strchr(row + 1, '\n');
  }
  phs_buf_free(&b);
  made_free(&m);
}

static void test_forms(void **state) {
  (void)state;
  phs_report_form form;
  assert_true(phs_report_form_of("a.txt", &form) && form == PHS_REPORT_TEXT);
  assert_true(phs_report_form_of("a/b.JSON", &form) && form == PHS_REPORT_JSON);
  assert_true(phs_report_form_of("b.html", &form) && form == PHS_REPORT_HTML);
  assert_true(phs_report_form_of("b.htm", &form) && form == PHS_REPORT_HTML);
  assert_false(phs_report_form_of(".html", &form));
  assert_false(phs_report_form_of("html", &form));
  assert_false(phs_report_form_of("a.xml", &form));
  assert_false(phs_report_form_of("", &form));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden), cmocka_unit_test(test_decimal_comma),
      cmocka_unit_test(test_names),  cmocka_unit_test(test_many_cores),
      cmocka_unit_test(test_forms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
