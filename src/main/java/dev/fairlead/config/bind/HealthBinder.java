package dev.fairlead.config.bind;

import dev.fairlead.config.EscapedBytes;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.HealthConfig.Expect;
import dev.fairlead.config.HealthConfig.Http;
import dev.fairlead.config.ParsedValue;
import dev.fairlead.config.StatusRanges;
import java.util.Optional;
import java.util.regex.Pattern;

/** Binds {@code pools[].health}. */
final class HealthBinder {
  /** Printable ASCII without spaces, as a request line requires. */
  private static final Pattern PATH = Pattern.compile("/[!-~]*");

  private static final ValueType<HealthConfig.Type> TYPE =
      ValueType.constant(HealthConfig.Type.values());
  private static final ValueType<HealthConfig.End> END =
      ValueType.constant(HealthConfig.End.values());
  private static final ValueType<Integer> AT_LEAST_ONE = ValueType.integer(1, Integer.MAX_VALUE);

  private HealthBinder() {}

  static HealthConfig bind(Section health) {
    HealthConfig byDefault = HealthConfig.NONE;
    HealthConfig config =
        new HealthConfig(
            health.get("type", TYPE, byDefault.type()),
            health.get("interval", ValueType.positiveDuration(), byDefault.interval()),
            health.get("timeout", ValueType.positiveDuration(), byDefault.timeout()),
            health.get("rise", AT_LEAST_ONE, byDefault.rise()),
            health.get("fall", AT_LEAST_ONE, byDefault.fall()),
            health.get("probers", AT_LEAST_ONE, byDefault.probers()),
            health.findOrNull("port", AddressTypes.port()).orElse(null),
            health.section("http", HealthBinder::http),
            health.section("expect", HealthBinder::expect),
            health.get("end", END, byDefault.end()));
    if (config.type() == HealthConfig.Type.EXPECT && config.expect().receive() == null) {
      health.refuse(
          "expect.receive", "null (expected: what the backend says, because type is expect)");
    }
    return config;
  }

  private static Http http(Section http) {
    return new Http(
        http.get("path", path(), Http.DEFAULT.path()),
        http.findOrNull("host", AddressTypes.hostMaybePort()).orElse(null),
        http.get("status", status(), Http.DEFAULT.status()));
  }

  private static Expect expect(Section expect) {
    return new Expect(
        expect.findOrNull("send", bytes()).orElse(null),
        expect.findOrNull("receive", bytes()).orElse(null));
  }

  private static ValueType<String> path() {
    return ValueType.matching(PATH, "a path that begins with /, without spaces");
  }

  /** A single code may be written as a number. */
  private static ValueType<StatusRanges> status() {
    ValueType<StatusRanges> type =
        scalar ->
            ParsedValue.of(
                StatusRanges.parse(
                    scalar.asInteger().isPresent() ? scalar.text() : scalar.textOrEmpty()),
                StatusRanges.EXPECTED);
    return type.shaped(ValueShape.integer(100, 999).or(ValueShape.TEXT));
  }

  private static ValueType<EscapedBytes> bytes() {
    return ValueType.parsed(
        text -> text.isEmpty() ? Optional.empty() : EscapedBytes.parse(text),
        EscapedBytes.EXPECTED);
  }
}
