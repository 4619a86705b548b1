package dev.fairlead.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.fairlead.member.FairleadVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the tarball is all that a machine needs besides Java. Provoked by unpacking it and
 * starting what is in it. A failure would look like a launcher without its jar, or a list of parts
 * that has other parts than the jar.
 */
class TarballIT {
  @TempDir private Path directory;
  private Tarball tarball;

  @BeforeEach
  void unpack() throws Exception {
    tarball = Tarball.unpack(directory);
  }

  @Test
  void launcherRunsItsJarOnItsExample() throws Exception {
    String launcher = tarball.path("bin", "fairlead").toString();
    assertThat(Tarball.run(directory, launcher, "version"))
        .anyMatch(line -> line.matches("Fairlead +" + FairleadVersion.get()));
    String example = tarball.path("conf", "fairlead.yaml").toString();
    assertThat(Tarball.run(directory, launcher, "check", "-c", example))
        .anyMatch(line -> line.contains("valid"));
  }

  /** One that is used for another jar, or a half one, would crash a start. */
  @Test
  void archiveOfClassesIsUsedByTheLauncherForItsJarOnly() throws Exception {
    Tarball.run(directory, tarball.path("bin", "archive").toString());
    assertThat(tarball.path("lib", "fairlead.jsa")).isNotEmptyFile();
    assertThat(tarball.path("lib")).isDirectoryNotContaining("glob:**/archive*");
    String loaded = "dev.fairlead.Fairlead source: shared objects file";
    assertThat(versionAndClasses()).anyMatch(line -> line.contains(loaded));
    Path jar = tarball.path("lib", "fairlead.jar");
    Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
    assertThat(versionAndClasses())
        .noneMatch(line -> line.contains(loaded))
        .noneMatch(line -> line.contains("[warning]"))
        .anyMatch(line -> line.matches("Fairlead +" + FairleadVersion.get()));
  }

  private List<String> versionAndClasses() throws Exception {
    String launcher = tarball.path("bin", "fairlead").toString();
    return Tarball.run(directory, "env", "FAIRLEAD_OPTS=-Xlog:class+load", launcher, "version");
  }

  @Test
  void everyExampleAndPageIsInIt() throws IOException {
    assertThat(tarball.path("LICENSE")).isRegularFile();
    assertThat(tarball.path("README.md")).isRegularFile();
    assertThat(tarball.path("conf", "grafana", "fairlead.json")).isRegularFile();
    assertThat(tarball.path("conf", "fairlead.schema.json")).isRegularFile();
    for (String folder : List.of("docs", "conf")) {
      assertThat(files(tarball.path(folder))).isEqualTo(files(Path.of(folder)));
    }
  }

  @Test
  void listOfPartsIsThatOfTheJar() throws IOException {
    JsonObject parts = listOfParts();
    assertThat(parts.getString("bomFormat")).isEqualTo("CycloneDX");
    assertThat(parts.getJsonObject("metadata").getJsonObject("component").getString("version"))
        .isEqualTo(FairleadVersion.get());
    Set<String> names = names(parts.getJsonArray("components"));
    assertThat(names)
        .contains(
            "vertx-core",
            "hazelcast",
            "netty-transport-native-epoll",
            "netty-tcnative-boringssl-static",
            "picocli")
        .doesNotContain("junit-jupiter", "assertj-core", "jqwik", "error_prone_core");
  }

  /** A serial number or a time would make each build another. */
  @Test
  void listOfPartsIsTheSameInEveryBuild() throws IOException {
    JsonObject parts = listOfParts();
    assertThat(parts.containsKey("serialNumber")).isFalse();
    assertThat(parts.getJsonObject("metadata").containsKey("timestamp")).isFalse();
  }

  @Test
  void everyPartSaysItsLicenceInTheListOrInAFile() throws IOException {
    JsonObject parts = listOfParts();
    assertThat(parts.getJsonArray("components"))
        .allMatch(part -> !((JsonObject) part).getJsonArray("licenses").isEmpty());
    assertThat(tarball.path("licenses")).isNotEmptyDirectory();
  }

  private JsonObject listOfParts() throws IOException {
    boolean offline = "offline=true".equals(System.getProperty("fairlead.build"));
    assumeFalse(offline, "built with mvn -o, which leaves the list of parts out");
    return new JsonObject(Files.readString(tarball.path("lib", "fairlead.cdx.json")));
  }

  private static Set<String> names(JsonArray parts) {
    return parts.stream()
        .map(part -> ((JsonObject) part).getString("name"))
        .collect(Collectors.toSet());
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }
}
