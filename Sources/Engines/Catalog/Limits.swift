/// What the catalog refuses to hold: it is for small documents.
package enum Limits {
    /// UTF-8 bytes of a key; the longest ARN has 2,048.
    package static let keyBytesMax = 2048
    /// Bytes of a document, an event or a notice's payload; a dashboard body, the largest so far, has up to 1 MB.
    package static let bodyBytesMax = 4 << 20
    /// Rows of one answer; callers page.
    package static let rowsMax = 10_000
    /// Calls waiting for each of the two threads.
    package static let waitingMax = 4096
}
