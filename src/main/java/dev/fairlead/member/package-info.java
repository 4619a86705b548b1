/** Puts one process together, and starts and stops its parts in order. */
package dev.fairlead.member;
