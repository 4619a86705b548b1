package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a client has to be like for a rule: all fields together, an empty list asks for nothing.
 *
 * @param sni names, {@code *.} for all below one
 * @param ports of the listener; a route cannot ask for them
 * @param source networks
 * @param notSource the rule is about clients outside of {@code source}
 */
record Condition(
    List<String> sni,
    List<String> alpn,
    List<String> source,
    List<String> ports,
    boolean notSource) {
  static final Condition NONE = new Condition(List.of(), List.of(), List.of(), List.of(), false);

  /** The words after {@code if}, as alternatives; empty where one of them is not understood. */
  static Optional<List<Condition>> parse(List<String> words, Scope scope, boolean unless) {
    List<Condition> alternatives = new ArrayList<>();
    Condition all = NONE;
    int at = 0;
    while (at < words.size()) {
      if (words.get(at).matches("or|\\|\\|")) {
        alternatives.add(all);
        all = NONE;
        at++;
        continue;
      }
      Term term = Term.at(at, words, scope);
      Condition before = all;
      Optional<Condition> both =
          term.condition().flatMap(each -> before.and(each, term.negated() != unless));
      if (both.isEmpty()) {
        return Optional.empty();
      }
      all = both.get();
      at = term.next();
    }
    alternatives.add(all);
    return unless && alternatives.size() > 1 ? Optional.empty() : Optional.of(alternatives);
  }

  /**
   * The name of an acl or a test in braces, either with an exclamation mark before it.
   *
   * @param condition empty = it is not understood
   * @param next the index of the word after it
   */
  private record Term(boolean negated, Optional<Condition> condition, int next) {
    static Term at(int at, List<String> words, Scope scope) {
      String word = words.get(at);
      boolean negated = word.startsWith("!");
      int begin = word.equals("!") && at + 1 < words.size() ? at + 1 : at;
      String name = begin > at ? words.get(begin) : negated ? word.substring(1) : word;
      if (!name.equals("{")) {
        return new Term(negated, named(name, scope), begin + 1);
      }
      int end = closing(words, begin);
      return new Term(negated, of(words.subList(begin + 1, end)), end + 1);
    }
  }

  private static int closing(List<String> words, int from) {
    int end = from;
    while (end < words.size() && !words.get(end).equals("}")) {
      end++;
    }
    return end;
  }

  /** All lines of an acl together. */
  private static Optional<Condition> named(String name, Scope scope) {
    if (name.equals("TRUE")) {
      return Optional.of(NONE);
    }
    Optional<Condition> all = Optional.empty();
    List<Statement> lines =
        scope.own().stream().filter(each -> each.startsWith("acl", name)).toList();
    for (Statement line : lines) {
      Optional<Condition> one = of(line.from(2));
      if (one.isEmpty() || (all.isPresent() && !all.get().sameKind(one.get()))) {
        return Optional.empty();
      }
      all = Optional.of(all.isEmpty() ? one.get() : all.get().or(one.get()));
    }
    if (all.isPresent()) {
      lines.forEach(Statement::use);
    }
    return all;
  }

  /** A test: what is looked at, flags, values. */
  private static Optional<Condition> of(List<String> test) {
    List<String> values = new ArrayList<>();
    String match = "str";
    for (int at = 1; at < test.size(); at++) {
      String word = test.get(at);
      if (word.equals("-m") && at + 1 < test.size()) {
        match = test.get(++at);
      } else if (word.equals("-f")) {
        return Optional.empty();
      } else if (!word.matches("-i|-n|--|eq")) {
        values.add(word);
      }
    }
    List<String> none = List.of();
    String fetch = test.isEmpty() ? "" : test.get(0).replaceAll(",lower$|\\(\\)", "");
    return switch (fetch) {
      case "req.ssl_sni", "req_ssl_sni", "ssl_fc_sni" -> names(values, match);
      case "req_ssl_sni_end", "ssl_fc_sni_end" -> names(values, "end");
      case "req.ssl_alpn", "ssl_fc_alpn" ->
          Optional.of(new Condition(none, values, none, none, false));
      case "src" -> Optional.of(new Condition(none, none, values, none, false));
      case "dst_port" -> Optional.of(new Condition(none, none, none, values, false));
      case "req.ssl_hello_type", "req_ssl_hello_type" ->
          values.equals(List.of("1")) ? Optional.of(NONE) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Condition> names(List<String> values, String match) {
    boolean end = match.equals("end");
    boolean valid =
        match.equals("str") || (end && values.stream().allMatch(each -> each.startsWith(".")));
    List<String> names = values.stream().map(each -> end ? "*" + each : each).toList();
    return valid
        ? Optional.of(new Condition(names, List.of(), List.of(), List.of(), false))
        : Optional.empty();
  }

  private boolean sameKind(Condition other) {
    return sni.isEmpty() == other.sni.isEmpty()
        && alpn.isEmpty() == other.alpn.isEmpty()
        && source.isEmpty() == other.source.isEmpty()
        && ports.isEmpty() == other.ports.isEmpty();
  }

  private Condition or(Condition other) {
    return new Condition(
        joined(sni, other.sni),
        joined(alpn, other.alpn),
        joined(source, other.source),
        joined(ports, other.ports),
        false);
  }

  /** Empty where both ask for one thing, or what is asked for cannot be said. */
  private Optional<Condition> and(Condition other, boolean not) {
    boolean overlap =
        (!sni.isEmpty() && !other.sni.isEmpty())
            || (!alpn.isEmpty() && !other.alpn.isEmpty())
            || (!source.isEmpty() && !other.source.isEmpty())
            || (!ports.isEmpty() && !other.ports.isEmpty());
    boolean sayable = !not || (!other.source.isEmpty() && this.equals(NONE));
    return overlap || !sayable
        ? Optional.empty()
        : Optional.of(
            new Condition(
                joined(sni, other.sni),
                joined(alpn, other.alpn),
                joined(source, other.source),
                joined(ports, other.ports),
                notSource || not));
  }

  private static List<String> joined(List<String> one, List<String> other) {
    List<String> all = new ArrayList<>(one);
    other.stream().filter(each -> !all.contains(each)).forEach(all::add);
    return List.copyOf(all);
  }
}
