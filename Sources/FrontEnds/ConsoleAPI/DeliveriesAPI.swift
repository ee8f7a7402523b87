package import AWSProtocol
import Catalog
package import Notifications
package import Platform
import SignalModel
package import WireFormats

/// `/api/ui/v1/deliveries`: what became of the notifications about an alarm or a topic, and another try for those that were given up.
/// `Documentation/ConsoleAPI.md`.
package struct DeliveriesAPI: Sendable {
    private static let path = "/api/ui/v1/deliveries"

    private let book: DeliveryBook
    private let region: String
    private let time: any TimeSource

    /// - Parameter region: the server's own, for who names none.
    package init(book: DeliveryBook, region: String, time: any TimeSource) {
        self.book = book
        self.region = region
        self.time = time
    }

    /// - Returns: nil when the path is another's.
    package func answer(_ head: HTTPRequestHead, body: [UInt8], caller: Caller) async -> HTTPResponse? {
        guard head.path == Self.path else { return nil }
        do {
            let tenant = try Tenant(of: head, caller, defaultRegion: region)
            switch head.method {
            case "GET": return try await list(head, tenant)
            case "POST": return try await retry(try ConsoleAnswer.object(head, body), tenant)
            default: return ConsoleAnswer.error(405, "MethodNotAllowed", "Deliveries are listed by GET and tried again by POST.")
            }
        } catch let refusal as ConsoleAnswer.Refusal {
            return refusal.response
        } catch let error as AWSError {
            return ConsoleAnswer.error(400, "InvalidRequest", error.message)
        } catch {
            return ConsoleAnswer.error(503, "Unavailable", "The outbox cannot be read now.")
        }
    }

    private func list(_ head: HTTPRequestHead, _ tenant: Tenant) async throws -> HTTPResponse {
        guard let subject = head.queryItems?.first(where: { $0.name == "about" })?.value, !subject.isEmpty, subject.utf8.count <= 2048 else {
            return ConsoleAnswer.error(400, "InvalidRequest", "Say what the deliveries are about: the ARN of an alarm or a topic.")
        }
        let (deliveries, isWhole) = try await book.deliveries(about: subject, of: tenant)
        return ConsoleAnswer.value(["deliveries": .list(deliveries.map(Self.wire)), "isWhole": .bool(isWhole)])
    }

    private func retry(_ input: WireNode, _ tenant: Tenant) async throws -> HTTPResponse {
        guard let id = input["retry"]?.integer else {
            return ConsoleAnswer.error(400, "InvalidRequest", "Say which delivery to try again, as \"retry\".")
        }
        guard try await book.retry(id, of: tenant, at: Timestamp(nanoseconds: time.wallNanoseconds)) else {
            return ConsoleAnswer.error(404, "NoSuchDelivery", "There is no delivery \(id) that was given up.")
        }
        return ConsoleAnswer.value([:])
    }

    private static func wire(_ delivery: NoticeDelivery) -> WireValue {
        .members(
            ("id", .integer(delivery.id)), ("target", .text(delivery.target)), ("kind", .text(delivery.kind)),
            ("endpoint", delivery.endpoint.map(WireValue.text)), ("status", .text(delivery.status.rawValue)),
            ("created", (delivery.created?.milliseconds).map(WireValue.integer)), ("next", (delivery.next?.milliseconds).map(WireValue.integer)),
            ("attempts", .list(delivery.attempts.map { attempt in
                .members(
                    ("number", .integer(Int64(attempt.attempt))), ("time", .integer(attempt.time.milliseconds)),
                    ("isDelivered", .bool(attempt.outcome == .delivered)), ("error", attempt.error.map(WireValue.text)))
            })))
    }
}
