package dev.fairlead.cli;

import java.io.Console;

/** Whether somebody sits before what is printed. */
final class Terminal {
  private Terminal() {}

  /**
   * True when input and output are a terminal. Since JDK 22 there is a console without one, and a
   * method to tell, which is reached by name because this is compiled for 17.
   */
  @SuppressWarnings("SystemConsoleNull")
  static boolean isThere() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true; // Before JDK 22 a console is a terminal.
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Console.isTerminal", e);
    }
  }
}
