package dev.fairlead.pool.health;

import dev.fairlead.net.ConnectFailure;

/** A probe's result; the reason is a few words without an address: {@code status 503}. */
record CheckResult(Conclusion conclusion, String reason) {
  static final CheckResult CLOSED = failed("connection closed");

  enum Conclusion {
    PASSED,
    FAILED,
    /** Nothing: the fault is this machine's. */
    INCONCLUSIVE
  }

  static CheckResult passed(String reason) {
    return new CheckResult(Conclusion.PASSED, reason);
  }

  static CheckResult failed(String reason) {
    return new CheckResult(Conclusion.FAILED, reason);
  }

  static CheckResult inconclusive(String reason) {
    return new CheckResult(Conclusion.INCONCLUSIVE, reason);
  }

  static CheckResult of(ConnectFailure failure) {
    return failure.isLocal() ? inconclusive(failure.cause()) : failed(failure.cause());
  }
}
