import CPlatform
import Glibc

/// Why a socket call failed.
package struct SocketError: Error, Sendable {
    package enum Code: Sendable, Equatable { case addressInUse, addressInvalid, permission, other(Int32) }

    package let code: Code
    /// "cannot <verb> <address>: <why>"
    package let message: String
}

/// Receives UDP datagrams on a thread of its own.
///
///     let listener = try DatagramListener(host: "127.0.0.1", port: 2000) { bytes, peer in intake.offer(bytes) }
///     …
///     listener.stop()
package final class DatagramListener: Sendable {
    /// Where a datagram came from; text is made only when asked for.
    package struct Peer: Sendable, CustomStringConvertible {
        let address: sockaddr_storage
        let length: socklen_t

        package var description: String { numericText(of: address, length) }
    }

    /// The port bound; what the system chose when 0 was asked for.
    package let port: UInt16
    private let socket: Int32
    /// The two ends of a pipe: a byte in it ends the thread.
    private let stopping: Int32
    private let stopEnd: Int32
    private let thread: WorkerThread

    /// - Parameters:
    ///   - host: a numeric IPv4 or IPv6 address, or a name of this machine such as `localhost`.
    ///   - receive: gets each datagram, up to 65,507 bytes; they are valid during the call. It runs on the listener's thread: while it
    ///     works, the kernel queues what arrives, and drops beyond about 4 MB.
    package init(
        host: String, port: UInt16, receive: @escaping @Sendable (UnsafeRawBufferPointer, Peer) -> Void
    ) throws(SocketError) {
        let socket = try Self.bound(host: host, port: port)
        self.socket = socket
        self.port = Self.portBound(socket)
        var ends: [Int32] = [-1, -1]
        let failure = gw_pipe(&ends)
        guard failure == 0 else {
            close(socket)
            throw SocketError(failure, "listen on", host, port)
        }
        let stopping = ends[0]
        (self.stopping, stopEnd) = (ends[0], ends[1])
        thread = WorkerThread(name: "udp-\(self.port)") { Self.relay(socket, stopping, receive) }
    }

    deinit {
        stop()
        for descriptor in [socket, stopping, stopEnd] { close(descriptor) }
    }

    /// Lets the datagram in work end, then receives no more. Not from within `receive`.
    package func stop() {
        var byte: UInt8 = 0
        _ = uninterrupted { write(stopEnd, &byte, 1) }
        thread.join()
    }

    private static func relay(_ socket: Int32, _ stopping: Int32, _ receive: (UnsafeRawBufferPointer, Peer) -> Void) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { buffer.deallocate() }
        var waiting = [
            pollfd(fd: socket, events: Int16(POLLIN), revents: 0), pollfd(fd: stopping, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            guard uninterrupted({ poll(&waiting, 2, -1) }) > 0 else { return }
            if waiting[1].revents != 0 { return }
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = withUnsafeMutablePointer(to: &address) { storage in
                storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    uninterrupted { recvfrom(socket, buffer.baseAddress!, buffer.count, Int32(MSG_DONTWAIT), generic, &length) }
                }
            }
            // A negative count is an ICMP echo of some earlier packet, or nothing there after all.
            guard count >= 0 else { continue }
            receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]), Peer(address: address, length: length))
        }
    }

    private static func bound(host: String, port: UInt16) throws(SocketError) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, String(port), &hints, &found)
        guard failure == 0, let info = found else {
            throw SocketError(
                code: .addressInvalid, message: "cannot listen on udp \(host):\(port): \(String(cString: gai_strerror(failure)))")
        }
        defer { freeaddrinfo(found) }
        let socket = Glibc.socket(info.pointee.ai_family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw SocketError(errno, "open a socket for", host, port) }
        // Room for a burst while the receiver works; the kernel may grant less.
        var receiveBytes: Int32 = 4 << 20
        setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBytes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(socket, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0 else {
            let failure = errno
            close(socket)
            throw SocketError(failure, "listen on", host, port)
        }
        return socket
    }

    private static func portBound(_ socket: Int32) -> UInt16 {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket, $0, &length) }
            // IPv4 and IPv6 addresses both hold the port, big-endian, after the two bytes of the family.
            return UInt16(bigEndian: UnsafeRawPointer(storage).load(fromByteOffset: 2, as: UInt16.self))
        }
    }
}

extension SocketError {
    fileprivate init(_ number: Int32, _ verb: String, _ host: String, _ port: UInt16) {
        let code: Code =
            switch number {
            case EADDRINUSE: .addressInUse
            case EADDRNOTAVAIL, EAFNOSUPPORT: .addressInvalid
            case EACCES, EPERM: .permission
            default: .other(number)
            }
        self.init(code: code, message: "cannot \(verb) udp \(host):\(port): \(describe(errno: number))")
    }
}

private func numericText(of address: sockaddr_storage, _ length: socklen_t) -> String {
    var address = address
    var host = [CChar](repeating: 0, count: 64)
    var port = [CChar](repeating: 0, count: 8)
    let failure = withUnsafePointer(to: &address) { storage in
        storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            getnameinfo($0, length, &host, 64, &port, 8, Int32(NI_NUMERICHOST | NI_NUMERICSERV))
        }
    }
    guard failure == 0 else { return "unknown" }
    let text = { (bytes: [CChar]) in String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) }
    return "\(text(host)):\(text(port))"
}
