package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.event.CommandException;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensured: a list in a file keeps out whom it names now, and a file that is broken changes nothing.
 *
 * <p>Provoked: files that are replaced, broken and mended while the member runs.
 *
 * <p>A failure looks like: a client let in that the file denies, or all of them after a mistake in
 * the file.
 */
class ListFilesTest {
  @TempDir private Path directory;

  private void write(String text) throws Exception {
    Path fresh = Files.writeString(directory.resolve("fresh"), text);
    Files.move(fresh, file(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path file() {
    return directory.resolve("bad.txt");
  }

  private static boolean isServed(TestMember member, String source) {
    try (TestConnection client = TestClient.connectFrom(source, member)) {
      client.send("x");
      return client.readSome(1).length == 1;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  private TestMember member(TransportKind transport, TestBackend backend) {
    return MemberSetup.on(transport)
        .listener("deny: [127.0.0.9, { file: " + file() + " }]")
        .backends(backend)
        .start();
  }

  @EveryTransport
  void clientsInTheFileAreTurnedAwayAsItIsNow(TransportKind transport) throws Exception {
    write("# nobody\n");
    try (TestBackend backend = TestBackend.echo();
        TestMember member = member(transport, backend)) {
      assertThat(isServed(member, "127.0.0.2")).isTrue();
      assertThat(isServed(member, "127.0.0.9")).isFalse();
      write("127.0.0.4\n127.0.0.2/31 # two\n");
      await().until(() -> !isServed(member, "127.0.0.2"));
      assertThat(isServed(member, "127.0.0.5")).isTrue();
      JsonObject explained = member.json("/api/v1/explain?listener=web&source=127.0.0.3");
      assertThat(explained.getString("deniedBy"))
          .isEqualTo("deny: 127.0.0.2/31 (" + file() + ":2)");
      assertThat(member.json("/api/v1/explain?listener=web&source=127.0.0.9").getString("deniedBy"))
          .isEqualTo("deny: 127.0.0.9");
    }
  }

  @Test
  @Logs("the list of before stays in use")
  void aBrokenFileLeavesTheListAndIsReported() throws Exception {
    write("127.0.0.2\n");
    try (TestBackend backend = TestBackend.echo();
        TestMember member = member(TransportKind.NIO, backend)) {
      write("127.0.0.3\nnobody\n");
      await().until(() -> !problems(member).isEmpty());
      assertThat(problems(member)).contains("bad.txt").contains("in line 2");
      assertThat(isServed(member, "127.0.0.2")).isFalse();
      assertThat(isServed(member, "127.0.0.3")).isTrue();
      write("127.0.0.3\n");
      await().until(() -> problems(member).isEmpty());
      await().until(() -> isServed(member, "127.0.0.2") && !isServed(member, "127.0.0.3"));
    }
  }

  private static String problems(TestMember member) throws Exception {
    return String.join(", ", member.view().status().configProblems());
  }

  @Test
  void aPushThatNamesAMissingFileIsRefusedWithItsKey() throws Exception {
    write("");
    try (TestBackend backend = TestBackend.echo();
        TestMember member = member(TransportKind.NIO, backend)) {
      String text =
          MemberSetup.on(TransportKind.NIO)
              .listener("allow: [10.0.0.0/8, { file: lists/none.txt }]")
              .backends(backend)
              .dynamicPart();
      JsonObject push = new JsonObject().put("config", text).put("format", "yaml");
      Throwable refused =
          member
              .member()
              .commands()
              .push(push, "test")
              .transform(done -> io.vertx.core.Future.succeededFuture(done.cause()))
              .await();
      assertThat(refused).isInstanceOf(CommandException.class);
      assertThat(refused.getMessage())
          .contains("listeners[0].allow[1].file")
          .contains("lists/none.txt")
          .contains("a file that can be read");
    }
  }
}
