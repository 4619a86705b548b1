package dev.fairlead.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the page asks for the token of a member that has one, and forgets it when told to.
 * Provoked by a browser and one member. A failure would look like a page that stays empty.
 */
@Tag("slow")
class SignInIT {
  @TempDir private Path directory;

  private FairleadProcess start() throws IOException {
    Files.writeString(directory.resolve("token"), "s3cret\n");
    Path file =
        Files.writeString(
            directory.resolve("fairlead.yaml"),
            """
            node: { name: m1, admin: { tokenFile: token } }
            listeners: [{ name: web, bind: "127.0.0.1:0", pool: web }]
            pools: [{ name: web, backends: [] }]
            """);
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
}
