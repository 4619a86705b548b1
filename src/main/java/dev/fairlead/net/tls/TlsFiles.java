package dev.fairlead.net.tls;

import java.util.List;

/**
 * What the files of a listener or of a pool gave, read at one moment.
 *
 * @param digest of their contents; equal ones make equal contexts
 * @param problems all of them; empty = contexts can be made
 * @param contexts makes them; blocks
 */
public record TlsFiles<T extends TlsContexts>(
    String digest, List<TlsProblem> problems, Maker<T> contexts) {

  /** Makes contexts of what was read. */
  public interface Maker<T> {
    /** Blocks; a problem is what only the provider of TLS sees. */
    T make() throws TlsProblem;
  }
}
