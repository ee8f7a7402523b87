// What a front end writes: an operation is its input, its effect and its output, whatever protocol carried it.

package import WireFormats

/// One operation of an AWS API, in a file of its own:
/// ```
/// struct PutRetentionPolicy: APIOperation {
///     static let name = "PutRetentionPolicy"
///     let groups: any LogGroupCatalog
///
///     struct Input: APIInput {
///         let group: String
///         let days: Int
///         init(from reader: inout InputReader) throws {
///             group = reader.requiredText("logGroupName", length: 1...512)
///             days = Int(reader.requiredInteger("retentionInDays"))
///         }
///     }
///
///     func run(_ input: Input, in context: RequestContext) async throws -> Empty { … }
/// }
/// ```
package protocol APIOperation<Input, Output>: Sendable {
    associatedtype Input: APIInput
    associatedtype Output: APIOutput

    /// As the API reference spells it.
    static var name: String { get }

    /// It scans stored rows, so only so many run at one time.
    static var readsMuch: Bool { get }

    /// - Throws: `AWSError` for the caller's mistakes; anything else is answered as an internal failure and logged.
    func run(_ input: Input, in context: RequestContext) async throws -> Output
}

extension APIOperation {
    package static var readsMuch: Bool { false }
}

/// What an operation is sent. A bulk operation decodes columns straight from `reader.node`.
package protocol APIInput: Sendable {
    /// Violations of the getters' constraints are collected and thrown together once this returns; until then a getter
    /// answers a stand-in for a missing value (empty text, zero, no elements). Call `reader.check()` first where the code
    /// that follows cannot bear that.
    init(from reader: inout InputReader) throws
}

/// What an operation answers. A plain `WireValue` is one, for operations whose result has no type of its own.
package protocol APIOutput: Sendable {
    var wire: WireValue { get }
}

extension WireValue: APIOutput {
    package var wire: WireValue { self }
}

/// The output of an operation that answers nothing but success.
package struct Empty: APIOutput, APIInput {
    package init() {}
    package init(from reader: inout InputReader) {}
    package var wire: WireValue { .structure([]) }
}
