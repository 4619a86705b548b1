package dev.fairlead.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Lines at WARN or ERROR that a test provokes, each by a part of {@code WARN Logger - message}.
 * They are not printed. A method must log each of its lines; any method of a class may log those of
 * the class. See {@link LogWatch}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Logs {
  String[] value();
}
