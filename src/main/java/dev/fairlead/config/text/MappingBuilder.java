package dev.fairlead.config.text;

import java.util.LinkedHashMap;
import java.util.Map;

/** Puts one {@link Tree.Mapping} together; a key that comes twice is a problem. */
final class MappingBuilder {
  private final Place place;
  private final String path;
  private final Problems problems;
  private final Map<String, Tree.Entry> entries = new LinkedHashMap<>();

  MappingBuilder(Place place, String path, Problems problems) {
    this.place = place;
    this.path = path;
    this.problems = problems;
  }

  void put(String key, Place keyPlace, Tree value) {
    Tree.Entry first = entries.putIfAbsent(key, new Tree.Entry(keyPlace, value));
    if (first != null) {
      String message = "duplicate key (first at line " + first.place().line() + ")";
      problems.add(keyPlace, TreeReader.child(path, key), message);
    }
  }

  Tree.Mapping build() {
    return new Tree.Mapping(place, entries);
  }
}
