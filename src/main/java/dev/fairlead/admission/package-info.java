/**
 * Who may come in, and how much: access lists, limits of connections and of their rate, and the
 * lines of those who wait. What the whole cluster shares of it is kept by another package.
 */
package dev.fairlead.admission;
