package dev.fairlead;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Classes that need each other: the strongly connected components of a package. Nested classes
 * count with their outermost one. That a type names its own implementations, as a factory does, is
 * no dependency here.
 */
final class ClassCycles {
  private ClassCycles() {}

  /** The components with more than {@code limit} classes, each sorted by name. */
  static List<Set<String>> above(int limit, Collection<JavaClass> inside) {
    Map<String, Set<String>> reachable = new TreeMap<>();
    Map<String, Set<String>> edges = edges(inside);
    edges.keySet().forEach(name -> reachable.put(name, reachableFrom(name, edges)));
    List<Set<String>> found = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    reachable.forEach(
        (name, targets) -> {
          if (seen.contains(name)) {
            return;
          }
          Set<String> component = new TreeSet<>(Set.of(name));
          targets.stream()
              .filter(target -> reachable.getOrDefault(target, Set.of()).contains(name))
              .forEach(component::add);
          seen.addAll(component);
          if (component.size() > limit) {
            found.add(component);
          }
        });
    return found;
  }

  private static Map<String, Set<String>> edges(Collection<JavaClass> inside) {
    Map<String, Set<String>> edges = new HashMap<>();
    for (JavaClass each : inside) {
      Set<String> targets =
          edges.computeIfAbsent(outermost(each).getSimpleName(), any -> new HashSet<>());
      each.getDirectDependenciesFromSelf().stream()
          .map(Dependency::getTargetClass)
          .filter(target -> target.getPackageName().equals(each.getPackageName()))
          .filter(target -> !isImplementation(target, each))
          .map(target -> outermost(target).getSimpleName())
          .forEach(targets::add);
      targets.remove(outermost(each).getSimpleName());
    }
    return edges;
  }

  private static boolean isImplementation(JavaClass target, JavaClass type) {
    return outermost(target).isAssignableTo(outermost(type).getFullName());
  }

  private static JavaClass outermost(JavaClass each) {
    return each.getEnclosingClass().map(ClassCycles::outermost).orElse(each);
  }

  private static Set<String> reachableFrom(String name, Map<String, Set<String>> edges) {
    Set<String> reached = new HashSet<>();
    Deque<String> next = new ArrayDeque<>(edges.get(name));
    while (!next.isEmpty()) {
      String target = next.pop();
      if (reached.add(target)) {
        next.addAll(edges.getOrDefault(target, Set.of()));
      }
    }
    return reached;
  }
}
