package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the admin listener serves each file of the page, compressed and so that browsers can
 * keep it, and that nothing comes from elsewhere. Provoked by requests for all of them. A failure
 * would look like a page without charts, or like one that asks a foreign host.
 */
class PageFilesTest {
  /** What all files may weigh together on the wire, in bytes. */
  private static final long MOST = 300_000;

  /** Without the editor, which is fetched when it is opened. */
  private static final long MOST_AT_FIRST = 80_000;

  private static final List<String> FOREIGN =
      List.of(
          "uplot.js", "uplot.css", "codemirror.js", "codemirror.css", "yaml.js", "show-hint.js");

  private static final Pattern LINK = Pattern.compile("(?:src|href)=\"(page/[^\"]+)\"");

  private final AdminServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  PageFilesTest() throws Exception {
    server = new AdminServer(null);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static List<String> own() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/page"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("index.html"))
          .toList();
    }
  }

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> compressed(String path) throws Exception {
    HttpResponse<byte[]> answer = get(path, "Accept-Encoding", "br, gzip");
    assertThat(answer.headers().firstValue("content-encoding")).as(path).hasValue("gzip");
    return answer;
  }

  @Test
  void everyFileIsServedAndHasItsType() throws Exception {
    for (String name : Stream.concat(own().stream(), FOREIGN.stream()).toList()) {
      HttpResponse<byte[]> answer = get("/page/" + name);
      assertThat(answer.statusCode()).as(name).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-type"))
          .hasValue(
              name.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8");
    }
  }

  @Test
  void everythingTogetherIsSmall() throws Exception {
    long first = compressed("/").body().length;
    for (String name : own()) {
      first += compressed("/page/" + name).body().length;
    }
    first +=
        compressed("/page/uplot.js").body().length + compressed("/page/uplot.css").body().length;
    assertThat(first).isLessThan(MOST_AT_FIRST);
    long all = first;
    for (String name : FOREIGN.subList(2, FOREIGN.size())) {
      all += compressed("/page/" + name).body().length;
    }
    assertThat(all).isLessThan(MOST);
  }

  @Test
  void compressedFileIsTheSame() throws Exception {
    byte[] plain = get("/page/style.css").body();
    byte[] gzip = compressed("/page/style.css").body();
    assertThat(new GZIPInputStream(new ByteArrayInputStream(gzip)).readAllBytes()).isEqualTo(plain);
    assertThat(get("/page/style.css", "Accept-Encoding", "identity").body()).isEqualTo(plain);
  }

  @Test
  void browserThatHasAFileGetsItOnlyOnce() throws Exception {
    HttpResponse<byte[]> first = get("/page/app.js");
    String tag = first.headers().firstValue("etag").orElseThrow();
    assertThat(first.headers().firstValue("cache-control")).hasValue("no-cache");
    HttpResponse<byte[]> again = get("/page/app.js", "If-None-Match", "\"other\", " + tag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(again.headers().firstValue("etag")).hasValue(tag);
    assertThat(get("/page/app.js", "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
  }

  @Test
  void pageNamesOnlyFilesThatAreThere() throws Exception {
    String html = new String(get("/").body(), StandardCharsets.UTF_8);
    List<String> linked = LINK.matcher(html).results().map(link -> link.group(1)).toList();
    assertThat(linked).hasSizeGreaterThan(10).allMatch(path -> statusOf("/" + path) == 200);
  }

  private int statusOf(String path) {
    try {
      return get(path).statusCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The policy forbids it, so that it would not work. */
  @Test
  void nothingForeignAndNoMarkupFromText() throws Exception {
    for (String name : Stream.concat(own().stream(), Stream.of("index.html")).toList()) {
      assertThat(Files.readString(Path.of("src/main/resources/page", name)))
          .as(name)
          .doesNotContain("http://", "https://", "innerHTML", "insertAdjacentHTML", "style=\"")
          .doesNotContainPattern("[\"'(]//");
    }
  }

  @Test
  void everyModuleThatIsImportedIsThere() throws Exception {
    TreeSet<String> imported = new TreeSet<>();
    for (String name : own()) {
      Pattern.compile("from \"\\./([a-z]+\\.js)\"")
          .matcher(Files.readString(Path.of("src/main/resources/page", name)))
          .results()
          .map((MatchResult each) -> each.group(1))
          .forEach(imported::add);
    }
    assertThat(own()).containsAll(imported);
  }
}
