package dev.fairlead.cluster.signing;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fairlead.cluster.SettableClock;
import dev.fairlead.event.CommandProblem;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusalLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(RefusalLog.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final SettableClock clock = new SettableClock();
  private final RefusalLog log = new RefusalLog(clock);

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(logged);
  }

  private void refuse() {
    log.refused(
        new ReceivedBody("fairlead.backend.set", "bus n1", "bus n1", () -> null),
        CommandProblem.of("mac", "the signature is wrong"));
  }

  @Test
  void aMembersOwnAddressIsNotShownByItsNodeId() {
    log.refused(
        new ReceivedBody("fairlead.member.7f0e", "bus n1", "bus n1 (m1 at h:5701)", () -> null),
        CommandProblem.of("mac", "the signature is wrong"));
    assertThat(logged.list.get(0).getFormattedMessage())
        .isEqualTo(
            "a call to this member from bus n1 (m1 at h:5701) refused: mac: the signature is wrong");
  }

  @Test
  void oneLineASecondAndTheNextTellsWhatWasLeftOut() {
    refuse();
    refuse();
    refuse();
    clock.advance(Duration.ofSeconds(1));
    refuse();
    clock.advance(Duration.ofSeconds(1));
    refuse();
    String line = "fairlead.backend.set from bus n1 refused: mac: the signature is wrong";
    assertThat(logged.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(line, line + "; 2 more since the last line", line);
  }
}
