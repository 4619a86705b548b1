package dev.fairlead.cluster.node;

import org.jspecify.annotations.Nullable;

/**
 * This process can't be a node of the cluster. The message reads like a problem of the
 * configuration, in one line.
 */
public final class ClusterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String path;

  ClusterException(String path, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.path = path;
  }

  public static ClusterException expected(
      String path, @Nullable Object value, String what, @Nullable Throwable cause) {
    return new ClusterException(path, value + " (expected: " + what + ")", cause);
  }

  public String path() {
    return path;
  }
}
