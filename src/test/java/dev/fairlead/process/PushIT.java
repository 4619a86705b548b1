package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.ClusteredVertx;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestRun;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that every way to push ends with all members on the new revision, and that pushes do not
 * mix. Provoked over HTTP, by the command and over the event bus, with a transfer through each
 * member, and by two at the same instant. A failure would look like a member that stays behind, a
 * transfer that loses a byte, or a revision with parts of two documents.
 */
class PushIT {
  @TempDir private static Path directory;
  private static TestBackend backend;
  private static ClusterProcesses cluster;
  private final List<LiveTransfer> transfers = new ArrayList<>();
  private long before;

  @BeforeAll
  static void startCluster() throws IOException {
    backend = TestBackend.echo();
    cluster = new ClusterProcesses(directory, 3, ConfigFixture.to(backend.port()));
    cluster.startAll();
  }

  @AfterAll
  static void stopCluster() throws IOException {
    cluster.close();
    backend.close();
  }

  @BeforeEach
  void startTransfers() throws Exception {
    before = cluster.member("m1").revision();
    for (FairleadProcess member : cluster.members()) {
      LiveTransfer transfer = LiveTransfer.through(member, transfers.size());
      transfers.add(transfer);
      transfer.awaitMore();
    }
  }

  @AfterEach
  void closeTransfers() throws IOException {
    for (LiveTransfer transfer : transfers) {
      transfer.close();
    }
  }

  private String document(int weight) {
    return ConfigFixture.weighing(weight, backend.port());
  }

  /** All members have it, and no transfer has lost a byte. */
  private void assertPushed(String text, String author) throws Exception {
    cluster.awaitRevision(before + 1);
    assertThat(MemberState.ofAll(cluster.members()))
        .allSatisfy(member -> assertThat(member.text()).isEqualTo(text));
    JsonObject newest = history().get(0);
    assertThat(newest.getLong("revision")).isEqualTo(before + 1);
    assertThat(newest.getString("author")).startsWith(author);
    for (LiveTransfer transfer : transfers) {
      transfer.awaitMore();
      transfer.assertWhole();
    }
  }

  private static List<JsonObject> history() {
    return cluster.member("m3").json("/api/v1/config/history").getJsonArray("history").stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  private void assertApplied(JsonObject answer) {
    assertThat(answer.getLong("revision")).isEqualTo(before + 1);
    assertThat(answer.getJsonArray("applied")).containsExactly("m1", "m2", "m3");
    assertThat(answer.getJsonArray("missing")).isEmpty();
  }

  @Test
  void overHttp() throws Exception {
    HttpResponse<String> answer = cluster.member("m2").push(document(101));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertApplied(new JsonObject(answer.body()));
    assertPushed(document(101), "http 127.0.0.1");
  }

  @Test
  void byTheCommand() throws Exception {
    Path file = ConfigFixture.file(directory, document(102));
    String admin = "http://127.0.0.1:" + cluster.member("m3").adminPort();
    FairleadProcess push =
        FairleadProcess.call(
            directory, "push", file.toString(), "--admin", admin, "--author", "ann");
    assertThat(push.errLines()).isEmpty();
    assertThat(push.process().exitValue()).isZero();
    assertThat(push.outLines())
        .containsExactly("revision " + (before + 1) + " is in force on 3 of 3 members");
    assertPushed(document(102), "ann");
  }

  @Test
  void overTheEventBus() throws Exception {
    try (ClusteredVertx application = ClusteredVertx.joining(cluster.keys())) {
      JsonObject command = new JsonObject().put("config", document(103)).put("format", "yaml");
      Object answer =
          application
              .vertx()
              .eventBus()
              .request("fairlead.config.push", command)
              .await(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)
              .body();
      assertApplied((JsonObject) answer);
      assertPushed(document(103), "bus");
    }
    cluster.awaitWhole();
  }

  @Test
  void aRehearsalChangesNothing() {
    List<MemberState> states = MemberState.ofAll(cluster.members());
    HttpResponse<String> answer =
        cluster
            .member("m1")
            .send(
                "POST",
                "/api/v1/config?dryRun=true",
                new JsonObject("{\"listeners\":[],\"pools\":[]}"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(new JsonObject(answer.body()).getLong("revision")).isEqualTo(before);
    assertThat(MemberState.ofAll(cluster.members())).isEqualTo(states);
  }

  @Test
  void twoAtTheSameInstantAreDoneOneAfterTheOther() throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    try (Background threads = new Background()) {
      for (int round = 0; round < 5; round++) {
        String one = document(200 + round);
        String other = document(300 + round);
        Future<HttpResponse<String>> first = threads.start(pushing("m1", one, together));
        Future<HttpResponse<String>> second = threads.start(pushing("m2", other, together));
        assertSerialised(one, first.get(), other, second.get());
      }
    }
  }

  private static Callable<HttpResponse<String>> pushing(
      String member, String text, CyclicBarrier together) {
    return () -> {
      together.await();
      return cluster.member(member).push(text);
    };
  }

  private static void assertSerialised(
      String one, HttpResponse<String> first, String other, HttpResponse<String> second) {
    assertThat(List.of(first.statusCode(), second.statusCode())).contains(200).isSubsetOf(200, 409);
    long firstRevision = revision(first);
    long secondRevision = revision(second);
    assertThat(firstRevision).isNotEqualTo(secondRevision);
    cluster.awaitRevision(Math.max(firstRevision, secondRevision));
    String last = firstRevision > secondRevision ? one : other;
    assertThat(MemberState.ofAll(cluster.members()))
        .allSatisfy(member -> assertThat(member.text()).isEqualTo(last));
  }

  /** The one that was made, 0 = it was refused. */
  private static long revision(HttpResponse<String> answer) {
    return answer.statusCode() == 200 ? new JsonObject(answer.body()).getLong("revision") : 0;
  }

  @Test
  void ofTwoThatExpectTheSameRevisionOneIsRefused() throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    String expected = String.valueOf(before);
    try (Background threads = new Background()) {
      Future<HttpResponse<String>> first = threads.start(expecting("m1", 401, expected, together));
      Future<HttpResponse<String>> second = threads.start(expecting("m3", 402, expected, together));
      assertThat(List.of(first.get().statusCode(), second.get().statusCode()))
          .containsExactlyInAnyOrder(200, 409);
    }
    cluster.awaitRevision(before + 1);
  }

  private Callable<HttpResponse<String>> expecting(
      String member, int weight, String revision, CyclicBarrier together) {
    return () -> {
      together.await();
      return cluster.member(member).push(document(weight), "If-Match", revision);
    };
  }
}
