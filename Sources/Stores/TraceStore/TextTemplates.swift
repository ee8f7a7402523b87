import Bytes
import Columns

/// Ids of the spans that texts belong to, one each.
struct OwnIDs {
    var traceHigh: [UInt64] = []
    var traceLow: [UInt64] = []
    var spans: [UInt64] = []
    var parents: [UInt64] = []
}

/// Texts of few shapes: what stays the same is a template, numbers and ids stand in streams of their own by where they occur.
///
/// `{"id":"53995c3f42cd8ad8","n":17}` is the template `{"id":"⟨hex 16⟩","n":⟨number⟩}`, eight bytes and an integer. A stream holds what
/// comes behind the same characters, so that ids meet ids and times meet times. After an idea of CLP (Rodrigues, Luo, Yuan, OSDI 2021).
/// Everything comes back byte for byte.
///
/// In a template, bytes below 9 are marks: 1 a number (at most 18 digits; zeros before it counted aside), 2 and a length: so many
/// lowercase hexadecimal digits, 3 the trace's id as X-Ray writes it, 4 the span's own id, 5 its parent's, 6 a UUID, 7 the trace's id in
/// 32 digits. Texts that have such bytes themselves are not cut into templates.
struct TextTemplates {
    enum Mark: UInt8 { case number = 1, hex, xrayTrace, span, parent, uuid, trace }

    private static let classesMax = 96
    private static let contextBytes = 12
    static let digitsMax = 18
    private static let hexDigits = 16...128

    /// What stands in one place of templates.
    private struct Class {
        let mark: Mark
        var numbers: [UInt64] = []
        /// Zeros before each number.
        var zeros: [UInt64] = []
        var bytes: [UInt8] = []
    }

    private var index = TextIndex()
    private var codes: [UInt64] = []
    private var classes: [Class] = []
    private var classPlaces: [UInt64: Int] = [:]
    /// Of each template: the class of each mark that has a value.
    private var templateClasses: [[Int]] = []

    /// Nil when the texts have too many shapes for templates to gain.
    init?(_ texts: BytesVector, own: OwnIDs?) {
        let templatesMax = max(16, texts.count / 6)
        codes.reserveCapacity(texts.count)
        let isGood = texts.bytes.withUnsafeBytes { raw in
            var scan = TemplateScan()
            for row in 0..<texts.count {
                let ids = own.map { TemplateScan.Own($0, row) }
                guard scan.read(UnsafeRawBufferPointer(rebasing: raw[texts.range(at: row)]), own: ids) else { return false }
                take(scan)
                guard index.count <= templatesMax else { return false }
            }
            return true
        }
        // Without any value a dictionary or plain bytes are as good.
        guard isGood, !classes.isEmpty else { return nil }
    }

    private mutating func take(_ scan: TemplateScan) {
        let number = scan.template.withUnsafeBytes { index.place(of: $0) }
        codes.append(UInt64(number))
        if number == templateClasses.count { templateClasses.append(scan.values.map { classNumber(of: $0, in: scan.template) }) }
        for (place, value) in zip(templateClasses[number], scan.values) {
            switch value.mark {
            case .number:
                classes[place].numbers.append(value.number)
                classes[place].zeros.append(value.zeros)
            default: classes[place].bytes.append(contentsOf: scan.bytes[value.bytes])
            }
        }
    }

    private mutating func classNumber(of value: TemplateScan.Value, in template: [UInt8]) -> Int {
        let context = template[max(0, value.place - Self.contextBytes)..<value.place]
        let hash = Checksum.xxh3(Array(context), seed: UInt64(value.mark.rawValue))
        if let known = classPlaces[hash] { return known }
        // Past the limit all of one kind share a class.
        let isShared = classes.count >= Self.classesMax
        if isShared, let shared = classPlaces[UInt64(value.mark.rawValue)] { return shared }
        classes.append(Class(mark: value.mark))
        classPlaces[isShared ? UInt64(value.mark.rawValue) : hash] = classes.count - 1
        return classes.count - 1
    }

    func append(to section: inout StreamWriter) {
        section.head.append(varint: UInt64(index.count))
        section.append(plain: index.texts)
        section.append(integers: codes)
        section.head.append(varint: UInt64(classes.count))
        for one in classes {
            section.head.append(uint8: one.mark.rawValue)
            if one.mark == .number {
                section.head.append(varint: UInt64(one.numbers.count))
                section.append(integers: one.numbers)
                section.append(integers: one.zeros)
            } else {
                section.append(one.bytes)
            }
        }
        for places in templateClasses {
            section.head.append(varint: UInt64(places.count))
            for place in places { section.head.append(varint: UInt64(place)) }
        }
    }
}
