package dev.fairlead.net.tls;

/** A certificate that clients of {@code listener} see now. Immutable. */
public record ListenerCertificate(String listener, ServerCertificate certificate) {}
