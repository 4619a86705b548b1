package dev.fairlead.cli.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which standard streams are a terminal. On Linux by the kernel's name of the open file, because
 * the JDK only tells whether input and output both are; elsewhere by {@link System#console}.
 */
public final class TerminalDevice {
  private TerminalDevice() {}

  public static boolean isInput() {
    return isTerminal(0);
  }

  public static boolean isOutput() {
    return isTerminal(1);
  }

  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal(int descriptor) {
    try {
      String file = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return file.startsWith("/dev/pts/")
          || file.startsWith("/dev/tty")
          || file.startsWith("/dev/console");
    } catch (IOException e) {
      return System.console() != null;
    }
  }
}
