package dev.fairlead.cluster.revision;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.fairlead.cluster.members.Membership;
import dev.fairlead.cluster.node.ClusterException;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a process with another secret than the cluster's is refused by the first answer of a
 * member, and that a foreign value in the map keeps no member out. Provoked by a member that
 * listens for calls and a process that is about to join. A failure would look like a member that
 * needs seconds to say that its secret is wrong, or one that may not join.
 */
class SecretCheckTest {
  private static final String OURS = "the secret of this cluster";
  private static final String OTHER = "the secret of another one";
  private static final String NEWEST = "newest";

  @TempDir private Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final AsyncMap<String, String> map =
      vertx.sharedData().<String, String>getAsyncMap(ConfigStore.MAP).await();
  private final LogWatch log;

  /** How often the joining process has read the newest revision. */
  private final AtomicInteger reads = new AtomicInteger();

  SecretCheckTest(LogWatch log) {
    this.log = log;
  }

  @AfterEach
  void close() {
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
    assertThat(log.lines())
        .singleElement(as(STRING))
        .contains("from bus id-of-m3 (m3 at 10.0.0.3:5701) refused");
  }

  @Test
  @Logs("from bus id-of-m3 (m3 at 10.0.0.3:5701) refused")
  void anotherSecretIsRefusedByTheFirstAnswer() throws IOException {
    startMember(OURS);
    assertRefusedAtOnce(
        OTHER, "another secret (expected: the secret of the members that are there)");
  }

  @Test
  @Logs("from bus id-of-m3 (m3 at 10.0.0.3:5701) refused")
  void aMissingSecretIsRefusedByTheFirstAnswer() throws IOException {
    startMember(OURS);
    assertRefusedAtOnce(null, "null (expected: the secret of the members that are there)");
  }

  @Test
  @Logs("from bus id-of-m3 (m3 at 10.0.0.3:5701) refused")
  void aSecretInAClusterWithoutOneIsRefusedByTheFirstAnswer() throws IOException {
    startMember(null);
    assertRefusedAtOnce(
        OURS, "another secret (expected: none, the members that are there have none)");
  }

  @Test
  void theSecretOfTheClusterIsNoQuestion() throws IOException {
    startMember(OURS);
    check(OURS).await();
    assertThat(log.lines()).isEmpty();
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
    assertThat(log.lines()).isEmpty();
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
    assertThat(log.lines()).isEmpty();
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
