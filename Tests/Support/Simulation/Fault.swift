/// What can go wrong at one call to the disk.
package enum Fault: String, Sendable, CaseIterable {
    /// The call fails with an input/output error. A sync that fails has written something or nothing, and owes the rest no more.
    case inputOutput
    /// The call fails for want of space; nothing of it is done.
    case noSpace
    /// A write fails for want of space after a part of its bytes.
    case shortWrite
    /// A read succeeds with one bit wrong.
    case bitFlip
    /// The power goes during the call: it throws, as does every later one. Go on with `afterRestart()`.
    case powerLoss
    /// A sync says yes and makes nothing durable. Seen only by a later power loss.
    case lyingSync

    enum Call: Sendable {
        case open, create, createDirectory, list, rename, remove, syncDirectory, freeBytes, read, write, sync, size, truncate
    }

    /// Only calls that a fault can touch are counted for it, so "the 3rd" never hits one that it could not change.
    func concerns(_ call: Call) -> Bool {
        switch self {
        case .inputOutput: true
        case .noSpace: [.create, .createDirectory, .rename, .write].contains(call)
        case .shortWrite: call == .write
        case .bitFlip: call == .read
        case .powerLoss:
            [.create, .createDirectory, .rename, .remove, .syncDirectory, .write, .sync, .truncate].contains(call)
        case .lyingSync: call == .sync || call == .syncDirectory
        }
    }
}

/// Runs `body` with the fault at the 1st call it concerns, then at the 2nd, and so on, until a run meets none.
///
///     try everyFault(.powerLoss) { disk in
///         try? write(to: disk)                                 // may fail: that is the test
///         #expect(try read(from: disk.afterRestart()).isWhole, "\(disk)")
///     }
///
/// - Parameters:
///   - start: each run begins with a copy of it.
///   - seeds: runs of each call; what survives a power loss, or which bit flips, differs between them.
/// - Returns: the number of runs, at least one; the last ones met no fault.
@discardableResult
package func everyFault(
    _ fault: Fault, on start: SimulatedFileSystem = SimulatedFileSystem(), seeds: ClosedRange<UInt64> = 1...1,
    _ body: (SimulatedFileSystem) throws -> Void
) rethrows -> Int {
    var runs = 0
    for call in 1... {
        var isMet = false
        for seed in seeds {
            let disk = start.copy(seed: seed, fault: fault, atCall: call)
            try body(disk)
            runs += 1
            isMet = isMet || disk.hasMetFault
        }
        if !isMet { break }
    }
    return runs
}

/// As `everyFault`, for a body that awaits.
@discardableResult
package func everyFault(
    _ fault: Fault, on start: SimulatedFileSystem = SimulatedFileSystem(), seeds: ClosedRange<UInt64> = 1...1,
    _ body: (SimulatedFileSystem) async throws -> Void
) async rethrows -> Int {
    var runs = 0
    for call in 1... {
        var isMet = false
        for seed in seeds {
            let disk = start.copy(seed: seed, fault: fault, atCall: call)
            try await body(disk)
            runs += 1
            isMet = isMet || disk.hasMetFault
        }
        if !isMet { break }
    }
    return runs
}

/// Runs `body` without a fault, then `runs` times with the fault at a call drawn from the seed: for bodies too long for every call.
package func someFaults(
    _ fault: Fault, on start: SimulatedFileSystem = SimulatedFileSystem(), runs: Int, seed: UInt64,
    _ body: (SimulatedFileSystem) throws -> Void
) rethrows {
    let healthy = start.copy(seed: seed, fault: fault, atCall: .max)
    try body(healthy)
    guard healthy.callsConcerned > 0 else { return }
    var random = SeededRandom(seed: seed)
    for _ in 0..<runs {
        let call = Int.random(in: 1...healthy.callsConcerned, using: &random)
        try body(start.copy(seed: random.next(), fault: fault, atCall: call))
    }
}
