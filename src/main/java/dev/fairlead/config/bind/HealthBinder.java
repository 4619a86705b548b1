package dev.fairlead.config.bind;

import dev.fairlead.config.EscapedBytes;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.HealthConfig.Expect;
import dev.fairlead.config.HealthConfig.Http;
import dev.fairlead.config.StatusRanges;
import dev.fairlead.config.bind.ValueType.Outcome;
import java.util.regex.Pattern;

/** Binds {@code pools[].health}. */
final class HealthBinder {
  /** What may stand in a request line: no spaces, no control characters, no other encoding. */
  private static final Pattern PATH = Pattern.compile("/[!-~]*");

  private static final ValueType<Integer> AT_LEAST_ONE = ValueTypes.integer(1, Integer.MAX_VALUE);

  private HealthBinder() {}

  static HealthConfig bind(Section pool) {
    try (Section health = pool.section("health")) {
      HealthConfig byDefault = HealthConfig.NONE;
      HealthConfig config =
          new HealthConfig(
              health.get("type", type(), byDefault.type()),
              health.get("interval", ValueTypes.positiveDuration(), byDefault.interval()),
              health.get("timeout", ValueTypes.positiveDuration(), byDefault.timeout()),
              health.get("rise", AT_LEAST_ONE, byDefault.rise()),
              health.get("fall", AT_LEAST_ONE, byDefault.fall()),
              health.get("probers", AT_LEAST_ONE, byDefault.probers()),
              health.get("port", port().orNull(), byDefault.port()),
              http(health),
              expect(health));
      if (config.type() == HealthConfig.Type.EXPECT && config.expect().receive() == null) {
        health.refuse(
            "expect.receive", "null (expected: what the backend says, because type is expect)");
      }
      return config;
    }
  }

  private static ValueType<HealthConfig.Type> type() {
    return ValueTypes.constant(HealthConfig.Type.values(), HealthConfig.Type::label);
  }

  private static ValueType<Integer> port() {
    return ValueTypes.integer(1, AddressTypes.MAX_PORT);
  }

  private static Http http(Section health) {
    try (Section http = health.section("http")) {
      return new Http(
          http.get("path", path(), Http.DEFAULT.path()),
          http.get("host", AddressTypes.hostMaybePort().orNull(), Http.DEFAULT.host()),
          http.get("status", status(), Http.DEFAULT.status()));
    }
  }

  private static Expect expect(Section health) {
    try (Section expect = health.section("expect")) {
      return new Expect(
          expect.get("send", bytes().orNull(), null),
          expect.get("receive", bytes().orNull(), null));
    }
  }

  private static ValueType<String> path() {
    return scalar ->
        scalar.isText() && PATH.matcher(scalar.text()).matches()
            ? Outcome.of(scalar.text())
            : Outcome.expected("a path that begins with /, without spaces");
  }

  /** A single code may be written as a number. */
  private static ValueType<StatusRanges> status() {
    return scalar ->
        StatusRanges.parse(scalar.isText() || scalar.asInteger().isPresent() ? scalar.text() : "")
            .map(Outcome::of)
            .orElseGet(() -> Outcome.expected(StatusRanges.EXPECTED));
  }

  private static ValueType<EscapedBytes> bytes() {
    return scalar ->
        scalar.isText() && !scalar.text().isEmpty() && EscapedBytes.parse(scalar.text()).isPresent()
            ? Outcome.of(new EscapedBytes(scalar.text()))
            : Outcome.expected(EscapedBytes.EXPECTED);
  }
}
