/// Kinds of characters that a text has. What a column does not have, nothing in it can.
struct CharacterClasses: OptionSet {
    let rawValue: UInt8

    static let digits = CharacterClasses(rawValue: 1)
    static let hexadecimals = CharacterClasses(rawValue: 2)     // a to f
    static let letters = CharacterClasses(rawValue: 4)          // g to z
    static let capitals = CharacterClasses(rawValue: 8)
    static let blanks = CharacterClasses(rawValue: 16)
    static let dashes = CharacterClasses(rawValue: 32)          // - . :
    static let signs = CharacterClasses(rawValue: 64)           // other ASCII
    static let others = CharacterClasses(rawValue: 128)         // beyond ASCII, control characters

    private static let ofByte: [UInt8] = (0...255).map { byte in
        switch UInt8(byte) {
        case 48...57: digits.rawValue
        case 97...102: hexadecimals.rawValue
        case 103...122: letters.rawValue
        case 65...90: capitals.rawValue
        case 32: blanks.rawValue
        case 45, 46, 58: dashes.rawValue
        case 0..<32, 127...: others.rawValue
        default: signs.rawValue
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    @inline(__always)
    init(of text: UnsafeBufferPointer<UInt8>) {
        var seen: UInt8 = 0
        Self.ofByte.withUnsafeBufferPointer { classes in
            for byte in text { seen |= classes[Int(byte)] }
        }
        rawValue = seen
    }

    init(of text: [UInt8]) {
        self = text.withUnsafeBufferPointer { CharacterClasses(of: $0) }
    }

    init(of byte: UInt8) { rawValue = Self.ofByte[Int(byte)] }
}
