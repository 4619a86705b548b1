package dev.fairlead.pool.health;

import com.google.re2j.Pattern;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.LinearPattern;
import dev.fairlead.config.StatusRanges;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Passes if a request is answered with an expected status and, where one is configured, an expected
 * body. Without one only the status line is read.
 */
final class HttpCheck implements Check {
  static final int LONGEST_LINE_BYTES = 4096;

  private static final int DEFAULT_PORT = 80;

  /** RFC 9112, section 4; a bare LF ends it too, and the space before no reason may be missing. */
  private static final java.util.regex.Pattern STATUS_LINE =
      java.util.regex.Pattern.compile("HTTP/1\\.[01] (\\d{3})(?: [^\\r\\n]*)?\\r?\\n");

  static final CheckResult NO_ANSWER = CheckResult.failed("no HTTP answer");

  private static final String END = "\r\n";

  /** Unless the configuration has others. */
  private static final List<String> DEFAULT_HEADERS =
      List.of("User-Agent: fairlead-health", "Accept: */*");

  /** Methods that a server expects a body from: RFC 9110, section 8.6. */
  private static final Set<String> ANNOUNCES_BODY = Set.of("POST", "PUT", "PATCH");

  private final byte[] request;
  private final StatusRanges expected;

  /** Null = the status line is enough. */
  private final @Nullable Pattern body;

  HttpCheck(HealthConfig health, BackendConfig backend) {
    String host = health.http().host() == null ? host(health, backend) : health.http().host();
    this.request = request(health.http(), host).getBytes(StandardCharsets.US_ASCII);
    this.expected = health.http().status();
    LinearPattern pattern = health.http().body();
    this.body = pattern == null ? null : pattern.compile();
  }

  private static String request(HealthConfig.Http http, String host) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(http.headers());
    StringBuilder request = new StringBuilder(http.method());
    request.append(' ').append(http.path()).append(" HTTP/1.1\r\nHost: ").append(host).append(END);
    DEFAULT_HEADERS.stream()
        .filter(header -> !headers.containsKey(header.substring(0, header.indexOf(':'))))
        .forEach(header -> request.append(header).append(END));
    http.headers().forEach((name, value) -> request.append(name + ": " + value).append(END));
    if (ANNOUNCES_BODY.contains(http.method())) {
      request.append("Content-Length: 0").append(END);
    }
    return request.append("Connection: close").append(END).append(END).toString();
  }

  @Override
  public void install(ChannelPipeline pipeline, Consumer<CheckResult> onResult) {
    pipeline.addLast(
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelActive(ChannelHandlerContext context) {
            context.writeAndFlush(Unpooled.wrappedBuffer(request));
          }
        });
    if (body == null) {
      pipeline.addLast(new StatusLineReader(onResult));
    } else {
      HttpBodyReader.install(pipeline, expected, body, onResult);
    }
  }

  /** The host and port of the connection, in the form that a browser sends. */
  private static String host(HealthConfig health, BackendConfig backend) {
    String whole = backend.host();
    if (whole == null) {
      return "localhost"; // A Unix socket.
    }
    int scope = whole.indexOf('%'); // An interface of this machine.
    String host = scope < 0 ? whole : whole.substring(0, scope);
    String written = host.indexOf(':') < 0 ? host : "[" + host + "]";
    int port = health.port() == null ? backend.port() : health.port();
    return port == DEFAULT_PORT ? written : written + ":" + port;
  }

  private final class StatusLineReader extends SimpleChannelInboundHandler<ByteBuf> {
    private final Consumer<CheckResult> onResult;
    private final StringBuilder line = new StringBuilder();

    StatusLineReader(Consumer<CheckResult> onResult) {
      this.onResult = onResult;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      boolean lineGoesOn = true;
      while (lineGoesOn && bytes.isReadable()) {
        char next = (char) bytes.readUnsignedByte();
        line.append(next);
        lineGoesOn = next != '\n' && line.length() < LONGEST_LINE_BYTES;
      }
      if (!lineGoesOn) {
        onResult.accept(answer());
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (line.length() > 0) {
        onResult.accept(NO_ANSWER);
      }
      context.fireChannelInactive();
    }

    private CheckResult answer() {
      Matcher status = STATUS_LINE.matcher(line);
      if (!status.matches()) {
        return NO_ANSWER;
      }
      String reason = "status " + status.group(1);
      return expected.contains(Integer.parseInt(status.group(1)))
          ? CheckResult.passed(reason)
          : CheckResult.failed(reason);
    }
  }
}
