package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.MemberAddress;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.config.Plural;
import dev.fairlead.config.Problem;
import dev.fairlead.net.tls.HttpsContext;
import dev.fairlead.net.tls.TlsProblem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that talks to one member, and the options that select it. */
abstract class ClientCommand implements Callable<Integer> {
  private static final String TOKEN_FILE = "--token-file or FAIRLEAD_TOKEN_FILE";
  private static final Pattern ADDRESS =
      Pattern.compile("https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?(/\\S*)?");

  @Option(
      names = "--admin",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8081",
      description = {
        "Admin address of any member; default: $FAIRLEAD_ADMIN, else http://127.0.0.1:8081.",
        "Here it is ${DEFAULT-VALUE}."
      })
  private String admin;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File whose first line is the member's token; default: $FAIRLEAD_TOKEN_FILE, else none.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "CA certificates (PEM) to trust for https instead of the system's.")
  private @Nullable Path ca;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description =
          "Certificate (PEM) to show to a member that demands one, its issuers behind it.")
  private @Nullable Path cert;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "Private key (PEM) of --cert; default: it is in that file.")
  private @Nullable Path key;

  @Spec private CommandSpec spec;

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /**
   * Prints the result of a push or rollback: on stdout where the revision is in force and which
   * settings it undid, or that nothing has changed; on stderr the members that have not confirmed
   * it; then the exit code is 1.
   */
  final int printChange(JsonObject answer) {
    int applied = answer.getJsonArray("applied", new JsonArray()).size();
    List<JsonObject> missing = AnswerText.each(answer, "missing");
    String members = Plural.of(applied + missing.size(), "member");
    String where = missing.isEmpty() && applied == 1 ? members : applied + " of " + members;
    String same =
        answer.getBoolean("unchanged", false)
            ? "nothing has changed, these are the listeners and pools of "
            : "";
    String sentence =
        same + "revision " + answer.getLong("revision") + (same.isEmpty() ? "" : ", which");
    out().printf(Locale.ROOT, "%s is in force on %s%n", sentence, where);
    AnswerText.printUndone(answer, out());
    missing.forEach(each -> err().println(AnswerText.problem("", each)));
    return missing.isEmpty() ? 0 : FairleadCommand.FAILED;
  }

  /** A backend as it is named on the command line, {@code POOL/BACKEND}. */
  record BackendName(String pool, String backend) {
    String path() {
      return "/api/v1/pools/"
          + AdminClient.encoded(pool)
          + "/backends/"
          + AdminClient.encoded(backend);
    }
  }

  /** Parses {@code target}, which is null where a subcommand was given instead. */
  final BackendName backendName(@Nullable String target) {
    if (target == null) {
      throw wrong("Missing required parameter: 'POOL/BACKEND'");
    }
    int slash = target.indexOf('/');
    if (slash < 1 || slash == target.length() - 1) {
      throw wrong(target + " (expected: POOL/BACKEND)");
    }
    return new BackendName(target.substring(0, slash), target.substring(slash + 1));
  }

  final ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Options of this command given before its subcommand would have no effect: refuses them. */
  final void refuseOptionsBefore(String subcommand) {
    if (!spec.commandLine().getParseResult().matchedOptions().isEmpty()) {
      throw wrong("options of " + spec.name() + " (expected: after " + subcommand + ")");
    }
  }

  /** The JDK's client knows no name with an underscore. */
  private static boolean hasHost(String url) {
    try {
      return new URI(url).getHost() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** Creates a client of that member; sends nothing yet. Refuses files that cannot be used. */
  final AdminClient client() throws RefusedException {
    String base = admin.replaceAll("/+$", "");
    if (!ADDRESS.matcher(base).matches() || !hasHost(base)) {
      throw wrong(
          "--admin or FAIRLEAD_ADMIN: "
              + admin
              + " (expected: a URL such as http://127.0.0.1:8081)");
    }
    return new AdminClient(
        new MemberAddress(base, addressChoice()),
        tokenFile == null ? null : token(tokenFile),
        tls());
  }

  private MemberAddress.AddressChoice addressChoice() {
    if (spec.commandLine().getParseResult().hasMatchedOption("--admin")) {
      return MemberAddress.AddressChoice.OPTION;
    }
    return environment().ofOption("--admin") == null
        ? MemberAddress.AddressChoice.DEFAULT
        : MemberAddress.AddressChoice.VARIABLE;
  }

  final EnvironmentDefaults environment() {
    return EnvironmentDefaults.of(spec);
  }

  private static String token(Path file) throws RefusedException {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String line = reader.readLine();
      if (line == null || !line.strip().matches("\\p{Graph}+")) {
        throw new RefusedException(TOKEN_FILE + ": " + file + " (expected: a token in line 1)");
      }
      return line.strip();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Null = as the JDK does it. */
  private @Nullable SSLContext tls() throws RefusedException {
    if (key != null && cert == null) {
      throw wrong("--key (expected: with --cert)");
    }
    if (ca == null && cert == null) {
      return null;
    }
    try {
      return HttpsContext.of(ca, cert, key);
    } catch (TlsProblem e) {
      throw new RefusedException("--" + e.text());
    }
  }

  private static RefusedException unreadable(Path file, IOException e) {
    return new RefusedException(
        TOKEN_FILE + ": " + file + ": cannot be read: " + Problem.reason(e));
  }
}
