package dev.fairlead.cluster.revision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fairlead.cluster.members.Membership;
import dev.fairlead.cluster.node.ClusterException;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Ensures that a process with another secret than the cluster's is refused by the first answer of a
 * member, and that a foreign value in the map keeps no member out. Provoked by a member that
 * listens for calls and a process that is about to join. A failure would look like a member that
 * needs seconds to say that its secret is wrong, or one that may not join.
 */
@Timeout(30)
class SecretCheckTest {
  private static final String OURS = "the secret of this cluster";
  private static final String OTHER = "the secret of another one";
  private static final String NEWEST = "newest";

  @TempDir private Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final AsyncMap<String, String> map =
      vertx.sharedData().<String, String>getAsyncMap(ConfigStore.MAP).await();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger refusals =
      (Logger) LoggerFactory.getLogger("dev.fairlead.cluster.signing.RefusalLog");

  /** How often the joining process has read the newest revision. */
  private final AtomicInteger reads = new AtomicInteger();

  @BeforeEach
  void listenToTheLog() {
    log.start();
    refusals.addAppender(log);
  }

  @AfterEach
  void close() {
    refusals.detachAppender(log);
    vertx.close().await();
  }

  /** A member m1 of a cluster with that secret, null = none; its revision is in the map. */
  private void startMember(String secret) throws IOException {
    RevisionCodec codec = new RevisionCodec(secret(secret));
    PreparedConfig prepared = new PreparedConfig(vertx, new FakeLocal(vertx));
    ConfigSync sync =
        new ConfigSync(
            new ConfigStore(vertx, map, codec),
            prepared,
            new RevisionLog(),
            (revision, superseded) -> {});
    new CallHandler(prepared, sync, signed(secret)).start(vertx, "m1").await();
    vertx
        .sharedData()
        .<String, String>getAsyncMap(Membership.TABLE.map())
        .await()
        .put("m1", "a row")
        .await();
    map.put(NEWEST, codec.write(revision())).await();
  }

  private Future<Void> check(String secret) throws IOException {
    ConfigStore store = new ConfigStore(vertx, counted(), new RevisionCodec(secret(secret)));
    return new SecretCheck(new Joining(vertx), store, signed(secret), "m3").run();
  }

  private SignedCommands signed(String secret) throws IOException {
    return SignedCommands.open(vertx, secret(secret), InstantSource.system()).await();
  }

  private Secret secret(String line) throws IOException {
    return line == null
        ? null
        : Secret.read(Files.writeString(directory.resolve("secret"), line + "\n"));
  }

  private AsyncMap<String, String> counted() {
    return HookedMap.of(
        map,
        (operation, args, real) -> {
          if (operation.equals("get")) {
            reads.incrementAndGet();
          }
          return real.get();
        });
  }

  private static Revision revision() {
    return new Revision(
        1,
        "id-1",
        "",
        Instant.EPOCH,
        new Revision.Origin(null, "test", "test", null),
        ConfigFormat.YAML,
        "pools: []",
        "",
        List.of());
  }

  private void assertRefusedAtOnce(String secret, String message) {
    assertThatThrownBy(() -> check(secret).await())
        .isInstanceOfSatisfying(
            ClusterException.class, e -> assertThat(e.path()).isEqualTo("cluster.secretFile"))
        .hasMessage(message);
    assertThat(reads).hasValue(1);
    assertThat(log.list)
        .singleElement()
        .extracting(ILoggingEvent::getFormattedMessage)
        .asString()
        .contains("from bus id-of-m3 (m3 at 10.0.0.3:5701) refused");
  }

  @Test
  void anotherSecretIsRefusedByTheFirstAnswer() throws IOException {
    startMember(OURS);
    assertRefusedAtOnce(
        OTHER, "another secret (expected: the secret of the members that are there)");
  }

  @Test
  void aMissingSecretIsRefusedByTheFirstAnswer() throws IOException {
    startMember(OURS);
    assertRefusedAtOnce(null, "null (expected: the secret of the members that are there)");
  }

  @Test
  void aSecretInAClusterWithoutOneIsRefusedByTheFirstAnswer() throws IOException {
    startMember(null);
    assertRefusedAtOnce(
        OURS, "another secret (expected: none, the members that are there have none)");
  }

  @Test
  void theSecretOfTheClusterIsNoQuestion() throws IOException {
    startMember(OURS);
    check(OURS).await();
    assertThat(log.list).isEmpty();
  }

  @Test
  void aForeignValueThatTheMembersReplaceKeepsNobodyOut() throws IOException {
    startMember(OURS);
    String valid = map.get(NEWEST).await();
    map.put(NEWEST, "of somebody else").await();
    Future<Void> check = check(OURS);
    while (reads.get() == 0) {
      Thread.onSpinWait();
    }
    map.put(NEWEST, valid).await();
    check.await();
    assertThat(log.list).isEmpty();
  }

  @Test
  void aNodeThatIsNoMemberDecidesNothing() throws IOException {
    startMember(OTHER);
    vertx
        .sharedData()
        .<String, String>getAsyncMap(Membership.TABLE.map())
        .await()
        .remove("m1")
        .await();
    check(OURS).await();
    assertThat(log.list).isEmpty();
  }

  /** The process that is about to join, with m1 as the only other node. */
  private record Joining(Vertx vertx) implements ClusterNode {
    @Override
    public String id() {
      return "id-of-m3";
    }

    @Override
    public String address() {
      return "10.0.0.3:5701";
    }

    @Override
    public List<String> nodes() {
      return List.of("id-of-m3", "m1");
    }

    @Override
    public void listen(NodeChanges listener) {
      // Nodes neither come nor go.
    }
  }
}
