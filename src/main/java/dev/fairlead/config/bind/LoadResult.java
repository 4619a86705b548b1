package dev.fairlead.config.bind;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Problem;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A configuration, or all problems with it in the order of their lines; never both. */
public record LoadResult(@Nullable FairleadConfig config, List<Problem> problems) {
  public LoadResult {
    problems = List.copyOf(problems);
  }

  public boolean isValid() {
    return problems.isEmpty();
  }

  /** The configuration of a valid result. */
  @Override
  public FairleadConfig config() {
    return Objects.requireNonNull(config, "not valid");
  }
}
