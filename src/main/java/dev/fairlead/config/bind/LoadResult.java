package dev.fairlead.config.bind;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Problem;
import java.util.List;

/**
 * What reading a configuration gave.
 *
 * @param config null when there are problems
 * @param problems all of them, in the order of their lines
 */
public record LoadResult(FairleadConfig config, List<Problem> problems) {

  public LoadResult {
    problems = List.copyOf(problems);
  }

  public boolean isValid() {
    return problems.isEmpty();
  }
}
