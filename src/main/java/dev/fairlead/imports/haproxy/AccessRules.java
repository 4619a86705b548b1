package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns {@code tcp-request} rules into lists of networks and limits of one listener. */
final class AccessRules {
  private static final Pattern PER_SOURCE =
      Pattern.compile("(?:src_conn_cur|sc0_conn_cur|sc_conn_cur\\(0\\))(?:\\([\\w.-]+\\))?");

  private final YamlBlock listener;
  private final HaproxySection section;
  private final List<String> allow = new ArrayList<>();
  private final List<String> deny = new ArrayList<>();

  AccessRules(YamlBlock listener, HaproxySection section) {
    this.listener = listener;
    this.section = section;
  }

  void put() {
    List<Statement> all = section.scope().own();
    List<Statement> rules =
        all.stream()
            .filter(each -> each.startsWith("tcp-request"))
            .filter(each -> each.word(1).matches("connection|session|content"))
            .toList();
    boolean restAccepted = !rejectsRest(rules);
    rules.forEach(rule -> rule(rule, restAccepted));
    listener.putAll("allow", allow);
    listener.putAll("deny", deny);
  }

  /** Whether the last rule rejects whoever no rule before it accepted. */
  private static boolean rejectsRest(List<Statement> rules) {
    return rules.stream()
        .anyMatch(each -> each.word(2).equals("reject") && each.words().size() == 3);
  }

  private void rule(Statement rule, boolean restAccepted) {
    int at = Math.max(rule.words().indexOf("if"), rule.words().indexOf("unless"));
    boolean unless = at > 0 && rule.word(at).equals("unless");
    List<String> test = at < 0 ? List.of() : rule.from(at + 1);
    String action = rule.word(2);
    if (action.matches("reject|silent-drop") && perSource(rule, test)) {
      return;
    }
    Optional<List<Condition>> condition = Condition.parse(test, section.scope(), unless);
    List<Condition> sources =
        condition.orElse(List.of()).stream()
            .filter(each -> !each.source().isEmpty() && each.sni().isEmpty())
            .toList();
    boolean onlySources = condition.isPresent() && sources.size() == condition.get().size();
    if (action.equals("expect-proxy") && onlySources) {
      listener.put("proxyProtocol.mode", "optional");
      listener.putAll("proxyProtocol.trusted", networks(sources));
      listener.note(rule, "with optional, who is trusted may also send no header");
    } else if (onlySources && action.matches("reject|silent-drop|accept")) {
      access(rule, action, sources, restAccepted);
    } else if (action.equals("reject") && test.isEmpty() && !allow.isEmpty()) {
      rule.use();
      listener.note(rule, "whoever is not in allow is refused");
    } else if (action.equals("accept") && !test.isEmpty() && condition.isPresent()) {
      rule.because("a listener with tls or routes by name reads the first message anyway");
    }
  }

  private void access(
      Statement rule, String action, List<Condition> sources, boolean restAccepted) {
    boolean outside = sources.stream().anyMatch(Condition::notSource);
    boolean accept = action.equals("accept");
    if (accept && (outside || restAccepted)) {
      rule.because("it changes nothing, or cannot be said with allow and deny");
      return;
    }
    (outside || accept ? allow : deny).addAll(networks(sources));
    rule.use();
    if (!rule.word(1).equals("connection")) {
      listener.note(rule, "decided at the accept already");
    } else if (action.equals("silent-drop")) {
      listener.note(rule, "the client sees the end of its connection, see limits.refuseWith");
    }
  }

  private static List<String> networks(List<Condition> sources) {
    return sources.stream().flatMap(each -> each.source().stream()).distinct().toList();
  }

  /** {@code reject if { src_conn_cur ge 10 }}. */
  private boolean perSource(Statement rule, List<String> test) {
    List<String> words = test;
    if (test.size() == 1) {
      Optional<Statement> acl =
          section.scope().own().stream()
              .filter(each -> each.startsWith("acl", test.get(0)))
              .findFirst();
      words = acl.map(each -> each.from(2)).orElse(test);
      if (isPerSource(words)) {
        acl.ifPresent(Statement::use);
      }
    } else if (test.size() > 2 && test.get(0).equals("{")) {
      words = test.subList(1, test.size() - 1);
    }
    if (!isPerSource(words)) {
      return false;
    }
    rule.use();
    int most = Integer.parseInt(words.get(2)) - (words.get(1).equals("ge") ? 0 : -1);
    boolean tracked = words.get(0).startsWith("sc");
    listener.put("limits.connectionsPerSource", Math.max(1, tracked ? most - 1 : most));
    return true;
  }

  private static boolean isPerSource(List<String> words) {
    Matcher fetch = PER_SOURCE.matcher(words.isEmpty() ? "" : words.get(0));
    return fetch.matches()
        && words.size() == 3
        && words.get(1).matches("ge|gt")
        && words.get(2).matches("\\d{1,8}");
  }
}
