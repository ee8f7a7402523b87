/// Which keys a block must hold to be of use, as hashes that the layout makes the same way as those of `EncodedBlock.keys`.
package indirect enum KeyCondition: Sendable {
    case key(UInt64)
    /// Holds for every block when there are none.
    case all([KeyCondition])
    /// Holds for no block when there are none.
    case any([KeyCondition])
}
