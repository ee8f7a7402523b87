import Glibc

/// The seeds of a random test: `@Test(arguments: fuzzSeeds(20)) func …(seed: UInt64)`.
///
/// An ordinary run takes the first `count`. `FUZZ_ROUNDS=50` (what `Scripts/fuzz 50` sets) takes fifty times as many, and
/// `FUZZ_SEED=1234`, as a failing test printed it, that one alone.
package func fuzzSeeds(_ count: UInt64) -> ClosedRange<UInt64> {
    if let seed = number("FUZZ_SEED") { return seed...seed }
    return 1...count * max(1, number("FUZZ_ROUNDS") ?? 1)
}

private func number(_ variable: String) -> UInt64? {
    guard let text = getenv(variable) else { return nil }
    guard let number = UInt64(String(cString: text)) else { preconditionFailure("\(variable) must be a whole number") }
    return number
}
