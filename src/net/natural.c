/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "net/schedule.h"

#include <string.h>

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Compares two runs of digits as numbers of any length and moves past them. */
static int compare_runs(const char **a, const char **b) {
  while (**a == '0') {
    (*a)++;
  }
  while (**b == '0') {
    (*b)++;
  }
  size_t na = strspn(*a, "0123456789"), nb = strspn(*b, "0123456789");
  int order = na != nb ? (na < nb ? -1 : 1) : strncmp(*a, *b, na);
  *a += na;
  *b += nb;
  return order;
}

int phs_natural_compare(const char *a, const char *b) {
  const char *pa = a, *pb = b;
  while (*pa && *pb) {
    if (is_digit(*pa) && is_digit(*pb)) {
      int order = compare_runs(&pa, &pb);
      if (order) {
        return order;
      }
    } else if (*pa != *pb) {
      return (unsigned char)*pa < (unsigned char)*pb ? -1 : 1;
    } else {
      pa++;
      pb++;
    }
  }
  if (*pa || *pb) {
    return *pa ? 1 : -1;
  }
  return strcmp(a, b); /* "01" and "1": equal as numbers, yet the order must be total */
}
