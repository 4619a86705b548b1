package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.Durations;
import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.config.text.Tree.ScalarKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTypeTest {

  static Tree.Scalar text(String text) {
    return new Tree.Scalar(Place.OVERRIDE, ScalarKind.TEXT, text);
  }

  static Tree.Scalar scalar(ScalarKind kind, String text) {
    return new Tree.Scalar(Place.OVERRIDE, kind, text);
  }

  @ParameterizedTest
  @CsvSource({
    "500ms, 500",
    "0s, 0",
    "0ms, 0",
    "30s, 30000",
    "15m, 900000",
    "1h, 3600000",
    "7d, 604800000",
    "36500d, 3153600000000",
    "007s, 7000"
  })
  void durationsHaveAUnit(String written, long millis) {
    assertThat(ValueType.duration().read(text(written)).value())
        .hasValue(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "5",
        "s",
        "-5s",
        "+5s",
        "1.5s",
        "5 s",
        "5S",
        "5sec",
        "1h30m",
        "36501d",
        "5us",
        "999999999999999999d",
        "9999999999999999999999ms",
        "٣s"
      })
  void otherTextsAreNoDurations(String written) {
    assertThat(ValueType.duration().read(text(written)).value()).isEmpty();
  }

  @Test
  void aBareNumberIsNoDuration() {
    assertThat(ValueType.duration().read(scalar(ScalarKind.INTEGER, "0")).expected())
        .hasValue("a duration such as 500ms, 30s, 15m, 1h or 7d, at most 36500d");
  }

  @Test
  void aPositiveDurationIsNotZero() {
    assertThat(ValueType.positiveDuration().read(text("0s")).value()).isEmpty();
    assertThat(ValueType.positiveDuration().read(text("1ms")).value())
        .hasValue(Duration.ofMillis(1));
  }

  @ParameterizedTest
  @CsvSource({"0s, 0s", "500ms, 500ms", "60s, 60s", "5m, 300s", "1h, 1h", "90m, 5400s", "24h, 1d"})
  void durationsAreShownInAUnitThatIsExact(String written, String shown) {
    Duration duration = ValueType.duration().read(text(written)).value().orElseThrow();
    assertThat(Durations.show(duration)).isEqualTo(shown);
    assertThat(ValueType.duration().read(text(shown)).value()).hasValue(duration);
  }

  @ParameterizedTest
  @CsvSource({"0%, 0", "50%, 50", "100%, 100"})
  void percentagesEndInAPercentSign(String written, int percent) {
    assertThat(ValueType.percentage().read(text(written)).value()).hasValue(percent);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "%", "50", "101%", "-1%", "1.5%", "50 %", "9999%"})
  void otherTextsAreNoPercentages(String written) {
    assertThat(ValueType.percentage().read(text(written)).value()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "INTEGER, 0, true",
    "INTEGER, 1000, true",
    "INTEGER, +7, true",
    "INTEGER, 0x1F, true",
    "INTEGER, 0o17, true",
    "FREE, 12, true",
    "INTEGER, -1, false",
    "INTEGER, 1001, false",
    "INTEGER, 99999999999999999999999999999999999999999, false",
    "TEXT, 12, false",
    "DECIMAL, 1.0, false",
    "BOOLEAN, true, false",
    "NULL, null, false",
    "FREE, x, false"
  })
  void integersAreNumbersInTheirRange(ScalarKind kind, String written, boolean valid) {
    assertThat(ValueType.integer(0, 1000).read(scalar(kind, written)).value().isPresent())
        .isEqualTo(valid);
  }

  @ParameterizedTest
  @CsvSource({
    "BOOLEAN, true, true",
    "BOOLEAN, false, true",
    "FREE, true, true",
    "TEXT, true, false",
    "TEXT, yes, false",
    "INTEGER, 1, false",
    "FREE, on, false"
  })
  void onlyTrueAndFalseAreBooleans(ScalarKind kind, String written, boolean valid) {
    assertThat(ValueType.bool().read(scalar(kind, written)).value().isPresent()).isEqualTo(valid);
  }

  @ParameterizedTest
  @CsvSource({"web, true", "a b, false", "a/b, false", "api.v1-x_2, true", "größe, true"})
  void namesHaveNoSpaceAndNoSlash(String written, boolean valid) {
    assertThat(ValueType.name().read(text(written)).value().isPresent()).isEqualTo(valid);
  }

  @Test
  void namesAreOfOneToAHundredCharacters() {
    assertThat(ValueType.name().read(text("")).value()).isEmpty();
    assertThat(ValueType.name().read(text("x".repeat(100))).value()).isPresent();
    assertThat(ValueType.name().read(text("x".repeat(101))).value()).isEmpty();
  }

  @Test
  void falseStandsForOffOnlyWhereOffIsAChoice() {
    Tree.Scalar no = scalar(ScalarKind.BOOLEAN, "false");
    assertThat(ValueType.word("off", "v1").read(no).value()).hasValue("off");
    assertThat(ValueType.word("none", "v1").read(no).value()).isEmpty();
    assertThat(ValueType.word("off", "v1").read(scalar(ScalarKind.BOOLEAN, "true")).value())
        .isEmpty();
    assertThat(ValueType.text().or("off", "OFF").read(no).value()).hasValue("OFF");
  }

  @Test
  void nullIsReadOnlyWhereItIsAChoice() {
    assertThat(ValueType.text().read(scalar(ScalarKind.NULL, "null")).value()).isEmpty();
    assertThat(ValueType.text().orNull().read(scalar(ScalarKind.NULL, "null")).value())
        .hasValue(Optional.empty());
    assertThat(ValueType.text().orNull().read(text("null")).value()).hasValue(Optional.of("null"));
    assertThat(ValueType.text().orNull().read(scalar(ScalarKind.INTEGER, "3")).expected())
        .hasValue("a text, or null");
  }

  @Test
  void pathsAreRelativeToTheFile() {
    ValueType<Path> path = ValueType.path(Path.of("/etc/fairlead"));
    assertThat(path.read(text("token")).value()).hasValue(Path.of("/etc/fairlead/token"));
    assertThat(path.read(text("../run/x")).value()).hasValue(Path.of("/etc/run/x"));
    assertThat(path.read(text("/run/x")).value()).hasValue(Path.of("/run/x"));
    assertThat(path.read(text(" ")).value()).isEmpty();
    assertThat(path.read(text("a\0b")).value()).isEmpty();
  }

  @Test
  void aSocketPathFitsIntoItsAddress() {
    ValueType<String> path = ValueType.socketPath(Path.of("/"));
    assertThat(path.read(text("x".repeat(106))).value()).isPresent();
    assertThat(path.read(text("x".repeat(107))).expected()).hasValue("a path of at most 107 bytes");
    assertThat(path.read(text("ä".repeat(54))).value()).isEmpty();
  }
}
