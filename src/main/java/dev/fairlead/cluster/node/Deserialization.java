package dev.fairlead.cluster.node;

import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.JavaSerializationFilterConfig;

/**
 * The classes that Hazelcast may read by Java serialization from a peer; any other is refused when
 * it arrives.
 *
 * <p>Maps and subscriptions do not use Java serialization. What does: the exceptions by which
 * operations answer, of which some make the caller try again, so refusing them would break more
 * than a log line; the state of the cluster, which the smaller part of a split freezes before it
 * comes back; and the operations of Vert.x counters, which foreign applications may use.
 */
final class Deserialization {
  private static final String[] PACKAGES = {
    "java.lang", "com.hazelcast.core", "com.hazelcast.spi.exception",
  };

  private static final String[] CLASSES = {
    "java.io.EOFException",
    "java.io.IOException",
    "java.io.UncheckedIOException",
    "java.util.ArrayList",
    "java.util.Collections$EmptyList",
    "java.util.Collections$UnmodifiableCollection",
    "java.util.Collections$UnmodifiableList",
    "java.util.Collections$UnmodifiableRandomAccessList",
    "java.util.ConcurrentModificationException",
    "java.util.NoSuchElementException",
    "java.util.concurrent.CancellationException",
    "java.util.concurrent.CompletionException",
    "java.util.concurrent.ExecutionException",
    "java.util.concurrent.RejectedExecutionException",
    "java.util.concurrent.TimeoutException",
    "com.hazelcast.cluster.ClusterState",
    "com.hazelcast.internal.cluster.impl.ClusterTopologyChangedException",
    "com.hazelcast.internal.cluster.impl.ConfigMismatchException",
    "com.hazelcast.internal.cluster.impl.MasterNodeChangedException",
    "com.hazelcast.internal.cluster.impl.VersionMismatchException",
    "com.hazelcast.internal.partition.PartitionStateVersionMismatchException",
    "com.hazelcast.map.QueryResultSizeExceededException",
    "com.hazelcast.map.ReachedMaxSizeException",
    "com.hazelcast.map.impl.operation.MissingPartitionException",
    "com.hazelcast.nio.serialization.HazelcastSerializationException",
    "com.hazelcast.partition.NoDataMemberInClusterException",
    "com.hazelcast.query.QueryException",
    "com.hazelcast.splitbrainprotection.SplitBrainProtectionException",
    "io.vertx.spi.cluster.hazelcast.impl.HazelcastCounter",
    "java.lang.invoke.SerializedLambda",
  };

  private Deserialization() {}

  static JavaSerializationFilterConfig filter() {
    ClassFilter allowed = new ClassFilter().addPackages(PACKAGES).addClasses(CLASSES);
    // An array has no class of its own: each of its elements is checked.
    allowed.addPrefixes("[");
    return new JavaSerializationFilterConfig().setDefaultsDisabled(true).setWhitelist(allowed);
  }
}
