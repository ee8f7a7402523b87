/// The functions of metric expressions for whoever helps to write one, from the table that evaluates them.
package enum MathVocabulary {
    /// Names, in capitals as they are written.
    package static let functions = MathFunctions.served
    /// Words between conditions.
    package static let connectives = ["AND", "OR"]
}
