package dev.fairlead.config.bind;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a key of a part not built yet may hold, and its default. Immutable. */
sealed interface Shape {

  /** A single value; the default as it is written. */
  record Single(ValueType<?> type, String defaultText) implements Shape {}

  /** A map; each key has its own default. {@code off} = the word off turns the part off. */
  record Keys(Map<String, Shape> keys, boolean off) implements Shape {
    public Keys {
      keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
    }

    static Keys none() {
      return new Keys(Map.of(), false);
    }

    Keys with(String key, Shape shape) {
      Map<String, Shape> more = new LinkedHashMap<>(keys);
      more.put(key, shape);
      return new Keys(more, off);
    }

    Keys with(String key, ValueType<?> type, String defaultText) {
      return with(key, new Single(type, defaultText));
    }

    Keys orOff() {
      return new Keys(keys, true);
    }
  }

  /** A list; the default is the empty one. */
  record Items(Shape item) implements Shape {
    static Items of(ValueType<?> type) {
      return new Items(new Single(type, ""));
    }
  }

  /** A part that is not there by default. */
  record OrNull(Shape shape) implements Shape {}
}
