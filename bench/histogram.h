// Latencies in a log-linear histogram: 64 buckets to a power of two, so 1.6 % resolution, in units of
// 0.1 us.
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

enum { SUB_BUCKETS = 64, BUCKETS = 64 * SUB_BUCKETS };

struct histogram {
  uint64_t counts[BUCKETS];
};

static int bucket_of(uint64_t tenths) {
  if (tenths < SUB_BUCKETS) return (int)tenths;
  int exponent = 57 - __builtin_clzll(tenths);  // tenths >> exponent is in [64, 128)
  int bucket = exponent * SUB_BUCKETS + (int)(tenths >> exponent);
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double lower_bound_us(int bucket) {
  if (bucket < SUB_BUCKETS) return bucket / 10.0;
  int exponent = bucket / SUB_BUCKETS - 1;
  return (double)((uint64_t)(bucket % SUB_BUCKETS + SUB_BUCKETS) << exponent) / 10.0;
}

static void histogram_add(struct histogram *h, uint64_t ns) { h->counts[bucket_of(ns / 100)]++; }

static double histogram_percentile_us(const struct histogram *h, double fraction) {
  uint64_t total = 0, seen = 0;
  for (int i = 0; i < BUCKETS; i++) total += h->counts[i];
  if (total == 0) return 0;
  for (int i = 0; i < BUCKETS; i++) {
    seen += h->counts[i];
    if ((double)seen >= fraction * (double)total) return lower_bound_us(i);
  }
  return lower_bound_us(BUCKETS - 1);
}

#endif
