import Glibc
import Platform
import Testing

struct DatagramListenerTests {
    @Test(arguments: ["127.0.0.1", "::1"])
    func `datagrams arrive whole, with their sender`(host: String) throws {
        let received = Monitor<[([UInt8], String)]>([])
        let listener = try DatagramListener(host: host, port: 0) { bytes, peer in
            received.change { $0.append((Array(bytes), peer.description)) }
        }
        send([1, 2, 3], to: host, port: listener.port)
        send([], to: host, port: listener.port)
        send([UInt8](repeating: 7, count: 60_000), to: host, port: listener.port)
        let patience = SystemTime().monotonicNanoseconds + 10_000_000_000
        let all = try #require(received.wait(until: patience) { $0.count == 3 ? $0 : nil })
        #expect(all.map(\.0.count) == [3, 0, 60_000])
        #expect(all[0].1.hasPrefix(host))
        listener.stop()
        listener.stop()
    }

    @Test func `a port that is taken is refused by name`() throws {
        let first = try DatagramListener(host: "127.0.0.1", port: 0) { _, _ in }
        let error = #expect(throws: SocketError.self) {
            try DatagramListener(host: "127.0.0.1", port: first.port) { _, _ in }
        }
        #expect(error?.code == .addressInUse)
        #expect(error?.message == "cannot listen on udp 127.0.0.1:\(first.port): address already in use")
    }

    @Test func `an address that is none is refused`() {
        let error = #expect(throws: SocketError.self) { try DatagramListener(host: "300.1.2.3.4", port: 0) { _, _ in } }
        #expect(error?.code == .addressInvalid)
    }

    private func send(_ bytes: [UInt8], to host: String, port: UInt16) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        getaddrinfo(host, String(port), &hints, &found)
        defer { freeaddrinfo(found) }
        let socket = socket(found!.pointee.ai_family, Int32(SOCK_DGRAM.rawValue), 0)
        sendto(socket, bytes, bytes.count, 0, found!.pointee.ai_addr, found!.pointee.ai_addrlen)
        close(socket)
    }
}
