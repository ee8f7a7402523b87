import Platform
import SignalModel
import Synchronization

/// What everything in one store shares: its files, keys, layouts and settings, and whom to tell about damage.
final class StoreContext: Sendable {
    /// A block that fails its checks, until the manifest knows of it.
    struct Damage: Hashable, Sendable {
        let part: UInt64
        let block: Int
    }

    let files: StoreFiles
    let cipher: Cipher
    let clock: any TimeSource
    let configuration: ColumnStore.Configuration
    let counters = Counters()
    let layouts: [TableID: any TableLayout]
    /// Key filters of keyed scopes.
    let openedMatrices: PieceCache<KeyMatrix.Name, [UInt8]>
    /// By part.
    let openedIndexes: PieceCache<UInt64, PartIndex>
    let mergePace: MergePace
    /// Stops the calling thread for so many nanoseconds; nil in a simulation, where nobody waits.
    let sleep: (@Sendable (Int64) -> Void)?
    private let tell: @Sendable (StoreEvent) -> Void
    private let damage = Mutex<[Damage]>([])
    private let stopping = Atomic(false)

    init(
        files: StoreFiles, cipher: Cipher, clock: any TimeSource, configuration: ColumnStore.Configuration,
        layouts: [any TableLayout], sleep: (@Sendable (Int64) -> Void)?, report: @escaping @Sendable (StoreEvent) -> Void
    ) {
        self.files = files
        self.cipher = cipher
        self.clock = clock
        self.configuration = configuration
        self.sleep = sleep
        mergePace = MergePace(bytesPerSecond: configuration.mergeBytesPerSecond)
        openedMatrices = PieceCache(bytesMax: configuration.filterCacheBytes, keepsNewest: false)
        openedIndexes = PieceCache(bytesMax: configuration.indexCacheBytes, keepsNewest: true)
        self.layouts = Dictionary(uniqueKeysWithValues: layouts.map { ($0.table, $0) })
        tell = report
    }

    /// What can be done again later is given up now.
    var isStopping: Bool { stopping.load(ordering: .relaxed) }
    func beginStop() { stopping.store(true, ordering: .relaxed) }

    func layout(of table: TableID) throws(StorageError) -> any TableLayout {
        guard let layout = layouts[table] else {
            throw StorageError(code: .corrupt, message: "cannot read rows of table \(table.rawValue): nobody gave a layout for it")
        }
        return layout
    }

    func report(_ event: StoreEvent) {
        counters.count(event)
        tell(event)
    }

    func note(_ damaged: Damage, why: String) {
        damage.withLock { $0.append(damaged) }
        report(.blockDamaged(part: damaged.part, block: damaged.block, why: why))
    }

    /// What was noted since the last call.
    func takeDamage() -> [Damage] {
        damage.withLock { damage in
            defer { damage = [] }
            return damage
        }
    }
}
