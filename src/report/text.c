/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/text.h"

#include "report/tables.h"

enum { TEXT_ROWS = 256, TEXT_LINKS = 10 };

/* Names of models may hold anything; a line stays a line. */
static void line(const char *name, const char *text, phs_buf *out) {
  phs_buf_printf(out, "%-10s: ", name);
  phs_report_printable(out, text);
  phs_buf_puts(out, "\n");
}

void phs_figures_text(phs_figures *f, phs_buf *out) {
  phs_fact fact[PHS_FACTS];
  phs_table table;
  int n = phs_report_facts(f, fact);
  for (int i = 0; i < n; i++) {
    line(fact[i].name, fact[i].text, out);
  }
  for (int i = 0; i < f->map->machine->assumption_count; i++) {
    line("assumed", f->map->machine->assumption[i], out);
  }
  for (uint32_t i = 0; i < f->unknown_count; i++) {
    line("unknown", f->unknown[i], out);
  }
  for (size_t i = 0; i < f->map->note_count; i++) {
    line("note", f->map->note[i], out);
  }
  if (f->measured) {
    phs_table_of_capacities(f, &table);
    phs_table_print(&table, out);
    phs_table_of_cores(f, PHS_REPORT_TEXT_CORES, &table);
    phs_table_print(&table, out);
  }
  phs_table_of_populations(f, TEXT_ROWS, &table);
  phs_table_print(&table, out);
  phs_table_of_projections(f, TEXT_ROWS, &table);
  phs_table_print(&table, out);
  if (f->routed && f->links.links_used > 0) {
    phs_table_of_links(f, TEXT_LINKS, &table);
    phs_table_print(&table, out);
  }
  if (f->routed && f->map->routing.tables) {
    phs_table_of_routers(f, TEXT_LINKS, &table);
    phs_table_print(&table, out);
  }
}
