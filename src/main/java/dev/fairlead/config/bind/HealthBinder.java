package dev.fairlead.config.bind;

import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.HealthConfig.Http;
import dev.fairlead.config.ParsedValue;
import dev.fairlead.config.StatusRanges;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Binds {@code pools[].health}. */
final class HealthBinder {
  /** Printable ASCII without spaces, as a request line requires. */
  private static final Pattern PATH = Pattern.compile("/[!-~]*");

  /** A method or the name of a header: RFC 9110, section 5.6.2. */
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");

  private static final Pattern HEADER_VALUE = Pattern.compile("|[!-~]|[!-~][ -~\\t]*[!-~]");

  /** Those that the probe writes itself, or that would announce a body. */
  private static final Set<String> OWN_HEADERS = ownHeaders();

  private static final ValueType<HealthConfig.Type> TYPE =
      ValueType.constant(HealthConfig.Type.values());
  private static final ValueType<HealthConfig.End> END =
      ValueType.constant(HealthConfig.End.values());
  private static final ValueType<Integer> AT_LEAST_ONE = ValueType.integer(1, Integer.MAX_VALUE);

  private HealthBinder() {}

  private static Set<String> ownHeaders() {
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    names.addAll(List.of("Connection", "Content-Length", "Host", "Transfer-Encoding", "Upgrade"));
    return Collections.unmodifiableSet(names);
  }

  static HealthConfig bind(Section health) {
    HealthConfig byDefault = HealthConfig.NONE;
    HealthConfig config =
        new HealthConfig(
            health.get("type", TYPE, byDefault.type()),
            health.get("interval", ValueType.positiveDuration(), byDefault.interval()),
            health.findOrNull("fastInterval", ValueType.positiveDuration()).orElse(null),
            health.findOrNull("downInterval", ValueType.positiveDuration()).orElse(null),
            health.get("timeout", ValueType.positiveDuration(), byDefault.timeout()),
            health.get("rise", AT_LEAST_ONE, byDefault.rise()),
            health.get("fall", AT_LEAST_ONE, byDefault.fall()),
            health.get("probers", AT_LEAST_ONE, byDefault.probers()),
            health.findOrNull("port", AddressTypes.port()).orElse(null),
            health.section("http", HealthBinder::http),
            ExpectBinder.bind(health),
            health.get("end", END, byDefault.end()));
    ExpectBinder.judge(health, config);
    return config;
  }

  private static Http http(Section http) {
    Http config =
        new Http(
            http.get("method", method(), Http.DEFAULT.method()),
            http.get("path", path(), Http.DEFAULT.path()),
            http.findOrNull("host", AddressTypes.hostMaybePort()).orElse(null),
            headers(http),
            http.get("status", status(), Http.DEFAULT.status()),
            http.findOrNull("body", ExpectBinder.pattern()).orElse(null));
    if (config.body() != null && config.method().equals("HEAD")) {
      http.refuse("body", config.body().text(), "null, because the answer to HEAD has no body");
    }
    return config;
  }

  private static Map<String, String> headers(Section http) {
    Map<String, String> headers = http.texts("headers", headerValue());
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (String name : headers.keySet()) {
      if (!TOKEN.matcher(name).matches() || OWN_HEADERS.contains(name) || !names.add(name)) {
        http.refuse(
            "headers",
            name,
            "names of headers, each once, without " + String.join(", ", OWN_HEADERS));
      }
    }
    return headers;
  }

  private static ValueType<String> method() {
    return ValueType.textThat(
        text -> TOKEN.matcher(text).matches() && !text.equals("CONNECT"),
        "a method of HTTP such as GET, HEAD or OPTIONS");
  }

  private static ValueType<String> headerValue() {
    return ValueType.textThat(
        text -> HEADER_VALUE.matcher(text).matches(),
        "a text in ASCII, without line breaks and without spaces at its ends");
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
}
