package dev.fairlead.config.bind;

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
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern MARK =
      Pattern.compile("(?<literal>\\$\\$\\{)|\\$\\{(?<inner>[^}]*)(?<end>}?)");
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
      Optional<String> value = literal ? Optional.of("${") : lookUp(marks);
      if (value.isEmpty()) {
        problems.expected(scalar, path, expected(marks));
        return Optional.empty();
      }
      marks.appendReplacement(out, Matcher.quoteReplacement(value.get()));
    }
    String text = marks.appendTail(out).toString();
    return Optional.of(
        new Tree.Scalar(scalar.place(), whole ? ScalarKind.FREE : ScalarKind.TEXT, text));
  }

  /** Empty when it is unset without a default, or malformed. */
  private Optional<String> lookUp(Matcher mark) {
    if (isMalformed(mark)) {
      return Optional.empty();
    }
    String inner = mark.group("inner");
    int colon = inner.indexOf(':');
    return Optional.ofNullable(environment.get(name(inner)))
        .or(() -> colon < 0 ? Optional.empty() : Optional.of(inner.substring(colon + 1)));
  }

  private String expected(Matcher mark) {
    if (isMalformed(mark)) {
      return EXPECTED_FORM;
    }
    String name = name(mark.group("inner"));
    return "environment variable " + name + " to be set, or a default: ${" + name + ":...}";
  }

  private static boolean isMalformed(Matcher mark) {
    String inner = mark.group("inner");
    return mark.group("end").isEmpty()
        || inner.contains("${")
        || !NAME.matcher(name(inner)).matches();
  }

  private static String name(String inner) {
    int colon = inner.indexOf(':');
    return colon < 0 ? inner : inner.substring(0, colon);
  }
}
