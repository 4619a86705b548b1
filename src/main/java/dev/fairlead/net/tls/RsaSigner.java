package dev.fairlead.net.tls;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import io.netty.handler.ssl.OpenSslAsyncPrivateKeyMethod;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslX509KeyManagerFactory;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Signs with one private key of RSA for BoringSSL, on threads of its own: a signature takes longer
 * than all else of a handshake, and the sessions of an event loop would wait for it. AWS-LC makes
 * it, which needs half the time of BoringSSL where the processor has AVX-512 IFMA. A handshake
 * waits for one signature at a time, so sessions bound the queue. Any thread.
 *
 * <p>Keys of elliptic curves stay with BoringSSL: their signature takes less time than the way to
 * another thread.
 */
final class RsaSigner implements OpenSslAsyncPrivateKeyMethod {
  private static final @Nullable Provider PROVIDER = load();

  /** Raising it keeps threads for the next burst of handshakes, lowering it ends them earlier. */
  private static final long IDLE_SECONDS = 10;

  /**
   * How many results a thread hands over at once while more wait. Each handing over wakes an event
   * loop, which is an eighth of a handshake. Raising it delays the first of them by a signature
   * each; lowering it costs CPU.
   */
  private static final int TOGETHER = 4;

  private static final ThreadPoolExecutor THREADS = threads();

  private final PrivateKey key;

  private RsaSigner(PrivateKey key) {
    this.key = key;
  }

  /**
   * The signer of {@code key}; null = BoringSSL signs, because it is no key of RSA, or AWS-LC is
   * not there.
   */
  static @Nullable RsaSigner of(PrivateKey key) {
    if (PROVIDER == null || !key.getAlgorithm().equals("RSA")) {
      return null;
    }
    try {
      KeyFactory factory = KeyFactory.getInstance("RSA", PROVIDER);
      return new RsaSigner((PrivateKey) factory.translateKey(key));
    } catch (GeneralSecurityException e) {
      return null; // a kind of key that it does not know
    }
  }

  /** Whether AWS-LC is there. */
  static boolean isAvailable() {
    return PROVIDER != null;
  }

  /** The beginning of a context that shows {@code chain}, whose first key is this one. */
  SslContextBuilder builder(List<X509Certificate> chain) throws SSLException {
    try {
      return SslContextBuilder.forServer(
              OpenSslX509KeyManagerFactory.newKeyless(chain.toArray(X509Certificate[]::new)))
          .option(OpenSslContextOption.USE_TASKS, true)
          .option(OpenSslContextOption.ASYNC_PRIVATE_KEY_METHOD, this);
    } catch (GeneralSecurityException | IOException e) {
      throw new SSLException(e);
    }
  }

  private static @Nullable Provider load() {
    try {
      AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
      return provider.getLoadingError() == null ? provider : null;
    } catch (LinkageError e) {
      return null; // not for this system
    }
  }

  private static ThreadPoolExecutor threads() {
    int most = Runtime.getRuntime().availableProcessors();
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "fairlead-rsa");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  @Override
  public Future<byte[]> sign(SSLEngine engine, int algorithm, byte[] input) {
    return onThread(
        () -> {
          Signature signature = signature(algorithm);
          signature.initSign(key);
          signature.update(input);
          return signature.sign();
        });
  }

  /** Of the key exchange of TLS 1.2 that has no forward secrecy. */
  @Override
  public Future<byte[]> decrypt(SSLEngine engine, byte[] input) {
    return onThread(
        () -> {
          // BoringSSL removes the padding itself, in constant time.
          Cipher cipher = Cipher.getInstance("RSA/ECB/NoPadding");
          cipher.init(Cipher.DECRYPT_MODE, key);
          return cipher.doFinal(input);
        });
  }

  private static Future<byte[]> onThread(Callable<byte[]> work) {
    Work one = new Work(work);
    THREADS.execute(one);
    return one.result;
  }

  private static Signature signature(int algorithm) throws GeneralSecurityException {
    // The numbers of RFC 8446, 4.2.3; those of Netty are no constants for the compiler.
    return switch (algorithm) {
      case 0x0201 -> Signature.getInstance("SHA1withRSA", PROVIDER);
      case 0x0401 -> Signature.getInstance("SHA256withRSA", PROVIDER);
      case 0x0501 -> Signature.getInstance("SHA384withRSA", PROVIDER);
      case 0x0601 -> Signature.getInstance("SHA512withRSA", PROVIDER);
      case 0x0804 -> pss(MGF1ParameterSpec.SHA256, 32);
      case 0x0805 -> pss(MGF1ParameterSpec.SHA384, 48);
      case 0x0806 -> pss(MGF1ParameterSpec.SHA512, 64);
      default -> throw new NoSuchAlgorithmException("signature algorithm " + algorithm);
    };
  }

  /** The salt is as long as the digest. */
  private static Signature pss(MGF1ParameterSpec digest, int saltBytes)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance("RSASSA-PSS", PROVIDER);
    signature.setParameter(
        new PSSParameterSpec(digest.getDigestAlgorithm(), "MGF1", digest, saltBytes, 1));
    return signature;
  }

  /** One use of the key; nothing else is ever queued for the threads. */
  private static final class Work implements Runnable {
    private final Promise<byte[]> result = ImmediateEventExecutor.INSTANCE.newPromise();
    private final Callable<byte[]> work;
    private byte @Nullable [] value;
    private @Nullable Throwable failure;

    Work(Callable<byte[]> work) {
      this.work = work;
    }

    /** Does this one and those that wait behind it, up to {@link #TOGETHER}. */
    @Override
    @SuppressWarnings("ThreadPriorityCheck") // yields for the sake of others, correct without it
    public void run() {
      List<Work> done = new ArrayList<>(TOGETHER);
      Work next = this;
      while (next != null) {
        next.compute();
        done.add(next);
        next = done.size() < TOGETHER ? (Work) THREADS.getQueue().poll() : null;
        if (next == null) {
          done.forEach(Work::handOver);
        }
        // An event loop on this core need not wait for the whole slice of time of this thread.
        Thread.yield();
      }
    }

    private void compute() {
      try {
        value = work.call();
      } catch (Exception | Error e) {
        failure = e;
      }
    }

    private void handOver() {
      if (failure == null) {
        result.setSuccess(value);
      } else {
        result.setFailure(failure);
      }
    }
  }
}
