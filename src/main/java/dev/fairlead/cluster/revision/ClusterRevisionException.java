package dev.fairlead.cluster.revision;

import dev.fairlead.config.Problem;

/**
 * A member could not start because the cluster's revision can't be put in force on its machine: its
 * own file is not what is wrong.
 */
public final class ClusterRevisionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long revision;
  private final Throwable reason;

  ClusterRevisionException(long revision, Throwable reason) {
    super("revision " + revision + " of the cluster: " + Problem.reason(reason), reason);
    this.revision = revision;
    this.reason = reason;
  }

  /** Its number. */
  public long revision() {
    return revision;
  }

  /** What is wrong with it here. */
  public Throwable reason() {
    return reason;
  }
}
