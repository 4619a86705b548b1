package dev.fairlead.cli.client;

import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.config.Problem;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Says in one line why a member was not reached, and what to give instead. */
final class UnreachedText {
  private static final Pattern REFUSED_CERTIFICATE =
      Pattern.compile("fatal alert: .*(certificate|unknown_ca)|Connection reset|Broken pipe|EOF");
  private static final Pattern UNKNOWN_AUTHORITY =
      Pattern.compile("PKIX|unable to find valid certification path|trustAnchors");
  private static final Pattern OTHER_NAME = Pattern.compile("No (subject|name) |No subject alt");
  private static final Pattern NO_TLS =
      Pattern.compile("Unsupported or unrecognized SSL message|plaintext connection");

  private static final String CERTIFICATE =
      "expected: --cert with a certificate that the member's node.admin.tls.clientCa has signed";

  private UnreachedText() {}

  static String of(Throwable e, MemberAddress address) {
    String start = "cannot reach " + address.url() + ": ";
    if (e instanceof HttpConnectTimeoutException) {
      return start + "timed out" + address.hint();
    }
    if (e instanceof ConnectException) {
      return start
          + (isUnresolved(e) ? "name not resolved" : "connection refused")
          + address.hint();
    }
    String why = AnswerText.printable(Problem.reason(e));
    if (!address.isHttps()) {
      return start + why + " (expected: https://, if the member has node.admin.tls)";
    }
    return start + (e instanceof SSLException ? "TLS failed: " : "") + why + tlsHint(e, why);
  }

  /**
   * A member that lets in only certain clients sends an alert about their certificate, or about
   * none, and closes. A client that is already sending its request by then, as in TLS 1.3, may see
   * only that the connection ended.
   */
  private static String tlsHint(Throwable e, String why) {
    if (!(e instanceof SSLException)) {
      return " (" + CERTIFICATE + ", if the member demands one)";
    }
    if (UNKNOWN_AUTHORITY.matcher(why).find()) {
      return " (expected: --ca with the certificate of the authority that signed the member's)";
    }
    if (OTHER_NAME.matcher(why).find()) {
      return " (expected: --admin with a name of the member's certificate)";
    }
    if (NO_TLS.matcher(why).find()) {
      return " (expected: http://, if the member has no node.admin.tls)";
    }
    return REFUSED_CERTIFICATE.matcher(why).find() ? " (" + CERTIFICATE + ")" : "";
  }

  private static boolean isUnresolved(Throwable e) {
    return e.getCause() != null
        && (e.getCause() instanceof UnresolvedAddressException || isUnresolved(e.getCause()));
  }
}
