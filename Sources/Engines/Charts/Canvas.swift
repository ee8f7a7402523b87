import CCairo

/// A surface to draw on. For one thread, for as long as one picture takes.
final class Canvas {
    enum Alignment { case start, middle, end }

    private let surface: OpaquePointer
    private let context: OpaquePointer

    init(width: Int, height: Int) throws(ChartError) {
        guard let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height)), let context = cairo_create(surface),
            cairo_status(context) == CAIRO_STATUS_SUCCESS
        else { throw ChartError(message: "cannot draw a picture of \(width) by \(height) pixels: no memory") }
        self.surface = surface
        self.context = context
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    func png() throws(ChartError) -> [UInt8] {
        final class Bytes { var all: [UInt8] = [] }
        let bytes = Bytes()
        let status = cairo_surface_write_to_png_stream(
            surface,
            { target, data, count in
                guard let target, let data else { return CAIRO_STATUS_WRITE_ERROR }
                Unmanaged<Bytes>.fromOpaque(target).takeUnretainedValue().all += UnsafeBufferPointer(start: data, count: Int(count))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(bytes).toOpaque())
        guard status == CAIRO_STATUS_SUCCESS else {
            throw ChartError(message: "cannot write the picture: \(String(cString: cairo_status_to_string(status)))")
        }
        return bytes.all
    }

    private func use(_ color: Color) { cairo_set_source_rgba(context, color.red, color.green, color.blue, color.alpha) }

    // MARK: Shapes

    func fill(_ box: Box, _ color: Color) {
        use(color)
        cairo_rectangle(context, box.x, box.y, box.width, box.height)
        cairo_fill(context)
    }

    /// On whole pixels, so that it is sharp.
    func line(_ from: (x: Double, y: Double), _ to: (x: Double, y: Double), _ color: Color, width: Double = 1, isDashed: Bool = false) {
        use(color)
        cairo_set_line_width(context, width)
        if isDashed { cairo_set_dash(context, [5, 4], 2, 0) }
        let shift = width == 1 ? 0.5 : 0
        cairo_move_to(context, from.x.rounded() + shift, from.y.rounded() + shift)
        cairo_line_to(context, to.x.rounded() + shift, to.y.rounded() + shift)
        cairo_stroke(context)
        cairo_set_dash(context, nil, 0, 0)
    }

    func path(_ points: [(x: Double, y: Double)], _ color: Color, width: Double) {
        guard let first = points.first else { return }
        guard points.count > 1 else { return dot(first, radius: width * 1.2, color) }
        use(color)
        cairo_set_line_width(context, width)
        trace(points)
        cairo_stroke(context)
    }

    func area(_ points: [(x: Double, y: Double)], _ color: Color) {
        guard points.count > 2 else { return }
        use(color)
        trace(points)
        cairo_close_path(context)
        cairo_fill(context)
    }

    private func trace(_ points: [(x: Double, y: Double)]) {
        for (index, point) in points.enumerated() {
            if index == 0 { cairo_move_to(context, point.x, point.y) } else { cairo_line_to(context, point.x, point.y) }
        }
    }

    func dot(_ center: (x: Double, y: Double), radius: Double, _ color: Color) {
        use(color)
        cairo_new_sub_path(context)
        cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
        cairo_fill(context)
    }

    /// A part of a ring; angles in radians, clockwise from three o'clock. Nothing where they are none: cairo ends the process over such.
    func ring(_ center: (x: Double, y: Double), _ inner: Double, _ outer: Double, from: Double, to: Double, _ color: Color) {
        guard from.isFinite, to.isFinite, from <= to else { return }
        use(color)
        cairo_new_sub_path(context)
        cairo_arc(context, center.x, center.y, outer, from, to)
        cairo_arc_negative(context, center.x, center.y, inner, to, from)
        cairo_close_path(context)
        cairo_fill(context)
    }

    /// What `body` draws outside of the box is not seen.
    func clipped(to box: Box, _ body: () -> Void) {
        cairo_save(context)
        cairo_rectangle(context, box.x, box.y, box.width, box.height)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }

    // MARK: Text

    private func useFont(_ size: Double, _ isBold: Bool) {
        cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, size)
    }

    func width(of text: String, size: Double = Style.textSize, isBold: Bool = false) -> Double {
        useFont(size, isBold)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, Self.drawable(text), &extents)
        return extents.x_advance
    }

    /// - Parameter at: its start, middle or end on the base line.
    func text(
        _ text: String, at point: (x: Double, y: Double), size: Double = Style.textSize, isBold: Bool = false, align: Alignment = .start, _ color: Color
    ) {
        let width = align == .start ? 0 : width(of: text, size: size, isBold: isBold)
        useFont(size, isBold)
        use(color)
        let shift = align == .start ? 0 : align == .middle ? -width / 2 : -width
        cairo_move_to(context, (point.x + shift).rounded(), point.y.rounded())
        cairo_show_text(context, Self.drawable(text))
    }

    /// Ends in `…` where it would be wider.
    func shortened(_ text: String, to width: Double, size: Double = Style.textSize, isBold: Bool = false) -> String {
        guard self.width(of: text, size: size, isBold: isBold) > width else { return text }
        var low = 0, high = min(text.count, 1_000)
        while low < high {
            let middle = (low + high + 1) / 2
            if self.width(of: text.prefix(middle) + "…", size: size, isBold: isBold) <= width { low = middle } else { high = middle - 1 }
        }
        return text.prefix(low) + "…"
    }

    /// Controls cannot be drawn, and a zero would end the text.
    private static func drawable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(2_000).map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
    }
}
