package dev.fairlead.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.TestCluster;
import io.vertx.core.shareddata.Counter;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a node reads by Java serialization what it knows and nothing else. Provoked with a
 * peer that has no such restraint. A failure would be code of a stranger's choice that runs.
 */
class DeserializationTest {
  private static final AtomicInteger READ = new AtomicInteger();

  private final TestCluster cluster = TestCluster.of(1);
  private HazelcastInstance stranger;

  @AfterEach
  void close() {
    if (stranger != null) {
      stranger.getLifecycleService().terminate();
    }
    cluster.close();
  }

  /** Tells when an object of it is read. */
  static final class Foreign implements Serializable {
    private static final long serialVersionUID = 1L;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      READ.incrementAndGet();
    }
  }

  @Test
  void refusesAForeignClass() {
    Config trusting =
        HazelcastSettings.of(
            cluster.config(FreePorts.next(), 0, null), InetAddress.getLoopbackAddress());
    trusting.getSerializationConfig().setJavaSerializationFilterConfig(null);
    stranger = Hazelcast.newHazelcastInstance(trusting);
    stranger.<String, Object>getMap("any").put("key", new Foreign());
    assertThat(stranger.<String, Object>getMap("any").get("key")).isInstanceOf(Foreign.class);
    int readByTheStranger = READ.get();

    assertThatThrownBy(() -> cluster.hazelcast(0).getMap("any").get("key"))
        .isInstanceOf(HazelcastSerializationException.class)
        .hasRootCauseMessage("Resolving class " + Foreign.class.getName() + " is not allowed.");
    assertThat(READ).hasValue(readByTheStranger);
  }

  @Test
  void readsWhatCountersOfApplicationsNeed() {
    HazelcastNode second = cluster.join();
    for (int i = 0; i < 20; i++) {
      Counter counter = second.vertx().sharedData().getCounter("counter" + i).await();
      assertThat(counter.incrementAndGet().await()).isEqualTo(1);
      assertThat(counter.compareAndSet(1, 5).await()).isTrue();
      assertThat(counter.getAndAdd(2).await()).isEqualTo(5);
    }
  }
}
