package dev.fairlead.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an import has made so far; {@link #yaml} writes it. One import, one thread. */
public final class ImportedConfig {
  private final List<String> title;
  private final YamlBlock node = new YamlBlock();
  private final List<YamlBlock> listeners = new ArrayList<>();
  private final List<YamlBlock> pools = new ArrayList<>();

  /** Comments without a place in the result, under the headings of their own sections. */
  private final Map<String, YamlBlock> elsewhere = new LinkedHashMap<>();

  /** {@code title} is the comment that the file begins with. */
  public ImportedConfig(List<String> title) {
    this.title = List.copyOf(title);
  }

  public YamlBlock node() {
    return node;
  }

  /** A new listener at the end. */
  public YamlBlock listener() {
    return added(listeners);
  }

  /** A new pool at the end. */
  public YamlBlock pool() {
    return added(pools);
  }

  /** A pool that is complete, at the end. */
  public void add(YamlBlock pool) {
    pools.add(pool);
  }

  private static YamlBlock added(List<YamlBlock> blocks) {
    YamlBlock block = new YamlBlock();
    blocks.add(block);
    return block;
  }

  /** Only for comments: those under a heading at the begin of the file. */
  public YamlBlock heading(String heading) {
    return elsewhere.computeIfAbsent(heading, any -> new YamlBlock());
  }

  /** The whole file. */
  public String yaml() {
    StringBuilder out = new StringBuilder();
    title.forEach(line -> YamlBlock.comment(out, "", line));
    elsewhere.forEach((heading, block) -> writeHeading(out, heading, block.notes()));
    if (!node.isEmpty()) {
      out.append("\nnode:\n");
      node.write(out, 1);
    }
    writeList(out, "listeners", listeners);
    writeList(out, "pools", pools);
    return out.toString();
  }

  private static void writeHeading(StringBuilder out, String heading, List<String> notes) {
    if (!notes.isEmpty()) {
      out.append("#\n");
      YamlBlock.comment(out, "", heading);
      notes.forEach(note -> YamlBlock.comment(out, "", "  " + note));
    }
  }

  private static void writeList(StringBuilder out, String key, List<YamlBlock> blocks) {
    out.append('\n').append(key).append(blocks.isEmpty() ? ": []\n" : ":\n");
    String between = "";
    for (YamlBlock block : blocks) {
      out.append(between);
      block.writeItem(out, 1, false);
      between = "\n";
    }
  }
}
