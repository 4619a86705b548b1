package dev.fairlead.process;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The events that a member's admin listener streams, from now on. Any thread. */
final class HeardEvents {
  private static final String DATA = "data:";

  private final List<JsonObject> heard = new CopyOnWriteArrayList<>();

  private HeardEvents() {}

  /** Returns when the stream is open; it ends with the member. */
  static HeardEvents of(int adminPort) throws IOException, InterruptedException {
    HeardEvents events = new HeardEvents();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/api/v1/events"))
            .build();
    var stream =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .build()
            .send(request, HttpResponse.BodyHandlers.ofLines());
    Thread reader = new Thread(() -> events.read(stream), "heard-events");
    reader.setDaemon(true);
    reader.start();
    return events;
  }

  private void read(HttpResponse<java.util.stream.Stream<String>> stream) {
    try {
      stream
          .body()
          .filter(line -> line.startsWith(DATA))
          .forEach(line -> heard.add(new JsonObject(line.substring(DATA.length()))));
    } catch (java.io.UncheckedIOException ended) {
      // With the member.
    }
  }

  /** The revision of that number that lost to another, by the events; empty = none so far. */
  List<String> superseded(long revision) {
    return heard.stream()
        .filter(event -> "ConfigUpdate".equals(event.getString("type")))
        .map(event -> event.getJsonObject("superseded"))
        .filter(lost -> lost != null && lost.getLong("revision") == revision)
        .map(lost -> lost.getString("id"))
        .distinct()
        .toList();
  }
}
