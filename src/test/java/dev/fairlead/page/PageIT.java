package dev.fairlead.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that an operator sees the whole cluster on the page of any member, and can do there what
 * the page offers. Provoked by a browser and three real members with sessions. A failure would look
 * like a drain that is never seen to end.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageIT {
  private static final List<String> VIEWS =
      List.of(
          "overview",
          "pools",
          "sessions",
          "events",
          "config/text",
          "config/history",
          "config/edit",
          "explain");

  /** From the death of a member to a page that says so. */
  private static final Duration SEEN_WITHIN = Duration.ofSeconds(3);

  /** The editor does without it. */
  private static final String OPTIONAL = "/api/v1/config/schema.json";

  private static final String EDITOR = "document.querySelector('.CodeMirror').CodeMirror";

  /** How many lines are marked. */
  private static final String MARKED = "document.querySelectorAll('.CodeMirror .wrong').length";

  private Browser browser;
  private TestBackend first;
  private TestBackend second;
  private ClusterProcesses cluster;
  private final List<TestConnection> clients = new ArrayList<>();

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    browser = Browser.start(directory);
    first = TestBackend.echo();
    second = TestBackend.echo();
    cluster = new ClusterProcesses(directory, 3, document("two-choices"));
    int port = FreePorts.next(); // The page asks the same address again.
    cluster.node("m2", "admin: { port: " + port + " }");
    cluster.startAll();
  }

  @AfterEach
  void leave() throws IOException {
    for (TestConnection each : clients) {
      each.close();
    }
    clients.clear();
  }

  @AfterAll
  void stop() throws Exception {
    for (AutoCloseable each : new AutoCloseable[] {browser, cluster, first, second}) {
      if (each != null) {
        each.close();
      }
    }
  }

  private String document(String balance) {
    return """
    listeners:
      - name: web
        bind: "127.0.0.1:0"
        pool: web
        limits: { connections: 100 }
    pools:
      - name: web
        balance: %s
        backends:
          - { %s }
          - { %s }
        health: { type: tcp, interval: 1s }
    """
        .formatted(balance, first.keys(), second.keys());
  }

  private BrowserTab open(String member, String view) {
    return open(member, view, 1400, 900, false);
  }

  private BrowserTab open(String member, String view, int width, int height, boolean dark) {
    BrowserTab tab = browser.open(width, height, dark);
    tab.goTo("http://127.0.0.1:" + cluster.member(member).adminPort() + "/#" + view);
    tab.until("document.getElementById('stream').textContent === 'live'");
    tab.until("document.getElementById('view').childElementCount > 0");
    return tab;
  }

  /** Opens sessions at each member; they stay until the end of the test. */
  private void connect(int perMember) throws IOException {
    for (FairleadProcess each : cluster.members()) {
      for (int i = 0; i < perMember; i++) {
        TestConnection client =
            TestClient.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), each.port("web")));
        clients.add(client);
        client.send("x");
        client.expect("x");
      }
    }
  }

  private static String id(TestBackend backend) {
    return "127.0.0.1:" + backend.port();
  }

  @Test
  void everyViewIsForEverybodyAtEveryWidthAndInBothThemes() throws Exception {
    connect(3);
    for (boolean dark : new boolean[] {false, true}) {
      for (int width : new int[] {1400, 390}) {
        BrowserTab tab = open("m2", VIEWS.get(0), width, 900, dark);
        for (String view : VIEWS) {
          String where = view + " at " + width + (dark ? ", dark" : ", light");
          tab.evaluate("location.hash = '" + view + "'");
          tab.until("location.hash === '#" + view + "'");
          settle(tab, view);
          assertThat(tab.faults()).as(where).isEmpty();
          assertThat(tab.isTooWide()).as(where).isFalse();
        }
        assertThat(tab.complaints()).filteredOn(line -> !line.contains(OPTIONAL)).isEmpty();
      }
    }
  }

  /** Waits for what a view fetches. */
  private static void settle(BrowserTab tab, String view) {
    switch (view) {
      case "overview" -> tab.until("document.querySelectorAll('.charts canvas').length === 4");
      case "config/edit" -> tab.untilSaid("This is the revision in force.");
      case "config/text" -> tab.untilSaid("two-choices");
      case "config/history" -> tab.until("document.querySelector('#view table tbody tr')");
      case "sessions" -> tab.untilSaid("9 sessions");
      default -> tab.until("document.querySelector('#view').innerText !== ''");
    }
  }

  @Test
  void memberShowsTheWholeClusterAtTheFirstPaint() throws Exception {
    connect(2);
    BrowserTab tab = open("m3", "overview");
    for (String name : List.of("m1", "m2", "m3")) {
      tab.untilSaid(name);
    }
    tab.until("document.querySelector('.tiles').innerText.includes('Sessions\\n6')");
    tab.untilSaid("2 of 2");
    double paint =
        ((Number)
                tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
            .doubleValue();
    assertThat(paint).isLessThan(1000 * Math.max(1, load()));
  }

  /** Waiting processes for each core, because other tests may run at the same time. */
  private static double load() {
    return java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()
        / Runtime.getRuntime().availableProcessors();
  }

  @Test
  void drainingBackendIsSeenToEmpty() throws Exception {
    connect(4);
    BrowserTab tab = open("m1", "pools");
    tab.click("Change backend " + id(first) + " of pool web");
    tab.click("draining");
    tab.untilSaid("New sessions go to the other 1 backend");
    tab.click("Drain");
    tab.until("/draining, [0-9]+ left/.test(document.body.innerText)");
    leave();
    tab.untilSaid("draining, empty");
    tab.click("Change backend " + id(first) + " of pool web");
    tab.click("enabled");
    tab.click("Enable");
    tab.untilSaid("2 of 2 up");
    assertThat(tab.complaints()).isEmpty();
  }

  @Test
  void detailsOfABackendTellItsRecord() throws Exception {
    connect(2);
    BrowserTab tab = open("m3", "pools");
    tab.click("Details of backend " + id(first) + " of pool web");
    tab.untilSaid("at one time");
    tab.until(
        "/connected in [0-9]|none by m3/.test(document.body.innerText)"); // Two of three probe it.
    assertThat(tab.faults()).isEmpty();
    tab.click("Close");
    tab.until("!document.querySelector('dialog')");
  }

  @Test
  void configurationIsCheckedPushedAndRolledBack() throws Exception {
    BrowserTab tab = open("m1", "config/edit");
    tab.untilSaid("This is the revision in force.");
    write(tab, document("best"));
    tab.untilSaid("pools[0].balance: best");
    int line = document("best").lines().toList().indexOf("    balance: best") + 1;
    tab.untilSaid("Line " + line + ": ");
    assertThat(tab.evaluate(MARKED)).isEqualTo(1);
    // The line stays, so that its mark has to be taken away.
    String place = "{ line: " + (line - 1) + ", ch: ";
    String range = place + "13 }, " + place + "17 }";
    tab.evaluate(EDITOR + ".replaceRange('round-robin', " + range + ")");
    tab.untilSaid("Valid on 3 members.");
    assertThat(tab.evaluate(MARKED)).isEqualTo(0);
    long before = cluster.member("m1").revision();
    tab.fill("Author", "ann");
    tab.fill("Note for the history", "in turn");
    tab.click("Push");
    cluster.awaitRevision(before + 1);
    tab.untilSaid("revision " + (before + 1) + " by ann");
    tab.click("History");
    tab.untilSaid("in turn");
    tab.click("Roll back to revision " + before);
    tab.click("Roll back");
    cluster.awaitRevision(before + 2);
    tab.untilSaid("revision " + (before + 2));
    assertThat(cluster.member("m3").json("/api/v1/config").getString("text"))
        .contains("two-choices");
  }

  @Test
  void lostMemberIsSaidAndComesBackByItself() throws Exception {
    BrowserTab tab = open("m2", "overview");
    cluster.kill("m2");
    tab.untilSaid("This member does not answer.");
    tab.untilSaid("connection lost");
    cluster.start("m2");
    tab.untilNotSaid("This member does not answer.");
    tab.until("document.getElementById('stream').textContent === 'live'");
  }

  /**
   * CodeMirror alone takes the keys of most maps in braces for values. At m3: a browser has six
   * connections to an address, and each open tab keeps one.
   */
  @Test
  void keysOfMapsInBracesAreColoured() throws Exception {
    BrowserTab tab = open("m3", "config/edit");
    tab.untilSaid("This is the revision in force.");
    write(tab, "a: [{ name: x, tls: { up: true, to: 1 } }]\nb: { c: d, e: [f, g] }\n");
    tab.until(
        "[...document.querySelectorAll('.CodeMirror-line .cm-atom')].map((each) =>"
            + " each.textContent.trim()).join() === 'a,name,tls,up,to,b,c,e'");
    assertThat(tab.evaluate("document.querySelectorAll('.CodeMirror-line .cm-keyword').length"))
        .isEqualTo(1);
  }

  private static void write(BrowserTab tab, String document) {
    String text = new io.vertx.core.json.JsonArray().add(document).encode() + "[0]";
    tab.evaluate(EDITOR + ".setValue(" + text + ")");
  }

  @Test
  void sessionOfAnotherMemberIsFoundAndEnded() throws Exception {
    connect(1);
    BrowserTab tab = open("m1", "sessions?source=127.0.0.1");
    tab.untilSaid("3 sessions");
    TestConnection last = clients.get(2);
    String source = "127.0.0.1:" + ((InetSocketAddress) last.channel().getLocalAddress()).getPort();
    tab.click("End session of " + source);
    tab.click("End session");
    assertThat(last.readSome(1)).isEmpty();
    tab.untilSaid("2 sessions");
  }

  @Test
  void addressOfNoViewBecomesThatOfTheOverview() throws Exception {
    BrowserTab tab = open("m1", "configuration");
    tab.until("location.hash === '#overview'");
    tab.untilSaid("Needs attention");
  }

  @Test
  void memberThatDiesIsSeenToBeLostUntilItIsBack() throws Exception {
    BrowserTab tab = open("m1", "overview");
    String members = "document.querySelector('section[aria-label=Members]').innerText";
    tab.until(members + ".includes('m3') && !" + members + ".includes('lost at')");
    cluster.kill("m3");
    Instant died = Instant.now();
    tab.until(members + ".includes('lost at')");
    assertThat(Duration.between(died, Instant.now())).isLessThan(SEEN_WITHIN);
    tab.until("document.querySelector('.tiles').innerText.includes('Members ready\\n2 of 3')");
    tab.untilSaid("Member m3 was lost at ");
    cluster.start("m3");
    tab.until("!" + members + ".includes('lost at')");
  }
}
