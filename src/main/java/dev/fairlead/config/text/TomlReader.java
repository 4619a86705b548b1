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
    TomlParseResult result = Toml.parse(text);
    for (TomlParseError error : result.errors()) {
      Place place = place(error.position());
      problems.add(place, "", "not TOML: " + Problem.oneLine(String.valueOf(error.getMessage())));
    }
    if (result.hasErrors() || result.isEmpty()) {
      return null;
    }
    return table(new Place(1), result);
  }

  private static Place place(TomlPosition position) {
    return position == null ? Place.UNKNOWN : new Place(position.line(), position.column(), false);
  }

  private static Tree value(Place place, Object value) {
    if (value instanceof TomlTable table) {
      return table(place, table);
    }
    if (value instanceof TomlArray array) {
      return array(place, array);
    }
    return new Tree.Scalar(
        place, KINDS.getOrDefault(value.getClass(), ScalarKind.OTHER), value.toString());
  }

  private static Tree table(Place place, TomlTable table) {
    Map<String, Tree.KeyValue> entries = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : table.entrySet()) {
      Place at = place(table.inputPositionOf(List.of(entry.getKey())));
      entries.put(entry.getKey(), new Tree.KeyValue(at, value(at, entry.getValue())));
    }
    return new Tree.Mapping(place, entries);
  }

  private static Tree array(Place place, TomlArray array) {
    List<Tree> items = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      items.add(value(place(array.inputPositionOf(i)), array.get(i)));
    }
    return new Tree.Sequence(place, items);
  }
}
