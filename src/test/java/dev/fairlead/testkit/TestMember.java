package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.admin.MemberView;
import dev.fairlead.member.Member;
import dev.fairlead.pool.Backend;
import dev.fairlead.session.SessionRecord;
import io.netty.util.NetUtil;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A member in this process, made by {@link MemberSetup}. Closing it ends its sessions at once, and
 * fails the test when any count is not back at 0.
 */
public final class TestMember implements AutoCloseable {
  static final String ACCESS_LOG = "access.log";

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Member member;
  private final Path file;
  private final String nodePart;

  TestMember(Member member, Path file, String nodePart) {
    this.member = member;
    this.file = file;
    this.nodePart = nodePart;
  }

  public MemberView view() {
    return member.view();
  }

  public Member member() {
    return member;
  }

  /** Where the only listener accepts. */
  public SocketAddress address() {
    return address(view().listeners().get(0).name());
  }

  /** Where the listener of that name accepts. */
  public SocketAddress address(String listener) {
    String shown =
        view().listeners().stream()
            .filter(each -> each.name().equals(listener))
            .findFirst()
            .orElseThrow()
            .address();
    if (shown.startsWith("unix:")) {
      return UnixDomainSocketAddress.of(shown.substring("unix:".length()));
    }
    int colon = shown.lastIndexOf(':');
    byte[] ip = NetUtil.createByteArrayFromIpAddressString(shown.substring(0, colon));
    return inet(ip, Integer.parseInt(shown.substring(colon + 1)));
  }

  /** The live sessions. */
  public List<SessionRecord> sessions() {
    return view().sessions().await();
  }

  /** The only session, waited for. */
  public SessionRecord session() {
    await().until(() -> sessions().size() == 1);
    return sessions().get(0);
  }

  /** Backend {@code index} of the first pool. */
  public Backend backend(int index) {
    return view().pools().get(0).backends().get(index);
  }

  public void awaitSessions(int count) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(view().status().sessions()).isEqualTo(count));
  }

  /** What the admin listener answers. */
  public HttpResponse<String> http(String method, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + member.adminPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
  }

  public JsonObject json(String path) throws IOException, InterruptedException {
    return new JsonObject(http("GET", path).body());
  }

  /** The value of one metric with its labels, as {@code /metrics} writes it; 0 = not there. */
  public double metric(String series) throws IOException, InterruptedException {
    return MetricsText.value(http("GET", "/metrics").body(), series);
  }

  /** How many clients the listener {@code web} has refused for {@code reason}. */
  public int refused(String reason) throws IOException, InterruptedException {
    return (int) metric("fairlead_refused_total{listener=\"web\",reason=\"" + reason + "\"}");
  }

  /** How many clients that limit has refused for want of a permit. */
  public int refusedBy(String limit) throws IOException, InterruptedException {
    String labels = "{limit=\"" + limit + "\",reason=\"limit-connections\"}";
    return (int) metric("fairlead_limit_refused_total" + labels);
  }

  public void awaitRefused(String reason, int count) {
    await().untilAsserted(() -> assertThat(refused(reason)).as(reason).isEqualTo(count));
  }

  /** The lines of the access log, waited for until there are {@code count}. */
  public List<JsonObject> accessLog(int count) {
    Path log = file.resolveSibling(ACCESS_LOG);
    await().until(() -> Files.readAllLines(log).size() >= count);
    try (Stream<String> lines = Files.lines(log)) {
      return lines.map(JsonObject::new).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Replaces listeners and pools in the file, as an editor does, and does not wait. */
  public void write(String dynamicPart) throws IOException {
    Path fresh = file.resolveSibling("fresh");
    Files.writeString(fresh, nodePart + dynamicPart);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Replaces listeners and pools, and waits until they are in force. */
  public void reload(String dynamicPart) throws IOException {
    long before = view().config().revision().revision();
    write(dynamicPart);
    member.reload();
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> view().config().revision().revision() > before);
  }

  @Override
  public void close() {
    member.drain();
    member.drain().await();
    member.stop();
    delete();
    assertThat(view().status().sessions()).as("sessions").isZero();
    assertThat(view().listeners())
        .allSatisfy(listener -> assertThat(listener.active()).as(listener.name()).isZero());
    assertThat(view().pools().stream().flatMap(pool -> pool.backends().stream()))
        .allSatisfy(backend -> assertThat(backend.active()).as(backend.id()).isZero());
  }

  private static InetSocketAddress inet(byte[] ip, int port) {
    try {
      return new InetSocketAddress(java.net.InetAddress.getByAddress(ip), port);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private void delete() {
    try (Stream<Path> all = Files.walk(file.getParent())) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
