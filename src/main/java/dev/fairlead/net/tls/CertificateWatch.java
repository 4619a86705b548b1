package dev.fairlead.net.tls;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the contexts of one listener or pool as its files are at each {@link #check}, of which
 * there is one every half second. Files that cannot be used, because they are wrong or
 * half-written, leave the contexts as they are. {@code check} blocks, so it is for workers, one
 * call at a time; the rest is for any thread.
 */
public final class CertificateWatch<T extends TlsContexts> {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

  /** How long before the end of a certificate it is reported, once a day. */
  private static final Duration EXPIRES_SOON = Duration.ofDays(14);

  /**
   * A file that was written less than this before it was read is read again, because a second write
   * may have the same time. A lower value misses it where clocks of file systems are coarse.
   */
  private static final Duration YOUNG = Duration.ofSeconds(2);

  /** For the log: {@code listener web}. */
  private final String owner;

  private final List<Path> paths;
  private final Function<Instant, TlsFiles<T>> reader;
  private volatile T current;

  /** What the files were like when they were last read; null = they are read in any case. */
  private @Nullable List<Stamp> handled;

  /** Problems that were there once: they are reported when they stay. */
  private List<String> suspected = List.of();

  private volatile List<String> reported = List.of();
  private final Map<Path, LocalDate> warned = new HashMap<>();

  /** One file as the file system describes it; empty values = it is not there. */
  private record Stamp(
      Path path, String target, long size, Optional<FileTime> modified, String file) {}

  /**
   * @param paths all files and directories that {@code reader} reads
   * @param current made of them a short time ago
   */
  public CertificateWatch(
      String owner, List<Path> paths, Function<Instant, TlsFiles<T>> reader, T current) {
    this.owner = owner;
    this.paths = List.copyOf(paths);
    this.reader = reader;
    this.current = current;
  }

  /** What new handshakes use. */
  public T current() {
    return current;
  }

  /** Why the files of now are not used; empty = they are. */
  public List<String> problems() {
    return reported;
  }

  /** Days until {@code certificate} expires; negative = it has. */
  public static long daysLeft(ServerCertificate certificate, Instant now) {
    return Math.floorDiv(
        Duration.between(now, certificate.notAfter()).toSeconds(), Duration.ofDays(1).toSeconds());
  }

  /** Reads the files if they have changed; true = {@link #current} is another one now. */
  public boolean check(Instant now) {
    List<Stamp> stamps = stamps();
    boolean changed = !stamps.equals(handled) && read(stamps, now);
    current.rotate(now);
    current.certificates().forEach(one -> warnOfExpiry(one, now));
    return changed;
  }

  private boolean read(List<Stamp> stamps, Instant now) {
    TlsFiles<T> files = reader.apply(now);
    boolean changed = !files.digest().equals(current.digest());
    List<String> problems = files.problems().stream().map(TlsProblem::text).toList();
    if (problems.isEmpty() && changed) {
      try {
        current = files.contexts().make();
      } catch (TlsProblem e) {
        problems = List.of(e.text());
      }
    }
    if (!problems.isEmpty()) {
      broken(problems);
      return false;
    }
    usable(changed);
    handled = isYoung(stamps, now) ? null : stamps;
    return changed;
  }

  private void broken(List<String> problems) {
    handled = null;
    if (problems.equals(suspected) && !problems.equals(reported)) {
      reported = problems;
      LOG.warn(
          "{}: the certificates of before stay in use: {}", owner, String.join("; ", problems));
    }
    suspected = problems;
  }

  private void usable(boolean changed) {
    suspected = List.of();
    if (!reported.isEmpty()) {
      reported = List.of();
      LOG.info("{}: the files of TLS can be used again", owner);
    } else if (changed) {
      LOG.info("{}: took changed files of TLS", owner);
    }
  }

  private void warnOfExpiry(ServerCertificate certificate, Instant now) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    if (now.isBefore(certificate.notAfter().minus(EXPIRES_SOON))
        || today.equals(warned.put(certificate.file(), today))) {
      return;
    }
    long days = daysLeft(certificate, now);
    if (days < 0) {
      LOG.warn("{}: the certificate in {} has expired", owner, certificate.file());
    } else {
      LOG.warn("{}: the certificate in {} expires in {} days", owner, certificate.file(), days);
    }
  }

  /** A time in the future says nothing, and would have the file read at each check until then. */
  private static boolean isYoung(List<Stamp> stamps, Instant now) {
    return stamps.stream()
        .flatMap(stamp -> stamp.modified().stream())
        .map(modified -> Duration.between(modified.toInstant(), now).abs())
        .anyMatch(age -> age.compareTo(YOUNG) < 0);
  }

  private List<Stamp> stamps() {
    List<Stamp> stamps = new ArrayList<>();
    for (Path path : paths) {
      stamps.add(stamp(path));
      if (Files.isDirectory(path)) {
        addContent(path, stamps);
      }
    }
    return stamps;
  }

  private static void addContent(Path directory, List<Stamp> stamps) {
    try (DirectoryStream<Path> listed = Files.newDirectoryStream(directory, "*.{pem,crt,key}")) {
      List<Path> files = new ArrayList<>();
      listed.forEach(files::add);
      files.stream().sorted().map(CertificateWatch::stamp).forEach(stamps::add);
    } catch (IOException e) {
      // Reading the certificates reports it.
    }
  }

  /** Of what a link leads to: Kubernetes replaces a link to a directory in the middle. */
  private static Stamp stamp(Path path) {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(
          path,
          path.toRealPath().toString(),
          found.size(),
          Optional.of(found.lastModifiedTime()),
          String.valueOf(found.fileKey()));
    } catch (IOException e) {
      return new Stamp(path, "", -1, Optional.empty(), "");
    }
  }
}
