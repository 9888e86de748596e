/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The HTML report: check_page.py holds pages against what they promise. */
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "page.h"

static const char all_pictures[] = "core-map histograms link-map graph";

static void test_small(void **state) {
  (void)state;
  made_case m = {0};
  small_map(&m, NULL);
  phs_buf page = report_of(m.map, PHS_REPORT_HTML);
  check_page(&page, all_pictures);
  assert_non_null(strstr(page.data, "<title>core 1 at 1,0.0: 25.0 % full (synapse formats), 2 "
                                    "neurons</title>"));
  assert_non_null(strstr(page.data, "<title>tile 0,0: 1 to the east</title>"));
  assert_null(strstr(page.data, "id=\"router-map\""));
  phs_buf_free(&page);
  made_free(&m);
}

/* The same bytes again, from another map of the same, and for another number of threads: ids that
 * cairo counts over the process do not show. */
static void test_same_bytes(void **state) {
  (void)state;
  phs_buf page[3];
  for (int i = 0; i < 3; i++) {
    made_case m = {0};
    small_map(&m, NULL);
    m.map->options.jobs = i == 2 ? 8 : 1;
    page[i] = report_of(m.map, PHS_REPORT_HTML);
    made_free(&m);
  }
  assert_string_equal(page[0].data, page[1].data);
  assert_string_equal(page[0].data, page[2].data);
  for (int i = 0; i < 3; i++) {
    phs_buf_free(&page[i]);
  }
}

static void test_names(void **state) {
  (void)state;
  made_case m = {0};
  small_map(&m, NULL);
  m.work->name = "</title><script>alert(1)</script>";
  m.work->population[0].name = "\"><img src=x onerror='y'>";
  m.work->population[1].name =
      "\x01\x1b[2J \xff & \xef\xbf\xbe a name that is much longer than it can be shown";
  m.work->projection[0].name = NULL;
  phs_map_note(m.map, "<b>&amp;</b>");
  phs_buf page = report_of(m.map, PHS_REPORT_HTML);
  check_page(&page, all_pictures);
  assert_null(strstr(page.data, "<script>alert"));
  assert_null(strstr(page.data, "<img"));
  assert_null(strstr(page.data, "<b>"));
  assert_non_null(strstr(page.data, "&lt;b&gt;&amp;amp;&lt;/b&gt;"));
  assert_non_null(strstr(page.data, "&quot;&gt;&lt;img src=x onerror=&#39;y&#39;&gt;"));
  phs_buf_free(&page);
  made_free(&m);
}

/* A network of nothing, one without connections, one core, no places, no routes. */
static void test_little(void **state) {
  (void)state;
  for (int kind = 0; kind < 6; kind++) {
    made_case m = {0};
    made_options o = {
        .per_core = 100, .fan = 1, .stride = 1, .unplaced = kind == 3, .unrouted = kind == 4};
    made_load(&m, kind == 5 ? "cpu" : "loihi1");
    m.work = graph_begin();
    m.work->name = kind == 0 ? NULL : "little";
    if (kind > 0) {
      graph_population(m.work, PHS_POPULATION_NEURONS, 1, 1, 10, 0.1f);
    }
    if (kind > 1) {
      graph_dense(m.work, 0, 0);
    }
    graph_end(m.work);
    if (kind == 0) {
      m.map = graph_need(phs_map_create(m.work, m.machine, &(phs_map_options){.jobs = 1}));
    } else {
      made_map(&m, &o);
    }
    for (int f = 0; f < PHS_REPORT_FORMS; f++) {
      phs_buf b = report_of(m.map, (phs_report_form)f);
      if (f == PHS_REPORT_HTML) {
        check_page(&b, kind == 0 ? "" : "core-map graph");
      }
      phs_buf_free(&b);
    }
    made_free(&m);
  }
}

/* Values that are no numbers appear nowhere. */
static void test_not_finite(void **state) {
  (void)state;
  made_case m = {0};
  small_map(&m, NULL);
  phs_core_use(m.map, 0)[PHS_CAPACITY_NEURONS] = NAN;
  phs_core_use(m.map, 0)[PHS_CAPACITY_AXONS_IN] = INFINITY;
  phs_core_use(m.map, 1)[PHS_CAPACITY_SYNAPSE_BITS] = -1;
  m.map->traffic = (phs_traffic){NAN, INFINITY, -INFINITY, NAN, NAN};
  m.map->flows.rate[0] = NAN;
  m.map->routing.load[0] = INFINITY;
  m.map->routing.load[6] = NAN;
  m.map->routing.links = m.map->routing.worst_load = NAN;
  m.work->projection[0].synapses = NAN;
  for (int f = 0; f < PHS_REPORT_FORMS; f++) {
    phs_buf b = report_of(m.map, (phs_report_form)f);
    assert_null(strstr(b.data, "nan"));
    assert_null(strstr(b.data, "NaN"));
    assert_null(strstr(b.data, "Infinity"));
    assert_null(strstr(b.data, " inf"));
    assert_null(strstr(b.data, "\"inf"));
    assert_non_null(strstr(b.data, "unknown"));
    if (f == PHS_REPORT_HTML) {
      check_page(&b, "core-map graph");
    }
    phs_buf_free(&b);
  }
  made_free(&m);
}

/* Machines beyond 20,000 cells become pixels; graphs beyond 200 populations are laid by forces, and
 * of more than 500 the largest are shown. */
static void test_large(void **state) {
  (void)state;
  phs_buf page[2];
  for (int i = 0; i < 2; i++) {
    made_case m = {0};
    made_load(&m, "hala-point");
    m.work = graph_begin();
    for (uint32_t p = 0; p < 600; p++) {
      graph_population(m.work, PHS_POPULATION_NEURONS, 1, 1, 20000 + p, 0.01f);
      if (p > 0) {
        graph_one_to_one(m.work, p - 1, p);
      }
    }
    graph_end(m.work);
    made_map(&m, &(made_options){.per_core = 100, .fan = 1, .stride = 1});
    page[i] = report_of(m.map, PHS_REPORT_HTML);
    made_free(&m);
  }
  check_page(&page[0], all_pictures);
  assert_string_equal(page[0].data, page[1].data);
  assert_non_null(strstr(page[0].data, "data:image/png;base64,"));
  assert_non_null(strstr(page[0].data,
                         "The 500 largest of 600 populations, and the 499 heaviest of "
                         "599 connections, none within a population."));
  assert_true(page[0].len < 4000000);
  phs_buf_free(&page[0]);
  phs_buf_free(&page[1]);
}

/* Hexagonal boards with corners that are not there, routing tables, wires around the edges. */
static void test_spinnaker(void **state) {
  (void)state;
  static const char *const target[] = {"spinnaker1", "spinnaker1-4chip"};
  for (int i = 0; i < 2; i++) {
    made_case m = {0};
    made_load(&m, target[i]);
    m.work = graph_begin();
    graph_population(m.work, PHS_POPULATION_SOURCE, 1, 1, 2000, 0.1f);
    graph_population(m.work, PHS_POPULATION_NEURONS, 1, 1, 2000, 0.1f);
    graph_dense(m.work, 0, 1);
    graph_dense(m.work, 1, 1);
    graph_end(m.work);
    made_map(&m, &(made_options){.per_core = 100, .fan = 20, .stride = 1, .tables = true});
    phs_buf page = report_of(m.map, PHS_REPORT_HTML);
    check_page(&page, "core-map histograms link-map router-map graph");
    phs_buf_free(&page);
    made_free(&m);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_small),      cmocka_unit_test(test_same_bytes),
      cmocka_unit_test(test_names),      cmocka_unit_test(test_little),
      cmocka_unit_test(test_not_finite), cmocka_unit_test(test_large),
      cmocka_unit_test(test_spinnaker),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
