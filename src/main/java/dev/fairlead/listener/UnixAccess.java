package dev.fairlead.listener;

import dev.fairlead.config.BindAddress.UnixSocket;
import dev.fairlead.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may connect to a Unix socket: owner, group and mode of its file. Blocks. */
public final class UnixAccess {
  /** From the least significant bit of a mode on. */
  private static final PosixFilePermission[] BITS = {
    PosixFilePermission.OTHERS_EXECUTE,
    PosixFilePermission.OTHERS_WRITE,
    PosixFilePermission.OTHERS_READ,
    PosixFilePermission.GROUP_EXECUTE,
    PosixFilePermission.GROUP_WRITE,
    PosixFilePermission.GROUP_READ,
    PosixFilePermission.OWNER_EXECUTE,
    PosixFilePermission.OWNER_WRITE,
    PosixFilePermission.OWNER_READ,
  };

  private UnixAccess() {}

  /** A key of {@code bind} has a value that cannot be used here; the message is a problem's. */
  public static final class AccessException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String key;
    private final String value;
    private final String expected;

    private AccessException(String key, String value, String expected, IOException cause) {
      super(Problem.expected(value, expected), cause);
      this.key = key;
      this.value = value;
      this.expected = expected;
    }

    /** {@code owner} or {@code group}. */
    public String key() {
      return key;
    }

    String value() {
      return value;
    }

    String expected() {
      return expected;
    }
  }

  /** Fails with an {@link AccessException} unless this machine knows owner and group. */
  public static void check(UnixSocket wanted) throws IOException {
    UserPrincipalLookupService names =
        Path.of(wanted.path()).getFileSystem().getUserPrincipalLookupService();
    owner(wanted, names);
    group(wanted, names);
  }

  /**
   * Gives them to {@code file}; an owner or group that {@code wanted} leaves open is that of {@code
   * fresh}, a file that this process has just made. Nobody else may be able to replace {@code
   * file}: Linux has no chmod that spares the target of a link.
   *
   * @throws AccessException if an owner or group is not known here, or must not be given
   */
  static void give(Path file, UnixSocket wanted, Path fresh) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    PosixFileAttributes now = view.readAttributes();
    PosixFileAttributes ours = Files.readAttributes(fresh, PosixFileAttributes.class);
    UserPrincipalLookupService names = file.getFileSystem().getUserPrincipalLookupService();
    UserPrincipal owner = Objects.requireNonNullElse(owner(wanted, names), ours.owner());
    if (!owner.equals(now.owner())) {
      orProblem("owner", owner, () -> view.setOwner(owner));
    }
    GroupPrincipal group = Objects.requireNonNullElse(group(wanted, names), ours.group());
    if (!group.equals(now.group())) {
      orProblem("group", group, () -> view.setGroup(group));
    }
    Files.setPosixFilePermissions(file, permissions(wanted.mode()));
  }

  private static @Nullable UserPrincipal owner(UnixSocket wanted, UserPrincipalLookupService names)
      throws IOException {
    try {
      return wanted.owner() == null ? null : names.lookupPrincipalByName(wanted.owner());
    } catch (UserPrincipalNotFoundException e) {
      throw new AccessException("owner", wanted.owner(), "a user of this machine", e);
    }
  }

  private static @Nullable GroupPrincipal group(UnixSocket wanted, UserPrincipalLookupService names)
      throws IOException {
    try {
      return wanted.group() == null ? null : names.lookupPrincipalByGroupName(wanted.group());
    } catch (UserPrincipalNotFoundException e) {
      throw new AccessException("group", wanted.group(), "a group of this machine", e);
    }
  }

  @FunctionalInterface
  interface Change {
    void run() throws IOException;
  }

  /** A change that fails is a problem of {@code key}; the file it names is a temporary one. */
  static void orProblem(String key, UserPrincipal value, Change change) throws IOException {
    try {
      change.run();
    } catch (IOException e) {
      String expected =
          "one that this process may give its files to, but: " + ListenException.reason(e);
      throw new AccessException(key, value.getName(), expected, e);
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (int bit = 0; bit < BITS.length; bit++) {
      if ((mode >> bit & 1) == 1) {
        permissions.add(BITS[bit]);
      }
    }
    return permissions;
  }
}
