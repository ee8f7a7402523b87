/// Everything that a run found out, for the three ways to show it.
struct Report: Sendable {
    struct Question: Sendable {
        let name: String
        let meaning: String
    }

    /// One figure of one program, as often as it was taken.
    struct Answer: Sendable {
        let question: String
        let program: String
        let form: String
        let name: String
        let unit: Figure.Unit
        let aim: Figure.Aim?
        /// At least one.
        var values: [Double]

        init(question: String, program: String, figure: Figure) {
            self.question = question
            self.program = program
            form = figure.form
            name = figure.name
            unit = figure.unit
            aim = figure.aim
            values = [figure.value]
        }

        var median: Double {
            let sorted = values.sorted()
            let middle = sorted.count / 2
            return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        }

        var least: Double { values.min() ?? .nan }
        var most: Double { values.max() ?? .nan }
    }

    let machine: MachineFacts
    let commit: String
    let size: Size
    let seed: UInt64
    let repeats: Int
    let wallNanoseconds: Int64
    let loadAverages: (before: Double, after: Double)
    let questions: [Question]
    let answers: [Answer]
    /// What was asked for and could not be measured, with the reason.
    let skipped: [String]

    /// The answers of the program under test to one question, each with those of the peers to the same.
    func rows(of question: String) -> [(answer: Answer, peers: [Answer])] {
        let answers = answers.filter { $0.question == question }
        return answers.filter { $0.program == "groundwatch" }.map { own in
            (own, answers.filter { $0.program != own.program && $0.form == own.form && $0.name == own.name })
        }
    }

    /// How many times as good as the peer's a figure is: more a second, or less of anything else.
    static func ratio(of own: Answer, to peer: Answer) -> Double {
        own.unit == .perCoreSecond ? own.median / peer.median : peer.median / own.median
    }
}
