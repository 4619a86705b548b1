package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.LimitSetting;
import dev.fairlead.config.ListenerConfig.ListenerState;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
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

/** Changes one backend, a listener, or the limits of a pool, for the whole cluster. */
@Command(
    name = "set",
    description = "Changes one backend, listener or pool for the whole cluster; makes a revision.",
    subcommands = {SetCommand.SetListener.class, SetCommand.SetPool.class})
final class SetCommand extends ClientCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "POOL/BACKEND",
      description = "For example web/10.0.0.1:9001 or web/unix:/run/app.sock.")
  private @Nullable String target;

  @Option(names = "--weight", paramLabel = "N", description = "0 to 1000; 0 = no new sessions.")
  private @Nullable Integer weight;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      converter = StateConverter.class,
      completionCandidates = StateCandidates.class,
      description = "enabled, draining or disabled.")
  private BackendConfig.@Nullable State state;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "Most sessions at one time; 0 = as the pool says.")
  private @Nullable Integer maxConnections;

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
    BackendName name = backendName(target);
    if (weight == null && state == null && maxConnections == null) {
      throw wrong("Nothing to set (expected: --weight, --state or --max-connections)");
    }
    JsonObject body = change.toJson();
    putIfSet(body, "weight", weight);
    putIfSet(body, "state", state == null ? null : state.label());
    putIfSet(body, "maxConnections", maxConnections);
    JsonObject answer = client().send("PATCH", name.path(), body);
    print(answer, body.put("pool", name.pool()).put("backend", name.backend()), out());
    return 0;
  }

  private static void print(JsonObject answer, JsonObject set, PrintWriter out) {
    String already = answer.getBoolean("unchanged", false) ? " has it already: " : ": ";
    out.println("revision " + answer.getLong("revision") + already + AnswerText.setting(set));
    if (answer.getBoolean("rewritten", false)) {
      out.println("the document was written anew, its comments and layout are lost");
    }
  }

  /** Sets limits in {@code body} of the listener or pool {@code name}. */
  private static void send(
      ClientCommand command, LimitSetting.Owner owner, String name, JsonObject body)
      throws RefusedException {
    if (owner.settable().stream().noneMatch(body::containsKey)) {
      throw command.wrong("Nothing to set (expected: --connections, or another value)");
    }
    String path = "/api/v1/" + owner.label() + "s/" + AdminClient.encoded(name);
    JsonObject answer = command.client().send("PATCH", path, body);
    print(answer, body.put(owner.label(), name), command.out());
  }

  private static void putIfSet(JsonObject body, String key, @Nullable Object value) {
    if (value != null) {
      body.put(key, value);
    }
  }

  /** For shell completion. */
  static final class ListenerStates extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    ListenerStates() {
      super(Stream.of(ListenerState.values()).map(ListenerState::label).toList());
    }
  }

  /** Accepts the spelling of the configuration file. */
  static final class ListenerStateConverter implements ITypeConverter<ListenerState> {
    @Override
    public ListenerState convert(String text) {
      for (ListenerState state : ListenerState.values()) {
        if (state.label().equals(text.toLowerCase(Locale.ROOT))) {
          return state;
        }
      }
      throw new TypeConversionException("'" + text + "' (expected: enabled or draining)");
    }
  }

  /** Changes the limits or the state of a listener. */
  @Command(
      name = "listener",
      description = "Changes a listener for the whole cluster; makes a revision.")
  static final class SetListener extends ClientCommand {
    @Parameters(paramLabel = "LISTENER", description = "Its name.")
    private String name;

    @Option(
        names = "--connections",
        paramLabel = "N",
        description = "Most connections at one time; 0 = no limit.")
    private @Nullable Integer connections;

    @Option(
        names = "--rate",
        paramLabel = "N",
        description = "Most new connections a second; 0 = no limit.")
    private @Nullable Integer rate;

    @Option(
        names = "--state",
        paramLabel = "STATE",
        converter = ListenerStateConverter.class,
        completionCandidates = ListenerStates.class,
        description = "enabled or draining: takes no new sessions, live ones finish.")
    private @Nullable ListenerState state;

    @Mixin private ChangeOptions change;

    @Override
    public Integer call() throws RefusedException {
      JsonObject body = change.toJson();
      putIfSet(body, "connections", connections);
      putIfSet(body, "newConnectionsPerSecond", rate);
      putIfSet(body, LimitSetting.STATE, state == null ? null : state.label());
      send(this, LimitSetting.Owner.LISTENER, name, body);
      return 0;
    }
  }

  /** Changes the limits of a pool. */
  @Command(
      name = "pool",
      description = "Changes limits of a pool for the whole cluster; makes a revision.")
  static final class SetPool extends ClientCommand {
    @Parameters(paramLabel = "POOL", description = "Its name.")
    private String name;

    @Option(
        names = "--connections",
        paramLabel = "N",
        description = "Most sessions at one time, all backends together; 0 = no limit.")
    private @Nullable Integer connections;

    @Option(
        names = "--connections-per-backend",
        paramLabel = "N",
        description = "Most sessions of each backend at one time; 0 = no limit.")
    private @Nullable Integer perBackend;

    @Mixin private ChangeOptions change;

    @Override
    public Integer call() throws RefusedException {
      JsonObject body = change.toJson();
      putIfSet(body, "connections", connections);
      putIfSet(body, "connectionsPerBackend", perBackend);
      send(this, LimitSetting.Owner.POOL, name, body);
      return 0;
    }
  }
}
