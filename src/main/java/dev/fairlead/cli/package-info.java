/**
 * The command line: one class per command, the client of the admin API, signals and exit codes.
 * Runs on the main thread; the client commands talk to a member over HTTP only.
 */
@NullMarked
package dev.fairlead.cli;

import org.jspecify.annotations.NullMarked;
