package import AWSProtocol
package import Platform
package import SignalModel
package import WireFormats

/// `/api/ui/v1/live`: one event stream a tab, and what the tab wants to hear on it. `Documentation/ConsoleAPI.md`.
package struct LiveAPI: Sendable {
    private static let path = "/api/ui/v1/live"

    private let hub: LiveHub
    private let directory: any LogDirectory
    private let authentication: any CallerAuthentication
    private let region: String
    private let time: any TimeSource

    /// - Parameter authentication: asked again now and then, as long as a stream runs.
    package init(
        hub: LiveHub, directory: any LogDirectory, authentication: any CallerAuthentication, region: String, time: any TimeSource
    ) {
        self.hub = hub
        self.directory = directory
        self.authentication = authentication
        self.region = region
        self.time = time
    }

    /// - Parameter caller: who was let in with this request.
    /// - Returns: nil when the path is another's.
    package func answer(_ head: HTTPRequestHead, body: [UInt8], caller: Caller) async -> HTTPResponse? {
        if head.path == Self.path {
            guard head.method == "GET" else { return ConsoleAnswer.error(405, "MethodNotAllowed", "The stream is read by GET.") }
            return stream(head, caller)
        }
        guard head.path.hasPrefix(Self.path + "/") else { return nil }
        guard head.method == "POST" else { return ConsoleAnswer.error(405, "MethodNotAllowed", "Subscriptions are set by POST.") }
        return await subscribe(String(head.path.dropFirst(Self.path.count + 1)), head, body, caller)
    }

    // MARK: The stream

    private func stream(_ head: HTTPRequestHead, _ caller: Caller) -> HTTPResponse {
        let (hub, time, authentication) = (hub, time, authentication)
        let (name, tenant) = (Self.name(caller, head), tenant(head, caller))
        let isWelcome: @Sendable () -> Bool = {
            let now = Timestamp(nanoseconds: time.wallNanoseconds)
            do throws(AccessFault) { return try authentication.caller(of: head, body: [], subject: nil, now: now) == caller } catch {
                return false
            }
        }
        let resumed = hub.resume(head.headers["Last-Event-ID"], caller: name, tenant: tenant, isWelcome: isWelcome)
        guard let line = resumed ?? hub.admit(caller: name, tenant: tenant, isWelcome: isWelcome) else {
            var refusal = ConsoleAnswer.error(429, "TooManyStreams", "Too many tabs follow new data already.")
            refusal.headers.set("Retry-After", "30")
            return refusal
        }
        // With an id of its own, so that a client that hears nothing more can come back as well.
        let place = resumed == nil ? Array("id: \(line.client.id)-0\n".utf8) : []
        let hello = place + LiveFrame.event(
            "hello",
            .members(
                ("stream", .text(line.client.id)), ("at", .integer(time.wallNanoseconds / 1_000_000)),
                ("heartbeatSeconds", .integer(Limits.heartbeatSeconds)), ("isResumed", resumed == nil ? nil : true)))
        return HTTPResponse(
            status: 200,
            // The last is for proxies that would gather bytes.
            headers: ["Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"],
            body: .stream { writer in
                await Self.write(hello, then: line, to: writer, time)
                hub.dismiss(line)
            })
    }

    /// Until the client leaves, or the stream is closed from here.
    private static func write(
        _ hello: [UInt8], then line: LiveLine, to writer: any HTTPBodyWriter, _ time: any TimeSource
    ) async {
        guard await writer.write(hello) else { return }
        for await _ in line.wakes {
            while let bytes = line.take(now: time.monotonicNanoseconds) {
                guard await writer.write(bytes) else { return }
            }
        }
        // What was put before the end.
        if let bytes = line.take(now: time.monotonicNanoseconds) { _ = await writer.write(bytes) }
    }

    /// The caller's own; where nobody is asked, the account that the page names.
    private func tenant(_ head: HTTPRequestHead, _ caller: Caller) -> Tenant {
        func named(_ name: String, where isGood: (String) -> Bool) -> String? {
            head.queryItems?.first { $0.name == name }.flatMap { isGood($0.value) ? $0.value : nil }
        }
        return Tenant(
            account: caller.account ?? named("account", where: { Tenant.isAccountNumber($0) }) ?? Tenant.openAccount,
            region: caller.region ?? named("region", where: CredentialScope.isName) ?? region)
    }

    private static func name(_ caller: Caller, _ head: HTTPRequestHead) -> String {
        caller.name.isEmpty ? SessionAPI.address(head) : caller.name
    }

    // MARK: Subscriptions

    /// All that the stream is to carry from now on; what it carried before and is not named ends.
    private func subscribe(_ id: String, _ head: HTTPRequestHead, _ body: [UInt8], _ caller: Caller) async -> HTTPResponse {
        guard let client = hub.client(id), client.caller == Self.name(caller, head) else {
            return ConsoleAnswer.error(404, "NoSuchStream", "This stream has ended; begin a new one.")
        }
        do {
            let (subscriptions, unknown) = try await subscriptions(try ConsoleAnswer.object(head, body), client.tenant)
            hub.set(subscriptions, of: client)
            return ConsoleAnswer.value(["subscriptions": .texts(subscriptions.map(\.id)), "unknownGroups": .texts(unknown)])
        } catch let refusal as ConsoleAnswer.Refusal {
            return refusal.response
        } catch let mistake as LiveMistake {
            return ConsoleAnswer.error(400, "InvalidRequest", mistake.message)
        } catch {
            return ConsoleAnswer.error(503, "Unavailable", "The subscriptions cannot be set now.")
        }
    }

    private func subscriptions(_ input: WireNode, _ tenant: Tenant) async throws -> ([LiveSubscription], unknownGroups: [String]) {
        guard let list = input["subscriptions"], list.kind == .list, list.childCount <= Limits.subscriptionsMax else {
            throw LiveMistake("the body must have a list \"subscriptions\" of at most \(Limits.subscriptionsMax)")
        }
        var found: [LiveSubscription] = []
        var unknown: [String] = []
        for node in list.children {
            let request = try LiveRequest(node)
            guard !found.contains(where: { $0.id == request.id }) else { throw LiveMistake("two subscriptions are called \(request.id)") }
            let made = try await request.subscription(of: tenant, directory: directory)
            found.append(made.subscription)
            unknown += made.unknownGroups
        }
        return (found, unknown)
    }
}
