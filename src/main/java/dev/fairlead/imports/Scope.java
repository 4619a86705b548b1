package dev.fairlead.imports;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directives of one section, and those it inherits. Looking a directive up uses it. One import,
 * one thread.
 *
 * @param own in the order they are written
 * @param outer what it inherits from; null = nothing
 */
public record Scope(List<Statement> own, @Nullable Scope outer) {
  public Scope {
    own = List.copyOf(own);
  }

  /** The one in force that begins with these words: the last, else an inherited one. */
  public Optional<Statement> last(String... words) {
    List<Statement> found = own.stream().filter(each -> each.startsWith(words)).toList();
    if (found.isEmpty()) {
      return outer == null ? Optional.empty() : outer.last(words);
    }
    Statement last = found.get(found.size() - 1);
    found.stream()
        .filter(each -> each != last)
        .forEach(each -> each.because("line " + last.line() + " replaces it"));
    return Optional.of(last.use());
  }

  /** The first argument of {@link #last}. */
  public Optional<String> value(String... words) {
    return last(words)
        .map(found -> found.word(words.length))
        .filter(argument -> !argument.isEmpty());
  }

  /** All that begin with these words, or all inherited ones; they are used. */
  public List<Statement> all(String... words) {
    List<Statement> found = own.stream().filter(each -> each.startsWith(words)).toList();
    found.forEach(Statement::use);
    return found.isEmpty() && outer != null ? outer.all(words) : found;
  }

  /** Whether there is one, which is not used by asking. */
  public boolean has(String... words) {
    return own.stream().anyMatch(each -> each.startsWith(words))
        || (outer != null && outer.has(words));
  }

  /** Its own ones that were not used, also those in blocks. */
  public List<Statement> unused() {
    return flat(own).filter(each -> !each.isSettled()).toList();
  }

  private static Stream<Statement> flat(List<Statement> statements) {
    List<Statement> all = new ArrayList<>();
    statements.forEach(each -> addWithBlock(all, each));
    return all.stream();
  }

  private static void addWithBlock(List<Statement> all, Statement statement) {
    all.add(statement);
    statement.block().forEach(each -> addWithBlock(all, each));
  }
}
