package dev.fairlead.page;

import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.Program;
import dev.fairlead.testkit.TestRun;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Debian's Chromium without a window, driven by its DevTools protocol over a web socket, so that no
 * other program or library is needed. Closing it ends the process. One thread.
 */
final class Browser implements AutoCloseable {
  static final String COMMAND = "chromium";

  /** What it leaves in its profile that points elsewhere, about which JUnit would warn. */
  private static final List<String> LINKS =
      List.of("SingletonSocket", "SingletonLock", "SingletonCookie");

  private final Program program;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();

  /** By session: warnings, errors and exceptions of its tab. */
  private final Map<String, List<String>> complaints = new ConcurrentHashMap<>();

  private Browser(Program program, Path profile, URI address) {
    this.program = program;
    this.profile = profile;
    this.socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address, new Messages()).join();
  }

  /** Starts it with a profile in {@code directory}; skips the test where it is not installed. */
  static Browser start(Path directory) throws IOException {
    Program.assumeInstalled(COMMAND);
    Path profile = Files.createTempDirectory(directory, "profile");
    Program program =
        Program.start(
            directory,
            COMMAND,
            "--headless=new",
            "--no-sandbox",
            "--no-first-run",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            "about:blank");
    Path ports = profile.resolve("DevToolsActivePort");
    await("the port of the browser")
        .until(() -> Files.exists(ports) && Files.readAllLines(ports).size() == 2);
    List<String> lines = Files.readAllLines(ports);
    return new Browser(
        program, profile, URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1)));
  }

  /**
   * Opens a tab of that size, in CSS pixels, for somebody who prefers dark colours or light ones.
   */
  BrowserTab open(int width, int height, boolean dark) {
    String target =
        ask(null, "Target.createTarget", new JsonObject().put("url", "about:blank"))
            .getString("targetId");
    String session =
        ask(
                null,
                "Target.attachToTarget",
                new JsonObject().put("targetId", target).put("flatten", true))
            .getString("sessionId");
    complaints.put(session, new CopyOnWriteArrayList<>());
    return new BrowserTab(this, session, width, height, dark);
  }

  /** What the tab's console has had of warnings and errors. */
  List<String> complaints(String session) {
    return complaints.get(session);
  }

  /** Sends a command and waits for its result. */
  JsonObject ask(String session, String method, JsonObject parameters) {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    asked.put(id, answer);
    JsonObject command =
        new JsonObject().put("id", id).put("method", method).put("params", parameters);
    if (session != null) {
      command.put("sessionId", session);
    }
    socket.sendText(command.encode(), true).join();
    JsonObject response = answer.orTimeout(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    if (response.containsKey("error")) {
      throw new IllegalStateException(method + ": " + response.getJsonObject("error").encode());
    }
    return response.getJsonObject("result");
  }

  private void take(JsonObject message) {
    if (message.containsKey("id")) {
      asked.remove(message.getInteger("id")).complete(message);
      return;
    }
    List<String> all = complaints.get(message.getString("sessionId", ""));
    JsonObject parameters = message.getJsonObject("params");
    if (all == null) {
      return;
    }
    switch (message.getString("method")) {
      case "Runtime.exceptionThrown" -> all.add(parameters.encode());
      case "Log.entryAdded" -> {
        JsonObject entry = parameters.getJsonObject("entry");
        if (!entry.getString("level").equals("info")
            && !entry.getString("level").equals("verbose")) {
          all.add(entry.getString("text") + " " + entry.getString("url", ""));
        }
      }
      default -> {
        // Of no interest.
      }
    }
  }

  @Override
  public void close() {
    socket.abort();
    program.close();
    for (String link : LINKS) {
      try {
        Files.deleteIfExists(profile.resolve(link));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Puts the parts of messages together. */
  private final class Messages implements WebSocket.Listener {
    private final StringBuilder part = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        JsonObject message = new JsonObject(part.toString());
        part.setLength(0);
        take(message);
      }
      from.request(1);
      return null;
    }
  }
}
