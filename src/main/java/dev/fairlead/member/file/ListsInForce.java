package dev.fairlead.member.file;

import dev.fairlead.admission.NetworkList;
import dev.fairlead.admission.NetworkList.NetworkListException;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.ListFile;
import dev.fairlead.config.Problem;
import dev.fairlead.member.file.UnusableFilesException.FileProblem;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of {@code allow} and {@code deny}, as they are now; a file that cannot be used leaves
 * its list as it was. {@link #read} and {@link #check} read files: for workers, {@code check} one
 * call at a time; the rest is for any thread.
 */
public final class ListsInForce {
  private static final Logger LOG = LoggerFactory.getLogger(ListsInForce.class);

  private final InstantSource clock;
  private volatile Lists inForce = new Lists(Map.of());

  /** What one configuration needs; a file that the one before needs too is the same object. */
  public record Lists(Map<Path, Followed> files) implements Function<Path, NetworkList> {
    @Override
    public NetworkList apply(Path file) {
      Followed followed = files.get(file);
      if (followed == null) {
        throw new IllegalStateException("not read: " + file);
      }
      return followed.current;
    }
  }

  /** One file. */
  private static final class Followed {
    private final FileStamp stamp;
    private volatile NetworkList current;

    /** Why it was not usable at the last look: reported when it stays so. */
    private @Nullable String suspected;

    private volatile @Nullable String reported;

    private Followed(FileStamp stamp, NetworkList current) {
      this.stamp = stamp;
      this.current = current;
    }

    /** True = the list is another one. */
    private boolean check() {
      if (!stamp.mayHaveChanged() && suspected == null) {
        return false;
      }
      try {
        return usable(NetworkList.read(current.file()));
      } catch (NetworkListException e) {
        broken(Problem.expected(current.file().toString(), e.expected()));
        return false;
      }
    }

    private boolean usable(NetworkList next) {
      boolean changed = !next.isSameAs(current);
      if (reported != null) {
        LOG.info("{} can be used again", current.file());
      } else if (changed) {
        LOG.info("took {}, which has changed: {} entries", next.file(), next.networks().size());
      }
      suspected = null;
      reported = null;
      current = changed ? next : current;
      return changed;
    }

    /** A file that is just being written is broken for a moment. */
    private void broken(String problem) {
      if (problem.equals(suspected) && !problem.equals(reported)) {
        reported = problem;
        LOG.warn("the list of before stays in use: {}", problem);
      }
      suspected = problem;
    }
  }

  public ListsInForce(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Reads the files that {@code config} names, those that are followed already excepted.
   *
   * @throws UnusableFilesException with every file that cannot be used
   */
  public Lists read(FairleadConfig config) {
    Map<Path, Followed> files = new TreeMap<>();
    List<FileProblem> problems = new ArrayList<>();
    forEachFile(
        config,
        (path, file) -> {
          Followed known = inForce.files.get(file);
          if (known != null) {
            files.put(file, known);
          } else if (!files.containsKey(file)) {
            try {
              FileStamp stamp = new FileStamp(file, clock);
              stamp.mayHaveChanged();
              files.put(file, new Followed(stamp, NetworkList.read(file)));
            } catch (NetworkListException e) {
              problems.add(new FileProblem(path, file.toString(), e.expected()));
            }
          }
        });
    if (!problems.isEmpty()) {
      throw new UnusableFilesException(problems);
    }
    return new Lists(Map.copyOf(files));
  }

  /** What cannot be used of the files that {@code config} names. */
  public static List<FileProblem> problems(FairleadConfig config) {
    try {
      new ListsInForce(InstantSource.system()).read(config);
      return List.of();
    } catch (UnusableFilesException e) {
      return e.problems();
    }
  }

  private interface FileTask {
    void accept(String path, Path file);
  }

  private static void forEachFile(FairleadConfig config, FileTask task) {
    for (int i = 0; i < config.listeners().size(); i++) {
      ListenerConfig.AccessConfig access = config.listeners().get(i).access();
      String listener = "listeners[" + i + "].";
      for (ListFile each : access.allowFiles()) {
        task.accept(listener + "allow[" + each.index() + "].file", each.file());
      }
      for (ListFile each : access.denyFiles()) {
        task.accept(listener + "deny[" + each.index() + "].file", each.file());
      }
    }
  }

  /** From now on {@code next} is followed, and nothing else. */
  public void inForce(Lists next) {
    inForce = next;
  }

  public Lists inForce() {
    return inForce;
  }

  /** Whether there is anything to {@link #check}. */
  public boolean isFollowing() {
    return !inForce.files.isEmpty();
  }

  /** To be called every {@link FilesInForce#CHECK_EVERY}; true = a list is another one. */
  public boolean check() {
    boolean changed = false;
    for (Followed each : inForce.files.values()) {
      changed |= each.check();
    }
    return changed;
  }

  /** The files that cannot be used as they are now. */
  public Stream<String> problems() {
    return inForce.files.values().stream()
        .flatMap(each -> Stream.ofNullable(each.reported))
        .sorted();
  }
}
