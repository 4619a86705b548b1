package dev.fairlead.config.bind;

import dev.fairlead.config.text.Tree;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Holds the keys of parts not built yet against their {@link Shape}. */
final class ShapeCheck {
  private final Binding binding;

  ShapeCheck(Binding binding) {
    this.binding = binding;
  }

  /** Reports what is not valid and, in what is valid, everything that is not the default. */
  void refuseChange(Shape shape, Tree tree, String path) {
    if (shape instanceof Shape.Single single) {
      refuseOther(single, tree, path);
    } else if (shape instanceof Shape.Keys keys) {
      checkKeys(keys, tree, path, true);
    } else if (shape instanceof Shape.Items && tree instanceof Tree.Sequence list) {
      if (!list.items().isEmpty()) {
        notAvailable(tree, path, "[]");
      }
      check(shape, tree, path);
    } else if (shape instanceof Shape.OrNull orNull) {
      if (!isNull(tree)) {
        notAvailable(tree, path, "null");
        check(orNull.shape(), tree, path);
      }
    } else {
      check(shape, tree, path);
    }
  }

  /** Reports what is not valid: the part around it was refused already. */
  private void check(Shape shape, Tree tree, String path) {
    if (shape instanceof Shape.Single single) {
      binding.outcome(tree, path, single.type());
    } else if (shape instanceof Shape.Keys keys) {
      checkKeys(keys, tree, path, false);
    } else if (shape instanceof Shape.Items items) {
      checkItems(items, tree, path);
    } else if (shape instanceof Shape.OrNull orNull && !isNull(tree)) {
      check(orNull.shape(), tree, path);
    }
  }

  private void refuseOther(Shape.Single single, Tree tree, String path) {
    ValueType.Outcome<?> outcome = binding.outcome(tree, path, single.type());
    if (outcome == null || !outcome.isRead()) {
      return;
    }
    Tree.Scalar byDefault =
        new Tree.Scalar(tree.place(), Tree.ScalarKind.FREE, single.defaultText());
    if (!Objects.equals(outcome.value(), single.type().read(byDefault).value())) {
      notAvailable(tree, path, single.defaultText());
    }
  }

  private void checkKeys(Shape.Keys keys, Tree tree, String path, boolean refuse) {
    if (keys.off() && isOff(tree)) {
      return;
    }
    if (!(tree instanceof Tree.Mapping mapping)) {
      String off = keys.off() ? "off, or " : "";
      binding.problems().expected(tree, path, off + "a map of keys and values");
      return;
    }
    List<String> known = List.copyOf(keys.keys().keySet());
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              String child = Tree.child(path, key);
              Shape shape = keys.keys().get(key);
              if (shape == null) {
                binding.unknownKey(entry.place(), child, key, known);
              } else if (refuse) {
                refuseChange(shape, entry.value(), child);
              } else {
                check(shape, entry.value(), child);
              }
            });
  }

  private void checkItems(Shape.Items items, Tree tree, String path) {
    if (!(tree instanceof Tree.Sequence sequence)) {
      binding.problems().expected(tree, path, "a list");
      return;
    }
    for (int i = 0; i < sequence.items().size(); i++) {
      check(items.item(), sequence.items().get(i), path + "[" + i + "]");
    }
  }

  private void notAvailable(Tree tree, String path, String byDefault) {
    binding.problems().expected(tree, path, byDefault + "; not available yet");
  }

  private static boolean isNull(Tree tree) {
    return tree instanceof Tree.Scalar scalar && scalar.isNull();
  }

  private static boolean isOff(Tree tree) {
    return tree instanceof Tree.Scalar scalar
        && ((scalar.isText() && scalar.text().equals("off"))
            || scalar.asBoolean().equals(Optional.of(false)));
  }
}
