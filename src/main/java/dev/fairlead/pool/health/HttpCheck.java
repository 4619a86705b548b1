package dev.fairlead.pool.health;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.StatusRanges;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Passes if a GET is answered with an expected status. Only the status line is read. */
final class HttpCheck implements Check {
  static final int LONGEST_LINE_BYTES = 4096;

  private static final int DEFAULT_PORT = 80;

  /** RFC 9112, section 4; a bare LF ends it too, and the space before no reason may be missing. */
  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.[01] (\\d{3})(?: [^\\r\\n]*)?\\r?\\n");

  private static final CheckResult NO_ANSWER = CheckResult.failed("no HTTP answer");

  private final byte[] request;
  private final StatusRanges expected;

  HttpCheck(HealthConfig health, BackendConfig backend) {
    String host = health.http().host() == null ? host(health, backend) : health.http().host();
    this.request =
        String.join(
                "\r\n",
                "GET " + health.http().path() + " HTTP/1.1",
                "Host: " + host,
                "User-Agent: fairlead-health",
                "Accept: */*",
                "Connection: close",
                "",
                "")
            .getBytes(StandardCharsets.US_ASCII);
    this.expected = health.http().status();
  }

  @Override
  public void install(ChannelPipeline pipeline, Consumer<CheckResult> onResult) {
    pipeline.addLast(new StatusLineReader(onResult));
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
    public void channelActive(ChannelHandlerContext context) {
      context.writeAndFlush(Unpooled.wrappedBuffer(request));
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
