/// How often a password may be guessed: failures are counted by name and by address, and over a count nobody may try until the
/// window has passed. Bounded: who floods it with names shares one count with all other newcomers.
struct LoginLimit {
    /// Failures allowed in a window.
    static let failuresOfName = 10
    static let failuresOfAddress = 30
    static let windowNanoseconds: Int64 = 5 * 60 * 1_000_000_000

    private struct Window {
        var start: Int64
        var failures: Int
    }

    private var windows: [String: Window] = [:]
    private let rememberedMax: Int

    init(rememberedMax: Int = Limits.failuresRememberedMax) { self.rememberedMax = rememberedMax }

    /// Counts an attempt as failed, before it is made, so that many at once are counted too.
    /// - Returns: nil when it may be made; else after how many seconds to come back.
    mutating func attempt(name: String, address: String, now: Int64) -> Int? {
        let sides = [("name " + name, Self.failuresOfName), ("address " + address, Self.failuresOfAddress)]
        for (key, max) in sides {
            let window = windows[place(of: key, now)]
            if let window, now - window.start < Self.windowNanoseconds, window.failures >= max {
                return Int((window.start + Self.windowNanoseconds - now) / 1_000_000_000) + 1
            }
        }
        for (key, _) in sides { add(1, to: place(of: key, now), now) }
        return nil
    }

    /// The attempt was right: the name's count is forgotten, and the address' as it was.
    mutating func succeeded(name: String, address: String, now: Int64) {
        windows["name " + name] = nil
        add(-1, to: place(of: "address " + address, now), now)
    }

    var count: Int { windows.count }

    private mutating func add(_ failures: Int, to key: String, _ now: Int64) {
        var window = windows[key] ?? Window(start: now, failures: 0)
        if now - window.start >= Self.windowNanoseconds { window = Window(start: now, failures: 0) }
        window.failures = max(0, window.failures + failures)
        windows[key] = window
    }

    private mutating func place(of key: String, _ now: Int64) -> String {
        if windows[key] != nil || windows.count < rememberedMax { return key }
        windows = windows.filter { now - $0.value.start < Self.windowNanoseconds }
        return windows.count < rememberedMax ? key : String(key.prefix { $0 != " " })
    }
}
