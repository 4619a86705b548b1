package dev.fairlead.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A test that runs once for each transport, given to it as a {@code TransportKind}. One that does
 * not work on this machine is skipped by {@link MemberSetup#start}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
public @interface EveryTransport {}
