package dev.fairlead.config.text;

import dev.fairlead.config.ConfigFormat;
import java.nio.file.Path;

/**
 * A configuration as it was written.
 *
 * @param name what problems call it, usually the file's name as the user gave it
 * @param directory relative paths inside are relative to it
 */
public record ConfigText(String name, ConfigFormat format, String text, Path directory) {}
