package dev.fairlead.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.TestCluster;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the timers of Hazelcast that serve nothing here are found and stopped, in the
 * version of Hazelcast that is used. A failure would be an idle member that wakes up 40 times a
 * second more.
 */
class UnusedTimersTest {

  @Test
  void memberOfAClusterDoesNotRunThem() {
    try (TestCluster cluster = TestCluster.of(1)) {
      List<ScheduledThreadPoolExecutor> executors =
          UnusedTimers.executors(cluster.hazelcast(0)).toList();
      assertThat(executors).hasSize(2);
      assertThat(executors.get(0).getQueue().toString())
          .contains("ClusterHeartbeatManager")
          .doesNotContain("CompletableFutureTask");
      assertThat(executors.get(1).getQueue().toString())
          .contains("Task@")
          .doesNotContain("PublishAllTask")
          .doesNotContain("GcStats");
    }
  }
}
