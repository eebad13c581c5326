// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * Where commands write: results to one place, progress and errors to another.
 *
 * @param out for results
 * @param err for errors and progress
 * @param ansi whether there are colours
 * @param showsProgress whether progress is shown, as on a terminal
 */
record Console(PrintWriter out, PrintWriter err, Ansi ansi, boolean showsProgress) {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  void line(String text) {
    out.print(text);
    out.print('\n');
  }

  /** Returns a text in a style of picocli, such as {@code red}, if there are colours. */
  String styled(String style, String text) {
    return CommandLine.Help.defaultColorScheme(ansi)
        .apply(text, List.of(Ansi.Style.parse(style)))
        .toString();
  }

  /** Writes rows as columns. A column whose title begins with {@code >} is set to the right. */
  void table(List<String> titles, List<List<String>> rows) {
    int columns = titles.size();
    List<List<String>> lines = new ArrayList<>();
    lines.add(titles.stream().map(title -> title.replaceFirst("^>", "")).toList());
    lines.addAll(rows);
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], width(line.get(i)));
      }
    }
    for (int row = 0; row < lines.size(); row++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String cell = lines.get(row).get(i);
        String blanks = " ".repeat(widths[i] - width(cell));
        text.append(i == 0 ? "" : "  ");
        text.append(titles.get(i).startsWith(">") ? blanks + cell : cell + blanks);
      }
      String line = text.toString().stripTrailing();
      line(row == 0 ? styled("bold", line) : line);
    }
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  /** Returns a size for people, such as {@code 1.5 MiB}. */
  static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
