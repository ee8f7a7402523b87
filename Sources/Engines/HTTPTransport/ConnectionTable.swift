import Synchronization

/// The other end of a connection.
final class Peer: Sendable {
    struct State {
        /// While true the socket's number is ours; the library closes it afterwards.
        var isOpen = true
        var exchange: Exchange?
        /// Since when no request has been in work; monotonic nanoseconds.
        var quietSince: Int64
        /// The other side has ended its direction, and since when nothing has come of it.
        var ended: (since: Int64, at: Standstill)?
    }

    /// How far the event thread has come with reading.
    struct Standstill: Equatable {
        var exchange: ObjectIdentifier?
        var bytes = 0
    }

    let socket: Int32
    let address: String
    /// "address:port", for logs.
    let name: String
    let state: Mutex<State>

    init(socket: Int32, address: String, port: UInt16, now: Int64) {
        self.socket = socket
        self.address = address
        name = address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]:\(port)" : "\(address):\(port)"
        state = Mutex(State(quietSince: now))
    }
}

/// Who is connected, and who may still come.
struct ConnectionTable {
    enum Verdict { case welcome, full, tooManyOfAddress }

    let connectionsMax: Int
    let connectionsPerAddressMax: Int
    private(set) var peers: [Int32: Peer] = [:]
    private var countOfAddress: [String: Int] = [:]

    init(connectionsMax: Int, connectionsPerAddressMax: Int) {
        self.connectionsMax = connectionsMax
        self.connectionsPerAddressMax = connectionsPerAddressMax
    }

    func verdict(on address: String) -> Verdict {
        guard peers.count < connectionsMax else { return .full }
        return countOfAddress[address, default: 0] < connectionsPerAddressMax ? .welcome : .tooManyOfAddress
    }

    mutating func add(_ peer: Peer) {
        remove(peer.socket)  // a number comes again only when its last owner is gone
        peers[peer.socket] = peer
        countOfAddress[peer.address, default: 0] += 1
    }

    mutating func remove(_ socket: Int32) {
        guard let peer = peers.removeValue(forKey: socket) else { return }
        let count = countOfAddress[peer.address, default: 1] - 1
        countOfAddress[peer.address] = count == 0 ? nil : count
    }
}
