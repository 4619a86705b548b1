package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.ForeignName;
import dev.fairlead.imports.ImportException;
import dev.fairlead.imports.ImportedConfig;
import dev.fairlead.imports.PeerAddress;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Turns a configuration of HAProxy into one of Fairlead: what has a counterpart into keys, all else
 * into comments at its place. Files that it names are not read. One import, one thread.
 */
public final class HaproxyImport {
  private final List<HaproxySection> sections;
  private final ImportedConfig result;

  private HaproxyImport(String file, String text) {
    this.sections = HaproxySection.of(new HaproxyReader(file, new HashMap<>()).read(text));
    this.result =
        new ImportedConfig(
            List.of(
                "Made by fairlead import haproxy from " + file + ".",
                "A comment with a line's number says what has no counterpart, or differs.",
                "Limits hold for all members together, see limits.scope."));
  }

  /**
   * The configuration as YAML.
   *
   * @param file how problems and the result name it
   * @throws dev.fairlead.imports.ImportException where it cannot be read
   */
  public static String yaml(String file, String text) {
    return new HaproxyImport(file, text).run();
  }

  private String run() {
    GlobalSection global = GlobalSection.of(sections);
    global.putNode(result.node());
    List<HaproxySection> proxies = new ArrayList<>();
    sections.stream().filter(HaproxySection::isProxy).forEach(each -> sort(each, proxies));
    new HaproxyLogs(global, proxies).putNode(result.node());
    Set<String> pools = new LinkedHashSet<>();
    proxies.stream().filter(HaproxySection::hasServers).forEach(each -> pools.add(each.name()));
    refuseSameNames(proxies);
    ListenerImport listeners = new ListenerImport(result, global, pools);
    Map<HaproxySection, YamlBlock> places = new HashMap<>();
    proxies.stream()
        .filter(HaproxySection::hasListeners)
        .forEach(each -> places.put(each, listeners.put(each)));
    proxies.stream()
        .filter(HaproxySection::hasServers)
        .forEach(
            each -> {
              YamlBlock pool = pool(each, proxies);
              places.putIfAbsent(each, pool);
            });
    proxies.forEach(each -> leftovers(each, Objects.requireNonNull(places.get(each))));
    sections.stream()
        .filter(each -> !each.isProxy())
        .forEach(each -> leftovers(each, result.heading(each.title())));
    return result.yaml();
  }

  /** Those of pools, as Fairlead has them. */
  private static void refuseSameNames(List<HaproxySection> proxies) {
    Map<String, String> names = new HashMap<>();
    for (HaproxySection each : proxies) {
      String other = each.hasServers() ? names.put(ForeignName.of(each.name()), each.name()) : null;
      if (other != null && !other.equals(each.name())) {
        throw new ImportException(
            each.head(), "'" + each.name() + "'", "a name that is not that of '" + other + "' too");
      }
    }
  }

  /** Proxies of another mode stay behind, with all their lines. */
  private void sort(HaproxySection section, List<HaproxySection> proxies) {
    String mode = section.mode();
    List<Statement> own = section.scope().own();
    boolean off = own.stream().anyMatch(each -> each.words().equals(List.of("disabled")));
    if (mode.equals("tcp") && !off) {
      proxies.add(section);
      return;
    }
    YamlBlock place =
        result.heading(
            section.title()
                + " (line "
                + section.head().line()
                + ") stays behind: "
                + (off ? "disabled" : "mode " + mode));
    place.note(section.head(), "");
    own.forEach(each -> place.note(each, ""));
  }

  private YamlBlock pool(HaproxySection section, List<HaproxySection> proxies) {
    List<HaproxySection> fronts =
        proxies.stream()
            .filter(HaproxySection::hasListeners)
            .filter(each -> each.equals(section) || leadsTo(each, section.name()))
            .toList();
    List<String> ports =
        fronts.stream()
            .flatMap(each -> each.scope().all("bind").stream())
            .map(BindLine::new)
            .flatMap(bind -> bind.addresses(new YamlBlock(), false).stream())
            .map(PeerAddress::port)
            .filter(port -> !port.isEmpty())
            .distinct()
            .toList();
    YamlBlock pool = result.pool();
    new PoolImport(pool, section, fronts, ports).put();
    return pool;
  }

  private static boolean leadsTo(HaproxySection front, String pool) {
    return front.scope().own().stream()
            .anyMatch(
                each ->
                    each.name().matches("use_backend|default_backend") && each.word(1).equals(pool))
        || front
            .scope()
            .last("default_backend")
            .filter(each -> each.word(1).equals(pool))
            .isPresent();
  }

  private static void leftovers(HaproxySection section, YamlBlock place) {
    Scope scope = section.scope();
    List<Statement> unused = scope.unused();
    unused.forEach(each -> place.note(each, HaproxyReasons.reason(each)));
  }
}
