// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.cli.SizesCommand.Measured;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A page that shows sizes as areas: operators, in them states, in these the heaviest keys. The
 * areas are laid out here (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000), so the page needs
 * no script.
 */
final class Treemap {
  private static final int WIDTH = 1_200;
  private static final int HEIGHT = 700;
  private static final int HEAD = 18;
  private static final int COLOURS = 9;

  private final StringBuilder html = new StringBuilder();
  private int colour;

  private Treemap() {}

  private record Box(double x, double y, double width, double height) {
    Box inner() {
      double head = height > 2 * HEAD ? HEAD : 0;
      return new Box(x + 1, y + head, Math.max(0, width - 2), Math.max(0, height - head - 1));
    }
  }

  private record Item(String name, String hint, double size, List<Item> parts) {}

  static String page(String title, List<Measured> sizes) {
    Map<String, List<Item>> operators = new LinkedHashMap<>();
    for (Measured measured : sizes) {
      if (measured.bytes() > 0) {
        operators
            .computeIfAbsent(measured.state().operatorId(), id -> new ArrayList<>())
            .add(item(measured));
      }
    }
    List<Item> items = new ArrayList<>();
    operators.forEach(
        (id, states) -> {
          double size = states.stream().mapToDouble(Item::size).sum();
          items.add(new Item(id, id + ": " + Console.size((long) size), size, states));
        });
    Treemap map = new Treemap();
    map.lay(items, new Box(0, 0, WIDTH, HEIGHT), 0);
    return """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><title>%s</title><style>
    body{font:13px sans-serif;margin:16px}
    #map{position:relative;width:%dpx;height:%dpx}
    #map div{position:absolute;box-sizing:border-box;overflow:hidden;white-space:nowrap;border:1px solid #fff;padding:1px 4px;color:#222}
    .c0{background:#8dd3c7}.c1{background:#ffffb3}.c2{background:#bebada}.c3{background:#fb8072}.c4{background:#80b1d3}
    .c5{background:#fdb462}.c6{background:#b3de69}.c7{background:#fccde5}.c8{background:#bc80bd}
    .operator{background:#ddd;font-weight:bold}.key{background:rgba(255,255,255,.45);font-size:11px}
    </style></head><body><h1>%s</h1><p>Areas are bytes before compression: operators, their states, and the heaviest keys if asked for.</p>
    <div id="map">
    %s</div></body></html>
    """
        .formatted(escape(title), WIDTH, HEIGHT, escape(title), map.html);
  }

  private static Item item(Measured measured) {
    List<Item> keys = new ArrayList<>();
    for (var key : measured.keys()) {
      String hint = key.item() + ": " + Console.size(key.weight());
      keys.add(new Item(key.item(), hint, key.weight() - key.errorMax(), List.of()));
    }
    double left = measured.bytes() - keys.stream().mapToDouble(Item::size).sum();
    if (!keys.isEmpty() && left > 0) {
      keys.add(new Item("all other keys", Console.size((long) left), left, List.of()));
    }
    String name = measured.state().name();
    String hint =
        "%s: %s, %s".formatted(name, Console.size(measured.bytes()), measured.state().value());
    return new Item(name, hint, measured.bytes(), keys);
  }

  /** Lays items out in rows along the shorter side, each as square as it can be. */
  private void lay(List<Item> items, Box box, int depth) {
    List<Item> rest =
        new ArrayList<>(
            items.stream()
                .filter(item -> item.size() > 0)
                .sorted((a, b) -> Double.compare(b.size(), a.size()))
                .toList());
    double total = rest.stream().mapToDouble(Item::size).sum();
    Box left = box;
    while (!rest.isEmpty() && left.width() > 0 && left.height() > 0) {
      double scale = left.width() * left.height() / total;
      double side = Math.min(left.width(), left.height());
      int count = 1;
      while (count < rest.size()
          && worst(rest.subList(0, count + 1), scale, side)
              <= worst(rest.subList(0, count), scale, side)) {
        count++;
      }
      List<Item> row = rest.subList(0, count);
      double sum = row.stream().mapToDouble(Item::size).sum();
      left = layRow(row, sum, left, sum * scale / side, depth);
      total -= sum;
      row.clear();
    }
  }

  private Box layRow(List<Item> row, double sum, Box box, double thickness, int depth) {
    boolean isWide = box.width() >= box.height();
    double at = 0;
    for (Item item : row) {
      double length = (isWide ? box.height() : box.width()) * item.size() / sum;
      Box place =
          isWide
              ? new Box(box.x(), box.y() + at, thickness, length)
              : new Box(box.x() + at, box.y(), length, thickness);
      draw(item, place, depth);
      at += length;
    }
    return isWide
        ? new Box(box.x() + thickness, box.y(), box.width() - thickness, box.height())
        : new Box(box.x(), box.y() + thickness, box.width(), box.height() - thickness);
  }

  /** Returns how far the least square item of a row is from a square. */
  private static double worst(List<Item> row, double scale, double side) {
    double sum = row.stream().mapToDouble(Item::size).sum() * scale;
    double worst = 0;
    for (Item item : row) {
      double area = item.size() * scale;
      double ratio = side * side * area / (sum * sum);
      worst = Math.max(worst, Math.max(ratio, 1 / ratio));
    }
    return worst;
  }

  private void draw(Item item, Box box, int depth) {
    String style =
        switch (depth) {
          case 0 -> "operator";
          case 1 -> "c" + colour++ % COLOURS;
          default -> "key";
        };
    html.append(
        String.format(
            Locale.ROOT,
            "<div class=\"%s\" style=\"left:%.1fpx;top:%.1fpx;width:%.1fpx;height:%.1fpx\""
                + " title=\"%s\">%s</div>\n",
            style,
            box.x(),
            box.y(),
            box.width(),
            box.height(),
            escape(item.hint()),
            escape(item.name())));
    lay(item.parts(), box.inner(), depth + 1);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
