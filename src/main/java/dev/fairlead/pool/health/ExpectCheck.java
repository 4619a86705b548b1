package dev.fairlead.pool.health;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.fairlead.config.EscapedBytes;
import dev.fairlead.config.HealthConfig.ExpectStep;
import dev.fairlead.config.LinearPattern;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes if a script of steps comes to its end. A step that receives looks at what has arrived
 * since the match of the one before it, and a step that sends drops what nobody has looked at.
 *
 * <pre>
 * receive "220"   220 mail ESMTP\r\n    found; " mail ESMTP\r\n" is left
 * send "QUIT"                           nothing is left
 * receive /^2/    221 bye\r\n           found: passed
 * </pre>
 */
final class ExpectCheck implements Check {
  /** That a step with fixed bytes looks at. */
  static final int MOST_BYTES = 64 * 1024;

  /** That a step with a pattern looks at, from the start whenever more has arrived. */
  static final int MOST_PATTERN_BYTES = 16 * 1024;

  /**
   * Of one step with a pattern. Raising it lets a backend that sends single bytes keep the event
   * loop longer, lowering it fails one whose answer arrives in many pieces.
   */
  static final int MOST_SEARCHES = 256;

  private static final CheckResult PASSED = CheckResult.passed("the expected answer");
  private static final CheckResult OTHER = CheckResult.failed("not the expected answer");

  private final List<ScriptStep> steps;

  /** Exactly one is not null. */
  private record ScriptStep(
      @Nullable EscapedBytes send, @Nullable BytePattern receive, @Nullable Pattern pattern) {
    static ScriptStep of(ExpectStep step) {
      EscapedBytes bytes = new EscapedBytes(step.text());
      return switch (step.action()) {
        case SEND -> new ScriptStep(bytes, null, null);
        case RECEIVE -> new ScriptStep(null, new BytePattern(bytes.bytes()), null);
        case RECEIVE_PATTERN ->
            new ScriptStep(null, null, new LinearPattern(step.text()).compile());
      };
    }
  }

  ExpectCheck(List<ExpectStep> script) {
    this.steps = script.stream().map(ScriptStep::of).toList();
  }

  @Override
  public void install(ChannelPipeline pipeline, Consumer<CheckResult> onResult) {
    pipeline.addLast(new Script(onResult));
  }

  /** A reset could take away what the last step has sent. */
  @Override
  public boolean closesGracefully() {
    return steps.get(steps.size() - 1).send() != null;
  }

  private final class Script extends SimpleChannelInboundHandler<ByteBuf> {
    private final Consumer<CheckResult> onResult;
    private int next;

    /** One character a byte, since the last match or the last step that sent. */
    private final StringBuilder received = new StringBuilder();

    /** Of {@link #received}, by the current step: bytes, and the state of its pattern. */
    private int searched;

    private int matched;

    /** Searches of the current step for its regular expression. */
    private int searches;

    Script(Consumer<CheckResult> onResult) {
      this.onResult = onResult;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      run(context);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      if (next < steps.size()) {
        received.append(bytes.toString(StandardCharsets.ISO_8859_1));
        run(context);
      }
    }

    private void run(ChannelHandlerContext context) {
      boolean goesOn = true;
      while (goesOn && next < steps.size()) {
        goesOn = step(context, steps.get(next));
      }
    }

    /** Whether the step is done. */
    private boolean step(ChannelHandlerContext context, ScriptStep step) {
      if (step.send() != null) {
        send(context, step.send().bytes());
        return true;
      }
      int end = step.receive() == null ? find(step.pattern()) : find(step.receive());
      int most = step.receive() == null ? MOST_PATTERN_BYTES : MOST_BYTES;
      if (end >= 0) {
        received.delete(0, end);
        done();
        if (next == steps.size()) {
          onResult.accept(PASSED);
        }
      } else if (received.length() >= most || searches >= MOST_SEARCHES) {
        next = steps.size();
        onResult.accept(OTHER);
      }
      return end >= 0;
    }

    private void send(ChannelHandlerContext context, byte[] bytes) {
      var written = context.writeAndFlush(Unpooled.wrappedBuffer(bytes));
      received.setLength(0);
      done();
      if (next == steps.size()) {
        written.addListener(
            write -> {
              if (write.isSuccess()) {
                onResult.accept(PASSED);
              }
            });
      }
    }

    private void done() {
      next++;
      searched = 0;
      matched = 0;
      searches = 0;
    }

    /** The end of the match; -1 = none. */
    private int find(BytePattern pattern) {
      int end = Math.min(received.length(), MOST_BYTES);
      while (searched < end) {
        matched = pattern.next(matched, (byte) received.charAt(searched++));
        if (matched == pattern.length()) {
          return searched;
        }
      }
      return -1;
    }

    private int find(@Nullable Pattern pattern) {
      if (pattern == null || received.length() == 0) {
        return -1;
      }
      searches++;
      int end = Math.min(received.length(), MOST_PATTERN_BYTES);
      Matcher matcher = pattern.matcher(received.substring(0, end));
      return matcher.find() ? matcher.end() : -1;
    }
  }
}
