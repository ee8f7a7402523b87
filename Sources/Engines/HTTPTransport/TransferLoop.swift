import CCurl
import Synchronization
import WireFormats

/// The client's thread: takes new transfers and cancellations from a list, lets libcurl work, sleeps till there is more.
final class TransferLoop: Sendable {
    private struct State {
        var new: [Transfer] = []
        var cancelled: [Transfer] = []
        var transfersOpen = 0
        var isClosing = false
        var isClosed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// The library's timers and sockets cut the sleep short; this only bounds it.
    private static let sleepMilliseconds: Int32 = 10_000

    private let configuration: HTTPClient.Configuration
    private let mayConnect: HTTPClient.MayConnect
    /// Waking is allowed from every thread until it is freed; everything else is the thread's own.
    nonisolated(unsafe) private let loop: OpaquePointer
    private let state = Mutex(State())

    init(_ configuration: HTTPClient.Configuration, _ mayConnect: @escaping HTTPClient.MayConnect) throws(HTTPTransportError) {
        guard let loop = gw_curl_loop_make(configuration.connectionsMax) else {
            throw HTTPTransportError(code: .resources, message: "cannot start the HTTP client: out of memory")
        }
        self.configuration = configuration
        self.mayConnect = mayConnect
        self.loop = loop
    }

    func add(_ transfer: Transfer) {
        let refusal: (HTTPTransportError.Code, String)? = state.withLock { state in
            if state.isClosing { return (.closed, "the client is closed") }
            // Asked under the lock: a cancellation after this comes to the list after the transfer.
            if Task.isCancelled { return (.cancelled, "the task was cancelled") }
            if state.transfersOpen >= configuration.requestsMax { return (.resources, "\(state.transfersOpen) requests are under way") }
            state.transfersOpen += 1
            state.new.append(transfer)
            gw_curl_wake(loop)
            return nil
        }
        if let (code, why) = refusal { transfer.end(code, why) }
    }

    func cancel(_ transfer: Transfer) {
        state.withLock { state in
            guard !state.isClosing else { return }
            state.cancelled.append(transfer)
            gw_curl_wake(loop)
        }
    }

    /// Resumes `waiter` when the thread is done.
    func close(_ waiter: CheckedContinuation<Void, Never>?) {
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            state.isClosing = true
            if let waiter { state.waiters.append(waiter) }
            gw_curl_wake(loop)
            return false
        }
        if isClosed { waiter?.resume() }
    }

    // MARK: On the thread

    func run() {
        let running = RunningTransfers(loop: loop, mayConnect: mayConnect)
        while true {
            let (new, cancelled, isClosing) = state.withLock { state in
                defer { (state.new, state.cancelled) = ([], []) }
                return (state.new, state.cancelled, state.isClosing)
            }
            for transfer in new { running.start(transfer) }
            for transfer in cancelled { running.abandon(transfer, .cancelled, "the task was cancelled") }
            if isClosing { break }
            gw_curl_run(loop, Self.sleepMilliseconds)
            state.withLock { $0.transfersOpen = $0.new.count + running.count }
        }
        running.abandonAll(.closed, "the client is closed")
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.waiters
        }
        gw_curl_loop_free(loop)
        for waiter in waiters { waiter.resume() }
    }
}

/// What libcurl works on, on the loop's thread only.
private final class RunningTransfers {
    /// What the callbacks of one transfer get.
    final class Entry {
        let transfer: Transfer
        unowned let owner: RunningTransfers
        var handle: OpaquePointer?

        init(_ transfer: Transfer, _ owner: RunningTransfers) {
            self.transfer = transfer
            self.owner = owner
        }
    }

    private let loop: OpaquePointer
    private let mayConnect: HTTPClient.MayConnect
    private var entries: [ObjectIdentifier: Entry] = [:]

    init(loop: OpaquePointer, mayConnect: @escaping HTTPClient.MayConnect) {
        self.loop = loop
        self.mayConnect = mayConnect
    }

    var count: Int { entries.count }

    func start(_ transfer: Transfer) {
        let entry = Entry(transfer, self)
        var outcome = gw_curl_done
        entry.handle = transfer.request.withShimRequest { request in
            withUnsafePointer(to: Self.callbacks()) { callbacks in
                gw_curl_start(loop, request, callbacks, Unmanaged.passUnretained(entry).toOpaque(), &outcome)
            }
        }
        if entry.handle == nil { transfer.end(outcome, "the URL cannot be used") } else { entries[ObjectIdentifier(transfer)] = entry }
    }

    /// Nothing when it has ended by itself.
    func abandon(_ transfer: Transfer, _ code: HTTPTransportError.Code, _ why: String) {
        guard let entry = entries.removeValue(forKey: ObjectIdentifier(transfer)), let handle = entry.handle else { return }
        gw_curl_abandon(loop, handle)
        transfer.end(code, why)
    }

    func abandonAll(_ code: HTTPTransportError.Code, _ why: String) {
        for entry in Array(entries.values) { abandon(entry.transfer, code, why) }
    }

    private static func callbacks() -> gw_curl_callbacks {
        gw_curl_callbacks(
            may_connect: { context, address, count, port in
                let entry = RunningTransfers.entry(context)
                let target = NetworkAddress(bytes: UnsafeBufferPointer(start: address, count: count), port: port)
                if entry.owner.mayConnect(target) { return true }
                entry.transfer.refused(target)
                return false
            },
            line: { RunningTransfers.entry($0).transfer.take(line: UnsafeRawBufferPointer(start: $1, count: $2)) },
            body: { RunningTransfers.entry($0).transfer.take(body: UnsafeRawBufferPointer(start: $1, count: $2)) },
            ended: { context, outcome, why in
                let entry = RunningTransfers.entry(context)
                entry.owner.entries[ObjectIdentifier(entry.transfer)] = nil
                entry.transfer.end(outcome, why.map { String(cString: $0) } ?? "")
            })
    }

    private static func entry(_ context: UnsafeMutableRawPointer?) -> Entry {
        Unmanaged<Entry>.fromOpaque(context!).takeUnretainedValue()
    }
}

extension HTTPClientRequest {
    /// The request as the shim wants it, for the length of `body`.
    fileprivate func withShimRequest<Result>(_ body: (UnsafePointer<gw_curl_request>) -> Result) -> Result {
        // An empty value has a form of its own; a body without a stated type must not be called a form.
        var lines = headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        let sendsBody = self.body != nil || ["POST", "PUT", "PATCH"].contains(method)
        if sendsBody, headers["Content-Type"] == nil { lines.append("Content-Type:") }
        return url.withCString { url in
            method.withCString { method in
                lines.joined(separator: "\n").withCString { fields in
                    (self.body ?? []).withUnsafeBytes { bytes in
                        let request = gw_curl_request(
                            url: url, method: method, fields: fields, has_body: sendsBody, is_head: self.method == "HEAD",
                            body: bytes.baseAddress, body_bytes: bytes.count,
                            connect_milliseconds: Self.milliseconds(connectSecondsMax),
                            total_milliseconds: Self.milliseconds(totalSecondsMax))
                        return withUnsafePointer(to: request, body)
                    }
                }
            }
        }
    }

    /// libcurl takes 0 for its own default, which is longer than anyone means.
    private static func milliseconds(_ seconds: Double) -> Int { Int(min(max(seconds * 1_000, 1), 86_400_000)) }
}
