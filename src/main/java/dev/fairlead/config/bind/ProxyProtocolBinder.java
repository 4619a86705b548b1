package dev.fairlead.config.bind;

import dev.fairlead.config.ProxyProtocolConfig.AcceptProxy;
import dev.fairlead.config.ProxyProtocolConfig.SendProxy;
import dev.fairlead.config.ProxyProtocolConfig.Version;
import java.util.Optional;

/** Binds {@code proxyProtocol} of listeners and of pools. */
final class ProxyProtocolBinder {
  private static final String OFF = "off";
  private static final String REQUIRED = "required";
  private static final String KEY = "proxyProtocol";
  private static final ValueType<Version> VERSION = ValueType.constant(Version.values());

  private ProxyProtocolBinder() {}

  /** Empty when headers are not read. */
  static Optional<AcceptProxy> accept(Section listener) {
    return listener.section(KEY, ProxyProtocolBinder::acceptKeys);
  }

  private static Optional<AcceptProxy> acceptKeys(Section proxy) {
    String mode = proxy.get("mode", ValueType.word(OFF, "optional", REQUIRED), OFF);
    AcceptProxy config =
        new AcceptProxy(
            mode.equals(REQUIRED),
            proxy.values("trusted", AddressTypes.cidr()),
            proxy.get("timeout", ValueType.positiveDuration(), AcceptProxy.DEFAULT.timeout()),
            proxy.get(
                "maxTlvBytes",
                ValueType.byteSize(AcceptProxy.MOST_TLV_BYTES),
                AcceptProxy.DEFAULT.maxTlvBytes()));
    return mode.equals(OFF) ? Optional.empty() : Optional.of(config);
  }

  /** Empty when no headers are sent. */
  static Optional<SendProxy> send(Section pool) {
    return pool.isMap(KEY)
        ? pool.optionalSection(KEY, ProxyProtocolBinder::sendKeys)
        : pool.get(KEY, word(), Optional.empty());
  }

  private static ValueType<Optional<SendProxy>> word() {
    ValueType<Optional<SendProxy>> version =
        VERSION.map(each -> Optional.of(SendProxy.of(each))).or(OFF, Optional.empty());
    ValueType<Optional<SendProxy>> type =
        scalar ->
            version.read(scalar).mapExpected(any -> "off, v1, v2, or a map of keys and values");
    return type.shaped(version.shape());
  }

  private static SendProxy sendKeys(Section proxy) {
    SendProxy byDefault = SendProxy.of(Version.V2);
    Version version = proxy.get("version", VERSION, byDefault.version());
    SendProxy config =
        new SendProxy(
            version,
            proxy.get("crc32c", ValueType.bool(), byDefault.crc32c()),
            proxy.get("uniqueId", ValueType.bool(), byDefault.uniqueId()),
            proxy.get("ssl", ValueType.bool(), byDefault.ssl()),
            proxy.get("authority", ValueType.bool(), byDefault.authority()),
            proxy.get("passThrough", ValueType.bool(), byDefault.passThrough()));
    if (version == Version.V1) {
      refuseWithV1(proxy, "crc32c", config.crc32c());
      refuseWithV1(proxy, "uniqueId", config.uniqueId());
      refuseWithV1(proxy, "ssl", config.ssl());
    }
    return config;
  }

  private static void refuseWithV1(Section proxy, String key, boolean set) {
    if (set) {
      proxy.refuse(key, true, "false, because version is v1");
    }
  }
}
