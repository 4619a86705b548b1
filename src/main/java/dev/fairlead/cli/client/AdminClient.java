package dev.fairlead.cli.client;

import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.config.text.ConfigText;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * HTTP client of a member's admin listener. Blocks: at most 3 s to connect, 30 s for the response,
 * 45 s without a line of a stream. Every refusal is thrown as a {@link RefusedException}.
 */
public final class AdminClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  /**
   * Three of the stream's keep-alive comments. Lowering it gives up on a member that is only slow;
   * raising it reports later that a member hangs.
   */
  private static final Duration SILENCE_TIMEOUT = Duration.ofSeconds(45);

  private static final Pattern OF_PARAMETER =
      Pattern.compile("[a-zA-Z]+: .* \\(expected: .*\\)", Pattern.DOTALL);

  private final MemberAddress address;
  private final String url;
  private final @Nullable String token;
  private final HttpClient client;

  /** {@code tls} defaults to the system's certificates. */
  public AdminClient(MemberAddress address, @Nullable String token, @Nullable SSLContext tls) {
    this.address = address;
    this.url = address.url();
    this.token = token;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT);
    this.client = (tls == null ? builder : builder.sslContext(tls)).build();
  }

  public static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  public JsonObject get(String path) throws RefusedException {
    return checked(path, exchange(request(path).GET()), "");
  }

  /**
   * Passes the lines of an endless response to {@code takesMore} until it returns false; refuses
   * when the member ends the response or is silent for 45 s.
   */
  public void follow(String path, Predicate<String> takesMore) throws RefusedException {
    HttpResponse<Stream<String>> answer =
        exchange(request(path).GET(), HttpResponse.BodyHandlers.ofLines());
    try (Stream<String> lines = answer.body()) {
      if (answer.statusCode() / 100 != 2) {
        checked(
            path,
            answer.statusCode(),
            lines.collect(Collectors.joining("\n")),
            problem -> shown("", problem));
      }
      try (LineQueue queue = LineQueue.of(lines)) {
        passOn(queue, takesMore, path);
      }
    }
  }

  private void passOn(LineQueue queue, Predicate<String> takesMore, String path)
      throws RefusedException {
    String line = queue.next(SILENCE_TIMEOUT).orElse(null);
    while (line != null && takesMore.test(line)) {
      line = queue.next(SILENCE_TIMEOUT).orElse(null);
    }
    if (line == null) {
      String end = queue.hasEnded() ? "ended the stream" : "does not answer any more";
      throw new RefusedException(url + path + ": the member " + end);
    }
  }

  /** The body of {@code /readyz}, also when the member is not ready (503). */
  public JsonObject getReadiness() throws RefusedException {
    HttpResponse<String> answer = exchange(request("/readyz").GET());
    return parsed("/readyz", answer.statusCode(), answer.body());
  }

  /** Sends a JSON body; an empty response is an empty object. */
  public JsonObject send(String method, String path, JsonObject body) throws RefusedException {
    HttpRequest.BodyPublisher publisher = HttpRequest.BodyPublishers.ofString(body.encode());
    HttpRequest.Builder request = request(path).header("Content-Type", "application/json");
    return checked(path, exchange(request.method(method, publisher)), "");
  }

  /** Posts a document; refuses unless revision {@code expect}, absent = any, is in force. */
  public JsonObject post(String path, ConfigText document, @Nullable Long expect)
      throws RefusedException {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/" + document.format().label())
            .POST(HttpRequest.BodyPublishers.ofString(document.text()));
    if (expect != null) {
      request.header("If-Match", expect.toString());
    }
    return checked(path, exchange(request), document.name());
  }

  /**
   * Sends no body; problems are told without the URL, because the caller's words name the object.
   */
  public JsonObject delete(String path) throws RefusedException {
    HttpResponse<String> answer = exchange(request(path).DELETE());
    return checked(
        path,
        answer.statusCode(),
        answer.body(),
        problem -> AnswerText.printable(problem.getString("message", "")));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> exchange(HttpRequest.Builder request) throws RefusedException {
    return exchange(request, HttpResponse.BodyHandlers.ofString());
  }

  /** The request has no time limit of its own: since JDK 26 that would end a stream, too. */
  private <T> HttpResponse<T> exchange(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) throws RefusedException {
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request.build(), body);
    try {
      return answer.get(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new RefusedException(
          UnreachedText.of(Objects.requireNonNullElse(e.getCause(), e), address));
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new RefusedException(url + ": no answer within " + ANSWER_TIMEOUT.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException("interrupted");
    }
  }

  /** Throws what is not a success; {@code file} is the document that was sent, empty = none. */
  private JsonObject checked(String path, HttpResponse<String> answer, String file)
      throws RefusedException {
    return checked(path, answer.statusCode(), answer.body(), problem -> shown(file, problem));
  }

  /**
   * A path that begins with a slash is the request's, not a key of the document; a message about a
   * parameter of it says enough alone.
   */
  private String shown(String file, JsonObject problem) {
    String message = problem.getString("message", "");
    boolean ofRequest = problem.getString("path", "").startsWith("/");
    if (ofRequest && OF_PARAMETER.matcher(message).matches()) {
      return AnswerText.printable(message);
    }
    return AnswerText.problem(ofRequest ? url : file, problem);
  }

  private JsonObject checked(
      String path, int status, String text, Function<JsonObject, String> problemText)
      throws RefusedException {
    JsonObject body = parsed(path, status, text);
    if (status / 100 == 2) {
      return body;
    }
    if (status == 401) {
      String sent = token == null ? "no token was sent" : "the token sent is not the member's";
      throw new RefusedException(
          status,
          List.of(
              url
                  + path
                  + ": the token is missing or wrong: "
                  + sent
                  + " (expected: that of the member's node.admin.tokenFile, by --token-file FILE or"
                  + " FAIRLEAD_TOKEN_FILE)"));
    }
    List<String> lines = AnswerText.each(body, "problems").stream().map(problemText).toList();
    if (lines.isEmpty()) {
      throw new RefusedException(status, List.of(url + path + ": answered " + status));
    }
    throw new RefusedException(status, lines);
  }

  private JsonObject parsed(String path, int status, String text) throws RefusedException {
    try {
      return text.isEmpty() ? new JsonObject() : new JsonObject(text);
    } catch (DecodeException e) {
      throw new RefusedException(
          status, List.of(url + path + ": answered " + status + ", and not as Fairlead does"));
    }
  }
}
