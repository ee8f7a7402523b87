import ColumnStore
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing

/// Dropping what is dead, with a fault at every call to the disk: what is alive is never lost with it, and what is dead may come back
/// after a fault but never half.
struct RetentionFaultTests {
    /// Rows 1...40 are dead from the moment the test says so (time 10 times the id), 41...80 are alive.
    private static let firstAlive: UInt64 = 41

    private static var settings: ColumnStore.Configuration {
        var settings = Rig.settings
        (settings.mergePartsMin, settings.carriedPartsMin) = (2, 2)
        settings.removalStepBytes = 512  // so that parts are removed in steps, each of which can fail
        return settings
    }

    /// Parts of dead rows only, of living rows only, and of both.
    private func usedDisk() throws -> SimulatedFileSystem {
        let rig = try Rig(settings: Self.settings)
        for ids in [1...16, 17...44, 45...60, 61...80] as [ClosedRange<UInt64>] {
            try rig.commit(ids)
            try rig.store.seal()
        }
        rig.maintain()
        return rig.disk.copy()
    }

    private func layout() -> TestLayout {
        let layout = TestLayout()
        layout.deadBefore.withLock { $0 = Int64(Self.firstAlive) * 10 }
        return layout
    }

    @Test(arguments: [Fault.powerLoss, .inputOutput, .noSpace, .shortWrite, .bitFlip])
    func `no fault while dead rows are dropped costs a living one`(_ fault: Fault) throws {
        let used = try usedDisk()
        let alive = Array(Self.firstAlive...80)
        try everyFault(fault, on: used, seeds: 1...(fault == .powerLoss ? 3 : 1)) { disk in
            if let rig = try? Rig(disk, layout: layout(), settings: Self.settings) {  // or the fault came while it opened
                try? rig.store.merge()  // a refusal is what the fault is for
                rig.maintain()
                if fault != .powerLoss {
                    do { try check(rig.store, alive, "before restart, \(disk)") } catch let error as StorageError {
                        #expect(error.code == .inputOutput, "only the fault itself keeps this reading from its end: \(disk)")
                    }
                }
            }
            let again = try Rig(disk.afterRestart(), layout: layout(), settings: Self.settings)
            try check(again.store, alive, "\(disk)")
            try again.store.merge()
            let ids = try again.store.ids()
            #expect(ids.filter { $0 >= Self.firstAlive } == alive, "\(disk)")
            #expect(ids.count < 48, "what is dead goes, but for the rest of a block with a living row: \(disk)")
            #expect(again.events.all.isEmpty, "\(disk)")
            try again.store.checkInvariants()
        }
    }

    private func check(_ store: ColumnStore, _ alive: [UInt64], _ comment: Comment) throws {
        let ids = try store.ids()
        #expect(ids.filter { $0 >= Self.firstAlive } == alive, comment)
        #expect(ids == ids.sorted() && Set(ids).count == ids.count, comment)
        try store.checkInvariants()
    }
}
