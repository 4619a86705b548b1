package dev.fairlead.admission;

import dev.fairlead.config.Cidr;
import dev.fairlead.config.ParsedValue;
import dev.fairlead.config.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The networks of one file: a network or an address a line; what follows a {@code #} is a comment.
 * Immutable, any thread; {@link #read} blocks.
 */
public final class NetworkList {
  /** Raising it needs more memory, some 200 bytes an entry while it is read. */
  static final int MAX_ENTRIES = 1_000_000;

  private static final int MAX_LINE_CHARS = 1_000;
  private static final int MAX_SHOWN_CHARS = 60;

  private final Path file;
  private final List<Cidr> networks;

  /** Of each network. */
  private final int[] lines;

  /** The file cannot be used; the message is what was expected instead. */
  public static final class NetworkListException extends Exception {
    private static final long serialVersionUID = 1L;

    NetworkListException(String expected) {
      super(expected);
    }

    /** What the file was expected to be, for a problem. */
    public String expected() {
      return String.valueOf(getMessage());
    }
  }

  private NetworkList(Path file, List<Cidr> networks, int[] lines) {
    this.file = file;
    this.networks = List.copyOf(networks);
    this.lines = lines;
  }

  public static NetworkList read(Path file) throws NetworkListException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new NetworkListException("a regular file");
    }
    try (InputStream in = Files.newInputStream(file);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
      return parse(file, reader);
    } catch (NoSuchFileException e) {
      throw new NetworkListException("a file that can be read");
    } catch (CharacterCodingException e) {
      throw new NetworkListException("a text in UTF-8");
    } catch (IOException e) {
      throw new NetworkListException("a file that can be read, but: " + Problem.reason(e));
    }
  }

  private static NetworkList parse(Path file, BufferedReader reader)
      throws IOException, NetworkListException {
    List<Cidr> networks = new ArrayList<>();
    List<Integer> lines = new ArrayList<>();
    int number = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      int comment = line.indexOf('#');
      String entry = (comment < 0 ? line : line.substring(0, comment)).strip();
      if (!entry.isEmpty()) {
        networks.add(network(entry, number));
        lines.add(number);
      }
      if (networks.size() > MAX_ENTRIES) {
        throw new NetworkListException("at most " + MAX_ENTRIES + " entries");
      }
    }
    return new NetworkList(file, networks, lines.stream().mapToInt(Integer::intValue).toArray());
  }

  private static Cidr network(String entry, int number) throws NetworkListException {
    if (entry.length() <= MAX_LINE_CHARS) {
      ParsedValue<Cidr> parsed = Cidr.parse(entry);
      Optional<Cidr> network = parsed.value();
      if (network.isPresent()) {
        return network.get();
      }
      throw new NetworkListException(
          "in line " + number + " " + parsed.expected().orElse("") + ", but it is " + shown(entry));
    }
    throw new NetworkListException("in line " + number + " a network");
  }

  private static String shown(String entry) {
    String text = entry.replaceAll("\\p{Cntrl}", "?");
    return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
  }

  public Path file() {
    return file;
  }

  public List<Cidr> networks() {
    return networks;
  }

  /** The first entry that has {@code address}: {@code 10.0.0.0/8 (FILE:LINE)}. Linear. */
  public @Nullable String entryOf(InetAddress address) {
    for (int i = 0; i < lines.length; i++) {
      if (networks.get(i).contains(address)) {
        return networks.get(i) + " (" + file + ":" + lines[i] + ")";
      }
    }
    return null;
  }

  /** Whether it has the same networks in the same lines. */
  public boolean isSameAs(NetworkList other) {
    return Arrays.equals(lines, other.lines) && networks.equals(other.networks);
  }
}
