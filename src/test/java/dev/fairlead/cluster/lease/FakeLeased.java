package dev.fairlead.cluster.lease;

import dev.fairlead.admission.Leased;
import java.util.function.IntConsumer;

/** A limit whose use and demand the test sets. Any thread. */
class FakeLeased implements Leased {
  private final String key;
  private volatile int limit;
  private volatile int inUse;
  private volatile int wanted;
  private volatile int allowed;
  private volatile boolean isExhausted;
  private volatile IntConsumer onAllow = count -> {};

  FakeLeased(String key, int limit) {
    this.key = key;
    this.limit = limit;
  }

  FakeLeased limit(int next) {
    limit = next;
    return this;
  }

  FakeLeased inUse(int next) {
    inUse = next;
    return this;
  }

  FakeLeased wanted(int next) {
    wanted = next;
    return this;
  }

  /** Runs {@code next} just before each change of the allowance. */
  FakeLeased onAllow(IntConsumer next) {
    onAllow = next;
    return this;
  }

  @Override
  public int allowed() {
    return allowed;
  }

  boolean isExhausted() {
    return isExhausted;
  }

  @Override
  public String key() {
    return key;
  }

  @Override
  public int limit() {
    return limit;
  }

  @Override
  public int inUse() {
    return inUse;
  }

  @Override
  public int wanted() {
    return wanted;
  }

  @Override
  public void allow(int count) {
    onAllow.accept(count);
    allowed = count;
  }

  @Override
  public void exhausted(boolean exhausted) {
    isExhausted = exhausted;
  }
}
