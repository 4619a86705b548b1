package dev.fairlead.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.testkit.TestCa;
import io.netty.util.concurrent.Future;
import java.security.KeyPair;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that signatures are made on other threads than those of sessions, and are right.
 *
 * <p>Provoked by all algorithms of TLS 1.2 and 1.3 for RSA; {@link OpensslTest} has the handshakes.
 * A failure would be an event loop that signs, or clients that refuse the handshake.
 */
final class RsaSignerTest {
  private static final KeyPair KEYS = TestCa.keys("RSA", 2048);
  private static final byte[] INPUT = {1, 2, 3};

  private final SSLEngine engine;
  private final RsaSigner signer = Objects.requireNonNull(RsaSigner.of(KEYS.getPrivate()));

  RsaSignerTest() throws NoSuchAlgorithmException {
    engine = SSLContext.getDefault().createSSLEngine();
  }

  @ParameterizedTest
  @CsvSource({
    "0x0201,SHA1withRSA",
    "0x0401,SHA256withRSA",
    "0x0501,SHA384withRSA",
    "0x0601,SHA512withRSA"
  })
  void signatureByPkcs1IsVerifiedWithThePublicKey(String algorithm, String name) throws Exception {
    assertThat(isVerified(Signature.getInstance(name), Integer.decode(algorithm))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"0x0804,SHA-256,32", "0x0805,SHA-384,48", "0x0806,SHA-512,64"})
  void signatureByPssIsVerifiedWithThePublicKey(String algorithm, String digest, int salt)
      throws Exception {
    Signature verifier = Signature.getInstance("RSASSA-PSS");
    verifier.setParameter(
        new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), salt, 1));
    assertThat(isVerified(verifier, Integer.decode(algorithm))).isTrue();
  }

  @Test
  void signatureIsMadeOnAnotherThread() throws Exception {
    CompletableFuture<String> behind = new CompletableFuture<>();
    // The last of many is not there yet when its listener is added.
    Future<byte[]> last = signer.sign(engine, 0x0804, INPUT);
    for (int i = 0; i < 100; i++) {
      last = signer.sign(engine, 0x0804, INPUT);
    }
    last.addListener(signed -> behind.complete(Thread.currentThread().getName()));
    assertThat(behind.get(1, TimeUnit.MINUTES)).isEqualTo("fairlead-rsa");
  }

  @Test
  void eachOfManyAtOnceGetsItsOwnResult() throws Exception {
    List<Future<byte[]>> all = new ArrayList<>();
    for (int i = 0; i < 101; i++) {
      all.add(signer.sign(engine, i % 10 == 3 ? 0x0403 : 0x0401, new byte[] {(byte) i}));
    }
    Signature verifier = Signature.getInstance("SHA256withRSA");
    for (int i = 0; i < 101; i++) {
      assertThat(all.get(i).await(1, TimeUnit.MINUTES)).isTrue();
      if (i % 10 == 3) {
        assertThat(all.get(i).cause()).isInstanceOf(NoSuchAlgorithmException.class);
      } else {
        verifier.initVerify(KEYS.getPublic());
        verifier.update((byte) i);
        assertThat(verifier.verify(all.get(i).getNow())).isTrue();
      }
    }
  }

  @Test
  void whatWasEncryptedForTheKeyIsDecryptedWithItsPadding() throws Exception {
    byte[] padded = new byte[256];
    padded[1] = 2;
    padded[255] = 7;
    Cipher cipher = Cipher.getInstance("RSA/ECB/NoPadding");
    cipher.init(Cipher.ENCRYPT_MODE, KEYS.getPublic());
    assertThat(signer.decrypt(engine, cipher.doFinal(padded)).get()).isEqualTo(padded);
  }

  @Test
  void unknownAlgorithmFails() {
    assertThatThrownBy(() -> signer.sign(engine, 0x0403, INPUT).get())
        .hasCauseInstanceOf(NoSuchAlgorithmException.class)
        .hasMessageContaining("signature algorithm 1027");
  }

  @Test
  void keyOfAnEllipticCurveStaysWithBoringssl() {
    assertThat(RsaSigner.of(TestCa.keys("EC", 256).getPrivate())).isNull();
  }

  private boolean isVerified(Signature verifier, int algorithm) throws Exception {
    byte[] signed = signer.sign(engine, algorithm, INPUT).get();
    verifier.initVerify(KEYS.getPublic());
    verifier.update(INPUT);
    return verifier.verify(signed);
  }
}
