import SignalModel
import WireFormats

/// A request as it reaches the API behind the content network.
struct APIRequest: Sendable {
    let method: String
    let route: String
    let path: String
    let received: Timestamp
    let client: String
    let userAgent: String

    /// What the log lines of the function that answers say about it.
    var fields: [(String, WireValue)] { [("method", .text(method)), ("route", .text(route)), ("path", .text(path))] }
}

extension TicketSale {
    private static let userAgents = [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/138.0 Safari/537.36",
    ]

    mutating func request(_ method: String, _ route: String, path: String? = nil, at time: Timestamp) -> APIRequest {
        APIRequest(
            method: method, route: route, path: path ?? route, received: time, client: "203.0.113.\(chance.integer(in: 1...254))",
            userAgent: chance.choice(Self.userAgents))
    }

    mutating func visit(at time: Timestamp) {
        conversion.visit(at: time)
        switch demand.visit(at: time, &chance) {
        case .browse: browse(at: time)
        case .checkout: checkOut(at: time)
        case .orderStatus:
            guard let order = recentOrders.randomElement(using: &chance) else { return browse(at: time) }
            lookUp(order.id, correlation: order.correlation, at: time)
        case .message: postMessage(at: time)
        }
    }

    /// Pages come from the gateway's cache, without a function.
    private mutating func browse(at time: Timestamp) {
        let status = chance.happens(0.004) ? 404 : 200
        let slower = 1 + demand.pressure(at: time)
        count(status, from: time, to: time.after(milliseconds: slower * chance.duration(median: 14, spread: 0.5)))
    }

    /// The gateway lets a function answer.
    /// - Parameter handler: gives the status of the answer.
    /// - Returns: the status and when the client had it.
    @discardableResult
    mutating func serve(
        _ request: APIRequest, by function: LambdaFunction, in trace: inout Trace, fields: [(String, WireValue)],
        handler: (inout TicketSale, inout Invocation) -> Int
    ) -> (status: Int, end: Timestamp) {
        let invoked = request.received.after(milliseconds: chance.number(in: 2...6))
        var integration = Segment(id: newSpan(), "Lambda", from: invoked, to: invoked, namespace: "aws")
        var status = 429
        var annotations: [(String, WireValue)] = []
        if var call = begin(function, at: invoked, trace: trace, parent: integration.id, fields: fields) {
            status = handler(&self, &call)
            integration.end = end(&call, in: &trace).after(milliseconds: 2)
            if call.failure != nil { status = 502 }
            annotations = call.annotations
        } else {
            integration.end = invoked.after(milliseconds: chance.number(in: 3...8))
            integration.cause = Segment.Cause(id: newSpan(), type: "TooManyRequestsException", message: "Rate Exceeded.", isRemote: true)
        }
        let answered = integration.end.after(milliseconds: chance.number(in: 1...3))
        count(status, from: request.received, to: answered)
        integration.outcome = Segment.Outcome(status: status)
        integration.http = [
            "request": Segment.request(
                "POST", "https://lambda.\(EventPro.region).amazonaws.com/2015-03-31/functions/\(function.arn)/invocations"),
            "response": Segment.response(status == 429 ? 429 : 200),
        ]
        integration.aws = ["function_name": .text(function.name), "operation": "Invoke", "region": .text(EventPro.region)]
        add(root(of: request, status: status, until: answered, integration, annotations), to: &trace)
        if status >= 400 { tellAll(of: &trace, at: answered) }
        return (status, answered)
    }

    private mutating func root(
        of request: APIRequest, status: Int, until end: Timestamp, _ integration: Segment, _ annotations: [(String, WireValue)]
    ) -> Segment {
        var root = Segment(id: newSpan(), EventPro.api, from: request.received, to: end)
        root.origin = "AWS::ApiGateway::Stage"
        root.outcome = Segment.Outcome(status: status)
        root.http = [
            "request": Segment.request(
                request.method, "https://\(EventPro.host)\(request.path)", client: request.client, userAgent: request.userAgent),
            "response": Segment.response(status, bytes: chance.integer(in: 120...900)),
        ]
        root.aws = ["api_gateway": ["account_id": .text(EventPro.account), "rest_api_id": "evp7k2m9x4", "stage": "prod"]]
        root.annotations = annotations
        root.subsegments = [integration]
        return root
    }

    private mutating func count(_ status: Int, from start: Timestamp, to end: Timestamp) {
        add(1, to: .apiCount, at: end)
        add(end.milliseconds(since: start).rounded(), to: .apiLatency, at: end)
        add((400..<500).contains(status) ? 1 : 0, to: .apiClientErrors, at: end)
        add(status >= 500 ? 1 : 0, to: .apiServerErrors, at: end)
    }
}
