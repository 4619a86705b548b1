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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that somebody without a mouse can do all that the page offers, and always sees where the
 * keyboard is. Provoked by nothing but keys, while sessions come and go. A failure would look like
 * an editor that Tab does not leave, or like a focus that a live update takes away.
 */
@Tag("slow")
class KeyboardIT {
  /** The browser itself says that an answer was 401, or 422 of the editor's check. */
  private static final String REFUSED = "Failed to load resource";

  private static final String BALANCE = "    balance: two-choices";

  @TempDir private Path directory;
  private Browser browser;
  private TestBackend first;
  private TestBackend second;
  private FairleadProcess member;
  private BrowserTab tab;
  private int port;

  @BeforeEach
  void start() throws IOException {
    browser = Browser.start(directory);
    first = TestBackend.echo();
    second = TestBackend.echo();
    port = FreePorts.next();
    Files.writeString(directory.resolve("token"), "s3cret\n");
    Path file = Files.writeString(directory.resolve("fairlead.yaml"), document());
    member = Launch.run(file).startReady(directory);
    tab = browser.open(1400, 900, false);
    tab.goTo("http://127.0.0.1:" + member.adminPort() + "/");
    tab.untilSaid("Token of this member");
    signIn();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : new AutoCloseable[] {browser, member, first, second}) {
      if (each != null) {
        each.close();
      }
    }
  }

  private String document() {
    return """
    node: { name: m1, admin: { tokenFile: token } }
    listeners: [{ name: web, bind: "127.0.0.1:%s", pool: web }]
    pools:
      - name: web
    %s
        backends:
          - { %s }
          - { %s }
    """
        .formatted(port, BALANCE, first.keys(), second.keys());
  }

  private void signIn() {
    tab.type("s3cret");
    tab.press("Enter");
    tab.until("document.getElementById('stream').textContent === 'live'");
    tab.until("document.activeElement.textContent === 'Overview'");
  }

  private TestConnection connect() throws IOException {
    TestConnection client =
        TestClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    client.send("x");
    client.expect("x");
    return client;
  }

  private static String source(TestConnection client) throws IOException {
    return "127.0.0.1:" + ((InetSocketAddress) client.channel().getLocalAddress()).getPort();
  }

  /** Follows a link of the header. */
  private void view(String title, String hash) {
    tab.tabTo(title);
    tab.press("Enter");
    tab.until("location.hash === '" + hash + "'");
  }

  @Test
  void backendIsDrained() throws Exception {
    List<TestConnection> clients = List.of(connect(), connect(), connect(), connect());
    view("Pools", "#pools");
    String change = "Change backend 127.0.0.1:" + first.port() + " of pool web";
    tab.tabTo(change);
    tab.press("Enter");
    tab.until("document.activeElement.value === 'enabled'");
    tab.press("ArrowDown");
    tab.untilSaid("New sessions go to the other 1 backend");
    tab.tabTo("Author");
    tab.type("ann");
    tab.tabTo("Drain");
    tab.press("Enter");
    tab.untilSaid("draining, 2 left");
    tab.until("!document.querySelector('dialog')");
    assertThat(tab.focused()).isEqualTo(change);
    for (TestConnection each : clients) {
      each.close();
    }
    tab.untilSaid("draining, empty");
    assertThat(tab.focused()).isEqualTo(change);
    tab.press("Enter");
    tab.until("document.activeElement.value === 'draining'");
    tab.press("Escape");
    tab.until("!document.querySelector('dialog')");
    assertThat(tab.focused()).isEqualTo(change);
    assertThat(tab.complaints()).allMatch(line -> line.contains(REFUSED));
  }

  @Test
  void configurationIsWrittenPushedAndRolledBack() throws Exception {
    view("Configuration", "#config");
    tab.tabTo("Edit");
    tab.press("Enter");
    tab.untilSaid("This is the revision in force.");
    tab.tabTo("Configuration");
    assertThat(describing()).contains("Tab and Shift-Tab leave the editor");
    replaceBalance("two-choices", "best");
    tab.untilSaid("pools[0].balance: best");
    tab.tabTo((String) tab.evaluate("document.querySelector('.check-result button').textContent"));
    tab.press("Enter");
    replaceBalance("best", "round-robin");
    tab.untilSaid("Valid on 1 member.");
    tab.tabTo("Author");
    tab.type("ann");
    tab.tabTo("Note for the history");
    tab.type("in turn");
    tab.tabTo("Push");
    tab.press("Enter");
    tab.untilSaid("revision 2 by ann");
    tab.untilSaid("This is the revision in force.");
    assertThat(tab.focused()).isEqualTo("Push");
    tab.tabTo("History");
    tab.press("Enter");
    tab.untilSaid("in turn");
    tab.tabTo("Roll back to revision 1");
    tab.press("Enter");
    tab.until("document.querySelector('dialog[open]')");
    tab.tabTo("Note for the history");
    tab.type("back");
    tab.press("Enter");
    tab.untilSaid("revision 3 by ann");
    tab.until("document.querySelectorAll('#view table tbody tr').length === 3");
    assertThat(tab.focused()).isEqualTo("Roll back to revision 1");
    assertThat(textInForce()).contains("two-choices");
    assertThat(tab.complaints()).allMatch(line -> line.contains(REFUSED));
  }

  private String textInForce() {
    String asked = "fetch('api/v1/config', { headers: { Authorization: 'Bearer s3cret' } })";
    return (String) tab.evaluate(asked + ".then((all) => all.json()).then((all) => all.text)");
  }

  /** What a screen reader says about the element that has the focus. */
  private String describing() {
    return (String)
        tab.evaluate(
            "document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent");
  }

  /** In the fourth line of the text in the editor; leaves the editor open for Tab. */
  private void replaceBalance(String from, String to) {
    tab.pressWithControl("Home");
    for (int line = 1; line < 4; line++) {
      tab.press("ArrowDown");
    }
    tab.press("End");
    for (int i = 0; i < from.length(); i++) {
      tab.press("Backspace");
    }
    tab.type(to);
    tab.until("document.querySelector('.CodeMirror').innerText.includes('balance: " + to + "')");
    tab.press("Escape");
    tab.until("!document.querySelector('.CodeMirror-hints')");
  }

  @Test
  void focusStaysWhereItIsWhileSessionsComeAndGo() throws Exception {
    TestConnection older = connect();
    TestConnection kept = connect();
    view("Sessions", "#sessions");
    tab.untilSaid("2 sessions");
    String end = "End session of " + source(kept);
    tab.tabTo(end);
    try (TestConnection newer = connect()) {
      tab.until("document.body.innerText.includes('" + source(newer) + "')");
      String ended = source(older);
      older.close();
      tab.until("!document.body.innerText.includes('" + ended + "')");
      assertThat(tab.focused()).isEqualTo(end);
    }
    tab.untilSaid("1 session");
    try (TestConnection third = connect()) {
      tab.until("document.body.innerText.includes('" + source(third) + "')");
      assertThat(tab.focused()).isEqualTo(end);
      tab.press("Enter");
      tab.until("document.querySelector('dialog[open]')");
      tab.tabTo("End session");
      tab.press("Enter");
      String gone = source(kept);
      assertThat(kept.readSome(1)).isEmpty();
      tab.until("!document.querySelector('#view').innerText.includes('" + gone + "')");
      // Not on the control of another session, which the next Enter would end.
      assertThat(tab.focused()).contains(source(third)).doesNotStartWith("End session");
    }
    tab.untilSaid("No live session matches.");
    assertThat(tab.evaluate("document.activeElement !== document.body")).isEqualTo(true);
  }

  @Test
  void skipLinkLeadsToTheContentOfTheViewThatIsShown() {
    view("Events", "#events");
    tab.tabTo("Skip to the content");
    tab.press("Enter");
    assertThat(tab.evaluate("document.activeElement.id")).isEqualTo("main");
    assertThat(tab.evaluate("location.hash")).isEqualTo("#events");
  }
}
