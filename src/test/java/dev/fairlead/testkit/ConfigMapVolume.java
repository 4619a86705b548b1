package dev.fairlead.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A directory as the kubelet makes it of a ConfigMap with one file: the file is a symbolic link
 * through {@code ..data} into a directory with the content, and a change is one rename of {@code
 * ..data}, after which the old content is deleted. One thread.
 */
public final class ConfigMapVolume {
  private static final Path DATA = Path.of("..data");

  private final Path directory;
  private final String name;
  private int versions;

  /**
   * A volume that holds {@code content}.
   *
   * @param directory is made
   */
  public ConfigMapVolume(Path directory, String name, String content) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.name = name;
    update(content);
    Files.createSymbolicLink(file(), DATA.resolve(name));
  }

  /** Where the content is read. */
  public Path file() {
    return directory.resolve(name);
  }

  /** Brings another content, as a whole. */
  public void update(String content) throws IOException {
    Path data = directory.resolve(DATA);
    Path before = Files.isSymbolicLink(data) ? data.toRealPath() : null;
    versions++;
    Path version = Files.createDirectory(directory.resolve("..version_" + versions));
    Files.writeString(version.resolve(name), content);
    Path aside = directory.resolve("..data_tmp");
    Files.createSymbolicLink(aside, version.getFileName());
    Files.move(aside, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    if (before != null) {
      Files.delete(before.resolve(name));
      Files.delete(before);
    }
  }
}
