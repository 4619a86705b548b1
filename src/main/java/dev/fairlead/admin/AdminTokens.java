package dev.fairlead.admin;

import dev.fairlead.config.NodeConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of the admin listener, as their files are: {@link #refresh} reads them again. Files
 * that cannot be used leave the tokens as they are. {@link #refresh} blocks and is for one worker
 * at a time; {@link #role} is for any thread.
 */
public final class AdminTokens {
  private static final Logger LOG = LoggerFactory.getLogger(AdminTokens.class);

  private final Path fullFile;
  private final @Nullable Path readFile;

  /** A pipe can be read only once. */
  private final boolean canChange;

  private volatile Tokens tokens;

  /** Why the files are not used as they are, null = they are; told once. */
  private @Nullable String problem;

  /** {@code read} null = there is no such token. */
  private record Tokens(String full, @Nullable String read) {
    @Override
    public String toString() {
      return "Tokens[not shown]";
    }
  }

  private AdminTokens(Path fullFile, @Nullable Path readFile) {
    this.fullFile = fullFile;
    this.readFile = readFile;
    this.canChange =
        Files.isRegularFile(fullFile) && (readFile == null || Files.isRegularFile(readFile));
    this.tokens = read();
  }

  /**
   * Reads the files of {@code config}, which has a {@code tokenFile}. Blocks; throws
   * IllegalStateException, which names the key, if one has no token.
   */
  static AdminTokens read(NodeConfig.Admin config) {
    return new AdminTokens(Objects.requireNonNull(config.tokenFile()), config.readTokenFile());
  }

  private Tokens read() {
    String full = line("node.admin.tokenFile", fullFile);
    String read = readFile == null ? null : line("node.admin.readTokenFile", readFile);
    if (full.equals(read)) {
      throw new IllegalStateException(
          "node.admin.readTokenFile: "
              + readFile
              + " (expected: another token than that of node.admin.tokenFile)");
    }
    return new Tokens(full, read);
  }

  /** As the member reads them at its start; the same exception. Blocks. */
  public static void check(NodeConfig.Admin config) {
    read(config);
  }

  /** As {@link #check(NodeConfig.Admin)}, of one file, the value of {@code key}. */
  public static void check(String key, Path file) {
    line(key, file);
  }

  private static String line(String key, Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String line = reader.readLine();
      if (line == null || line.isBlank()) {
        throw unusable(key, file, "it is empty", null);
      }
      return line.strip();
    } catch (IOException e) {
      throw unusable(key, file, e.toString(), e);
    }
  }

  private static IllegalStateException unusable(
      String key, Path file, String why, @Nullable IOException cause) {
    String expected = " (expected: a token in its first line, but: " + why + ")";
    return new IllegalStateException(key + ": " + file + expected, cause);
  }

  /** Reads the files again; reports what changes, and once why they cannot be used. */
  void refresh() {
    if (!canChange) {
      return;
    }
    try {
      checkType("node.admin.tokenFile", fullFile);
      checkType("node.admin.readTokenFile", readFile);
      Tokens now = read();
      if (!now.equals(tokens)) {
        tokens = now;
        LOG.info("the tokens of node.admin are those of the changed files");
      }
      problem = null;
    } catch (IllegalStateException e) {
      String now = String.valueOf(e.getMessage());
      if (!now.equals(problem)) {
        problem = now;
        LOG.error("{}; the tokens of before stay in use", problem);
      }
    }
  }

  /** Reading a FIFO could last for ever. */
  private static void checkType(String key, @Nullable Path file) {
    if (file != null && Files.exists(file) && !Files.isRegularFile(file)) {
      throw unusable(key, file, "it is not a regular file any more", null);
    }
  }

  /** What {@code given} permits, empty = it is no token; takes as long for any. */
  Optional<TokenRole> role(String given) {
    Tokens now = tokens;
    // Constant-time comparison: the duration must not depend on the number of right bytes.
    boolean isFull = isSame(now.full(), given);
    boolean isRead = isSame(now.read() == null ? now.full() : now.read(), given);
    if (isFull) {
      return Optional.of(TokenRole.FULL);
    }
    return isRead ? Optional.of(TokenRole.READ) : Optional.empty();
  }

  private static boolean isSame(String token, String given) {
    return MessageDigest.isEqual(
        token.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }
}
