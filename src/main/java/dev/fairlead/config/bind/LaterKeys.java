package dev.fairlead.config.bind;

import dev.fairlead.config.text.Tree;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of parts that are not built yet, one line for each: its type and its default. They are
 * checked as all others, but any value except the default is refused. Building a part removes its
 * lines here.
 */
record LaterKeys(Binding binding) {

  /** What a key may have, and its default. */
  sealed interface Shape {}

  /** A single value; the default as it is written. */
  record Single(ValueType<?> type, String defaultText) implements Shape {}

  /** A map; each key has its own default. */
  record Keys(Map<String, Shape> keys) implements Shape {
    Keys with(String key, Shape shape) {
      Map<String, Shape> more = new LinkedHashMap<>(keys);
      more.put(key, shape);
      return new Keys(Collections.unmodifiableMap(more));
    }

    Keys with(String key, ValueType<?> type, String defaultText) {
      return with(key, new Single(type, defaultText));
    }
  }

  /** A list; the default is the empty one. */
  record Items(Shape item) implements Shape {
    static Items of(ValueType<?> type) {
      return new Items(new Single(type, ""));
    }
  }

  /** A part that is absent by default. */
  record OrNull(Shape shape) implements Shape {}

  private static final Keys NONE = new Keys(Map.of());
  private static final String DEFAULT_TLS_VERSION = "TLSv1.2";
  private static final ValueType<String> TLS_VERSION =
      ValueType.word(DEFAULT_TLS_VERSION, "TLSv1.3");

  /** Of a pool's {@code proxyProtocol}: there is nothing to tell until TLS is terminated. */
  static final Keys SEND_PROXY = NONE.with("ssl", ValueType.bool(), "false");

  /** Of a listener's {@code tls}: all that only terminating needs. */
  static Keys terminate(Path directory) {
    ValueType<Path> path = ValueType.path(directory);
    Keys certificate =
        NONE.with("cert", path, "").with("key", path, "").with("directory", path, "");
    return NONE.with("certificates", new Items(certificate))
        .with("clientAuth", ValueType.word("none", "request", "require"), "none")
        .with("clientCa", path.orNull(), "null")
        .with("clientCrl", path.orNull(), "null")
        .with("clientNames", Items.of(ValueType.text()))
        .with("minVersion", TLS_VERSION, DEFAULT_TLS_VERSION)
        .with("ciphers", Items.of(ValueType.text()))
        .with("alpn", Items.of(ValueType.text()))
        .with("tickets", ValueType.word("cluster", "member", "off"), "cluster")
        .with("handshakeTimeout", ValueType.positiveDuration(), "10s");
  }

  static Keys pool(Path directory) {
    ValueType<Path> path = ValueType.path(directory);
    Keys tls =
        NONE.with("verify", ValueType.bool(), "true")
            .with("ca", path.orNull(), "null")
            .with("serverName", AddressTypes.host().orNull(), "null")
            .with("certificate", path.orNull(), "null")
            .with("key", path.orNull(), "null")
            .with("alpn", Items.of(ValueType.text()))
            .with("minVersion", TLS_VERSION, DEFAULT_TLS_VERSION);
    return NONE.with("tls", new OrNull(tls));
  }

  /**
   * Reports what is not valid.
   *
   * @param refuse whether to report also what is valid and not the default; false inside a part
   *     that was refused as a whole
   */
  void check(Shape shape, Tree tree, String path, boolean refuse) {
    if (shape instanceof Single single) {
      checkSingle(single, tree, path, refuse);
    } else if (shape instanceof Keys keys) {
      checkKeys(keys, tree, path, refuse);
    } else if (shape instanceof Items items) {
      checkItems(items, tree, path, refuse);
    } else if (shape instanceof OrNull orNull && !isNull(tree)) {
      if (refuse) {
        notAvailable(tree, path, "null");
      }
      check(orNull.shape(), tree, path, false);
    }
  }

  private void checkSingle(Single single, Tree tree, String path, boolean refuse) {
    Optional<?> value = binding.read(tree, path, single.type());
    Tree.Scalar byDefault =
        new Tree.Scalar(tree.place(), Tree.ScalarKind.FREE, single.defaultText());
    if (refuse && value.isPresent() && !value.equals(single.type().read(byDefault).value())) {
      notAvailable(tree, path, single.defaultText());
    }
  }

  private void checkKeys(Keys keys, Tree tree, String path, boolean refuse) {
    if (!(tree instanceof Tree.Mapping mapping)) {
      binding.problems().expected(tree, path, "a map of keys and values");
      return;
    }
    List<String> known = List.copyOf(keys.keys().keySet());
    for (Map.Entry<String, Tree.KeyValue> entry : mapping.entries().entrySet()) {
      String child = Tree.child(path, entry.getKey());
      Shape shape = keys.keys().get(entry.getKey());
      if (shape == null) {
        binding.unknownKey(entry.getValue().place(), child, entry.getKey(), known);
      } else {
        check(shape, entry.getValue().value(), child, refuse);
      }
    }
  }

  private void checkItems(Items items, Tree tree, String path, boolean refuse) {
    if (!(tree instanceof Tree.Sequence sequence)) {
      binding.problems().expected(tree, path, "a list");
      return;
    }
    if (refuse && !sequence.items().isEmpty()) {
      notAvailable(tree, path, "[]");
    }
    for (int i = 0; i < sequence.items().size(); i++) {
      check(items.item(), sequence.items().get(i), path + "[" + i + "]", false);
    }
  }

  private void notAvailable(Tree tree, String path, String byDefault) {
    binding.problems().expected(tree, path, byDefault + "; not available yet");
  }

  private static boolean isNull(Tree tree) {
    return tree instanceof Tree.Scalar scalar && scalar.isNull();
  }
}
