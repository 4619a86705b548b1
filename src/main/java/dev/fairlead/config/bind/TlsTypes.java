package dev.fairlead.config.bind;

import dev.fairlead.config.ParsedValue;
import java.util.regex.Pattern;

/** The value types of what TLS is to be like, where it ends or begins here. */
final class TlsTypes {
  private static final Pattern CIPHER = Pattern.compile("[A-Z0-9]+(-[A-Z0-9]+)+");
  private static final int MAX_NAME_CHARS = 255;

  /** An asterisk is alone between the marks that part a host name, a URI or an e-mail address. */
  private static final Pattern CLIENT_NAME =
      Pattern.compile("(?:[^*\\p{Cntrl}]|(?<![^./@:])\\*(?![^./@:]))+");

  private TlsTypes() {}

  /** A cipher of TLS 1.2 as OpenSSL writes it; which ones there are, the provider decides. */
  static ValueType<String> cipher() {
    return ValueType.matching(
        CIPHER, "a cipher of TLS 1.2 as OpenSSL names it, such as ECDHE-RSA-AES128-GCM-SHA256");
  }

  /** A name in the certificate of a client, an asterisk for one label. */
  static ValueType<String> clientName() {
    return ValueType.textThat(
        text ->
            !text.isBlank()
                && text.length() <= MAX_NAME_CHARS
                && CLIENT_NAME.matcher(text).matches(),
        "a name such as app.example.com, *.example.com, spiffe://example.com/ns/* or"
            + " *@example.com, where * is one label");
  }

  /** What a backend is asked for, and has to prove that it is; without a dot at the end. */
  static ValueType<String> serverName() {
    return scalar ->
        ParsedValue.of(
            AddressTypes.host().read(scalar).value().filter(name -> !name.endsWith(".")),
            "a host name without a dot at the end, or an IP address");
  }
}
