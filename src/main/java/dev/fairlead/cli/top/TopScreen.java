package dev.fairlead.cli.top;

import dev.fairlead.cli.client.RefusedException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jline.keymap.BindingReader;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Curses;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/**
 * The full screen of {@code top}: draws, reads keys, and gives the terminal back as it was, however
 * the process ends short of SIGKILL. Used by the main thread; a shutdown hook may restore
 * meanwhile.
 */
public final class TopScreen {
  /** How long a key is waited for before the screen is looked at again. */
  private static final long TICK_MILLIS = 200;

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final Terminal terminal;
  private final ClusterFeed feed;
  private final boolean colours;
  private final TopState state = new TopState();
  private final Display display;
  private final Attributes before;
  private final String leave;
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private final AtomicBoolean resized = new AtomicBoolean();

  /** What the change that was confirmed has led to; empty = nothing yet. */
  private volatile String outcome = "";

  /** Guarded by this: nothing is drawn after the terminal was given back. */
  private boolean restored;

  private Size size;

  private TopScreen(Terminal terminal, ClusterFeed feed, boolean colours) {
    this.terminal = terminal;
    this.feed = feed;
    this.colours = colours;
    this.display = new Display(terminal, true);
    this.before = terminal.getAttributes();
    this.leave =
        sequence(Capability.keypad_local)
            + sequence(Capability.cursor_normal)
            + sequence(Capability.exit_ca_mode);
    this.size = usable(terminal.getSize());
  }

  /**
   * Shows {@code feed}, which has been started, until the user quits.
   *
   * @throws IOException if input and output are not a terminal that can be used
   */
  public static void run(ClusterFeed feed, boolean colours) throws IOException {
    try (Terminal terminal =
        TerminalBuilder.builder()
            .name("fairlead")
            .system(true)
            .dumb(false)
            .provider("exec")
            .build()) {
      TopScreen screen = new TopScreen(terminal, feed, colours);
      Thread hook = new Thread(screen::restore, "top-restore");
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        screen.enter();
        screen.loop();
      } finally {
        screen.restore();
        feed.end();
        removeHook(hook);
      }
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook runs, and finds nothing to do.
    }
  }

  private void enter() {
    terminal.handle(Signal.INT, signal -> interrupted.set(true));
    terminal.handle(Signal.WINCH, signal -> resized.set(true));
    terminal.handle(Signal.TSTP, SignalHandler.SIG_IGN);
    terminal.enterRawMode();
    terminal.puts(Capability.enter_ca_mode);
    terminal.puts(Capability.keypad_xmit);
    terminal.puts(Capability.cursor_invisible);
    terminal.flush();
    display.resize(size.getRows(), size.getColumns());
  }

  /** Idempotent. Writes to the descriptor, because the terminal may be closed at a shutdown. */
  private synchronized void restore() {
    if (restored) {
      return;
    }
    restored = true;
    try {
      terminal.flush();
      // Not closed: the descriptor is the process's.
      FileOutputStream out = new FileOutputStream(FileDescriptor.out);
      out.write(leave.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    } catch (IOException e) {
      // The terminal is gone.
    }
    terminal.setAttributes(before);
  }

  private void loop() {
    TopKeys keys = TopKeys.of(terminal);
    BindingReader reader = new BindingReader(terminal.reader());
    while (!state.hasQuit() && !interrupted.get()) {
      draw();
      int next = reader.peekCharacter(TICK_MILLIS);
      if (next == NonBlockingReader.READ_EXPIRED) {
        continue;
      }
      boolean typing =
          state.mode() == TopState.Mode.FILTER || state.mode() == TopState.Mode.CONFIRM;
      TopAction action = reader.readBinding(typing ? keys.text() : keys.commands(), null, true);
      if (action == null || (typing && action == TopAction.QUIT)) {
        return; // The end of the input, or Ctrl-C.
      }
      TopState.StateChange change = state.on(action, reader.getLastBinding(), feed.view());
      if (change != null) {
        begin(change);
      }
    }
  }

  /** On a thread of its own: the keys go on working while the member answers. */
  private void begin(TopState.StateChange change) {
    state.tell("asking for it ...");
    Thread thread =
        new Thread(
            () -> {
              try {
                outcome = feed.set(change.pool(), change.backend(), change.state());
              } catch (RefusedException e) {
                outcome = String.join("; ", e.lines());
              }
            },
            "top-change");
    thread.setDaemon(true);
    thread.start();
  }

  private synchronized void draw() {
    if (restored) {
      return;
    }
    if (!outcome.isEmpty()) {
      state.tell(outcome);
      outcome = "";
    }
    if (resized.getAndSet(false)) {
      size = usable(terminal.getSize());
      display.resize(size.getRows(), size.getColumns());
      display.clear();
    }
    String clock = CLOCK.format(LocalTime.now(ZoneId.systemDefault()));
    List<AttributedString> lines =
        new TopPage(feed.view(), state, colours)
            .lines(size.getRows(), clock, feed.trouble()).stream()
                .map(AttributedString::fromAnsi)
                .map(line -> line.columnSubSequence(0, size.getColumns()))
                .collect(Collectors.toCollection(ArrayList::new)); // Display changes it.
    display.update(lines, 0);
  }

  /** A line from a serial port or a container may not know its size: then as a VT100. */
  private static Size usable(Size size) {
    return size.getRows() < 1 || size.getColumns() < 1 ? new Size(80, 24) : size;
  }

  private String sequence(Capability capability) {
    String text = terminal.getStringCapability(capability);
    if (text == null) {
      return "";
    }
    StringWriter sequence = new StringWriter();
    Curses.tputs(sequence, text);
    return sequence.toString();
  }
}
