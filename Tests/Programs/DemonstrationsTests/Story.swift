import SignalModel
import WireFormats

@testable import Demonstrations

/// A stretch of the ticket sale, told whole.
struct Story {
    /// 2026-01-31T08:00:00Z
    static let start = Timestamp(seconds: 1_769_846_400)

    var newStreams: [Traffic.Stream] = []
    var lines: [Traffic.Line] = []
    var data: [Traffic.Datum] = []
    var documents: [Traffic.Document] = []

    /// Twelve minutes hold three flash sales.
    static let usual = Story(seed: 7, minutes: 12)
    static let usualRecords = Result { try usual.records() }
    static let usualSegments = Result { try usual.segments() }

    init(seed: UInt64, minutes: Int64, stepSeconds: Int64 = 30) {
        let end = Self.start.seconds + minutes * 60
        var sale = TicketSale(seed: seed, start: Self.start, live: Timestamp(seconds: end), speed: 1)
        for second in stride(from: Self.start.seconds + stepSeconds, through: end, by: Int(stepSeconds)) {
            let traffic = sale.step(to: Timestamp(seconds: second))
            newStreams += traffic.newStreams
            lines += traffic.lines
            data += traffic.data
            documents += traffic.documents
        }
    }

    func sum(_ metric: Metric) -> Double {
        data.filter { $0.metric == metric }.flatMap(\.values).reduce(0) { $0 + $1.value * Double($1.count) }
    }

    func values(of metric: Metric) -> [Double] { data.filter { $0.metric == metric }.flatMap { $0.values.map(\.value) } }

    /// The JSON lines, with their fields.
    func records() throws -> [WireDocument] {
        try lines.filter { $0.message.hasPrefix("{") }.map { try WireDocument(json: Array($0.message.utf8)) }
    }

    func segments() throws -> [WireDocument] { try documents.map { try WireDocument(json: JSON.encode($0.value)) } }
}
