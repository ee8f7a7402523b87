import CHTTP
import Synchronization

// The C side of the event threads. Functions of a library target, so that none inherits an actor.
enum Callbacks {
    static func table() -> gw_http_callbacks {
        gw_http_callbacks(
            opened: { context, socket in
                let server = Unmanaged<ServerState>.fromOpaque(context!).takeUnretainedValue()
                guard let peer = server.state.withLock({ $0.table.peers[socket] }) else { return nil }
                return Unmanaged.passRetained(peer).toOpaque()
            },
            closed: { context, peer in
                guard let peer else { return }
                let owner = Unmanaged<Peer>.fromOpaque(peer).takeRetainedValue()
                owner.state.withLock { $0.isOpen = false }
                let server = Unmanaged<ServerState>.fromOpaque(context!).takeUnretainedValue()
                server.state.withLock { $0.table.remove(owner.socket) }
            },
            began: { context, peer, connection, target in
                guard let context, let peer, let connection, let target else { return nil }
                let exchange = Exchange(
                    server: Unmanaged<ServerState>.fromOpaque(context).takeUnretainedValue(),
                    peer: Unmanaged<Peer>.fromOpaque(peer).takeUnretainedValue(), connection: connection, target: target)
                exchange.begin()
                return Unmanaged.passRetained(exchange).toOpaque()
            },
            stepped: { exchange, method, version, bytes, count in
                guard let exchange, let method, let version, let count else { return false }
                return Unmanaged<Exchange>.fromOpaque(exchange)._withUnsafeGuaranteedRef {
                    $0.step(method: method, version: version, bytes: bytes, count: count)
                }
            },
            ended: { exchange, why in Unmanaged<Exchange>.fromOpaque(exchange!).takeRetainedValue().end(why) })
    }

    static let fill: @convention(c) (UnsafeMutableRawPointer?, UInt64, UnsafeMutablePointer<CChar>?, Int) -> Int = {
        exchange, _, into, max in
        guard let exchange, let into else { return Int(gw_http_broken_body.rawValue) }
        return Unmanaged<Exchange>.fromOpaque(exchange)._withUnsafeGuaranteedRef {
            $0.fill(UnsafeMutableRawBufferPointer(start: into, count: max))
        }
    }
}
