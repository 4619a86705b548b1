package dev.fairlead.pool.discovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The search list of {@code resolv.conf}: the absolute names to try for a short one.
 *
 * @param dots names with at least so many dots are tried as they are before the domains
 */
record SearchList(List<String> domains, int dots) {
  static final SearchList NONE = new SearchList(List.of(), 1);

  private static final Path FILE = Path.of("/etc/resolv.conf");
  private static final String DOTS = "ndots:";

  static SearchList ofMachine() {
    try {
      return of(Files.readAllLines(FILE));
    } catch (IOException noSuchFile) {
      return NONE;
    }
  }

  /** Of the lines of {@code resolv.conf}; the last {@code search} counts. */
  static SearchList of(List<String> lines) {
    List<String> domains = List.of();
    int dots = NONE.dots;
    for (String line : lines) {
      List<String> words = List.of(line.strip().split("\\s+"));
      if (words.get(0).equals("search") || words.get(0).equals("domain")) {
        domains = words.stream().skip(1).map(SearchList::bare).filter(d -> !d.isEmpty()).toList();
      } else if (words.get(0).equals("options")) {
        dots = dots(words, dots);
      }
    }
    return new SearchList(domains, dots);
  }

  /** Without the dot at the end; empty for the root, which systemd-resolved writes. */
  private static String bare(String domain) {
    return domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
  }

  private static int dots(List<String> options, int byDefault) {
    return options.stream()
        .filter(option -> option.matches(DOTS + "[0-9]{1,2}"))
        .map(option -> Integer.parseInt(option.substring(DOTS.length())))
        .reduce(byDefault, (before, last) -> last);
  }

  /** The names to query in turn. */
  List<String> names(String name) {
    if (name.endsWith(".")) {
      return List.of(name);
    }
    List<String> names = new ArrayList<>();
    domains.forEach(domain -> names.add(name + "." + domain));
    names.add(name.chars().filter(each -> each == '.').count() >= dots ? 0 : names.size(), name);
    return names;
  }
}
