/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/utf8.h"
#include "report/draw.h"
#include "report/layout.h"
#include "report/table.h"
#include "report/tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NODES = 500, MOST_EDGES = 1500, LAYERED_NODES = 200, LAYERED_EDGES = 500, LABEL = 22 };

#define MOST_WIDTH 2400.0
#define LEAST_SCALE 0.5
#define MARGIN 48.0
#define LEGEND 62.0

typedef struct graph {
  phs_figures *f;
  uint32_t *population;      /* of a node */
  const phs_pair_row **pair; /* of an edge */
  double *diameter;
  double most_neurons, most_traffic;
  phs_layout layout;
  double scale;
} graph;

static double traffic_of(const phs_pair_row *p) {
  return p->deliveries + p->local;
}

/* ---- the heaviest populations and the pairs between them ---- */

typedef struct ranked {
  double weight;
  uint32_t at;
} ranked;

static int heavier(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->weight != y->weight) {
    return x->weight > y->weight ? -1 : 1;
  }
  return x->at < y->at ? -1 : x->at > y->at;
}

static int by_number(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  return x->at < y->at ? -1 : x->at > y->at;
}

/* Keeps the @p most heaviest of @p n, in order of number. */
static uint32_t keep(ranked *r, uint32_t n, uint32_t most) {
  qsort(r, n, sizeof *r, heavier);
  n = n < most ? n : most;
  qsort(r, n, sizeof *r, by_number);
  return n;
}

static bool choose_nodes(graph *g, phs_arena *a, ranked *r, uint32_t *node_of) {
  const phs_work *w = g->f->map->work;
  for (uint32_t i = 0; i < w->population_count; i++) {
    r[i] = (ranked){w->population[i].count, i};
    node_of[i] = UINT32_MAX;
  }
  uint32_t n = g->layout.node_count = keep(r, w->population_count, MOST_NODES);
  g->population = PHS_NEW_ARRAY(a, uint32_t, n);
  g->diameter = PHS_NEW_ARRAY(a, double, n);
  if (!g->population || !g->diameter) {
    return false;
  }
  for (uint32_t i = 0; i < n; i++) {
    g->population[i] = r[i].at;
    node_of[r[i].at] = i;
    g->most_neurons = fmax(g->most_neurons, r[i].weight);
  }
  double most = n > LAYERED_NODES ? 26 : 42;
  for (uint32_t i = 0; i < n; i++) {
    g->diameter[i] = 8 + most * sqrt(r[i].weight / fmax(g->most_neurons, 1));
  }
  g->layout.diameter = g->diameter;
  return true;
}

static bool choose_edges(graph *g, phs_arena *a, ranked *r, const uint32_t *node_of) {
  const phs_figures *f = g->f;
  uint32_t n = 0;
  bool loops = g->layout.node_count <= LAYERED_NODES; /* in larger ones they hide the rest */
  for (uint32_t i = 0; i < f->pair_count; i++) {
    bool loop = f->pair[i].source == f->pair[i].target;
    if (node_of[f->pair[i].source] != UINT32_MAX && node_of[f->pair[i].target] != UINT32_MAX &&
        (loops || !loop)) {
      r[n++] = (ranked){f->measured ? traffic_of(&f->pair[i]) : f->pair[i].synapses, i};
    }
  }
  n = g->layout.edge_count = keep(r, n, MOST_EDGES);
  g->pair = PHS_NEW_ARRAY(a, const phs_pair_row *, n);
  g->layout.edge = PHS_NEW_ARRAY(a, phs_layout_edge, n);
  if (!g->pair || !g->layout.edge) {
    return false;
  }
  for (uint32_t i = 0; i < n; i++) {
    const phs_pair_row *p = g->pair[i] = &f->pair[r[i].at];
    g->layout.edge[i] = (phs_layout_edge){.from = node_of[p->source], .to = node_of[p->target]};
    g->most_traffic = fmax(g->most_traffic, traffic_of(p));
  }
  return true;
}

static bool choose(graph *g) {
  const phs_work *w = g->f->map->work;
  size_t n = w->population_count > g->f->pair_count ? w->population_count : g->f->pair_count;
  ranked *r = malloc((n + 1) * sizeof *r);
  uint32_t *node_of = malloc(((size_t)w->population_count + 1) * sizeof *node_of);
  bool ok = r && node_of && choose_nodes(g, g->f->arena, r, node_of) &&
            choose_edges(g, g->f->arena, r, node_of);
  free(r);
  free(node_of);
  return ok;
}

/* ---- drawing ---- */

static phs_layout_point at(const graph *g, phs_layout_point p) {
  return (phs_layout_point){MARGIN + p.x * g->scale, LEGEND + MARGIN + p.y * g->scale};
}

/* An arrow's head at @p tip, along the way from @p before. */
static void head(cairo_t *cr, phs_layout_point before, phs_layout_point tip, double width) {
  double dx = tip.x - before.x, dy = tip.y - before.y, length = sqrt(dx * dx + dy * dy);
  double size = 4 + 1.6 * width;
  if (length < 1e-6) {
    return;
  }
  dx *= size / length;
  dy *= size / length;
  cairo_move_to(cr, tip.x, tip.y);
  cairo_line_to(cr, tip.x - dx - 0.42 * dy, tip.y - dy + 0.42 * dx);
  cairo_line_to(cr, tip.x - dx + 0.42 * dy, tip.y - dy - 0.42 * dx);
  cairo_close_path(cr);
  cairo_fill(cr);
}

/* Straight, from circle to circle. */
static void straight(graph *g, const phs_layout_edge *e, phs_layout_point *end) {
  phs_layout_point a = g->layout.node[e->from], b = g->layout.node[e->to];
  double dx = b.x - a.x, dy = b.y - a.y, length = fmax(sqrt(dx * dx + dy * dy), 1e-6);
  double ra = g->diameter[e->from] / 2 / length, rb = g->diameter[e->to] / 2 / length;
  end[0] = (phs_layout_point){a.x + dx * ra, a.y + dy * ra};
  end[1] = (phs_layout_point){b.x - dx * rb, b.y - dy * rb};
}

static void edge(cairo_t *cr, graph *g, uint32_t i) {
  const phs_layout_edge *e = &g->layout.edge[i];
  double share = g->most_traffic > 0 ? traffic_of(g->pair[i]) / g->most_traffic : 0;
  double width = 0.7 + 4.5 * sqrt(share);
  phs_layout_point before, tip, two[2];
  if (e->count == 0 && e->from == e->to) {
    return;
  }
  cairo_set_source_rgba(cr, 0.42, 0.5, 0.6, 0.62);
  cairo_set_line_width(cr, width);
  cairo_new_path(cr);
  if (e->count >= 4) {
    phs_layout_point p = at(g, e->point[0]);
    cairo_move_to(cr, p.x, p.y);
    for (uint32_t k = 1; k + 2 < e->count; k += 3) {
      phs_layout_point a = at(g, e->point[k]), b = at(g, e->point[k + 1]),
                       c = at(g, e->point[k + 2]);
      cairo_curve_to(cr, a.x, a.y, b.x, b.y, c.x, c.y);
    }
    before = at(g, e->point[e->count - 2]);
    tip = at(g, e->point[e->count - 1]);
  } else {
    straight(g, e, two);
    before = at(g, two[0]);
    tip = at(g, two[1]);
    cairo_move_to(cr, before.x, before.y);
    cairo_line_to(cr, tip.x, tip.y);
  }
  cairo_stroke(cr);
  head(cr, before, tip, width);
}

static void kind_colour(cairo_t *cr, phs_population_kind kind) {
  static const double rgb[3][3] = {{0.27, 0.47, 0.67}, {0.87, 0.53, 0.16}, {0.52, 0.52, 0.52}};
  cairo_set_source_rgb(cr, rgb[kind][0], rgb[kind][1], rgb[kind][2]);
}

static void node(phs_picture *p, graph *g, uint32_t i) {
  const phs_population *pop = &g->f->map->work->population[g->population[i]];
  const char *name = pop->name ? pop->name : "-";
  phs_layout_point c = at(g, g->layout.node[i]);
  double r = g->diameter[i] / 2 * g->scale;
  kind_colour(p->cr, pop->kind);
  cairo_arc(p->cr, c.x, c.y, r, 0, 2 * acos(-1));
  cairo_fill(p->cr);
  const char *hint =
      phs_arena_printf(g->f->arena, "%s: %s, %s neurons on %s cores, %s messages a step", name,
                       phs_report_kind(pop->kind), phs_report_number(g->f->arena, pop->count),
                       phs_report_number(g->f->arena, g->f->population[g->population[i]].cores),
                       phs_report_number(g->f->arena, g->f->population[g->population[i]].rate));
  if (hint) {
    phs_picture_hint(p, c.x - r, c.y - r, 2 * r, 2 * r, hint);
  }
}

/* At most LABEL characters. */
static const char *label_of(phs_figures *f, const char *name, size_t *length) {
  size_t n = 0, bytes = 0;
  while (name[bytes] && n < LABEL) {
    size_t step = phs_utf8_length(name + bytes);
    bytes += step ? step : 1;
    n++;
  }
  *length = n;
  if (!name[bytes]) {
    return name;
  }
  char *cut = phs_arena_printf(f->arena, "%.*s\xe2\x80\xa6", (int)bytes, name);
  *length = n + 1;
  return cut ? cut : "?";
}

typedef struct box {
  double x0, y0, x1, y1;
} box;

static bool meets(const box *a, const box *b) {
  return a->x0 < b->x1 && b->x0 < a->x1 && a->y0 < b->y1 && b->y0 < a->y1;
}

static bool is_clear(const box *b, const box *taken, uint32_t count) {
  bool clear = true;
  for (uint32_t i = 0; i < count && clear; i++) {
    clear = !meets(b, &taken[i]);
  }
  return clear;
}

/* Names under or above their circles, of the largest populations first, where there is room. */
static bool labels(phs_picture *p, graph *g) {
  uint32_t n = g->layout.node_count, placed = 0;
  ranked *r = malloc(((size_t)n + 1) * sizeof *r);
  box *taken = malloc(((size_t)n + 1) * sizeof *taken);
  for (uint32_t i = 0; r && taken && i < n; i++) {
    r[i] = (ranked){g->f->map->work->population[g->population[i]].count, i};
  }
  if (r && taken) {
    qsort(r, n, sizeof *r, heavier);
  }
  for (uint32_t i = 0; r && taken && i < n; i++) {
    size_t length;
    const char *name = g->f->map->work->population[g->population[r[i].at]].name;
    const char *text = label_of(g->f, name ? name : "-", &length);
    phs_layout_point c = at(g, g->layout.node[r[i].at]);
    double radius = g->diameter[r[i].at] / 2 * g->scale, half = 3.1 * (double)length + 2;
    for (int above = 0; above < 2; above++) {
      double y = above ? c.y - radius - 5 : c.y + radius + 12;
      box b = {c.x - half, y - 10, c.x + half, y + 3};
      if (is_clear(&b, taken, placed)) {
        taken[placed++] = b;
        phs_picture_text(p, c.x, y, PHS_ANCHOR_MIDDLE, "halo", text);
        break;
      }
    }
  }
  bool ok = r && taken;
  free(r);
  free(taken);
  return ok;
}

static void legend(phs_picture *p, graph *g) {
  static const char *const word[] = {"neurons", "sources", "inputs"};
  for (int k = 0; k < 3; k++) {
    kind_colour(p->cr, (phs_population_kind)k);
    cairo_arc(p->cr, 20 + 90.0 * k, 14, 6, 0, 2 * acos(-1));
    cairo_fill(p->cr);
    phs_picture_text(p, 32 + 90.0 * k, 18, PHS_ANCHOR_START, "t", word[k]);
  }
  const char *text = phs_arena_printf(
      g->f->arena, "Area by neurons, to %s; width by messages that reach cores, to %s a step",
      phs_report_number(g->f->arena, g->most_neurons),
      phs_report_number(g->f->arena, g->most_traffic));
  phs_picture_text(p, 14, 40, PHS_ANCHOR_START, "m", text ? text : "?");
}

static const char *left_out(const graph *g) {
  uint32_t populations = g->f->map->work->population_count, pairs = g->f->pair_count;
  if (populations == g->layout.node_count && pairs == g->layout.edge_count) {
    return NULL;
  }
  return phs_arena_printf(
      g->f->arena, "The %u largest of %s populations, and the %u heaviest of %s connections%s.",
      g->layout.node_count, phs_report_number(g->f->arena, populations), g->layout.edge_count,
      phs_report_number(g->f->arena, pairs),
      g->layout.node_count > LAYERED_NODES ? ", none within a population" : "");
}

bool phs_draw_graph(phs_figures *f, phs_diag *diag, phs_buf *out, const char **note) {
  graph g = {.f = f};
  phs_picture p;
  *note = NULL;
  if (f->map->work->population_count == 0 || !choose(&g)) {
    return false;
  }
  g.layout.layered = g.layout.node_count <= LAYERED_NODES && g.layout.edge_count <= LAYERED_EDGES;
  if (!phs_layout_find(&g.layout, f->arena)) {
    if (!g.layout.node) {
      return false;
    }
    phs_report(diag, PHS_REPORT_LAYOUT, NULL, "install Graphviz's plug-ins, or run `dot -c` once",
               "Graphviz has no layout '%s': the populations stand in rows",
               g.layout.layered ? "dot" : "sfdp");
  }
  /* names keep their size: layers are drawn together to a part, then the picture is a wide one */
  double room = PHS_PICTURE_WIDTH - 2 * MARGIN, width_of_all = fmax(g.layout.width, 1);
  g.scale = fmin(1, fmax(room / width_of_all, g.layout.layered ? LEAST_SCALE : 0));
  g.scale = fmin(g.scale, MOST_WIDTH / width_of_all);
  g.scale = fmin(g.scale, 1200 / fmax(g.layout.height, 1));
  double width = fmax(g.layout.width * g.scale + 2 * MARGIN, 640);
  phs_picture_begin(&p, "graph", "Populations and the messages between them", width,
                    g.layout.height * g.scale + 2 * MARGIN + LEGEND);
  legend(&p, &g);
  for (uint32_t i = 0; i < g.layout.edge_count; i++) {
    edge(p.cr, &g, i);
  }
  for (uint32_t i = 0; i < g.layout.node_count; i++) {
    node(&p, &g, i);
  }
  p.failed |= !labels(&p, &g);
  *note = left_out(&g);
  return phs_picture_end(&p, out);
}
