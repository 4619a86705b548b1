package dev.fairlead.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.BindAddress;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ensures that problems with an address name the key and its value only. Provoked with what the
 * system answers. A failure would be the name of a temporary file, or a part of a secret path.
 */
class ListenExceptionTest {
  private static final String FILE = "/run/.1x2y3/s";

  static Stream<IOException> failures() {
    return Stream.of(
        new FileSystemException(FILE, null, "Operation not permitted"),
        new AccessDeniedException(FILE),
        new NoSuchFileException(FILE),
        new FileAlreadyExistsException(FILE),
        new BindException("Address already in use, " + FILE + " is locked"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void noProblemNamesAnotherFile(IOException failure) {
    BindAddress socket = BindAddress.unix("/run/web.sock");
    ListenException refused = ListenException.of("listeners[0].bind", socket, socket, failure);
    assertThat(refused.getMessage())
        .startsWith("unix:/run/web.sock (expected: a")
        .doesNotContain("/run/.");
    assertThat(refused.message("unix:${SOCKET}")).doesNotContain("/run/");
    assertThatThrownBy(
            () ->
                UnixAccess.orProblem(
                    "owner",
                    Path.of("/")
                        .getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName("0"),
                    () -> {
                      throw failure;
                    }))
        .hasMessageContaining("(expected: one that this process may give its files to, but: ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("/s:", "(expected: one /run"));
  }

  @Test
  void theReasonOfTheSystemIsTold() {
    IOException failure = new FileSystemException(FILE, null, "Operation not permitted");
    assertThat(ListenException.reason(failure)).isEqualTo("Operation not permitted");
    assertThat(ListenException.reason(new AccessDeniedException(FILE)))
        .isEqualTo("permission denied");
  }
}
