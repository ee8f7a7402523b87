import ColumnStore
import SignalModel
import Simulation
import Synchronization
import Testing

/// Who watches commits hears of rows when they are durable and visible, and not again after a restart.
struct PublishTests {
    private final class Heard: Sendable {
        let rows = Mutex<[Int]>([])
    }

    @Test func `each commit is told once, before it is answered, and replay is not`() throws {
        let heard = Heard()
        var settings = Rig.settings
        settings.didPublish = { batch in heard.rows.withLock { $0.append(batch.rowCount) } }
        let rig = try Rig(settings: settings)
        try rig.commit([1, 2, 3])
        #expect(heard.rows.withLock { $0 } == [3])
        try rig.commit([1, 2, 3], id: 1)                   // the same request again stores nothing
        #expect(heard.rows.withLock { $0 } == [3])
        try rig.commit([4])
        #expect(heard.rows.withLock { $0 } == [3, 1])
        let again = try rig.restarted(settings: settings)
        #expect(try again.store.ids().count == 4 && heard.rows.withLock { $0 } == [3, 1])
    }
}
