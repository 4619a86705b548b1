package dev.fairlead.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Processes that share one part of the processors, as a container or a service has it: a control
 * group. Where the machine permits none, its processes are as any others. Closing it removes it,
 * after they have ended. Any thread.
 */
public final class CpuGroup implements AutoCloseable {
  /** The file with the share of a group, and the usual one; versions 1 and 2 of control groups. */
  private enum Version {
    ONE("/sys/fs/cgroup/cpu", "cpu.shares", 1024),
    TWO("/sys/fs/cgroup", "cpu.weight", 100);

    private final Path root;
    private final String file;
    private final int usual;

    Version(String root, String file, int usual) {
      this.root = Path.of(root);
      this.file = file;
      this.usual = usual;
    }
  }

  /** The usual share is so many times the little one; a higher value makes a start longer. */
  private static final int LITTLE = 10;

  private final Path group;
  private final Version version;

  private CpuGroup(Version version, String name) {
    this.version = version;
    this.group = version.root.resolve(name + "-" + ProcessHandle.current().pid());
  }

  /** A group without processes. */
  public static CpuGroup make(String name) {
    for (Version version : List.of(Version.ONE, Version.TWO)) {
      CpuGroup made = new CpuGroup(version, name);
      try {
        Files.createDirectory(made.group);
        if (made.isUsable()) {
          return made;
        }
        made.close();
      } catch (IOException e) {
        // the next one, or none
      }
    }
    return new CpuGroup(Version.ONE, name);
  }

  /** Whether the machine permits it: otherwise all else does nothing. */
  public boolean isUsable() {
    return Files.isWritable(group.resolve(version.file));
  }

  /** The command with which a shell, and what it becomes, goes into it. */
  public String enter() {
    return isUsable() ? "echo $$ >" + group.resolve("cgroup.procs") : ":";
  }

  /** Gives it as much as others when they want the same processor. */
  public void usual() {
    give(version.usual);
  }

  /** Gives it a tenth of what others get when they want the same processor. */
  public void little() {
    give(version.usual / LITTLE);
  }

  private void give(int share) {
    if (isUsable()) {
      try {
        Files.writeString(group.resolve(version.file), Integer.toString(share));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(group);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
