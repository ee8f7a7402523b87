import ColumnStore
import Platform
import SignalModel
import Simulation
import Testing

/// The whole path at once, with a fault at the first call to the disk, the second, and so on.
struct StoreFaultTests {
    /// Commits of a few rows each, enough to go through several journal files.
    private static let commits: [[UInt64]] = (0..<16).map { commit in
        (0..<UInt64(1 + commit % 7)).map { UInt64(commit) * 100 + 100 + $0 }
    }

    private static var settings: ColumnStore.Configuration {
        var settings = Rig.settings
        settings.journalFileBytes = 1024
        settings.recordBytesMax = 1000
        (settings.mergePartsMin, settings.carriedPartsMin) = (2, 2)
        return settings
    }

    /// Commits, seals and merges until something fails.
    /// - Returns: how many commits were acknowledged.
    private func life(of rig: Rig, _ commits: [[UInt64]] = commits, from first: Int, to end: Int) -> Int {
        var acknowledged = first
        do {
            for index in first..<end {
                try rig.commit(commits[index])
                acknowledged = index + 1
                if index % 2 == 1 { try rig.store.seal() }
                if index % 6 == 5 { try rig.store.merge() }
                rig.maintain()
            }
            try rig.store.finish()
        } catch {}  // a refusal is what the fault is for; what was acknowledged before counts
        return acknowledged
    }

    /// A disk after a first life that was cut off: unsealed rows in the journal, parts, a spare.
    private func usedDisk() throws -> (disk: SimulatedFileSystem, acknowledged: Int) {
        let rig = try Rig(settings: Self.settings)
        for index in 0..<7 {
            try rig.commit(Self.commits[index])
            if index == 3 { try rig.store.seal() }
            rig.maintain()
        }
        return (rig.disk.copy(), 7)
    }

    /// Everything acknowledged, perhaps the one commit more that was under way, in order, whole and once.
    private func check(_ store: ColumnStore, _ commits: [[UInt64]] = commits, acknowledged: Int, _ comment: Comment) throws {
        let rows = try store.rows()
        let least = commits[..<acknowledged].flatMap { $0 }.map(TestRow.init)
        let most = commits[..<min(acknowledged + 1, commits.count)].flatMap { $0 }.map(TestRow.init)
        #expect(rows == least || rows == most, comment)
        try store.checkInvariants()
    }

    @Test(arguments: [Fault.powerLoss, .inputOutput, .noSpace, .shortWrite])
    func `no fault at any call loses an acknowledged commit or shows half of one`(_ fault: Fault) throws {
        let (used, before) = try usedDisk()
        for (start, acknowledged) in [(SimulatedFileSystem(), 0), (used, before)] {
            let seeds: ClosedRange<UInt64> = fault == .powerLoss ? 1...2 : 1...1
            try everyFault(fault, on: start, seeds: seeds) { disk in
                var kept = acknowledged
                if let rig = try? Rig(disk, settings: Self.settings) {  // or the fault came while it opened
                    kept = life(of: rig, from: acknowledged, to: 13)
                    if disk.hasMetFault, fault != .powerLoss { try check(rig.store, acknowledged: kept, "before restart, \(disk)") }
                }
                let again = try Rig(disk.afterRestart(), settings: Self.settings)
                try check(again.store, acknowledged: kept, "\(disk)")
                #expect(again.events.all.isEmpty, "\(disk)")
                // What could be seen once stays, whatever was or was not on the medium before.
                let seen = try again.store.rows()
                for seed in 1...3 as ClosedRange<UInt64> {
                    let dark = try Rig(again.disk.afterPowerLoss(seed: seed), settings: Self.settings)
                    #expect(try dark.store.rows() == seen, "\(disk), then dark \(seed)")
                }
                // The second life goes on from where the first ended.
                let rows = try again.store.rows().count
                let visible = (0...Self.commits.count).first { Self.commits[..<$0].reduce(0) { $0 + $1.count } == rows }!
                let end = life(of: again, from: visible, to: 16)
                #expect(end == 16, "\(disk)")
                try check(try Rig(again.disk.afterRestart(), settings: Self.settings).store, acknowledged: 16, "second life, \(disk)")
            }
        }
    }

    @Test(arguments: [Fault.powerLoss, .inputOutput, .noSpace, .shortWrite, .bitFlip])
    func `no fault while a start seals what lives cut short have left costs a commit`(_ fault: Fault) throws {
        var settings = Self.settings
        var rig = try Rig(settings: settings)
        for commit in Self.commits[..<6] {
            try rig.commit(commit)
            rig = try rig.restarted(settings: settings)
        }
        settings.journalFilesMax = 2
        let runs = try everyFault(fault, on: rig.disk, seeds: 1...2) { disk in
            if let rig = try? Rig(disk, settings: settings), fault != .powerLoss {  // or the fault came while it opened
                do { try check(rig.store, acknowledged: 6, "before restart, \(disk)") } catch let error as StorageError {
                    #expect(error.code == .inputOutput, "only the fault itself keeps this reading from its end: \(disk)")
                }
            }
            let again = try Rig(disk.afterRestart(), settings: settings)
            try check(again.store, acknowledged: 6, "\(disk)")
            #expect(again.store.snapshot(of: .logs).batches.isEmpty, "\(disk)")
            #expect(again.events.all.isEmpty, "\(disk)")
        }
        #expect(runs > 4)
    }

    @Test func `a bit that flips on any read is read again, and nothing is lost for it`() throws {
        let (used, before) = try usedDisk()
        try everyFault(.bitFlip, on: used, seeds: 1...2) { disk in
            let rig = try Rig(disk, settings: Self.settings)
            try check(rig.store, acknowledged: before, "\(disk)")
            #expect(life(of: rig, from: before, to: 13) == 13, "\(disk)")
            try check(rig.store, acknowledged: 13, "\(disk)")
            #expect(rig.events.all.isEmpty, "\(disk)")
        }
    }

    @Test(arguments: fuzzSeeds(2)) func `faults drawn at random in a longer life lose nothing either`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let commits = (0..<60).map { commit in (0..<UInt64.random(in: 1...9, using: &random)).map { UInt64(commit) * 100 + 100 + $0 } }
        for fault in [Fault.powerLoss, .inputOutput, .noSpace, .shortWrite] {
            try someFaults(fault, runs: 8, seed: random.next()) { disk in
                var kept = 0
                if let rig = try? Rig(disk, settings: Self.settings) {  // or the fault came while it opened
                    kept = life(of: rig, commits, from: 0, to: commits.count)
                }
                let again = try Rig(disk.afterRestart(), settings: Self.settings)
                try check(again.store, commits, acknowledged: kept, "seed \(seed), \(disk)")
                #expect(again.events.all.isEmpty, "seed \(seed), \(disk)")
            }
        }
    }

    @Test func `a sync that lies may cost rows after a power loss, but shows no wrong and no half ones, and a gap is noticed`() throws {
        everyFault(.lyingSync, seeds: 1...2) { disk in
            guard let rig = try? Rig(disk, settings: Self.settings) else { return }
            _ = life(of: rig, from: 0, to: 12)
            for seed in 1...2 as ClosedRange<UInt64> {
                // A store without its manifest refuses to open: that is an answer too.
                guard let again = try? Rig(disk.afterPowerLoss(seed: seed), settings: Self.settings) else { continue }
                guard let rows = try? again.store.rows() else { continue }
                let whole = Self.commits.filter { commit in commit.contains { id in rows.contains(TestRow(id)) } }
                #expect(rows == whole.flatMap { $0 }.map(TestRow.init), "\(disk)")
                // Of the newest nobody can know any more that they were there; of others what came after them says so.
                if whole != Array(Self.commits.prefix(whole.count)) { #expect(!again.events.all.isEmpty, "\(disk), dark \(seed)") }
            }
        }
    }
}
