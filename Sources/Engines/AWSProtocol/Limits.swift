package enum AWSLimits {
    /// A PutLogEvents call holds at most 1 MB of messages; escaped as JSON each byte can become six.
    package static let bodyBytesMax = 8 << 20
    /// CloudWatch: "limited to 1 MB in size for HTTP POST requests", as sent.
    package static let metricBodyBytesMax = 1 << 20
    /// What a gzip body may grow to: 1,000 datums with 30 dimensions of full length are about 40 MB, which nobody sends.
    package static let inflatedBytesMax = 16 << 20
    /// An access key id of ours has 20 characters; AWS allows up to 128.
    static let accessKeyIDLengthMax = 128
    static let regionLengthMax = 32
}
