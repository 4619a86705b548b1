package dev.fairlead.member.file;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.fairlead.config.Problem;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directory {@code node.stateDir}, in which the last revisions survive a stop of the whole
 * cluster. A write replaces the file atomically and is on disk when {@link #write} returns. Blocks;
 * one call at a time, from any thread except event loops.
 */
public record StateDir(Path directory) {
  private static final String FILE = "revisions.json";
  private static final String NEW_FILE = "revisions.json.new";

  /** Digest of the member's own file, and encoded revisions, newest first; opaque here. */
  public record SavedState(String ownFileDigest, List<String> revisions) {
    public SavedState {
      revisions = List.copyOf(revisions);
    }

    private JsonObject toJson() {
      return new JsonObject()
          .put("ownFileDigest", ownFileDigest)
          .put("revisions", new JsonArray(revisions));
    }

    private static SavedState of(JsonObject json) {
      List<String> revisions =
          json.getJsonArray("revisions").stream().map(String.class::cast).toList();
      return new SavedState(
          Objects.requireNonNull((String) json.getValue("ownFileDigest")), revisions);
    }
  }

  /**
   * Returns what was written last, empty = nothing yet. Creates the directory if necessary, so that
   * an unusable one is found at the start. The message of the exception is for users.
   */
  public Optional<SavedState> read() throws IOException {
    makeDirectory();
    Path file = directory.resolve(FILE);
    try {
      return Optional.of(SavedState.of(new JsonObject(Files.readString(file))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw problem(file, "a file that can be read: " + reason(e), e);
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      throw problem(
          file, "revisions that a member wrote; move the file away to start without them", e);
    }
  }

  /** Replaces the content, which stays intact if that fails; the message is for users. */
  public void write(SavedState state) throws IOException {
    makeDirectory();
    Path fresh = directory.resolve(NEW_FILE);
    try {
      writeSynced(fresh, state.toJson().encode());
      Files.move(fresh, directory.resolve(FILE), ATOMIC_MOVE, REPLACE_EXISTING);
      syncDirectory();
    } catch (IOException e) {
      throw problem(directory, "a directory that can be written: " + reason(e), e);
    }
  }

  private void makeDirectory() throws IOException {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw problem(directory, "a directory, or one that can be made: " + reason(e), e);
    }
    if (!Files.isWritable(directory)) {
      throw problem(directory, "a directory that can be written", null);
    }
  }

  private static void writeSynced(Path file, String text) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE, TRUNCATE_EXISTING, WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** Makes the rename itself survive a power failure. */
  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof FileAlreadyExistsException) {
      return "something else is there";
    }
    return Problem.reason(e);
  }

  private static IOException problem(Path path, String expected, @Nullable Exception cause) {
    return new IOException("node.stateDir: " + path + " (expected: " + expected + ")", cause);
  }
}
