package dev.fairlead.config.text;

import dev.fairlead.config.Problem;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.config.text.Tree.ScalarKind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** TOML, by tomlj. */
final class TomlReader implements TreeReader {
  private static final Map<Class<?>, ScalarKind> KINDS =
      Map.of(
          String.class, ScalarKind.TEXT,
          Long.class, ScalarKind.INTEGER,
          Double.class, ScalarKind.DECIMAL,
          BigDecimal.class, ScalarKind.DECIMAL,
          Boolean.class, ScalarKind.BOOLEAN);

  @Override
  public @Nullable Tree read(String text, Problems problems) {
    TomlLines lines = TomlLines.of(text);
    TomlParseResult result = Toml.parse(lines.text());
    for (TomlParseError error : result.errors()) {
      String message = lines.original(String.valueOf(error.getMessage()));
      problems.add(place(lines, error.position()), "", "not TOML: " + Problem.oneLine(message));
    }
    if (result.hasErrors() || result.isEmpty()) {
      return null;
    }
    try {
      return new TomlTreeBuilder(lines, new TreeLimits()).table(new Place(1), result);
    } catch (TreeLimits.Refused e) {
      e.report(problems);
      return null;
    }
  }

  private static Place place(TomlLines lines, @Nullable TomlPosition position) {
    return position == null
        ? Place.UNKNOWN
        : new Place(lines.original(position.line()), position.column(), false);
  }

  private record TomlTreeBuilder(TomlLines lines, TreeLimits limits) {

    private Tree value(Place place, Object value) {
      if (value instanceof TomlTable table) {
        return table(place, table);
      }
      if (value instanceof TomlArray array) {
        return array(place, array);
      }
      limits.value(place);
      return new Tree.Scalar(
          place, KINDS.getOrDefault(value.getClass(), ScalarKind.OTHER), value.toString());
    }

    Tree table(Place place, TomlTable table) {
      limits.enter(place);
      Map<String, Tree.KeyValue> entries = new LinkedHashMap<>();
      for (Map.Entry<String, Object> entry : table.entrySet()) {
        Place at = place(lines, table.inputPositionOf(List.of(entry.getKey())));
        limits.value(at);
        entries.put(entry.getKey(), new Tree.KeyValue(at, value(at, entry.getValue())));
      }
      limits.leave();
      return new Tree.Mapping(place, entries);
    }

    private Tree array(Place place, TomlArray array) {
      limits.enter(place);
      List<Tree> items = new ArrayList<>();
      for (int i = 0; i < array.size(); i++) {
        items.add(value(place(lines, array.inputPositionOf(i)), array.get(i)));
      }
      limits.leave();
      return new Tree.Sequence(place, items);
    }
  }
}
