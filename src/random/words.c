/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "random/draw.h"
#include "random/philox.h"

#define LANES 16u /* PHS_WORDS / 4 blocks side by side */

static philox4x32_key_t key_of(uint64_t key) {
  return (philox4x32_key_t){{(uint32_t)key, (uint32_t)(key >> 32)}};
}

void phs_philox(uint64_t key, const uint32_t counter[4], uint32_t out[4]) {
  philox4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
  c = philox4x32_R(10, c, key_of(key));
  for (int i = 0; i < 4; i++) {
    out[i] = c.v[i];
  }
}

uint64_t phs_stream_key(uint64_t seed, const char *name) {
  uint64_t key = seed;
  uint32_t counter[4] = {0, 0, 0, 0}, out[4];
  uint32_t length = 0;
  while (name[length]) {
    counter[length / 4 % 4] |= (uint32_t)(unsigned char)name[length] << 8 * (length % 4);
    length++;
    if (length % 16 == 0 || !name[length]) {
      phs_philox(key, counter, out);
      key = out[0] | (uint64_t)out[1] << 32;
      counter[0] = counter[1] = counter[2] = counter[3] = 0;
    }
  }
  counter[0] = length;
  counter[3] = UINT32_MAX;
  phs_philox(key, counter, out);
  return out[0] | (uint64_t)out[1] << 32;
}

/* Sixteen blocks in one pass; the round function is Random123's, the loop is for the vectoriser. */
static void group(philox4x32_key_t key, const uint32_t at[3], uint32_t block, uint32_t *out) {
  for (uint32_t lane = 0; lane < LANES; lane++) {
    philox4x32_ctr_t c = {{block + lane, at[0], at[1], at[2]}};
    c = philox4x32_R(10, c, key);
    out[lane] = c.v[0];
    out[LANES + lane] = c.v[1];
    out[2 * LANES + lane] = c.v[2];
    out[3 * LANES + lane] = c.v[3];
  }
}

void phs_words(uint64_t key, const uint32_t at[3], uint32_t first, uint32_t count, uint32_t *out) {
  const philox4x32_key_t k = key_of(key);
  const uint32_t block = first / 4;
  if (count <= 4) { /* most of a group would be made in vain */
    for (uint32_t i = 0; i < count; i++) {
      philox4x32_ctr_t c = {{block + i, at[0], at[1], at[2]}};
      out[i] = philox4x32_R(10, c, k).v[0];
    }
    return;
  }
  for (uint32_t i = 0; i < count; i += PHS_WORDS) {
    group(k, at, block + i / 4, out + i);
  }
}

uint32_t phs_word(uint64_t key, const uint32_t at[3], uint32_t i) {
  philox4x32_ctr_t c = {{i / PHS_WORDS * LANES + i % LANES, at[0], at[1], at[2]}};
  return philox4x32_R(10, c, key_of(key)).v[i / LANES % 4];
}
