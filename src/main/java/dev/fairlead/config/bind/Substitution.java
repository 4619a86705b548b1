package dev.fairlead.config.bind;

import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.Tree.ScalarKind;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts environment variables into texts: <code>${NAME}</code> and <code>${NAME:default}</code>;
 * <code>$${</code> is a literal <code>${</code>. What a variable holds is not looked at again.
 */
final class Substitution {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern MARK =
      Pattern.compile("(?<literal>\\$\\$\\{)|\\$\\{(?<inner>[^}]*)(?<end>}?)");
  private static final String EXPECTED_FORM = "${NAME} or ${NAME:default}; $${ for a literal ${";

  private final Map<String, String> environment;

  Substitution(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** A text that loads as {@code text}: its <code>${</code> are made literal. */
  static String escape(String text) {
    return text.replace("${", "$${");
  }

  /**
   * The scalar with its variables put in; one that was a single substitution becomes {@link
   * ScalarKind#FREE}. What is wrong goes to {@code problems}, and null comes back.
   */
  Tree.Scalar resolve(Tree.Scalar scalar, String path, Problems problems) {
    if (scalar.kind() != ScalarKind.TEXT || !scalar.text().contains("${")) {
      return scalar;
    }
    Matcher marks = MARK.matcher(scalar.text());
    StringBuilder out = new StringBuilder();
    boolean whole = false;
    while (marks.find()) {
      boolean literal = marks.group("literal") != null;
      whole |= !literal && marks.start() == 0 && marks.end() == scalar.text().length();
      String value = literal ? "${" : lookUp(marks);
      if (value == null) {
        problems.expected(scalar, path, expected(marks));
        return null;
      }
      marks.appendReplacement(out, Matcher.quoteReplacement(value));
    }
    String text = marks.appendTail(out).toString();
    return new Tree.Scalar(scalar.place(), whole ? ScalarKind.FREE : ScalarKind.TEXT, text);
  }

  /** Null = unset without a default, or malformed. */
  private String lookUp(Matcher mark) {
    String inner = mark.group("inner");
    if (isMalformed(mark)) {
      return null;
    }
    int colon = inner.indexOf(':');
    String fallback = colon < 0 ? null : inner.substring(colon + 1);
    return environment.getOrDefault(name(inner), fallback);
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
