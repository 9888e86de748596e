/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/draw.h"
#include "report/page.h"
#include "report/tables.h"
#include "report/text.h"

enum { HTML_CORES = 1024, HTML_ROWS = 2000, HTML_LINKS = 50 };

static void facts(phs_figures *f, phs_buf *out) {
  phs_fact fact[PHS_FACTS];
  int n = phs_report_facts(f, fact);
  phs_buf_puts(out, "<dl>\n");
  for (int i = 0; i < n; i++) {
    phs_buf_puts(out, "<dt>");
    phs_report_escape(out, fact[i].name);
    phs_buf_puts(out, "</dt><dd>");
    phs_report_escape(out, fact[i].text);
    phs_buf_puts(out, "</dd>\n");
  }
  phs_buf_puts(out, "</dl>\n");
}

static void list(phs_buf *out, const char *id, const char *title, const char *text,
                 const char *const *item, size_t count) {
  if (count > 0) {
    phs_page_section(out, id, title, text);
    phs_page_list(out, item, count);
    phs_page_section_end(out);
  }
}

static void picture(phs_buf *out, bool wide, bool (*draw)(phs_figures *, phs_buf *), phs_figures *f,
                    const char *otherwise) {
  phs_buf_puts(out, wide ? "<figure class=\"wide\">" : "<figure>");
  if (!draw(f, out)) {
    phs_buf_puts(out, "<p>");
    phs_report_escape(out, otherwise);
    phs_buf_puts(out, "</p>");
  }
  phs_buf_puts(out, "</figure>\n");
}

static void shown_part(phs_figures *f, phs_buf *out) {
  const phs_machine *m = f->map->machine;
  const phs_window *w = &f->window;
  if (f->placed && (w->x1 - w->x0 < m->width || w->y1 - w->y0 < m->height)) {
    phs_buf_printf(out,
                   "<p class=\"note\">Pictures show columns %u to %u and rows %u to %u of %u x %u; "
                   "the rest of the machine is not used.</p>\n",
                   w->x0, w->x1 - 1, w->y0, w->y1 - 1, m->width, m->height);
  }
}

static void cores(phs_figures *f, phs_buf *out) {
  phs_table table;
  phs_page_section(out, "cores", "Cores",
                   f->placed ? "Each cell is a core at its place, north up, coloured by the "
                               "capacity of which most is used. Grey cells are not used."
                             : "The cores have no places; they stand in the order of their "
                               "numbers.");
  shown_part(f, out);
  picture(out, false, phs_draw_cores, f, "No core is in use.");
  if (f->measured) {
    phs_table_of_cores(f, HTML_CORES, &table);
    phs_table_html(&table, out);
  }
  phs_page_section_end(out);
  phs_page_section(out, "capacities", "Capacities",
                   "How many of the parts in use are how full, for each capacity that has a "
                   "limit.");
  picture(out, false, phs_draw_histograms, f, "No capacity with a limit is used.");
  if (f->measured) {
    phs_table_of_capacities(f, &table);
    phs_table_html(&table, out);
  }
  phs_page_section_end(out);
}

static void links(phs_figures *f, phs_buf *out) {
  phs_table table;
  phs_page_section(out, "links", "Links",
                   "Messages a step on the links between nodes. Steps of colour are even in the "
                   "square root of the load.");
  picture(out, false, phs_draw_links, f,
          f->routed ? "No link carries a message." : "Nothing is routed.");
  if (f->links.links_used > 0) {
    phs_table_of_links(f, HTML_LINKS, &table);
    phs_table_html(&table, out);
  }
  phs_page_section_end(out);
  if (f->routed && f->map->routing.tables) {
    phs_page_section(out, "routers", "Routing tables",
                     "Entries of the nodes' tables, after minimising.");
    picture(out, false, phs_draw_routers, f, "The tables are empty.");
    phs_table_of_routers(f, HTML_LINKS, &table);
    phs_table_html(&table, out);
    phs_page_section_end(out);
  }
}

static void network(phs_figures *f, phs_diag *diag, phs_buf *out) {
  const char *note;
  phs_table table;
  phs_buf drawn = {0};
  bool ok = phs_draw_graph(f, diag, &drawn, &note);
  phs_page_section(out, "network", "Network", note);
  phs_buf_puts(out, "<figure class=\"wide\">");
  phs_buf_add(out, ok ? drawn.data : "<p>No populations.</p>", ok ? drawn.len : 22);
  phs_buf_puts(out, "</figure>\n");
  phs_buf_free(&drawn);
  phs_table_of_populations(f, HTML_ROWS, &table);
  phs_table_html(&table, out);
  phs_table_of_projections(f, HTML_ROWS, &table);
  phs_table_html(&table, out);
  phs_page_section_end(out);
}

void phs_figures_html(phs_figures *f, phs_diag *diag, phs_buf *out) {
  const phs_map *m = f->map;
  const char *title = phs_arena_printf(
      f->arena, "%s on %s", m->work->name ? m->work->name : "Network", m->machine->target->name);
  phs_page_begin(out, title ? title : "?", "How Phasor mapped a spiking network onto a machine.");
  phs_buf_puts(out, "<nav><a href=\"#s-cores\">Cores</a><a href=\"#s-capacities\">Capacities</a>"
                    "<a href=\"#s-links\">Links</a><a href=\"#s-network\">Network</a></nav>\n");
  facts(f, out);
  list(out, "notes", "Notes", "What was tried, decided and given up, in order.",
       (const char *const *)m->note, m->note_count);
  list(out, "assumptions", "Assumptions", "What the target does not say and was assumed.",
       m->machine->assumption, (size_t)m->machine->assumption_count);
  list(out, "unknown", "Unknown", "What no public source gives; nothing is put in its place.",
       f->unknown, f->unknown_count);
  cores(f, out);
  links(f, out);
  network(f, diag, out);
  phs_page_end(out);
}
