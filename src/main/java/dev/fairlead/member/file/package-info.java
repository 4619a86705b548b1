/** The files that a member reads while it runs, and those that it keeps. */
@NullMarked
package dev.fairlead.member.file;

import org.jspecify.annotations.NullMarked;
