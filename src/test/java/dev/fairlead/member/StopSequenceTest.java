package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Logs;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopSequenceTest {
  private final List<String> stopped = new ArrayList<>();
  private final StopSequence stops = new StopSequence();

  @Test
  void partsStopInReverseOrderOfTheirStart() {
    stops.add(() -> stopped.add("first"));
    stops.add(() -> stopped.add("second"));
    stops.run();
    assertThat(stopped).containsExactly("second", "first");
  }

  @Test
  @Logs("a part of the member could not be stopped")
  void aStopThatFailsDoesNotKeepTheOthersFromRunning() {
    stops.add(() -> stopped.add("first"));
    stops.add(
        () -> {
          throw new IllegalStateException("stuck");
        });
    stops.add(() -> stopped.add("third"));
    stops.run();
    assertThat(stopped).containsExactly("third", "first");
  }

  @Test
  void everyPartStopsOnce() {
    stops.add(() -> stopped.add("first"));
    stops.run();
    stops.run();
    assertThat(stopped).containsExactly("first");
  }

  @Test
  @Logs("a part of the member could not be stopped")
  void anErrorDoesNotKeepTheOthersFromRunning() {
    stops.add(() -> stopped.add("first"));
    stops.add(
        () -> {
          throw new LinkageError("of a test");
        });
    stops.run();
    assertThat(stopped).containsExactly("first");
  }
}
