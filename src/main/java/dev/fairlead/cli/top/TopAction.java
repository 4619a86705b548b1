package dev.fairlead.cli.top;

/** What a key asks for. */
enum TopAction {
  UP,
  DOWN,
  PAGE_UP,
  PAGE_DOWN,
  FIRST,
  LAST,
  NEXT_COLUMN,
  PREVIOUS_COLUMN,
  REVERSE,
  FILTER,
  DRAIN,
  ENABLE,
  HELP,
  QUIT,
  /** A character that is no command. */
  TYPED,
  ENTER,
  ERASE,
  CANCEL
}
