package dev.fairlead.process;

import dev.fairlead.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A running nginx with one worker, its files in the test's directory. One thread. */
final class Nginx implements AutoCloseable {
  private static final Path STREAM = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");

  private final Program program;

  private Nginx(Program program) {
    this.program = program;
  }

  /** Serves HTTP. */
  static Nginx http(Path directory, String... servers) throws IOException {
    return start(directory, "http", servers);
  }

  /** Relays TCP; the module has to be in the program, or where Debian has it. */
  static Nginx stream(Path directory, String... servers) throws IOException {
    return start(directory, "stream", servers);
  }

  /**
   * A server of HTTP that answers everything with {@code text}, in which variables are replaced.
   */
  static String answering(String listen, String text, String... more) {
    return server(listen, List.of(more), "return 200 \"" + text + "\";");
  }

  /** A server of the stream module that connects to a port of 127.0.0.1. */
  static String relaying(String listen, int port, String... more) {
    return server(listen, List.of(more), "proxy_pass 127.0.0.1:" + port + ";");
  }

  private static String server(String listen, List<String> more, String last) {
    return "server { listen " + listen + "; " + String.join(" ", more) + " " + last + " }\n";
  }

  private static Nginx start(Path directory, String part, String... servers) throws IOException {
    Path own = Files.createTempDirectory(directory, "nginx");
    boolean module = part.equals("stream") && Files.exists(STREAM);
    String temporary =
        part.equals("http") ? "client_body_temp_path " + own + "/body; access_log off;\n" : "";
    Path config =
        Files.writeString(
            own.resolve("nginx.conf"),
            (module ? "load_module " + STREAM + ";\n" : "")
                + "daemon off; master_process off; pid %s/pid; error_log stderr;\n".formatted(own)
                + "events { }\n"
                + (part + " {\n" + temporary + String.join("", servers) + "}\n"));
    return new Nginx(Program.start(own, "nginx", "-p", own.toString(), "-c", config.toString()));
  }

  Nginx awaitListening(int port) {
    program.awaitListening(port);
    return this;
  }

  /** Ends it; closing it afterwards does nothing. */
  void stop() {
    program.close();
  }

  @Override
  public void close() {
    stop();
  }
}
