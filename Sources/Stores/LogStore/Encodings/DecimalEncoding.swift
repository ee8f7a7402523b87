import Bytes
import Columns

/// Decimal numbers by their mantissas: `[1 B digits behind the point][1 B style][packed integers]`.
///
/// The style is the first that writes every number as it stood; exponents, zeros in front, a minus before zero and more than 53 bits
/// are left to other encodings.
enum DecimalEncoding {
    private static let mantissaMax: Int64 = 1 << 53

    static func append(_ tokens: Tokens, to writer: inout ByteWriter) -> Bool {
        guard tokens.count > 0, let form = form(of: tokens) else { return false }
        var mantissas: [Int64] = []
        mantissas.reserveCapacity(tokens.count)
        for index in 0..<tokens.count {
            guard let mantissa = mantissa(tokens[index], form) else { return false }
            mantissas.append(mantissa)
        }
        writer.append(uint8: ColumnEncoding.decimal.rawValue)
        writer.append(uint8: UInt8(form.digits))
        writer.append(uint8: form.style.rawValue)
        PackedIntegers.append(mantissas, to: &writer)
        return true
    }

    static func read(_ reader: inout ByteReader, countMax: Int) throws(BytesError) -> ColumnValues {
        let digits = Int(try reader.uint8())
        guard digits <= DecimalForm.digitsMax, let style = DecimalForm.Style(rawValue: try reader.uint8()) else {
            throw BytesError(code: .malformed, message: "cannot read decimals: unknown form")
        }
        let mantissas = try PackedIntegers.read(&reader, countMax: countMax)
        guard mantissas.allSatisfy({ $0 > -mantissaMax && $0 < mantissaMax }) else {
            throw BytesError(code: .malformed, message: "cannot read decimals: out of range")
        }
        return .decimal(DecimalVector(mantissas: mantissas, form: DecimalForm(digits: digits, style: style)))
    }

    /// By the most digits of any, whether all have as many, and how whole numbers look.
    private static func form(of tokens: Tokens) -> DecimalForm? {
        var (most, fewest) = (0, Int.max)
        var hasPointedZero = false
        for index in 0..<tokens.count {
            let token = tokens[index]
            guard token.count <= 20 else { return nil }
            let point = token.firstIndex(of: UInt8(ascii: "."))
            let digits = point.map { token.count - 1 - $0 } ?? 0
            most = max(most, digits)
            fewest = min(fewest, digits)
            if digits == 1, token[token.count - 1] == UInt8(ascii: "0") { hasPointedZero = true }
        }
        guard most <= DecimalForm.digitsMax else { return nil }
        if most == fewest { return DecimalForm(digits: most, style: .fixed) }
        return DecimalForm(digits: most, style: hasPointedZero ? .pointed : .trimmed)
    }

    /// Nil when the form would write the number in another way.
    @inline(__always)
    private static func mantissa(_ token: UnsafeBufferPointer<UInt8>, _ form: DecimalForm) -> Int64? {
        var place = 0
        let isNegative = token.first == UInt8(ascii: "-")
        if isNegative { place = 1 }
        var value: Int64 = 0
        let wholeStart = place
        while place < token.count, token[place] &- 48 < 10 {
            value = value &* 10 &+ Int64(token[place] &- 48)
            place &+= 1
            guard value < mantissaMax else { return nil }
        }
        guard place > wholeStart, token[wholeStart] != 48 || place == wholeStart &+ 1 else { return nil }
        var digits = 0
        if place < token.count {
            guard token[place] == UInt8(ascii: ".") else { return nil }
            place &+= 1
            while place < token.count, token[place] &- 48 < 10 {
                value = value &* 10 &+ Int64(token[place] &- 48)
                digits &+= 1
                place &+= 1
                guard value < mantissaMax else { return nil }
            }
            guard place == token.count, digits > 0 else { return nil }
        }
        guard isSpelled(token, digits, form) else { return nil }
        for _ in digits..<form.digits {
            value = value &* 10
            guard value < mantissaMax else { return nil }
        }
        guard !isNegative || value > 0 else { return nil }
        return isNegative ? -value : value
    }

    @inline(__always)
    private static func isSpelled(_ token: UnsafeBufferPointer<UInt8>, _ digits: Int, _ form: DecimalForm) -> Bool {
        switch form.style {
        case .fixed: digits == form.digits
        case .trimmed: digits == 0 || token[token.count &- 1] != 48
        case .pointed: digits > 0 && (digits == 1 || token[token.count &- 1] != 48)
        }
    }
}
