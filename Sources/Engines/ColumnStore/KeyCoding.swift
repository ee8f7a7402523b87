import Bytes
import SignalModel

// Partitions, scopes and times as bytes; the same in the journal, the parts and the manifest.

extension ByteWriter {
    /// `[1 B tier][2 B retention days][4 B window]`
    mutating func append(_ partition: PartitionKey) {
        append(uint8: partition.tier)
        append(uint16: partition.retentionDays)
        append(uint32: UInt32(bitPattern: partition.window))
    }

    /// `[varint n][account][varint n][region][4 B group][1 B has a key][8 B key]`, the last only when there is one
    mutating func append(_ scope: BlockScope) {
        append(lengthPrefixed: scope.tenant.account.utf8)
        append(lengthPrefixed: scope.tenant.region.utf8)
        append(uint32: scope.group)
        append(uint8: scope.key == nil ? 0 : 1)
        if let key = scope.key { append(uint64: key.number) }
    }

    mutating func append(_ times: ClosedRange<Int64>) {
        append(int64: times.lowerBound)
        append(int64: times.upperBound)
    }
}

extension ByteReader {
    mutating func partition() throws(BytesError) -> PartitionKey {
        let tier = try uint8()
        let retentionDays = try uint16()
        return PartitionKey(tier: tier, retentionDays: retentionDays, window: Int32(bitPattern: try uint32()))
    }

    mutating func scope() throws(BytesError) -> BlockScope {
        let account = try text()
        let tenant = Tenant(account: account, region: try text())
        let group = try uint32()
        let key: DataKeyID? = try uint8() == 0 ? nil : DataKeyID(number: try uint64())
        return BlockScope(tenant: tenant, group: group, key: key)
    }

    mutating func times() throws(BytesError) -> ClosedRange<Int64> {
        let start = try int64()
        let end = try int64()
        guard start <= end else { throw BytesError(code: .malformed, message: "cannot read times: they end before they start") }
        return start...end
    }

    mutating func table() throws(BytesError) -> TableID {
        let number = try uint8()
        guard let table = TableID(rawValue: number) else {
            throw BytesError(code: .malformed, message: "cannot read rows of table \(number): unknown to this version")
        }
        return table
    }
}

extension PartitionKey {
    /// Any fixed order will do: by tier, retention, window.
    func isBefore(_ other: PartitionKey) -> Bool {
        (tier, retentionDays, window) < (other.tier, other.retentionDays, other.window)
    }
}
