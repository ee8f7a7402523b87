import Bytes
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import PrometheusAPI

/// Write requests, damaged inside and outside their compression: stored, or refused with a status that tells the sender not to repeat it.
struct RemoteWriteFuzzTests {
    @Test(arguments: fuzzSeeds(3)) func `a damaged request is answered 204 or 4xx`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let store = ModelStore()
        let api = PrometheusAPI(
            writer: store, committer: store, memory: MemoryBudget(name: "ingest", bytesMax: 1 << 30),
            random: RandomSource(SeededRandom(seed: seed)), region: "us-east-1", log: Log(component: "test", write: { _ in }))
        for round in 0..<120 {
            let message = ProtobufBytes.message { message in
                for series in 0..<Int.random(in: 1...4, using: &random) {
                    message.series(
                        [("__name__", "up"), ("instance", "i\(series)")],
                        (0..<3).map { (Double($0), Int64(round * 1000 + $0)) })
                    guard random.oneIn(2) else { continue }
                    message.field(1) {
                        $0.label("__name__", "histogram")
                        $0.field(4) {
                            $0.field(1, varint: 7)
                            $0.field(3, bits: (2.5).bitPattern)
                            $0.field(4, varint: 6)
                            $0.field(12, [2, 4, 1])
                            $0.field(15, varint: UInt64(round * 1000))
                        }
                        $0.field(3) { $0.label("trace_id", "0102") }
                        $0.label("instance", "behind a sample")
                    }
                    message.field(3) { $0.field(2, Array("histogram".utf8)) }
                }
            }
            var body = message
            if random.oneIn(2) { body.mutate(using: &random) }
            body = Snappy.compress(body)
            if random.oneIn(2) { body.mutate(using: &random) }
            let headers: HTTPHeaders = ["Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"]
            let head = HTTPRequestHead(method: "POST", path: "/api/v1/write", headers: headers)
            let status = try #require(await api.answer(head, body: body)).status
            #expect(status == 204 || (400..<500).contains(status), "seed \(seed), round \(round): \(status)")
        }
    }
}
