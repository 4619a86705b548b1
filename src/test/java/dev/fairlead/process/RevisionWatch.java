package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FairleadProcess;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks all the time whether a process went back to a lower revision. Its own thread. */
final class RevisionWatch implements AutoCloseable {
  private static final long INTERVAL_MILLIS = 200;

  private final SplitCluster cluster;
  private final Map<FairleadProcess, Long> highest = new HashMap<>();
  private final List<String> stepsBack = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

  RevisionWatch(SplitCluster cluster) {
    this.cluster = cluster;
    thread.scheduleWithFixedDelay(this::look, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    for (String name : cluster.members()) {
      FairleadProcess member = cluster.member(name);
      if (member != null) {
        look(name, member);
      }
    }
  }

  private void look(String name, FairleadProcess member) {
    try {
      long now = member.revision();
      long before = highest.merge(member, now, Math::max);
      if (now < before) {
        stepsBack.add(name + " from " + before + " to " + now);
      }
    } catch (UncheckedIOException e) {
      // It is ending.
    }
  }

  void assertNoStepBack() {
    assertThat(stepsBack).as("members that went back to a lower revision").isEmpty();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
