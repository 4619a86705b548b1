package dev.fairlead.cluster.revision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.revision.RevisionHistory.PastRevision;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.testkit.DefaultLocale;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that the history keeps the newest revisions. Provoked by more revisions than it holds,
 * written by members of different locales. A failure would show as an old revision kept in place of
 * a newer one.
 */
@Isolated("sets the default locale")
final class RevisionHistoryTest {
  private final Vertx vertx = Vertx.vertx();
  private final RevisionHistory history =
      new RevisionHistory(
          vertx,
          vertx.sharedData().<String, String>getAsyncMap(ConfigStore.MAP).await(),
          new RevisionCodec(null));

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void keepsTheNewestWhateverTheLocaleOfTheWriter() {
    long count = RevisionHistory.KEPT + 2L;
    for (long number = 1; number <= count; number += 2) {
      Revision odd = revision(number);
      DefaultLocale.withOtherDigits(() -> history.add(List.of(odd)).await());
      history.add(List.of(revision(number + 1))).await();
    }

    assertThat(history.list().await())
        .extracting(past -> past.revision().revision())
        .containsExactlyElementsOf(
            LongStream.rangeClosed(3, count).map(each -> count + 3 - each).boxed().toList());
  }

  private static Revision revision(long number) {
    return new Revision(
        number,
        "id" + number,
        "",
        Instant.EPOCH.plusSeconds(number),
        new Revision.Origin(null, "author", "from", null),
        ConfigFormat.YAML,
        "pools: []",
        "",
        List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "7, 7",
    "'3 4 5 6 7', one of 3 to 7",
    "'9 3 5 4 9', 'one of 3 to 5, 9'",
    "'1 3', 'one of 1, 3'"
  })
  void theNumbersThatExistAreNamedAsRanges(String numbers, String shown) {
    List<PastRevision> past =
        Stream.of(numbers.split(" "))
            .map(each -> new PastRevision(revision(Long.parseLong(each)), false))
            .toList();
    assertThat(RevisionHistory.numbers(past)).isEqualTo(shown);
  }
}
