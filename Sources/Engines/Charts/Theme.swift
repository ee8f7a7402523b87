/// A colour: red, green, blue and how much covers what is below, each from 0 to 1.
package struct Color: Sendable, Equatable {
    package let red, green, blue, alpha: Double

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, alpha: Double = 1) {
        self.red = Double(red) / 255
        self.green = Double(green) / 255
        self.blue = Double(blue) / 255
        self.alpha = alpha
    }

    private init(red: Double, green: Double, blue: Double, alpha: Double) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    func faded(to alpha: Double) -> Color { Color(red: red, green: green, blue: blue, alpha: alpha) }
}

package struct Theme: Sendable {
    let background, text, quiet, grid, axis: Color

    package static let light = Theme(
        background: Color(255, 255, 255), text: Color(22, 25, 31), quiet: Color(84, 91, 100), grid: Color(233, 235, 237), axis: Color(170, 183, 184))
    package static let dark = Theme(
        background: Color(15, 27, 42), text: Color(225, 229, 235), quiet: Color(149, 162, 179), grid: Color(36, 51, 70), axis: Color(90, 107, 128))

    /// Ten that can be told apart, on both backgrounds.
    static let palette = [
        Color(31, 119, 180), Color(255, 127, 14), Color(44, 160, 44), Color(214, 39, 40), Color(148, 103, 189), Color(140, 86, 75),
        Color(227, 119, 194), Color(127, 127, 127), Color(188, 189, 34), Color(23, 190, 207),
    ]
}

/// Sizes in pixels.
enum Style {
    static let padding = 14.0
    static let titleSize = 15.0
    static let textSize = 11.0
    static let lineHeight = 17.0
    static let swatch = 10.0
    static let tickGap = 6.0
}

struct Box {
    var x, y, width, height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }
    var middle: (x: Double, y: Double) { (x + width / 2, y + height / 2) }

    func inset(by margin: Double) -> Box {
        Box(x: x + margin, y: y + margin, width: max(1, width - 2 * margin), height: max(1, height - 2 * margin))
    }

    func withoutTop(_ size: Double) -> Box { Box(x: x, y: y + size, width: width, height: max(1, height - size)) }
    func withoutBottom(_ size: Double) -> Box { Box(x: x, y: y, width: width, height: max(1, height - size)) }
    func withoutLeft(_ size: Double) -> Box { Box(x: x + size, y: y, width: max(1, width - size), height: height) }
    func withoutRight(_ size: Double) -> Box { Box(x: x, y: y, width: max(1, width - size), height: height) }
}
