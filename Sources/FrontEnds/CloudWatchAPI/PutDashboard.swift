import AWSProtocol
import Catalog
import Dashboards
import SignalModel
import WireFormats

/// Creates a dashboard, or replaces the body of one.
/// Source: CloudWatch API reference, PutDashboard.
struct PutDashboard: APIOperation {
    static let name = "PutDashboard"
    let dashboards: DashboardBook

    struct Input: APIInput {
        let name: String
        let body: [UInt8]
        let tags: [Tag]

        init(from reader: inout InputReader) throws {
            name = reader.requiredText("DashboardName")
            body = Array(reader.requiredText("DashboardBody").utf8)
            tags = try reader.tags().map { Tag(key: $0.key, value: $0.value) }
            try reader.check()
            try DashboardName.check(name)
            guard body.count <= DashboardLimits.bodyBytesMax else {
                throw AWSError.dashboardInput("The field DashboardBody must be at most \(DashboardLimits.bodyBytesMax) bytes long.")
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let findings = try Self.findings(of: input.body)
        switch try await dashboards.put(input.name, body: input.body, tags: input.tags, account: context.tenant.account, at: context.now) {
        case .tooMany: throw AWSError.dashboardInput("The maximum of \(DashboardLimits.dashboardsMax) dashboards has been reached.")
        case .done: return .members(("DashboardValidationMessages", .list(findings.map(\.wire))))
        }
    }

    /// What the body may keep although nobody understands it.
    private static func findings(of body: [UInt8]) throws(AWSError) -> [Finding] {
        let read: DashboardBody
        do { read = try DashboardBody(json: body) } catch {
            throw .dashboardInput("The field DashboardBody must be a valid JSON object")
        }
        guard read.errors.isEmpty else { throw .invalidBody(read.errors) }
        return read.findings
    }
}

enum DashboardName {
    static func check(_ name: String) throws(AWSError) {
        guard !name.isEmpty, name.utf8.allSatisfy({ ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || $0 == 45 || $0 == 95 }) else {
            throw .invalidParameterValue(
                "The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n")
        }
        guard name.utf8.count <= 255 else { throw .invalidParameterValue("The value for field DashboardName must be at most 255 characters long.\n") }
    }
}

extension Finding {
    fileprivate var wire: WireValue { .members(("DataPath", .text(dataPath)), ("Message", .text(message))) }
}

extension AWSError {
    static func dashboardInput(_ message: String, _ findings: [Finding] = []) -> AWSError {
        let details: [(String, WireValue)] = findings.isEmpty ? [] : [("dashboardValidationMessages", .list(findings.map(\.wire)))]
        return AWSError("DashboardInvalidInputError", queryCode: "InvalidParameterInput", message, details: details)
    }

    /// The message is what most clients show, so it holds every finding too, laid out as CloudWatch does it.
    fileprivate static func invalidBody(_ errors: [Finding]) -> AWSError {
        func quoted(_ text: String) -> String { String(decoding: JSON.encode(.text(text)), as: UTF8.self) }
        let listed = errors.map { "  {\n    \"dataPath\": \(quoted($0.dataPath)),\n    \"message\": \(quoted($0.message))\n  }" }
        let count = errors.count == 1 ? "1 validation errors" : "\(errors.count) validation errors"
        return .dashboardInput("The dashboard body is invalid, there are \(count):\n[\n\(listed.joined(separator: ",\n"))\n]", errors)
    }

    static func noSuchDashboard(_ names: [String]) -> AWSError {
        let what = names.count == 1 ? "Dashboard \(names[0]) does not exist" : "Dashboards \(names.joined(separator: ", ")) do not exist"
        return AWSError("DashboardNotFoundError", queryCode: "ResourceNotFound", status: 404, what)
    }
}
