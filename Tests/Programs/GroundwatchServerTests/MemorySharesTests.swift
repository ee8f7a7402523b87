import ColumnStore
import LogsAPI
import Platform
import Testing

@testable import GroundwatchServer

struct MemorySharesTests {
    @Test(arguments: [MemoryShares.bytesMin, 192 << 20, 1 << 30, 64 << 30]) func `the shares add up, and what is derived from them fits`(
        _ bytes: Int
    ) {
        let shares = MemoryShares(bytes: bytes)
        let sum = shares.budgets.reduce(shares.seriesIndex.bytesMax + shares.cacheBytesMax) { $0 + $1.bytesMax }
        #expect(sum <= bytes && sum > bytes / 100 * 99)
        let store = shares.storeConfiguration()
        #expect(store.unsealedBytesMax + shares.ingest.bytesMax / 4 <= shares.ingest.bytesMax, "bodies have room beside unsealed rows")
        #expect(store.sealBytes * 4 <= store.unsealedBytesMax)
        #expect(store.groupBytesMax > 0 && store.queueBytesMax >= store.groupBytesMax)
        #expect(store.recordBytesMax < store.journalFileBytes)
        #expect(store.recordBytesMax >= 4 << 20, "the largest PutLogEvents call fits")
        #expect(store.filterCacheBytes + store.indexCacheBytes + shares.logsConfiguration().resultBytesMax <= shares.cacheBytesMax)
        #expect(shares.seriesMax(1_000_000) <= 1_000_000)
    }

    @Test func `a gigabyte has room for half a million series, and a quarter of a usual machine for a million`() {
        #expect(MemoryShares(bytes: 1 << 30).seriesMax(1_000_000) > 500_000)
        #expect(MemoryShares(bytes: 4 << 30).seriesMax(1_000_000) == 1_000_000)
    }
}
