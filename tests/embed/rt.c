/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A program over libphasor-rt alone: what is written reads back, and errors say where. */
#include <phasor/rt.h>

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  if (argc != 2 || !freopen("/dev/null", "r", stdin)) {
    return 2;
  }
  const float values[2][3][2] = {{{0, 0.1f}, {1, -2}, {3, 1e-30f}}, {{5, 6}, {7, 8}, {9, 10}}};
  char path[4096];
  phasor_rt_error error;
  phasor_stimulus s;
  phasor_stimulus_options plain = {0};
  int failures = 0;
  snprintf(path, sizeof path, "%s/rt.npy", argv[1]);
  failures += !phasor_recording_write(path, PHASOR_RECORD_F32, 2, 3, 2, values, &error);
  if (phasor_stimulus_read(path, &plain, &s, &error)) {
    failures +=
        s.batch != 2 || s.steps != 3 || s.width != 2 || memcmp(s.data, values, sizeof values) != 0;
    phasor_stimulus_free(&s);
  } else {
    failures++;
  }
  remove(path);
  snprintf(path, sizeof path, "%s/rt.csv", argv[1]);
  failures += !phasor_recording_write(path, PHASOR_RECORD_F32, 0, 3, 2, values[0], &error);
  if (phasor_stimulus_read(path, &plain, &s, &error)) {
    failures += s.batch != 1 || s.steps != 3 || s.width != 2 ||
                memcmp(s.data, values[0], sizeof values[0]) != 0;
    phasor_stimulus_free(&s);
  } else {
    failures++;
  }
  FILE *f = fopen(path, "w");
  failures += !f || fputs("1,2\n3,x\n", f) < 0 || fclose(f) != 0;
  failures += phasor_stimulus_read(path, &plain, &s, &error);
  failures += error.status != PHASOR_ERROR_MODEL || error.line != 2 || error.column != 3 ||
              !error.message[0];
  remove(path);
  failures += phasor_stimulus_read(path, &plain, &s, &error) || error.status != PHASOR_ERROR_IO;
  failures += phasor_recording_write("/dev/full", PHASOR_RECORD_F32, 0, 3, 2, values, &error);
  printf("rt: %d failures\n", failures);
  return failures != 0;
}
