package dev.fairlead.config.bind;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.text.Problems;
import dev.fairlead.config.text.Tree;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.config.text.YamlReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code --set KEY=VALUE} of the command line, which replace values in a tree before it is
 * bound. Missing maps on the path are created; a list grows by one item at its end. Immutable.
 */
record Overrides(List<String> settings) {
  private static final Pattern PATH =
      Pattern.compile("[A-Za-z0-9_-]+(?:\\[\\d{1,6}]|\\.[A-Za-z0-9_-]+)*");
  private static final Pattern STEP = Pattern.compile("\\[\\d+]|[A-Za-z0-9_-]+");

  Overrides {
    settings = List.copyOf(settings);
  }

  /** Those of the dynamic part, without {@code node} and {@code cluster}. */
  Overrides ofDynamicPart() {
    return new Overrides(settings.stream().filter(setting -> !isOfProcess(setting)).toList());
  }

  private static boolean isOfProcess(String setting) {
    Matcher firstStep = STEP.matcher(setting);
    return firstStep.lookingAt() && FairleadConfig.PROCESS_KEYS.contains(firstStep.group());
  }

  /** The tree with all overrides applied; malformed ones are reported even without a tree. */
  @Nullable Tree apply(@Nullable Tree tree, Problems problems) {
    Tree changed = tree;
    for (String setting : settings) {
      changed = apply(changed, setting, problems);
    }
    return changed;
  }

  private static @Nullable Tree apply(@Nullable Tree tree, String setting, Problems problems) {
    int equals = setting.indexOf('=');
    String path = equals < 0 ? setting : setting.substring(0, equals);
    if (equals < 0 || !PATH.matcher(path).matches()) {
      String expected = " (expected: KEY=VALUE, its key like pools[0].balance)";
      problems.add(Place.OVERRIDE, "", Problem.oneLine(setting) + expected);
      return tree;
    }
    Tree value = value(path, setting.substring(equals + 1), problems);
    List<String> steps = steps(path);
    return tree == null || value == null
        ? tree
        : new Setting(path, value, problems).into(tree, steps, "");
  }

  /** {@code pools[0].balance} is {@code pools}, {@code [0]}, {@code balance}. */
  static List<String> steps(String path) {
    return STEP.matcher(path).results().map(MatchResult::group).toList();
  }

  private static @Nullable Tree value(String path, String text, Problems problems) {
    Problems found = new Problems();
    Tree value = new YamlReader(true).value(text, found);
    for (Problem problem : found.inOrder(Problem.OVERRIDE)) {
      problems.add(Place.OVERRIDE, path, problem.message());
    }
    if (value == null && found.isEmpty()) {
      problems.add(Place.OVERRIDE, path, "no value (expected: one; null for none)");
    }
    return value;
  }

  private record Setting(String path, Tree value, Problems problems) {

    /** {@code tree} with the value put at {@code steps} below {@code at}; null = no tree yet. */
    @Nullable Tree into(@Nullable Tree tree, List<String> steps, String at) {
      if (steps.isEmpty()) {
        return value;
      }
      String step = steps.get(0);
      List<String> rest = steps.subList(1, steps.size());
      return step.startsWith("[")
          ? intoList(tree, Integer.parseInt(step.substring(1, step.length() - 1)), rest, at)
          : intoMap(tree, step, rest, at);
    }

    private @Nullable Tree intoMap(@Nullable Tree tree, String key, List<String> rest, String at) {
      if (tree != null && !(tree instanceof Tree.Mapping)) {
        return refuse(tree, at.isEmpty() ? "the file" : at, "a map");
      }
      Map<String, Tree.KeyValue> entries =
          new LinkedHashMap<>(tree instanceof Tree.Mapping map ? map.entries() : Map.of());
      Tree.KeyValue old = entries.get(key);
      Tree changed = into(old == null ? null : old.value(), rest, Tree.child(at, key));
      if (changed != null) {
        Place keyPlace = old == null ? Place.OVERRIDE : old.place();
        entries.put(key, new Tree.KeyValue(keyPlace, changed));
      }
      return new Tree.Mapping(tree == null ? Place.OVERRIDE : tree.place(), entries);
    }

    private @Nullable Tree intoList(@Nullable Tree tree, int index, List<String> rest, String at) {
      if (tree != null && !(tree instanceof Tree.Sequence)) {
        return refuse(tree, at, "a list");
      }
      List<Tree> items =
          new ArrayList<>(tree instanceof Tree.Sequence list ? list.items() : List.of());
      if (index > items.size()) {
        return refuse(tree, at, "an index of 0 to " + items.size());
      }
      Tree old = index < items.size() ? items.get(index) : null;
      Tree changed = into(old, rest, at + "[" + index + "]");
      if (changed != null && old == null) {
        items.add(changed);
      } else if (changed != null) {
        items.set(index, changed);
      }
      return new Tree.Sequence(tree == null ? Place.OVERRIDE : tree.place(), items);
    }

    private @Nullable Tree refuse(@Nullable Tree tree, String at, String expected) {
      problems.add(
          Place.OVERRIDE, path, "cannot be set (expected: " + expected + " at " + at + ")");
      return tree;
    }
  }
}
