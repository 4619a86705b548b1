package dev.fairlead.imports.nginx;

import dev.fairlead.imports.ForeignNumber;
import dev.fairlead.imports.ImportedConfig;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.nio.file.Path;
import java.util.List;

/**
 * Turns a configuration of nginx into one of Fairlead: what of its {@code stream} block has a
 * counterpart into keys, all else into comments at its place. Of the files that it names only those
 * of {@code include} are read. One import, one thread.
 */
public final class NginxImport {
  private final Scope main;
  private final ImportedConfig result;

  private NginxImport(String file, String text, Path directory) {
    this.main = new Scope(NginxReader.read(directory, file, text), null);
    this.result =
        new ImportedConfig(
            List.of(
                "Made by fairlead import nginx from " + file + ".",
                "A comment with a line's number says what has no counterpart, or differs.",
                "Limits hold for all members together, see limits.scope; nginx without zone has them",
                "for each worker. A FIN is passed on, as with proxy_half_close on."));
  }

  /**
   * The configuration as YAML.
   *
   * @param file how problems and the result name it
   * @param directory of the file: {@code include} is relative to it
   * @throws dev.fairlead.imports.ImportException where it cannot be read
   */
  public static String yaml(String file, String text, Path directory) {
    return new NginxImport(file, text, directory).run();
  }

  private String run() {
    main.value("worker_processes")
        .map(ForeignNumber::show)
        .ifPresent(count -> result.node().put("eventLoops", count));
    NginxLogs.put(result.node(), main);
    List<Statement> streams = streams();
    for (Statement stream : streams) {
      stream(new Scope(stream.block(), null));
    }
    main.own().stream()
        .filter(each -> each.name().matches("http|mail"))
        .forEach(each -> staysBehind(each));
    YamlBlock place = result.heading("outside of stream");
    main.unused().forEach(each -> place.note(each, NginxReasons.reason(each)));
    return result.yaml();
  }

  /** The stream blocks; a file of only their directives, as included ones are, is one itself. */
  private List<Statement> streams() {
    List<Statement> streams = main.all("stream");
    boolean bare =
        streams.isEmpty() && !main.has("http") && (main.has("server") || main.has("upstream"));
    return bare ? List.of(new Statement("", 0, "stream", List.of("stream"), main.own())) : streams;
  }

  private void staysBehind(Statement block) {
    String heading = block.name() + " (" + block.place() + ") stays behind";
    YamlBlock place = result.heading(heading);
    place.note(block, "");
    new Scope(block.block(), null).unused().forEach(each -> place.note(each, ""));
  }

  private void stream(Scope stream) {
    NginxLogs.put(result.node(), stream);
    NginxPools pools = new NginxPools(result, stream);
    NginxServers servers = new NginxServers(result, stream, pools);
    stream.own().stream()
        .filter(each -> each.startsWith("server") && each.hasBlock())
        .forEach(servers::put);
    pools.putUnused();
    YamlBlock place = result.heading("stream");
    stream.unused().forEach(each -> place.note(each, NginxReasons.reason(each)));
  }
}
