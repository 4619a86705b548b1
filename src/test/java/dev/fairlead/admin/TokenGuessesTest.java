package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@Logs("WARN TokenGuesses - ")
class TokenGuessesTest {
  private static final String GUESSER = "192.0.2.1";

  private final FakeClock clock = new FakeClock();
  private final TokenGuesses guesses = new TokenGuesses(clock);

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
  void wrongTokensMakeOneLineForEachSourceAndMinute(LogWatch logged) {
    IntStream.range(0, 10).forEach(i -> guesses.wrong(GUESSER));
    guesses.wrong("192.0.2.2");
    clock.pass(Duration.ofMinutes(1));
    guesses.wrong(GUESSER);
    String line = "WARN TokenGuesses - admin listener: a wrong token from ";
    assertThat(logged.lines())
        .containsExactly(
            line + GUESSER, line + "192.0.2.2", line + GUESSER + ", 9 more since the last line");
  }

  @Test
  void theAddressesOfAnIpv6NetworkAreOneSource(LogWatch logged) {
    guesses.wrong("2001:db8:0:1:0:0:0:1");
    assertThat(guesses.delayMillis("2001:db8:0:1:ffff:0:0:2%eth0")).hasValue(1001);
    assertThat(guesses.delayMillis("2001:db8:0:2:0:0:0:1")).hasValue(0);
    guesses.wrong("2001:db8:0:1:0:0:0:3");
    assertThat(logged.lines()).hasSize(1);
  }

  @Test
  void manySourcesMakeFewLinesAMinute(LogWatch logged) {
    IntStream.range(0, 1000).forEach(i -> guesses.wrong("2001:db8:0:" + i + "::1"));
    assertThat(logged.lines()).hasSize(TokenGuesses.MOST_LINES);
    assertThat(logged.lines().get(TokenGuesses.MOST_LINES - 1))
        .endsWith("; no such lines for the rest of a minute");
    clock.pass(Duration.ofMinutes(1));
    guesses.wrong(GUESSER);
    guesses.wrong("2001:db8:0:999::1");
    assertThat(logged.lines())
        .hasSize(TokenGuesses.MOST_LINES + 2)
        .last()
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
