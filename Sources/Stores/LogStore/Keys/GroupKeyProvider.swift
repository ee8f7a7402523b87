package import Bytes
package import SignalModel

/// Seals data keys under keys that never leave it: a key service, or files of our own (`LocalGroupKeys`).
package protocol GroupKeyProvider: Sendable {
    /// - Parameter context: bound to the result: it opens only with the same.
    /// - Throws: `.keyGone` when there is no key of this name, `.inputOutput` when it cannot be asked now.
    func seal(_ dataKey: SecretKey, under name: String, context: [UInt8]) throws(StorageError) -> [UInt8]

    /// - Throws: `.keyGone` when the key is not there any more, `.corrupt` when the bytes were not sealed by it in this context.
    func open(_ sealed: [UInt8], under name: String, context: [UInt8]) throws(StorageError) -> SecretKey
}
