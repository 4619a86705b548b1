package dev.fairlead.pool.health;

import com.google.re2j.Pattern;
import dev.fairlead.config.StatusRanges;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Reads an answer of HTTP/1.1 with its body, whatever frames it, and judges both once: at the end
 * of the body, or after {@value #MOST_BYTES} bytes of it.
 */
final class HttpBodyReader extends SimpleChannelInboundHandler<HttpObject> {
  static final int MOST_BYTES = 64 * 1024;

  private static final int LONGEST_HEAD_BYTES = 16 * 1024;

  private final StatusRanges expected;
  private final Pattern pattern;
  private final Consumer<CheckResult> onResult;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  /** Of the response that is read. */
  private int status;

  private boolean isInterim;

  private HttpBodyReader(StatusRanges expected, Pattern body, Consumer<CheckResult> onResult) {
    this.expected = expected;
    this.pattern = body;
    this.onResult = onResult;
  }

  /** Adds the reader and its decoder. */
  static void install(
      ChannelPipeline pipeline,
      StatusRanges expected,
      Pattern body,
      Consumer<CheckResult> onResult) {
    HttpDecoderConfig bounds =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(HttpCheck.LONGEST_LINE_BYTES)
            .setMaxHeaderSize(LONGEST_HEAD_BYTES);
    pipeline.addLast(new HttpResponseDecoder(bounds), new HttpBodyReader(expected, body, onResult));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (part.decoderResult().isFailure()) {
      onResult.accept(HttpCheck.NO_ANSWER);
      return;
    }
    if (part instanceof HttpResponse response) {
      begin(response);
    }
    if (part instanceof HttpContent content && !isInterim) {
      int room = MOST_BYTES - body.size();
      byte[] bytes = new byte[Math.min(room, content.content().readableBytes())];
      content.content().readBytes(bytes);
      body.writeBytes(bytes);
      if (part instanceof LastHttpContent || body.size() == MOST_BYTES) {
        onResult.accept(answer());
      }
    }
  }

  private void begin(HttpResponse response) {
    status = response.status().code();
    isInterim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    if (!isInterim && !expected.contains(status)) {
      onResult.accept(CheckResult.failed("status " + status));
    }
  }

  private CheckResult answer() {
    boolean found = pattern.matcher(body.toString(StandardCharsets.UTF_8)).find();
    return found
        ? CheckResult.passed("status " + status + ", the expected body")
        : CheckResult.failed("status " + status + ", not the expected body");
  }
}
