package dev.fairlead.member;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The directory {@code node.stateDir}, where the last revisions outlive the cluster. What is
 * written replaces what was there as a whole, and is on the disk when {@link #write} returns.
 * Blocking; one call at a time, from any thread.
 */
final class StateDir {
  private static final String FILE = "revisions.json";
  private static final String NEW_FILE = "revisions.json.new";

  private final Path directory;

  /**
   * What is kept.
   *
   * @param ownFileDigest of the member's own file when this was written
   * @param revisions as they were given, the newest first; nobody looks inside here
   */
  record State(String ownFileDigest, List<String> revisions) {
    State {
      revisions = List.copyOf(revisions);
    }

    private JsonObject toJson() {
      return new JsonObject()
          .put("ownFileDigest", ownFileDigest)
          .put("revisions", new JsonArray(revisions));
    }

    private static State of(JsonObject json) {
      List<String> revisions =
          json.getJsonArray("revisions").stream().map(String.class::cast).toList();
      return new State(Objects.requireNonNull((String) json.getValue("ownFileDigest")), revisions);
    }
  }

  StateDir(Path directory) {
    this.directory = directory;
  }

  /**
   * What was written last, empty = nothing yet. Makes the directory when there is none, so that one
   * that can't be had is known at the start.
   *
   * @throws IOException when the directory or its file can't be used; its message is fit for a user
   */
  Optional<State> read() throws IOException {
    makeDirectory();
    Path file = directory.resolve(FILE);
    try {
      String text = Files.readString(file);
      return Optional.of(State.of(new JsonObject(text)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw problem(file, "a file that can be read: " + reason(e), e);
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      throw problem(
          file, "revisions that a member wrote; move the file away to start without them", e);
    }
  }

  /**
   * Replaces what was written before.
   *
   * @throws IOException when that fails; what was there before is there still then, and the message
   *     is fit for a user
   */
  void write(State state) throws IOException {
    makeDirectory();
    Path fresh = directory.resolve(NEW_FILE);
    try {
      writeSynced(fresh, state.toJson().encode());
      Files.move(
          fresh,
          directory.resolve(FILE),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
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
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** The rename itself must survive a power cut too. */
  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "something else is there";
    }
    return e.getMessage();
  }

  private static IOException problem(Path path, String expected, Exception cause) {
    return new IOException("node.stateDir: " + path + " (expected: " + expected + ")", cause);
  }
}
