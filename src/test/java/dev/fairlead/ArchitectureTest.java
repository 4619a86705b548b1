package dev.fairlead;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Ensures that imports go one way and that the relay stays free of what does not belong there.
 * Provoked by reading every compiled class. A failure names the class and the line that imports
 * what it must not. The rules are methods, because Surefire passes over rules that are fields.
 */
@AnalyzeClasses(packages = "dev.fairlead", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  /** Package -> the packages of ours it may import, besides itself. */
  private static final Map<String, Set<String>> ALLOWED_IMPORTS =
      Map.ofEntries(
          Map.entry("config", Set.of()),
          Map.entry("event", Set.of("config")),
          Map.entry("net", Set.of("config")),
          Map.entry("pool", Set.of("config", "event", "net", "admission")),
          Map.entry("admission", Set.of("config", "event", "net")),
          Map.entry("session", Set.of("config", "event", "net", "pool", "admission")),
          Map.entry("listener", upTo("session")),
          Map.entry("cluster", upTo("listener")),
          Map.entry("observe", upTo("listener")),
          Map.entry("live", Set.of("config", "event", "pool")),
          Map.entry("admin", upTo("listener", "live")),
          Map.entry("member", upTo("listener", "cluster", "observe", "admin", "live")),
          Map.entry("imports", Set.of("config")),
          Map.entry("cli", upTo("listener", "member", "imports")));

  @ArchTest
  static void noCyclesBetweenPackages(JavaClasses classes) {
    slices().matching("dev.fairlead.(*)..").should().beFreeOfCycles().check(classes);
  }

  /** Below these packages imports go one way too. */
  @ArchTest
  static void noCyclesBetweenTheRoomsOfAPackage(JavaClasses classes) {
    for (String trade : List.of("config", "session", "cluster")) {
      slices().assignedFrom(packagesBelow(trade)).should().beFreeOfCycles().check(classes);
    }
  }

  /**
   * In a package at most three classes need each other. A type and its own implementations do not
   * count: a factory method may name them.
   */
  @ArchTest
  static void noLargeCyclesInAPackage(JavaClasses classes) {
    classes.stream()
        .collect(groupingBy(JavaClass::getPackageName))
        .values()
        .forEach(inside -> assertThat(ClassCycles.above(3, inside)).isEmpty());
  }

  @ArchTest
  static void onlyTheNodeKnowsHazelcast(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.fairlead.cluster.node..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.hazelcast..", "io.vertx.spi.cluster.hazelcast..")
        .check(classes);
  }

  @ArchTest
  static void sessionSeesNoClusterNoMetersNoHttp(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAPackage("dev.fairlead.session..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "com.hazelcast..", "io.micrometer..", "io.vertx.core.http..", "io.vertx.ext.web..")
        .allowEmptyShould(true)
        .check(classes);
  }

  @ArchTest
  static void sessionUsesNoLocks(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAPackage("dev.fairlead.session..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.util.concurrent.locks..")
        .allowEmptyShould(true)
        .check(classes);
  }

  /** Covers methods; a {@code synchronized} block is not seen in the compiled class. */
  @ArchTest
  static void sessionHasNoSynchronizedMethods(JavaClasses classes) {
    noMethods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAPackage("dev.fairlead.session..")
        .should()
        .haveModifier(SYNCHRONIZED)
        .allowEmptyShould(true)
        .check(classes);
  }

  /** Only its levels, by which cluster.node listens to what Hazelcast logs. */
  @ArchTest
  static void oneLoggingInterface(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.fairlead.cluster.node..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.util.logging..")
        .check(classes);
  }

  @ArchTest
  static void onlyMainAndItsCommandsPrint(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.fairlead", "dev.fairlead.cli..")
        .should()
        .accessField(System.class, "out")
        .check(classes);
  }

  @ArchTest
  static void nothingSleeps(JavaClasses classes) {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", long.class, int.class)
        .check(classes);
  }

  @ArchTest
  static void importsGoOneWay(JavaClasses classes) {
    ALLOWED_IMPORTS.forEach((name, allowed) -> importsOnly(name, allowed).check(classes));
  }

  @ArchTest
  static void everyPackageHasItsPlace(JavaClasses classes) {
    Set<String> found = new TreeSet<>();
    classes.forEach(one -> found.add(topPackage(one.getPackageName())));
    found.remove("");
    assertThat(ALLOWED_IMPORTS.keySet()).containsAll(found);
  }

  private static ArchRule importsOnly(String name, Set<String> allowed) {
    String[] reachable =
        Stream.concat(Stream.of(name), allowed.stream())
            .map(one -> "dev.fairlead." + one + "..")
            .toArray(String[]::new);
    return classes()
        .that()
        .resideInAPackage("dev.fairlead." + name + "..")
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage("dev.fairlead..").or(resideInAnyPackage(reachable)))
        .allowEmptyShould(true);
  }

  /** Each package of {@code trade} is a slice of its own. */
  private static SliceAssignment packagesBelow(String trade) {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass each) {
        return topPackage(each.getPackageName()).equals(trade)
            ? SliceIdentifier.of(each.getPackageName())
            : SliceIdentifier.ignore();
      }

      @Override
      public String getDescription() {
        return "packages of " + trade;
      }
    };
  }

  /** {@code dev.fairlead.pool.balance} -> {@code pool}. */
  private static String topPackage(String packageName) {
    String[] parts = packageName.split("\\.", -1);
    return parts.length > 2 ? parts[2] : "";
  }

  /** Everything up to the session, and {@code more}. */
  private static Set<String> upTo(String... more) {
    Set<String> all =
        new TreeSet<>(Set.of("config", "event", "net", "pool", "admission", "session"));
    all.addAll(Set.of(more));
    return all;
  }
}
