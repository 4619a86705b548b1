package dev.fairlead.cli;

import dev.fairlead.config.Problem;
import dev.fairlead.config.text.ConfigText;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * HTTP client of a member's admin listener. Blocks: at most 3 s to connect, 30 s for the response.
 * Every refusal is thrown as a {@link RefusedException}.
 */
final class AdminClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  private final String url;
  private final @Nullable String token;
  private final HttpClient client;

  /** {@code url} has no slash at its end; {@code trust} defaults to the system's certificates. */
  AdminClient(String url, @Nullable String token, @Nullable SSLContext trust) {
    this.url = url;
    this.token = token;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT);
    this.client = (trust == null ? builder : builder.sslContext(trust)).build();
  }

  static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  JsonObject get(String path) throws RefusedException {
    return checked(path, exchange(request(path).GET().build()), "");
  }

  /** The body of {@code /readyz}, also when the member is not ready (503). */
  JsonObject getReadiness() throws RefusedException {
    return parsed("/readyz", exchange(request("/readyz").GET().build()));
  }

  /** Sends a JSON body; an empty response is an empty object. */
  JsonObject send(String method, String path, JsonObject body) throws RefusedException {
    HttpRequest.BodyPublisher publisher = HttpRequest.BodyPublishers.ofString(body.encode());
    HttpRequest.Builder request = request(path).header("Content-Type", "application/json");
    return checked(path, exchange(request.method(method, publisher).build()), "");
  }

  /** Posts a document; refuses unless revision {@code expect}, absent = any, is in force. */
  JsonObject post(String path, ConfigText document, @Nullable Long expect) throws RefusedException {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/" + document.format().label())
            .POST(HttpRequest.BodyPublishers.ofString(document.text()));
    if (expect != null) {
      request.header("If-Match", expect.toString());
    }
    return checked(path, exchange(request.build()), document.name());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER_TIMEOUT);
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> exchange(HttpRequest request) throws RefusedException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new RefusedException(unreached(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException("interrupted");
    }
  }

  private String unreached(IOException e) {
    if (e instanceof HttpConnectTimeoutException) {
      return "cannot reach " + url + ": timed out";
    }
    if (e instanceof HttpTimeoutException) {
      return url + ": no answer within " + ANSWER_TIMEOUT.toSeconds() + " s";
    }
    if (e instanceof ConnectException) {
      String why = isUnresolved(e) ? "name not resolved" : "connection refused";
      return "cannot reach " + url + ": " + why;
    }
    String why = AnswerText.printable(Problem.reason(e));
    return "cannot reach " + url + (e instanceof SSLException ? ": TLS failed: " : ": ") + why;
  }

  private static boolean isUnresolved(Throwable e) {
    return e.getCause() != null
        && (e.getCause() instanceof UnresolvedAddressException || isUnresolved(e.getCause()));
  }

  /** Throws what is not a success; {@code file} is the document that was sent, empty = none. */
  private JsonObject checked(String path, HttpResponse<String> answer, String file)
      throws RefusedException {
    JsonObject body = parsed(path, answer);
    if (answer.statusCode() / 100 == 2) {
      return body;
    }
    if (answer.statusCode() == 401) {
      throw new RefusedException(
          url
              + path
              + ": the token is missing or wrong (expected: --token-file with the member's token)");
    }
    List<String> lines = new ArrayList<>();
    for (JsonObject problem : AnswerText.each(body, "problems")) {
      // A path that begins with a slash is the request's, not a key of the document.
      boolean ofRequest = problem.getString("path", "").startsWith("/");
      lines.add(AnswerText.problem(ofRequest ? url : file, problem));
    }
    if (lines.isEmpty()) {
      throw new RefusedException(url + path + ": answered " + answer.statusCode());
    }
    throw new RefusedException(lines);
  }

  private JsonObject parsed(String path, HttpResponse<String> answer) throws RefusedException {
    try {
      return answer.body().isEmpty() ? new JsonObject() : new JsonObject(answer.body());
    } catch (DecodeException e) {
      throw new RefusedException(
          url + path + ": answered " + answer.statusCode() + ", and not as Fairlead does");
    }
  }
}
