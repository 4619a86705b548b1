package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AcceptFailuresTest {
  private final EmbeddedChannel acceptor = new EmbeddedChannel(new AcceptFailures());

  private void fail() {
    acceptor.pipeline().fireExceptionCaught(new IOException("Too many open files"));
  }

  private void pass(long millis) {
    acceptor.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    acceptor.runScheduledPendingTasks();
  }

  @Test
  @Logs("accepts no clients until there is room: no descriptor is left (ulimit -n)")
  void repeatedFailuresMakeOneLineAndAPauseEach(LogWatch logged) {
    acceptor.freezeTime();
    for (int i = 0; i < 5; i++) {
      fail();
      assertThat(acceptor.config().isAutoRead()).isFalse();
      pass(AcceptFailures.PAUSE.toMillis());
      assertThat(acceptor.config().isAutoRead()).isTrue();
    }
    acceptor.checkException();
    assertThat(logged.lines()).hasSize(1);
  }

  @Test
  void bugIsNotTakenForALackOfRoom() {
    acceptor.pipeline().fireExceptionCaught(new IllegalStateException("bug"));
    assertThatThrownBy(acceptor::checkException).hasMessage("bug");
    assertThat(acceptor.config().isAutoRead()).isTrue();
  }
}
