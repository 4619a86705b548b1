package dev.fairlead.config.bind;

import dev.fairlead.config.ParsedValue;
import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.Tree.ScalarKind;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces environment variables in texts: <code>${NAME}</code> and <code>${NAME:default}</code>;
 * <code>$${</code> is a literal <code>${</code>. Values of variables are not searched for others.
 */
record Substitution(Map<String, String> environment) {
  private static final Pattern MARK =
      Pattern.compile(
          "(?<literal>\\$\\$\\{)|\\$\\{(?:(?<name>[A-Za-z_]\\w*)(?::(?<fallback>[^}]*))?})?");
  private static final String EXPECTED_FORM = "${NAME} or ${NAME:default}; $${ for a literal ${";

  Substitution {
    environment = Map.copyOf(environment);
  }

  /** The text that loads as {@code text}: each <code>${</code> of it is made literal. */
  static String escape(String text) {
    return text.replace("${", "$${");
  }

  /**
   * The scalar with its variables replaced; one that is a single substitution becomes {@link
   * ScalarKind#FREE}. Empty when a variable is not set or malformed, which is reported.
   */
  Optional<Tree.Scalar> resolve(Tree.Scalar scalar, String path, Problems problems) {
    if (scalar.kind() != ScalarKind.TEXT || !scalar.text().contains("${")) {
      return Optional.of(scalar);
    }
    Matcher marks = MARK.matcher(scalar.text());
    StringBuilder out = new StringBuilder();
    boolean whole = false;
    while (marks.find()) {
      boolean literal = marks.group("literal") != null;
      whole |= !literal && marks.start() == 0 && marks.end() == scalar.text().length();
      ParsedValue<String> value = literal ? ParsedValue.of("${") : lookUp(marks);
      if (value.expected().isPresent()) {
        problems.expected(scalar, path, value.expected().get());
        return Optional.empty();
      }
      marks.appendReplacement(out, Matcher.quoteReplacement(value.value().orElseThrow()));
    }
    String text = marks.appendTail(out).toString();
    return Optional.of(
        new Tree.Scalar(scalar.place(), whole ? ScalarKind.FREE : ScalarKind.TEXT, text));
  }

  /** A mark without a name is malformed. */
  private ParsedValue<String> lookUp(Matcher mark) {
    String name = mark.group("name");
    String fallback = mark.group("fallback");
    if (name == null || (fallback != null && fallback.contains("${"))) {
      return ParsedValue.expected(EXPECTED_FORM);
    }
    return ParsedValue.of(
        Optional.ofNullable(environment.get(name)).or(() -> Optional.ofNullable(fallback)),
        "environment variable " + name + " to be set, or a default: ${" + name + ":...}");
  }
}
