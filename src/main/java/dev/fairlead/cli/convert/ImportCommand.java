package dev.fairlead.cli.convert;

import dev.fairlead.config.Problem;
import dev.fairlead.imports.ImportException;
import dev.fairlead.imports.haproxy.HaproxyImport;
import dev.fairlead.imports.nginx.NginxImport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns a configuration of another proxy into one of Fairlead, in YAML. */
@Command(
    name = "import",
    description = "Turns a configuration of HAProxy or nginx into one of Fairlead.")
public final class ImportCommand implements Runnable {
  private static final int FAILED = 1;
  private static final String STDIN = "-";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing what to import: haproxy or nginx");
  }

  /** {@code import haproxy FILE}. */
  @Command(
      name = "haproxy",
      description = "The sections with mode tcp; all else becomes comments. The result is YAML.")
  int haproxy(
      @Parameters(paramLabel = "FILE", description = "haproxy.cfg; - is standard input.")
          String file,
      @Mixin ImportOutput output)
      throws IOException {
    return write(output, () -> HaproxyImport.yaml(shown(file), text(file)));
  }

  /** {@code import nginx FILE}. */
  @Command(
      name = "nginx",
      description = "The stream block; all else becomes comments. The result is YAML.")
  int nginx(
      @Parameters(paramLabel = "FILE", description = "nginx.conf; - is standard input.")
          String file,
      @Mixin ImportOutput output)
      throws IOException {
    Path directory = file.equals(STDIN) ? Path.of("") : parent(Path.of(file));
    return write(output, () -> NginxImport.yaml(shown(file), text(file), directory));
  }

  /** Makes a result, which may fail. */
  private interface YamlSource {
    String yaml() throws IOException;
  }

  /** Where the result goes. */
  static final class ImportOutput {
    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = "Where to write the result; default: standard output.")
    private @Nullable Path file;
  }

  private int write(ImportOutput output, YamlSource source) throws IOException {
    String yaml;
    try {
      yaml = source.yaml();
    } catch (ImportException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return FAILED;
    }
    if (output.file == null) {
      spec.commandLine().getOut().print(yaml);
      spec.commandLine().getOut().flush();
    } else {
      write(output.file, yaml);
    }
    return 0;
  }

  private static void write(Path file, String yaml) throws IOException {
    try {
      Files.writeString(file, yaml);
    } catch (IOException e) {
      String why = e instanceof NoSuchFileException ? "no such directory" : Problem.reason(file, e);
      String expected = "a file that can be written, but: " + why;
      throw new IOException("--output " + Problem.expected(file.toString(), expected), e);
    }
  }

  private static String shown(String file) {
    return file.equals(STDIN) ? "standard input" : file;
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of("") : parent;
  }

  private static String text(String file) throws IOException {
    if (file.equals(STDIN)) {
      InputStream in = System.in;
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    try {
      return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IOException(Problem.expected(file, Problem.readable(Path.of(file), e)), e);
    }
  }
}
