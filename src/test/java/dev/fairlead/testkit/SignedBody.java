package dev.fairlead.testkit;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs commands by the contract, without the members' own code. */
public final class SignedBody {
  private static final String ALGORITHM = "HmacSHA256";

  private SignedBody() {}

  /** {@code {signed, time, nonce, mac}} of now, with a nonce of its own. */
  public static JsonObject of(String secret, String address, JsonObject command)
      throws GeneralSecurityException {
    String text = command.encode();
    String time = Instant.now().toString();
    String nonce = UUID.randomUUID().toString();
    Mac mac = Mac.getInstance(ALGORITHM);
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
    String signed = String.join("\n", address, time, nonce, text);
    return new JsonObject()
        .put("signed", text)
        .put("time", time)
        .put("nonce", nonce)
        .put("mac", HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8))));
  }
}
