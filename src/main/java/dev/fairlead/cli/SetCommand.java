package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.config.BackendConfig;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Changes one backend for the whole cluster. */
@Command(name = "set", description = "Changes one backend for the whole cluster; makes a revision.")
final class SetCommand extends ClientCommand {
  @Parameters(
      paramLabel = "POOL/BACKEND",
      description = "For example web/10.0.0.1:9001 or web/unix:/run/app.sock.")
  private String target;

  @Option(names = "--weight", paramLabel = "N", description = "0 to 1000; 0 = no new sessions.")
  private @Nullable Integer weight;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      converter = StateConverter.class,
      completionCandidates = StateCandidates.class,
      description = "enabled, draining or disabled.")
  private BackendConfig.@Nullable State state;

  @Mixin private ChangeOptions change;

  /** For shell completion. */
  static final class StateCandidates extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    StateCandidates() {
      super(Stream.of(BackendConfig.State.values()).map(BackendConfig.State::label).toList());
    }
  }

  /** Accepts the spelling of the configuration file. */
  static final class StateConverter implements ITypeConverter<BackendConfig.State> {
    @Override
    public BackendConfig.State convert(String text) {
      for (BackendConfig.State state : BackendConfig.State.values()) {
        if (state.label().equals(text.toLowerCase(Locale.ROOT))) {
          return state;
        }
      }
      throw new TypeConversionException("'" + text + "' (expected: enabled, draining or disabled)");
    }
  }

  @Override
  public Integer call() throws RefusedException {
    int slash = target.indexOf('/');
    if (slash < 1 || slash == target.length() - 1) {
      throw wrong(target + " (expected: POOL/BACKEND)");
    }
    if (weight == null && state == null) {
      throw wrong("Nothing to set (expected: --weight, --state or both)");
    }
    String pool = target.substring(0, slash);
    String backend = target.substring(slash + 1);
    JsonObject body = change.toJson();
    if (weight != null) {
      body.put("weight", weight);
    }
    if (state != null) {
      body.put("state", state.label());
    }
    String path =
        "/api/v1/pools/" + AdminClient.encoded(pool) + "/backends/" + AdminClient.encoded(backend);
    JsonObject answer = client().send("PATCH", path, body);
    String set = AnswerText.setting(body.put("pool", pool).put("backend", backend));
    String already = answer.getBoolean("unchanged", false) ? " has it already: " : ": ";
    out().println("revision " + answer.getLong("revision") + already + set);
    if (answer.getBoolean("rewritten", false)) {
      out().println("the document was written anew, its comments and layout are lost");
    }
    return 0;
  }
}
