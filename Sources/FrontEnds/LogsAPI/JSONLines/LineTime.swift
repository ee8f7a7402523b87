import WireFormats

/// The time that a line's member holds.
enum LineTime {
    /// ISO 8601 text, or a number since 1970 whose size tells its unit: seconds below 10^11, then milliseconds, microseconds below
    /// 10^17 and nanoseconds. Seconds may have a fraction.
    static func nanoseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        if let time = ISO8601.nanoseconds(text) { return time < 0 ? nil : time }
        guard let first = text.first, first &- 48 < 10, text.count <= 32 else { return nil }
        let digits = String(decoding: text, as: UTF8.self)
        if let whole = Int64(digits) { return nanoseconds(whole) }
        guard let seconds = Double(digits), seconds < 1e11, digits.utf8.allSatisfy({ $0 &- 48 < 10 || $0 == 0x2e }) else { return nil }
        return EpochTime.nanoseconds(seconds: seconds)
    }

    private static func nanoseconds(_ number: Int64) -> Int64? {
        switch number {
        case ..<100_000_000_000: EpochTime.nanoseconds(seconds: number)
        case ..<100_000_000_000_000: number * 1_000_000
        case ..<100_000_000_000_000_000: number * 1_000
        default: number
        }
    }
}
