package dev.fairlead.cli.terminal;

import java.util.List;

/** What prints a table of known columns, by which it can be sorted. */
public interface HasColumns {
  List<Column> columns();
}
