package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fairlead.cluster.FakeClock;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TokenGuessesTest {
  private static final String GUESSER = "192.0.2.1";

  private final Logger logger = (Logger) LoggerFactory.getLogger(TokenGuesses.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final FakeClock clock = new FakeClock();
  private final TokenGuesses guesses = new TokenGuesses(clock);

  @BeforeEach
  void listen() {
    logger.setAdditive(false);
    logger.addAppender(logged);
    logged.start();
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(logged);
    logger.setAdditive(true);
  }

  @Test
  void whoeverNeverGuessedIsNotDelayed() {
    guesses.wrong(GUESSER);
    assertThat(guesses.delayMillis("192.0.2.2")).hasValue(0);
    assertThat(guesses.delayMillis("192.0.2.2")).hasValue(0);
  }

  @Test
  void aSourceGetsOneTokenASecondComparedAndTheRestRefused() {
    assertThat(guesses.delayMillis(GUESSER)).hasValue(0);
    guesses.wrong(GUESSER);
    assertThat(guesses.delayMillis(GUESSER)).hasValue(1001);
    assertThat(guesses.delayMillis(GUESSER)).hasValue(2001);
    assertThat(guesses.delayMillis(GUESSER)).hasValue(3001);
    assertThat(guesses.delayMillis(GUESSER)).hasValue(4001);
    assertThat(guesses.delayMillis(GUESSER)).isEmpty();
    clock.pass(TokenGuesses.DELAY);
    guesses.wrong(GUESSER);
    assertThat(guesses.delayMillis(GUESSER)).hasValue(4001);
    assertThat(guesses.delayMillis(GUESSER)).isEmpty();
    clock.pass(TokenGuesses.MOST_DELAY.plus(TokenGuesses.DELAY));
    assertThat(guesses.delayMillis(GUESSER)).hasValue(0);
  }

  @Test
  void wrongTokensMakeOneLineForEachSourceAndMinute() {
    IntStream.range(0, 10).forEach(i -> guesses.wrong(GUESSER));
    guesses.wrong("192.0.2.2");
    clock.pass(Duration.ofMinutes(1));
    guesses.wrong(GUESSER);
    String line = "admin listener: a wrong token from ";
    assertThat(logged.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            line + GUESSER, line + "192.0.2.2", line + GUESSER + ", 9 more since the last line");
  }

  @Test
  void theAddressesOfAnIpv6NetworkAreOneSource() {
    guesses.wrong("2001:db8:0:1:0:0:0:1");
    assertThat(guesses.delayMillis("2001:db8:0:1:ffff:0:0:2%eth0")).hasValue(1001);
    assertThat(guesses.delayMillis("2001:db8:0:2:0:0:0:1")).hasValue(0);
    guesses.wrong("2001:db8:0:1:0:0:0:3");
    assertThat(logged.list).hasSize(1);
  }

  @Test
  void manySourcesMakeFewLinesAMinute() {
    IntStream.range(0, 1000).forEach(i -> guesses.wrong("2001:db8:0:" + i + "::1"));
    assertThat(logged.list).hasSize(TokenGuesses.MOST_LINES);
    assertThat(logged.list.get(TokenGuesses.MOST_LINES - 1).getFormattedMessage())
        .endsWith("; no such lines for the rest of a minute");
    clock.pass(Duration.ofMinutes(1));
    guesses.wrong(GUESSER);
    guesses.wrong("2001:db8:0:999::1");
    assertThat(logged.list)
        .hasSize(TokenGuesses.MOST_LINES + 2)
        .last()
        .extracting(ILoggingEvent::getFormattedMessage)
        .asString()
        .endsWith("2001:db8:0:999::1, 1 more since the last line");
  }

  @Test
  void memoryIsBounded() {
    guesses.wrong(GUESSER);
    IntStream.range(0, 1000).forEach(i -> guesses.wrong("2001:db8:0:" + i + "::1"));
    assertThat(guesses.delayMillis(GUESSER)).hasValue(0);
  }
}
