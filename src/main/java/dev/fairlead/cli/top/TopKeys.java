package dev.fairlead.cli.top;

import static org.jline.keymap.KeyMap.ctrl;
import static org.jline.keymap.KeyMap.del;
import static org.jline.keymap.KeyMap.esc;
import static org.jline.keymap.KeyMap.key;
import static org.jline.keymap.KeyMap.range;

import org.jline.keymap.KeyMap;
import org.jline.terminal.Terminal;
import org.jline.utils.InfoCmp.Capability;

/** Which keys of a terminal mean what: as commands, and while text is typed. */
record TopKeys(KeyMap<TopAction> commands, KeyMap<TopAction> text) {
  /** How long a lone Escape waits for the rest of a sequence. */
  private static final long ESCAPE_MILLIS = 100;

  static TopKeys of(Terminal terminal) {
    KeyMap<TopAction> commands = map();
    arrows(commands, terminal);
    commands.bind(TopAction.UP, "k");
    commands.bind(TopAction.DOWN, "j");
    commands.bind(TopAction.NEXT_COLUMN, "s", ">");
    commands.bind(TopAction.PREVIOUS_COLUMN, "S", "<");
    commands.bind(TopAction.REVERSE, "r");
    commands.bind(TopAction.FILTER, "f", "/");
    commands.bind(TopAction.DRAIN, "d");
    commands.bind(TopAction.ENABLE, "e");
    commands.bind(TopAction.HELP, "h", "?");
    commands.bind(TopAction.QUIT, "q", "Q", ctrl('C'), ctrl('D'));
    commands.bind(TopAction.CANCEL, esc());

    KeyMap<TopAction> text = map();
    arrows(text, terminal);
    text.bind(TopAction.TYPED, range(" -~"));
    text.bind(TopAction.ENTER, "\r", "\n");
    text.bind(TopAction.ERASE, del(), ctrl('H'));
    text.bind(TopAction.CANCEL, esc());
    text.bind(TopAction.QUIT, ctrl('C'));
    return new TopKeys(commands, text);
  }

  private static KeyMap<TopAction> map() {
    KeyMap<TopAction> map = new KeyMap<>();
    map.setNomatch(TopAction.TYPED);
    map.setUnicode(TopAction.TYPED);
    map.setAmbiguousTimeout(ESCAPE_MILLIS);
    return map;
  }

  /** Both of the forms that terminals send: application mode as by terminfo, and cursor mode. */
  private static void arrows(KeyMap<TopAction> map, Terminal terminal) {
    bind(map, terminal, TopAction.UP, Capability.key_up, "\u001b[A");
    bind(map, terminal, TopAction.DOWN, Capability.key_down, "\u001b[B");
    bind(map, terminal, TopAction.PAGE_UP, Capability.key_ppage, "\u001b[5~");
    bind(map, terminal, TopAction.PAGE_DOWN, Capability.key_npage, "\u001b[6~");
    bind(map, terminal, TopAction.FIRST, Capability.key_home, "\u001b[H");
    bind(map, terminal, TopAction.LAST, Capability.key_end, "\u001b[F");
  }

  private static void bind(
      KeyMap<TopAction> map,
      Terminal terminal,
      TopAction action,
      Capability capability,
      String other) {
    map.bind(action, other);
    String sequence = key(terminal, capability);
    if (sequence != null) {
      map.bind(action, sequence);
    }
  }
}
