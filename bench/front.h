// A load balancer in front of members, as the load generator plays it: whoever runs it polls /readyz and
// writes to its stdin, as a line of ports, which members get new connections from then on, in turn.
// Keeps the long waits too, each with the time at which it began.
#ifndef FRONT_H
#define FRONT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  FRONT_MAX_PORTS = 16,
  FRONT_MAX_WAITS = 100000, // more are counted, but not listed
  FRONT_WAIT_MS = 20,       // a shorter one is not listed
  FRONT_PATIENCE_MS = 5000  // after the end, for those that still wait
};

static int front_ports[FRONT_MAX_PORTS], front_count;
static unsigned front_turn;

// The next of those that are ready; 0 = none is.
static int front_next(void) {
  return front_count == 0 ? 0 : front_ports[front_turn++ % (unsigned)front_count];
}

// Takes the ports of a line.
static void front_take(char *line) {
  front_count = 0;
  char *rest = line, *port;
  while ((port = strsep(&rest, " ")) != NULL && front_count < FRONT_MAX_PORTS) {
    if (*port != '\0') front_ports[front_count++] = atoi(port);
  }
}

// Reads what stdin has, and takes its lines. False = it has ended.
static bool front_read(void) {
  static char text[1024];
  static size_t length;
  ssize_t count = read(STDIN_FILENO, text + length, sizeof text - 1 - length);
  if (count <= 0) return false;
  length += (size_t)count;
  text[length] = '\0';
  char *line = text, *end;
  while ((end = strchr(line, '\n')) != NULL) {
    *end = '\0';
    front_take(line);
    line = end + 1;
  }
  length -= (size_t)(line - text);
  memmove(text, line, length);
  return true;
}

struct front_waits {
  struct { double at_ms, waited_ms; int port, attempts; } list[FRONT_MAX_WAITS];
  int count;
  double longest_ms;
};

static void front_waited(struct front_waits *w, uint64_t at_ns, uint64_t ns, int port, int attempts) {
  double ms = (double)ns / 1e6;
  if (ms > w->longest_ms) w->longest_ms = ms;
  if (ms < FRONT_WAIT_MS || w->count >= FRONT_MAX_WAITS) return;
  w->list[w->count].at_ms = (double)at_ns / 1e6;
  w->list[w->count].waited_ms = ms;
  w->list[w->count].port = port;
  w->list[w->count++].attempts = attempts;
}

static void front_report(const char *name, const struct front_waits *w) {
  printf(", \"%s\": {\"longest_ms\": %.1f, \"long\": [", name, w->longest_ms);
  for (int i = 0; i < w->count; i++) {
    printf("%s{\"at_ms\": %.1f, \"waited_ms\": %.1f, \"port\": %d, \"attempts\": %d}", i == 0 ? "" : ", ",
           w->list[i].at_ms, w->list[i].waited_ms, w->list[i].port, w->list[i].attempts);
  }
  printf("]}");
}

#endif
