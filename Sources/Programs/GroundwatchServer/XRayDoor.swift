import Platform
import SignalModel
import Synchronization
import XRayAPI

/// The X-Ray daemon's UDP port: SDKs send it one segment a datagram and expect no answer.
///
/// Datagrams wait in a bounded queue; what comes when it is full is dropped and counted, as the daemon does.
final class XRayDoor: Sendable {
    private static let queueMax = 4096

    private let listener: DatagramListener
    private let worker: Task<Void, Never>
    private let continuation: AsyncStream<[UInt8]>.Continuation

    /// - Throws: `SocketError` when the port cannot be had.
    init(
        _ address: ServerConfiguration.Address, segments: SegmentIntake, region: String, time: any TimeSource, log: Log
    ) throws(SocketError) {
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingOldest(Self.queueMax))
        let tenant = Tenant(account: Tenant.openAccount, region: region)
        let log = log.named("xray-udp")
        let limit = LogLimit()
        listener = try DatagramListener(host: address.host, port: address.port) { bytes, peer in
            if case .dropped = continuation.yield(Array(bytes)) {
                log.warning("datagram dropped: too many wait", limit: limit, ["peer": peer])
            }
        }
        self.continuation = continuation
        worker = Task.detached {
            for await datagram in stream {
                let refusal = await segments.store(datagram: datagram, tenant: tenant, now: Timestamp(nanoseconds: time.wallNanoseconds))
                if let refusal { log.warning("datagram not taken", limit: limit, ["why": refusal]) }
            }
        }
    }

    /// Receives no more; what waits is still stored.
    func stop() async {
        listener.stop()
        continuation.finish()
        await worker.value
    }
}
