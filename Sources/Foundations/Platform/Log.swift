// What the program says about itself, one line an event on standard error. The users' logs are `LogRecord`s and go elsewhere.

import Glibc
import Synchronization

/// The program's own diagnostic log.
///
///     let log = Log(component: "catalog", time: time)
///     log.warning("document set aside", ["collection": name, "bytes": body.count])
///     // time=2026-01-31T08:15:00.250Z level=warning component=catalog message="document set aside" collection=alarms bytes=310
///
/// Fields say what and how many, never a secret, a token or a message body of a user.
package struct Log: Sendable {
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case debug, info, warning, error

        package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    package typealias Fields = KeyValuePairs<StaticString, any CustomStringConvertible>

    private let component: String
    private let level: Level
    private let time: any TimeSource
    private let write: @Sendable (String) -> Void

    /// - Parameter write: gets whole lines with their line feed, from any thread; tests collect them.
    package init(
        component: String, level: Level = .info, time: any TimeSource = SystemTime(),
        write: @escaping @Sendable (String) -> Void = Log.toStandardError
    ) {
        (self.component, self.level, self.time, self.write) = (component, level, time, write)
    }

    /// The same log under another component's name.
    package func named(_ component: String) -> Log { Log(component: component, level: level, time: time, write: write) }

    package func debug(_ message: String, _ fields: Fields = [:]) { line(.debug, message, fields) }
    package func info(_ message: String, _ fields: Fields = [:]) { line(.info, message, fields) }
    package func warning(_ message: String, _ fields: Fields = [:]) { line(.warning, message, fields) }
    package func error(_ message: String, _ fields: Fields = [:]) { line(.error, message, fields) }

    /// A warning that may come in floods: at most what `limit` admits, with the number left out before.
    package func warning(_ message: String, limit: LogLimit, _ fields: Fields = [:]) {
        guard let omitted = limit.admit(at: time.monotonicNanoseconds) else { return }
        line(.warning, message, fields, omitted: omitted)
    }

    private func line(_ level: Level, _ message: String, _ fields: Fields, omitted: Int = 0) {
        guard level >= self.level else { return }
        var text = "time=\(UTCText.milliseconds(time.wallNanoseconds)) level=\(level) component=\(component) message="
        text += Self.quoted(message)
        for (key, value) in fields { text += " \(key)=\(Self.quoted(value.description))" }
        if omitted > 0 { text += " omitted=\(omitted)" }
        write(text + "\n")
    }

    /// logfmt: quotes where the value would otherwise not end where it ends. A line stays one line, whatever is in it.
    static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 32 && $0 != 127 && $0 != 34 && $0 != 61 && $0 != 92 }
        if isPlain { return value }
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 32 || scalar.value == 127: text += "\\u{\(String(scalar.value, radix: 16))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// One `write` a line, so that lines of several threads do not mix (up to the size of a pipe's buffer).
    package static let toStandardError: @Sendable (String) -> Void = { line in
        var line = line
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = uninterrupted { Glibc.write(STDERR_FILENO, rest.baseAddress!, rest.count) }
                guard count > 0 else { return }     // a closed standard error leaves nobody to tell
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
        }
    }
}

/// At most `count` lines in each `interval`; shared by the places that log the same thing.
package final class LogLimit: Sendable {
    private let count: Int
    private let interval: Int64
    private let state = Mutex<(start: Int64, admitted: Int, omitted: Int)?>(nil)

    package init(count: Int = 5, intervalNanoseconds: Int64 = 10_000_000_000) {
        (self.count, interval) = (count, intervalNanoseconds)
    }

    /// - Returns: nil to stay silent, else how many were left out since the last admitted line.
    package func admit(at now: Int64) -> Int? {
        state.withLock { state in
            if state == nil || now - state!.start >= interval { state = (now, 0, state?.omitted ?? 0) }
            guard state!.admitted < count else {
                state!.omitted += 1
                return nil
            }
            state!.admitted += 1
            defer { state!.omitted = 0 }
            return state!.omitted
        }
    }
}
