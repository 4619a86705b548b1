package dev.fairlead.cli.completion;

import dev.fairlead.cli.terminal.Column;
import dev.fairlead.cli.terminal.HasColumns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What may follow after which words, as a map that shell scripts look up. {@code PATH} is the names
 * of command and subcommand, {@code config diff}; empty = none yet.
 *
 * <ul>
 *   <li>{@code c:PATH} the subcommands, separated by spaces
 *   <li>{@code o:PATH} the options
 *   <li>{@code v:PATH OPTION} the kind of its value; absent = it has none
 *   <li>{@code p:PATH N} the kind of the Nth operand, from 1; {@code p:PATH *} of all further ones
 * </ul>
 *
 * A kind is {@code files}, {@code none}, {@code live:NAMES} for what the hidden command {@code
 * __complete NAMES} prints, or {@code words:} and the words.
 */
record CompletionSpec(Map<String, String> entries) {
  private static final String NONE = "none";
  private static final String FILES = "files";

  /** Label of an option's value or operand -> names of the running cluster. */
  private static final Map<String, String> LIVE =
      Map.of(
          "POOL", "pools",
          "POOL/BACKEND", "backends",
          "MEMBER", "members",
          "LISTENER", "listeners",
          "SESSION", "sessions",
          "REV", "revisions",
          "A", "revisions",
          "B", "revisions");

  static CompletionSpec of(CommandLine root) {
    Map<String, String> entries = new LinkedHashMap<>();
    add(entries, "", root);
    return new CompletionSpec(entries);
  }

  private static void add(Map<String, String> entries, String path, CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    Map<String, CommandLine> subcommands = new LinkedHashMap<>(command.getSubcommands());
    subcommands.values().removeIf(each -> each.getCommandSpec().usageMessage().hidden());
    if (!subcommands.isEmpty()) {
      entries.put("c:" + path, String.join(" ", subcommands.keySet()));
    }
    List<String> options = new ArrayList<>();
    for (OptionSpec option : spec.options()) {
      if (option.hidden()) {
        continue;
      }
      options.addAll(List.of(option.names()));
      if (option.arity().min() > 0) {
        String kind = kind(spec, option);
        for (String name : option.names()) {
          entries.put("v:" + path + " " + name, kind);
        }
      }
    }
    entries.put("o:" + path, String.join(" ", options));
    for (PositionalParamSpec operand : spec.positionalParameters()) {
      boolean several = operand.index().isVariable() || operand.arity().max() > 1;
      String index = several ? "*" : String.valueOf(operand.index().min() + 1);
      entries.put("p:" + path + " " + index, kind(spec, operand));
    }
    subcommands.forEach(
        (name, each) -> add(entries, path.isEmpty() ? name : path + " " + name, each));
  }

  private static String kind(CommandSpec command, ArgSpec arg) {
    if (arg.completionCandidates() != null) {
      return "words:"
          + StreamSupport.stream(arg.completionCandidates().spliterator(), false)
              .collect(Collectors.joining(" "));
    }
    if (arg.paramLabel().equals("COLUMN") && command.userObject() instanceof HasColumns table) {
      return "words:" + table.columns().stream().map(Column::name).collect(Collectors.joining(" "));
    }
    String live = LIVE.get(arg.paramLabel());
    if (live != null) {
      return "live:" + live;
    }
    boolean file = arg.paramLabel().equals("FILE") || arg.type().equals(Path.class);
    return file ? FILES : NONE;
  }
}
