import Bytes
import SignalModel

/// What a part holds, without its rows: kept in memory while the part is open.
struct PartIndex: Sendable {
    struct Block: Sendable {
        let header: BlockHeader
        /// Of the envelope in the file.
        let offset: Int
        let storedBytes: Int
        let plainBytes: Int
        /// The key of its scope was gone when the part was opened: there is no summary, and no way to read it.
        let isKeyGone: Bool
    }

    let number: UInt64
    let table: TableID
    let partition: PartitionKey
    let blocks: [Block]
    /// Of the whole file.
    let fileBytes: Int
}
