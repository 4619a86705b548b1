package dev.fairlead.imports;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A map of keys and values that is to be written as YAML, with comments before it. Values are
 * texts, numbers, booleans, lists of texts, blocks and lists of blocks. One import, one thread.
 */
public final class YamlBlock {
  private static final int MAX_FLOW_CHARS = 100;
  private static final String INDENT = "  ";

  private final Map<String, Object> entries = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  /** At the end of its first line; empty = none. */
  private String remark = "";

  /** Sets the value of a path such as {@code limits.queue.size}; null sets nothing. */
  public YamlBlock put(String path, @Nullable Object value) {
    int dot = path.indexOf('.');
    if (value == null) {
      return this;
    }
    if (dot < 0) {
      entries.put(path, value);
    } else {
      block(path.substring(0, dot)).put(path.substring(dot + 1), value);
    }
    return this;
  }

  /** The same for a value that may not be there. */
  public YamlBlock put(String path, Optional<?> value) {
    return put(path, (Object) value.orElse(null));
  }

  /** The same for a list, of which an empty one sets nothing. */
  public YamlBlock putAll(String path, Collection<?> values) {
    return put(path, (Object) (values.isEmpty() ? null : List.copyOf(values)));
  }

  /** The block at a key, a new one where there is none. */
  private YamlBlock block(String key) {
    return (YamlBlock) entries.computeIfAbsent(key, any -> new YamlBlock());
  }

  /** The value of a key of this block itself. */
  public Optional<Object> get(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** A comment before the block; the first of several with one text is kept. */
  public YamlBlock note(String text) {
    if (!notes.contains(text)) {
      notes.add(text);
    }
    return this;
  }

  /** A comment about a directive, which is used by it. */
  public YamlBlock note(Statement statement, String why) {
    return note(statement, statement.text(), why);
  }

  /** A comment about a part of a directive. */
  public YamlBlock note(Statement statement, String part, String why) {
    statement.use();
    return note(statement.place() + ": " + part + (why.isEmpty() ? "" : ": " + why));
  }

  /** A word at the end of the first line. */
  public YamlBlock remark(String text) {
    remark = text;
    return this;
  }

  /** Drops its comments: another block has the same. */
  public void forgetNotes() {
    notes.clear();
  }

  /** The comments alone, without {@code #}. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** As an item of a list: the first key after a dash; the keys have {@code depth} indents. */
  void writeItem(StringBuilder out, int depth, boolean mayFlow) {
    String indent = INDENT.repeat(depth);
    notes.forEach(note -> comment(out, indent, note));
    String flow = mayFlow ? flow() : null;
    String tail = remark.isEmpty() ? "" : "   # " + remark;
    if (flow != null) {
      out.append(indent).append("- ").append(flow).append(tail).append('\n');
      return;
    }
    StringBuilder body = new StringBuilder();
    write(body, depth + 1);
    int end = body.indexOf("\n");
    out.append(indent).append("- ").append(body, indent.length() + INDENT.length(), end);
    out.append(tail).append(body, end, body.length());
  }

  /** All keys, without its own comments. */
  public void writeTo(StringBuilder out) {
    write(out, 0);
  }

  /** All keys, with {@code depth} indents. */
  void write(StringBuilder out, int depth) {
    String indent = INDENT.repeat(depth);
    entries.forEach((key, value) -> writeEntry(out, indent + key + ":", value, depth));
  }

  private static void writeEntry(StringBuilder out, String key, Object value, int depth) {
    if (value instanceof YamlBlock block) {
      String flow = block.flow();
      block.notes.forEach(note -> comment(out, INDENT.repeat(depth), note));
      out.append(key).append(flow == null ? "" : " " + flow).append('\n');
      if (flow == null) {
        block.write(out, depth + 1);
      }
    } else if (isBlocks(value)) {
      out.append(key).append('\n');
      ((List<?>) value).forEach(item -> ((YamlBlock) item).writeItem(out, depth + 1, true));
    } else {
      out.append(key).append(' ').append(YamlScalar.show(value)).append('\n');
    }
  }

  private static boolean isBlocks(Object value) {
    return value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof YamlBlock;
  }

  /** {@code { a: 1, b: c }}; null when it is too long or has comments inside. */
  private @Nullable String flow() {
    boolean simple =
        entries.values().stream()
            .allMatch(
                value ->
                    value instanceof YamlBlock block
                        ? block.notes.isEmpty() && block.flow() != null
                        : !isBlocks(value));
    if (!simple) {
      return null;
    }
    String text =
        entries.entrySet().stream()
            .map(entry -> entry.getKey() + ": " + inFlow(entry.getValue()))
            .collect(Collectors.joining(", ", "{ ", " }"));
    return text.length() > MAX_FLOW_CHARS ? null : text;
  }

  private static String inFlow(Object value) {
    return value instanceof YamlBlock block
        ? String.valueOf(block.flow())
        : YamlScalar.showInFlow(value);
  }

  static void comment(StringBuilder out, String indent, String text) {
    out.append(indent).append("# ").append(text).append('\n');
  }
}
