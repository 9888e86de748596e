/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file tables.h  Which tables a report has, and what it says in words. Texts live in the figures'
 * arena. */
#ifndef PHS_REPORT_TABLES_H
#define PHS_REPORT_TABLES_H

#include "report/figures.h"
#include "report/table.h"

/** A line "name: text" of the summary. */
typedef struct phs_fact {
  const char *name, *text;
} phs_fact;

#define PHS_FACTS 16

/** What a reader wants to know first. @return how many of @p out [PHS_FACTS] are set */
int phs_report_facts(phs_figures *f, phs_fact *out);

void phs_table_of_capacities(phs_figures *f, phs_table *out);
/** All cores, or where there are more than @p most the PHS_REPORT_FULLEST fullest. */
void phs_table_of_cores(phs_figures *f, uint32_t most, phs_table *out);
void phs_table_of_populations(phs_figures *f, uint32_t most, phs_table *out);
void phs_table_of_projections(phs_figures *f, uint32_t most, phs_table *out);
/** The links with the highest loads. */
void phs_table_of_links(phs_figures *f, uint32_t most, phs_table *out);
/** The nodes with the longest routing tables. */
void phs_table_of_routers(phs_figures *f, uint32_t most, phs_table *out);

/** "3,1" of a grid node; "3,1 core 2" of a place, "-" of none. */
const char *phs_report_node_text(phs_figures *f, uint64_t node);
const char *phs_report_place_text(phs_figures *f, uint32_t place);
/** "tile 3,1", "core 12": part @p i of a kind. */
const char *phs_report_part_text(phs_figures *f, int kind, uint64_t i);
/** "east" */
const char *phs_report_direction(phs_direction d);
/** "neurons", "source", "input" */
const char *phs_report_kind(phs_population_kind k);
const char *phs_report_wiring(phs_wiring w);

#endif
