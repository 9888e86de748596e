/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file parser.h  What the parts of the parser of expressions share. Functions that give a tree
 * give NULL after they have filled the error. */
#ifndef PHS_EQUATIONS_PARSER_H
#define PHS_EQUATIONS_PARSER_H

#include "equations/tree.h"

/* A person's expression has neither. They bound recursion here and in the walk. */
enum { PHS_LONGEST_EXPRESSION = 4096, PHS_DEEPEST_EXPRESSION = 64 };

typedef struct phs_parser {
  phs_arena *arena;
  const char *text;
  size_t length, at;
  int depth;
  phs_text_error *error;
} phs_parser;

/* ---- scan.c ---- */

phs_expression *phs_parse_fail(phs_parser *p, size_t at, size_t length, const char *help,
                               const char *message);
/** Goes over white space and comments. */
void phs_parse_skip(phs_parser *p);
/** Character @p i of the text; 0 behind its end. */
char phs_parse_char(const phs_parser *p, size_t i);
bool phs_parse_starts_name(char c);
/** The end of the word of letters, digits and '_' that begins at @p i. */
size_t phs_parse_word_end(const phs_parser *p, size_t i);
/** Whether the word or sign stands here. */
bool phs_parse_is_word(const phs_parser *p, const char *word);
bool phs_parse_is_sign(const phs_parser *p, const char *sign);
/** A node of the text from @p start to here. */
phs_expression *phs_parse_make(phs_parser *p, phs_operation op, size_t start, phs_expression *a,
                               phs_expression *b);
/** One level deeper; false, with the error, beyond the limit. The caller lessens `depth`. */
bool phs_parse_enter(phs_parser *p);

/* ---- primary.c, parse.c ---- */

/** A number, name, call or parenthesis. */
phs_expression *phs_parse_primary(phs_parser *p);
/** A whole expression. */
phs_expression *phs_parse_or(phs_parser *p);

#endif
