package dev.fairlead.config.bind;

import dev.fairlead.config.ParsedValue;
import dev.fairlead.config.Problem;
import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.Tree.ScalarKind;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces environment variables in texts: <code>${NAME}</code> and <code>${NAME:default}</code>;
 * <code>$${</code> is a literal <code>${</code>. Values of variables are not searched for others.
 */
record Substitution(Map<String, String> environment, Predicate<String> mayUse) {
  private static final Pattern MARK =
      Pattern.compile(
          "(?<literal>\\$\\$\\{)|\\$\\{(?:(?<name>[A-Za-z_]\\w*)(?::(?<fallback>[^}]*))?})?");

  /** The group "name", which a {@link MatchResult} only knows by its number. */
  private static final int NAME_GROUP = 2;

  private static final String EXPECTED_FORM = "${NAME} or ${NAME:default}; $${ for a literal ${";

  Substitution {
    environment = Map.copyOf(environment);
  }

  /** With all variables, as in the member's own file. */
  static Substitution ofFile(Map<String, String> environment) {
    return new Substitution(environment, name -> true);
  }

  /** With the variables that a pushed document may use; {@code --set} may use all. */
  Substitution ofPushed(VariableNames names) {
    return new Substitution(environment, names::mayUse);
  }

  /** The names of the variables in the values of a tree. */
  static Set<String> namesIn(Tree tree) {
    Set<String> names = new TreeSet<>();
    addNames(names, tree);
    return names;
  }

  private static void addNames(Set<String> names, Tree tree) {
    tree.children().forEach(child -> addNames(names, child));
    if (tree instanceof Tree.Scalar scalar && isCandidate(scalar)) {
      MARK.matcher(scalar.text())
          .results()
          .map(mark -> mark.group(NAME_GROUP))
          .filter(Objects::nonNull)
          .forEach(names::add);
    }
  }

  private static boolean isCandidate(Tree.Scalar scalar) {
    return scalar.kind() == ScalarKind.TEXT && scalar.text().contains("${");
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
    if (!isCandidate(scalar)) {
      return Optional.of(scalar);
    }
    Matcher marks = MARK.matcher(scalar.text());
    StringBuilder out = new StringBuilder();
    boolean whole = false;
    while (marks.find()) {
      boolean literal = marks.group("literal") != null;
      whole |= !literal && marks.start() == 0 && marks.end() == scalar.text().length();
      ParsedValue<String> value = literal ? ParsedValue.of("${") : lookUp(scalar, marks);
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
  private ParsedValue<String> lookUp(Tree.Scalar scalar, Matcher mark) {
    String name = mark.group("name");
    String fallback = mark.group("fallback");
    if (name == null || (fallback != null && fallback.contains("${"))) {
      return ParsedValue.expected(EXPECTED_FORM);
    }
    String shown = Problem.oneLine(name);
    if (!scalar.place().isOverride() && !mayUse.test(name)) {
      return ParsedValue.expected(
          "another variable than "
              + shown
              + ": a pushed document may use those that"
              + " begin with FAIRLEAD_, are in the member's own file or in its node.environment");
    }
    return ParsedValue.of(
        Optional.ofNullable(environment.get(name)).or(() -> Optional.ofNullable(fallback)),
        "environment variable " + shown + " to be set, or a default: ${" + shown + ":...}");
  }
}
