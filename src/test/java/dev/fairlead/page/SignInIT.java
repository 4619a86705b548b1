package dev.fairlead.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.Launch;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the page asks for the token of a member that has one, forgets it when told to, and
 * offers to somebody who may only read what he may do. Provoked by a browser and one member. A
 * failure would look like a page that stays empty, or like a control that is refused when used.
 */
@Tag("slow")
class SignInIT {
  private static final List<String> VIEWS =
      List.of(
          "overview",
          "pools",
          "sessions",
          "events",
          "config/text",
          "config/history",
          "config/compare",
          "config/edit",
          "explain");

  /** Whatever changes something, by its text. */
  private static final String CHANGING =
      "[...document.querySelectorAll('#view button')].map((each) => each.textContent)"
          + ".filter((each) => ['Change', 'End', 'Roll back', 'Push'].includes(each)).length";

  @TempDir private Path directory;
  private final TestBackend backend = TestBackend.echo();
  private final int port = FreePorts.next();

  SignInIT() throws IOException {}

  @AfterEach
  void stop() throws Exception {
    backend.close();
  }

  private FairleadProcess start() throws IOException {
    Files.writeString(directory.resolve("token"), "s3cret\n");
    Files.writeString(directory.resolve("read"), "1ook\n");
    Path file =
        Files.writeString(
            directory.resolve("fairlead.yaml"),
            """
            node: { name: m1, admin: { tokenFile: token, readTokenFile: read } }
            listeners: [{ name: web, bind: "127.0.0.1:%s", pool: web }]
            pools: [{ name: web, backends: [{ %s }] }]
            """
                .formatted(port, backend.keys()));
    return Launch.run(file).startReady(directory);
  }

  @Test
  void tokenIsAskedForAndForgotten() throws Exception {
    try (Browser browser = Browser.start(directory);
        FairleadProcess member = start()) {
      BrowserTab tab = browser.open(390, 800, true);
      tab.goTo("http://127.0.0.1:" + member.adminPort() + "/");
      tab.untilSaid("Token of this member");
      assertThat(tab.faults()).isEmpty();
      tab.fill("Token of this member", "wrong");
      tab.click("Sign in");
      tab.untilSaid("That is not a token of this member.");
      tab.fill("Token of this member", "s3cret");
      tab.click("Sign in");
      tab.untilSaid("asked m1");
      assertThat(tab.evaluate("localStorage.length")).isEqualTo(0);
      tab.click("Sign out");
      tab.untilSaid("Token of this member");
      assertThat(tab.evaluate("sessionStorage.length")).isEqualTo(0);
    }
  }

  @Test
  void tokenThatMayOnlyReadSeesAllAndIsOfferedNoChange() throws Exception {
    try (Browser browser = Browser.start(directory);
        FairleadProcess member = start();
        TestConnection client =
            TestClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      client.send("x");
      client.expect("x");
      BrowserTab tab = browser.open(1400, 900, false);
      tab.goTo("http://127.0.0.1:" + member.adminPort() + "/");
      tab.fill("Token of this member", "1ook");
      tab.click("Sign in");
      tab.untilSaid("This token may only read: changes are not offered.");
      int before = tab.complaints().size();
      for (String view : VIEWS) {
        tab.evaluate("location.hash = '" + view + "'");
        tab.until("document.querySelector('#view').innerText.includes(" + sign(view) + ")");
        assertThat(tab.evaluate(CHANGING)).as(view).isEqualTo(0);
        assertThat(tab.faults()).as(view).isEmpty();
      }
      assertThat(tab.complaints()).hasSize(before);
    }
  }

  /** What a view says once it has what it fetches. */
  private String sign(String view) {
    String said =
        switch (view) {
          case "overview" -> "1 of 1";
          case "pools" -> "127.0.0.1:" + backend.port();
          case "sessions" -> "1 session";
          case "events" -> "Events of all members";
          case "config/text" -> "name: web";
          case "config/compare" -> "Differences";
          case "config/history" -> "in force";
          case "config/edit" -> "Sign in with one that may change the configuration.";
          default -> "Listener";
        };
    return "'" + said + "'";
  }
}
