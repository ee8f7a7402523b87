// Runs of whole numbers in few bytes: what is the same or goes in equal steps costs nothing a value, and the rest as many bits as the
// usual difference needs. After Lemire and Boytsov 2015 (frame of reference with patched exceptions); differences of first and second
// order as in Facebook's Gorilla, Pelkonen et al. 2015.
//
//     [1 B form]                                    then by form:
//     0 constant      [zigzag value]
//     1 steps         [zigzag first][zigzag step]
//     2 + order       [order × zigzag: first values] frames of up to 1,024 residuals     order 0, 1, 2: values, differences, their differences
//     8 + order       [order × zigzag: first values][zigzag base][1 B planes] then each plane `PackedBytes`: byte k of every residual - base
//
//     frame: [1 B width + 128 when residuals are zigzag][zigzag base unless zigzag][varint exceptions][bits]
//            then each exception [varint place - previous place][varint bits above width]
//
// How many there are stands beside. Arithmetic wraps, so every Int64 comes back. `PackedIntegersTests` holds golden bytes.

package enum PackedIntegers {
    static let frameMax = 1024
    /// Shorter runs gain nothing from entropy coding that pays for its tables.
    private static let planesMin = 192

    private enum Form {
        static let constant: UInt8 = 0
        static let steps: UInt8 = 1
        static let frames: UInt8 = 2
        static let planes: UInt8 = 8
    }

    /// - Complexity: O(n), some 20 ns a value.
    package static func append(_ values: UnsafeBufferPointer<Int64>, to writer: inout ByteWriter) {
        guard let first = values.first else { return }
        if let step = onlyStep(values) {
            writer.append(uint8: step == 0 ? Form.constant : Form.steps)
            writer.append(zigzag: first)
            if step != 0 { writer.append(zigzag: step) }
            return
        }
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: values.count) { residuals in
            let order = bestOrder(values, residuals)
            let count = fill(residuals, with: values, order: order)
            let residuals = UnsafeBufferPointer(rebasing: residuals[..<count])
            let start = writer.count
            writer.append(uint8: Form.frames + UInt8(order))
            for index in 0..<order { writer.append(zigzag: values[index]) }
            let body = writer.count
            for frame in frames(of: residuals) { appendFrame(frame, to: &writer) }
            guard count >= planesMin, let planes = planes(of: residuals, ifBelow: (writer.count - body) * 15 / 16) else { return }
            writer.truncate(to: body)
            writer.overwrite(uint8: Form.planes + UInt8(order), at: start)
            writer.append(bytes: planes)
        }
    }

    /// Fills `target` exactly.
    /// - Complexity: O(n), 1 to 3 ns a value.
    package static func read(_ reader: inout ByteReader, into target: UnsafeMutableBufferPointer<Int64>) throws(BytesError) {
        guard !target.isEmpty else { return }
        let form = try reader.uint8()
        switch form {
        case Form.constant: target.update(repeating: try reader.zigzag())
        case Form.steps:
            var value = try reader.zigzag()
            let step = try reader.zigzag()
            for index in target.indices {
                target[index] = value
                value &+= step
            }
        case Form.frames...Form.frames + 2: try readResiduals(&reader, order: Int(form - Form.frames), areFrames: true, into: target)
        case Form.planes...Form.planes + 2: try readResiduals(&reader, order: Int(form - Form.planes), areFrames: false, into: target)
        default: throw BytesError(code: .malformed, message: "cannot read packed integers: unknown form \(form)")
        }
    }

    // MARK: differences

    /// The step from each value to the next, when it is always the same.
    private static func onlyStep(_ values: UnsafeBufferPointer<Int64>) -> Int64? {
        guard values.count > 1 else { return 0 }
        let step = values[1] &- values[0]
        for index in 1..<values.count where values[index] &- values[index - 1] != step { return nil }
        return step
    }

    /// Whether values, differences or differences of these take the fewest bits.
    private static func bestOrder(_ values: UnsafeBufferPointer<Int64>, _ scratch: UnsafeMutableBufferPointer<Int64>) -> Int {
        var best = (order: 0, bits: Int.max)
        for order in 0...min(2, values.count - 1) {
            let count = fill(scratch, with: values, order: order)
            let bits = frames(of: UnsafeBufferPointer(rebasing: scratch[..<count])).reduce(order * 16) { $0 + Fitting($1).bits }
            if bits < best.bits { best = (order, bits) }
        }
        return best.order
    }

    private static func frames(of residuals: UnsafeBufferPointer<Int64>) -> [UnsafeBufferPointer<Int64>] {
        stride(from: 0, to: residuals.count, by: frameMax).map { UnsafeBufferPointer(rebasing: residuals[$0..<min($0 + frameMax, residuals.count)]) }
    }

    @inline(__always) private static func bitLength(_ value: Int64) -> Int { 64 &- zigzag(value).leadingZeroBitCount }
    @inline(__always) private static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)) }
    @inline(__always) private static func unzigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value &>> 1) ^ (0 &- Int64(bitPattern: value & 1))
    }

    private static func fill(_ residuals: UnsafeMutableBufferPointer<Int64>, with values: UnsafeBufferPointer<Int64>, order: Int) -> Int {
        switch order {
        case 0: for index in values.indices { residuals[index] = values[index] }
        case 1: for index in 1..<values.count { residuals[index - 1] = values[index] &- values[index - 1] }
        default:
            for index in 2..<max(2, values.count) {
                residuals[index - 2] = values[index] &- values[index - 1] &- (values[index - 1] &- values[index - 2])
            }
        }
        return values.count - order
    }

    private static func readResiduals(
        _ reader: inout ByteReader, order: Int, areFrames: Bool, into target: UnsafeMutableBufferPointer<Int64>
    ) throws(BytesError) {
        guard order <= target.count else { throw BytesError(code: .malformed, message: "cannot read packed integers: too few of them") }
        for index in 0..<order { target[index] = try reader.zigzag() }
        let rest = UnsafeMutableBufferPointer(rebasing: target[order...])
        if areFrames {
            for frame in stride(from: 0, to: rest.count, by: frameMax) {
                try readFrame(&reader, into: UnsafeMutableBufferPointer(rebasing: rest[frame..<min(frame + frameMax, rest.count)]))
            }
        } else {
            try readPlanes(&reader, into: rest)
        }
        guard order > 0, !rest.isEmpty else { return }
        var value = target[order - 1]
        if order == 1 {
            for index in 1..<target.count {
                value &+= target[index]
                target[index] = value
            }
        } else {
            var step = value &- target[0]
            for index in 2..<target.count {
                step &+= target[index]
                value &+= step
                target[index] = value
            }
        }
    }

    // MARK: frames

    /// How a frame is written best.
    private struct Fitting {
        /// Subtracted from each residual; nil: they are zigzag instead.
        var base: Int64?
        var width = 64
        var bits = Int.max

        init(_ residuals: UnsafeBufferPointer<Int64>) {
            var (smallest, smallestPositive) = (Int64.max, Int64.max)
            for residual in residuals {
                smallest = min(smallest, residual)
                if residual >= 0 { smallestPositive = min(smallestPositive, residual) }
            }
            take(nil, 8, bestWidth(residuals, zigzag))
            take(smallest, 16 + bitLength(smallest), bestWidth(residuals) { UInt64(bitPattern: $0 &- smallest) })
            guard smallest < 0, smallestPositive < .max else { return }
            // A counter's resets are the only steps down: they wrap around, to be exceptions.
            let base = smallestPositive
            take(base, 16 + bitLength(base), bestWidth(residuals) { UInt64(bitPattern: $0 &- base) })
        }

        private mutating func take(_ base: Int64?, _ head: Int, _ fit: (width: Int, bits: Int)) {
            guard fit.bits + head < bits else { return }
            (self.base, width, bits) = (base, fit.width, fit.bits + head)
        }
    }

    private static func appendFrame(_ residuals: UnsafeBufferPointer<Int64>, to writer: inout ByteWriter) {
        let fitting = Fitting(residuals)
        let width = fitting.width
        writer.append(uint8: UInt8(width) | (fitting.base == nil ? 128 : 0))
        if let base = fitting.base { writer.append(zigzag: base) }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: residuals.count) { whole in
            if let base = fitting.base {
                for index in residuals.indices { whole[index] = UInt64(bitPattern: residuals[index] &- base) }
            } else {
                for index in residuals.indices { whole[index] = zigzag(residuals[index]) }
            }
            let whole = UnsafeBufferPointer(whole)
            let exceptions = width == 64 ? [] : whole.indices.filter { whole[$0] &>> UInt64(width) != 0 }
            writer.append(varint: UInt64(exceptions.count))
            appendBits(whole, width: width, to: &writer)
            var last = 0
            for place in exceptions {
                writer.append(varint: UInt64(place - last))
                writer.append(varint: whole[place] &>> UInt64(width))
                last = place
            }
        }
    }

    /// How many bits a value should have, so that those that need more, written apart, cost least.
    @inline(__always) private static func bestWidth(
        _ values: UnsafeBufferPointer<Int64>, _ whole: (Int64) -> UInt64
    ) -> (width: Int, bits: Int) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 65) { counts in
            counts.initialize(repeating: 0)
            for value in values { counts[64 &- whole(value).leadingZeroBitCount] &+= 1 }
            var best = (width: 64, bits: values.count * 64)
            var (exceptions, exceptionBits) = (0, 0)
            for width in stride(from: 63, through: 0, by: -1) {
                // An exception's place, and a byte for every seven bits above the width.
                exceptions += counts[width + 1]
                exceptionBits += counts[width + 1] * 16 + exceptions * 8 / 7
                let bits = values.count * width + exceptionBits
                if bits < best.bits { best = (width, bits) }
                if exceptionBits >= best.bits { break }
            }
            return best
        }
    }

    private static func appendBits(_ whole: UnsafeBufferPointer<UInt64>, width: Int, to writer: inout ByteWriter) {
        guard width > 0 else { return }
        let mask: UInt64 = width == 64 ? .max : (1 &<< UInt64(width)) &- 1
        var (pending, filled): (UInt64, Int) = (0, 0)
        for value in whole {
            let value = value & mask
            pending |= value &<< UInt64(filled)
            if filled &+ width >= 64 {
                writer.append(uint64: pending)
                let used = 64 &- filled
                pending = used == 64 ? 0 : value &>> UInt64(used)
                filled = filled &+ width &- 64
            } else {
                filled &+= width
            }
        }
        while filled > 0 {
            writer.append(uint8: UInt8(truncatingIfNeeded: pending))
            pending &>>= 8
            filled -= 8
        }
    }

    private static func readFrame(_ reader: inout ByteReader, into target: UnsafeMutableBufferPointer<Int64>) throws(BytesError) {
        let head = try reader.uint8()
        let (width, isZigzag) = (Int(head & 127), head >= 128)
        guard width <= 64 else { throw BytesError(code: .malformed, message: "cannot read packed integers: \(width) bits") }
        let base = isZigzag ? 0 : try reader.zigzag()
        let exceptions = try reader.count(ofAtLeast: 2)
        let bits = try reader.bytes((target.count * width + 7) / 8)
        unpack(bits, width: width, into: target)
        var place = 0
        for _ in 0..<exceptions {
            let step = try reader.varint()
            guard step < UInt64(target.count - place) else { throw BytesError(code: .malformed, message: "cannot read packed integers: an exception lies outside") }
            place += Int(step)
            let above = try reader.varint()
            guard width < 64 else { throw BytesError(code: .malformed, message: "cannot read packed integers: an exception to 64 bits") }
            target[place] |= Int64(bitPattern: above &<< UInt64(width))
        }
        if isZigzag {
            for index in target.indices { target[index] = unzigzag(UInt64(bitPattern: target[index])) }
        } else if base != 0 {
            for index in target.indices { target[index] &+= base }
        }
    }

    /// - Precondition: `bits` holds as many as `target` needs.
    private static func unpack(_ bits: UnsafeRawBufferPointer, width: Int, into target: UnsafeMutableBufferPointer<Int64>) {
        guard width > 0, let base = bits.baseAddress else { return target.update(repeating: 0) }
        let mask: UInt64 = width == 64 ? .max : (1 &<< UInt64(width)) &- 1
        var index = 0
        var bit = 0
        // Eight bytes from where a value begins hold all of it up to 57 bits.
        let fast = width > 57 || bits.count < 8 ? 0 : min(target.count, (bits.count - 8) * 8 / width + 1)
        while index < fast {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self))
            target[index] = Int64(bitPattern: (word &>> UInt64(bit & 7)) & mask)
            bit &+= width
            index &+= 1
        }
        while index < target.count {
            var (value, got, at) = (UInt64(0), 0, bit)
            while got < width {
                let take = min(8 - at & 7, width - got)
                let byte = UInt64(bits[at >> 3]) >> UInt64(at & 7)
                value |= (byte & ((1 << UInt64(take)) - 1)) << UInt64(got)
                got += take
                at += take
            }
            target[index] = Int64(bitPattern: value)
            bit += width
            index += 1
        }
    }

    // MARK: planes

    private static func planes(of residuals: UnsafeBufferPointer<Int64>, ifBelow bytesMax: Int) -> [UInt8]? {
        guard let base = residuals.min(), let highest = residuals.max() else { return nil }
        let range = UInt64(bitPattern: highest &- base)
        let count = (64 - range.leadingZeroBitCount + 7) / 8
        var writer = ByteWriter(capacity: bytesMax + 64)
        writer.append(zigzag: base)
        writer.append(uint8: UInt8(count))
        for plane in 0..<count {
            withUnsafeTemporaryAllocation(byteCount: residuals.count, alignment: 1) { bytes in
                let shift = UInt64(plane * 8)
                for index in residuals.indices {
                    bytes[index] = UInt8(truncatingIfNeeded: UInt64(bitPattern: residuals[index] &- base) &>> shift)
                }
                PackedBytes.append(UnsafeRawBufferPointer(bytes), to: &writer)
            }
            if writer.count >= bytesMax { return nil }
        }
        return writer.bytes
    }

    private static func readPlanes(_ reader: inout ByteReader, into target: UnsafeMutableBufferPointer<Int64>) throws(BytesError) {
        let base = try reader.zigzag()
        let count = Int(try reader.uint8())
        guard (1...8).contains(count) else { throw BytesError(code: .malformed, message: "cannot read packed integers: \(count) planes") }
        for plane in 0..<count {
            let bytes = try PackedBytes.read(&reader, count: target.count)
            let shift = UInt64(plane * 8)
            bytes.withUnsafeBytes { bytes in
                if plane == 0 {
                    for index in target.indices { target[index] = Int64(truncatingIfNeeded: bytes[index]) }
                } else {
                    for index in target.indices { target[index] |= Int64(bitPattern: UInt64(bytes[index]) &<< shift) }
                }
            }
        }
        for index in target.indices { target[index] &+= base }
    }
}

/// Bytes of a known number, through zstd where that gains: `[varint packed bytes, 0 when they follow as they are][bytes]`.
package enum PackedBytes {
    package static func append(_ bytes: UnsafeRawBufferPointer, to writer: inout ByteWriter) {
        let packed = bytes.count < 64 ? [] : Zstd.compress(bytes)
        guard !packed.isEmpty, packed.count < bytes.count else {
            writer.append(varint: 0)
            return writer.append(bytes: bytes)
        }
        writer.append(varint: UInt64(packed.count))
        writer.append(bytes: packed)
    }

    package static func read(_ reader: inout ByteReader, count: Int) throws(BytesError) -> [UInt8] {
        let packed = try reader.count()
        guard packed > 0 else { return Array(try reader.bytes(count)) }
        return try Zstd.decompress(try reader.bytes(packed), exactly: count)
    }
}
